import { join } from 'node:path';
import { brokerAssets } from '../../src/cli/broker/kafka-jars.ts';
import { packageRoot } from '../../src/config/package-root.ts';

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
  command: files => [
    process.execPath,
    join(packageRoot(), 'dist', 'src', 'cli', 'millrace.js'),
    'standalone',
    files.worker,
    files.connector,
  ],
};

/**
 * Kafka Connect standalone with the Java options of its own start script (`kafka-run-class.sh`, `connect-standalone.sh`).
 *
 * @param jarFolder Kafka's jars, the file connectors among them.
 */
export function createKafkaConnect(java: string, jarFolder: string): Contender {
  return {
    name: 'Kafka Connect',
    command: files => [
      java,
      ...['-Xms256M', '-Xmx2G', '-server', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20'],
      ...['-XX:InitiatingHeapOccupancyPercent=35', '-XX:+ExplicitGCInvokesConcurrent', '-XX:MaxInlineLevel=15'],
      '-Djava.awt.headless=true',
      `-Dlog4j2.configurationFile=${join(brokerAssets(), 'log4j2.xml')}`,
      `-Dmillrace.log.file=${files.log}`,
      ...['-cp', join(jarFolder, '*')],
      'org.apache.kafka.connect.cli.ConnectStandalone',
      files.worker,
      files.connector,
    ],
  };
}
