/** How a worker hands a request on to the worker that can serve it. */
import type { ConnectorTaskId } from '../data/connector-task-id.ts';
import type { ConnectorConfig } from '../storage/config-store.ts';
import type { TargetState } from '../storage/states.ts';
import type { ConnectorOffsets } from './connector-offsets.ts';
import type { GroupWorker } from '../group/worker-group.ts';
import type { RestartScope } from './herder.ts';
import type { ConnectorProcesses } from './plugin-processes.ts';

/** What only the leader, or for plain restarts the owner, can do. */
export type HerderRequest =
  | {
      readonly kind: 'create';
      readonly create: { readonly name: string; readonly config: ConnectorConfig; readonly initialState: TargetState };
    }
  | { readonly kind: 'put'; readonly put: { readonly name: string; readonly config: ConnectorConfig } }
  | {
      readonly kind: 'patch';
      /** `set` and `remove` share no key. */
      readonly patch: { readonly name: string; readonly set: ConnectorConfig; readonly remove: readonly string[] };
    }
  | { readonly kind: 'delete'; readonly delete: { readonly name: string } }
  | { readonly kind: 'target'; readonly target: { readonly name: string; readonly state: TargetState } }
  | { readonly kind: 'restart'; readonly restart: RestartScope & { readonly name: string } }
  | { readonly kind: 'restartTask'; readonly restartTask: { readonly name: string; readonly task: number } }
  | {
      readonly kind: 'tasks';
      /** The whole set of task configurations, by task number. */
      readonly tasks: { readonly name: string; readonly configs: readonly ConnectorConfig[] };
    }
  | {
      readonly kind: 'alterOffsets';
      /** At least one. */
      readonly alterOffsets: { readonly name: string; readonly offsets: ConnectorOffsets };
    }
  | { readonly kind: 'resetOffsets'; readonly resetOffsets: { readonly name: string } };

/** A request that came from, or goes to, another worker. */
export interface ForwardedRequest {
  readonly request: HerderRequest;
  /** How many times it was handed on: 1 by the worker that was asked, 2 by that one's leader. */
  readonly hops: number;
}

/** What came of a request. What else a caller wants to know it reads, once it has read the config topic to its end. */
export interface HerderReply {
  /** The connector did not exist before; for `put` only. */
  readonly created: boolean;
  /** The connector did its part; for `alterOffsets` and `resetOffsets` only. */
  readonly offsetsHandled: boolean;
}

/** Nothing came of a request that its caller has to be told. */
export const done: HerderReply = { created: false, offsetsHandled: false };

/** A member of the group, and what it is to run. */
export type DescribedWorker = Pick<GroupWorker, 'memberId' | 'url' | 'peer' | 'work'>;

/** The members of the group as its leader knows them. */
export interface GroupDescription {
  readonly generation: number;
  readonly workers: readonly DescribedWorker[];
}

/** Asks for what a worker runs of connectors. */
export interface WorkQuestion {
  /** Worker id of who asks. */
  readonly askedBy: string;
  /** Names. */
  readonly connectors: readonly string[];
}

/** Most times that a request is handed on: to the leader, and from there to the owner. */
export const hopsMax = 2;

/** The way to the other workers. */
export interface Forwarding {
  /**
   * Hands a request on, signed with the session key, and settles as the other worker says.
   *
   * @param address `host:port` of the other worker's gRPC listener.
   * @param signal its abort ends the call, on the other side too.
   * @throws {ConnectError} what the other worker throws; FORWARD_REFUSED when it cannot be reached, so nothing was done; FORWARD_FAILED
   * when it has gone before it answered; DEADLINE_EXCEEDED.
   */
  forward(address: string, request: ForwardedRequest, signal: AbortSignal): Promise<HerderReply>;
  /**
   * Asks the leader for the members of the group, signed likewise.
   *
   * @param askedBy worker id of who asks.
   * @throws {ConnectError} as {@link forward}; NOT_LEADER.
   */
  describeGroup(address: string, askedBy: string, signal: AbortSignal): Promise<GroupDescription>;
  /**
   * Asks a worker for the plugin processes of what it runs of these connectors, signed likewise.
   *
   * @throws {ConnectError} as {@link forward}.
   */
  describeWork(address: string, question: WorkQuestion, signal: AbortSignal): Promise<readonly ConnectorProcesses[]>;
  /**
   * Has a worker prepare for a connector that it is likely to run, signed likewise.
   *
   * @throws {ConnectError} as {@link forward}; as `ConnectorValidation.require`, if the configuration is checked.
   */
  prepare(address: string, preparation: Preparation, signal: AbortSignal): Promise<void>;
}

/** What a worker does for a connector that it is likely to run soon. */
export interface Preparation {
  readonly config: ConnectorConfig;
  /** The plugin is to check the configuration. */
  readonly isChecked: boolean;
  /** Tasks that it is likely to run; processes are started ahead for as many as `plugin.warm.processes` says at most. */
  readonly tasks: number;
}

/** The herder as other workers see it. */
export interface ForwardTarget {
  /** Serves a request whose signature was found good, or hands it on once more. */
  serveForwarded(request: ForwardedRequest, signal: AbortSignal): Promise<HerderReply>;
  /** The members of the group. @throws {ConnectError} NOT_LEADER, also while a round is under way. */
  describeGroup(): GroupDescription;
  /** Plugin processes of what this worker runs of these connectors; of others nothing. */
  describeWork(connectors: readonly string[]): readonly ConnectorProcesses[];
  /** Does what {@link Forwarding.prepare} asks for. */
  prepare(preparation: Preparation, signal: AbortSignal): Promise<void>;
}

/** Name of the connector that a request is about. */
export function connectorOf(request: HerderRequest): string {
  switch (request.kind) {
    case 'create':
      return request.create.name;
    case 'put':
      return request.put.name;
    case 'patch':
      return request.patch.name;
    case 'delete':
      return request.delete.name;
    case 'target':
      return request.target.name;
    case 'restart':
      return request.restart.name;
    case 'restartTask':
      return request.restartTask.name;
    case 'tasks':
      return request.tasks.name;
    case 'alterOffsets':
      return request.alterOffsets.name;
    case 'resetOffsets':
      return request.resetOffsets.name;
  }
}

/** A task's id as one. */
export function taskOf({ name, task }: { readonly name: string; readonly task: number }): ConnectorTaskId {
  return { connector: name, task };
}
