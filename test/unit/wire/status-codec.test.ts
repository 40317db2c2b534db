import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { ConfigError, ConnectError, RequestError } from '../../../src/errors/connect-error.ts';
import { statusProtoType } from '../../../src/wire/proto-files.ts';
import { fromGrpcError, type GrpcFailure, toGrpcFailure } from '../../../src/wire/status-codec.ts';

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
  });

  test('sends what was not meant to be thrown as INTERNAL', () => {
    assert.equal(toGrpcFailure(new TypeError('oops')).code, 13);
  });
});

/** The error of a client whose call ended with that status. */
function received(failure: GrpcFailure): ServiceError {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- ServiceError wants the enum, the number is all there is
  return Object.assign(new Error(failure.details), failure);
}
