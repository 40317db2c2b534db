import type { Server } from '@grpc/grpc-js';
import { HealthImplementation, type ServingStatus } from 'grpc-health-check';
import type { Clock, Timer } from '../async/clock.ts';
import type { Herder } from '../herder/herder.ts';

/** How long a change of readiness may go unseen, ms. */
const lookEveryMs = 100;

/** Health of the whole server (service "") and of each service: SERVING while the herder is ready. */
export class HealthReporter {
  readonly #health: HealthImplementation;
  readonly #services: readonly string[];
  readonly #herder: Pick<Herder, 'isReady'>;
  readonly #clock: Clock;
  #shown: ServingStatus = 'NOT_SERVING';
  #timer: Timer | null = null;

  constructor(options: {
    readonly services: readonly string[];
    readonly herder: Pick<Herder, 'isReady'>;
    readonly clock: Clock;
  }) {
    this.#services = ['', ...options.services];
    this.#herder = options.herder;
    this.#clock = options.clock;
    this.#health = new HealthImplementation(Object.fromEntries(this.#services.map(name => [name, this.#shown])));
  }

  addToServer(server: Server): void {
    this.#health.addToServer(server);
  }

  /** Follows the herder's readiness until {@link stop}. */
  start(): void {
    this.#show(this.#herder.isReady ? 'SERVING' : 'NOT_SERVING');
    this.#timer = this.#clock.after(lookEveryMs, () => this.start(), { unref: true });
  }

  /** Shows NOT_SERVING from now on, so that callers go elsewhere. */
  stop(): void {
    this.#timer?.cancel();
    this.#show('NOT_SERVING');
  }

  #show(status: ServingStatus): void {
    if (status === this.#shown) return;
    this.#shown = status;
    for (const service of this.#services) this.#health.setStatus(service, status);
  }
}
