import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/config/package-root.ts';
import { readManifest } from '../../src/plugin-host/manifest.ts';
import type { PluginManifest } from '../../src/plugin-host/plugin-manifest.ts';

/** Manifest of the Python ticker. Throws by name when it was not set up. */
export function tickerManifest(): PluginManifest {
  const folder = join(packageRoot(), 'plugins/python/ticker');
  for (const needed of ['.venv/bin/python', 'gen/millrace/plugin/v1/source_pb2_grpc.py']) {
    if (!existsSync(join(folder, needed))) {
      throw new Error(
        `plugins/python/ticker/${needed} is missing: run plugins/python/setup.sh (needs Python 3.9 or newer)`,
      );
    }
  }
  return readManifest(join(folder, 'plugin.json'));
}
