import { ConnectError, messageOf } from '../errors/connect-error.ts';
import { parseLevelName, toLevelName, type LogLevel } from '../logging/log-levels.ts';
import type { Logger } from '../logging/logger.ts';
import type { LoggerLevel, Loggers } from '../logging/loggers.ts';
import type { ConfigStore } from '../storage/config-store.ts';

/** How much the loggers of this worker, or of all, say: the part of the herder's port that is about the log. */
export interface LoggerControl {
  /** Known loggers of this worker, by name. */
  all(): ReadonlyMap<string, LoggerLevel>;
  /** @throws {ConnectError} LOGGER_NOT_FOUND */
  one(name: string): LoggerLevel;
  /** Sets the level of a logger of this worker and of those under it. @returns their names, sorted. */
  setHere(name: string, level: LogLevel): readonly string[];
  /**
   * Sets it on every worker that runs (KIP-976); one that is started later does not hear of it. Resolves when it is set here and written
   * for the others.
   */
  setEverywhere(name: string, level: LogLevel): Promise<void>;
}

/** {@link LoggerControl} on a process's loggers and a config store, whose records tell all workers. */
export class LoggerLevels implements LoggerControl {
  readonly #loggers: Loggers;
  readonly #configs: ConfigStore;
  readonly #log: Logger;

  constructor(options: { readonly loggers: Loggers; readonly configs: ConfigStore; readonly log: Logger }) {
    this.#loggers = options.loggers;
    this.#configs = options.configs;
    this.#log = options.log;
  }

  all(): ReadonlyMap<string, LoggerLevel> {
    return this.#loggers.levels();
  }

  one(name: string): LoggerLevel {
    const level = this.#loggers.level(name);
    if (level !== null) return level;
    throw new ConnectError('LOGGER_NOT_FOUND', `Logger ${name} not found.`, { details: { logger: name } });
  }

  setHere(name: string, level: LogLevel): readonly string[] {
    const affected = this.#loggers.setLevel(name, level);
    this.#log.info({ logger: name, level }, 'Log level set');
    return affected;
  }

  async setEverywhere(name: string, level: LogLevel): Promise<void> {
    await this.#configs.putLoggerLevel(name, toLevelName(level));
  }

  /** Does what a record says, wherever it comes from; one that says nonsense is passed over. */
  take(update: { readonly namespace: string; readonly level: string }): void {
    const { namespace, level: text } = update;
    const level = parseLevelName(text);
    try {
      if (level === null) throw new ConnectError('REQUEST_INVALID', `invalid log level '${text}'.`);
      this.setHere(namespace, level);
    } catch (error) {
      this.#log.warn({ logger: namespace, cause: messageOf(error) }, 'A log level of the config topic is ignored');
    }
  }
}
