import { Option, type Command } from 'commander';
import { logLevels, type LogLevel } from '../logging/logger.ts';
import { runStandalone, type RunningWorker, type StandaloneOptions } from './standalone.ts';
import { createStopSignal, whenAborted } from './stop-request.ts';

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
    .action((workerFile: string, connectorFiles: readonly string[], flags: StandaloneFlags) =>
      run({ workerFile, connectorFiles, logLevel: flags.logLevel, signal: createStopSignal({ stdin: false }) }),
    );
}

async function run(options: StandaloneOptions): Promise<void> {
  const { signal } = options;
  let worker: RunningWorker;
  try {
    worker = await runStandalone(options);
  } catch (error) {
    // Stopped while it started: that is what was asked for.
    if (signal.aborted) return;
    throw error;
  }
  await whenAborted(signal);
  await worker.close();
}
