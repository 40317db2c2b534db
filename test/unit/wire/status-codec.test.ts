import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { ConfigError, ConnectError, RequestError } from '../../../src/errors/connect-error.ts';
import { statusProtoType } from '../../../src/wire/proto-types.ts';
import { fromGrpcError, type GrpcFailure, isUnserved, toGrpcFailure } from '../../../src/wire/status-codec.ts';

describe('status codec', () => {
  test('carries an error over gRPC whole', () => {
    const error = new ConnectError('CONNECTOR_NOT_FOUND', "Connector 'a' does not exist", {
      details: { connector: 'a' },
    });

    const failure = toGrpcFailure(error);
    const back = fromGrpcError(received(failure));

    assert.equal(failure.code, 5);
    assert.deepEqual([back.code, back.message, back.details], [error.code, error.message, error.details]);
  });

  test('carries every wrong key of a configuration', () => {
    const violations = [
      { key: 'file', message: 'is missing' },
      { key: 'batch.size', message: "'x' is not a number" },
    ];

    const failure = toGrpcFailure(new ConfigError('2 keys are wrong', violations));
    const back = fromGrpcError(received(failure));

    assert.ok(back instanceof ConfigError);
    assert.deepEqual(back.violations, violations);
  });

  test('carries every wrong field of a request', () => {
    const error = new RequestError([
      { key: 'name', message: 'must not be empty' },
      { key: 'sink[0].offset', message: 'is negative' },
    ]);

    const back = fromGrpcError(received(toGrpcFailure(error)));

    assert.ok(back instanceof RequestError);
    assert.deepEqual([back.message, back.violations], [error.message, error.violations]);
  });

  test('puts details where every gRPC tool looks for them', () => {
    const failure = toGrpcFailure(new ConfigError('wrong', [{ key: 'k', message: 'm' }]));

    const [bytes] = failure.metadata.get('grpc-status-details-bin');
    assert.ok(bytes instanceof Buffer);
    const read: unknown = statusProtoType('Status').decode(bytes).toJSON();

    assert.deepEqual(read, {
      code: 3,
      message: 'wrong',
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: 'CONFIG_INVALID',
          domain: 'millrace',
        },
        {
          '@type': 'type.googleapis.com/google.rpc.BadRequest',
          fieldViolations: [{ field: 'k', description: 'm' }],
        },
      ],
    });
  });

  test('tells after how long a call that may succeed later is to be made again', () => {
    const failure = toGrpcFailure(new ConnectError('GROUP_REBALANCE', 'The group is rebalancing'));

    const [bytes] = failure.metadata.get('grpc-status-details-bin');
    assert.ok(bytes instanceof Buffer);
    const read = statusProtoType('Status').decode(bytes).toJSON();

    assert.deepEqual(read['details'], [
      { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'GROUP_REBALANCE', domain: 'millrace' },
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: { seconds: '1', nanos: 0 } },
    ]);
  });

  test('takes a status without details for a failed call', () => {
    const error = { code: status.UNIMPLEMENTED, details: 'no such method', metadata: new Metadata() };

    const back = fromGrpcError(received(error));

    assert.deepEqual([back.code, back.message], ['PLUGIN_CALL_FAILED', 'UNIMPLEMENTED: no such method']);
    assert.deepEqual(back.details, { grpcStatus: 'UNIMPLEMENTED' });
    assert.equal(fromGrpcError(received(error), 'FORWARD_FAILED').code, 'FORWARD_FAILED');
  });

  test('keeps the error that ended the call as its cause', () => {
    const failures = [toGrpcFailure(new ConnectError('TASK_NOT_FOUND', 'none')), plain(status.UNAVAILABLE, 'away')];

    for (const failure of failures) {
      const error = received(failure);
      assert.equal(fromGrpcError(error).cause, error);
    }
  });

  test('knows a call that took too long, and a message that is too large, without details', () => {
    const failures = [
      plain(status.DEADLINE_EXCEEDED, 'Deadline exceeded after 1s'),
      plain(status.RESOURCE_EXHAUSTED, 'Received message larger than max (5 vs 4)'),
      plain(status.RESOURCE_EXHAUSTED, 'too many watches'),
      plain(status.INTERNAL, 'Received message larger than max (5 vs 4)'),
    ];

    assert.deepEqual(
      failures.map(failure => fromGrpcError(received(failure))).map(({ code, message }) => [code, message]),
      [
        ['DEADLINE_EXCEEDED', 'Call timed out: Deadline exceeded after 1s'],
        ['MESSAGE_TOO_LARGE', 'Received message larger than max (5 vs 4)'],
        ['PLUGIN_CALL_FAILED', 'RESOURCE_EXHAUSTED: too many watches'],
        ['PLUGIN_CALL_FAILED', 'INTERNAL: Received message larger than max (5 vs 4)'],
      ],
    );
  });

  test('carries a refused request that names no field as it is', () => {
    const back = fromGrpcError(received(toGrpcFailure(new ConnectError('REQUEST_INVALID', 'not so'))));

    assert.ok(!(back instanceof RequestError));
    assert.deepEqual([back.code, back.message], ['REQUEST_INVALID', 'not so']);
  });

  test('takes details of another system, of a later version, or that cannot be read, for none', () => {
    const sent = toGrpcFailure(new ConnectError('TASK_NOT_FOUND', 'none', { details: { task: '1' } }));
    const [bytes] = sent.metadata.get('grpc-status-details-bin');
    assert.ok(bytes instanceof Buffer);
    const changed = [
      Buffer.from(bytes.toString('latin1').replace('millrace', 'somebody'), 'latin1'),
      Buffer.from(bytes.toString('latin1').replace('TASK_NOT_FOUND', 'TASK_NOT_YOURS'), 'latin1'),
      Buffer.of(0xff),
    ];

    const codes = changed.map(each => {
      const metadata = new Metadata();
      metadata.set('grpc-status-details-bin', each);
      return fromGrpcError(received({ ...sent, metadata })).code;
    });

    assert.deepEqual(codes, Array(3).fill('PLUGIN_CALL_FAILED'));
  });

  test('knows by the words of grpc-js a call that never came to the other side', () => {
    const unserved = [
      'No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:1. Resolution note: ',
      'Name resolution failed for target dns:nowhere:1',
      'Failed to start HTTP/2 stream with error The session has been destroyed',
      'Stream refused by server',
    ];
    const served = ['Connection dropped', 'The worker says: No connection established'];
    const told = toGrpcFailure(new ConnectError('KAFKA_UNAVAILABLE', 'No connection established'));

    assert.deepEqual(
      [...unserved, ...served].map(text => isUnserved(received(plain(status.UNAVAILABLE, text)))),
      [true, true, true, true, false, false],
    );
    assert.equal(isUnserved(received(told)), false);
  });

  test('sends what was not meant to be thrown as INTERNAL', () => {
    assert.equal(toGrpcFailure(new TypeError('oops')).code, 13);
  });
});

/** A status that says nothing of Millrace. */
function plain(code: status, details: string): GrpcFailure {
  return { code, details, metadata: new Metadata() };
}

/** The error of a client whose call ended with that status. */
function received(failure: GrpcFailure): ServiceError {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- ServiceError wants the enum, the number is all there is
  return Object.assign(new Error(failure.details), failure);
}
