import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseRegistryConfig } from '../../../../src/converters/registry/registry-config.ts';

const plain = new URL('http://host');
const authorization = (settings: Readonly<Record<string, string>>, url = plain): string | null =>
  parseRegistryConfig(new Map(Object.entries({ 'schema.registry.url': 'http://a', ...settings }))).authorization(url);
const basic = (userInfo: string): string => `Basic ${Buffer.from(userInfo).toString('base64')}`;
const jaas = (options: string) => ({
  'basic.auth.credentials.source': 'SASL_INHERIT',
  'sasl.jaas.config': `org.PlainLoginModule required ${options};`,
});

describe('credentials for a schema registry', () => {
  test('are those of the address, or none', () => {
    const urls = ['http://host', 'http://me:s%3Ae@host', 'http://me@host', 'http://:s@host'].map(url => new URL(url));

    const shown = urls.map(url => authorization({ 'basic.auth.credentials.source': 'URL' }, url));

    assert.deepEqual(shown, [null, basic('me:s:e'), basic('me:'), basic(':s')]);
    assert.equal(authorization({}, new URL('http://me:s@host')), basic('me:s'));
  });

  test('are those of the settings, whatever the address has', () => {
    const settings = { 'basic.auth.credentials.source': 'USER_INFO', 'basic.auth.user.info': 'me:s' };

    assert.equal(authorization(settings, new URL('http://you:t@host')), basic('me:s'));
  });

  test('are options of a login module, with what is escaped in them', () => {
    const options = 'username = "m\\"e"\n password="s\\\\=\\"t"';

    assert.equal(authorization(jaas(options)), basic('m"e:s\\="t'));
  });

  for (const [settings, key, text] of [
    [
      { 'basic.auth.credentials.source': 'FILE' },
      'basic.auth.credentials.source',
      "is 'FILE', which is neither URL, USER_INFO nor SASL_INHERIT",
    ],
    [
      { 'basic.auth.credentials.source': 'USER_INFO' },
      'basic.auth.user.info',
      'has to be `user:password` for USER_INFO',
    ],
    [jaas('username="a"'), 'sasl.jaas.config', 'has to have options username="…" and password="…" for SASL_INHERIT'],
    [jaas('password="a"'), 'sasl.jaas.config', 'has to have options username="…" and password="…" for SASL_INHERIT'],
    [
      { 'basic.auth.credentials.source': 'SASL_INHERIT' },
      'sasl.jaas.config',
      'has to have options username="…" and password="…" for SASL_INHERIT',
    ],
    [
      { 'bearer.auth.credentials.source': 'OAUTHBEARER' },
      'bearer.auth.credentials.source',
      "is 'OAUTHBEARER'; this version of Millrace has STATIC_TOKEN only",
    ],
    [{ 'bearer.auth.credentials.source': 'STATIC_TOKEN' }, 'bearer.auth.token', 'has to be given for STATIC_TOKEN'],
    [
      { 'bearer.auth.credentials.source': 'STATIC_TOKEN', 'bearer.auth.token': '' },
      'bearer.auth.token',
      'has to be given for STATIC_TOKEN',
    ],
  ] as const) {
    test(`are refused: ${JSON.stringify(settings)}`, () => {
      const message = `Configuration ${key} ${text}`;

      assert.throws(() => authorization(settings), { code: 'CONFIG_INVALID', message, violations: [{ key, message }] });
    });
  }

  test('are refused where there are two kinds', () => {
    const settings = { 'bearer.auth.credentials.source': 'STATIC_TOKEN', 'basic.auth.credentials.source': 'URL' };

    assert.throws(() => authorization(settings), {
      code: 'CONFIG_INVALID',
      message: "Only one of 'basic.auth.credentials.source' and 'bearer.auth.credentials.source' may be specified",
    });
  });
});
