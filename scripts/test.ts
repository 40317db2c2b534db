/**
 * `npm test [-- SUITE… FILE-PART…]`: runs the suites against one broker of the run's own and ends with one line
 * `N passed, N failed`. Exit code 0 only when something ran and nothing failed.
 */
import { setMaxListeners } from 'node:events';
import { SystemClock } from '../src/async/clock.ts';
import { startDevelopmentBroker } from '../src/cli/broker/development-broker.ts';
import type { RunningBroker } from '../src/cli/broker/running-broker.ts';
import { createStopSignal } from '../src/cli/stop-request.ts';
import { packageRoot } from '../src/config/package-root.ts';
import { messageOf } from '../src/errors/connect-error.ts';
import { bootstrapVariable } from '../test/support/broker.ts';
import { runSuite, type Tally } from './run-suite.ts';
import { listTestFiles, parseSelection, type Suite } from './test-suites.ts';

const testTimeoutMs = 5 * 60_000;
const clock = new SystemClock();
const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const signal = createStopSignal({ stdin: false });
// Node's runner listens once for each file.
setMaxListeners(0, signal);
let broker: RunningBroker | undefined;
let total: Tally = { passed: 0, failed: 0 };
try {
  total = await runAll();
} catch (error) {
  print(messageOf(error));
  total = { ...total, failed: total.failed + 1 };
} finally {
  await broker?.stop();
}
print(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;

async function runAll(): Promise<Tally> {
  const root = packageRoot();
  const selection = parseSelection(process.argv.slice(2));
  const runs = selection.suites
    .map(suite => ({ suite, files: listTestFiles(root, suite, selection.fileParts) }))
    .filter(({ files }) => files.length > 0);
  if (runs.some(({ suite }) => suite.needsBroker)) await provideBroker();
  let sum: Tally = { passed: 0, failed: 0 };
  for (const { suite, files } of runs) {
    if (signal.aborted) return { ...sum, failed: sum.failed + 1 };
    const tally = await runOne(suite, files, root);
    sum = { passed: sum.passed + tally.passed, failed: sum.failed + tally.failed };
  }
  return sum;
}

async function runOne(suite: Suite, files: readonly string[], root: string): Promise<Tally> {
  const startMs = clock.monotonicMs();
  const tally = await runSuite({
    root,
    files,
    concurrency: suite.concurrency,
    timeoutMs: testTimeoutMs,
    signal,
    print,
  });
  const seconds = ((clock.monotonicMs() - startMs) / 1000).toFixed(1);
  print(`${suite.name}: ${tally.passed} passed, ${tally.failed} failed in ${seconds} s (${files.length} files)`);
  return tally;
}

/** One broker serves the run: that of the variable when it is set, else one of our own on a free port. */
async function provideBroker(): Promise<void> {
  const given = process.env[bootstrapVariable];
  if (given !== undefined && given !== '') return;
  broker = await startDevelopmentBroker({
    clock,
    signal,
    port: 0,
    heap: '512m',
    autoCreateTopics: true,
    // Once it runs, its errors are those that tests provoke; its log has them.
    report: line => {
      if (broker === undefined) print(line);
    },
  });
  print(broker.description);
  process.env[bootstrapVariable] = broker.bootstrapServers;
}
