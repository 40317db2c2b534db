import { ConfigDef } from '../../src/config/config-def.ts';
import {
  protobufDataKeys,
  readProtobufOptions,
  type ProtobufOptions,
} from '../../src/converters/protobuf/protobuf-options.ts';

/** The options of Protobuf's mapping that these settings ask for, Confluent's defaults for the others. */
export function protobufOptions(settings: Readonly<Record<string, string>> = {}): ProtobufOptions {
  return readProtobufOptions(new ConfigDef().defineAll(protobufDataKeys).parse(new Map(Object.entries(settings))));
}
