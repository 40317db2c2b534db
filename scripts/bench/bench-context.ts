import type { Clock } from '../../src/async/clock.ts';
import { startDevelopmentBroker } from '../../src/cli/broker/development-broker.ts';
import { findJava } from '../../src/cli/broker/java-runtime.ts';
import { resolveKafkaJars } from '../../src/cli/broker/kafka-jars.ts';
import type { RunningBroker } from '../../src/cli/broker/running-broker.ts';

/** What every benchmark has from its command. */
export interface BenchContext {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly print: (text: string) => void;
}

/** Who is measured: all, or one without the other. */
export type Only = 'millrace' | 'connect' | undefined;

/** What Kafka Connect is run with. */
export interface KafkaConnectRuntime {
  readonly java: string;
  /** Kafka's jars, the file connectors among them. */
  readonly jarFolder: string;
}

/** @throws {ConnectError} BROKER_UNAVAILABLE without Java, or without Maven where the jars are not there yet. */
export async function findKafkaConnect({ clock, signal, print }: BenchContext): Promise<KafkaConnectRuntime> {
  const java = await findJava(clock);
  const { folder } = await resolveKafkaJars({ clock, signal, report: print });
  return { java, jarFolder: folder };
}

/** A broker of the benchmark's own. */
export function startBenchBroker({ clock, signal, print }: BenchContext): Promise<RunningBroker> {
  return startDevelopmentBroker({ clock, signal, port: 0, heap: '1g', autoCreateTopics: true, report: print });
}
