import { type Command, Option } from 'commander';
import { logLevels, type LogLevel } from '../logging/logger.ts';
import { runDistributed } from './distributed.ts';
import { runWorker } from './run-worker.ts';
import { createStopSignal } from './stop-request.ts';

interface DistributedFlags {
  readonly logLevel: LogLevel;
}

/** Adds `millrace distributed`. */
export function addDistributedCommand(program: Command): void {
  program
    .command('distributed')
    .description(
      "Run a worker that shares connectors with the other workers of its group, with the file of Kafka's connect-distributed. " +
        'All state is kept in Kafka. Runs until SIGINT or SIGTERM, and hands its work over then; at SIGUSR2 it stops too, ' +
        'but the others keep its work for it, up to scheduled.rebalance.max.delay.ms, until it is started again.',
    )
    .argument('<worker.properties>', 'configuration of the worker')
    .addOption(new Option('--log-level <level>', 'least level to log').choices(logLevels).default('info'))
    .action((workerFile: string, { logLevel }: DistributedFlags) => {
      const signal = createStopSignal({ stdin: false });
      return runWorker(() => runDistributed({ workerFile, logLevel, signal }), signal);
    });
}
