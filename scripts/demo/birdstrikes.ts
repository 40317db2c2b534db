import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../src/config/package-root.ts';

const npmPackage = 'vega-datasets';
const path = 'data/birdstrikes.csv';

/** What the lines are and where they come from. */
export const birdstrikes =
  `${path} of the npm package ${npmPackage}:\n` +
  'birds that hit aircraft, from the FAA Wildlife Strike Database, a work of the U.S. government (public domain)';

/**
 * Writes the first `count` reports into a file, a line each. Every line begins with its number, so that each is there once and a
 * line that is lost or doubled is found.
 *
 * @returns the lines.
 */
export async function writeBirdstrikes(file: string, count: number): Promise<readonly string[]> {
  const text = await readFile(join(packageRoot(), 'node_modules', npmPackage, path), 'utf8');
  const [, ...reports] = text.trimEnd().split(/\r?\n/);
  const lines = reports.slice(0, count).map((report, index) => `${index + 1},${report}`);
  await writeFile(file, lines.map(line => `${line}\n`).join(''));
  return lines;
}
