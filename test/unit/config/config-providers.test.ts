import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ConfigProviders } from '../../../src/config/config-providers.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';

let folder = '';

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-providers-'));
  await writeFile(join(folder, 'secrets.properties'), 'user=ann\npassword=p:w}x\nnested=${file:x:y}\n');
  await mkdir(join(folder, 'dir'));
  await mkdir(join(folder, 'dir', 'sub'));
  await writeFile(join(folder, 'dir', 'token'), ' t0ken\n');
  await writeFile(join(folder, 'outside'), 'x');
});

after(() => rm(folder, { recursive: true }));

const classPrefix = 'org.apache.kafka.common.config.provider.';

function create(settings: Readonly<Record<string, string>> = {}): Promise<ConfigProviders> {
  const props = new Map(
    Object.entries({
      'config.providers': 'file, dir,env',
      'config.providers.file.class': `${classPrefix}FileConfigProvider`,
      'config.providers.dir.class': 'DirectoryConfigProvider',
      'config.providers.env.class': 'EnvVar',
      ...settings,
    }),
  );
  return ConfigProviders.create(props, { env: { HOST: 'db1', SECRET: 's3' }, log: createSilentLogger() });
}

/** What one value resolves to; `@` in it stands for the test's folder. */
async function resolve(text: string, settings: Readonly<Record<string, string>> = {}): Promise<string | undefined> {
  const providers = await create(settings);
  const resolved = await providers.resolve(new Map([['key', text.replaceAll('@', folder)]]));
  return resolved.get('key')?.replaceAll(folder, '@');
}

const cases: readonly (readonly [what: string, text: string, expected: string])[] = [
  ['a value of a properties file', '${file:@/secrets.properties:user}', 'ann'],
  ['several references within a text', 'u=${file:@/secrets.properties:user} h=${env:HOST}!', 'u=ann h=db1!'],
  ['a value without looking at it again', '${file:@/secrets.properties:nested}', '${file:x:y}'],
  ['a value with characters that end references', '${file:@/secrets.properties:password}', 'p:w}x'],
  ['the content of a file, untrimmed', '${dir:@/dir:token}', ' t0ken\n'],
  ['an environment variable', '${env:HOST}', 'db1'],
  ['an environment variable with an empty path', '${env::HOST}', 'db1'],
  ['nothing where a key is missing', '${file:@/secrets.properties:nobody}', '${file:@/secrets.properties:nobody}'],
  ['nothing of an unknown provider', '${vault:secret:key}', '${vault:secret:key}'],
  ['nothing without a colon', '${topic}-${timestamp}', '${topic}-${timestamp}'],
  ['nothing of a folder within a folder', '${dir:@/dir:sub}', '${dir:@/dir:sub}'],
  ['nothing of a folder that is missing', '${dir:@/none:token}', '${dir:@/none:token}'],
  ['nothing of a path that is a file', '${dir:@/outside:token}', '${dir:@/outside:token}'],
  ['nothing of a file provider without path', '${file:user}', '${file:user}'],
];

describe('config providers', () => {
  for (const [what, text, expected] of cases) {
    test(`resolve ${what}`, async () => {
      assert.equal(await resolve(text), expected);
    });
  }

  test('read only allowed paths', async () => {
    const settings = {
      'config.providers.file.param.allowed.paths': join(folder, 'dir'),
      'config.providers.dir.param.allowed.paths': `${join(folder, 'dir')},/`.replace(',/', ''),
    };

    assert.equal(await resolve('${dir:@/dir:token}', settings), ' t0ken\n');
    for (const outside of [
      '${file:@/secrets.properties:user}',
      '${file:@/dir/../secrets.properties:user}',
      '${dir:@:outside}',
      '${dir:@/dir/..:outside}',
    ]) {
      assert.equal(await resolve(outside, settings), outside);
    }
  });

  test('give only allowed environment variables', async () => {
    const settings = { 'config.providers.env.param.allowlist.pattern': 'H.*' };

    assert.equal(await resolve('${env:HOST} ${env:SECRET}', settings), 'db1 ${env:SECRET}');
  });

  test('leave plugin.path of the worker alone', async () => {
    const providers = await create();

    const resolved = await providers.resolveWorkerConfig(
      new Map([
        ['plugin.path', '${env:HOST}'],
        ['other', '${env:HOST}'],
      ]),
    );

    assert.deepEqual(
      [...resolved],
      [
        ['plugin.path', '${env:HOST}'],
        ['other', 'db1'],
      ],
    );
  });

  test('fail when a file cannot be read', async () => {
    await assert.rejects(resolve('${file:@/none.properties:user}'), { code: 'CONFIG_FILE_UNREADABLE' });
  });

  test('fail when an environment variable is asked for with a path', async () => {
    await assert.rejects(resolve('${env:path:HOST}'), /Path is not supported for EnvVarConfigProvider/);
  });

  const refused: readonly (readonly [settings: Readonly<Record<string, string>>, message: RegExp])[] = [
    [{ 'config.providers': 'vault' }, /'vault' has no class; set 'config.providers.vault.class'/],
    [{ 'config.providers.file.class': 'com.example.Vault' }, /'com.example.Vault' is not known; known ones are File/],
    [{ 'config.providers.file.param.allowed.paths': 'relative' }, /Path relative is not absolute/],
    [{ 'config.providers.dir.param.allowed.paths': '/no/such/folder' }, /Path \/no\/such\/folder does not exist/],
    [{ 'config.providers.env.param.allowlist.pattern': '(' }, /Regular expression '\('/],
  ];
  for (const [settings, message] of refused) {
    test(`are refused with ${JSON.stringify(settings)}`, async () => {
      await assert.rejects(create(settings), { code: 'CONFIG_INVALID', message });
    });
  }
});
