/**
 * One run of a sink task: fetch → converters → batches → plugin → `Durable` → commit.
 *
 * ```
 * broker ──▶ SinkSubscription ──▶ SinkBatches ── Batch ──▶ plugin        window: SinkDeliveries
 *                  ▲                                         │ BatchResult, Durable
 *                  └── commit (I5) ◀── SinkDeliveries ◀──────┘
 * ```
 */
import { Bell } from '../async/bell.ts';
import type { Clock } from '../async/clock.ts';
import { createDeferred, type Deferred } from '../async/deferred.ts';
import type { ConnectorTaskId } from '../data/connector-task-id.ts';
import { ConnectError, toConnectError } from '../errors/connect-error.ts';
import type { AssignedPartition } from '../kafka/consumer-group.ts';
import { nameOf, type FetchedRecords, type TopicPartition } from '../kafka/record-fetcher.ts';
import type { Logger } from '../logging/logger.ts';
import type { PluginLease } from '../plugin-host/plugin-lease.ts';
import { SinkTaskClient } from '../plugin-host/sink-task-client.ts';
import type { TransformChain } from '../transforms/transform-chain.ts';
import type { Format, TopicPartitionOffset } from '../wire/data-messages.ts';
import type { FlowHint, SinkStarted, SinkUp } from '../wire/sink-messages.ts';
import { failedConsumedRecord, findConsumed } from './errors/consumed-record.ts';
import type { RecordErrors } from './errors/record-errors.ts';
import { taskPut } from './errors/stage.ts';
import type { TopicTracker } from './active-topics.ts';
import { answerHostCall, type HostServices } from './host-calls.ts';
import { SinkAnswers } from './sink-answers.ts';
import { SinkBatches, type Obstacle } from './sink-batches.ts';
import { SinkCommits } from './sink-commits.ts';
import { SinkDeliveries, type Delivery } from './sink-deliveries.ts';
import type { SinkSubscription, SubscriptionUser } from './sink-subscription.ts';
import {
  endByError,
  endOfAttempt,
  type AttemptEnd,
  type AttemptListener,
  type StopReason,
  type TaskAttempt,
} from './task-attempt.ts';
import type { TaskConverters } from './task-converters.ts';
import { followPluginLog, type PluginLog } from './plugin-log.ts';
import type { TaskSettings } from './task-settings.ts';

/** What a sink task needs. */
export interface SinkTaskOptions extends HostServices {
  readonly id: ConnectorTaskId;
  /** Rises at every start of the task. */
  readonly epoch: number;
  /** Task configuration, references resolved. */
  readonly config: ReadonlyMap<string, string>;
  readonly lease: (signal: AbortSignal) => Promise<PluginLease>;
  readonly subscription: SinkSubscription;
  readonly converters: TaskConverters;
  readonly chain: TransformChain;
  readonly errors: RecordErrors;
  readonly tracker: TopicTracker;
  /** How much its plugin is to log. */
  readonly pluginLog: PluginLog;
  readonly settings: TaskSettings;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What a sink gets that does not say what it takes. */
const defaultWindow = 4;
const defaultBatchBytes = 1024 * 1024;
const pollMs = 1000;
const offers: readonly Format[] = ['RAW', 'UTF8', 'JSON', 'AVRO'];

/** Runs a sink task once. */
export class SinkTask implements TaskAttempt, SubscriptionUser {
  readonly #options: SinkTaskOptions;
  /** Aborted when nothing more is to be delivered. */
  readonly #ending = new AbortController();
  readonly #failure: Deferred<AttemptEnd> = createDeferred();
  /** Rings when the delivery loop may have something to do. */
  readonly #progress = new Bell();
  readonly #assigns = new Map<number, Deferred<readonly TopicPartitionOffset[]>>();
  #client: SinkTaskClient | null = null;
  #deliveries = new SinkDeliveries(defaultWindow);
  #commits: SinkCommits | null = null;
  #answers: SinkAnswers | null = null;
  #delivering: Promise<void> = Promise.resolve();
  /** What was read and is in no batch yet. */
  #fetched: FetchedRecords[] = [];
  #lastAssignId = 0;
  #isPaused = false;
  /** Rises when partitions are given up. */
  #partitionLosses = 0;
  /** The plugin's stream is over. */
  #hasEnded = false;
  #stop: { readonly reason: StopReason; readonly deadlineMs: number } | null = null;

  constructor(options: SinkTaskOptions) {
    this.#options = options;
  }

  async run(listener: AttemptListener): Promise<AttemptEnd> {
    try {
      return await this.#run(listener);
    } catch (error) {
      return this.#stop === null ? endByError(error) : { kind: 'stopped' };
    } finally {
      this.#end(new ConnectError('SHUTTING_DOWN', 'The task has ended'));
    }
  }

  pause(): void {
    this.#isPaused = true;
    this.#commits?.request();
  }

  resume(): void {
    this.#isPaused = false;
    this.#progress.ring();
  }

  stop(reason: StopReason, deadlineMs: number): void {
    if (this.#stop !== null) return;
    this.#stop = { reason, deadlineMs };
    if (this.#client !== null) void this.#windDown(this.#client, this.#stop);
    else this.#end(new ConnectError('SHUTTING_DOWN', 'The task is being stopped'));
  }

  async opened(partitions: readonly AssignedPartition[]): Promise<readonly AssignedPartition[]> {
    if (this.#ending.signal.aborted) return [];
    const seeks = await this.#assign(partitions, []);
    if (seeks === null) return [];
    const seekTo = new Map(seeks.map(seek => [`${seek.topic}-${seek.partition}`, seek.offset]));
    return partitions.map(each => ({ ...each, offset: seekTo.get(`${each.topic}-${each.partition}`) ?? each.offset }));
  }

  async closing(partitions: readonly TopicPartition[]): Promise<void> {
    await this.#commits?.commit();
    await this.#assign([], partitions);
    this.#forget(partitions);
    this.#progress.ring();
  }

  async lost(partitions: readonly TopicPartition[]): Promise<void> {
    this.#forget(partitions);
    await this.#assign([], partitions);
    this.#progress.ring();
  }

  failed(error: ConnectError): void {
    this.#fail(error);
  }

  async #run(listener: AttemptListener): Promise<AttemptEnd> {
    const { id, config, epoch, lease, settings, subscription, errors, clock } = this.#options;
    await errors.open(this.#ending.signal);
    const process = await lease(this.#ending.signal);
    listener.launched(process.pid);
    const { heartbeatMs, deadAfterMs } = settings;
    const start = { connector: id.connector, task: id.task, epoch, config, heartbeatMs, deadAfterMs, offers };
    const client = SinkTaskClient.open(process, start, clock);
    this.#client = client;
    client.onUp(message => this.#receive(message));
    const endLog = followPluginLog(this.#options.pluginLog, logLevel => client.send({ kind: 'logLevel', logLevel }));
    if (this.#stop !== null) void this.#windDown(client, this.#stop);
    // Why it did not start is the end of the client, awaited below.
    const begun = client.started.then(
      started => this.#begin(client, started, listener),
      () => undefined,
    );
    const end = await Promise.race([client.ended.then(endOfAttempt), this.#failure.promise]);
    endLog();
    this.#end(new ConnectError('SHUTTING_DOWN', 'The task has ended'));
    this.#hasEnded = true;
    this.#commits?.abandonFlush();
    await begun;
    await this.#delivering;
    await client.ended;
    this.#answers?.close();
    await this.#commits?.commitDurable();
    subscription.detach();
    return end;
  }

  async #begin(client: SinkTaskClient, started: SinkStarted, listener: AttemptListener): Promise<void> {
    const { converters, chain, settings, subscription, errors, tracker, clock, log } = this.#options;
    try {
      this.#deliveries = new SinkDeliveries(started.maxBatches || defaultWindow);
      this.#commits = new SinkCommits({
        deliveries: this.#deliveries,
        subscription,
        isCommitting: !started.ownsOffsets,
        requestFlush: flushId => client.send({ kind: 'flush', flush: { id: flushId } }),
        intervalMs: settings.offsetFlushIntervalMs,
        timeoutMs: settings.offsetFlushTimeoutMs,
        clock,
        log,
      });
      const formats = {
        key: started.keyFormat === 'FORMAT_UNSPECIFIED' ? 'RAW' : started.keyFormat,
        value: started.valueFormat === 'FORMAT_UNSPECIFIED' ? 'RAW' : started.valueFormat,
        header: started.headerFormat === 'FORMAT_UNSPECIFIED' ? null : started.headerFormat,
      } as const;
      const maxBytes = Math.min(started.maxBytes || defaultBatchBytes, client.batchBytesMax);
      const batches = new SinkBatches({ converters, formats, maxBytes, chain, errors, tracker });
      this.#answers = this.#createAnswers(client, batches);
      client.send({ kind: 'declare', declare: batches.declareSchemas() });
      listener.started();
      this.#commits.start();
      this.#delivering = this.#deliver(client, batches);
      await subscription.attach(this);
    } catch (error) {
      this.#fail(toConnectError(error));
    }
  }

  #createAnswers(client: SinkTaskClient, batches: SinkBatches): SinkAnswers {
    const { errors, clock, subscription } = this.#options;
    return new SinkAnswers({
      deliveries: this.#deliveries,
      errors,
      clock,
      originsOf: topic => batches.originsOf(topic),
      resend: delivery => client.sendBatch(delivery.bytes),
      onDurable: flushId => {
        subscription.advance(this.#deliveries.committable());
        if (flushId !== 0) this.#commits?.flushed(flushId);
      },
      onProgress: () => this.#progress.ring(),
      fail: error => this.#fail(error),
    });
  }

  /** Delivers what is fetched, as the window allows, until the end. */
  async #deliver(client: SinkTaskClient, batches: SinkBatches): Promise<void> {
    const { subscription } = this.#options;
    const { signal } = this.#ending;
    try {
      while (!signal.aborted) {
        if (!(await this.#awaitRoom(client))) return;
        this.#fetched = [...(await subscription.poll(pollMs, signal))];
        await this.#deliverAll(client, batches);
      }
    } catch (error) {
      if (signal.aborted) return;
      await this.#options.errors.settledOrLate();
      this.#fail(toConnectError(error));
    }
  }

  async #deliverAll(client: SinkTaskClient, batches: SinkBatches): Promise<void> {
    const { subscription, errors } = this.#options;
    while (this.#fetched.length > 0) {
      if (!(await this.#awaitRoom(client))) return;
      // Records of a partition that is being given up are for whoever has it next: the plugin has closed it, or will at once.
      const fetched = this.#fetched.filter(each => subscription.delivers(each));
      this.#fetched = fetched;
      if (fetched.length === 0) return;
      const topics = batches.declareTopics(fetched);
      if (topics !== null) client.send({ kind: 'declare', declare: topics });
      const { delivery, obstacle } = batches.build(this.#deliveries.nextSeq, fetched);
      const [held] = fetched;
      const found = batches.declareNew();
      if (found !== null) client.send({ kind: 'declare', declare: found });
      if (delivery.recordCount === 0 || this.#isTooLarge(client, delivery)) await this.#skip(delivery);
      else this.#send(client, delivery);
      if (errors.isFull) await errors.settled(this.#ending.signal);
      if (obstacle !== null) await this.#overcome(obstacle, held, batches);
    }
  }

  /** Waits until the record behind the last batch can be tried again, or skips it. */
  async #overcome(obstacle: Obstacle, held: FetchedRecords | undefined, batches: SinkBatches): Promise<void> {
    const { errors } = this.#options;
    const { signal } = this.#ending;
    let afterMs = obstacle.kind === 'retry' ? obstacle.afterMs : null;
    try {
      if (obstacle.kind === 'schema') await obstacle.pending.fetch(signal);
    } catch (error) {
      signal.throwIfAborted();
      if (this.#fetched[0] !== held) return; // its partition was given up meanwhile
      afterMs = batches.failHeld(toConnectError(error));
    }
    if (afterMs !== null) await errors.awaitRetry(afterMs, signal);
  }

  /** A single record that the plugin's server does not take is one that the sink cannot take. @throws where that is not tolerated. */
  #isTooLarge(client: SinkTaskClient, delivery: Delivery): boolean {
    const error = delivery.recordCount === 1 ? client.refusalOf(delivery.bytes) : null;
    if (error === null) return false;
    for (const consumed of findConsumed(delivery, [0])) {
      this.#options.errors.gaveUp(failedConsumedRecord({ consumed, operation: taskPut, error }));
    }
    return true;
  }

  #send(client: SinkTaskClient, delivery: Delivery): void {
    this.#deliveries.add(delivery);
    // Records that were skipped on the way are durable in the dead letter queue before the batch counts as durable.
    if (!this.#options.errors.isSettled) this.#answers?.holdUntilReported(delivery.seq);
    client.sendBatch(delivery.bytes);
  }

  /** Passes over records of which none is left, once it is durable what became of them (I5). */
  async #skip({ positions }: Delivery): Promise<void> {
    const { subscription, errors } = this.#options;
    const losses = this.#partitionLosses;
    if (!errors.isSettled) await errors.settled(this.#ending.signal);
    // A partition that came back meanwhile is read again from what was committed: its positions are others now.
    if (losses !== this.#partitionLosses) return;
    this.#deliveries.skip(positions);
    subscription.advance(this.#deliveries.committable());
  }

  /** Waits until a batch may be sent: window, pause, backpressure. False at the end. */
  async #awaitRoom(client: SinkTaskClient): Promise<boolean> {
    await client.writable();
    while (!this.#ending.signal.aborted && (this.#isPaused || !this.#deliveries.hasRoom)) await this.#progress.wait();
    return !this.#ending.signal.aborted;
  }

  #receive(message: SinkUp): void {
    switch (message.kind) {
      case 'result':
        this.#answers?.result(message.result);
        break;
      case 'durable':
        this.#answers?.durable(message.durable);
        break;
      case 'assigned':
        this.#assigns.get(message.assigned.id)?.resolve(message.assigned.seek);
        break;
      case 'hint':
        this.#onHint(message.hint);
        break;
      case 'call':
        void answerHostCall(this.#options, message.call).then(reply => this.#client?.send({ kind: 'reply', reply }));
        break;
      case 'stopped':
        this.#client?.finish();
        break;
      case 'started':
      case 'heartbeat':
      case 'failure':
      case 'unknown':
        break;
    }
  }

  #onHint(hint: FlowHint): void {
    this.#options.subscription.pause(hint.pause);
    this.#options.subscription.resume(hint.resume);
    if (hint.requestCommit) this.#commits?.request();
  }

  /** Tells the plugin of partitions and waits for its answer. Null if the task ends before. */
  async #assign(
    opened: readonly AssignedPartition[],
    closed: readonly TopicPartition[],
    timeoutMs = this.#options.settings.pluginCallTimeoutMs,
  ): Promise<readonly TopicPartitionOffset[] | null> {
    const client = this.#client;
    if (client === null || this.#hasEnded) return null;
    const id = (this.#lastAssignId += 1);
    const answer = createDeferred<readonly TopicPartitionOffset[]>();
    this.#assigns.set(id, answer);
    client.send({ kind: 'assign', assign: { id, opened, closed: closed.map(each => ({ ...each, offset: null })) } });
    const { clock } = this.#options;
    const waiting = new AbortController();
    const timeout = clock.sleep(timeoutMs, waiting.signal).then(
      () => 'timeout' as const,
      () => null,
    );
    const result = await Promise.race([
      answer.promise,
      client.ended.then(() => null),
      this.#failure.promise.then(() => null),
      timeout,
    ]);
    waiting.abort();
    this.#assigns.delete(id);
    if (result === 'timeout') {
      this.#fail(
        new ConnectError('PLUGIN_CALL_FAILED', `The plugin did not answer Assign ${id} within ${timeoutMs} ms`),
      );
      return null;
    }
    return result;
  }

  /** The end that was asked for: what is delivered becomes durable and is committed, then the plugin stops. */
  async #windDown(
    client: SinkTaskClient,
    stop: { readonly reason: StopReason; readonly deadlineMs: number },
  ): Promise<void> {
    const { clock, subscription } = this.#options;
    const startedMs = clock.monotonicMs();
    this.#end(new ConnectError('SHUTTING_DOWN', 'The task is being stopped'));
    await this.#delivering;
    await this.#commits?.commit();
    const leftMs = (): number => Math.max(1, stop.deadlineMs - (clock.monotonicMs() - startedMs));
    await this.#assign([], subscription.owned, leftMs());
    await client.stop(stop.reason, leftMs());
  }

  #forget(partitions: readonly TopicPartition[]): void {
    const names = new Set(partitions.map(nameOf));
    this.#partitionLosses += 1;
    this.#deliveries.forget(partitions);
    // What comes back to this task is read again from what was committed.
    this.#fetched = this.#fetched.filter(each => !names.has(nameOf(each)));
  }

  #end(reason: ConnectError): void {
    this.#ending.abort(reason);
    this.#answers?.stopRedelivery();
    this.#commits?.stop();
    this.#progress.ring();
  }

  #fail(error: ConnectError): void {
    this.#client?.fail(error);
    this.#failure.resolve(endByError(error));
    this.#end(error);
  }
}
