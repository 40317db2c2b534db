import {
  type AlteredSourceOffset,
  ConfigDef,
  type ConfigMap,
  type CommittedBatches,
  type ConnectorContext,
  ConnectorError,
  type DroppedSourceRecords,
  type PollBudget,
  type SourceBatch,
  type SourceConnector,
  type SourceTask,
  type SourceTaskContext,
  SystemClock,
} from '../../../../src/sdk/index.ts';

const config = new ConfigDef()
  .define({ name: 'behaviour', type: 'STRING', importance: 'HIGH', documentation: 'What to do.' })
  .define({ name: 'secret', type: 'PASSWORD', default: null, importance: 'LOW', documentation: 'Never shown.' });

/** `behaviour`: replan, raise, refuse-offsets, keep-offsets, handle-offsets, or nothing. */
export class ProbeSourceConnector implements SourceConnector {
  #config: ConfigMap = new Map();
  #context: ConnectorContext | undefined;
  #plans = 0;

  config(): ConfigDef {
    return config;
  }

  start(given: ConfigMap, context: ConnectorContext): void {
    this.#config = given;
    this.#context = context;
    context.log.info(`connector started with ${given.get('behaviour') ?? ''}`);
    if (given.get('behaviour') === 'replan') context.requestTaskReconfiguration('more tables');
    if (given.get('behaviour') === 'raise') {
      context.raiseError(new ConnectorError({ category: 'AUTH', code: 'BAD_LOGIN' }, 'The login was refused'));
    }
  }

  taskConfigs(): readonly ConfigMap[] {
    this.#plans += 1;
    return [new Map([...this.#config, ['plan', String(this.#plans)]])];
  }

  alterOffsets(given: ConfigMap, offsets: readonly AlteredSourceOffset[]): boolean {
    switch (given.get('behaviour')) {
      case 'refuse-offsets':
        throw new ConnectorError(
          { category: 'DATA', code: 'GAP' },
          `No snapshot goes back to ${offsets.length} tables`,
        );
      case 'keep-offsets':
        throw new ConnectorError({ category: 'CONFIG', code: 'UNSUPPORTED' }, 'never');
      default:
        return given.get('behaviour') === 'handle-offsets';
    }
  }

  createTask(): SourceTask {
    return new ProbeSourceTask();
  }

  stop(): void {
    this.#context?.log.info('connector stopped');
  }
}

class ProbeSourceTask implements SourceTask {
  #behaviour = '';
  #context: SourceTaskContext | undefined;
  #polls = 0;

  async start(given: ConfigMap, context: SourceTaskContext): Promise<void> {
    this.#behaviour = given.get('behaviour') ?? '';
    this.#context = context;
    context.log.debug('a debug line');
    if (this.#behaviour === 'fail-start') {
      throw new ConnectorError({ category: 'RATE_LIMITED', code: 'SLOW_DOWN' }, 'Too fast', { retryAfterMs: 1500 });
    }
    if (this.#behaviour === 'create-topic') await context.createTopic({ name: 'made', partitions: 3 });
    if (this.#behaviour === 'report') context.report({ phase: 'snapshot', backlog: 42 });
  }

  async poll(batch: SourceBatch, budget: PollBudget, signal: AbortSignal): Promise<void> {
    this.#polls += 1;
    switch (this.#behaviour) {
      case 'friendly':
        return addFriendly(batch);
      case 'overfill':
        // Takes no notice of the budget.
        for (let i = 0; i < 10; i += 1) batch.record({ topic: 't', value: `${i}`.padEnd(1000, '.') });
        return batch.offset({ p: 1 }, { polls: this.#polls });
      case 'huge':
        return batch.record({ topic: 't', value: Buffer.alloc(5 * 1024 * 1024) });
      case 'throw':
        throw new TypeError('a fault of the plugin');
      case 'block':
        // Does not listen to the signal: the ladder of the worker is for such tasks.
        await new Promise(() => undefined);
        return;
      case 'hold':
        // Gives a record when it is told to stop.
        await new SystemClock().sleep(budget.maxWaitMs, signal).catch(() => undefined);
        return batch.record({ topic: 't', value: 'held', sourcePartition: { p: 1 }, sourceOffset: { o: 1 } });
      default:
        await new SystemClock().sleep(Math.min(10, budget.maxWaitMs), signal);
        return batch.record({ topic: 't', value: `poll ${this.#polls}` });
    }
  }

  commit({ upToSeq, recordCount }: CommittedBatches): void {
    this.#context?.log.info(`committed ${upToSeq} with ${recordCount} records`);
  }

  dropped(records: readonly DroppedSourceRecords[]): void {
    for (const { seq, indexes, count, error } of records) {
      this.#context?.log.info(`dropped ${count} at ${indexes.join()} of ${seq}: ${error?.message ?? 'filtered'}`);
    }
  }

  stop(): void {
    this.#context?.log.info('task stopped');
  }
}

function addFriendly(batch: SourceBatch): void {
  const source = { sourcePartition: { table: 'a' } };
  batch.record({ topic: 't', key: 'k', value: 'text', timestampMs: 5, ...source, sourceOffset: { row: 1 } });
  batch.record({ topic: 'u', key: null, value: { json: [1] }, partition: 2, ...source, sourceOffset: { row: 2 } });
  batch.record({
    topic: 't',
    value: Buffer.from([1, 2]),
    headers: [
      { key: 'h', value: 'x' },
      { key: 'h', value: null },
    ],
  });
  batch.record({ topic: 't', key: 'gone' });
  batch.offset({ table: 'b' }, null);
}
