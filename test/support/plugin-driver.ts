import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { Client, type ClientDuplexStream, credentials, Metadata, type MethodDefinition } from '@grpc/grpc-js';
import { SystemClock } from '../../src/async/clock.ts';
import { withDeadline } from '../../src/async/deadline.ts';
import { createDeferred, type Deferred } from '../../src/async/deferred.ts';
import { packageRoot } from '../../src/config/package-root.ts';
import { BatchReader } from '../../src/wire/batch-reader.ts';
import type { Heartbeat, SourceOffset } from '../../src/wire/data-messages.ts';
import { pluginService, sinkTaskService, sourceTaskService } from '../../src/wire/grpc-services.ts';
import { callUnary, openTaskStream } from '../../src/wire/plugin-calls.ts';
import type { SinkDownControl, SinkStart, SinkUp } from '../../src/wire/sink-messages.ts';
import type { SourceDown, SourceStart, SourceUp } from '../../src/wire/source-messages.ts';
import { decodeSinkUp, decodeSourceUp, encodeSinkDown, encodeSourceDown } from '../../src/wire/stream-codec.ts';

const clock = new SystemClock();

/** Longest wait for anything that a plugin has to do. */
const patienceMs = 20_000;

/** How a plugin is launched. */
export interface DriverOptions {
  /** Folder under plugins/typescript, or under test/support/plugins. */
  readonly plugin: string;
  readonly transport?: 'unix' | 'tcp';
}

/** How a plugin process ended. */
export interface PluginExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * A plugin process and a thin client of it: what the protocol says and nothing more, so that tests see the plugin itself and not
 * the plugin host.
 */
export class PluginDriver {
  readonly process: ChildProcess;
  readonly client: Client;
  readonly metadata = new Metadata();
  readonly target: string;
  readonly token: string | undefined;
  readonly exited: Promise<PluginExit>;
  /** Lines of stderr and stdout so far. */
  readonly logLines: string[];
  readonly #folder: string;
  readonly #lines: Interface;

  private constructor(options: {
    process: ChildProcess;
    target: string;
    token: string | undefined;
    folder: string;
    exited: Promise<PluginExit>;
    logLines: string[];
    lines: Interface;
  }) {
    this.process = options.process;
    this.target = options.target;
    this.token = options.token;
    this.exited = options.exited;
    this.logLines = options.logLines;
    this.#folder = options.folder;
    this.#lines = options.lines;
    this.client = new Client(options.target, credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
      'grpc.max_receive_message_length': -1,
      // A plugin that has just been spawned listens a moment later.
      'grpc.initial_reconnect_backoff_ms': 50,
      'grpc.max_reconnect_backoff_ms': 200,
    });
    if (options.token !== undefined) this.metadata.set('authorization', `Bearer ${options.token}`);
  }

  /** Spawns a plugin and waits until it answers. */
  static async launch(options: DriverOptions): Promise<PluginDriver> {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-driver-'));
    const isTcp = options.transport === 'tcp';
    const token = isTcp ? 'a-token-of-the-test' : undefined;
    const readyFile = join(folder, 'ready');
    const environment = isTcp
      ? {
          MILLRACE_PLUGIN_ADDRESS: 'tcp:127.0.0.1:0',
          MILLRACE_PLUGIN_READY_FILE: readyFile,
          MILLRACE_PLUGIN_TOKEN: 'a-token-of-the-test',
        }
      : { MILLRACE_PLUGIN_ADDRESS: `unix:${join(folder, 'p.sock')}` };
    const child = spawn(process.execPath, programArguments(options.plugin), {
      cwd: packageRoot(),
      env: { PATH: process.env['PATH'], MILLRACE_PLUGIN_DIR: folder, ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const exited = new Promise<PluginExit>(resolve => child.once('exit', (code, signal) => resolve({ code, signal })));
    const logLines: string[] = [];
    const lines = createInterface(child.stderr);
    lines.on('line', line => logLines.push(line));
    // What a plugin prints is as good as a log line.
    createInterface(child.stdout).on('line', line => lines.emit('line', line));
    child.stdin.on('error', () => undefined);
    if (isTcp) await within('the ready file', waitForFile(readyFile));
    const target = isTcp ? readFileSync(readyFile, 'utf8') : environment.MILLRACE_PLUGIN_ADDRESS;
    const driver = new PluginDriver({ process: child, target, token, folder, exited, logLines, lines });
    await within('a connection', driver.#connect());
    return driver;
  }

  /** The next log line that has this text, or the latest one that had it. */
  async logged(text: string): Promise<string> {
    const poll = async (): Promise<string> => {
      for (;;) {
        const line = this.logLines.findLast(each => each.includes(text));
        if (line !== undefined) return line;
        await once(this.#lines, 'line');
      }
    };
    return within(`log line '${text}'`, poll());
  }

  /** Makes a unary call. */
  call<Request, Response>(method: MethodDefinition<Request, Response>, request: Request): Promise<Response> {
    return within(method.path, callUnary(this.client, method, request, { metadata: this.metadata }));
  }

  /** Shakes hands as a worker with that receive limit. */
  async handshake(maxReceiveBytes = 4 * 1024 * 1024): Promise<void> {
    await this.call(pluginService.handshake, {
      majors: [1],
      features: [],
      nonce: Buffer.from('nonce'),
      maxReceiveBytes,
      worker: 'driver',
    });
  }

  /** Opens a source task. */
  openSource(config: Readonly<Record<string, string>>, start: Partial<SourceStart> = {}): DrivenSource {
    const stream = openTaskStream(this.client, sourceTaskService.run, { metadata: this.metadata });
    const driven = new DrivenSource(stream);
    driven.send({
      kind: 'start',
      start: {
        connector: 'driven',
        task: 0,
        epoch: 1,
        config: new Map(Object.entries(config)),
        offsets: [],
        offsetsComplete: true,
        heartbeatMs: 200,
        deadAfterMs: 2000,
        ...start,
      },
    });
    return driven;
  }

  /** Opens a sink task. */
  openSink(config: Readonly<Record<string, string>>, start: Partial<SinkStart> = {}): DrivenSink {
    const stream = openTaskStream(this.client, sinkTaskService.run, { metadata: this.metadata });
    const driven = new DrivenSink(stream);
    driven.send({
      kind: 'start',
      start: {
        connector: 'driven',
        task: 0,
        epoch: 1,
        config: new Map(Object.entries(config)),
        heartbeatMs: 200,
        deadAfterMs: 2000,
        offers: ['UTF8', 'RAW', 'JSON'],
        ...start,
      },
    });
    return driven;
  }

  /** Ends the plugin as a worker's death does, and waits for it. */
  async close(): Promise<PluginExit> {
    this.client.close();
    this.process.stdin?.end();
    const exit = await within('the exit', this.exited);
    rmSync(this.#folder, { recursive: true, force: true });
    return exit;
  }

  #connect(): Promise<void> {
    const deadline = new Date(clock.nowMs() + patienceMs);
    return new Promise((resolve, reject) =>
      this.client.waitForReady(deadline, error => (error === undefined ? resolve() : reject(error))),
    );
  }
}

/** How a task stream ended. */
export interface StreamEnd {
  readonly code: number;
  readonly details: string;
}

/** The worker's end of a task stream: what came in, in order, heartbeats apart. */
class DrivenStream<Up extends SourceUp | SinkUp> {
  readonly stream: ClientDuplexStream<Buffer, Buffer>;
  readonly ended: Promise<StreamEnd>;
  heartbeats = 0;
  lastHeartbeat: Heartbeat | undefined;
  readonly #received: Up[] = [];
  #arrived: Deferred<void> = createDeferred();

  constructor(stream: ClientDuplexStream<Buffer, Buffer>, decode: (bytes: Buffer) => Up) {
    this.stream = stream;
    stream.on('data', (bytes: Buffer) => {
      const message = decode(bytes);
      if (message.kind === 'heartbeat') {
        this.heartbeats += 1;
        this.lastHeartbeat = message.heartbeat;
      } else this.#received.push(message);
      this.#arrived.resolve();
      this.#arrived = createDeferred();
    });
    // The status event tells the same and comes last.
    stream.on('error', () => undefined);
    this.ended = new Promise(resolve => {
      stream.on('status', (status: StreamEnd) => resolve({ code: status.code, details: status.details }));
    });
  }

  /** The next message that is no heartbeat. */
  async next(): Promise<Up> {
    for (;;) {
      const message = this.#received.shift();
      if (message !== undefined) return message;
      await within('a message', Promise.race([this.#arrived.promise, this.#failIfEnded()]));
    }
  }

  /** The next message, which has to be of that kind. */
  async expect<Kind extends Up['kind']>(kind: Kind): Promise<Extract<Up, { readonly kind: Kind }>> {
    const message = await this.next();
    if (!isOfKind(message, kind)) throw new Error(`Expected ${kind}, received ${JSON.stringify(message)}`);
    return message;
  }

  /** Messages that have come and were not asked for. */
  get waiting(): number {
    return this.#received.length;
  }

  /** Waits for the next sign of life. */
  async heartbeat(): Promise<void> {
    const before = this.heartbeats;
    while (this.heartbeats === before) await within('a heartbeat', this.#arrived.promise);
  }

  async #failIfEnded(): Promise<void> {
    const { code, details } = await this.ended;
    if (this.#received.length === 0) throw new Error(`The stream ended with status ${code} ${details}`);
  }
}

/** A record that a source sent, as text. */
export interface DrivenRecord {
  readonly key: string | null;
  readonly value: string | null;
  /** -1 for none. */
  readonly timestampMs: number;
}

/** A batch that a source sent. */
export interface DrivenBatch {
  readonly seq: number;
  readonly records: readonly DrivenRecord[];
  readonly offsets: readonly { readonly partition: unknown; readonly offset: unknown }[];
  readonly messageBytes: number;
}

/** The worker's end of a source task. */
export class DrivenSource extends DrivenStream<SourceUp> {
  constructor(stream: ClientDuplexStream<Buffer, Buffer>) {
    super(stream, decodeSourceUp);
  }

  send(message: Exclude<SourceDown, { kind: 'unknown' }>): void {
    this.stream.write(encodeSourceDown(message));
  }

  demand(demand: { tokens?: number; maxRecords?: number; maxBytes?: number; maxWaitMs?: number } = {}): void {
    this.send({
      kind: 'demand',
      demand: { tokens: 1, maxRecords: 10_000, maxBytes: 1024 * 1024, maxWaitMs: 50, ...demand },
    });
  }

  /** The next batch; declarations before it are stepped over. */
  async nextBatch(): Promise<DrivenBatch> {
    for (;;) {
      const message = await this.next();
      if (message.kind === 'batch') return readBatch(message.batch);
      if (message.kind !== 'declare') throw new Error(`Expected a batch, received ${JSON.stringify(message)}`);
    }
  }

  /** Grants batches until `isEnough`. */
  async collect(isEnough: (records: readonly DrivenRecord[]) => boolean): Promise<readonly DrivenBatch[]> {
    const batches: DrivenBatch[] = [];
    const records: DrivenRecord[] = [];
    const startMs = clock.monotonicMs();
    while (!isEnough(records)) {
      if (clock.monotonicMs() - startMs > patienceMs) throw new Error(`Only ${records.length} records came`);
      this.demand();
      const batch = await this.nextBatch();
      batches.push(batch);
      records.push(...batch.records);
    }
    return batches;
  }

  stop(deadlineMs = 5000): void {
    this.send({ kind: 'stop', stop: { reason: 'STOP', deadlineMs } });
  }
}

/** The worker's end of a sink task. */
export class DrivenSink extends DrivenStream<SinkUp> {
  constructor(stream: ClientDuplexStream<Buffer, Buffer>) {
    super(stream, decodeSinkUp);
  }

  send(message: SinkDownControl): void {
    this.stream.write(encodeSinkDown(message));
  }

  /** Sends bytes as they are, which is how batches go. */
  sendBytes(message: Buffer): void {
    this.stream.write(message);
  }

  stop(): void {
    this.send({ kind: 'stop', stop: { reason: 'STOP', deadlineMs: 5000 } });
  }
}

/** Waits, but not for ever: `what` names what did not come. */
export function within<T>(what: string, work: Promise<T>): Promise<T> {
  const onTimeout = (): Error => new Error(`No ${what} within ${patienceMs} ms`);
  return withDeadline(clock, { timeoutMs: patienceMs, onTimeout }, work);
}

function isOfKind<Up extends { readonly kind: string }, Kind extends Up['kind']>(
  message: Up,
  kind: Kind,
): message is Extract<Up, { readonly kind: Kind }> {
  return message.kind === kind;
}

function readBatch(range: { readonly buffer: Buffer; readonly start: number; readonly end: number }): DrivenBatch {
  const reader = new BatchReader();
  reader.reset(range.buffer, range.start, range.end);
  const records: DrivenRecord[] = [];
  while (reader.next()) {
    records.push({
      key: reader.keyStart < 0 ? null : reader.keyBuffer.toString('utf8', reader.keyStart, reader.keyEnd),
      value: reader.valueStart < 0 ? null : reader.valueBuffer.toString('utf8', reader.valueStart, reader.valueEnd),
      timestampMs: reader.timestampMs,
    });
  }
  const offsets = reader.readOffsets().map(toPlainOffset);
  return { seq: reader.seq, records, offsets, messageBytes: range.buffer.length };
}

function toPlainOffset(offset: SourceOffset): { readonly partition: unknown; readonly offset: unknown } {
  return { partition: parseJson(offset.partitionJson), offset: offset.tombstone ? null : parseJson(offset.offsetJson) };
}

function parseJson(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes).toString('utf8'));
}

/** Arguments of node for a plugin: built tests run the built plugin, tests run from sources its source. */
export function programArguments(plugin: string): readonly string[] {
  const isBuilt = import.meta.url.endsWith('.js');
  const folders = ['plugins/typescript', 'test/support/plugins'].map(folder =>
    join(packageRoot(), isBuilt ? 'dist' : '', folder, plugin),
  );
  const file = isBuilt ? 'main.js' : 'main.ts';
  const folder = folders.find(candidate => existsSync(join(candidate, file)));
  if (folder === undefined) throw new Error(`No plugin '${plugin}' in ${folders.join(' or ')}`);
  return isBuilt ? [join(folder, file)] : ['--import', 'tsx', join(folder, file)];
}

/** Looked at again and again: the folder is temporary, and watching it would miss a file that is already there. */
async function waitForFile(file: string): Promise<void> {
  while (!existsSync(file)) await clock.sleep(10);
}
