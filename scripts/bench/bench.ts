/**
 * `npm run bench [-- flow|cluster OPTION…]`: Kafka Connect and Millrace side by side, by turns, on the same broker with the same
 * files. Prints medians and ratios as a table in Markdown, and writes every run to a JSON file.
 */
import { Command, Option } from 'commander';
import { SystemClock } from '../../src/async/clock.ts';
import { createStopSignal } from '../../src/cli/stop-request.ts';
import type { BenchContext } from './bench-context.ts';
import { lineBytes } from './bench-files.ts';
import { runClusterBench, type ClusterFlags } from './cluster/cluster-bench.ts';
import { runFlowBench, type FlowFlags } from './flow-bench.ts';

const context: BenchContext = {
  clock: new SystemClock(),
  signal: createStopSignal({ stdin: false }),
  print: text => process.stdout.write(`${text}\n`),
};
const only = new Option('--only <worker>', 'leave the other out').choices(['millrace', 'connect']);

const program = new Command('bench');
program
  .command('flow', { isDefault: true })
  .description('standalone workers: file to topic and topic to file')
  .option('--lines <count>', `lines of ${lineBytes} bytes`, '1000000')
  .option('--rounds <count>', 'runs of each worker in each direction', '3')
  .addOption(only)
  .option('--results <file>', 'JSON file for the results', 'dist/bench-results.json')
  .action((flags: FlowFlags) => runFlowBench(context, flags));
program
  .command('cluster')
  .description('clusters of three workers: start, create, crash, rebalance, memory')
  .option('--rounds <count>', 'clusters of each kind', '3')
  .option('--creates <count>', 'connectors of one task that are created one by one in each round', '5')
  .option('--connectors <count>', 'connectors that a cluster runs when a worker is killed and when one joins', '100')
  .option('--tasks <count>', 'tasks of each of those', '4')
  .option('--connect-delay <ms>', "Kafka Connect's scheduled.rebalance.max.delay.ms (its default is 300000)", '0')
  .addOption(
    new Option('--isolation <what>', "plugin.isolation of those connectors' tasks on Millrace")
      .choices(['task', 'connector', 'plugin'])
      .default('plugin'),
  )
  .addOption(only)
  .option('--results <file>', 'JSON file for the results', 'dist/bench-cluster-results.json')
  .action((flags: ClusterFlags) => runClusterBench(context, flags));
await program.parseAsync();
