import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** One process of the machine. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parentPid: number;
  /** Memory that it holds, KiB, pages shared with others included. */
  readonly residentKib: number;
  readonly command: string;
}

/** A process with how deep it lies under the one that was asked for. */
export interface TreeEntry extends ProcessEntry {
  readonly depth: number;
}

const run = promisify(execFile);

/** All processes of the machine as `ps` tells them now. */
export async function readAllProcesses(): Promise<readonly ProcessEntry[]> {
  const { stdout } = await run('ps', ['-A', '-ww', '-o', 'pid=,ppid=,rss=,args='], { maxBuffer: 64 * 1024 * 1024 });
  return stdout.split('\n').flatMap(parseLine);
}

/** A process and all its descendants, parents before children; empty when the process is gone. */
export async function readProcessTree(pid: number): Promise<readonly TreeEntry[]> {
  const entries = await readAllProcesses();
  const collect = (entry: ProcessEntry, depth: number): readonly TreeEntry[] => [
    { ...entry, depth },
    ...entries.filter(other => other.parentPid === entry.pid).flatMap(child => collect(child, depth + 1)),
  ];
  return entries.filter(entry => entry.pid === pid).flatMap(entry => collect(entry, 0));
}

function parseLine(line: string): readonly ProcessEntry[] {
  const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line);
  if (match === null) return [];
  const [, pid, parentPid, residentKib, command = ''] = match;
  return [{ pid: Number(pid), parentPid: Number(parentPid), residentKib: Number(residentKib), command }];
}
