import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConnectError, RequestError } from '../../../src/errors/connect-error.ts';
import { OffsetsOperations, requireOffsets, type ConnectorRef } from '../../../src/herder/offsets-operations.ts';
import type { OffsetWrite } from '../../../src/storage/offset-store.ts';

const source: ConnectorRef = { name: 'c', config: new Map([['connector.class', 'Source']]) };
const sink: ConnectorRef = { name: 'c', config: new Map([['connector.class', 'Sink']]) };
const sinkOffset = { topic: 't', partition: 0, offset: 3 };
const sourceOffset = { partitionJson: '{"f":"a"}', offsetJson: '{"p":1}' };

const toWrite = (partition: string, offset: string | null): OffsetWrite => ({
  partitionJson: Buffer.from(partition),
  offsetJson: offset === null ? null : Buffer.from(offset),
});
const shown = (writes: readonly OffsetWrite[]): string =>
  writes.map(write => [write.partitionJson, write.offsetJson].map(each => String(each)).join('=')).join(' ');

/** Operations, and what they call in order. References in configurations resolve to `resolved`. */
function operationsOf(options: { readonly handled?: boolean; readonly refusal?: ConnectError } = {}) {
  const calls: string[] = [];
  const partitions = ['{"f":"a"}'];
  const note = (call: string): Promise<void> => Promise.resolve(void calls.push(call));
  const operations = new OffsetsOperations({
    worker: {
      catalog: {
        find: (className, version) => (calls.push(`find ${className} ${version}`), kindOf(className)),
      },
      alterOffsets: async ({ name, config }, offsets) => {
        const told = [shown(offsets.source), JSON.stringify(offsets.sink)].join(' ');
        calls.push(`ask ${name} ${[...config.values()].join()}: ${told}`);
        if (options.refusal !== undefined) throw options.refusal;
        return options.handled ?? true;
      },
    },
    source: {
      read: async name => (await note(`read source ${name}`), [sourceOffset]),
      toReset: async () => partitions.map(partition => toWrite(partition, null)),
      write: (name, writes) => note(`write source ${name} ${shown(writes)}`),
    },
    sink: {
      read: async ({ name, config }) => (await note(`read sink ${name} ${config.get('is')}`), [sinkOffset]),
      check: ({ name, config }, offsets) => note(`check sink ${name} ${config.get('is')} ${JSON.stringify(offsets)}`),
      alter: ({ name, config }, offsets) => note(`alter sink ${name} ${config.get('is')} ${JSON.stringify(offsets)}`),
      reset: ({ name, config }) => note(`reset sink ${name} ${config.get('is')}`),
    },
    resolve: async () => new Map([['is', 'resolved']]),
  });
  return { operations, calls, partitions };
}

function kindOf(className: string): { readonly kind: 'source' | 'sink' } {
  return { kind: className === 'Source' ? 'source' : 'sink' };
}

describe('operations on the offsets of a source', () => {
  test('read what is stored', async () => {
    const { operations, calls } = operationsOf();

    assert.deepEqual(await operations.read(source), { type: 'source', offsets: [sourceOffset] });
    assert.deepEqual(calls, ['find Source undefined', 'read source c']);
  });

  test('ask the connector first, then write', async () => {
    const { operations, calls } = operationsOf();

    const agreed = await operations.agreeToAlter(source, { type: 'source', offsets: [sourceOffset] });
    const before = calls.splice(0);
    await agreed.write();

    assert.equal(agreed.handled, true);
    assert.deepEqual(before, ['find Source undefined', 'ask c Source: {"f":"a"}={"p":1} []']);
    assert.deepEqual(calls, ['write source c {"f":"a"}={"p":1}']);
  });

  test('write nothing that the connector refuses', async () => {
    const refusal = new ConnectError('OFFSETS_REFUSED', 'no');
    const { operations, calls } = operationsOf({ refusal });

    await assert.rejects(operations.agreeToAlter(source, { type: 'source', offsets: [sourceOffset] }), refusal);
    await assert.rejects(operations.agreeToReset(source), refusal);

    assert.ok(!calls.some(call => call.startsWith('write')));
  });

  test('forget in a reset what a late task wrote after the connector was asked', async () => {
    const { operations, calls, partitions } = operationsOf({ handled: false });

    const agreed = await operations.agreeToReset(source);
    partitions.push('{"f":"late"}');
    await agreed.write();

    assert.equal(agreed.handled, false);
    assert.deepEqual(calls, [
      'find Source undefined',
      'ask c Source: {"f":"a"}=null []',
      'write source c {"f":"a"}=null {"f":"late"}=null',
    ]);
  });
});

describe('operations on the offsets of a sink', () => {
  test('look for its group where its resolved configuration says that it is', async () => {
    const { operations, calls } = operationsOf();

    assert.deepEqual(await operations.read(sink), { type: 'sink', offsets: [sinkOffset] });
    assert.deepEqual(calls, ['find Sink undefined', 'read sink c resolved']);
  });

  test('are checked, then the connector is asked with its stored configuration, then they are written', async () => {
    const { operations, calls } = operationsOf({ handled: false });

    const agreed = await operations.agreeToAlter(sink, { type: 'sink', offsets: [sinkOffset] });
    await agreed.write();

    const offsets = '[{"topic":"t","partition":0,"offset":3}]';
    assert.equal(agreed.handled, false);
    assert.deepEqual(calls, [
      'find Sink undefined',
      `check sink c resolved ${offsets}`,
      `ask c Sink:  ${offsets}`,
      `alter sink c resolved ${offsets}`,
    ]);
  });

  test('tell the connector of a reset which partitions are forgotten', async () => {
    const { operations, calls } = operationsOf();

    const agreed = await operations.agreeToReset(sink);
    await agreed.write();

    assert.equal(agreed.handled, true);
    assert.deepEqual(calls, [
      'find Sink undefined',
      'read sink c resolved',
      'ask c Sink:  [{"topic":"t","partition":0,"offset":null}]',
      'reset sink c resolved',
    ]);
  });
});

describe('operations on offsets', () => {
  test('refuse offsets of the other kind, naming their field', async () => {
    const { operations, calls } = operationsOf();
    const refused = operations.agreeToAlter(source, { type: 'sink', offsets: [sinkOffset] });

    await assert.rejects(refused, error => {
      assert.ok(error instanceof RequestError);
      const message = "must be empty: 'c' is a source connector, whose offsets go into 'source'";
      assert.deepEqual(error.violations, [{ key: 'sink', message }]);
      return true;
    });
    assert.deepEqual(calls, ['find Source undefined']);
  });

  test('find the connector in the version that it names, or none', async () => {
    const { operations, calls } = operationsOf();

    await operations.read({ name: 'c', config: new Map([...source.config, ['connector.plugin.version', '1.0']]) });
    await operations.read({ name: 'c', config: new Map() });

    assert.deepEqual(
      calls.filter(call => call.startsWith('find')),
      ['find Source 1.0', 'find  undefined'],
    );
  });

  test('need offsets to alter', () => {
    assert.throws(() => requireOffsets({ type: 'source', offsets: [] }), {
      code: 'REQUEST_INVALID',
      message: 'Partitions / offsets need to be provided for an alter offsets request',
    });
    requireOffsets({ type: 'sink', offsets: [sinkOffset] });
  });
});
