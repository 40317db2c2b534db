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
import type { Clock, Timer } from '../async/clock.ts';
import { createDeferred, type Deferred } from '../async/deferred.ts';
import type { SchemaPending } from '../converters/schema-pending.ts';
import { ConnectError, toConnectError } from '../errors/connect-error.ts';
import type { AssignedPartition } from '../kafka/consumer-group.ts';
import type { FetchedRecords, TopicPartition } from '../kafka/record-fetcher.ts';
import type { Logger } from '../logging/logger.ts';
import type { PluginLease } from '../plugin-host/plugin-lease.ts';
import { SinkTaskClient } from '../plugin-host/sink-task-client.ts';
import type { ConnectorTaskId } from '../storage/states.ts';
import type { TransformChain } from '../transforms/transform-chain.ts';
import type { Format, TopicPartitionOffset } from '../wire/data-messages.ts';
import type { BatchResult, Durable, FlowHint, SinkStarted, SinkUp } from '../wire/sink-messages.ts';
import { answerHostCall, type HostServices } from './host-calls.ts';
import { SinkBatches } from './sink-batches.ts';
import { SinkCommits } from './sink-commits.ts';
import { SinkDeliveries } from './sink-deliveries.ts';
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
  readonly settings: TaskSettings;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What a sink gets that does not say what it takes. */
const defaultWindow = 4;
const defaultBatchBytes = 1024 * 1024;
const pollMs = 1000;
const offers: readonly Format[] = ['RAW', 'UTF8', 'JSON'];

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
  #batches: SinkBatches | null = null;
  #commits: SinkCommits | null = null;
  #delivering: Promise<void> = Promise.resolve();
  #retryTimer: Timer | null = null;
  #lastAssignId = 0;
  #isPaused = false;
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
    this.#deliveries.forget(partitions);
    this.#progress.ring();
  }

  async lost(partitions: readonly TopicPartition[]): Promise<void> {
    this.#deliveries.forget(partitions);
    await this.#assign([], partitions);
    this.#progress.ring();
  }

  failed(error: ConnectError): void {
    this.#fail(error);
  }

  async #run(listener: AttemptListener): Promise<AttemptEnd> {
    const { id, config, epoch, lease, settings, subscription, clock } = this.#options;
    const process = await lease(this.#ending.signal);
    listener.launched(process.pid);
    const { heartbeatMs, deadAfterMs } = settings;
    const start = { connector: id.connector, task: id.task, epoch, config, heartbeatMs, deadAfterMs, offers };
    const client = SinkTaskClient.open(process, start, clock);
    this.#client = client;
    client.onUp(message => this.#receive(message));
    if (this.#stop !== null) void this.#windDown(client, this.#stop);
    // Why it did not start is the end of the client, awaited below.
    const begun = client.started.then(
      started => this.#begin(client, started, listener),
      () => undefined,
    );
    const end = await Promise.race([client.ended.then(endOfAttempt), this.#failure.promise]);
    this.#end(new ConnectError('SHUTTING_DOWN', 'The task has ended'));
    this.#hasEnded = true;
    this.#commits?.abandonFlush();
    await begun;
    await this.#delivering;
    await client.ended;
    await this.#commits?.commitDurable();
    subscription.detach();
    return end;
  }

  async #begin(client: SinkTaskClient, started: SinkStarted, listener: AttemptListener): Promise<void> {
    const { converters, chain, settings, subscription, clock, log } = this.#options;
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
      } as const;
      const maxBytes = Math.min(started.maxBytes || defaultBatchBytes, client.batchBytesMax);
      const batches = new SinkBatches({ converters, formats, maxBytes, chain });
      this.#batches = batches;
      client.send({ kind: 'declare', declare: batches.declareSchemas() });
      listener.started();
      this.#commits.start();
      this.#delivering = this.#deliver(client, batches);
      await subscription.attach(this);
    } catch (error) {
      this.#fail(toConnectError(error));
    }
  }

  /** Delivers what is fetched, as the window allows, until the end. */
  async #deliver(client: SinkTaskClient, batches: SinkBatches): Promise<void> {
    const { subscription } = this.#options;
    const { signal } = this.#ending;
    try {
      while (!signal.aborted) {
        if (!(await this.#awaitRoom(client))) return;
        const fetched = [...(await subscription.poll(pollMs, signal))];
        await this.#deliverAll(client, batches, fetched);
      }
    } catch (error) {
      this.#fail(toConnectError(error));
    }
  }

  async #deliverAll(client: SinkTaskClient, batches: SinkBatches, fetched: FetchedRecords[]): Promise<void> {
    const { subscription } = this.#options;
    while (fetched.length > 0) {
      if (!(await this.#awaitRoom(client))) return;
      // While we waited, partitions may have been given up: their records are another member's now.
      const owned = fetched.filter(each => subscription.owns(each));
      fetched.splice(0, fetched.length, ...owned);
      if (fetched.length === 0) return;
      const topics = batches.declareTopics(fetched);
      if (topics !== null) client.send({ kind: 'declare', declare: topics });
      const delivery = batches.build(this.#deliveries.nextSeq, fetched);
      const found = batches.declareNew();
      if (found !== null) client.send({ kind: 'declare', declare: found });
      if (delivery.recordCount === 0) {
        this.#deliveries.skip(delivery.positions);
        subscription.advance(this.#deliveries.committable());
      } else {
        this.#deliveries.add(delivery);
        client.sendBatch(delivery.bytes);
      }
      const pending = batches.takePending();
      if (pending !== null) await this.#fetch(pending);
    }
  }

  /** Fetches the schema that the next record needs. That the end cuts it short is no failure. */
  async #fetch(pending: SchemaPending): Promise<void> {
    const { signal } = this.#ending;
    try {
      await pending.fetch(signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
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
        this.#onResult(message.result);
        break;
      case 'durable':
        this.#onDurable(message.durable);
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

  #onResult({ seq, r }: BatchResult): void {
    switch (r?.kind) {
      case 'ok':
        this.#deliveries.taken(seq);
        break;
      case 'retryAfterMs':
        this.#deliveries.retry(seq);
        this.#retryTimer ??= this.#options.clock.after(r.retryAfterMs, () => this.#redeliver());
        break;
      case 'partial':
        this.#onPartial(seq, r.partial.count, r.partial.failed);
        break;
      case undefined:
        throw new ConnectError('PROTOCOL_VIOLATION', `The result of batch ${seq} says neither ok, retry nor partial`);
    }
    this.#progress.ring();
  }

  /** Records that the sink could not take fail the task: nothing is dropped that no one tolerates. */
  #onPartial(
    seq: number,
    count: number,
    failed: readonly { readonly index: number; readonly why: { readonly message: string } | null }[],
  ): void {
    const recordCount = this.#deliveries.recordCount(seq);
    if (count !== recordCount) {
      const message = `The plugin answers for ${count} records of batch ${seq}, which has ${recordCount}`;
      throw new ConnectError('PROTOCOL_VIOLATION', message);
    }
    const [first] = failed;
    if (first === undefined) {
      this.#deliveries.taken(seq);
      return;
    }
    const why = first.why?.message ?? 'no reason given';
    const message = `The sink refused ${failed.length} of ${count} records of batch ${seq}; the first, at position ${first.index}: ${why}`;
    throw new ConnectError('TASK_FAILED', message);
  }

  #onDurable({ upToSeq, offsets, flushId }: Durable): void {
    const lower = offsets.flatMap(({ topic, partition, offset }) => {
      if (offset === null) return [];
      // Transforms may have named the topic; of several that it may be, none is committed further than that.
      const origins = this.#batches?.originsOf(topic) ?? [topic];
      return origins.map(origin => ({ topic: origin, partition, offset, isAmbiguous: origins.length > 1 }));
    });
    this.#deliveries.durable(upToSeq, lower);
    this.#options.subscription.advance(this.#deliveries.committable());
    if (flushId !== 0) this.#commits?.flushed(flushId);
    this.#progress.ring();
  }

  #onHint(hint: FlowHint): void {
    this.#options.subscription.pause(hint.pause);
    this.#options.subscription.resume(hint.resume);
    if (hint.requestCommit) this.#commits?.request();
  }

  #redeliver(): void {
    this.#retryTimer = null;
    for (const delivery of this.#deliveries.takeRetries()) this.#client?.sendBatch(delivery.bytes);
    this.#progress.ring();
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

  #end(reason: ConnectError): void {
    this.#ending.abort(reason);
    this.#retryTimer?.cancel();
    this.#commits?.stop();
    this.#progress.ring();
  }

  #fail(error: ConnectError): void {
    this.#client?.fail(error);
    this.#failure.resolve(endByError(error));
    this.#end(error);
  }
}
