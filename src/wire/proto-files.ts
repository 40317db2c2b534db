import { join } from 'node:path';
import protobuf from 'protobufjs';
import { packageRoot } from '../config/package-root.ts';

/** Files of the plugin protocol, under {@link protoFolder}. */
export const pluginFiles = ['data', 'plugin', 'source', 'sink'].map(name => `millrace/plugin/v1/${name}.proto`);
const statusFiles = ['google/rpc/status.proto', 'google/rpc/error_details.proto'];

const roots = new Map<string, protobuf.Root>();

/** Folder of the .proto files. */
export function protoFolder(): string {
  return join(packageRoot(), 'proto');
}

/**
 * The message type of that full name, from the given files.
 *
 * @param files paths under {@link protoFolder}; loaded once, blocking.
 */
export function protoType(files: readonly string[], fullName: string): protobuf.Type {
  const key = files.join();
  let root = roots.get(key);
  if (root === undefined) {
    root = new protobuf.Root();
    root.resolvePath = (_origin, target) => join(protoFolder(), target);
    root.loadSync([...files]);
    roots.set(key, root);
  }
  return root.lookupType(fullName);
}

/** A message type of the plugin protocol by its short name. */
export function pluginProtoType(name: string): protobuf.Type {
  return protoType(pluginFiles, `millrace.plugin.v1.${name}`);
}

/** A message type of google.rpc by its short name. */
export function statusProtoType(name: string): protobuf.Type {
  return protoType(statusFiles, `google.rpc.${name}`);
}
