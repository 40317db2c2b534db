import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/config/package-root.ts';

const foreignFolders = new Set(['.git', 'node_modules', 'dist', '.venv', '__pycache__', 'coverage']);

/**
 * Files of the project, as paths from its root with `/`, sorted: everything but what was installed or built.
 *
 * @param folder where to begin, from the root; empty for the root.
 * @param extension only files that end so, for instance `.ts`; empty for all.
 */
export function listSourceFiles(folder: string, extension: string): readonly string[] {
  const found: string[] = [];
  const visit = (path: string): void => {
    for (const entry of readdirSync(join(packageRoot(), path), { withFileTypes: true })) {
      const child = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!foreignFolders.has(entry.name)) visit(child);
      } else if (entry.isFile() && entry.name.endsWith(extension)) {
        found.push(child);
      }
    }
  };
  visit(folder);
  return found.sort();
}
