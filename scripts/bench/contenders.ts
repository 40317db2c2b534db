import { join } from 'node:path';
import { brokerAssets } from '../../src/cli/broker/kafka-jars.ts';
import { packageRoot } from '../../src/config/package-root.ts';
import type { KafkaConnectRuntime } from './bench-context.ts';

/** A program that runs connectors, started in the same way with the same files. */
export interface Contender {
  readonly name: string;
  /** Program and arguments that run a worker with one connector. */
  command(files: WorkerFiles): readonly [program: string, ...args: string[]];
}

/** What a worker is started with. */
export interface WorkerFiles {
  readonly worker: string;
  readonly connector: string;
  readonly log: string;
}

/** `millrace standalone`, as built. */
export const millrace: Contender = {
  name: 'Millrace',
  command: files => millraceCommand('standalone', files.worker, files.connector),
};

/** Program and arguments of `millrace`, as built. */
export function millraceCommand(...args: readonly string[]): readonly [program: string, ...args: string[]] {
  return [process.execPath, join(packageRoot(), 'dist', 'bin', 'millrace.js'), ...args];
}

/** Kafka Connect standalone. */
export function createKafkaConnect(runtime: KafkaConnectRuntime): Contender {
  return {
    name: 'Kafka Connect',
    command: files =>
      connectCommand(runtime, { mode: 'ConnectStandalone', log: files.log, args: [files.worker, files.connector] }),
  };
}

/** Program and arguments of Kafka Connect with the Java options of its own start scripts (`kafka-run-class.sh`, `connect-*.sh`). */
export function connectCommand(
  { java, jarFolder }: KafkaConnectRuntime,
  run: {
    readonly mode: 'ConnectStandalone' | 'ConnectDistributed';
    readonly log: string;
    readonly args: readonly string[];
  },
): readonly [program: string, ...args: string[]] {
  return [
    java,
    ...['-Xms256M', '-Xmx2G', '-server', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20'],
    ...['-XX:InitiatingHeapOccupancyPercent=35', '-XX:+ExplicitGCInvokesConcurrent', '-XX:MaxInlineLevel=15'],
    '-Djava.awt.headless=true',
    `-Dlog4j2.configurationFile=${join(brokerAssets(), 'log4j2.xml')}`,
    `-Dmillrace.log.file=${run.log}`,
    ...['-cp', join(jarFolder, '*')],
    `org.apache.kafka.connect.cli.${run.mode}`,
    ...run.args,
  ];
}
