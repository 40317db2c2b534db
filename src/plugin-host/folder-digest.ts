import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Parts of a plugin folder that do not tell one build from another, or are too large to read. */
const skippedNames = new Set(['node_modules', '__pycache__', '.venv', '.git']);

/**
 * Digest of the names and contents of all files of a plugin folder: equal as long as the plugin is the same, so what was asked
 * of it once need not be asked again. Installed dependencies do not count. Blocks; reads every file.
 */
export function digestFolder(folder: string): string {
  const hash = createHash('sha256');
  const visit = (path: string, name: string): void => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory() === true) {
      for (const child of readdirSync(path).sort()) {
        if (!skippedNames.has(child)) visit(join(path, child), `${name}/${child}`);
      }
    } else if (stat?.isFile() === true) {
      hash.update(`${name}\0${stat.size}\0`).update(readFileSync(path));
    }
  };
  visit(folder, '');
  return hash.digest('hex');
}
