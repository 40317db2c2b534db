import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Parts of a plugin folder that do not tell one build from another. */
const skippedNames = new Set(['node_modules', '__pycache__', '.venv', '.git']);

/**
 * State of all files of a plugin folder, as text: equal as long as none was written, added, removed or replaced, so what was asked of
 * the plugin once need not be asked again. Installed dependencies do not count. Looks at every file and reads none: it is wanted at
 * every start of a task. Blocks.
 */
export function readFolderState(folder: string): string {
  const states: string[] = [];
  const visit = (path: string, name: string): void => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory() === true) {
      for (const child of readdirSync(path)) if (!skippedNames.has(child)) visit(join(path, child), `${name}/${child}`);
    } else if (stat?.isFile() === true) {
      // The time of change moves on with every write, whatever a copy says of the time of modification.
      states.push(`${name}\0${stat.ino}\0${stat.size}\0${stat.ctimeMs}`);
    }
  };
  visit(folder, '');
  return states.sort().join('\n');
}
