import assert from 'node:assert/strict';
import { once } from 'node:events';
import { constants, createServer, type Http2Server } from 'node:http2';
import { afterEach, describe, test } from 'node:test';
import { Server, ServerCredentials, type handleUnaryCall } from '@grpc/grpc-js';
import { ForwardingClient } from '../../../src/admin/forwarding-client.ts';
import type { ForwardedRequest } from '../../../src/herder/forwarding.ts';
import { RequestGuard } from '../../../src/herder/request-guard.ts';
import { verifyRequest } from '../../../src/herder/request-signature.ts';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import {
  internalHerderService,
  type SignedRequest,
  type ForwardResponse,
} from '../../../src/wire/internal-messages.ts';
import { toGrpcFailure } from '../../../src/wire/status-codec.ts';
import { MemoryConfigStore } from '../../../src/storage/memory-config-store.ts';
import { findFreePort } from '../../../src/cli/broker/free-port.ts';

const never = new AbortController().signal;
const request: ForwardedRequest = {
  hops: 1,
  request: { kind: 'create', create: { name: 'c', config: new Map(), initialState: 'STARTED' } },
};

describe('a request that is handed on', () => {
  const closers: (() => void)[] = [];
  afterEach(() => closers.splice(0).forEach(close => close()));

  function openClient(configs?: MemoryConfigStore): ForwardingClient {
    const guard = new RequestGuard({
      configs: configs ?? new MemoryConfigStore(),
      algorithm: 'HmacSHA256',
      accepted: [],
      isNeeded: () => configs !== undefined,
    });
    const client = new ForwardingClient(guard);
    closers.push(() => client.close());
    return client;
  }

  async function listen(server: Http2Server): Promise<string> {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(() => server.close());
    const address = server.address();
    return `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  test('was surely not done where nobody listens', async () => {
    const address = `127.0.0.1:${await findFreePort()}`;

    await assert.rejects(openClient().forward(address, request, never), { code: 'FORWARD_REFUSED' });
  });

  test('was surely not done where its stream is refused', async () => {
    const server = createServer();
    server.on('stream', stream => {
      stream.on('error', () => undefined); // That it was refused.
      stream.close(constants.NGHTTP2_REFUSED_STREAM);
    });
    const address = await listen(server);

    await assert.rejects(openClient().forward(address, request, never), { code: 'FORWARD_REFUSED' });
  });

  describe('and refused for its signature', () => {
    const keyOf = (text: string) => ({ key: Buffer.from(text), algorithm: 'HmacSHA256', createdAtMs: 0 });

    /** Hands a request on to a worker that knows only the key `new`; `onCall` is called with each call that it gets. */
    async function forwardTo(
      onCall: () => Promise<void>,
    ): Promise<{ readonly calls: number; readonly error: unknown }> {
      const configs = new MemoryConfigStore();
      await configs.start();
      await configs.putSessionKey(keyOf('old'));
      let calls = 0;
      const server = new Server();
      const unused = (): never => assert.fail('not to be called');
      const forward: handleUnaryCall<SignedRequest, ForwardResponse> = (call, callback) => {
        calls += 1;
        const { body, ...signature } = call.request;
        void onCall().then(() => {
          try {
            verifyRequest(body, signature, { key: keyOf('new'), accepted: ['HmacSHA256'] });
            callback(null, { created: true, offsetsHandled: false });
          } catch (error) {
            callback(toGrpcFailure(error));
          }
        });
      };
      server.addService(internalHerderService, { forward, describeGroup: unused, describeWork: unused });
      const port = await new Promise<number>((resolve, reject) =>
        server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
          error === null ? resolve(bound) : reject(error),
        ),
      );
      closers.push(() => server.forceShutdown());
      const client = openClient(configs);
      nextKey = () => configs.putSessionKey(keyOf('new'));
      const error: unknown = await client.forward(`127.0.0.1:${port}`, request, never).then(
        () => null,
        (reason: unknown) => reason,
      );
      return { calls, error };
    }
    let nextKey = (): Promise<void> => Promise.resolve();

    test('is signed again with a key that this worker has read meanwhile', async () => {
      const answer = await forwardTo(() => nextKey());

      assert.deepEqual(answer, { calls: 2, error: null });
    });

    test('is not made again where there is no other key', async () => {
      const { calls, error } = await forwardTo(() => Promise.resolve());

      assert.equal(calls, 1);
      assert.ok(error instanceof ConnectError);
      assert.equal(error.code, 'SIGNATURE_INVALID');
    });
  });

  test('may have been done where the connection breaks before the answer', async () => {
    const server = createServer();
    server.on('stream', stream => stream.session?.destroy());
    const address = await listen(server);

    await assert.rejects(openClient().forward(address, request, never), { code: 'FORWARD_FAILED' });
  });
});
