import type { Server } from '@grpc/grpc-js';
import { HealthImplementation, type ServingStatus } from 'grpc-health-check';
import type { Herder } from '../herder/herder.ts';

/**
 * Health of the whole server (service "") and of each service: SERVING while the herder is ready and, in a cluster, a member of its group.
 */
export class HealthReporter {
  readonly #health: HealthImplementation;
  readonly #services: readonly string[];
  readonly #herder: Pick<Herder, 'readiness' | 'lostMembership'>;
  #isStopped = false;
  #shown: ServingStatus = 'NOT_SERVING';

  constructor(options: {
    readonly services: readonly string[];
    readonly herder: Pick<Herder, 'readiness' | 'onReadiness' | 'lostMembership' | 'watchCluster'>;
  }) {
    this.#services = ['', ...options.services];
    this.#herder = options.herder;
    this.#health = new HealthImplementation(Object.fromEntries(this.#services.map(name => [name, this.#shown])));
    options.herder.onReadiness(() => this.#show());
    options.herder.watchCluster(() => this.#show());
    this.#show();
  }

  addToServer(server: Server): void {
    this.#health.addToServer(server);
  }

  /** Shows NOT_SERVING from now on, so that callers go elsewhere. */
  stop(): void {
    this.#isStopped = true;
    this.#show();
  }

  #show(): void {
    const { readiness, lostMembership } = this.#herder;
    const isServing = readiness === 'ready' && lostMembership === null && !this.#isStopped;
    const status = isServing ? 'SERVING' : 'NOT_SERVING';
    if (status === this.#shown) return;
    this.#shown = status;
    for (const service of this.#services) this.#health.setStatus(service, status);
  }
}
