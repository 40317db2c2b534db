import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { MockSchemaRegistry } from '../../../../src/converters/registry/mock-schema-registry.ts';
import { parseRegistryConfig } from '../../../../src/converters/registry/registry-config.ts';
import type { RegistrySchema, ResolvedReference } from '../../../../src/converters/registry/schema-registry.ts';
import type { SchemaChoice } from '../../../../src/converters/registry/serializer-keys.ts';
import { createSubjectNameStrategy } from '../../../../src/converters/registry/subject-name.ts';
import { TypedRegistry, type SchemaLanguage } from '../../../../src/converters/registry/typed-registry.ts';
import { ConnectError, type ConnectErrorOptions } from '../../../../src/errors/connect-error.ts';
import type { ErrorCodeName } from '../../../../src/errors/codes.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { prepared } from '../../../support/prepared.ts';

/** Schemas are texts; one that begins with a capital letter is a record of that name, and a longer one reads a shorter one. */
const language: SchemaLanguage<string> = {
  schemaType: 'JSON',
  converterName: 'TextConverter',
  parse: ({ schema }: RegistrySchema, references: readonly ResolvedReference[]) =>
    [schema, ...references.map(reference => reference.schema)].join('+'),
  write: schema => ({ schemaType: 'JSON', schema, references: [] }),
  recordName: schema => (/^[A-Z]/.test(schema) ? schema : null),
  canRead: (target, own) => target.length >= own.length,
};
const schemaOf = (schema: string): RegistrySchema => ({ schemaType: 'JSON', schema, references: [] });

describe('typed registry', () => {
  let scopes = 0;
  let registry: MockSchemaRegistry;
  let clock: ManualClock;

  beforeEach(() => {
    scopes += 1;
    registry = MockSchemaRegistry.ofScope(`typed-registry-${scopes}`);
    clock = new ManualClock();
  });

  function open(
    options: {
      readonly choice?: SchemaChoice;
      readonly strategy?: string;
      readonly keys?: Record<string, string>;
    } = {},
  ): TypedRegistry<string> {
    const { choice = { kind: 'register' }, strategy = 'TopicNameStrategy', keys = {} } = options;
    const settings = { 'schema.registry.url': `mock://typed-registry-${scopes}`, ...keys };
    return new TypedRegistry({
      config: {
        registry: parseRegistryConfig(new Map(Object.entries(settings))),
        choice,
        normalize: false,
        subjects: createSubjectNameStrategy(strategy, 'value'),
      },
      clock,
      language,
    });
  }

  const register = (subject: string, schema: RegistrySchema): Promise<number> =>
    registry.register({ subject, schema, normalize: false });
  const targetOf = (typed: TypedRegistry<string>, own: string) => {
    const writer = typed.writerSchema(own);
    return prepared(() => writer.target('t'));
  };
  /** Lets each look-up fail. */
  const failLookUps = (code: ErrorCodeName, options?: ConnectErrorOptions): void => {
    registry.lookUp = () => Promise.reject(new ConnectError(code, 'because', options));
  };

  for (const [choice, expected] of [
    [{ kind: 'register' }, { id: 3, schema: 'own' }],
    [
      { kind: 'id', id: 1, isStrict: true },
      { id: 1, schema: 'other' },
    ],
    [
      { kind: 'id', id: 2, isStrict: false },
      { id: 2, schema: 'o' },
    ],
    [
      { kind: 'latest', isStrict: false },
      { id: 2, schema: 'o' },
    ],
  ] as const) {
    test(`writes with the schema of the choice ${JSON.stringify(choice)}`, async () => {
      await register('t-value', schemaOf('other'));
      await register('t-value', schemaOf('o'));

      assert.deepEqual(await targetOf(open({ choice }), 'own'), expected);
    });
  }

  test('writes with the schema that the subject has', async () => {
    await register('elsewhere', schemaOf('own'));
    const lacking = open({ choice: { kind: 'look-up' } });
    await assert.rejects(targetOf(lacking, 'own'), { code: 'DATA_INVALID', message: "Subject 't-value' not found" });

    await register('t-value', schemaOf('x'));
    await register('t-value', schemaOf('own'));

    assert.deepEqual(await targetOf(open({ choice: { kind: 'look-up' } }), 'own'), { id: 1, schema: 'own' });
  });

  for (const [choice, what, key] of [
    [{ kind: 'id', id: 1, isStrict: true }, 'Schema 1', 'id.compatibility.strict'],
    [{ kind: 'latest', isStrict: true }, "The latest schema of subject 't-value'", 'latest.compatibility.strict'],
  ] as const) {
    test(`refuses by ${key} a schema that cannot read the data`, async () => {
      await register('t-value', schemaOf('o'));

      await assert.rejects(targetOf(open({ choice }), 'own'), {
        code: 'DATA_INVALID',
        message: `${what} cannot read what the schema of the data writes. Set ${key}=false to disable this check`,
      });
    });
  }

  test('asks for the latest version again when its time is over, and for no other', async () => {
    const keys = { 'latest.cache.ttl.sec': '1' };
    const latest = open({ choice: { kind: 'latest', isStrict: false }, keys }).writerSchema('own');
    const own = open({ keys }).writerSchema('own');
    await register('t-value', schemaOf('a'));
    const [first, mine] = [await prepared(() => latest.target('t')), await prepared(() => own.target('t'))];
    await register('t-value', schemaOf('b'));

    clock.advance(999);
    const kept = latest.target('t');
    clock.advance(1);
    const second = await prepared(() => latest.target('t'));

    assert.deepEqual([first.schema, kept.schema, second.schema], ['a', 'a', 'b']);
    assert.equal(own.target('t'), mine);
  });

  test('reads with the schema of an id, with what it uses', async () => {
    await register('base', schemaOf('base'));
    const references = [{ name: 'n', subject: 'base', version: 1 }];
    const id = await register('t-value', { ...schemaOf('outer'), references });
    const typed = open();

    const reader = await prepared(() => typed.readerSchema(id));

    assert.deepEqual([reader.id, reader.schema], [2, 'outer+base']);
  });

  test('reads no schema of another language', async () => {
    const id = await register('t-value', { ...schemaOf('x'), schemaType: 'AVRO' });
    const typed = open();

    await assert.rejects(
      prepared(() => typed.readerSchema(id)),
      { code: 'DATA_INVALID', message: 'TextConverter cannot use a schema of type AVRO' },
    );
  });

  for (const [strategy, schema, subject, version] of [
    ['TopicNameStrategy', 'R', 't-value', 2],
    ['RecordNameStrategy', 'R', 'R', 2],
    ['TopicRecordNameStrategy', 'R', 't-R', 2],
    ['RecordNameStrategy', 'no record', 'other', null],
    ['TopicNameStrategy', 'R', 'other', null],
  ] as const) {
    test(`finds version ${version} of '${schema}' by ${strategy} under '${subject}'`, async () => {
      await register(subject, schemaOf('first'));
      const id = await register(subject, schemaOf(schema));
      const typed = open({ strategy });
      const reader = await prepared(() => typed.readerSchema(id));

      assert.equal(await prepared(() => reader.version('t')), version);
    });
  }

  for (const code of ['REGISTRY_NOT_FOUND', 'REGISTRY_REFUSED'] as const) {
    test(`takes ${code} for no version`, async () => {
      const id = await register('t-value', schemaOf('x'));
      const typed = open();
      const reader = await prepared(() => typed.readerSchema(id));
      failLookUps(code);

      assert.equal(await prepared(() => reader.version('t')), null);
    });
  }

  test('takes a registry that is away for what it is', async () => {
    const id = await register('t-value', schemaOf('x'));
    const typed = open();
    const reader = await prepared(() => typed.readerSchema(id));
    failLookUps('REGISTRY_UNAVAILABLE');

    await assert.rejects(
      prepared(() => reader.version('t')),
      { code: 'REGISTRY_UNAVAILABLE' },
    );
  });

  test('remembers for as long as is set what the registry lacks', async () => {
    const typed = open({
      choice: { kind: 'look-up' },
      keys: { 'missing.id.cache.ttl.sec': '5', 'missing.schema.cache.ttl.sec': '7' },
    });
    const writer = typed.writerSchema('own');
    await assert.rejects(
      prepared(() => typed.readerSchema(1)),
      { code: 'DATA_INVALID' },
    );
    await assert.rejects(
      prepared(() => writer.target('t')),
      { code: 'DATA_INVALID' },
    );
    await register('t-value', schemaOf('own'));

    const known = [4999, 1, 1999, 1].map(passedMs => {
      clock.advance(passedMs);
      return [() => typed.readerSchema(1), () => writer.target('t')].map(ask => codeOf(ask));
    });

    assert.deepEqual(known, [
      ['DATA_INVALID', 'DATA_INVALID'],
      ['pending', 'DATA_INVALID'],
      ['pending', 'DATA_INVALID'],
      ['pending', 'pending'],
    ]);
  });
});

/** Code of what is thrown; `pending` for what has to be fetched. */
function codeOf(ask: () => unknown): string {
  try {
    ask();
    return 'nothing';
  } catch (error) {
    return error instanceof ConnectError ? error.code : 'pending';
  }
}
