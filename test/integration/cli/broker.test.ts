import { after, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { SystemClock } from '../../../src/async/clock.ts';
import { probeBroker, type BrokerSighting } from '../../../src/kafka/broker-probe.ts';
import { pollUntil } from '../../../scripts/poll-until.ts';
import { testBootstrap } from '../../support/broker.ts';
import { startMillrace, type MillraceProcess } from '../../support/millrace-process.ts';

const clock = new SystemClock();
/** Two Java programs start one after the other: the one that formats the data directory, and the broker. */
const startMs = 180_000;

describe('millrace broker', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-broker-test-'));
  after(() => rmSync(folder, { recursive: true }));

  const look = (bootstrap: string): Promise<BrokerSighting | undefined> =>
    probeBroker({ host: '127.0.0.1', port: Number(bootstrap.split(':')[1]), timeoutMs: 2000 });

  /** Starts a broker of its own and waits for its ready file. */
  const start = async (name: string, ...flags: readonly string[]): Promise<MillraceProcess & { bootstrap: string }> => {
    const readyFile = join(folder, name);
    const started = startMillrace(['broker', '--port', '0', '--ready-file', readyFile, ...flags], withoutDocker());
    const wait = { what: 'a ready file', timeoutMs: startMs, intervalMs: 50 };
    const bootstrap = await pollUntil(clock, wait, async () => {
      if (started.child.exitCode !== null) throw new Error(`It ended: ${(await started.ended).stderr}`);
      return existsSync(readyFile) ? readFileSync(readyFile, 'utf8').trim() : undefined;
    });
    return { ...started, bootstrap };
  };

  /** A Docker that does not answer, so that the Java way is taken everywhere. */
  const withoutDocker = (): NodeJS.ProcessEnv => {
    writeFileSync(join(folder, 'docker'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    return { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}` };
  };

  /** Living processes with a text in their command line. */
  const findProcesses = (text: string): readonly { readonly pid: number; readonly args: string }[] =>
    execFileSync('ps', ['-A', '-ww', '-o', 'pid=,stat=,args='], { encoding: 'utf8' })
      .split('\n')
      .map(line => /^\s*(\d+)\s+([^Z]\S*)\s+(.*)$/.exec(line))
      .flatMap(match => (match === null ? [] : [{ pid: Number(match[1]), args: match[3] ?? '' }]))
      .filter(({ args }) => args.includes(text));

  const awaitGone = (text: string): Promise<true> =>
    pollUntil(clock, { what: `the end of '${text}'`, timeoutMs: 15_000, intervalMs: 50 }, async () =>
      findProcesses(text).length === 0 ? true : undefined,
    );

  /** The Java process of a broker and its data directory. */
  const findJava = (bootstrap: string): { readonly pid: number; readonly dataDir: string } => {
    for (const { pid, args } of findProcesses(' kafka.Kafka ')) {
      const properties = args.split(' ').at(-1) ?? '';
      const isIt = existsSync(properties) && readFileSync(properties, 'utf8').includes(`PLAINTEXT://${bootstrap}`);
      if (isIt) return { pid, dataDir: dirname(properties) };
    }
    throw new Error(`No Java process of the broker on ${bootstrap}`);
  };

  test('ends at once and well where a broker listens already', async () => {
    const port = testBootstrap().split(':')[1] ?? '';

    const end = await startMillrace(['broker', '--port', port]).ended;

    assert.equal(end.code, 0);
    assert.match(end.stdout, /^A Kafka broker already listens on 127\.0\.0\.1:\d+ \(cluster .+\)\n$/);
  });

  test('answers once its ready file is there, and leaves nothing after SIGINT', async () => {
    const broker = await start('sigint');
    const { dataDir } = findJava(broker.bootstrap);
    const sighting = await look(broker.bootstrap);

    broker.child.kill('SIGINT');
    const end = await broker.ended;

    assert.equal(sighting?.brokerCount, 1);
    assert.equal(end.code, 0);
    assert.deepEqual(findProcesses(dataDir), []);
    assert.ok(!existsSync(dataDir));
  });

  test('leaves nothing when it is killed', async () => {
    const broker = await start('sigkill');
    const { dataDir } = findJava(broker.bootstrap);

    broker.child.kill('SIGKILL');
    await broker.ended;

    await awaitGone(dataDir);
    assert.ok(!existsSync(dataDir));
  });

  test('stops when its stdin closes, if asked to', async () => {
    const broker = await start('stdin', '--with-parent');

    broker.child.stdin?.end();
    const end = await broker.ended;

    assert.equal(end.code, 0);
    assert.equal(await look(broker.bootstrap), undefined);
  });

  test('fails with the reason when the broker dies', async () => {
    const broker = await start('dies');
    const { pid, dataDir } = findJava(broker.bootstrap);

    process.kill(pid, 'SIGKILL');
    const end = await broker.ended;

    assert.equal(end.code, 1);
    assert.match(end.stderr, /BROKER_UNAVAILABLE: The broker on .+ ended by itself: ended by SIGKILL/);
    assert.ok(!existsSync(dataDir));
  });

  test('keeps its cluster in the data directory that it was given', async () => {
    const dataDir = join(folder, 'data');
    const first = await start('data-1', '--data', dataDir);
    const before = await look(first.bootstrap);
    first.child.kill('SIGTERM');
    await first.ended;

    const second = await start('data-2', '--data', dataDir);
    const again = await look(second.bootstrap);
    second.child.kill('SIGTERM');
    await second.ended;

    assert.equal(again?.clusterId, before?.clusterId);
  });
});
