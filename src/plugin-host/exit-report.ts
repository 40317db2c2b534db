import type { ConnectError } from '../errors/connect-error.ts';

/** Whether a process ended for want of memory. */
export type OomVerdict = 'no' | 'possible' | 'yes';

/** How a plugin process ended. */
export interface ExitReport {
  /** Exit code; null if a signal ended it. */
  readonly code: number | null;
  /** Signal that ended it, for instance `SIGKILL`; null if it exited by itself. */
  readonly signal: string | null;
  readonly oom: OomVerdict;
  /** The worker asked it to end. */
  readonly isRequested: boolean;
  /** Last lines of its output, oldest first. */
  readonly lastLines: readonly string[];
  /** Set if the process never came to run, or was ended by the worker for a fault: that fault. */
  readonly cause: ConnectError | undefined;
}

/** What runtimes print when their own memory limit ends them. */
const oomTexts = [
  'JavaScript heap out of memory',
  'java.lang.OutOfMemoryError',
  'MemoryError',
  'fatal error: runtime: out of memory',
  'memory allocation of ',
];

/**
 * Judges an end. `yes`: the kernel's count of memory kills rose, or the runtime said so; `possible`: SIGKILL that the worker did
 * not send, which the kernel and a person send alike.
 *
 * @param oomKillsRose the control group's counter is higher than at the start; undefined if it cannot be read.
 */
export function judgeOom(
  exit: Pick<ExitReport, 'code' | 'signal' | 'isRequested' | 'lastLines'>,
  oomKillsRose: boolean | undefined,
): OomVerdict {
  if (exit.isRequested || exit.code === 0) return 'no';
  if (exit.signal === 'SIGKILL') return oomKillsRose === true ? 'yes' : 'possible';
  return exit.lastLines.some(line => oomTexts.some(text => line.includes(text))) ? 'yes' : 'no';
}

/** One clause for people: `was killed by SIGKILL, possibly for want of memory; last lines: …`. */
export function describeExit(exit: ExitReport): string {
  const how =
    exit.signal === null ? `exited with code ${exit.code ?? 'unknown'}` : `was ended by signal ${exit.signal}`;
  const memory = { no: '', possible: ', possibly for want of memory', yes: ' for want of memory' }[exit.oom];
  const lines = exit.lastLines.slice(-5).join(' | ');
  return `${how}${memory}${lines === '' ? '' : `; last lines: ${lines}`}`;
}
