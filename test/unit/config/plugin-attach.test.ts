import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toPluginTarget } from '../../../src/config/plugin-attach.ts';

describe('an address of plugin.attach', () => {
  const cases: readonly (readonly [address: string, target: string | undefined])[] = [
    ['unix:/tmp/p.sock', 'unix:/tmp/p.sock'],
    ['tcp:127.0.0.1:7000', 'dns:127.0.0.1:7000'],
    ['tcp:plugin.example:7000', 'dns:plugin.example:7000'],
    ['tcp:[::1]:7000', 'dns:[::1]:7000'],
    ['unix:p.sock', undefined],
    ['unix:/', undefined],
    ['tcp:host', undefined],
    ['tcp:host:0', undefined],
    ['tcp:host:65536', undefined],
    ['tcp::7000', undefined],
    ['tcp:a/b:7000', undefined],
    ['host:7000', undefined],
    ['', undefined],
  ];
  for (const [address, target] of cases) {
    test(`'${address}' is ${target === undefined ? 'refused' : 'understood'}`, () => {
      assert.equal(toPluginTarget(address), target);
    });
  }
});
