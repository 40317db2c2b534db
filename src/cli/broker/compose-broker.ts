import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Clock } from '../../async/clock.ts';
import { packageRoot } from '../../config/package-root.ts';
import { ConnectError } from '../../errors/connect-error.ts';
import { awaitReady } from './await-ready.ts';
import { DeathCommand } from './death-command.ts';
import { runCommand } from './run-command.ts';
import type { RunningBroker } from './running-broker.ts';

/** What a broker in a container is started with. */
export interface ComposeBrokerOptions {
  readonly clock: Clock;
  /** Gives up the start; a broker that runs is ended by `stop` alone. */
  readonly signal: AbortSignal;
  /** Port of 127.0.0.1 to listen on. */
  readonly port: number;
  /** Java heap, as `-Xmx` takes it. */
  readonly heap: string;
  readonly autoCreateTopics: boolean;
  /** Told what goes on. */
  readonly report: (line: string) => void;
}

const checkTimeoutMs = 10_000;
/** The image may have to be pulled first. */
const startTimeoutMs = 5 * 60_000;
const downTimeoutMs = 20_000;

/**
 * Starts the `kafka` service of docker-compose.yml in a project of its own and waits until it answers. Its data lives and dies
 * with the container.
 *
 * @throws {ConnectError} BROKER_UNAVAILABLE when no Docker engine answers, Compose is missing or the container does not come up.
 */
export async function startComposeBroker(options: ComposeBrokerOptions): Promise<RunningBroker> {
  const { clock } = options;
  for (const args of [['info'], ['compose', 'version']]) {
    const check = await runCommand(clock, { program: 'docker', args, timeoutMs: checkTimeoutMs });
    if (!check.ok) throw new ConnectError('BROKER_UNAVAILABLE', check.reason);
  }
  options.report('Starting the broker of docker-compose.yml');
  const compose = [
    'compose',
    `--file=${join(packageRoot(), 'docker-compose.yml')}`,
    `--project-name=millrace-broker-${options.port}`,
  ];
  const down = [...compose, 'down', '--volumes', '--timeout=10'];
  const child = spawn('docker', [...compose, 'up', '--quiet-pull', '--no-color', 'kafka'], {
    env: composeEnvironment(options),
    stdio: 'ignore',
  });
  const deathCommand = new DeathCommand(['docker', ...down]);
  const ended = new Promise<string>(resolve => {
    child.once('error', error => resolve(error.message));
    child.once('exit', code => resolve(`'docker compose up' ended with exit code ${code ?? 'none'}`));
  });
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await runCommand(clock, { program: 'docker', args: down, timeoutMs: downTimeoutMs });
    child.kill('SIGKILL');
    deathCommand.disarm();
  };
  const broker: RunningBroker = {
    origin: 'compose',
    bootstrapServers: `127.0.0.1:${options.port}`,
    description: `Kafka in Docker on 127.0.0.1:${options.port}, log: docker ${compose.slice(0, 3).join(' ')} logs kafka`,
    pid: undefined,
    ended,
    stop: () => (stopping ??= stop()),
  };
  try {
    await awaitReady({ clock, signal: options.signal, port: options.port, timeoutMs: startTimeoutMs, ended });
  } catch (error) {
    await broker.stop();
    throw error;
  }
  return broker;
}

function composeEnvironment(options: ComposeBrokerOptions): NodeJS.ProcessEnv {
  return {
    ...process.env,
    MILLRACE_BROKER_PORT: String(options.port),
    MILLRACE_BROKER_HEAP: options.heap,
    MILLRACE_BROKER_AUTO_CREATE: String(options.autoCreateTopics),
  };
}
