import { ConnectorClient } from '../../../src/plugin-host/connector-client.ts';
import type { PluginProcess } from '../../../src/plugin-host/plugin-process.ts';
import { SourceTaskClient } from '../../../src/plugin-host/source-task-client.ts';
import type { SourceOffset } from '../../../src/wire/data-messages.ts';
import type { Demand, SourceUp } from '../../../src/wire/source-messages.ts';
import { type Check, clock, expect, Inbox, patienceMs, type Subject, within } from './check.ts';

const heartbeatMs = 200;
const demand: Demand = { tokens: 1, maxRecords: 1000, maxBytes: 1024 * 1024, maxWaitMs: 500 };
/** What a plugin may need beyond `max_wait_ms`. */
const slackMs = 1500;

interface Source {
  readonly client: SourceTaskClient;
  readonly inbox: Inbox<SourceUp>;
}

/** Rules of `SourceTask.Run`. The task's first configuration is the one that `PlanTasks` gives. */
export function sourceChecks(subject: Subject, className: string): readonly Check[] {
  const open = async (plugin: PluginProcess, offsets: readonly SourceOffset[] = []): Promise<Source> => {
    const connector = new ConnectorClient(plugin, { clock, callTimeoutMs: patienceMs });
    const [config] = await connector.planTasks({ className, connector: 'kit', config: subject.config, maxTasks: 1 });
    expect(config !== undefined, 'PlanTasks gave no task');
    const start = { connector: 'kit', task: 0, epoch: 1, config: config ?? new Map(), offsets, offsetsComplete: true };
    const client = SourceTaskClient.open(plugin, { ...start, heartbeatMs, deadAfterMs: 5 * heartbeatMs }, clock);
    const inbox = new Inbox(client);
    await within("'started'", client.started);
    return { client, inbox };
  };
  const ask = (source: Source, change: Partial<Demand> = {}): void =>
    source.client.send({ kind: 'demand', demand: { ...demand, ...change } });
  return [
    {
      rule: `${className}: says Started`,
      run: async plugin => {
        await open(plugin);
      },
    },
    {
      rule: `${className}: sends nothing without demand, and heartbeats all the same`,
      run: async plugin => {
        const { inbox } = await open(plugin);
        await inbox.take('heartbeat', 10);
        expect(!inbox.messages.some(message => message.kind === 'batch'), 'it sent a batch');
      },
    },
    {
      rule: `${className}: answers each token with one batch within max_wait_ms, empty or not, in sequence`,
      run: async plugin => {
        const source = await open(plugin);
        ask(source, { tokens: 3 });
        await within('the third batch', source.inbox.take('batch', 3), 3 * demand.maxWaitMs + slackMs);
        await source.inbox.take('heartbeat', source.inbox.messages.filter(m => m.kind === 'heartbeat').length + 2);
        expect(source.inbox.messages.filter(m => m.kind === 'batch').length === 3, 'it sent more batches than granted');
      },
    },
    {
      rule: `${className}: keeps to max_records and max_bytes`,
      run: async plugin => {
        const source = await open(plugin);
        ask(source, { maxRecords: 1 });
        await source.inbox.take('batch', 1);
        ask(source, { maxBytes: 256 });
        await source.inbox.take('batch', 2);
      },
    },
    {
      rule: `${className}: declares topics and schemas before it uses them, never twice, and gives offsets as JSON objects`,
      run: async plugin => {
        const source = await open(plugin);
        const ids = { topics: new Set<number>(), schemas: new Set<number>([0]) };
        const problems: string[] = [];
        source.client.onUp(message => {
          source.inbox.messages.push(message);
          if (message.kind === 'declare') declareIds(message.declare, ids, problems);
          if (message.kind === 'batch') checkIds(source.client.batch, ids, problems);
        });
        for (const { declare } of source.inbox.messages.filter(m => m.kind === 'declare'))
          declareIds(declare, ids, problems);
        ask(source, { tokens: 2 });
        await clock.sleep(2 * demand.maxWaitMs + slackMs);
        expect(problems.length === 0, problems.join(', '));
      },
    },
    {
      rule: `${className}: starts from the offsets that it gave`,
      run: async plugin => {
        const first = await open(plugin);
        const offsets: SourceOffset[] = [];
        ask(first);
        const [batch] = await first.inbox.take('batch', 1);
        if (batch !== undefined) {
          first.client.batch.reset(batch.batch.buffer, batch.batch.start, batch.batch.end);
          offsets.push(...first.client.batch.readOffsets().filter(offset => !offset.tombstone));
        }
        const second = await open(
          await subject.launcher.launch(subject.manifest, { bindings: {}, startTimeoutMs: patienceMs }),
          offsets,
        );
        await second.client.stop('STOP', 1000);
      },
    },
    {
      rule: `${className}: takes acknowledgements of both levels, and ones that come late`,
      run: async plugin => {
        const source = await open(plugin);
        ask(source);
        await source.inbox.take('batch', 1);
        for (const level of ['PRODUCED', 'COMMITTED'] as const) {
          const dropped = [{ seq: 1, index: [0], why: null, count: 1 }];
          source.client.send({ kind: 'ack', ack: { level, upToSeq: 1, dropped } });
        }
        const stopping = source.client.stop('STOP', patienceMs);
        await source.inbox.take('stopped', 1);
        source.client.send({ kind: 'ack', ack: { level: 'COMMITTED', upToSeq: 1, dropped: [] } });
        source.client.finish();
        const end = await within('the end', stopping);
        expect(end.kind === 'stopped' && end.isClean, `it ended as ${end.kind}`);
      },
    },
    {
      rule: `${className}: says Stopped while demand is open, and ends its stream when the worker has`,
      run: async plugin => {
        const source = await open(plugin);
        ask(source, { tokens: 2, maxWaitMs: 60_000 });
        const stopping = source.client.stop('STOP', patienceMs);
        await source.inbox.take('stopped', 1);
        source.client.finish();
        const end = await within('the end', stopping);
        expect(end.kind === 'stopped' && end.isClean, `it ended as ${end.kind}`);
      },
    },
    {
      rule: `${className}: ignores log levels that it does not know`,
      run: async plugin => {
        const source = await open(plugin);
        source.client.send({ kind: 'logLevel', logLevel: 'deafening' });
        ask(source);
        await source.inbox.take('batch', 1);
      },
    },
  ];
}

interface Ids {
  readonly topics: Set<number>;
  readonly schemas: Set<number>;
}

function declareIds(declare: Extract<SourceUp, { kind: 'declare' }>['declare'], ids: Ids, problems: string[]): void {
  const note = (what: string, id: number, known: Set<number>): void => {
    if (known.has(id)) problems.push(`${what} ${id} declared twice`);
    known.add(id);
  };
  for (const { id } of declare.topics) note('topic', id, ids.topics);
  for (const { id } of declare.schemas) note('schema', id, ids.schemas);
}

function checkIds(batch: SourceTaskClient['batch'], ids: Ids, problems: string[]): void {
  for (const { partitionJson, offsetJson, tombstone } of batch.readOffsets()) {
    for (const json of tombstone ? [partitionJson] : [partitionJson, offsetJson]) {
      const value: unknown = JSON.parse(Buffer.from(json).toString());
      if (typeof value !== 'object' || Array.isArray(value))
        problems.push(`offset ${Buffer.from(json).toString()} is no JSON object`);
    }
  }
  while (batch.next()) {
    if (!ids.topics.has(batch.topicId)) problems.push(`topic ${batch.topicId} not declared`);
    if (!ids.schemas.has(batch.keySchemaId)) problems.push(`schema ${batch.keySchemaId} not declared`);
    if (!ids.schemas.has(batch.valueSchemaId)) problems.push(`schema ${batch.valueSchemaId} not declared`);
  }
}
