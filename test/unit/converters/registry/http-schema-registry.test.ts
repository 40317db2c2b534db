import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { SystemClock } from '../../../../src/async/clock.ts';
import { ConnectError } from '../../../../src/errors/connect-error.ts';
import { createSchemaRegistry } from '../../../../src/converters/registry/create-schema-registry.ts';
import { parseRegistryConfig } from '../../../../src/converters/registry/registry-config.ts';
import type { SchemaRegistry } from '../../../../src/converters/registry/schema-registry.ts';

interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers with what `reply` says, and keeps what was asked. */
class StubRegistry {
  readonly asked: Asked[] = [];
  reply: (asked: Asked) => { readonly status: number; readonly body: unknown } | null = () => null;
  readonly #server: Server = createServer((request, response) => {
    void text(request).then(body => {
      const asked = { method: request.method, url: request.url, headers: request.headers, body };
      this.asked.push(asked);
      const reply = this.reply(asked);
      if (reply === null) return; // never answers
      response.writeHead(reply.status, { 'Content-Type': 'application/json' });
      response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body));
    });
  });

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get address(): string {
    const address = this.#server.address();
    assert.ok(typeof address === 'object' && address !== null);
    return `127.0.0.1:${address.port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

const { signal } = new AbortController();
const avro = { schemaType: 'AVRO', schema: '"int"', references: [] } as const;
/** Port 9 of the loopback, where nothing listens. */
const closed = 'http://127.0.0.1:9';

function registryAt(url: string, settings: Readonly<Record<string, string>> = {}): SchemaRegistry {
  const config = parseRegistryConfig(
    new Map(Object.entries({ 'schema.registry.url': url, 'retries.wait.ms': '1', ...settings })),
  );
  return createSchemaRegistry(config, new SystemClock());
}

describe('a schema registry over HTTP', () => {
  const stub = new StubRegistry();

  before(() => stub.start());
  after(() => stub.stop());

  const at = (settings: Readonly<Record<string, string>> = {}): SchemaRegistry => {
    stub.asked.length = 0;
    return registryAt(`http://${stub.address}/base/`, settings);
  };

  test('registers a schema below its path, without naming AVRO', async () => {
    stub.reply = () => ({ status: 200, body: { id: 7 } });

    const id = await at().register({ subject: 'a/b-value', schema: avro, normalize: true }, signal);

    assert.equal(id, 7);
    const [asked] = stub.asked;
    assert.equal(asked?.method, 'POST');
    assert.equal(asked.url, '/base/subjects/a%2Fb-value/versions?normalize=true');
    assert.equal(asked.body, '{"schema":"\\"int\\""}');
    assert.equal(asked.headers['content-type'], 'application/vnd.schemaregistry.v1+json');
    assert.equal(asked.headers.authorization, undefined);
  });

  test('names other types and references', async () => {
    stub.reply = () => ({ status: 200, body: { id: 7 } });
    const references = [{ name: 'o', subject: 's', version: 2 }];

    await at().register(
      { subject: 's', schema: { schemaType: 'JSON', schema: '{}', references }, normalize: false },
      signal,
    );

    assert.deepEqual(JSON.parse(stub.asked[0]?.body ?? ''), { schema: '{}', schemaType: 'JSON', references });
  });

  test('gives a schema by id, by version, and where it stands', async () => {
    const registered = { subject: 's', id: 3, version: 2, schema: '{}', schemaType: 'PROTOBUF' };
    stub.reply = () => ({ status: 200, body: registered });
    const registry = at();

    const byId = await registry.schemaById(3, signal);
    const latest = await registry.schemaByVersion('s', 'latest', signal);
    const found = await registry.lookUp({ subject: 's', schema: avro, normalize: false }, signal);

    assert.deepEqual(byId, { schema: '{}', schemaType: 'PROTOBUF', references: [] });
    assert.deepEqual(latest, { ...registered, references: [] });
    assert.deepEqual(found, latest);
    assert.deepEqual(
      stub.asked.map(asked => asked.url),
      ['/base/schemas/ids/3', '/base/subjects/s/versions/latest', '/base/subjects/s'],
    );
  });

  for (const [status, code] of [
    [404, 'REGISTRY_NOT_FOUND'],
    [409, 'REGISTRY_REFUSED'],
    [422, 'REGISTRY_REFUSED'],
    [401, 'REGISTRY_AUTHORIZATION'],
    [403, 'REGISTRY_AUTHORIZATION'],
  ] as const) {
    test(`fails with ${code} at once when it answers ${status}`, async () => {
      stub.reply = () => ({ status, body: { error_code: status * 100, message: 'because' } });

      await assert.rejects(at().schemaById(1, signal), {
        code,
        message: `The schema registry answers ${status} to /base/schemas/ids/1: because`,
      });

      assert.equal(stub.asked.length, 1);
    });
  }

  for (const [body, quoted] of [
    ['busy', 'busy'],
    ['null', 'null'],
    ['{"error":1}', '{"error":1}'],
    ['x'.repeat(501), 'x'.repeat(500)],
  ] as const) {
    test(`is quoted where it gives no message, such as ${body.slice(0, 20)}`, async () => {
      stub.reply = () => ({ status: 418, body });

      await assert.rejects(at().schemaById(1, signal), {
        message: `The schema registry answers 418 to /base/schemas/ids/1: ${quoted}`,
      });
    });
  }

  test('does not wait for longer than a request may take', { timeout: 60_000 }, async () => {
    stub.reply = () => ({ status: 503, body: 'busy' });
    const anHour = { 'retries.wait.ms': '3600000', 'retries.max.wait.ms': '3600000' };

    const asked = at({ ...anHour, 'http.connect.timeout.ms': '500', 'http.read.timeout.ms': '500' });

    await assert.rejects(asked.schemaById(1, signal), { code: 'REGISTRY_UNAVAILABLE', message: /answers 503/ });
  });

  test('asks again while an answer may pass', async () => {
    let count = 0;
    stub.reply = () => ((count += 1) < 3 ? { status: 503, body: 'busy' } : { status: 200, body: { schema: '"int"' } });

    const schema = await at().schemaById(1, signal);

    assert.equal(schema.schema, '"int"');
    assert.equal(stub.asked.length, 3);
  });

  test('gives up after max.retries with a retriable error', async () => {
    stub.reply = () => ({ status: 500, body: 'broken' });

    const error = await at({ 'max.retries': '2' })
      .schemaById(1, signal)
      .catch((caught: unknown) => caught);

    assert.ok(error instanceof ConnectError);
    assert.equal(error.code, 'REGISTRY_UNAVAILABLE');
    assert.ok(error.isRetriable);
    assert.equal(stub.asked.length, 3);
  });

  test('fails over to the next address, and stays there', async () => {
    stub.reply = () => ({ status: 200, body: { schema: '"int"' } });
    stub.asked.length = 0;
    const registry = registryAt(`${closed},http://${stub.address}`, { 'max.retries': '0' });

    await registry.schemaById(1, signal);
    await registry.schemaById(2, signal);

    assert.deepEqual(
      stub.asked.map(asked => asked.url),
      ['/schemas/ids/1', '/schemas/ids/2'],
    );
  });

  test('is unavailable when nothing listens', async () => {
    const registry = registryAt(closed, { 'max.retries': '1' });

    await assert.rejects(registry.schemaById(1, signal), { code: 'REGISTRY_UNAVAILABLE' });
  });

  test('is unavailable when an answer does not come in time', async () => {
    stub.reply = () => null;

    await assert.rejects(at({ 'http.read.timeout.ms': '50', 'http.connect.timeout.ms': '50' }).schemaById(1, signal), {
      code: 'REGISTRY_UNAVAILABLE',
    });
  });

  test('stops asking when the signal aborts', async () => {
    const abort = new AbortController();
    stub.reply = () => {
      abort.abort(new ConnectError('SHUTTING_DOWN', 'stopped'));
      return null;
    };

    await assert.rejects(at().schemaById(1, abort.signal), { code: 'SHUTTING_DOWN' });
  });

  test('takes an answer that is no JSON for something else than a registry', async () => {
    stub.reply = () => ({ status: 200, body: '<html>' });

    await assert.rejects(at({ 'max.retries': '0' }).schemaById(1, signal), /is no schema registry/);
  });

  const basic = `Basic ${Buffer.from('me:se:cret').toString('base64')}`;
  for (const [title, settings, expected] of [
    ['USER_INFO', { 'basic.auth.credentials.source': 'USER_INFO', 'basic.auth.user.info': 'me:se:cret' }, basic],
    [
      'a prefixed USER_INFO',
      {
        'schema.registry.basic.auth.credentials.source': 'USER_INFO',
        'schema.registry.basic.auth.user.info': 'me:se:cret',
      },
      basic,
    ],
    [
      'SASL_INHERIT',
      {
        'basic.auth.credentials.source': 'SASL_INHERIT',
        'sasl.jaas.config':
          'org.apache.kafka.common.security.plain.PlainLoginModule required username="me" password="se:cret";',
      },
      basic,
    ],
    ['STATIC_TOKEN', { 'bearer.auth.credentials.source': 'STATIC_TOKEN', 'bearer.auth.token': 'abc' }, 'Bearer abc'],
    ['a header of one’s own', { 'request.header.Authorization': 'Custom x' }, 'Custom x'],
  ] as const) {
    test(`says who asks by ${title}`, async () => {
      stub.reply = () => ({ status: 200, body: { schema: '"int"' } });

      await at(settings).schemaById(1, signal);

      assert.equal(stub.asked[0]?.headers.authorization, expected);
    });
  }

  test('takes user and password from the address', async () => {
    stub.reply = () => ({ status: 200, body: { schema: '"int"' } });
    stub.asked.length = 0;

    await registryAt(`http://me:se%3Acret@${stub.address}`).schemaById(1, signal);

    assert.equal(stub.asked[0]?.headers.authorization, basic);
  });
});

test('a registry in memory stands alone', () => {
  assert.throws(() => registryAt('mock://a,http://b'), {
    code: 'CONFIG_INVALID',
    message: 'Configuration schema.registry.url mixes a mock:// address with others',
    violations: [
      {
        key: 'schema.registry.url',
        message: 'Configuration schema.registry.url mixes a mock:// address with others',
      },
    ],
  });
});
