/** After a test that failed: the last log lines of what it ran, so that a failure seen once can be explained. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { PrivateBroker } from './private-broker.ts';
import type { WorkerProcess } from './worker-process.ts';

const linesShown = 40;
const lineCharsMax = 400;

/** The part of a test's context that Node 20 has, and its types do not. */
interface Outcome {
  readonly passed: boolean;
}

/** To be called when the test has ended. */
export function showWorkersIfFailed(t: Pick<TestContext, 'after'>, workers: readonly WorkerProcess[]): void {
  if (!hasFailed(t)) return;
  for (const { pid, lines } of workers) show(`Worker ${pid}`, lines);
}

/** To be called when the test has ended, and before the broker's data is removed. */
export async function showBrokerIfFailed(t: Pick<TestContext, 'after'>, { dataDir }: PrivateBroker): Promise<void> {
  if (!hasFailed(t)) return;
  const log = await readFile(join(dataDir, 'broker.log'), 'utf8');
  show('Broker', log.trimEnd().split('\n'));
}

function hasFailed(t: Pick<TestContext, 'after'>): boolean {
  return 'passed' in t && !(t as Outcome).passed;
}

function show(whose: string, lines: readonly string[]): void {
  const shown = lines.slice(-linesShown).map(line => line.slice(0, lineCharsMax));
  process.stderr.write(`${whose}, the last of ${lines.length} log lines:\n${shown.join('\n')}\n`);
}
