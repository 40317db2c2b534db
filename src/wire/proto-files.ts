import { join } from 'node:path';
import { packageRoot } from '../config/package-root.ts';

/** The .proto files that are read together, under {@link protoFolder}. */
export const protoFiles = {
  plugin: namesIn('millrace/plugin/v1', ['data', 'plugin', 'source', 'sink']),
  internal: namesIn('millrace/internal/v1', ['herder']),
  admin: namesIn('millrace/admin/v1', ['connectors', 'offsets', 'plugins', 'cluster']),
  status: namesIn('google/rpc', ['status', 'error_details']),
} as const;

/** Name of files that are read together. */
export type ProtoSet = keyof typeof protoFiles;

/** Folder of the .proto files. */
export function protoFolder(): string {
  return join(packageRoot(), 'proto');
}

function namesIn(folder: string, names: readonly string[]): readonly string[] {
  return names.map(name => `${folder}/${name}.proto`);
}
