import type { Command } from 'commander';
import { logLevels, type LogLevel } from '../logging/logger.ts';
import { runStandalone } from './standalone.ts';
import { createStopSignal, whenAborted } from './stop-request.ts';
import { Option } from 'commander';

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
    .action(async (workerFile: string, connectorFiles: readonly string[], flags: StandaloneFlags) => {
      const signal = createStopSignal({ stdin: false });
      const worker = await runStandalone({ workerFile, connectorFiles, logLevel: flags.logLevel, signal });
      await whenAborted(signal);
      await worker.close();
    });
}
