import { destination, pino, type Logger as PinoLogger } from 'pino';

/** A structured logger: `log.info({ connector }, 'Connector started')`. */
export type Logger = Pick<PinoLogger, 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'level'> & {
  child(bindings: Record<string, unknown>): Logger;
};

/** Log levels, most talkative first. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** One of {@link logLevels}. */
export type LogLevel = (typeof logLevels)[number];

/**
 * The process's logger: JSON lines on stderr, so that stdout stays free for a console sink and for scripts.
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
