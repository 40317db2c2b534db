import type { Readable } from 'node:stream';
import { once } from 'node:events';
import type { Logger } from '../logging/logger.ts';
import { LineSplitter } from './line-splitter.ts';
import { parsePluginLogLine } from './plugin-log-line.ts';
import type { LeaseOwner } from './plugin-lease.ts';

/** Longest line that is logged, bytes. */
const lineBytesMax = 8 * 1024;
/** How many of the last lines an exit report has, and how long each may be in it, characters. */
const lastLinesMax = 20;
/** How many are kept, so that each of several tasks in the process finds some of its own. */
const keptLinesMax = 100;
const lastLineLengthMax = 500;

/** A line, and whose it says that it is. */
interface LastLine {
  readonly text: string;
  readonly connector: unknown;
  readonly task: unknown;
}

/** A shorter value would hide parts of ordinary words. */
const hiddenValueLengthMin = 4;

/**
 * What a plugin process prints, on stdout and stderr alike: logs, never protocol. Each line goes to the worker's log at its own
 * level; the last ones are kept for the exit report. Bounded in lines and bytes, and read at once, so a talkative plugin never
 * blocks on its output.
 */
export class PluginOutput {
  #log: Logger;
  /** Oldest first. */
  readonly #lastLines: LastLine[] = [];
  readonly #secrets = new Set<string>();
  /** Of the secrets, as they may be written. */
  #hiddenValues: readonly string[] = [];

  /** @param log carries the bindings of connector and task. */
  constructor(log: Logger) {
    this.#log = log;
  }

  /** Logs the lines to come there. */
  setLog(log: Logger): void {
    this.#log = log;
  }

  /** Reads `stream` to its end; the promise resolves then. */
  async read(stream: Readable): Promise<void> {
    const splitter = new LineSplitter(lineBytesMax, line => this.#take(line));
    stream.on('data', (chunk: Buffer) => splitter.push(chunk));
    // A broken pipe is the end of the output; the process's exit tells the rest.
    stream.on('error', () => stream.destroy());
    await once(stream, 'close');
    splitter.flush();
  }

  /** Values of secret configuration: from now on blanked out in every line, beside those given before (I9). */
  hide(values: readonly string[]): void {
    if (values.every(value => this.#secrets.has(value))) return;
    for (const value of values) this.#secrets.add(value);
    const escaped = [...this.#secrets].map(value => JSON.stringify(value).slice(1, -1));
    const all = [...new Set([...this.#secrets, ...escaped])].filter(value => value.length >= hiddenValueLengthMin);
    // Longest first, so that no part of a value stays behind because another value was found in it.
    this.#hiddenValues = all.sort((a, b) => b.length - a.length);
  }

  /**
   * The last lines, oldest first.
   *
   * @param owner whose lines; those that name another connector or task are left out, those that name none are not.
   */
  lastLines(owner?: LeaseOwner): readonly string[] {
    const lines = owner === undefined ? this.#lastLines : this.#lastLines.filter(line => mayBeOf(owner, line));
    return lines.slice(-lastLinesMax).map(({ text }) => text);
  }

  #take(text: string): void {
    const line = this.#hiddenValues.reduce((rest, value) => rest.replaceAll(value, '[hidden]'), text);
    const { level, message, fields } = parsePluginLogLine(line);
    const { connector, task } = fields;
    this.#lastLines.push({ text: line.slice(0, lastLineLengthMax), connector, task });
    if (this.#lastLines.length > keptLinesMax) this.#lastLines.shift();
    this.#log[level](fields, message);
  }
}

function mayBeOf(owner: LeaseOwner, { connector, task }: LastLine): boolean {
  if (connector !== undefined && connector !== owner.connector) return false;
  return task === undefined || task === owner.task;
}
