import { describe, test } from 'node:test';
import { parseConfigRecord } from '../../../src/storage/config-records.ts';
import { decodeHashMap, encodeHashMap, JavaStreamError } from '../../../src/storage/java-hashmap-file.ts';
import { OffsetIndex } from '../../../src/storage/offset-index.ts';
import { parseOffsetObject } from '../../../src/storage/offset-json.ts';
import { parseStatusRecord } from '../../../src/storage/status-records.ts';
import { checkDecoder } from '../../support/hostile-bytes.ts';

/** Spoils values under good keys, then keys over good values. */
function checkRecords(records: Readonly<Record<string, string>>, parse: (key: Buffer, value: Buffer) => void): void {
  for (const [key, value] of Object.entries(records)) {
    checkDecoder({ samples: [Buffer.from(value)], decode: bytes => parse(Buffer.from(key), bytes), runs: 400 });
    checkDecoder({ samples: [Buffer.from(key)], decode: bytes => parse(bytes, Buffer.from(value)), runs: 400 });
  }
}

describe('hostile bytes are taken or refused by', () => {
  test('the reader of the config topic', () => {
    const records = {
      'target-state-a': '{"state":"PAUSED","state.v2":"STOPPED"}',
      'connector-a': '{"properties":{"name":"a","tasks.max":"1"}}',
      'task-a-0': '{"properties":{"x":"\\u00e9"}}',
      'commit-a': '{"tasks":2}',
      'restart-connector-a': '{"include-tasks":true,"only-failed":false}',
      'tasks-fencing-a': '{"task-count":3}',
      'session-key': '{"key":"AQID","algorithm":"HmacSHA256","creation-timestamp":1700000000000}',
      'logger-cluster-x': '{"level":"DEBUG"}',
    };

    checkRecords(records, (key, value) => void parseConfigRecord(key, value));
  });

  test('the reader of the status topic', () => {
    const status = '{"state":"RUNNING","trace":null,"worker_id":"a:8083","generation":4,"version":"1.0"}';
    const topic = '{"topic":{"name":"t","connector":"c","task":0,"discoverTimestamp":1700000000000}}';
    const records = { 'status-connector-a': status, 'status-task-a-1': status, 'status-topic-t:connector-c': topic };

    checkRecords(records, (key, value) => void parseStatusRecord(key, value));
  });

  test('the reader of the offset topic', () => {
    const records = { '["a",{"file":"x","part":1,"deep":1.5e3,"none":null,"yes":true}]': '{"position":12345678901}' };

    checkRecords(records, (key, value) => {
      const index = new OffsetIndex();
      index.apply({ key, value, timestampMs: 0 });
      for (const connector of index.connectors()) index.get(connector);
      parseOffsetObject(value, 'Source offset');
    });
  });

  test("the reader of Kafka Connect's offsets file", () => {
    const samples = [
      [],
      [
        { key: Buffer.from('a'), value: Buffer.from('b') },
        { key: null, value: null },
      ],
    ].map(encodeHashMap);

    checkDecoder({ samples, decode: bytes => refusable(() => decodeHashMap(bytes)) });
  });
});

/** The file's reader has an error of its own, which the offset store wraps. */
function refusable(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof JavaStreamError)) throw error;
  }
}
