import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../src/async/clock.ts';
import { WorkerProcess } from '../worker-process.ts';
import { lineBytes, writeWorkerFiles } from './bench-files.ts';
import type { Contender } from './contenders.ts';
import { readPeakMemoryMib } from './peak-memory.ts';
import { measureGrowth } from './progress.ts';
import type { BenchTopics } from './topics.ts';

/** Ways of a record that are measured. */
export const directions = ['file to topic', 'topic to file'] as const;

/** One of {@link directions}. */
export type Direction = (typeof directions)[number];

/** What one run of one contender gave. */
export interface RunResult {
  readonly contender: string;
  readonly direction: Direction;
  readonly recordsPerSecond: number;
  /** Worker and plugin processes together. */
  readonly peakMemoryMib: number;
  /** From the start of the worker to its first record. */
  readonly startMs: number;
}

/** What all runs share. */
export interface Bench {
  readonly clock: Clock;
  readonly bootstrapServers: string;
  readonly topics: BenchTopics;
  readonly inputFile: string;
  readonly lines: number;
}

const runTimeoutMs = 10 * 60_000;

/** Runs a worker with one file source until the whole input is in the topic. */
export function runSource(
  bench: Bench,
  run: { readonly contender: Contender; readonly topic: string; readonly folder: string },
): Promise<RunResult> {
  const connector = new Map([
    ['name', `bench-source-${run.topic}`],
    ['connector.class', 'FileStreamSource'],
    ['tasks.max', '1'],
    ['file', bench.inputFile],
    ['topic', run.topic],
  ]);
  return runWorker(bench, {
    ...run,
    connector,
    direction: 'file to topic',
    total: bench.lines,
    read: () => bench.topics.count(run.topic),
  });
}

/** Runs a worker with one file sink until the whole topic is in the file. */
export async function runSink(
  bench: Bench,
  run: { readonly contender: Contender; readonly topic: string; readonly folder: string },
): Promise<RunResult> {
  const outputFile = join(run.folder, 'output.txt');
  const connector = new Map([
    ['name', `bench-sink-${run.topic}`],
    ['connector.class', 'FileStreamSink'],
    ['tasks.max', '1'],
    ['file', outputFile],
    ['topics', run.topic],
  ]);
  const result = await runWorker(bench, {
    ...run,
    connector,
    direction: 'topic to file',
    total: bench.lines,
    read: async () => Math.floor((await sizeOf(outputFile)) / (lineBytes + 1)),
  });
  const [input, output] = await Promise.all([readFile(bench.inputFile), readFile(outputFile)]);
  if (!input.equals(output)) throw new Error(`${run.contender.name} wrote a file that differs from the input`);
  return result;
}

async function runWorker(
  bench: Bench,
  run: {
    readonly contender: Contender;
    readonly folder: string;
    readonly connector: ReadonlyMap<string, string>;
    readonly direction: Direction;
    readonly total: number;
    readonly read: () => Promise<number>;
  },
): Promise<RunResult> {
  await mkdir(run.folder, { recursive: true });
  const files = await writeWorkerFiles(run.folder, { ...bench, connector: run.connector });
  const [program, ...args] = run.contender.command(files);
  const worker = new WorkerProcess(bench.clock, { name: run.contender.name, program, args, logFile: files.log });
  try {
    const growth = await measureGrowth(bench.clock, {
      what: `${run.contender.name}, ${run.direction}`,
      total: run.total,
      timeoutMs: runTimeoutMs,
      read: async () => {
        worker.assertRunning();
        return run.read();
      },
    });
    return {
      contender: run.contender.name,
      direction: run.direction,
      recordsPerSecond: Math.round(growth.unitsPerSecond),
      peakMemoryMib: await readPeakMemoryMib(worker.pid),
      startMs: growth.startMs,
    };
  } catch (error) {
    throw await worker.explain(error);
  } finally {
    await worker.stop();
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    // The sink has not made the file yet.
    return 0;
  }
}
