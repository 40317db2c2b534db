import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { AdminFixture } from '../../support/admin-fixture.ts';
import { refusalOf } from '../../support/grpc-refusal.ts';

const signal = new AbortController().signal;

describe('the offsets service', () => {
  let admin: AdminFixture;

  beforeEach(async () => {
    admin = await AdminFixture.start();
    const config = new Map([
      ['connector.class', 'FileStreamSource'],
      ['file', '/in'],
    ]);
    await admin.herder.createConnector({ name: 'c', config, initialState: 'STOPPED' }, signal);
    admin.herder.calls.length = 0;
  });
  afterEach(() => admin.close());

  const call = (method: string, request: object): Promise<unknown> =>
    admin.client.call(`millrace.admin.v1.Offsets/${method}`, request);

  async function violationsOf(request: object): Promise<readonly string[]> {
    const { status, code, violations } = await refusalOf(call('Alter', request));
    assert.deepEqual([status, code], ['INVALID_ARGUMENT', 'REQUEST_INVALID']);
    return violations.map(({ key }) => key);
  }

  test('Get answers the offsets of a source as JSON, to the last digit', async () => {
    const offset = { partitionJson: '{"f":"a"}', offsetJson: '{"p":9223372036854775807,"x":1.0}' };
    admin.herder.offsets = { type: 'source', offsets: [offset] };

    const answer = await call('Get', { name: 'c' });

    assert.deepEqual(answer, {
      name: 'c',
      source: [{ partition_json: offset.partitionJson, offset_json: offset.offsetJson }],
    });
  });

  test('Get answers the offsets of a sink by topic and partition', async () => {
    admin.herder.offsets = { type: 'sink', offsets: [{ topic: 't', partition: 0, offset: 2 ** 53 - 1 }] };

    const answer = await call('Get', { name: 'c' });

    assert.deepEqual(answer, { name: 'c', sink: [{ topic: 't', partition: 0, offset: '9007199254740991' }] });
  });

  test('Alter takes what Get answers', async () => {
    admin.herder.offsets = { type: 'sink', offsets: [{ topic: 't', partition: 0, offset: 0 }] };
    const answer = await call('Get', { name: 'c' });
    assert.ok(typeof answer === 'object' && answer !== null);

    await call('Alter', answer);

    const told = JSON.stringify(admin.herder.offsets);
    assert.equal(admin.herder.calls.at(-1), `alterConnectorOffsets("c", ${told})`);
  });

  test('Alter forgets a partition that is given without an offset', async () => {
    await call('Alter', {
      name: 'c',
      source: [{ partition_json: '{}' }, { partition_json: '{"a":1}', offset_json: '{"b":2}' }],
    });
    await call('Alter', { name: 'c', sink: [{ topic: 't', partition: 3 }] });

    assert.deepEqual(admin.herder.calls, [
      'alterConnectorOffsets("c", {"type":"source","offsets":[{"partitionJson":"{}","offsetJson":null},' +
        '{"partitionJson":"{\\"a\\":1}","offsetJson":"{\\"b\\":2}"}]})',
      'alterConnectorOffsets("c", {"type":"sink","offsets":[{"topic":"t","partition":3,"offset":null}]})',
    ]);
  });

  test('Alter and Reset tell whether the connector did its part', async () => {
    const altered = await call('Alter', { name: 'c', source: [{ partition_json: '{}' }] });
    const reset = await call('Reset', { name: 'c' });

    assert.deepEqual(altered, { handled: true, message: 'altered' });
    assert.deepEqual(reset, { handled: false, message: 'reset' });
  });

  test('Alter names every field that is wrong', async () => {
    const wrongSinks = await violationsOf({
      sink: [{ partition: 1 }, { topic: 't', partition: -1, offset: -1 }, { topic: 't', offset: '9007199254740993' }],
    });
    const wrongSources = await violationsOf({ name: 'c', source: [{ partition_json: '{}' }, {}] });
    const both = await violationsOf({
      name: 'c',
      source: [{ partition_json: '{}' }],
      sink: [{ topic: 't', partition: 0 }],
    });

    assert.deepEqual(wrongSinks, [
      'name',
      'sink[0].topic',
      'sink[1].partition',
      'sink[1].offset',
      'sink[2].partition',
      'sink[2].offset',
    ]);
    assert.deepEqual([wrongSources, both], [['source[1].partition_json'], ['sink']]);
    assert.deepEqual(admin.herder.calls, []);
  });

  test('Alter of nothing is refused in the words of Kafka Connect', async () => {
    const { status, message } = await refusalOf(call('Alter', { name: 'c' }));

    assert.equal(status, 'INVALID_ARGUMENT');
    assert.match(message, /Partitions \/ offsets need to be provided for an alter offsets request/);
  });

  test('Connectors/GetTopics and ResetTopics ask for the topics of a connector', async () => {
    const ask = (method: string): Promise<unknown> =>
      admin.client.call(`millrace.admin.v1.Connectors/${method}`, { name: 'c' });
    const disabled = await refusalOf(ask('ResetTopics'));
    admin.herder.topics = ['a', 'b'];

    const answers = [await ask('GetTopics'), await ask('ResetTopics')];

    assert.deepEqual(answers, [{ topics: ['a', 'b'] }, {}]);
    assert.deepEqual([disabled.status, disabled.code], ['FAILED_PRECONDITION', 'TOPIC_TRACKING_DISABLED']);
    assert.deepEqual(admin.herder.calls.slice(1), ['connectorTopics("c")', 'resetConnectorTopics("c")']);
  });

  test('what is not stopped is a failed precondition, what is not there is not found', async () => {
    await admin.herder.setTargetState('c', 'STARTED', signal);

    const running = await refusalOf(call('Reset', { name: 'c' }));
    const missing = await refusalOf(call('Get', { name: 'none' }));
    const unnamed = await refusalOf(call('Get', {}));

    assert.deepEqual([running.status, running.code], ['FAILED_PRECONDITION', 'CONNECTOR_NOT_STOPPED']);
    assert.deepEqual([missing.status, missing.code], ['NOT_FOUND', 'CONNECTOR_NOT_FOUND']);
    assert.deepEqual([unnamed.status, unnamed.violations[0]?.key], ['INVALID_ARGUMENT', 'name']);
  });
});
