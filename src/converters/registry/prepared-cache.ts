import type { Clock } from '../../async/clock.ts';
import { ConnectError, toConnectError } from '../../errors/connect-error.ts';
import { SchemaPending } from '../schema-pending.ts';
import { isDefinite } from './schema-registry.ts';

/** What a cache is made of. */
export interface PreparedCacheOptions<K, V> {
  /** Gets what is missing; see {@link SchemaPending.fetch}. */
  readonly load: (key: K, signal: AbortSignal) => Promise<V>;
  /** What is fetched, for messages. */
  readonly describe: (key: K) => string;
  /** Most values that are kept; the oldest goes first. */
  readonly maxEntries: number;
  /** Most failures that are kept. */
  readonly maxMissing: number;
  /** How long a value is kept, ms; null for ever. */
  readonly ttlMs: number | null;
  /** How long a failure is kept, ms; at least a second, so that bad records do not ask the registry one by one. */
  readonly missingTtlMs: number;
  readonly clock: Clock;
}

interface Entry<T> {
  readonly value: T;
  readonly expiresAtMs: number;
  /** Whoever had it fetched has not seen it yet: it is theirs even if it expired meanwhile. */
  isNew: boolean;
}

/**
 * Values of a schema registry for code that is synchronous: what is there is given, what is not has to be fetched by whoever catches
 * the {@link SchemaPending}. Definite failures are kept like values, and given to each who asks.
 */
export class PreparedCache<K extends string | number, V> {
  readonly #options: PreparedCacheOptions<K, V>;
  readonly #values = new Map<K, Entry<V>>();
  readonly #failures = new Map<K, Entry<ConnectError>>();

  constructor(options: PreparedCacheOptions<K, V>) {
    this.#options = options;
  }

  /**
   * The value.
   *
   * @throws {SchemaPending} when it has to be fetched.
   * @throws {ConnectError} DATA_INVALID when the registry said that there is none.
   */
  get(key: K): V {
    const entry = this.#values.get(key);
    if (entry !== undefined && this.#isValid(entry)) return entry.value;
    const failure = this.#failures.get(key);
    if (failure !== undefined && this.#isValid(failure)) throw failure.value;
    throw new SchemaPending(this.#options.describe(key), signal => this.#fetch(key, signal));
  }

  async #fetch(key: K, signal: AbortSignal): Promise<void> {
    const { load, maxEntries, maxMissing, ttlMs, missingTtlMs } = this.#options;
    this.#values.delete(key);
    this.#failures.delete(key);
    try {
      const value = await load(key, signal);
      this.#keep(this.#values, key, { value, keptMs: ttlMs, maxEntries });
    } catch (error) {
      const failure = toConnectError(error);
      if (!isDefinite(failure)) throw error;
      const value = new ConnectError('DATA_INVALID', failure.message, { cause: failure, details: failure.details });
      this.#keep(this.#failures, key, { value, keptMs: Math.max(missingTtlMs, minMissingMs), maxEntries: maxMissing });
    }
  }

  #keep<T>(
    entries: Map<K, Entry<T>>,
    key: K,
    { value, keptMs, maxEntries }: { readonly value: T; readonly keptMs: number | null; readonly maxEntries: number },
  ): void {
    for (const oldest of entries.keys()) {
      if (entries.size < maxEntries) break;
      entries.delete(oldest);
    }
    const expiresAtMs = keptMs === null ? Infinity : this.#options.clock.monotonicMs() + keptMs;
    entries.set(key, { value, expiresAtMs, isNew: true });
  }

  #isValid(entry: Entry<unknown>): boolean {
    if (entry.isNew) {
      entry.isNew = false;
      return true;
    }
    return entry.expiresAtMs === Infinity || this.#options.clock.monotonicMs() < entry.expiresAtMs;
  }
}

const minMissingMs = 1000;
