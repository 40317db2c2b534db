import {
  type Clock,
  type ConfigMap,
  type JsonObject,
  noHeaders,
  type PollBudget,
  type RecordView,
  type SourceBatch,
  type SourceTask,
  type SourceTaskContext,
  SystemClock,
} from '../../../src/sdk/index.ts';
import { type GeneratorConfig, parseGeneratorConfig } from './datagen-config.ts';
import { RateLimit } from './rate-limit.ts';
import { createCounterWriter, createValueWriter, maxShapeBytes, type ValueWriter } from './value-writer.ts';

interface Generator {
  readonly config: GeneratorConfig;
  readonly partition: JsonObject;
  readonly rate: RateLimit;
  readonly writeKey: ValueWriter;
  readonly writeValue: ValueWriter;
  readonly view: RecordView;
  readonly place: { readonly topicId: number; readonly partition: number; readonly offset: number };
}

/**
 * Makes records. The source partition is `{"generator": number}`, the source offset `{"count": records so far}`, and a record
 * depends on nothing but these two: after a restart the same records go on where they were.
 */
export class DatagenSourceTask implements SourceTask {
  readonly #clock: Clock;
  #generator: Generator | undefined;
  #count = 0;

  constructor(clock: Clock = new SystemClock()) {
    this.#clock = clock;
  }

  async start(config: ConfigMap, context: SourceTaskContext): Promise<void> {
    const parsed = parseGeneratorConfig(config);
    const partition = { generator: parsed.generator };
    const offset = await context.readOffset(partition);
    this.#count = typeof offset?.['count'] === 'number' ? offset['count'] : 0;
    context.useSchemas({
      key: context.schemaId({ format: 'UTF8' }),
      value: context.schemaId({ format: parsed.format }),
    });
    this.#generator = {
      config: parsed,
      partition,
      rate: new RateLimit(parsed.ratePerSecond, this.#clock),
      writeKey: createCounterWriter(parsed.generator),
      writeValue: createValueWriter(parsed.shape, parsed),
      view: {
        keyBuffer: Buffer.alloc(maxShapeBytes),
        keyStart: -1,
        keyEnd: -1,
        valueBuffer: Buffer.alloc(Math.max(maxShapeBytes, parsed.size)),
        valueStart: 0,
        valueEnd: 0,
        timestampMs: -1,
        headers: noHeaders,
      },
      place: { topicId: context.topicId(parsed.topic), partition: -1, offset: -1 },
    };
  }

  async poll(batch: SourceBatch, budget: PollBudget, signal: AbortSignal): Promise<void> {
    const generator = this.#generator;
    if (generator === undefined) throw new Error('poll before start');
    const { config, rate, partition } = generator;
    const isDone = this.#count >= config.count;
    if (isDone || rate.due() < 1) {
      await this.#clock.sleep(isDone ? budget.maxWaitMs : Math.min(budget.maxWaitMs, rate.waitMs()), signal);
    }
    const made = this.#emit(generator, batch, Math.min(rate.due(), config.count - this.#count));
    rate.made(made);
    if (made > 0) batch.offset(partition, { count: this.#count });
  }

  #emit(generator: Generator, batch: SourceBatch, records: number): number {
    const { config, view, place, writeKey, writeValue } = generator;
    let made = 0;
    while (made < records && !batch.isFull) {
      if (config.hasKey) {
        view.keyStart = 0;
        view.keyEnd = writeKey(view.keyBuffer, this.#count);
      }
      view.valueEnd = writeValue(view.valueBuffer, this.#count);
      batch.append(view, place);
      this.#count += 1;
      made += 1;
    }
    return made;
  }
}
