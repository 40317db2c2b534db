import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '../../src/async/clock.ts';
import { findFreePort } from '../../src/cli/broker/free-port.ts';
import { brokerAssets } from '../../src/cli/broker/kafka-jars.ts';
import { kafkaClassPath } from './kafka-connect-java.ts';

const startTimeoutMs = 90_000;
const stopTimeoutMs = 20_000;

/** A distributed worker of real Kafka Connect, as a process of its own. Needs Java and Maven, and fails by name without them. */
export class JavaConnectWorker {
  /** Advertised URL, which is also that of its REST API. */
  readonly url: string;
  readonly folder: string;
  readonly #process: ChildProcess;

  private constructor(url: string, folder: string, process: ChildProcess) {
    this.url = url;
    this.folder = folder;
    this.#process = process;
  }

  /** Starts one; resolves when its REST API answers, which is when it is a member of its group. */
  static async start(keys: Readonly<Record<string, string>>): Promise<JavaConnectWorker> {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-java-connect-'));
    const port = await findFreePort();
    const properties = {
      'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
      'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
      'offset.storage.replication.factor': '1',
      'config.storage.replication.factor': '1',
      'status.storage.replication.factor': '1',
      'offset.storage.partitions': '1',
      'status.storage.partitions': '1',
      listeners: `http://127.0.0.1:${port}`,
      'rest.advertised.host.name': '127.0.0.1',
      'plugin.discovery': 'only_scan',
      ...keys,
    };
    const file = join(folder, 'worker.properties');
    const lines = Object.entries(properties).map(([key, value]) => `${key}=${value}`);
    await writeFile(file, lines.join('\n'));
    const child = spawn(
      'java',
      [
        '-Xmx256m',
        '-XX:+UseSerialGC',
        '-XX:TieredStopAtLevel=1',
        `-Dlog4j2.configurationFile=${join(brokerAssets(), 'log4j2.xml')}`,
        `-Dmillrace.log.file=${join(folder, 'worker.log')}`,
        '-cp',
        await kafkaClassPath(),
        'org.apache.kafka.connect.cli.ConnectDistributed',
        file,
      ],
      { stdio: 'ignore' },
    );
    const worker = new JavaConnectWorker(`http://127.0.0.1:${port}/`, folder, child);
    try {
      await worker.#awaitReady();
    } catch (error) {
      const log = await readFile(join(folder, 'worker.log'), 'utf8').catch(() => '');
      await worker.stop();
      throw new Error(`Kafka Connect does not come up: ${log.slice(-3000)}`, { cause: error });
    }
    return worker;
  }

  /** What it answers to a GET; null when that fails. */
  async get(path: string): Promise<unknown> {
    try {
      const response = await fetch(new URL(path, this.url), { signal: AbortSignal.timeout(5000) });
      return response.ok ? await response.json() : null;
    } catch {
      // It is starting, stopping, or rebalancing; whoever asks asks again.
      return null;
    }
  }

  /** Creates a connector; tries for as long as the worker refuses because it rebalances. */
  async create(name: string, config: Readonly<Record<string, string>>): Promise<void> {
    const clock = new SystemClock();
    const untilMs = clock.monotonicMs() + startTimeoutMs;
    for (;;) {
      const response = await fetch(new URL(`/connectors/${name}/config`, this.url), {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(config),
        signal: AbortSignal.timeout(startTimeoutMs),
      });
      if (response.ok) return;
      const isRebalancing = response.status === 409 && clock.monotonicMs() < untilMs;
      if (!isRebalancing) throw new Error(`Kafka Connect refuses '${name}': ${await response.text()}`);
      await clock.sleep(200);
    }
  }

  /** What it answers to a request; an empty object if nothing. @param body as JSON text. @throws {Error} for an error answer. */
  async ask(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: string): Promise<object> {
    const { isOk, answer } = await this.#ask(method, path, body);
    if (!isOk) throw new Error(`${method} ${path} was refused: ${JSON.stringify(answer)}`);
    return answer;
  }

  /** Message with which it refuses a request. @throws {Error} if it does not. */
  async refusal(method: 'PUT' | 'DELETE', path: string): Promise<string> {
    const { isOk, answer } = await this.#ask(method, path);
    if (isOk || !('message' in answer)) throw new Error(`${method} ${path} answered ${JSON.stringify(answer)}`);
    return String(answer.message);
  }

  async #ask(
    method: string,
    path: string,
    body?: string,
  ): Promise<{ readonly isOk: boolean; readonly answer: object }> {
    const response = await fetch(new URL(path, this.url), {
      method,
      signal: AbortSignal.timeout(60_000),
      ...(body !== undefined && { body, headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    const answer: unknown = text === '' ? {} : JSON.parse(text);
    if (typeof answer !== 'object' || answer === null) throw new Error(`${method} ${path} answered '${text}'`);
    return { isOk: response.ok, answer };
  }

  /** Shuts it down in order; kills it when that takes too long. Idempotent. */
  async stop(): Promise<void> {
    const child = this.#process;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const timer = new SystemClock().after(stopTimeoutMs, () => child.kill('SIGKILL'));
      await ended;
      timer.cancel();
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  async #awaitReady(): Promise<void> {
    const clock = new SystemClock();
    const untilMs = clock.monotonicMs() + startTimeoutMs;
    while ((await this.get('/connectors')) === null) {
      if (this.#process.exitCode !== null) throw new Error(`It ended with ${this.#process.exitCode}`);
      if (clock.monotonicMs() > untilMs) throw new Error(`No answer within ${startTimeoutMs} ms`);
      await clock.sleep(200);
    }
  }
}
