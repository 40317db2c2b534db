import protobuf from 'protobufjs';
import type { ProtoSet } from './proto-files.ts';
import { readProtoJson } from './proto-json.ts';

const roots = new Map<ProtoSet, protobuf.Root>();

/** The message type of that full name. Its files are read once, blocking. */
export function protoType(set: ProtoSet, fullName: string): protobuf.Type {
  let root = roots.get(set);
  if (root === undefined) {
    root = protobuf.Root.fromJSON(readProtoJson(set));
    roots.set(set, root);
  }
  return root.lookupType(fullName);
}

/** A message type of the plugin protocol by its short name. */
export function pluginProtoType(name: string): protobuf.Type {
  return protoType('plugin', `millrace.plugin.v1.${name}`);
}

/** A message type of google.rpc by its short name. */
export function statusProtoType(name: string): protobuf.Type {
  return protoType('status', `google.rpc.${name}`);
}
