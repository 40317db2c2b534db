import { join } from 'node:path';
import protobuf from 'protobufjs';
import { protoFiles, protoFolder, type ProtoSet } from './proto-files.ts';

/**
 * What .proto files and those that they import say, in protobufjs's JSON form; blocking. A bundled program holds it ready made (ADR
 * 0070): scripts/bundle.mjs puts a module of the same function in the place of this one.
 */
export function readProtoJson(set: ProtoSet): protobuf.INamespace {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => join(protoFolder(), target);
  return root.loadSync([...protoFiles[set]]).toJSON();
}
