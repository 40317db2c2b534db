import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * How many processes of this process's control group the kernel has killed for want of memory so far; undefined where it cannot
 * be read (not Linux, no memory controller). Children count, as they stay in the group of their parent.
 */
export function readOomKills(): number | undefined {
  for (const file of counterFiles(readIfThere('/proc/self/cgroup'))) {
    const count = /^oom_kill (\d+)$/m.exec(readIfThere(file))?.[1];
    if (count !== undefined) return Number(count);
  }
  return undefined;
}

/** Candidates, version 2 first. Inside a container the group's own folder may be mounted as the root. */
export function counterFiles(cgroups: string): readonly string[] {
  const unified = /^0::(.*)$/m.exec(cgroups)?.[1];
  const memory = /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m.exec(cgroups)?.[1];
  const paths = (path: string | undefined): readonly string[] => (path === undefined ? [] : [...new Set([path, '/'])]);
  return [
    ...paths(unified).map(path => join('/sys/fs/cgroup', path, 'memory.events')),
    ...paths(memory).map(path => join('/sys/fs/cgroup/memory', path, 'memory.oom_control')),
  ];
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // This kind of control group is not mounted here; the next candidate is tried.
    return '';
  }
}
