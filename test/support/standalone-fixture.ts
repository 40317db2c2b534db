import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { pollUntil } from '../../scripts/poll-until.ts';
import { SystemClock } from '../../src/async/clock.ts';
import { packageRoot } from '../../src/config/package-root.ts';
import { testBootstrap } from './broker.ts';
import { showWorkersIfFailed } from './failure-log.ts';
import { StandaloneWorker, TestFolder, workerSettings, type Settings } from './standalone-worker.ts';

/** What a worker is started with. */
export interface WorkerStart {
  /** Beside those that every test worker has. */
  readonly settings?: Settings;
  /** Connector files, as paths. */
  readonly connectors?: readonly string[];
}

const clock = new SystemClock();

/** Folder of the rogue plugins, for `plugin.path`. */
export const roguePluginPath = join(packageRoot(), 'test/fixtures/plugins');

/** Folder of the Python plugins, for `plugin.path`. */
export const pythonPluginPath = join(packageRoot(), 'plugins/python');

/** A folder and the workers of one test or one file of tests; everything ends with it. */
export class StandaloneFixture {
  readonly folder: TestFolder;
  readonly bootstrap: string;
  readonly #workers: StandaloneWorker[] = [];

  private constructor(folder: TestFolder, bootstrap: string) {
    this.folder = folder;
    this.bootstrap = bootstrap;
  }

  /** For a whole file: to be closed by its `after`. */
  static async create(bootstrap: string = testBootstrap()): Promise<StandaloneFixture> {
    return new StandaloneFixture(await TestFolder.create(), bootstrap);
  }

  /** For one test: closed when it has ended; if it failed, the workers' last log lines are shown. */
  static async open(t: TestContext, bootstrap?: string): Promise<StandaloneFixture> {
    const fixture = await StandaloneFixture.create(bootstrap);
    t.after(() => {
      showWorkersIfFailed(t, fixture.#workers);
      return fixture.close();
    });
    return fixture;
  }

  /** Starts a worker on this folder's offsets file; resolves when it is ready. */
  async start(start: WorkerStart = {}): Promise<StandaloneWorker> {
    const worker = await StandaloneWorker.start(await this.args(start));
    this.#workers.push(worker);
    return worker;
  }

  /** Starts a worker without waiting for it. */
  async spawn(start: WorkerStart = {}): Promise<StandaloneWorker> {
    const worker = StandaloneWorker.spawn(await this.args(start));
    this.#workers.push(worker);
    return worker;
  }

  /** Arguments of `millrace standalone`. */
  async args({ settings = {}, connectors = [] }: WorkerStart): Promise<readonly string[]> {
    const all = workerSettings(this.folder, this.bootstrap, settings);
    return [await this.folder.properties('worker.properties', all), ...connectors];
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map(worker => worker.stop()));
    await this.folder.remove();
  }
}

/** Looks again and again, for at most 60 s, until there is something. */
export function until<T>(what: string, look: () => Promise<T | undefined>, timeoutMs = 60_000): Promise<T> {
  return pollUntil(clock, { what, timeoutMs, intervalMs: 25 }, look);
}

/** Looks again and again, for at most 60 s, until it holds. */
export async function untilTrue(
  what: string,
  holds: () => boolean | Promise<boolean>,
  timeoutMs = 60_000,
): Promise<void> {
  await until(what, async () => ((await holds()) ? true : undefined), timeoutMs);
}
