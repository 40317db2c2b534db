import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { RegistryTransport, type RegistryRequest } from '../../../../src/converters/registry/registry-request.ts';
import { ConnectError } from '../../../../src/errors/connect-error.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

function portOf(server: { address(): ReturnType<Server['address']> }): number {
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}

describe('a request to a schema registry', () => {
  let connections = 0;
  let waiting: ServerResponse[] = [];
  const server = createServer((_request, response) => {
    waiting.push(response);
    server.emit('waiting');
  }).on('connection', () => (connections += 1));

  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  beforeEach(() => {
    connections = 0;
    waiting = [];
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  /** Sends to the server, or another port, on a clock that the test moves. */
  function send(options: Partial<RegistryRequest> & { readonly url?: URL } = {}) {
    const clock = new ManualClock();
    const transport = new RegistryTransport({ clock, tls: null });
    const { signal } = new AbortController();
    const asked: RegistryRequest = {
      method: 'GET',
      url: new URL(`http://127.0.0.1:${portOf(server)}`),
      headers: {},
      body: null,
      connectTimeoutMs: 100,
      readTimeoutMs: 1000,
      signal,
      ...options,
    };
    return { clock, transport, asked, answer: transport.send(asked) };
  }

  async function reply(body: string | Buffer): Promise<void> {
    if (waiting.length === 0) await once(server, 'waiting');
    waiting.shift()?.writeHead(418).end(body);
  }

  test('gives the answer whatever its status, and leaves nothing on the signal', async () => {
    const { asked, answer } = send();

    await reply('grün');

    assert.deepEqual(await answer, { status: 418, body: 'grün' });
    assert.deepEqual(getEventListeners(asked.signal, 'abort'), []);
  });

  test('is sent on the connection of the one before', async () => {
    const { transport, asked, answer } = send();
    await reply('1');
    await answer;

    const second = transport.send(asked);
    await reply('2');
    await second;

    assert.equal(connections, 1);
  });

  test('may take longer than a connection once it has one, and no longer than an answer may', async () => {
    const { clock, answer } = send();
    const refusal = assert.rejects(answer, {
      code: 'REGISTRY_UNAVAILABLE',
      message: /^The schema registry at http:\/\/127\.0\.0\.1:\d+ cannot be reached: no answer within 1000 ms$/,
    });
    await once(server, 'waiting');

    clock.advance(999);
    const isEarly = await Promise.race([answer.catch(() => true), turn(false)]);
    clock.advance(1);
    await refusal;

    assert.equal(isEarly, false);
  });

  test('has no connection before TLS is agreed upon', async () => {
    const silent = createTcpServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { clock, answer } = send({ url: new URL(`https://127.0.0.1:${portOf(silent)}`) });
    const refusal = assert.rejects(answer, { code: 'REGISTRY_UNAVAILABLE', message: /no connection within 100 ms$/ });
    await once(silent, 'connection');

    clock.advance(100);

    await refusal;
    silent.close();
  });

  test('ends with the reason of the signal', async () => {
    const abort = new AbortController();
    const { answer } = send({ signal: abort.signal });
    await once(server, 'waiting');

    abort.abort(new ConnectError('SHUTTING_DOWN', 'stopped'));

    await assert.rejects(answer, { code: 'SHUTTING_DOWN' });
  });

  test('is not sent where the signal aborted before', async () => {
    const reason = new ConnectError('SHUTTING_DOWN', 'stopped');

    await assert.rejects(send({ signal: AbortSignal.abort(reason) }).answer, reason);

    assert.equal(connections, 0);
  });

  test('takes no answer of more than 32 MiB', async () => {
    const { answer } = send();

    const refusal = assert.rejects(answer, { message: /the answer is larger than 33554432 bytes$/ });
    await reply(Buffer.alloc(32 * 1024 * 1024 + 1, ' '));

    await refusal;
  });
});
