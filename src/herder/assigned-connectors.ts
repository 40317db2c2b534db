import type { ClusterConfig } from '../storage/cluster-config.ts';
import type { RestartRequest } from '../storage/config-store.ts';
import { AssignedConnector, type AssignedConnectorOptions } from './assigned-connector.ts';
import type { ConnectorProcesses } from './plugin-processes.ts';
import { reconcile, type AssignedWork } from './reconcile.ts';
import { collapseRestarts } from './restart-plan.ts';

/** All that a worker of a cluster runs, by connector. */
export class AssignedConnectors {
  readonly #options: Omit<AssignedConnectorOptions, 'name'>;
  readonly #connectors = new Map<string, AssignedConnector>();

  /** @param options what the connectors share. */
  constructor(options: Omit<AssignedConnectorOptions, 'name'>) {
    this.#options = options;
  }

  /** What runs here of a connector. */
  find(name: string): AssignedConnector | undefined {
    return this.#connectors.get(name);
  }

  /** How many connector instances and tasks run here, or were told to. */
  get counts(): { readonly connectorCount: number; readonly taskCount: number } {
    const running = [...this.#connectors.values()].map(connector => connector.running);
    return {
      connectorCount: running.filter(({ instance }) => instance !== null).length,
      taskCount: running.reduce((count, { tasks }) => count + tasks.size, 0),
    };
  }

  /** Plugin processes of what runs here of a connector; null for nothing. */
  processes(name: string): ConnectorProcesses | null {
    return this.#connectors.get(name)?.processes ?? null;
  }

  /** Hands out what is to be done; resolves when what is to be stopped has stopped. Never rejects. */
  async reconcile(work: AssignedWork, config: ClusterConfig): Promise<void> {
    const running = new Map([...this.#connectors].map(([name, connector]) => [name, connector.running]));
    const steps = reconcile(work, config, running);
    const stops = [...steps].map(([name, list]) => this.#connector(name).apply(list));
    for (const [name, connector] of this.#connectors) {
      if (connector.isIdle && !steps.has(name)) this.#connectors.delete(name);
    }
    await Promise.all(stops);
  }

  /** Resolves when of these connectors all has stopped that was to be stopped until now, whatever it was stopped for. Never rejects. */
  async stopped(names: Iterable<string>): Promise<void> {
    await Promise.all([...names].map(async name => this.#connectors.get(name)?.stopped()));
  }

  /** Begins to restart what the requests cover and runs here. */
  restart(requests: readonly RestartRequest[]): void {
    for (const request of collapseRestarts(requests)) {
      const restart = this.#connectors.get(request.connector)?.restart(request);
      restart?.catch((error: unknown) => this.#options.log.error({ err: error }, 'A restart failed'));
    }
  }

  #connector(name: string): AssignedConnector {
    const known = this.#connectors.get(name);
    if (known !== undefined) return known;
    const connector = new AssignedConnector({ ...this.#options, name });
    this.#connectors.set(name, connector);
    return connector;
  }
}
