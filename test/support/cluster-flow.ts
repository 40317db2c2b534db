/** Records on their way through a cluster: a Datagen source makes them, a sink writes them to a file. */
import assert from 'node:assert/strict';
import type { ClusterFixture } from './cluster-fixture.ts';
import type { ClusterWorker } from './cluster-worker.ts';
import { uniqueName } from './fill-topic.ts';
import type { KafkaProbe } from './kafka-probe.ts';
import { missingOf, readLines } from './line-files.ts';
import { untilTrue } from './standalone-fixture.ts';
import { countMissing, countsByGenerator } from './topic-facts.ts';

/** What came of a flow. Duplicates are records that are there again. */
export interface FlowOutcome {
  readonly records: number;
  readonly duplicatesInTopic: number;
  readonly duplicatesInFile: number;
}

/** A source `flow`, without end, and a sink `drain`. */
export class ClusterFlow {
  readonly topic = uniqueName('flow');
  readonly #probe: KafkaProbe;
  readonly #file: string;

  private constructor(probe: KafkaProbe, file: string) {
    this.#probe = probe;
    this.#file = file;
  }

  /** Creates both connectors on a topic of one partition; resolves when all tasks run. */
  static async start(
    {
      cluster,
      probe,
      worker,
    }: { readonly cluster: ClusterFixture; readonly probe: KafkaProbe; readonly worker: ClusterWorker },
    { tasks, rate }: { readonly tasks: number; readonly rate: number },
  ): Promise<ClusterFlow> {
    const flow = new ClusterFlow(probe, cluster.folder.file('drained'));
    await probe.create(flow.topic, 1);
    const source = { 'connector.class': 'Datagen', topic: flow.topic, rate: String(rate), 'tasks.max': String(tasks) };
    await worker.create('flow', source);
    await worker.create('drain', { 'connector.class': 'FileStreamSink', topics: flow.topic, file: flow.#file });
    await worker.awaitRunning('flow', tasks);
    await worker.awaitRunning('drain');
    return flow;
  }

  /** Waits until so many more records are in the file. */
  async awaitMore(records: number, timeoutMs = 60_000): Promise<void> {
    const wanted = (await readLines(this.#file)).length + records;
    await untilTrue(`${wanted} lines`, async () => (await readLines(this.#file)).length >= wanted, timeoutMs);
  }

  /** Stops the source, waits until the sink has written all that was made, and checks that nothing is missing anywhere. */
  async finish(worker: ClusterWorker): Promise<FlowOutcome> {
    await worker.call('Connectors/Stop', { name: 'flow' });
    await worker.awaitStatus('flow', 'is stopped', ({ tasks }) => tasks.length === 0);
    const records = await this.#probe.read(this.topic);
    const values = records.map(({ message }) => message.value?.toString() ?? '');
    let lines: readonly string[] = [];
    await untilTrue(
      'all records are in the file',
      async () => {
        lines = await readLines(this.#file);
        return missingOf(values, lines).length === 0;
      },
      60_000,
    );
    for (const [generator, counts] of countsByGenerator(records)) {
      assert.equal(countMissing(counts), 0, `Records of generator ${generator} are missing`);
    }
    assert.deepEqual(missingOf(lines, values), []);
    const different = new Set(values).size;
    return {
      records: different,
      duplicatesInTopic: values.length - different,
      duplicatesInFile: lines.length - different,
    };
  }
}
