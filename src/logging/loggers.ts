import { destination, pino, type Logger as PinoLogger } from 'pino';
import { ConnectError } from '../errors/connect-error.ts';
import { logLevels, type LogLevel } from './log-levels.ts';
import type { Logger } from './logger.ts';

/** How much a logger says. */
export interface LoggerLevel {
  readonly level: LogLevel;
  /** When it was set while the process ran, milliseconds since the epoch; null if it was not. */
  readonly lastModifiedMs: number | null;
}

/** A logger's place in the hierarchy. */
interface Node {
  readonly name: string;
  /** Null: that of the nearest ancestor that has one. */
  level: LogLevel | null;
  lastModifiedMs: number | null;
}

/** Name of the logger that all others inherit from. */
export const rootLogger = 'root';

/** Most loggers that are known by name; who sets the level of one that does not exist makes it known (I7). */
const loggersMax = 1000;

/**
 * The loggers of a process, by dotted names: `millrace.kafka` is a child of `millrace`, which is one of `root`. A logger without a level
 * of its own has that of its nearest ancestor, and follows it at run time.
 *
 * @see `Loggers` in Kafka Connect (KIP-495).
 */
export class Loggers {
  readonly #sink: PinoLogger;
  readonly #nowMs: () => number;
  readonly #root: Node;
  readonly #nodes = new Map<string, Node>();
  readonly #listeners = new Set<() => void>();

  /** @param options `level`: the root's; `sink`: writes what is said, at every level; JSON lines on stderr if not given. */
  constructor(options: { readonly level: LogLevel; readonly nowMs: () => number; readonly sink?: PinoLogger }) {
    this.#nowMs = options.nowMs;
    this.#sink =
      options.sink ??
      pino(
        { level: 'trace', serializers: { err: pino.stdSerializers.err } },
        // stdout stays free for a console sink and for scripts.
        destination({ fd: 2, sync: true }),
      );
    this.#root = { name: rootLogger, level: options.level, lastModifiedMs: null };
    this.#nodes.set(rootLogger, this.#root);
  }

  /** The logger of that name, which is known from now on. */
  get(name: string): Logger {
    const node = this.#know(name);
    return this.#wrap(node, this.#sink.child({ name }));
  }

  /** How much the logger says; null if none of that name is known. */
  level(name: string): LoggerLevel | null {
    const node = this.#nodes.get(canonical(name));
    return node === undefined ? null : { level: this.#effective(node), lastModifiedMs: node.lastModifiedMs };
  }

  /** All known loggers, by name. */
  levels(): ReadonlyMap<string, LoggerLevel> {
    const nodes = [...this.#nodes.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return new Map(
      nodes.map(node => [node.name, { level: this.#effective(node), lastModifiedMs: node.lastModifiedMs }]),
    );
  }

  /**
   * Sets the level of a logger and of all known ones under it. One that is at that level already keeps its time of modification.
   *
   * @returns the names of all of them, sorted.
   * @throws {ConnectError} QUEUE_FULL when the logger is not known and too many are.
   */
  setLevel(namespace: string, level: LogLevel): readonly string[] {
    const node = this.#know(namespace);
    const affected = [...this.#nodes.values()].filter(({ name }) => isUnder(name, node.name));
    for (const one of affected) {
      if (this.#effective(one) !== level) one.lastModifiedMs = this.#nowMs();
    }
    for (const one of affected) one.level = level;
    for (const listener of this.#listeners) listener();
    return affected.map(({ name }) => name).sort();
  }

  /** Calls `listener` after each {@link setLevel}. @returns ends that. */
  onChange(listener: () => void): () => void {
    const own = (): void => listener();
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  #know(given: string): Node {
    const name = canonical(given);
    const known = this.#nodes.get(name);
    if (known !== undefined) return known;
    if (this.#nodes.size >= loggersMax) {
      throw new ConnectError('QUEUE_FULL', `${loggersMax} loggers are known; name one of them instead of '${name}'`);
    }
    const node: Node = { name, level: null, lastModifiedMs: null };
    this.#nodes.set(name, node);
    return node;
  }

  #effective(node: Node): LogLevel {
    if (node.level !== null) return node.level;
    let name = node.name;
    while (name.includes('.')) {
      name = name.slice(0, name.lastIndexOf('.'));
      const level = this.#nodes.get(name)?.level ?? null;
      if (level !== null) return level;
    }
    return this.#root.level ?? 'info';
  }

  #wrap(node: Node, sink: PinoLogger): Logger {
    const says = (level: LogLevel): boolean => logLevels.indexOf(level) >= logLevels.indexOf(this.#effective(node));
    const at =
      (level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal') =>
      (fields: unknown, message?: string): void => {
        if (!says(level)) return;
        if (message === undefined) sink[level](fields);
        else sink[level](fields, message);
      };
    const setLevel = (level: string): void => {
      node.level = logLevels.find(known => known === level) ?? node.level;
    };
    const effective = (): LogLevel => this.#effective(node);
    return {
      trace: at('trace'),
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      fatal: at('fatal'),
      get level() {
        return effective();
      },
      set level(level) {
        setLevel(level);
      },
      child: bindings => this.#wrap(node, sink.child(bindings)),
    };
  }
}

function canonical(name: string): string {
  return name === '' || name.toLowerCase() === rootLogger ? rootLogger : name;
}

function isUnder(name: string, namespace: string): boolean {
  return namespace === rootLogger || name === namespace || name.startsWith(`${namespace}.`);
}
