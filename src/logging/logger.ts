import { destination, pino, type Logger as PinoLogger } from 'pino';
import type { LogLevel } from './log-levels.ts';

export { logLevels, type LogLevel } from './log-levels.ts';

/** A structured logger: `log.info({ connector }, 'Connector started')`. */
export type Logger = Pick<PinoLogger, 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'level'> & {
  child(bindings: Record<string, unknown>): Logger;
};

/**
 * The logger of a process that has but one: JSON lines on stderr, so that stdout stays free for a console sink and for scripts.
 *
 * @param options `level`: one of {@link logLevels}.
 */
export function createLogger(options: { readonly name: string; readonly level: LogLevel }): Logger {
  return pino(
    { name: options.name, level: options.level, serializers: { err: pino.stdSerializers.err } },
    destination({ fd: 2, sync: true }),
  );
}

/** A logger that says nothing. */
export function createSilentLogger(): Logger {
  return pino({ level: 'silent' });
}
