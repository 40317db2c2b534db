import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commonServerProperties, renderServerProperties } from '../../../../src/cli/broker/server-properties.ts';
import { packageRoot } from '../../../../src/config/package-root.ts';

describe('server.properties of a development broker', () => {
  test('name ports, directory and whether topics are created', () => {
    const text = renderServerProperties({ port: 1, controllerPort: 2, logDir: '/d', autoCreateTopics: false });

    const lines = text.split('\n').filter(line => /port|listeners=|voters|log\.dirs|auto\.create/.test(line));
    assert.deepEqual(lines, [
      'controller.quorum.voters=1@127.0.0.1:2',
      'listeners=PLAINTEXT://127.0.0.1:1,CONTROLLER://127.0.0.1:2',
      'advertised.listeners=PLAINTEXT://127.0.0.1:1',
      'log.dirs=/d',
      'auto.create.topics.enable=false',
    ]);
  });

  test('say the same as docker-compose.yml', () => {
    const compose = readFileSync(join(packageRoot(), 'docker-compose.yml'), 'utf8');

    const missing = commonServerProperties
      .map(([key, value]) => `KAFKA_${key.toUpperCase().replaceAll('.', '_')}: ${value}`)
      .filter(line => !compose.includes(line));

    assert.deepEqual(missing, []);
  });
});
