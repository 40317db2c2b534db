/**
 * Records of the status topic, byte for byte as Kafka Connect's. A null value removes.
 *
 * | key | value |
 * |---|---|
 * | `status-connector-{connector}` | `{"state":…,"trace":text\|null,"worker_id":"host:port","generation":int,"version":text\|null}` |
 * | `status-task-{connector}-{task}` | the same |
 * | `status-topic-{topic}:connector-{connector}` | `{"topic":{"name":…,"connector":…,"task":int,"discoverTimestamp":ms}}` |
 *
 * Topic names cannot contain `:`, connector names can, so the first one ends the topic.
 *
 * @see `KafkaStatusBackingStore` in Kafka Connect.
 */

import { nameOfTask, type ConnectorTaskId } from '../data/connector-task-id.ts';
import { JsonNumber, isJsonObject, type JsonNode } from '../data/json-node.ts';
import { writeJson } from '../data/json-writer.ts';
import { instanceStates, type InstanceState } from './states.ts';
import type { TopicStatus } from './status-store.ts';
import { parseStoredJson, type StoredRecord } from './stored-json.ts';

/** A status as the topic holds it. */
export interface StoredStatus {
  readonly state: InstanceState;
  /** Empty if there is none. */
  readonly trace: string;
  readonly workerId: string;
  /** The group's generation when it was written, as its writer saw it. */
  readonly generation: number;
  /** Empty if unknown. */
  readonly version: string;
}

/** A record of the status topic. */
export type StatusRecord =
  | { readonly kind: 'connector'; readonly connector: string; readonly status: StoredStatus | null }
  | { readonly kind: 'task'; readonly id: ConnectorTaskId; readonly status: StoredStatus | null }
  | {
      readonly kind: 'topic';
      readonly connector: string;
      readonly topic: string;
      readonly status: TopicStatus | null;
    };

/** Reads a record of the status topic. Null if it is none. */
export function parseStatusRecord(keyBytes: Uint8Array | null, valueBytes: Uint8Array | null): StatusRecord | null {
  const key = Buffer.from(keyBytes ?? []).toString();
  const value = valueBytes === null ? tombstone : parseStoredJson(valueBytes);
  if (value instanceof Error) return null;
  if (key.startsWith(connectorPrefix)) return parseConnector(key.slice(connectorPrefix.length), value);
  if (key.startsWith(taskPrefix)) return parseTask(key.slice(taskPrefix.length), value);
  return key.startsWith(topicPrefix) ? parseTopic(key.slice(topicPrefix.length), value) : null;
}

/** Writes a record of the status topic. */
export function writeStatusRecord(record: StatusRecord): StoredRecord {
  switch (record.kind) {
    case 'connector':
      return stored(connectorPrefix + record.connector, record.status && statusValue(record.status));
    case 'task':
      return stored(`${taskPrefix}${nameOfTask(record.id)}`, record.status && statusValue(record.status));
    case 'topic':
      return stored(
        `${topicPrefix}${record.topic}${topicSeparator}${record.connector}`,
        record.status && topicValue(record.status),
      );
  }
}

const connectorPrefix = 'status-connector-';
const taskPrefix = 'status-task-';
const topicPrefix = 'status-topic-';
const topicSeparator = ':connector-';

/** No value at all, which is not the JSON value null. */
const tombstone = Symbol('tombstone');

function parseConnector(connector: string, value: JsonNode | typeof tombstone): StatusRecord | null {
  if (connector === '') return null;
  if (value === tombstone) return { kind: 'connector', connector, status: null };
  const status = parseStatus(value);
  return status && { kind: 'connector', connector, status };
}

function parseTask(rest: string, value: JsonNode | typeof tombstone): StatusRecord | null {
  const parts = /^(.*)-([0-9]+)$/s.exec(rest);
  const task = Number(parts?.[2]);
  if (parts === null || task > maxInt32) return null;
  const id = { connector: parts[1] ?? '', task };
  if (value === tombstone) return { kind: 'task', id, status: null };
  const status = parseStatus(value);
  return status && { kind: 'task', id, status };
}

function parseTopic(rest: string, value: JsonNode | typeof tombstone): StatusRecord | null {
  const end = rest.indexOf(':');
  const topic = rest.slice(0, Math.max(0, end));
  const connector = rest.slice(end + topicSeparator.length);
  if (topic === '' || connector === '' || !rest.startsWith(topicSeparator, end)) return null;
  if (value === tombstone) return { kind: 'topic', connector, topic, status: null };
  const status = parseTopicStatus(value);
  return status && { kind: 'topic', connector, topic, status };
}

function parseStatus(value: JsonNode): StoredStatus | null {
  if (!isJsonObject(value)) return null;
  const state = instanceStates.find(one => one === value.get('state'));
  const workerId = value.get('worker_id');
  const generation = parseInteger(value.get('generation'));
  if (state === undefined || typeof workerId !== 'string' || generation === null) return null;
  return { state, trace: textOf(value.get('trace')), workerId, generation, version: textOf(value.get('version')) };
}

function parseTopicStatus(value: JsonNode): TopicStatus | null {
  const inner = isJsonObject(value) ? value.get('topic') : undefined;
  if (!isJsonObject(inner)) return null;
  const [topic, connector] = [inner.get('name'), inner.get('connector')];
  const [task, discoveredAtMs] = [parseInteger(inner.get('task')), parseInteger(inner.get('discoverTimestamp'))];
  if (typeof topic !== 'string' || typeof connector !== 'string' || task === null || discoveredAtMs === null)
    return null;
  return { topic, connector, task, discoveredAtMs };
}

/** Null unless it is written as an integer: Kafka Connect takes no `1.0` either. */
function parseInteger(value: JsonNode | undefined): number | null {
  return value instanceof JsonNumber && value.isIntegral ? value.toNumber() : null;
}

function textOf(value: JsonNode | undefined): string {
  return typeof value === 'string' ? value : '';
}

function statusValue(status: StoredStatus): JsonNode {
  return new Map<string, JsonNode>([
    ['state', status.state],
    ['trace', status.trace === '' ? null : status.trace],
    ['worker_id', status.workerId],
    ['generation', new JsonNumber(String(status.generation))],
    ['version', status.version === '' ? null : status.version],
  ]);
}

function topicValue(status: TopicStatus): JsonNode {
  const inner = new Map<string, JsonNode>([
    ['name', status.topic],
    ['connector', status.connector],
    ['task', new JsonNumber(String(status.task))],
    ['discoverTimestamp', new JsonNumber(String(status.discoveredAtMs))],
  ]);
  return new Map([['topic', inner]]);
}

function stored(key: string, value: JsonNode): StoredRecord {
  return { key: Buffer.from(key), value: value === null ? null : Buffer.from(writeJson(value)) };
}

const maxInt32 = 0x7fffffff;
