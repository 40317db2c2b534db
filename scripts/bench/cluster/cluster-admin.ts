import type { Clock } from '../../../src/async/clock.ts';
import { ReflectionClient } from '../../../test/support/reflection-client.ts';

/** Where a connector or a task was last seen, and in which state. */
export interface Place {
  readonly state: string;
  /** `host:port` of the worker's REST API, by which both contenders name workers. */
  readonly workerId: string;
}

/** A connector with its tasks. */
export interface ConnectorPlaces {
  readonly connector: Place;
  readonly tasks: readonly Place[];
}

/** A worker as its operators talk to it. Every call ends after {@link callTimeoutMs}. */
export interface ClusterAdmin {
  /** Whether the worker is a member of its cluster and serves. False while it cannot be reached. */
  isReady(): Promise<boolean>;
  create(name: string, config: Readonly<Record<string, string>>): Promise<void>;
  delete(name: string): Promise<void>;
  /** Of the connectors that the worker knows among these. */
  places(names: readonly string[]): Promise<readonly ConnectorPlaces[]>;
  close(): void;
}

/** Longest wait for one answer. */
export const callTimeoutMs = 90_000;

const retryMs = 20;

interface Status {
  readonly state: string;
  readonly worker_id?: string;
}

interface StatusOfAll {
  readonly connector: Status;
  readonly tasks?: readonly Status[];
}

/** Millrace over gRPC. */
export class MillraceAdmin implements ClusterAdmin {
  readonly #client: ReflectionClient;

  /** @param address `host:port` of the gRPC admin API. */
  constructor(address: string) {
    this.#client = new ReflectionClient(address);
  }

  async isReady(): Promise<boolean> {
    try {
      return JSON.stringify(await this.#call('Cluster/GetWorker', {})).includes('"ready":true');
    } catch {
      return false; // it does not listen yet
    }
  }

  async create(name: string, config: Readonly<Record<string, string>>): Promise<void> {
    await this.#call('Connectors/Create', { name, config });
  }

  async delete(name: string): Promise<void> {
    await this.#call('Connectors/Delete', { name });
  }

  async places(names: readonly string[]): Promise<readonly ConnectorPlaces[]> {
    const all = fieldOf(await this.#call('Connectors/List', { expand: ['STATUS'] }), 'statuses');
    const statuses: readonly unknown[] = Array.isArray(all) ? all : [];
    const byName = new Map(statuses.map(status => [fieldOf(status, 'name'), status]));
    return names.flatMap(name => {
      const status = byName.get(name);
      return isStatusOfAll(status) ? [toPlaces(status)] : [];
    });
  }

  close(): void {
    this.#client.close();
  }

  #call(method: string, request: object): Promise<unknown> {
    return this.#client.call(`millrace.admin.v1.${method}`, request, { deadlineMs: callTimeoutMs });
  }
}

/** Kafka Connect over REST. */
export class KafkaConnectAdmin implements ClusterAdmin {
  readonly #url: string;
  readonly #clock: Clock;

  /** @param address `host:port` of the REST API. */
  constructor(address: string, clock: Clock) {
    this.#url = `http://${address}`;
    this.#clock = clock;
  }

  async isReady(): Promise<boolean> {
    try {
      await this.#call('GET', '/health');
      return true;
    } catch {
      return false; // it does not listen yet, or is not in its group
    }
  }

  async create(name: string, config: Readonly<Record<string, string>>): Promise<void> {
    await this.#call('POST', '/connectors', { name, config });
  }

  async delete(name: string): Promise<void> {
    await this.#call('DELETE', `/connectors/${name}`);
  }

  async places(names: readonly string[]): Promise<readonly ConnectorPlaces[]> {
    const all = await this.#call('GET', '/connectors?expand=status');
    return names.flatMap(name => {
      const status = fieldOf(fieldOf(all, name), 'status');
      return isStatusOfAll(status) ? [toPlaces(status)] : [];
    });
  }

  close(): void {
    // Every call had a connection of the pool that Node's fetch keeps.
  }

  /** Asks again while the cluster rebalances, as Kafka Connect's users have to. */
  async #call(method: string, path: string, body?: object): Promise<unknown> {
    const signal = AbortSignal.timeout(callTimeoutMs);
    const json =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    for (;;) {
      const response = await fetch(`${this.#url}${path}`, { method, signal, ...json });
      const answer = await response.text();
      if (response.ok) return answer === '' ? undefined : JSON.parse(answer);
      const isPassing = response.status === 409 && answer.includes('rebalance');
      if (!isPassing) throw new Error(`${method} ${path}: ${response.status} ${answer}`);
      await this.#clock.sleep(retryMs, signal);
    }
  }
}

function toPlaces({ connector, tasks = [] }: StatusOfAll): ConnectorPlaces {
  return { connector: toPlace(connector), tasks: tasks.map(toPlace) };
}

function toPlace({ state, worker_id: workerId = '' }: Status): Place {
  return { state, workerId };
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function isStatusOfAll(value: unknown): value is StatusOfAll {
  return typeof value === 'object' && value !== null && 'connector' in value;
}
