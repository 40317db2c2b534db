import { join } from 'node:path';
import { packageRoot } from '../../src/config/package-root.ts';

/**
 * Arguments with which Node runs a TypeScript program of the project in the way in which this file runs: built, or from sources
 * through a loader.
 *
 * @param file from the project's root, ending in `.ts`.
 */
export function programArguments(file: string): readonly string[] {
  if (import.meta.url.endsWith('.ts')) return ['--import', 'tsx', join(packageRoot(), file)];
  return [join(packageRoot(), 'dist', file.replace(/\.ts$/, '.js'))];
}
