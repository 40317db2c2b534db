/**
 * Records of the config topic, byte for byte as Kafka Connect's. Keys are told apart by their beginning, in this order; values are
 * JSON, a null value removes.
 *
 * | key | value |
 * |---|---|
 * | `target-state-{connector}` | `{"state":"STARTED"\|"PAUSED","state.v2":"STARTED"\|"PAUSED"\|"STOPPED"}` |
 * | `connector-{connector}` | `{"properties":{…}}` |
 * | `task-{connector}-{task}` | `{"properties":{…}}`, of no effect until the next commit |
 * | `commit-{connector}` | `{"tasks":N}` |
 * | `restart-connector-{connector}` | `{"include-tasks":bool,"only-failed":bool}` |
 * | `tasks-fencing-{connector}` | `{"task-count":N}`, the "task count record" |
 * | `session-key` | `{"key":base64,"algorithm":text,"creation-timestamp":ms}` |
 * | `logger-cluster-{namespace}` | `{"level":text}` |
 *
 * @see `KafkaConfigBackingStore` in Kafka Connect.
 */

import { nameOfTask } from '../data/connector-task-id.ts';
import { JsonNumber, isJsonObject, type JsonNode, type JsonObject } from '../data/json-node.ts';
import { writeJson } from '../data/json-writer.ts';
import type { ConnectorConfig, RestartRequest, SessionKey } from './config-store.ts';
import { parseStoredJson, type StoredRecord } from './stored-json.ts';
import { targetStates, type TargetState } from './states.ts';

/** A record that bears on one connector's configuration. */
export type ConnectorRecord = { readonly connector: string } & (
  | { readonly kind: 'target-state'; readonly state: TargetState | null }
  /** A null configuration deletes the connector. */
  | { readonly kind: 'connector'; readonly config: ConnectorConfig | null }
  | { readonly kind: 'task'; readonly task: number; readonly config: ConnectorConfig }
  /** A count of null is one that cannot be read; it still tells that someone wrote here. */
  | { readonly kind: 'commit'; readonly taskCount: number | null }
  | { readonly kind: 'task-count'; readonly taskCount: number }
);

/** A record of the config topic. */
export type ConfigRecord =
  | ConnectorRecord
  | { readonly kind: 'restart'; readonly request: RestartRequest }
  | { readonly kind: 'session-key'; readonly sessionKey: SessionKey }
  | { readonly kind: 'logger-level'; readonly namespace: string; readonly level: string };

/** A record as it was read. */
export type ParsedConfigRecord =
  | ConfigRecord
  /** Its value is JSON and means nothing here: it counts for the config offset only. */
  | { readonly kind: 'ignored'; readonly reason: string }
  /** Its value is not JSON: it does not even count. */
  | { readonly kind: 'undecodable'; readonly reason: string };

/** Reads a record of the config topic. Reasons hold no values (I9). */
export function parseConfigRecord(keyBytes: Uint8Array | null, valueBytes: Uint8Array | null): ParsedConfigRecord {
  const value = valueBytes === null ? null : parseStoredJson(valueBytes);
  if (value instanceof Error) return { kind: 'undecodable', reason: value.message };
  const key = Buffer.from(keyBytes ?? []).toString();
  for (const [prefix, parse] of parsers) {
    if (key.startsWith(prefix)) return parse(key.slice(prefix.length), value);
  }
  return key === sessionKeyKey ? parseSessionKey(value) : ignored('the key is of no known kind');
}

/** Writes a record of the config topic. */
export function writeConfigRecord(record: ConfigRecord): StoredRecord {
  switch (record.kind) {
    case 'target-state':
      return stored(
        targetStatePrefix + record.connector,
        record.state === null ? null : targetStateValue(record.state),
      );
    case 'connector':
      return stored(connectorPrefix + record.connector, record.config === null ? null : configValue(record.config));
    case 'task':
      return stored(`${taskPrefix}${nameOfTask(record)}`, configValue(record.config));
    case 'commit':
      return stored(commitPrefix + record.connector, new Map([['tasks', countValue(record.taskCount)]]));
    case 'task-count':
      return stored(fencingPrefix + record.connector, new Map([['task-count', countValue(record.taskCount)]]));
    case 'restart': {
      const { connector, includeTasks, onlyFailed } = record.request;
      const value = new Map<string, JsonNode>([
        ['include-tasks', includeTasks],
        ['only-failed', onlyFailed],
      ]);
      return stored(restartPrefix + connector, value);
    }
    case 'session-key': {
      const { key, algorithm, createdAtMs } = record.sessionKey;
      const value = new Map<string, JsonNode>([
        ['key', Buffer.from(key).toString('base64')],
        ['algorithm', algorithm],
        ['creation-timestamp', new JsonNumber(String(createdAtMs))],
      ]);
      return stored(sessionKeyKey, value);
    }
    case 'logger-level':
      return stored(loggerPrefix + record.namespace, new Map([['level', record.level]]));
  }
}

const targetStatePrefix = 'target-state-';
const connectorPrefix = 'connector-';
const taskPrefix = 'task-';
const commitPrefix = 'commit-';
const restartPrefix = 'restart-connector-';
const fencingPrefix = 'tasks-fencing-';
const sessionKeyKey = 'session-key';
const loggerPrefix = 'logger-cluster-';

/** What reads the rest of a key after its prefix, with the value. */
type Parser = (rest: string, value: JsonNode) => ParsedConfigRecord;

const parsers: readonly (readonly [prefix: string, parse: Parser])[] = [
  [targetStatePrefix, parseTargetState],
  [connectorPrefix, parseConnector],
  [taskPrefix, parseTask],
  [commitPrefix, parseCommit],
  [restartPrefix, parseRestart],
  [fencingPrefix, parseTaskCount],
  [loggerPrefix, parseLoggerLevel],
];

function parseTargetState(connector: string, value: JsonNode): ParsedConfigRecord {
  if (value === null) return { kind: 'target-state', connector, state: null };
  if (!isJsonObject(value)) return notAnObject;
  const newer = value.get('state.v2');
  // Workers before 3.5 write `state` alone, and read nothing else.
  const name = typeof newer === 'string' ? newer : value.get('state');
  const state = targetStates.find(one => one === name);
  return state === undefined ? ignored('the target state is none') : { kind: 'target-state', connector, state };
}

function parseConnector(connector: string, value: JsonNode): ParsedConfigRecord {
  if (value === null) return { kind: 'connector', connector, config: null };
  const config = parseProperties(value);
  return config === null ? noProperties : { kind: 'connector', connector, config };
}

function parseTask(rest: string, value: JsonNode): ParsedConfigRecord {
  const dash = rest.lastIndexOf('-');
  const task = parseTaskNumber(rest.slice(dash + 1));
  if (dash < 0 || task === null) return ignored('the key names no task');
  const config = value === null ? null : parseProperties(value);
  return config === null ? noProperties : { kind: 'task', connector: rest.slice(0, dash), task, config };
}

function parseCommit(connector: string, value: JsonNode): ParsedConfigRecord {
  return { kind: 'commit', connector, taskCount: parseCount(value, 'tasks') };
}

function parseTaskCount(connector: string, value: JsonNode): ParsedConfigRecord {
  const taskCount = parseCount(value, 'task-count');
  return taskCount === null ? ignored('it holds no task count') : { kind: 'task-count', connector, taskCount };
}

function parseRestart(connector: string, value: JsonNode): ParsedConfigRecord {
  if (!isJsonObject(value)) return notAnObject;
  const request = {
    connector,
    includeTasks: value.get('include-tasks') === true,
    onlyFailed: value.get('only-failed') === true,
  };
  return { kind: 'restart', request };
}

function parseSessionKey(value: JsonNode): ParsedConfigRecord {
  if (!isJsonObject(value)) return notAnObject;
  const [text, algorithm, createdAt] = ['key', 'algorithm', 'creation-timestamp'].map(field => value.get(field));
  const key = typeof text === 'string' ? Buffer.from(text, 'base64') : null;
  // Node skips what is not base64; what does not come out as it went in was not.
  if (key === null || key.length === 0 || key.toString('base64') !== text) return ignored('the key is not base64');
  if (typeof algorithm !== 'string') return ignored('the algorithm is missing');
  if (!(createdAt instanceof JsonNumber) || !createdAt.isIntegral) return ignored('the creation time is no integer');
  return { kind: 'session-key', sessionKey: { key, algorithm, createdAtMs: createdAt.toNumber() } };
}

function parseLoggerLevel(namespace: string, value: JsonNode): ParsedConfigRecord {
  const level = isJsonObject(value) ? value.get('level') : undefined;
  return typeof level === 'string' ? { kind: 'logger-level', namespace, level } : ignored('it holds no level');
}

/** Null unless all properties are texts. One that is null, which Kafka Connect allows for a connector, is as if it were not there. */
function parseProperties(value: JsonNode): ConnectorConfig | null {
  const properties = isJsonObject(value) ? value.get('properties') : undefined;
  if (!isJsonObject(properties)) return null;
  const config = new Map<string, string>();
  for (const [key, property] of properties) {
    if (property === null) continue;
    if (typeof property !== 'string') return null;
    config.set(key, property);
  }
  return config;
}

function parseCount(value: JsonNode, field: string): number | null {
  const count = isJsonObject(value) ? value.get(field) : undefined;
  if (!(count instanceof JsonNumber) || !count.isIntegral) return null;
  return parseTaskNumber(count.text);
}

/** Null unless it is a Java `int` that is not negative. */
function parseTaskNumber(text: string): number | null {
  return /^[0-9]+$/.test(text) && Number(text) <= 0x7fffffff ? Number(text) : null;
}

/** Workers before 3.5 do not know STOPPED; to them it is PAUSED. */
function targetStateValue(state: TargetState): JsonObject {
  return new Map([
    ['state', state === 'STOPPED' ? 'PAUSED' : state],
    ['state.v2', state],
  ]);
}

function configValue(config: ConnectorConfig): JsonObject {
  return new Map([['properties', new Map(config)]]);
}

function countValue(count: number | null): JsonNode {
  return count === null ? null : new JsonNumber(String(count));
}

function stored(key: string, value: JsonObject | null): StoredRecord {
  return { key: Buffer.from(key), value: value === null ? null : Buffer.from(writeJson(value)) };
}

function ignored(reason: string): ParsedConfigRecord {
  return { kind: 'ignored', reason };
}

const notAnObject = ignored('the value is no JSON object');
const noProperties = ignored("the value holds no 'properties' that are all texts");
