/** States of connectors in a cluster, with what only the workers know that run them; those are asked when somebody asks. */
import { abortable } from '../async/abortable.ts';
import type { Clock } from '../async/clock.ts';
import { withTimeLimit } from '../async/time-limit.ts';
import { ConnectError } from '../errors/connect-error.ts';
import type { WorkerGroup } from '../group/worker-group.ts';
import type { Forwarding } from './forwarding.ts';
import type { GroupMembers } from './group-members.ts';
import type { ConnectorStatus } from './herder.ts';
import { ownersOf, withProcesses, type ConnectorProcesses } from './plugin-processes.ts';

/** What telling states needs. */
export interface ClusterStatusesOptions {
  readonly workerId: string;
  readonly group: Pick<WorkerGroup, 'assignment'>;
  readonly members: Pick<GroupMembers, 'of' | 'addressOf'>;
  readonly forwarding: Pick<Forwarding, 'describeWork'>;
  /** What this worker runs of a connector; null for nothing. */
  readonly processes: (connector: string) => ConnectorProcesses | null;
  readonly clock: Clock;
}

/** How long the owners have to answer, all together, ms. Who asks for a state is to have it soon, the more so when a worker hangs. */
const ownersTimeoutMs = 2000;

/** Completes what the status topic says. */
export class ClusterStatuses {
  readonly #options: ClusterStatusesOptions;

  constructor(options: ClusterStatusesOptions) {
    this.#options = options;
  }

  /**
   * The statuses with the plugin processes of all that runs: one question to each worker that runs something of them, all at once. A
   * worker that does not answer in time is named in the statuses, which then tell of its part what the status topic says.
   *
   * @throws the signal's reason.
   */
  async complete(statuses: readonly ConnectorStatus[], signal: AbortSignal): Promise<readonly ConnectorStatus[]> {
    const { workerId: self, clock, processes } = this.#options;
    const local = statuses.map(status => {
      const found = processes(status.name);
      return found === null ? status : withProcesses(status, { ...found, workerId: self });
    });
    const questions = questionsOf(local, self);
    if (questions.size === 0) return local;
    const onTimeout = (): Error => new ConnectError('DEADLINE_EXCEEDED', `No answer within ${ownersTimeoutMs} ms`);
    const answers = await withTimeLimit(clock, { timeoutMs: ownersTimeoutMs, onTimeout, signal }, until =>
      Promise.all([...questions].map(([owner, names]) => this.#ask(owner, names, until))),
    );
    signal.throwIfAborted();
    const byOwner = new Map([...questions.keys()].map((owner, index) => [owner, answers[index] ?? null]));
    return local.map(status => merge(status, byOwner));
  }

  /** Null when the worker does not answer. */
  async #ask(
    owner: string,
    connectors: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, ConnectorProcesses> | null> {
    const { forwarding, group, members, workerId } = this.#options;
    try {
      const { assignment } = group;
      if (assignment !== null) await members.of(assignment, signal);
      const question = { askedBy: workerId, connectors };
      const asking = forwarding.describeWork(members.addressOf(owner), question, signal);
      const found = await abortable(asking, signal, () => new ConnectError('DEADLINE_EXCEEDED', 'No answer in time'));
      return new Map(found.map(each => [each.name, each]));
    } catch {
      return null; // The status names the worker.
    }
  }
}

/** Names of connectors to ask for, by the worker that runs something of them. */
function questionsOf(statuses: readonly ConnectorStatus[], self: string): ReadonlyMap<string, readonly string[]> {
  const questions = new Map<string, string[]>();
  for (const status of statuses) {
    for (const owner of ownersOf(status)) {
      if (owner === self) continue;
      const names = questions.get(owner) ?? [];
      names.push(status.name);
      questions.set(owner, names);
    }
  }
  return questions;
}

function merge(
  status: ConnectorStatus,
  answers: ReadonlyMap<string, ReadonlyMap<string, ConnectorProcesses> | null>,
): ConnectorStatus {
  let merged = status;
  const unreached: string[] = [];
  for (const workerId of ownersOf(status)) {
    const answer = answers.get(workerId);
    if (answer === null) unreached.push(workerId);
    const found = answer?.get(status.name);
    if (found !== undefined) merged = withProcesses(merged, { ...found, workerId });
  }
  return { ...merged, unreachedWorkers: unreached.sort() };
}
