import { ConnectorClient } from '../../../src/plugin-host/connector-client.ts';
import type { PluginProcess } from '../../../src/plugin-host/plugin-process.ts';
import { SinkTaskClient } from '../../../src/plugin-host/sink-task-client.ts';
import { BatchWriter } from '../../../src/wire/batch-writer.ts';
import type { SinkStarted, SinkUp } from '../../../src/wire/sink-messages.ts';
import { type Check, clock, expect, Inbox, patienceMs, type Subject, within } from './check.ts';

const heartbeatMs = 200;

interface Sink {
  readonly client: SinkTaskClient;
  readonly inbox: Inbox<SinkUp>;
  readonly started: SinkStarted;
}

/** Rules of `SinkTask.Run`, with texts for values. */
export function sinkChecks(subject: Subject, className: string): readonly Check[] {
  const open = async (plugin: PluginProcess): Promise<Sink> => {
    const connector = new ConnectorClient(plugin, { clock, callTimeoutMs: patienceMs });
    const [config] = await connector.planTasks({ className, connector: 'kit', config: subject.config, maxTasks: 1 });
    expect(config !== undefined, 'PlanTasks gave no task');
    const offers = ['RAW', 'UTF8', 'JSON'] as const;
    const start = { connector: 'kit', task: 0, epoch: 1, config: config ?? new Map(), offers };
    const client = SinkTaskClient.open(plugin, { ...start, heartbeatMs, deadAfterMs: 5 * heartbeatMs }, clock);
    const inbox = new Inbox(client);
    return { client, inbox, started: await within("'started'", client.started) };
  };
  const openWithPartition = async (plugin: PluginProcess): Promise<Sink> => {
    const sink = await open(plugin);
    sink.client.send({
      kind: 'assign',
      assign: { id: 1, opened: [{ topic: 'kit', partition: 0, offset: 0 }], closed: [] },
    });
    await sink.inbox.take('assigned', 1);
    const schema = { id: 1, format: 'UTF8', definition: Buffer.alloc(0), name: '', version: 0 } as const;
    sink.client.send({ kind: 'declare', declare: { schemas: [schema], topics: [{ id: 1, name: 'kit' }] } });
    return sink;
  };
  return [
    {
      rule: `${className}: says Started, and asks for formats that were offered`,
      run: async plugin => {
        const { started } = await open(plugin);
        const known = ['FORMAT_UNSPECIFIED', 'RAW', 'UTF8', 'JSON'];
        const { keyFormat, valueFormat, headerFormat } = started;
        const areKnown = [keyFormat, valueFormat, headerFormat].every(format => known.includes(format));
        expect(areKnown, 'it asks for another format');
      },
    },
    {
      rule: `${className}: sends heartbeats`,
      run: async plugin => {
        const { inbox } = await open(plugin);
        await inbox.take('heartbeat', 10);
      },
    },
    {
      rule: `${className}: answers an assignment before data`,
      run: async plugin => {
        const { inbox } = await openWithPartition(plugin);
        expect(
          inbox.messages.some(message => message.kind === 'assigned' && message.assigned.id === 1),
          'AssignDone has another id',
        );
      },
    },
    {
      rule: `${className}: answers every batch, and makes all durable at a flush`,
      run: async plugin => {
        const { client, inbox } = await openWithPartition(plugin);
        for (const seq of [1, 2, 3]) client.sendBatch(makeBatch(seq));
        const results = await inbox.take('result', 3);
        expect(results.map(({ result }) => result.seq).join() === '1,2,3', 'results are out of order');
        client.send({ kind: 'flush', flush: { id: 7 } });
        await within('the durable of the flush', flushed(inbox, 7));
      },
    },
    {
      rule: `${className}: answers a flush when there is nothing to do`,
      run: async plugin => {
        const { client, inbox } = await open(plugin);
        client.send({ kind: 'flush', flush: { id: 1 } });
        await within('the durable of the flush', flushed(inbox, 1));
      },
    },
    {
      rule: `${className}: takes partitions away again`,
      run: async plugin => {
        const { client, inbox } = await openWithPartition(plugin);
        client.send({
          kind: 'assign',
          assign: { id: 2, opened: [], closed: [{ topic: 'kit', partition: 0, offset: null }] },
        });
        await inbox.take('assigned', 2);
      },
    },
    {
      rule: `${className}: says Stopped, and ends its stream when the worker has`,
      run: async plugin => {
        const { client, inbox } = await openWithPartition(plugin);
        client.sendBatch(makeBatch(1));
        const stopping = client.stop('STOP', patienceMs);
        await inbox.take('stopped', 1);
        client.finish();
        const end = await within('the end', stopping);
        expect(end.kind === 'stopped' && end.isClean, `it ended as ${end.kind}`);
      },
    },
  ];
}

async function flushed(inbox: Inbox<SinkUp>, id: number): Promise<void> {
  for (let count = 1; ; count += 1) {
    const durables = await inbox.take('durable', count);
    if (durables.at(-1)?.durable.flushId === id) return;
  }
}

function makeBatch(seq: number): Buffer {
  const text = Buffer.from(`kit ${seq}`);
  const writer = new BatchWriter();
  writer.begin({ seq, keySchema: 0, valueSchema: 1 });
  const record = {
    keyBuffer: text,
    keyStart: -1,
    keyEnd: -1,
    valueBuffer: text,
    valueStart: 0,
    valueEnd: text.length,
    timestampMs: 1,
    headers: [],
  };
  writer.append(record, { topicId: 1, partition: 0, offset: seq - 1 });
  return writer.finishSinkDown();
}
