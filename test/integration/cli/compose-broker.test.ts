import { afterEach, beforeEach, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { SystemClock } from '../../../src/async/clock.ts';
import { startComposeBroker } from '../../../src/cli/broker/compose-broker.ts';
import { findFreePort } from '../../../src/cli/broker/free-port.ts';
import type { RunningBroker } from '../../../src/cli/broker/running-broker.ts';
import { packageRoot } from '../../../src/config/package-root.ts';
import { testBootstrap } from '../../support/broker.ts';

describe('broker in Docker Compose', () => {
  const path = process.env['PATH'] ?? '';
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-compose-'));
    process.env['PATH'] = `${folder}${delimiter}${path}`;
  });
  afterEach(() => {
    process.env['PATH'] = path;
    rmSync(folder, { recursive: true });
  });

  /** Puts a Docker on the PATH that notes its arguments in `calls` and then does what `script` says. */
  const installDocker = (script: string): void => {
    const note = `echo "$MILLRACE_BROKER_PORT $MILLRACE_BROKER_HEAP $*" >>${folder}/calls`;
    writeFileSync(join(folder, 'docker'), `#!/bin/sh\n${note}\n${script}\n`, { mode: 0o755 });
  };
  const readCalls = (): readonly string[] => readFileSync(join(folder, 'calls'), 'utf8').trimEnd().split('\n');
  const start = (port: number): Promise<RunningBroker> =>
    startComposeBroker({
      clock: new SystemClock(),
      signal: new AbortController().signal,
      port,
      heap: '400m',
      autoCreateTopics: true,
      report: () => undefined,
    });

  test('is started with port and heap, and taken down with its volumes', async () => {
    const port = Number(testBootstrap().split(':')[1]);
    installDocker('case "$*" in *" up "*) exec sleep 60 ;; esac');

    const broker = await start(port);
    await broker.stop();

    const project = `compose --file=${join(packageRoot(), 'docker-compose.yml')} --project-name=millrace-broker-${port}`;
    assert.deepEqual(readCalls(), [
      '  info',
      '  compose version',
      `${port} 400m ${project} up --quiet-pull --no-color kafka`,
      `  ${project} down --volumes --timeout=10`,
    ]);
  });

  test('is refused with what Docker said when its engine does not answer', async () => {
    installDocker('echo no daemon >&2; exit 1');

    await assert.rejects(start(await findFreePort()), {
      code: 'BROKER_UNAVAILABLE',
      message: "'docker info' failed with exit code 1: no daemon",
    });
  });

  test('is refused when its container ends, which is taken down', async () => {
    const port = await findFreePort();
    installDocker('case "$*" in *" up "*) exit 7 ;; esac');

    await assert.rejects(start(port), {
      code: 'BROKER_UNAVAILABLE',
      message: "The broker ended: 'docker compose up' ended with exit code 7",
    });

    assert.match(readCalls().at(-1) ?? '', /down --volumes/);
  });
});
