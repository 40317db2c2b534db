import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';

import { SystemClock } from '../../../src/async/clock.ts';
import { assertNever } from '../../../src/errors/assert-never.ts';
import type { CompactedLog } from '../../../src/kafka/compacted-log.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import type { ConfigUpdate } from '../../../src/storage/config-store.ts';
import { KafkaConfigStore } from '../../../src/storage/kafka-config-store.ts';
import { KafkaOffsetStore } from '../../../src/storage/kafka-offset-store.ts';
import { KafkaStatusStore } from '../../../src/storage/kafka-status-store.ts';
import type { InstanceStatus } from '../../../src/storage/states.ts';
import { testBootstrap } from '../../support/broker.ts';
import { toPlain } from '../../support/cluster-configs.ts';
import { createTestLog, patience } from '../../support/compacted-logs.ts';
import { uniqueName } from '../../support/fill-topic.ts';
import { JavaStores, type JavaCommand } from '../../support/java-stores.ts';
import { writeOf } from '../../support/offset-store-contract.ts';
import { readTopic } from '../../support/read-topic.ts';

const log = createSilentLogger();
const clock = new SystemClock();
const bootstrap = testBootstrap();
const odd = 'a-1-ü 😀:b"';
const connectors = ['c', odd, 'gone', 'never'];

/** Our stores on the topics of one prefix, under the names that Java takes too. */
interface OurStores {
  readonly configs: KafkaConfigStore;
  readonly statuses: KafkaStatusStore;
  readonly offsets: KafkaOffsetStore;
  readonly updates: readonly unknown[];
  /** What the next status is written with. */
  readonly group: { generation: number };
}

function openLog(t: Pick<TestContext, 'after'>, name: string, partitions: number): CompactedLog {
  return createTestLog(t, { bootstrapServers: bootstrap, topic: { name, partitions } });
}

async function openOurs(t: Pick<TestContext, 'after'>, prefix: string): Promise<OurStores> {
  const updates: unknown[] = [];
  const group = { generation: 0 };
  const configs = new KafkaConfigStore({ topic: openLog(t, `${prefix}-config`, 1), clock, log });
  const statuses = new KafkaStatusStore({
    topic: openLog(t, `${prefix}-status`, 5),
    generation: () => group.generation,
    clock,
    log,
  });
  const offsets = new KafkaOffsetStore({
    topic: openLog(t, `${prefix}-offset`, 25),
    readTimeoutMs: 30_000,
    clock,
    log,
  });
  await configs.start({ listener: update => updates.push(toJavaWords(update)) });
  await statuses.start();
  await offsets.load();
  return { configs, statuses, offsets, updates, group };
}

/** An update as `InternalTopics.java` writes down what Kafka Connect's listener heard. */
function toJavaWords(update: ConfigUpdate): unknown {
  switch (update.kind) {
    case 'connector-config':
    case 'connector-removed':
    case 'target-state':
      return [update.kind, update.connector];
    case 'task-configs':
      return [update.kind, update.tasks.toSorted((a, b) => a - b)];
    case 'session-key': {
      const { key, algorithm, createdAtMs } = update.sessionKey;
      return [update.kind, { key: Buffer.from(key).toString('base64'), algorithm, createdAtMs }];
    }
    case 'restart':
      return [update.kind, update.request.connector, update.request.includeTasks, update.request.onlyFailed];
    case 'logger-level':
      return [update.kind, update.namespace, update.level];
    default:
      return assertNever(update);
  }
}

const config = (...entries: readonly string[]) =>
  Object.fromEntries(entries.map((value, index) => [`key.${index} "quoted"`, value]));

/** Every kind of write to the config topic, most of them twice. */
const configScript = [
  { do: 'putConnectorConfig', connector: 'c', config: config('1', 'ü 😀 \u0001\t\n\\/ \u2028'), state: 'PAUSED' },
  { do: 'putConnectorConfig', connector: odd, config: config(''), state: 'STOPPED' },
  { do: 'putConnectorConfig', connector: 'gone', config: config('x') },
  { do: 'putTaskConfigs', connector: 'gone', configs: [config('g')] },
  { do: 'putTaskConfigs', connector: 'c', configs: [config('t0'), config('t1'), config('t2')] },
  { do: 'putTaskCountRecord', connector: 'c', count: 3 },
  { do: 'putTaskConfigs', connector: odd, configs: [config('o', 'p')] },
  { do: 'putTargetState', connector: 'c', state: 'STARTED' },
  { do: 'putTargetState', connector: 'c', state: 'STARTED' },
  { do: 'putSessionKey', key: 'AAECAwQFBgcICQ==', algorithm: 'HmacSHA256', createdAtMs: 1_700_000_000_000 },
  { do: 'putSessionKey', key: '/+8=', algorithm: 'HmacSHA512', createdAtMs: 1_700_000_000_001 },
  { do: 'putRestartRequest', connector: 'c', onlyFailed: true, includeTasks: false },
  { do: 'putRestartRequest', connector: odd, onlyFailed: false, includeTasks: true },
  { do: 'putLoggerLevel', namespace: 'org.apache.kafka', level: 'TRACE' },
  { do: 'removeConnectorConfig', connector: 'gone' },
  { do: 'putConnectorConfig', connector: 'c', config: config('2') },
  { do: 'putTaskConfigs', connector: 'c', configs: [config('t3')] },
  { do: 'putTaskConfigs', connector: odd, configs: [] },
  { do: 'putTargetState', connector: odd, state: 'PAUSED' },
] as const;

const workers = ['host-a:8083', 'host-b:8083'] as const;

/** Every kind of write to the status topic; generations and workers are such that some are not written. */
const statusScript = [
  { connector: 'c', state: 'RUNNING', workerId: workers[0], generation: 1, version: '1.0' },
  { connector: odd, state: 'STOPPED', workerId: workers[0], generation: 1, trace: null, version: null },
  { connector: 'c', task: 0, state: 'RUNNING', workerId: workers[0], generation: 1, version: '1.0-SNAPSHOT' },
  { connector: 'c', task: 1, state: 'PAUSED', workerId: workers[0], generation: 1, version: null },
  { connector: 'c', task: 2, state: 'RUNNING', workerId: workers[1], generation: 3, version: null },
  { connector: 'c', task: 2, state: 'UNASSIGNED', workerId: workers[0], generation: 2, version: null },
  { connector: 'c', task: 2, state: 'FAILED', workerId: workers[0], generation: 2, trace: 'late', version: null },
  { connector: 'c', task: 2, state: 'UNASSIGNED', workerId: workers[0], generation: 3, version: null },
  { connector: 'c', task: 3, state: 'FAILED', workerId: workers[0], generation: 3, trace: 'é\n\tat 😀', version: '1' },
  { connector: 'c', task: 3, state: 'RESTARTING', workerId: workers[0], generation: 3, trace: null, version: '1' },
  { connector: odd, task: 12, state: 'UNASSIGNED', workerId: workers[0], generation: 3, version: null },
  { connector: 'gone', state: 'RUNNING', workerId: workers[0], generation: 3, version: null },
  { connector: 'gone', task: 0, state: 'RUNNING', workerId: workers[0], generation: 3, version: null },
] as const;

const topicScript = [
  { connector: 'c', topic: 'orders', task: 0, discoveredAtMs: 1_700_000_000_000 },
  { connector: odd, topic: 'orders', task: 3, discoveredAtMs: 1_700_000_000_001 },
  { connector: 'gone', topic: 'orders_2', task: 0, discoveredAtMs: 5 },
] as const;

const offsetScript = [
  {
    connector: 'c',
    offsets: [
      { partition: { filename: '/a' }, offset: { position: 42 } },
      { partition: { server: 's', schema: 'p', table: 'ü😀"\u0007' }, offset: { b: 1.5, a: true, n: null, t: '😀' } },
      { partition: { z: 9007199254740992, y: -1, x: 1e10, w: 0.001, v: false }, offset: { big: 1e21, small: 1e-7 } },
      { partition: {}, offset: {} },
    ],
  },
  { connector: odd, offsets: [{ partition: { 'db.name': 'd', table: 't' }, offset: { lsn: 7 } }] },
  {
    connector: 'c',
    offsets: [
      { partition: { filename: '/a' }, offset: { position: 43 } },
      { partition: {}, offset: null },
    ],
  },
] as const;

const configsOf = (map: Readonly<Record<string, string>>): ReadonlyMap<string, string> => new Map(Object.entries(map));

async function writeConfigs({ configs }: OurStores, step: (typeof configScript)[number]): Promise<void> {
  switch (step.do) {
    case 'putConnectorConfig':
      return configs.putConnectorConfig(
        step.connector,
        configsOf(step.config),
        'state' in step ? step.state : undefined,
      );
    case 'removeConnectorConfig':
      return configs.removeConnectorConfig(step.connector);
    case 'putTaskConfigs':
      return configs.putTaskConfigs(step.connector, step.configs.map(configsOf));
    case 'putTargetState':
      return configs.putTargetState(step.connector, step.state);
    case 'putTaskCountRecord':
      return configs.putTaskCountRecord(step.connector, step.count);
    case 'putSessionKey':
      return configs.putSessionKey({ ...step, key: Buffer.from(step.key, 'base64') });
    case 'putRestartRequest':
      return configs.putRestartRequest(step);
    case 'putLoggerLevel':
      return configs.putLoggerLevel(step.namespace, step.level);
    default:
      return assertNever(step);
  }
}

async function writeStatuses({ statuses, group }: OurStores): Promise<void> {
  for (const { connector, generation, ...step } of statusScript) {
    group.generation = generation;
    const trace = 'trace' in step ? (step.trace ?? '') : '';
    const { state, workerId } = step;
    const version = step.version ?? '';
    const status: InstanceStatus = { state, workerId, version, trace, lastExit: null, restarts: 0, pid: null };
    if ('task' in step) await statuses.putTaskStatus({ ...status, id: { connector, task: step.task } });
    else await statuses.putConnectorStatus(connector, status);
  }
  for (const topic of topicScript) await statuses.putActiveTopic(topic);
  await statuses.removeConnector('gone');
  await statuses.resetActiveTopics('gone');
}

async function writeOffsets({ offsets }: OurStores): Promise<void> {
  for (const { connector, offsets: entries } of offsetScript) {
    const writes = entries.map(({ partition, offset }) =>
      // 1e21 is a double in Java, too; JavaScript writes the numbers below it without a point.
      writeOf(JSON.stringify(partition), offset === null ? null : JSON.stringify(offset)),
    );
    await offsets.put(connector, writes);
  }
}

async function writeOurs(ours: OurStores): Promise<void> {
  for (const step of configScript) await writeConfigs(ours, step);
  await writeStatuses(ours);
  await writeOffsets(ours);
}

/** Java's answers come one after the other; a status is read back before the next is put, as with ours. */
async function writeJavas(java: JavaStores): Promise<void> {
  for (const step of configScript) {
    await java.do(step);
    await java.do({ do: 'readConfigs', connectors: [] });
  }
  const put = async (command: JavaCommand): Promise<void> => {
    await java.do(command);
    // The rules for the next write look at what was read.
    await java.do({ do: 'settleStatuses' });
  };
  for (const step of statusScript) await put({ do: 'putStatus', ...step });
  for (const step of topicScript) await put({ do: 'putTopic', ...step });
  const gone = { do: 'putStatus', connector: 'gone', state: 'DESTROYED', workerId: workers[0], generation: 3 };
  await put({ ...gone, task: 0 });
  await put(gone);
  await put({ do: 'deleteTopic', connector: 'gone', topic: 'orders_2' });
  for (const step of offsetScript) await java.do({ do: 'putOffsets', ...step });
}

/** The partitions that have an offset in the end. */
const partitionsOf = (connector: string) =>
  offsetScript.flatMap(step => (step.connector === connector ? step.offsets.map(each => each.partition) : []));

async function describeOurs({ configs, statuses, offsets, updates }: OurStores): Promise<unknown> {
  await configs.refresh(patience());
  const brief = (status: InstanceStatus | null): unknown =>
    status && { state: status.state, workerId: status.workerId, trace: status.trace, version: status.version };
  const statusOf = (name: string): unknown => ({
    connector: brief(statuses.connectorStatus(name)),
    tasks: Object.fromEntries(statuses.taskStatuses(name).map(status => [status.id.task, brief(status)])),
    topics: Object.fromEntries(statuses.activeTopics(name).map(topic => [topic.topic, topic])),
  });
  const offsetsOf = async (connector: string): Promise<unknown> => {
    const asked = partitionsOf(connector).map(partition => Buffer.from(JSON.stringify(partition)));
    const found = await offsets.lookup(connector, asked);
    return found.map((json): unknown => json && JSON.parse(Buffer.from(json).toString()));
  };
  return {
    configs: { state: toPlain(configs.snapshot(), connectors), updates },
    statuses: Object.fromEntries(connectors.map(name => [name, statusOf(name)])),
    offsets: await Promise.all(['c', odd].map(offsetsOf)),
  };
}

async function describeJavas(java: JavaStores): Promise<unknown> {
  const offsets = [];
  for (const connector of ['c', odd]) {
    offsets.push(await java.do({ do: 'readOffsets', connector, partitions: partitionsOf(connector) }));
  }
  return {
    configs: await java.do({ do: 'readConfigs', connectors }),
    statuses: await java.do({ do: 'readStatuses', connectors }),
    offsets,
  };
}

/** Every record of a topic, with its partition. Sorted by key where several partitions have no order among them. */
async function rawRecords(topic: string): Promise<readonly string[]> {
  const records = await readTopic(bootstrap, topic);
  const lines = records.map(
    ({ partition, message }) =>
      `${partition} ${message.key?.toString() ?? 'null'} ${message.value?.toString() ?? 'null'}`,
  );
  return topic.endsWith('-config') ? lines : lines.sort();
}

describe('internal topics beside Kafka Connect', () => {
  let java: JavaStores;
  const open = (prefix: string): Promise<unknown> => java.do({ do: 'open', bootstrap, prefix });

  before(async () => {
    java = await JavaStores.start();
  });
  after(() => java.stop());

  test('hold the same bytes in the same partitions, and each side reads its own and the other alike', async t => {
    const [oursPrefix, javasPrefix] = [uniqueName('ours'), uniqueName('javas')];
    const ours = await openOurs(t, oursPrefix);
    await writeOurs(ours);
    await open(javasPrefix);
    await writeJavas(java);

    const oursOfOurs = await describeOurs(ours);
    const javasOfJavas = await describeJavas(java);
    await open(oursPrefix);
    const javasOfOurs = await describeJavas(java);
    const oursOfJavas = await describeOurs(await openOurs(t, javasPrefix));

    for (const topic of ['config', 'status', 'offset']) {
      const [oursRaw, javasRaw] = [
        await rawRecords(`${oursPrefix}-${topic}`),
        await rawRecords(`${javasPrefix}-${topic}`),
      ];
      assert.deepEqual(oursRaw, javasRaw, topic);
      assert.ok(oursRaw.length > 5);
    }
    assert.deepEqual(oursOfOurs, javasOfJavas);
    assert.deepEqual(oursOfJavas, javasOfOurs);
  });

  test('are taken over and given back: offsets are found under the keys of the other side', async t => {
    const prefix = uniqueName('takeover');
    const partition = { server: 's', schema: 'p', table: 't', 'topic.prefix': 'x' };
    const put = (lsn: number): Promise<unknown> =>
      java.do({ do: 'putOffsets', connector: 'c', offsets: [{ partition, offset: { lsn } }] });
    const read = (): Promise<unknown> => java.do({ do: 'readOffsets', connector: 'c', partitions: [partition] });
    await open(prefix);
    await put(1);
    const ours = await openOurs(t, prefix);
    const insertion = JSON.stringify(partition);

    const found = await ours.offsets.lookup('c', [Buffer.from(insertion)]);
    await ours.offsets.put('c', [writeOf(insertion, '{"lsn":2}')]);
    const second = await read();
    await put(3);
    const third = await ours.offsets.lookup('c', [Buffer.from(insertion)]);
    await ours.offsets.put('c', [writeOf(insertion, null)]);
    const removed = await read();

    assert.deepEqual(
      [found, third].map(([json]) => json && Buffer.from(json).toString()),
      ['{"lsn":1}', '{"lsn":3}'],
    );
    assert.deepEqual([second, removed], [[{ lsn: 2 }], [null]]);
    const keys = new Set((await readTopic(bootstrap, `${prefix}-offset`)).map(({ message }) => String(message.key)));
    assert.equal(keys.size, 1);
  });

  test('that compaction, dead leaders and foreign hands left behind are understood alike', async t => {
    const prefix = uniqueName('odd');
    const topic = openLog(t, `${prefix}-config`, 1);
    await topic.start(() => undefined, patience());
    for (const [key, value] of oddRecords) {
      await topic.send(Buffer.from(key), value === null ? null : Buffer.from(value));
    }

    await open(prefix);
    const javas = await java.do({ do: 'readConfigs', connectors: oddConnectors });
    const ours = await openOurs(t, prefix);

    assert.deepEqual({ state: toPlain(ours.configs.snapshot(), oddConnectors), updates: ours.updates }, javas);
  });
});

const properties = (value: string): string => `{"properties":{"key":"${value}"}}`;
const oddConnectors = [
  'lost',
  'lost-again',
  'repaired',
  'left-over',
  'half-gone',
  'remade',
  'zero',
  'state-1',
  'state-2',
  'state-3',
  'blank',
];

/** What the reducer's unit tests have, once more, for Kafka Connect to judge. */
const oddRecords: readonly (readonly [key: string, value: string | null])[] = [
  ['connector-lost', properties('c')],
  ['task-lost-1', properties('t1')],
  ['commit-lost', '{"tasks":2}'],
  ['task-lost-0', properties('never committed')],
  ['connector-lost-again', properties('c')],
  ['commit-lost-again', '{"tasks":1}'],
  ['connector-lost-again', null],
  ['connector-lost-again', properties('d')],
  ['connector-repaired', properties('c')],
  ['task-repaired-1', properties('t1')],
  ['commit-repaired', '{"tasks":2}'],
  ['task-repaired-0', properties('t0')],
  ['commit-repaired', '{"tasks":1}'],
  ['connector-left-over', properties('c')],
  ['task-left-over-1', properties('left over')],
  ['task-left-over-0', properties('t0')],
  ['commit-left-over', '{"tasks":1}'],
  ['task-half-gone-0', properties('t0')],
  ['commit-half-gone', '{"tasks":1}'],
  ['connector-half-gone', properties('new')],
  ['tasks-fencing-remade', '{"task-count":5}'],
  ['connector-remade', properties('1')],
  ['task-remade-0', properties('t0')],
  ['commit-remade', '{"tasks":1}'],
  ['connector-remade', null],
  ['target-state-remade', null],
  ['connector-remade', properties('2')],
  ['connector-zero', properties('1')],
  ['commit-zero', '{"tasks":0}'],
  ['task-zero-0', properties('t')],
  ['commit-zero', '{"tasks":1}'],
  ['commit-zero', '{"tasks":0}'],
  ['commit-zero', '[]'],
  ['connector-zero', properties('2')],
  ['target-state-state-1', '{"state":"PAUSED"}'],
  ['connector-state-1', properties('1')],
  ['connector-state-2', properties('1')],
  ['target-state-state-2', '{"state":"PAUSED","state.v2":7}'],
  ['target-state-state-2', '{"state":"PAUSED","state.v2":"NONE"}'],
  ['target-state-state-3', '{"state.v2":"STOPPED"}'],
  ['connector-state-3', '{"properties":[]}'],
  ['connector-blank', properties('1')],
  ['connector-blank', ' '],
  ['tasks-fencing-blank', '{"task-count":2} {"task-count":3}'],
  ['tasks-fencing-blank', '[]'],
  ['task-blank-x', properties('1')],
  ['session-key', '{"key":"AAAA","algorithm":"HmacSHA256","creation-timestamp":5}'],
  ['session-key', '{"key":"AAAB","algorithm":"HmacSHA256","creation-timestamp":5.0}'],
  ['session-key', '{"key":"AAAC","creation-timestamp":5}'],
  ['unknown', '{}'],
  ['connector-garbage', 'not json'],
];
