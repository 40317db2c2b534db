import type { RestartRequest } from '../storage/config-store.ts';
import type { InstanceStatus, TaskStatus } from '../storage/states.ts';
import type { ConnectorStatus, RestartScope } from './herder.ts';

/** What a restart covers. */
export interface RestartPlan {
  readonly instance: boolean;
  /** Task numbers. */
  readonly tasks: readonly number[];
}

/** What a restart of that scope covers: a connector and tasks as they are now (KIP-745). @see `RestartPlan` in Kafka Connect. */
export function planRestart(
  scope: RestartScope,
  state: { readonly connector: InstanceStatus | null; readonly tasks: readonly TaskStatus[] },
): RestartPlan {
  const isCovered = (status: InstanceStatus | null): boolean => !scope.onlyFailed || status?.state === 'FAILED';
  return {
    instance: isCovered(state.connector),
    tasks: scope.includeTasks ? state.tasks.filter(isCovered).map(({ id }) => id.task) : [],
  };
}

/** The status as it is to be once the plan is under way: RESTARTING on all that it covers. */
export function withRestarting(status: ConnectorStatus, plan: RestartPlan): ConnectorStatus {
  return {
    ...status,
    connector: plan.instance ? toRestarting(status.connector) : status.connector,
    tasks: status.tasks.map(task => (plan.tasks.includes(task.id.task) ? toRestarting(task) : task)),
  };
}

/** The same instance or task, RESTARTING. */
export function toRestarting<T extends InstanceStatus>(status: T): T {
  return { ...status, state: 'RESTARTING', trace: '' };
}

/** How much a request restarts: failed things before all things, and within each the instance alone before its tasks too. */
function impactOf(scope: RestartScope): number {
  return (scope.onlyFailed ? 0 : 2) + (scope.includeTasks ? 1 : 0);
}

/** Of several requests for one connector only the one that restarts most is acted on. @see `RestartRequest#compareImpact` in Kafka Connect. */
export function collapseRestarts(requests: readonly RestartRequest[]): readonly RestartRequest[] {
  const byConnector = new Map<string, RestartRequest>();
  for (const request of requests) {
    const known = byConnector.get(request.connector);
    if (known === undefined || impactOf(request) > impactOf(known)) byConnector.set(request.connector, request);
  }
  return [...byConnector.values()];
}
