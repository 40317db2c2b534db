import type { Readable } from 'node:stream';
import { once } from 'node:events';
import type { Logger } from '../logging/logger.ts';
import { LineSplitter } from './line-splitter.ts';
import { parsePluginLogLine } from './plugin-log-line.ts';

/** Longest line that is logged, bytes. */
const lineBytesMax = 8 * 1024;
/** How many of the last lines an exit report has, and how long each may be in it, characters. */
const lastLinesMax = 20;
const lastLineLengthMax = 500;

/** A shorter value would hide parts of ordinary words. */
const hiddenValueLengthMin = 4;

/**
 * What a plugin process prints, on stdout and stderr alike: logs, never protocol. Each line goes to the worker's log at its own
 * level; the last ones are kept for the exit report. Bounded in lines and bytes, and read at once, so a talkative plugin never
 * blocks on its output.
 */
export class PluginOutput {
  readonly #log: Logger;
  readonly #lastLines: string[] = [];
  #hiddenValues: readonly string[] = [];

  /** @param log carries the bindings of connector and task. */
  constructor(log: Logger) {
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

  /** Values of secret configuration: from now on blanked out in every line (I9). */
  hide(values: readonly string[]): void {
    const escaped = values.map(value => JSON.stringify(value).slice(1, -1));
    const all = [...new Set([...values, ...escaped])].filter(value => value.length >= hiddenValueLengthMin);
    // Longest first, so that no part of a value stays behind because another value was found in it.
    this.#hiddenValues = all.sort((a, b) => b.length - a.length);
  }

  /** The last lines, oldest first. */
  lastLines(): readonly string[] {
    return [...this.#lastLines];
  }

  #take(text: string): void {
    const line = this.#hiddenValues.reduce((rest, value) => rest.replaceAll(value, '[hidden]'), text);
    this.#lastLines.push(line.slice(0, lastLineLengthMax));
    if (this.#lastLines.length > lastLinesMax) this.#lastLines.shift();
    const { level, message, fields } = parsePluginLogLine(line);
    this.#log[level](fields, message);
  }
}
