import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseConnectorFile } from '../../../src/config/connector-file.ts';

describe('connector file', () => {
  test('in properties format gives name and configuration', () => {
    const file = parseConnectorFile('name=local\nconnector.class=FileStreamSource\nfile=/tmp/a', 'c.properties');

    assert.deepEqual(file, {
      name: 'local',
      config: new Map([
        ['name', 'local'],
        ['connector.class', 'FileStreamSource'],
        ['file', '/tmp/a'],
      ]),
      initialState: 'RUNNING',
    });
  });

  test('as a JSON configuration keeps numbers and booleans as they are written', () => {
    const file = parseConnectorFile(
      '\n{"name": "a\\"1", "n": 1.0, "big": 12345678901234567890, "e": -1e3, "b": true, "s": "true 1"}',
      'c.json',
    );

    assert.deepEqual(
      [...file.config],
      [
        ['name', 'a"1'],
        ['n', '1.0'],
        ['big', '12345678901234567890'],
        ['e', '-1e3'],
        ['b', 'true'],
        ['s', 'true 1'],
      ],
    );
  });

  test('as a create request gives its initial state and sets the name', () => {
    const file = parseConnectorFile('{"name": "n", "config": {"file": "/f"}, "initial_state": "paused"}', 'c.json');

    assert.deepEqual(file, {
      name: 'n',
      config: new Map([
        ['file', '/f'],
        ['name', 'n'],
      ]),
      initialState: 'PAUSED',
    });
  });

  const refused: readonly (readonly [text: string, reason: RegExp])[] = [
    ['file=/f', /Connector file 'c': the mandatory 'name' is missing/],
    ['{"file": "f"}', /the mandatory 'name' is missing/],
    ['{"name": "a", "x": null}', /key 'x' is null; leave the key out instead/],
    ['{"name": "a", "x": ["y"]}', /the value of key 'x' must be a text/],
    ['{"name": "a",\n"password": "secret",\n "x": }', /^Configuration 'c': is not valid JSON$/],
    ['{"name": "a", "x": 01}', /is not valid JSON/],
    ['{"name": "a", "config": {"name": "b"}}', /'name' is 'a', but 'config' names the connector 'b'/],
    ['{"config": {}}', /'name' must be a text that is not empty/],
    ['{"name": "a", "config": {}, "initial_state": "LAZY"}', /'initial_state' must be one of RUNNING, PAUSED, STOPPED/],
  ];
  for (const [text, message] of refused) {
    test(`${JSON.stringify(text)} is refused`, () => {
      assert.throws(() => parseConnectorFile(text, 'c'), { code: 'CONFIG_FILE_UNREADABLE', message });
    });
  }
});
