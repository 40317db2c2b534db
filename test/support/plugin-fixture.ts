import { join } from 'node:path';
import { pino } from 'pino';
import { SystemClock } from '../../src/async/clock.ts';
import { withDeadline } from '../../src/async/deadline.ts';
import { packageRoot } from '../../src/config/package-root.ts';
import type { Logger } from '../../src/logging/logger.ts';
import { type LaunchOptions, PluginLauncher } from '../../src/plugin-host/launch.ts';
import { readManifest } from '../../src/plugin-host/manifest.ts';
import type { PluginLease } from '../../src/plugin-host/plugin-lease.ts';
import type { PluginManifest } from '../../src/plugin-host/plugin-manifest.ts';
import { ProcessPool } from '../../src/plugin-host/process-pool.ts';
import type { PluginProcess } from '../../src/plugin-host/plugin-process.ts';
import { SinkTaskClient } from '../../src/plugin-host/sink-task-client.ts';
import { SourceTaskClient } from '../../src/plugin-host/source-task-client.ts';
import type { StopDeadlines } from '../../src/plugin-host/supervision.ts';
import type { SinkStart, SinkUp } from '../../src/wire/sink-messages.ts';
import { programArguments } from './plugin-driver.ts';
import type { Demand, SourceStart, SourceUp } from '../../src/wire/source-messages.ts';

/** One line of the log, parsed. */
export type LogLine = Readonly<Record<string, unknown>>;

/** A demand for one batch of a usual size. */
export const oneBatch: Demand = { tokens: 1, maxRecords: 100, maxBytes: 65_536, maxWaitMs: 100 };

/** Manifest of a rogue plugin in test/fixtures/plugins. */
export function rogueManifest(name: string): PluginManifest {
  return readManifest(join(packageRoot(), 'test/fixtures/plugins', name, 'plugin.json'));
}

/** Manifest of the plugin in test/support/plugins/probe, which does what a configuration tells, in three tasks at most. */
export function probeManifest(): PluginManifest {
  return {
    name: 'probe',
    version: '2.5.0',
    folder: join(packageRoot(), 'test/support/plugins/probe'),
    protocolMajors: [1],
    command: ['node', ...programArguments('probe')],
    connectors: [{ className: 'test.ProbeSourceConnector', aliases: [], kind: 'source' }],
    allowedEnvironment: [],
    transport: 'unix',
    limits: { memoryBytes: undefined, openFiles: undefined },
  };
}

/** Plugin processes of one test, with what was logged; {@link close} ends all of them. */
export class PluginFixture {
  readonly clock = new SystemClock();
  readonly lines: LogLine[] = [];
  readonly #log: Logger;
  readonly #launcher: PluginLauncher;
  /** All that were launched. */
  readonly processes: PluginProcess[] = [];
  readonly #pools: ProcessPool[] = [];
  readonly #lineWaiters = new Set<() => void>();

  constructor(stopDeadlines: StopDeadlines = { shutdownMs: 300, terminateMs: 300 }) {
    this.#log = pino(
      { level: 'trace' },
      {
        write: (line: string) => {
          const parsed: unknown = JSON.parse(line);
          if (isLogLine(parsed)) this.lines.push(parsed);
          for (const wake of this.#lineWaiters) wake();
          this.#lineWaiters.clear();
        },
      },
    );
    this.#launcher = new PluginLauncher({ clock: this.clock, log: this.#log, worker: 'test', stopDeadlines });
  }

  async launch(manifest: string | PluginManifest, options: Partial<LaunchOptions> = {}): Promise<PluginProcess> {
    const plugin = await this.#launcher.launch(typeof manifest === 'string' ? rogueManifest(manifest) : manifest, {
      bindings: { connector: 'c1', task: 0 },
      startTimeoutMs: 10_000,
      ...options,
    });
    this.processes.push(plugin);
    return plugin;
  }

  /** A pool of processes. @param lingerMs see `ProcessPoolOptions.lingerMs`; long enough for any test if not given. */
  openPool(lingerMs = 600_000): ProcessPool {
    const pool = new ProcessPool({
      launcher: this.#launcher,
      take: (manifest, options) => this.launch(manifest, options),
      startTimeoutMs: 10_000,
      lingerMs,
      clock: this.clock,
    });
    this.#pools.push(pool);
    return pool;
  }

  async openSource(manifest: string | PluginManifest, start: Partial<SourceStart> = {}): Promise<SourceProbe> {
    return this.openSourceOn(await this.launch(manifest), start);
  }

  /** A source task on a process that is there. */
  openSourceOn<Lease extends PluginLease>(plugin: Lease, start: Partial<SourceStart> = {}): SourceProbe<Lease> {
    const defaults = { connector: 'c1', task: 0, epoch: 1, config: new Map(), offsets: [], offsetsComplete: true };
    const whole = { ...defaults, heartbeatMs: 100, deadAfterMs: 5000, ...start };
    return new SourceProbe(plugin, SourceTaskClient.open(plugin, whole, this.clock));
  }

  async openSink(manifest: string | PluginManifest, start: Partial<SinkStart> = {}): Promise<SinkProbe> {
    const plugin = await this.launch(manifest);
    const defaults: SinkStart = {
      connector: 'c1',
      task: 0,
      epoch: 1,
      config: new Map(),
      heartbeatMs: 100,
      deadAfterMs: 5000,
      offers: ['RAW'],
    };
    return new SinkProbe(plugin, SinkTaskClient.open(plugin, { ...defaults, ...start }, this.clock));
  }

  /** Resolves with the first line that was or is logged and whose message matches. Throws after 10 s. */
  line(message: RegExp): Promise<LogLine> {
    const find = async (): Promise<LogLine> => {
      for (;;) {
        const found = this.lines.find(line => message.test(String(line['msg'])));
        if (found !== undefined) return found;
        await new Promise<void>(resolve => this.#lineWaiters.add(resolve));
      }
    };
    return withDeadline(
      this.clock,
      { timeoutMs: 10_000, onTimeout: () => new Error(`No line ${message} was logged`) },
      find(),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.processes.map(plugin => plugin.kill()));
    await Promise.all(this.#pools.map(pool => pool.close()));
    await this.#launcher.close();
  }
}

/** Keeps the messages of a task, for a test to wait for. */
class TaskProbe<Up extends { readonly kind: string }, Lease extends PluginLease = PluginProcess> {
  readonly messages: Up[] = [];
  readonly plugin: Lease;
  readonly #waiters = new Set<() => void>();
  #hasEnded = false;

  constructor(plugin: Lease, client: { onUp(handler: (up: Up) => void): void; readonly ended: Promise<unknown> }) {
    this.plugin = plugin;
    client.onUp(message => {
      this.messages.push(message);
      this.#wake();
    });
    void client.ended.then(() => {
      this.#hasEnded = true;
      this.#wake();
    });
  }

  /** Messages of a kind, once there are `count`. Throws when the task ends with fewer. */
  async take<Kind extends Up['kind']>(kind: Kind, count: number): Promise<readonly Extract<Up, { kind: Kind }>[]> {
    const isKind = (up: Up): up is Extract<Up, { kind: Kind }> => up.kind === kind;
    for (;;) {
      const found = this.messages.filter(isKind);
      if (found.length >= count) return found.slice(0, count);
      if (this.#hasEnded) throw new Error(`The task ended with ${found.length} of ${count} '${kind}'`);
      await new Promise<void>(resolve => this.#waiters.add(resolve));
    }
  }

  #wake(): void {
    for (const wake of this.#waiters) wake();
    this.#waiters.clear();
  }
}

/** A source task under test. */
export class SourceProbe<Lease extends PluginLease = PluginProcess> extends TaskProbe<SourceUp, Lease> {
  readonly client: SourceTaskClient;

  constructor(plugin: Lease, client: SourceTaskClient) {
    super(plugin, client);
    this.client = client;
  }

  demand(demand: Partial<Demand> = {}): void {
    this.client.send({ kind: 'demand', demand: { ...oneBatch, ...demand } });
  }
}

/** A sink task under test. */
export class SinkProbe extends TaskProbe<SinkUp> {
  readonly client: SinkTaskClient;

  constructor(plugin: PluginProcess, client: SinkTaskClient) {
    super(plugin, client);
    this.client = client;
  }
}

/** True while the process is there and no zombie. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // ESRCH is the answer that a test asks for.
    return false;
  }
}

function isLogLine(value: unknown): value is LogLine {
  return typeof value === 'object' && value !== null;
}
