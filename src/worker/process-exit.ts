import type { ExitReport } from '../plugin-host/exit-report.ts';
import type { ProcessExit } from '../storage/states.ts';

/** An exit report as a status keeps it. @param atMs when it was seen, milliseconds since the epoch. */
export function toProcessExit(exit: ExitReport, atMs: number): ProcessExit {
  return {
    code: exit.code,
    signal: exit.signal,
    isOutOfMemory: exit.oom === 'yes',
    lastLines: exit.lastLines,
    atMs,
  };
}
