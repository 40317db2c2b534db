import { run } from 'node:test';
import { relative } from 'node:path';
import { finished } from 'node:stream/promises';
import { inspect } from 'node:util';

/** Numbers of one suite. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/** What is to be run. */
export interface SuiteRun {
  readonly root: string;
  /** Absolute paths of compiled test files. */
  readonly files: readonly string[];
  readonly concurrency: number;
  /** Longest run of one test, ms. */
  readonly timeoutMs: number;
  /** Kills what runs; the rest counts as failed. */
  readonly signal: AbortSignal;
  /** Told about every failure at once. */
  readonly print: (text: string) => void;
}

/** The part of Node's test events that is read here. */
interface TestEvent {
  readonly name: string;
  readonly nesting: number;
  readonly skip?: string | boolean;
  readonly todo?: string | boolean;
  readonly file?: string | undefined;
  readonly details: { readonly type?: string | undefined; readonly error?: Error };
}

const outputCharsMax = 40_000;

/**
 * Runs test files, each in a process of its own, and counts. A test that is skipped counts as failed, as does a file without
 * tests: what did not run has not passed.
 */
export async function runSuite(options: SuiteRun): Promise<Tally> {
  let passed = 0;
  let failed = 0;
  const outputs = new Map<string, string>();
  const failedFiles = new Set<string>();
  const nameFile = (file: string | undefined): string => relative(options.root, file ?? '').replace(/^dist\//, '');
  const fail = (event: TestEvent, reason: string): void => {
    failed += 1;
    failedFiles.add(event.file ?? '');
    const name = isFile(event) ? '(the file as a whole)' : event.name;
    options.print(`FAILED ${nameFile(event.file)}: ${name}\n${indent(reason)}\n`);
  };
  const keepOutput = (event: { readonly file?: string | undefined; readonly message: string }): void => {
    const before = outputs.get(event.file ?? '') ?? '';
    outputs.set(event.file ?? '', (before + event.message).slice(-outputCharsMax));
  };

  const stream = run({
    files: [...options.files],
    concurrency: options.concurrency,
    timeout: options.timeoutMs,
    signal: options.signal,
  });
  stream.on('test:pass', (event: TestEvent) => {
    if (event.details.type === 'suite') return;
    if (isFile(event)) fail(event, 'It holds no tests');
    else if (isOn(event.skip) || isOn(event.todo)) fail(event, 'It was skipped, and nothing is skipped here');
    else passed += 1;
  });
  stream.on('test:fail', (event: TestEvent) => {
    // A suite fails because its tests do, which are counted, or by itself, in a hook.
    if (failureType(event.details.error) !== 'subtestsFailed') fail(event, describeError(event.details.error));
  });
  stream.on('test:stdout', keepOutput);
  stream.on('test:stderr', keepOutput);
  await finished(stream.resume());

  for (const file of failedFiles) {
    const output = outputs.get(file);
    if (output !== undefined) options.print(`OUTPUT of ${nameFile(file)}, its end:\n${indent(output.trimEnd())}\n`);
  }
  return { passed, failed };
}

/** Events about a file as a whole bear its path as name. */
function isFile(event: TestEvent): boolean {
  return event.nesting === 0 && event.name === event.file;
}

function isOn(flag: string | boolean | undefined): boolean {
  return flag !== undefined && flag !== false;
}

function failureType(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'failureType' in error ? error.failureType : undefined;
}

/** Node wraps what a test threw; the cause is what its author wants to see. */
function describeError(error: Error | undefined): string {
  return error === undefined ? 'No reason given' : inspect(error.cause instanceof Error ? error.cause : error);
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ');
}
