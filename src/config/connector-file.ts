/**
 * Files that describe one connector, in the three forms that Kafka's `connect-standalone` accepts: a JSON object of the
 * configuration, a JSON create request `{"name": …, "config": {…}, "initial_state": …}`, or a properties file.
 */
import { ConnectError } from '../errors/connect-error.ts';
import { parseJsonObject, toConfigMap, type JsonObject } from './json-config.ts';
import type { ConfigMap } from './parsed-config.ts';
import { parseProperties, readConfigText } from './properties-file.ts';

/** State that a connector is created in. */
export const initialStates = ['RUNNING', 'PAUSED', 'STOPPED'] as const;

/** One of {@link initialStates}. */
export type InitialState = (typeof initialStates)[number];

/** A connector to create. */
export interface ConnectorFile {
  readonly name: string;
  /** The configuration; its `name` is always set. Values are as written, references to config providers included. */
  readonly config: ConfigMap;
  /** RUNNING where the file says nothing. */
  readonly initialState: InitialState;
}

/**
 * Reads a connector file. Whatever starts with `{` is JSON.
 *
 * @throws {ConnectError} CONFIG_FILE_UNREADABLE.
 */
export async function readConnectorFile(path: string): Promise<ConnectorFile> {
  return parseConnectorFile(await readConfigText(path), path);
}

/**
 * The connector that a file's text describes.
 *
 * @param source name of the text in errors.
 * @throws {ConnectError} CONFIG_FILE_UNREADABLE.
 */
export function parseConnectorFile(text: string, source: string): ConnectorFile {
  if (!text.trimStart().startsWith('{')) return toConnectorFile(parseProperties(text, source), source);
  const json = parseJsonObject(text, source);
  const config = json.get('config');
  return config instanceof Map
    ? fromCreateRequest(json, config, source)
    : toConnectorFile(toConfigMap(json, source), source);
}

/**
 * The initial state that a create request names, in any case.
 *
 * @returns undefined when there is no such state.
 */
export function parseInitialState(text: string): InitialState | undefined {
  return initialStates.find(state => state === text.toUpperCase());
}

function fromCreateRequest(request: JsonObject, configJson: JsonObject, source: string): ConnectorFile {
  const config = toConfigMap(configJson, source);
  const name = request.get('name');
  if (typeof name !== 'string' || name === '') throw unreadable(source, `'name' must be a text that is not empty`);
  if ((config.get('name') ?? name) !== name) {
    throw unreadable(source, `'name' is '${name}', but 'config' names the connector '${config.get('name') ?? ''}'`);
  }
  const stateText = request.get('initial_state') ?? 'RUNNING';
  const initialState = typeof stateText === 'string' ? parseInitialState(stateText) : undefined;
  if (initialState === undefined)
    throw unreadable(source, `'initial_state' must be one of ${initialStates.join(', ')}`);
  return { name, config: new Map([...config, ['name', name]]), initialState };
}

function toConnectorFile(config: ConfigMap, source: string): ConnectorFile {
  const name = config.get('name');
  if (name === undefined) throw unreadable(source, `the mandatory 'name' is missing`);
  return { name, config, initialState: 'RUNNING' };
}

function unreadable(source: string, reason: string): ConnectError {
  return new ConnectError('CONFIG_FILE_UNREADABLE', `Connector file '${source}': ${reason}`, {
    details: { file: source },
  });
}
