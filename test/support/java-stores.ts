import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { SystemClock } from '../../src/async/clock.ts';
import { resolveKafkaJars } from '../../src/cli/broker/kafka-jars.ts';
import { packageRoot } from '../../src/config/package-root.ts';

/** A line for `InternalTopics.java`: what to do, and with what. */
export type JavaCommand = { readonly do: string } & Readonly<Record<string, unknown>>;

/** Kafka Connect's own stores in a Java process. Needs a JDK and Kafka's jars, and fails by name without them. */
export class JavaStores {
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines: AsyncIterator<string>;
  #errors = '';

  private constructor(jars: string) {
    const program = join(packageRoot(), 'test/conformance/parity/InternalTopics.java');
    this.#process = spawn('java', ['-Xmx256m', '-cp', `${jars}/*`, program], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#process.on('error', error => {
      this.#errors += `This test needs a JDK (17 or newer): 'java' on the PATH. ${error.message}`;
    });
    this.#process.stdin.on('error', () => undefined); // The missing answer tells it.
    this.#process.stderr
      .setEncoding('utf8')
      .on('data', (text: string) => (this.#errors = (this.#errors + text).slice(-4000)));
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** Starts the process. */
  static async start(): Promise<JavaStores> {
    const { folder } = await resolveKafkaJars({
      clock: new SystemClock(),
      signal: new AbortController().signal,
      report: line => console.log(line),
    });
    return new JavaStores(folder);
  }

  /** Does one thing after the other; answers what Java does. */
  async do(command: JavaCommand): Promise<unknown> {
    this.#process.stdin.write(`${JSON.stringify(command)}\n`);
    for (;;) {
      const line = await this.#lines.next();
      if (line.done === true) throw new Error(`Java ended: ${this.#errors}`);
      if (!line.value.startsWith('> ')) continue;
      const answer: unknown = JSON.parse(line.value.slice(2));
      if (typeof answer === 'object' && answer !== null && 'failure' in answer) {
        throw new Error(`Java cannot do ${command.do}: ${String(answer.failure)}\n${this.#errors}`);
      }
      return answer;
    }
  }

  /** Ends the process. Idempotent. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = new Promise(resolve => this.#process.once('close', resolve));
    this.#process.kill('SIGKILL');
    await ended;
  }
}
