import { type FileHandle, open } from 'node:fs/promises';
import {
  type Clock,
  type ConfigMap,
  ConnectorError,
  errnoOf,
  type JsonObject,
  type PollBudget,
  type SourceBatch,
  type SourceTask,
  type SourceTaskContext,
  SystemClock,
} from '../../../src/sdk/index.ts';
import { parseStripeConfig, type StripeConfig } from './line-replay-config.ts';
import { RateLimit } from './rate-limit.ts';

/**
 * Sends its lines and then nothing more. The source partition is `{"filename", "stripe", "stripes"}`, so another number of tasks
 * starts anew; the source offset is `{"line": number of the first line of the file that was not looked at}`.
 */
export class LineReplaySourceTask implements SourceTask {
  readonly #clock: Clock;
  #stripe: StripeConfig | undefined;
  #rate: RateLimit | undefined;
  #file: FileHandle | undefined;
  #lines: AsyncIterator<string> | undefined;
  /** Number of the line that comes next. */
  #line = 0;
  #isAtEnd = false;

  constructor(clock: Clock = new SystemClock()) {
    this.#clock = clock;
  }

  async start(config: ConfigMap, context: SourceTaskContext): Promise<void> {
    const stripe = parseStripeConfig(config);
    this.#stripe = stripe;
    this.#rate = new RateLimit(stripe.ratePerSecond, this.#clock);
    this.#file = await openFile(stripe.file);
    this.#lines = this.#file.readLines({ encoding: 'utf8' })[Symbol.asyncIterator]();
    const offset = await context.readOffset(partitionOf(stripe));
    const start = typeof offset?.['line'] === 'number' ? offset['line'] : 0;
    while (this.#line < start && !this.#isAtEnd) await this.#next();
  }

  async poll(batch: SourceBatch, budget: PollBudget, signal: AbortSignal): Promise<void> {
    const [stripe, rate] = [this.#stripe, this.#rate];
    if (stripe === undefined || rate === undefined) throw new Error('poll before start');
    if (this.#isAtEnd || rate.due() < 1) {
      await this.#clock.sleep(this.#isAtEnd ? budget.maxWaitMs : Math.min(budget.maxWaitMs, rate.waitMs()), signal);
    }
    const due = rate.due();
    while (!this.#isAtEnd && batch.recordCount < due && !batch.isFull) {
      const isOurs = this.#line % stripe.stripes === stripe.stripe;
      const value = await this.#next();
      if (value !== undefined && isOurs) batch.record({ topic: stripe.topic, value });
    }
    rate.made(batch.recordCount);
    if (batch.recordCount > 0) batch.offset(partitionOf(stripe), { line: this.#line });
  }

  async stop(): Promise<void> {
    await this.#file?.close();
  }

  /** The next line of the file; undefined at its end. */
  async #next(): Promise<string | undefined> {
    const next = await this.#lines?.next();
    if (next === undefined || next.done === true) {
      this.#isAtEnd = true;
      return undefined;
    }
    this.#line += 1;
    return next.value;
  }
}

function partitionOf({ file, stripe, stripes }: StripeConfig): JsonObject {
  return { filename: file, stripe, stripes };
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    throw new ConnectorError(
      { category: 'CONFIG', code: 'FILE_UNREADABLE' },
      `File '${path}' cannot be read: ${errnoOf(error) ?? String(error)}`,
      { cause: error },
    );
  }
}
