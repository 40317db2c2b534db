import { rename, writeFile } from 'node:fs/promises';
import { InvalidArgumentError, type Command } from 'commander';
import { SystemClock } from '../async/clock.ts';
import { ConnectError } from '../errors/connect-error.ts';
import { startDevelopmentBroker } from './broker/development-broker.ts';
import type { RunningBroker } from './broker/running-broker.ts';
import { createStopSignal, whenAborted } from './stop-request.ts';

interface BrokerFlags {
  readonly port: number;
  readonly data?: string;
  readonly heap: string;
  readonly readyFile?: string;
  readonly autoCreate: boolean;
  readonly withParent: boolean;
}

/** Adds `millrace broker`. */
export function addBrokerCommand(program: Command): void {
  program
    .command('broker')
    .description(
      'Run a real single-node Kafka for development. Uses the one that listens on the port already (and ends at once), ' +
        'else Docker Compose, else Java 17 and Maven. Runs until SIGINT or SIGTERM.',
    )
    .option('--port <port>', 'port of 127.0.0.1 to listen on; 0 for any free one', parsePort, 9092)
    .option('--data <dir>', 'keep the data in this directory (default: a temporary one, removed at the end)')
    .option('--heap <size>', "Java heap, as '-Xmx' takes it", parseHeap, '512m')
    .option('--ready-file <file>', "write 'host:port' to this file once the broker answers")
    .option('--no-auto-create', 'do not create a topic because somebody produces to it')
    .option('--with-parent', 'stop when stdin closes, so that the broker ends with the program that started it', false)
    .action((flags: BrokerFlags) => runBroker(flags));
}

async function runBroker(flags: BrokerFlags): Promise<void> {
  const signal = createStopSignal({ stdin: flags.withParent });
  let broker: RunningBroker;
  try {
    broker = await startDevelopmentBroker({
      clock: new SystemClock(),
      signal,
      port: flags.port,
      dataDir: flags.data,
      heap: flags.heap,
      autoCreateTopics: flags.autoCreate,
      report: line => process.stderr.write(`${line}\n`),
    });
  } catch (error) {
    // Stopped while it started: that is what was asked for.
    if (signal.aborted) return;
    throw error;
  }
  try {
    if (flags.readyFile !== undefined) await writeWhole(flags.readyFile, `${broker.bootstrapServers}\n`);
    process.stdout.write(`${broker.description}\n`);
    if (broker.origin !== 'listening') await runUntilStopped(broker, signal);
  } finally {
    await broker.stop();
  }
}

async function runUntilStopped(broker: RunningBroker, signal: AbortSignal): Promise<void> {
  const reason = await Promise.race([broker.ended, whenAborted(signal)]);
  if (reason === undefined || signal.aborted) return;
  throw new ConnectError('BROKER_UNAVAILABLE', `The broker on ${broker.bootstrapServers} ended by itself: ${reason}`);
}

/** A reader of the file sees all of the text or no file. */
async function writeWhole(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, text);
  await rename(draft, file);
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return port;
}

function parseHeap(text: string): string {
  if (!/^\d+[kmg]$/i.test(text))
    throw new InvalidArgumentError("A heap size is a number with 'k', 'm' or 'g', as in 512m.");
  return text;
}
