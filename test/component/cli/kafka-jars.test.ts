import { after, beforeEach, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { SystemClock } from '../../../src/async/clock.ts';
import { resolveKafkaJars, type KafkaJars } from '../../../src/cli/broker/kafka-jars.ts';

describe('Kafka jars', () => {
  const root = mkdtempSync(join(tmpdir(), 'millrace-jars-'));
  after(() => rmSync(root, { recursive: true }));
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(root, 'case-'));
  });

  /** Puts a Maven on the PATH that counts its runs in `runs` and then does what `script` says with `$out`. */
  const resolveWith = (script: string): Promise<KafkaJars> => {
    const find = 'for a in "$@"; do case $a in -DoutputDirectory=*) out=${a#*=} ;; esac; done';
    writeFileSync(join(folder, 'mvn'), `#!/bin/sh\necho run >>${folder}/runs\n${find}\n${script}\n`, { mode: 0o755 });
    const env = { PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}`, XDG_CACHE_HOME: join(folder, 'cache') };
    const signal = new AbortController().signal;
    return resolveKafkaJars({ clock: new SystemClock(), signal, report: () => undefined, env });
  };
  const countRuns = (): number => readFileSync(join(folder, 'runs'), 'utf8').split('\n').length - 1;
  const cached = (): readonly string[] => readdirSync(join(folder, 'cache', 'millrace'));
  const copy = 'mkdir -p $out; echo jar >$out/kafka.jar';

  test('are resolved once and then come from the cache', async () => {
    const first = await resolveWith(copy);
    const second = await resolveWith(copy);

    assert.deepEqual(second, first);
    assert.deepEqual(readdirSync(first.folder), ['kafka.jar']);
    assert.equal(countRuns(), 1);
  });

  test('are there for both of two that resolve at the same time', async () => {
    const [one, two] = await Promise.all([resolveWith(copy), resolveWith(copy)]);

    assert.deepEqual(two, one);
    assert.deepEqual(cached(), [`kafka-${one.version}-${one.folder.slice(-8)}`]);
  });

  test('leave nothing in the cache when Maven fails half way, and say what it said', async () => {
    await assert.rejects(resolveWith(`${copy}; echo '[ERROR] no such artifact'; exit 1`), {
      code: 'BROKER_UNAVAILABLE',
      message: "'mvn' failed: [ERROR] no such artifact",
    });

    assert.deepEqual(cached(), []);
  });
});
