import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StructDraft } from '../../../../src/converters/registry/struct-draft.ts';
import { plainTraits, type Schema } from '../../../../src/data/schema.ts';

const int32: Schema = { ...plainTraits, type: 'INT32' };
const field = { name: 'a', schema: int32 };

describe('draft of a struct', () => {
  test('is plain at first, and becomes what is said of it', () => {
    const draft = new StructDraft();
    const before = draft.schema;
    draft.add(field);
    draft.set({ name: 'N', version: 2 }).set({ doc: 'd', parameters: new Map([['p', '1']]) });
    draft.setParameter('q', '2');

    assert.deepEqual(before, { ...plainTraits, type: 'STRUCT', fields: [field] });
    assert.deepEqual(draft.schema, {
      ...plainTraits,
      type: 'STRUCT',
      fields: [field],
      name: 'N',
      version: 2,
      doc: 'd',
      parameters: new Map([
        ['p', '1'],
        ['q', '2'],
      ]),
    });
  });

  test('is seen from another place as it is when it is finished', () => {
    const draft = new StructDraft();
    const own = draft.viewFrom({ isOptional: true, parameters: new Map([['at', 'here']]) });
    const same = draft.viewFrom({});
    draft.add(field);
    draft.set({ isOptional: false, name: 'N', version: 2, doc: 'd', defaultValue: null });
    draft.setParameter('at', 'home');
    draft.setParameter('p', '1');

    const seen = [own, same].map(({ isOptional, name, version, doc, parameters, defaultValue, fields }) => [
      isOptional,
      name,
      version,
      doc,
      [...(parameters ?? [])],
      defaultValue,
      fields,
    ]);

    const told = ['N', 2, 'd'];
    assert.deepEqual(seen, [
      [
        true,
        ...told,
        [
          ['at', 'here'],
          ['p', '1'],
        ],
        null,
        [field],
      ],
      [
        false,
        ...told,
        [
          ['at', 'home'],
          ['p', '1'],
        ],
        null,
        [field],
      ],
    ]);
  });
});
