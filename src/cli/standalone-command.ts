import { Option, type Command } from 'commander';
import { logLevels, type LogLevel } from '../logging/logger.ts';
import { runWorker } from './run-worker.ts';
import { runStandalone } from './standalone.ts';
import { createStopSignal } from './stop-request.ts';

interface StandaloneFlags {
  readonly logLevel: LogLevel;
}

/** Adds `millrace standalone`. */
export function addStandaloneCommand(program: Command): void {
  program
    .command('standalone')
    .description(
      "Run a worker that is alone, with the files of Kafka's connect-standalone. Offsets are kept in a file, connectors may also be " +
        'created through the gRPC admin API. Runs until SIGINT or SIGTERM.',
    )
    .argument('<worker.properties>', 'configuration of the worker')
    .argument('[connector...]', 'connectors to create: properties or JSON files')
    .addOption(new Option('--log-level <level>', 'least level to log').choices(logLevels).default('info'))
    .action((workerFile: string, connectorFiles: readonly string[], { logLevel }: StandaloneFlags) => {
      const signal = createStopSignal({ stdin: false });
      return runWorker(() => runStandalone({ workerFile, connectorFiles, logLevel, signal }), signal);
    });
}
