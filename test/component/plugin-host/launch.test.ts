import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, afterEach, beforeEach, describe, test } from 'node:test';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import { PluginFixture } from '../../support/plugin-fixture.ts';

let fixture: PluginFixture;
const realTmpdir = process.env['TMPDIR'];

beforeEach(() => {
  fixture = new PluginFixture();
});

afterEach(async () => {
  await fixture.close();
  setTmpdir(realTmpdir);
});

/** The error of a launch that must not succeed. */
async function launchError(name: string, startTimeoutMs = 10_000): Promise<ConnectError> {
  const error: unknown = await fixture.launch(name, { startTimeoutMs }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ConnectError, `the launch of ${name} gave ${String(error)}`);
  return error;
}

function setTmpdir(path: string | undefined): void {
  if (path === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = path;
}

describe('a launch', () => {
  test('is ready once the plugin has answered the handshake on its unix socket', async () => {
    const plugin = await fixture.launch('plain');

    assert.equal(plugin.handshake.plugin, 'plain');
    assert.equal(plugin.handshake.major, 1);
  });

  test('is ready over TCP with a ready file and a token', async () => {
    const plugin = await fixture.launch('plain-tcp');

    assert.equal(plugin.handshake.major, 1);
    assert.match(plugin.channel.client.getChannel().getTarget(), /^dns:127\.0\.0\.1:\d+$/);
  });

  test('keeps the socket in a folder that only its user may enter, and removes it with the process', async () => {
    const plugin = await fixture.launch('plain');
    const folder = dirname(plugin.channel.client.getChannel().getTarget().replace('unix:', ''));

    assert.equal(statSync(folder).mode & 0o777, 0o700);
    await plugin.stop();

    assert.equal(existsSync(folder), false);
  });

  test('puts the socket in /tmp where TMPDIR is too long for a socket path', async () => {
    const base = mkdtempSync(join(tmpdir(), 'long-'));
    const long = join(base, 'x'.repeat(100));
    mkdirSync(long);
    setTmpdir(long);

    const plugin = await fixture.launch('plain');

    assert.match(plugin.channel.client.getChannel().getTarget(), /^unix:\/tmp\/millrace-/);
    rmSync(base, { recursive: true });
  });

  test('gives the plugin nothing of the environment but what is listed', async () => {
    Object.assign(process.env, { ROGUE_ALLOWED: 'a', ROGUE_PREFIX_ONE: 'b', ROGUE_SECRET: 'c', NODE_OPTIONS: '' });

    await fixture.launch('shows-environment');
    const line = await fixture.line(/^environment /);

    for (const name of ['ROGUE_ALLOWED', 'ROGUE_PREFIX_ONE', 'ROGUE_SECRET', 'NODE_OPTIONS'])
      Reflect.deleteProperty(process.env, name);
    const names = String(line['msg']).split(' ').slice(1);
    const known = [
      'HOME',
      'LANG',
      'PATH',
      'TZ',
      'MILLRACE_PLUGIN_ADDRESS',
      'MILLRACE_PLUGIN_DIR',
      'ROGUE_ALLOWED',
      'ROGUE_PREFIX_ONE',
    ];
    assert.deepEqual(
      names.filter(name => !known.includes(name)),
      [],
    );
    assert.ok(names.includes('ROGUE_ALLOWED') && names.includes('ROGUE_PREFIX_ONE') && names.includes('PATH'));
  });

  test('sets the limits of the manifest where the system can, and says so where not', async () => {
    await fixture.launch('limited');

    if (process.platform !== 'linux') {
      await fixture.line(/^Limits of the plugin are not kept/);
      return;
    }
    const line = await fixture.line(/^limits /);
    assert.equal(line['msg'], `limits 777 ${1_073_741_824 / 1024}`);
  });

  test('is given up, and its process killed, when its signal aborts', async () => {
    const ending = new AbortController();
    const launch = fixture.launch('never-answers', { signal: ending.signal });

    ending.abort();

    await assert.rejects(launch, { code: 'SHUTTING_DOWN' });
  });
});

describe('a launch that fails', () => {
  test('names a program that does not exist', async () => {
    const error = await launchError('missing-program');

    assert.equal(error.code, 'PLUGIN_NOT_EXECUTABLE');
    assert.match(
      error.message,
      /^Plugin 'missing-program' cannot be started: program '.*no-such-program' does not exist/,
    );
  });

  test('names a program without permission to run, and the remedy', async () => {
    const error = await launchError('not-executable');

    assert.equal(error.code, 'PLUGIN_NOT_EXECUTABLE');
    assert.match(error.message, /may not be executed; run: chmod \+x/);
  });

  test('tells a program that the system refuses to run', async () => {
    const error = await launchError('bad-interpreter');

    assert.equal(error.code, 'PLUGIN_NOT_EXECUTABLE');
  });

  test('tells exit code and last lines of a program that ends at once, without waiting for the deadline', async () => {
    const started = fixture.clock.monotonicMs();

    const error = await launchError('exits-at-once', 60_000);

    assert.equal(error.code, 'PLUGIN_EXITED');
    assert.match(error.message, /exited with code 3; last lines: reading settings \| license expired/);
    assert.ok(fixture.clock.monotonicMs() - started < 10_000);
  });

  test('tells a program that ran out of memory', async () => {
    const error = await launchError('needs-memory');

    assert.equal(error.details['oom'], 'yes');
    assert.equal(error.details['signal'], 'SIGABRT');
  });

  test('gives up on a program that prints instead of listening', async () => {
    const error = await launchError('prints-garbage', 700);

    assert.equal(error.code, 'PLUGIN_START_TIMEOUT');
    assert.match(
      error.message,
      /Plugin 'prints-garbage' sent no handshake within 700 ms; last lines: .*1\|1\|tcp\|127/s,
    );
  });

  test('gives up on a program that takes the connection and never answers', async () => {
    const error = await launchError('never-answers', 700);

    assert.equal(error.code, 'PLUGIN_START_TIMEOUT');
  });

  for (const name of ['wrong-major', 'refuses-majors', 'other-major']) {
    test(`says that no protocol major is in common (${name})`, async () => {
      const error = await launchError(name);

      assert.equal(error.code, 'PLUGIN_PROTOCOL_UNSUPPORTED');
    });
  }

  test('refuses a process that does not echo the nonce', async () => {
    const error = await launchError('wrong-nonce');

    assert.equal(error.code, 'PLUGIN_HANDSHAKE_REFUSED');
    assert.match(error.message, /nonce/);
  });

  test('leaves no socket folder behind', async () => {
    const base = mkdtempSync(join(tmpdir(), 'left-'));
    setTmpdir(base);

    for (const name of ['missing-program', 'exits-at-once', 'wrong-nonce']) await launchError(name);

    assert.deepEqual(readdirSync(base), []);
    rmSync(base, { recursive: true });
  });
});

describe('the output of a plugin', () => {
  test('is logged with connector, task and plugin on each line, structured lines at their own level', async () => {
    const task = await fixture.openSource('prints-much');
    task.demand();
    await task.take('batch', 1);

    const line = await fixture.line(/^printed much$/);

    const { connector, task: number, plugin, level, table } = line;
    assert.deepEqual(
      { connector, task: number, plugin, level, table },
      { connector: 'c1', task: 0, plugin: 'prints-much', level: 40, table: 'orders' },
    );
  });

  test('is bounded per line and in the exit report, however much it is', async () => {
    const task = await fixture.openSource('prints-much');
    task.demand({ tokens: 1 });
    await task.take('batch', 1);
    await fixture.line(/^printed much$/);

    const exit = await task.plugin.kill();

    const longest = Math.max(...fixture.lines.map(line => String(line['msg']).length));
    assert.ok(longest < 9000, `a line has ${longest} characters`);
    assert.ok(exit.lastLines.length <= 20);
    assert.ok(exit.lastLines.join('').length < 20 * 600);
  });

  test('never shows a hidden value', async () => {
    process.env['ROGUE_ALLOWED'] = 'x';

    await fixture.launch('shows-environment', { hiddenValues: ['ROGUE_ALLOWED'] });
    const line = await fixture.line(/^environment /);

    Reflect.deleteProperty(process.env, 'ROGUE_ALLOWED');
    assert.match(String(line['msg']), /\[hidden\]/);
    assert.doesNotMatch(String(line['msg']), /ROGUE_ALLOWED/);
  });
});

after(() => setTmpdir(realTmpdir));
