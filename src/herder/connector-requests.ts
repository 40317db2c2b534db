/**
 * The way of a request: learn who can serve it, check it there, do it there.
 *
 * ```
 * asked ──▶ queue ──▶ leader, or owner? ──no──▶ handed on, at most twice ──▶ the same there
 *                            │ yes
 *                            ▼
 *                  plugin validates, or agrees ──▶ queue: still? ──no──▶ handed on
 *                                                    │ yes
 *                                                    ▼
 *                             config topic or offsets written, or restarted ──▶ answer
 * ```
 *
 * A request that met a rebalance, or a worker that is gone or stops, was not done; the worker that was asked first tries it again until
 * its caller gives up. One whose worker has gone before it answered may have been done: it is tried again if it comes to the same when it
 * is done twice, and fails with FORWARD_FAILED if it does not.
 */
import { abortable } from '../async/abortable.ts';
import { backoffMs } from '../async/backoff.ts';
import type { Clock } from '../async/clock.ts';
import { Stages } from '../async/stages.ts';
import type { ErrorCodeName } from '../errors/codes.ts';
import { ConnectError } from '../errors/connect-error.ts';
import type { GroupAssignment, GroupWorker, WorkerGroup } from '../group/worker-group.ts';
import type { ConfigStore, ConnectorConfig } from '../storage/config-store.ts';
import type { AssignedConnector } from './assigned-connector.ts';
import type { ConnectorPreparation } from './connector-preparation.ts';
import { applyPatch, type ConnectorView } from './connector-view.ts';
import {
  connectorOf,
  done,
  hopsMax,
  taskOf,
  type ForwardedRequest,
  type Forwarding,
  type HerderReply,
  type HerderRequest,
} from './forwarding.ts';
import type { LeaderDuties } from './leader-duties.ts';
import type { AgreedModification, OffsetsOperations } from './offsets-operations.ts';
import type { RequestQueue } from './request-queue.ts';
import { timedOut } from './timed-out.ts';

/** What serving requests needs. */
export interface ConnectorRequestsOptions {
  readonly queue: RequestQueue;
  /** What the worker is doing. */
  readonly stages: Stages;
  readonly group: Pick<WorkerGroup, 'assignment' | 'workers' | 'owner'>;
  readonly configs: Pick<ConfigStore, 'refresh' | 'targetState'>;
  readonly view: Pick<ConnectorView, 'config' | 'configOfStopped' | 'requireTask'>;
  readonly duties: Pick<LeaderDuties, 'write'>;
  readonly preparation: Pick<ConnectorPreparation, 'require'>;
  readonly offsets: Pick<OffsetsOperations, 'agreeToAlter' | 'agreeToReset'>;
  /** The group has shared out the connectors and tasks that are configured now. */
  readonly isSharedOut: () => boolean;
  readonly forwarding: Pick<Forwarding, 'forward'>;
  /** Where a worker that does not tell its address is reached, by its advertised URL. */
  readonly grpcAddressOf: (url: string) => string;
  /** What runs here of a connector. */
  readonly find: (connector: string) => AssignedConnector | undefined;
  readonly clock: Clock;
}

/** Who serves a request: this worker, or the one at that gRPC address. */
type Place = { readonly kind: 'here' } | { readonly kind: 'elsewhere'; readonly address: string };

const here: Place = { kind: 'here' };

/** What is left to do of a request in the queue, by the leader. */
type Write = () => Promise<HerderReply>;

/** Pauses of a request that has to wait a rebalance out, or for another leader. */
const retryBackoff = { initialMs: 50, maxMs: 500 };

/** Serves requests, here or elsewhere. */
export class ConnectorRequests {
  readonly #options: ConnectorRequestsOptions;

  constructor(options: ConnectorRequestsOptions) {
    this.#options = options;
  }

  /**
   * Serves a request that was made to this worker. When it resolves, this worker's reads show what came of it (D9).
   *
   * @throws {ConnectError} why it cannot be done; DEADLINE_EXCEEDED with what is being done for it.
   */
  serve(request: HerderRequest, signal: AbortSignal): Promise<HerderReply> {
    return this.#staged(signal, stages => this.#serveInTheEnd(request, stages, signal));
  }

  /** Serves a request once, wherever it came from. @throws {ConnectError} also GROUP_REBALANCE, if it was not done. */
  async serveForwarded(forwarded: ForwardedRequest, signal: AbortSignal): Promise<HerderReply> {
    try {
      return await this.#staged(signal, stages => this.#serveOnce(forwarded, stages, signal));
    } catch (error) {
      // It was waiting when this worker began to stop: whoever leads next can serve it.
      if (error === this.#options.queue.closed) throw leavesGroup();
      throw error;
    }
  }

  #staged<T>(signal: AbortSignal, work: (stages: Stages) => Promise<T>): Promise<T> {
    const stages = new Stages(this.#options.clock);
    return abortable(work(stages), signal, () => timedOut(this.#options.stages, stages));
  }

  async #serveInTheEnd(request: HerderRequest, stages: Stages, signal: AbortSignal): Promise<HerderReply> {
    const { clock, configs } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const reply = await this.#serveOnce({ request, hops: 0 }, stages, signal);
        await stages.during('reading the config topic to its end', () => configs.refresh(signal));
        return reply;
      } catch (error) {
        if (signal.aborted || !wasNotDone(error, request)) throw error;
        const pauseMs = backoffMs(retryBackoff, attempt);
        await stages.during('waiting for a rebalance to be over', () => clock.sleep(pauseMs, signal));
      }
    }
  }

  async #serveOnce(forwarded: ForwardedRequest, stages: Stages, signal: AbortSignal): Promise<HerderReply> {
    const { queue } = this.#options;
    const { request } = forwarded;
    const handOn = (address: string): Promise<HerderReply> =>
      stages.during(stageOf(`waiting for the worker at ${address} to serve`, request), () =>
        this.#handOn(forwarded, address, signal),
      );
    const place = await queue.submit(stageOf('looking for who serves', request), () => this.#placeOf(request), signal);
    if (place.kind === 'elsewhere') return handOn(place.address);
    if (request.kind === 'restartTask' || isPlainRestart(request)) {
      return stages.during(stageOf('serving', request), () => this.#restart(request));
    }
    const write = await stages.during(stageOf('checking the configuration of', request), () =>
      this.#prepare(request, signal),
    );
    const outcome = await queue.submit(
      stageOf('serving', request),
      async () => {
        const now = await this.#placeOf(request);
        return now.kind === 'here' ? { reply: await write() } : now;
      },
      signal,
    );
    return 'reply' in outcome ? outcome.reply : handOn(outcome.address);
  }

  async #handOn({ request, hops }: ForwardedRequest, address: string, signal: AbortSignal): Promise<HerderReply> {
    if (hops < hopsMax) return this.#options.forwarding.forward(address, { request, hops: hops + 1 }, signal);
    throw new ConnectError(
      'GROUP_REBALANCE',
      'Cannot complete request because of a conflicting operation (e.g. worker rebalance)',
    );
  }

  /** Asked in the queue, so while the assignment holds. */
  async #placeOf(request: HerderRequest): Promise<Place> {
    const { group, find } = this.#options;
    const assignment = group.assignment;
    if (assignment === null) throw noLeader();
    if (request.kind === 'restartTask') {
      const id = taskOf(request.restartTask);
      if (find(id.connector)?.running.tasks.has(id.task) === true) return here;
      if (assignment.isLeader) this.#options.view.requireTask(id);
      return assignment.isLeader ? this.#owner(group.owner(id)) : this.#leader(assignment);
    }
    if (isPlainRestart(request)) {
      const name = connectorOf(request);
      if ((find(name)?.running.instance ?? null) !== null) return here;
      if (assignment.isLeader) this.#options.view.config(name);
      return assignment.isLeader ? this.#owner(group.owner(name)) : this.#leader(assignment);
    }
    return assignment.isLeader ? here : this.#leader(assignment);
  }

  #owner(owner: GroupWorker | null): Place {
    if (owner === null) throw noLeader();
    return { kind: 'elsewhere', address: owner.peer?.grpcAddress ?? this.#options.grpcAddressOf(owner.url) };
  }

  #leader({ leaderUrl, leaderGrpcAddress }: GroupAssignment): Place {
    return { kind: 'elsewhere', address: leaderGrpcAddress ?? this.#options.grpcAddressOf(leaderUrl) };
  }

  /** Outside of the queue: a restart takes as long as the plugin does. */
  async #restart(request: HerderRequest): Promise<HerderReply> {
    const connector = this.#options.find(connectorOf(request));
    if (connector === undefined) throw noLeader();
    if (request.kind === 'restartTask') await connector.restartTask(request.restartTask.task);
    else await connector.restartInstance();
    return done;
  }

  /** Has the plugin check what is new, or agree to it, outside of the queue. */
  async #prepare(request: HerderRequest, signal: AbortSignal): Promise<Write> {
    const { preparation, view, duties, offsets } = this.#options;
    switch (request.kind) {
      case 'create': {
        const { name, config, initialState } = request.create;
        await preparation.require({ name, config, willRun: initialState === 'STARTED' }, signal);
        return () => duties.write({ kind: 'create', name, config, state: initialState });
      }
      case 'put':
        await preparation.require({ ...request.put, willRun: this.#willRun(request.put.name) }, signal);
        return () => duties.write({ kind: 'put', ...request.put });
      case 'patch': {
        const { name, set, remove } = request.patch;
        const base = view.config(name);
        const removed = remove.map(key => [key, null] as const);
        const config = applyPatch(base, new Map<string, string | null>([...set, ...removed]));
        await preparation.require({ name, config, willRun: this.#willRun(name) }, signal);
        return () => duties.write({ kind: 'put', name, config, base });
      }
      case 'delete':
        return () => duties.write({ kind: 'delete', ...request.delete });
      case 'target':
        return () => duties.write({ kind: 'target', ...request.target });
      case 'restart': {
        const { name, ...scope } = request.restart;
        return () => duties.write({ kind: 'restart', name, scope });
      }
      case 'restartTask':
        throw new TypeError('A restart of a task writes nothing');
      case 'tasks':
        return () => duties.write({ kind: 'tasks', ...request.tasks });
      case 'alterOffsets': {
        const { name, offsets: changes } = request.alterOffsets;
        const config = await this.#requireStopped(name, signal);
        return this.#modify(name, await offsets.agreeToAlter({ name, config }, changes), signal);
      }
      case 'resetOffsets': {
        const { name } = request.resetOffsets;
        const config = await this.#requireStopped(name, signal);
        return this.#modify(name, await offsets.agreeToReset({ name, config }), signal);
      }
    }
  }

  /** With another configuration. */
  #willRun(name: string): boolean {
    return this.#options.configs.targetState(name) === 'STARTED';
  }

  /** Everything that starts tasks is done by the leader in its queue, so none starts while the offsets are written there. */
  #modify(name: string, agreed: AgreedModification, signal: AbortSignal): Write {
    return async () => {
      await this.#requireStopped(name, signal);
      await agreed.write();
      return { ...done, offsetsHandled: agreed.handled };
    };
  }

  /** Configuration of a connector that has no tasks any more, on any worker. */
  async #requireStopped(name: string, signal: AbortSignal): Promise<ConnectorConfig> {
    const { configs, view, group, isSharedOut } = this.#options;
    await configs.refresh(signal);
    const config = view.configOfStopped(name);
    const hasTasks = ({ work, revoked }: GroupWorker): boolean =>
      [...work.tasks, ...revoked.tasks].some(({ connector }) => connector === name);
    if (isSharedOut() && group.workers?.some(hasTasks) === false) return config;
    throw new ConnectError('GROUP_REBALANCE', `Tasks of connector '${name}' may still be stopping; try again`, {
      details: { connector: name },
    });
  }
}

/** A restart of the instance alone is done by its owner and answered when it is over; others go through the config topic. */
function isPlainRestart(request: HerderRequest): boolean {
  return request.kind === 'restart' && !request.restart.includeTasks && !request.restart.onlyFailed;
}

/** Errors of requests of which nothing was done, on this worker or another. */
const refusals: ReadonlySet<ErrorCodeName> = new Set([
  'GROUP_REBALANCE',
  'NOT_LEADER',
  'SESSION_KEY_MISSING',
  'FORWARD_REFUSED',
]);

/** The request can be made again: it was refused, or comes to the same when it is done twice. */
function wasNotDone(error: unknown, request: HerderRequest): boolean {
  if (!(error instanceof ConnectError)) return false;
  if (refusals.has(error.code)) return true;
  return error.code === 'FORWARD_FAILED' && request.kind !== 'create' && request.kind !== 'restart';
}

function leavesGroup(): ConnectError {
  return new ConnectError('GROUP_REBALANCE', 'The worker is shutting down, and its group is about to rebalance');
}

function noLeader(): ConnectError {
  return new ConnectError(
    'GROUP_REBALANCE',
    'Cannot complete request momentarily due to no known leader URL, likely because a rebalance was underway.',
  );
}

function stageOf(doing: string, request: HerderRequest): string {
  return `${doing} a '${request.kind}' request for connector '${connectorOf(request)}'`;
}
