import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { packageRoot } from '../../src/config/package-root.ts';
import { findFreePort } from '../../src/cli/broker/free-port.ts';
import type { WorkerFiles } from './contenders.ts';

/** Bytes of one line, without its line end. */
export const lineBytes = 100;

const linesPerWrite = 1000;

/** Writes `lines` lines of {@link lineBytes} bytes, each different, the same ones every time. */
export async function writeInput(file: string, lines: number): Promise<void> {
  const out = createWriteStream(file);
  for (let first = 0; first < lines; first += linesPerWrite) {
    const count = Math.min(linesPerWrite, lines - first);
    const text = Array.from({ length: count }, (_, index) => `${renderLine(first + index)}\n`).join('');
    if (!out.write(text)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
}

function renderLine(number: number): string {
  return `${String(number).padStart(10, '0')} the quick brown fox jumps over the lazy dog, and `.padEnd(
    lineBytes,
    'again ',
  );
}

/** The same worker file for both, in a folder that is there; Kafka Connect knows all but the last two keys. */
export async function writeWorkerFiles(
  folder: string,
  run: {
    readonly bootstrapServers: string;
    readonly connector: ReadonlyMap<string, string>;
  },
): Promise<WorkerFiles> {
  const files = {
    worker: join(folder, 'worker.properties'),
    connector: join(folder, 'connector.properties'),
    log: join(folder, 'worker.log'),
  };
  const converter = 'org.apache.kafka.connect.storage.StringConverter';
  const worker = new Map([
    ['bootstrap.servers', run.bootstrapServers],
    ['key.converter', converter],
    ['value.converter', converter],
    ['offset.storage.file.filename', join(folder, 'offsets')],
    ['offset.flush.interval.ms', '10000'],
    ['listeners', `http://127.0.0.1:${await findFreePort()}`],
    ['plugin.path', join(packageRoot(), 'dist', 'plugins', 'typescript')],
    ['grpc.listeners', 'http://127.0.0.1:0'],
  ]);
  await writeFile(files.worker, renderProperties(worker));
  await writeFile(files.connector, renderProperties(run.connector));
  return files;
}

/** Text of a properties file. */
export function renderProperties(entries: ReadonlyMap<string, string>): string {
  return [...entries].map(([key, value]) => `${key}=${value}\n`).join('');
}
