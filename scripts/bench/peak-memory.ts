import { readFile } from 'node:fs/promises';
import { readProcessTree } from '../process-tree.ts';

/**
 * Highest resident memory of a process and its living descendants, MiB: the sum of what each held at its own peak (`VmHWM`), so
 * never less than what they held together. 0 where the system has no `/proc`.
 */
export async function readPeakMemoryMib(pid: number): Promise<number> {
  const entries = await readProcessTree(pid);
  const peaks = await Promise.all(entries.map(entry => readPeakKib(entry.pid)));
  return Math.round(peaks.reduce((sum, peak) => sum + peak, 0) / 1024);
}

async function readPeakKib(pid: number): Promise<number> {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    // The process has just ended, or this system has no such file.
    return 0;
  }
}
