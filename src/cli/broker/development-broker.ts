import type { Clock } from '../../async/clock.ts';
import { ConnectError, messageOf } from '../../errors/connect-error.ts';
import { probeBroker } from '../../kafka/broker-probe.ts';
import { startComposeBroker } from './compose-broker.ts';
import { findFreePort } from './free-port.ts';
import { startJavaBroker } from './java-broker.ts';
import type { RunningBroker } from './running-broker.ts';

/** What the caller wants of a development broker. */
export interface DevelopmentBrokerOptions {
  readonly clock: Clock;
  /** Gives up the start; a broker that runs is ended by `stop` alone. */
  readonly signal: AbortSignal;
  /** Port of 127.0.0.1; 0 for any free one, and then a broker of its own. */
  readonly port: number;
  /** Directory that keeps the broker's data between runs; a temporary one, removed at the end, when not given. */
  readonly dataDir?: string | undefined;
  /** Java heap, as `-Xmx` takes it, for instance `512m`. */
  readonly heap: string;
  /** Whether the broker creates a topic that is produced to. */
  readonly autoCreateTopics: boolean;
  /** Told what goes on and what goes wrong, line by line, for people. */
  readonly report: (line: string) => void;
}

const probeTimeoutMs = 2000;

/**
 * A real single-node Kafka for development, by the first way that works: the one that listens on the port already, the one of
 * docker-compose.yml when a Docker engine answers, or a Java process with jars that Maven resolved.
 *
 * @throws {ConnectError} BROKER_UNAVAILABLE that names the three ways and why each failed.
 */
export async function startDevelopmentBroker(options: DevelopmentBrokerOptions): Promise<RunningBroker> {
  if (options.port !== 0) {
    const listening = await findListeningBroker(options.port);
    if (listening !== undefined) return listening;
  }
  const port = options.port === 0 ? await findFreePort() : options.port;
  const ways = [
    { name: 'Docker Compose', start: () => startInContainer({ ...options, port }) },
    { name: 'Java and Maven', start: () => startJavaBroker({ ...options, port }) },
  ];
  const reasons = [
    options.port === 0
      ? 'A broker already listening: not asked for (port 0)'
      : `A broker already listening: none on 127.0.0.1:${port}`,
  ];
  for (const way of ways) {
    options.signal.throwIfAborted();
    try {
      return await way.start();
    } catch (error) {
      if (!(error instanceof ConnectError) || error.code !== 'BROKER_UNAVAILABLE') throw error;
      reasons.push(`${way.name}: ${messageOf(error)}`);
    }
  }
  throw new ConnectError(
    'BROKER_UNAVAILABLE',
    [
      'No development broker: each of the three ways failed',
      ...reasons.map(reason => `  ${reason}`),
      'Start a broker there, or start Docker, or install Java 17 or later and Maven',
    ].join('\n'),
  );
}

async function findListeningBroker(port: number): Promise<RunningBroker | undefined> {
  const sighting = await probeBroker({ host: '127.0.0.1', port, timeoutMs: probeTimeoutMs });
  if (sighting === undefined) return undefined;
  return {
    origin: 'listening',
    bootstrapServers: `127.0.0.1:${port}`,
    description: `A Kafka broker already listens on 127.0.0.1:${port} (cluster ${sighting.clusterId})`,
    pid: undefined,
    // Never settles: the broker is somebody else's.
    ended: new Promise(() => undefined),
    stop: () => Promise.resolve(),
  };
}

function startInContainer(options: DevelopmentBrokerOptions & { readonly port: number }): Promise<RunningBroker> {
  if (options.dataDir !== undefined) {
    return Promise.reject(
      new ConnectError(
        'BROKER_UNAVAILABLE',
        'not used, because a container cannot keep its data in the directory that was given',
      ),
    );
  }
  return startComposeBroker(options);
}
