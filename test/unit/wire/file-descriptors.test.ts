import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import descriptor from 'protobufjs/ext/descriptor/index.js';

import { loadReflectionPackage } from '../../../src/wire/file-descriptors.ts';

interface Field {
  readonly name: string;
  readonly jsonName: string;
  readonly typeName?: string;
  readonly label: string;
  readonly oneofIndex?: number;
  readonly proto3Optional?: boolean;
}
interface Message {
  readonly name: string;
  readonly field: readonly Field[];
  readonly nestedType?: readonly Message[];
  readonly oneofDecl?: readonly { readonly name: string }[];
  readonly options?: { readonly mapEntry?: boolean };
}
interface File {
  readonly name: string;
  readonly package: string;
  readonly dependency?: readonly string[];
  readonly messageType: readonly Message[];
  readonly sourceCodeInfo: {
    readonly location: readonly { readonly path: readonly number[]; readonly leadingComments: string }[];
  };
}

/** The files as JSON, by name. */
function loadFiles(paths: readonly string[]): ReadonlyMap<string, File> {
  const holders: readonly object[] = Object.values(loadReflectionPackage(paths));
  const files = holders.flatMap(holder =>
    'fileDescriptorProtos' in holder ? toBuffers(holder.fileDescriptorProtos) : [],
  );
  return new Map(
    files.map(bytes => {
      const type = descriptor.FileDescriptorProto;
      const file = type.toObject(type.decode(bytes), { enums: String }) as File;
      return [file.name, file];
    }),
  );
}

function toBuffers(value: unknown): readonly Buffer[] {
  return Array.isArray(value) ? value.filter(each => Buffer.isBuffer(each)) : [];
}

describe('the descriptors for reflection', () => {
  let files: ReadonlyMap<string, File> = new Map();
  const message = (file: string, name: string): Message => {
    const found = files.get(file)?.messageType.find(each => each.name === name);
    assert.ok(found, `${file} has no message ${name}`);
    return found;
  };

  before(() => {
    files = loadFiles([
      'millrace/admin/v1/connectors.proto',
      'millrace/plugin/v1/plugin.proto',
      'millrace/plugin/v1/source.proto',
    ]);
  });

  test('come one per file, with what it imports', () => {
    assert.deepEqual([...files].map(([name, file]) => [name, file.package, file.dependency ?? []]).toSorted(), [
      ['google/protobuf/timestamp.proto', 'google.protobuf', []],
      ['millrace/admin/v1/connectors.proto', 'millrace.admin.v1', ['google/protobuf/timestamp.proto']],
      ['millrace/plugin/v1/data.proto', 'millrace.plugin.v1', []],
      ['millrace/plugin/v1/plugin.proto', 'millrace.plugin.v1', ['millrace/plugin/v1/data.proto']],
      ['millrace/plugin/v1/source.proto', 'millrace.plugin.v1', ['millrace/plugin/v1/data.proto']],
    ]);
  });

  test('keep names as they are written, beside those for JSON, and types by their full names', () => {
    const { field } = message('millrace/admin/v1/connectors.proto', 'ConnectorStatus');

    assert.deepEqual(
      field.map(({ name, jsonName, typeName }) => `${name} ${jsonName} ${typeName ?? ''}`),
      [
        'name name ',
        'type type .millrace.admin.v1.Connector.Type',
        'target_state targetState .millrace.admin.v1.ConnectorStatus.TargetState',
        'connector connector .millrace.admin.v1.InstanceStatus',
        'tasks tasks .millrace.admin.v1.TaskStatus',
        'unreached_workers unreachedWorkers ',
        'outage outage .millrace.admin.v1.Outage',
      ],
    );
  });

  test('write a map field as repeated entries of the name that protoc gives them', () => {
    const { field, nestedType } = message('millrace/admin/v1/connectors.proto', 'Task');

    assert.deepEqual(field.find(({ name }) => name === 'config')?.typeName, '.millrace.admin.v1.Task.ConfigEntry');
    assert.deepEqual(field.find(({ name }) => name === 'config')?.label, 'LABEL_REPEATED');
    assert.deepEqual(
      nestedType?.map(each => [each.name, each.options, each.field.map(({ name }) => name)]),
      [['ConfigEntry', { mapEntry: true }, ['key', 'value']]],
    );
  });

  test('tell optional fields from real oneofs', () => {
    const exit = message('millrace/admin/v1/connectors.proto', 'ProcessExit');
    const up = message('millrace/plugin/v1/source.proto', 'SourceUp');

    assert.deepEqual(
      [exit.field[0]?.oneofIndex, exit.field[0]?.proto3Optional, exit.oneofDecl],
      [0, true, [{ name: '_code' }]],
    );
    assert.equal(up.oneofDecl?.length, 1);
    assert.deepEqual(
      up.field.map(field => [field.oneofIndex, field.proto3Optional]),
      up.field.map(() => [0, false]),
    );
  });

  test('carry comments at the place of what they are about', () => {
    const locations = files.get('millrace/admin/v1/connectors.proto')?.sourceCodeInfo.location ?? [];
    const commentAt = (...path: readonly number[]): string | undefined =>
      locations.find(location => location.path.join() === path.join())?.leadingComments;

    assert.equal(commentAt(4, 0), ' A connector.\n');
    assert.equal(commentAt(4, 0, 2, 0), ' Name.\n');
    assert.equal(commentAt(4, 0, 4, 0, 2, 1), ' Into Kafka.\n');
    assert.equal(
      commentAt(6, 0, 2, 2),
      ' Names of all connectors, and if asked for their configurations and states.\n',
    );
    assert.match(commentAt(6, 0) ?? '', /^ Connectors and their tasks\..*\n .*\n .*\n$/);
  });
});
