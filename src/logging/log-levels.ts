/** Log levels under the names that operators use, Kafka Connect's, beside those of pino. */

/** Log levels, most talkative first. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** One of {@link logLevels}. */
export type LogLevel = (typeof logLevels)[number];

/** What operators may set, most silent first. */
export const levelNames = ['OFF', 'FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE'] as const;

/** One of {@link levelNames}. */
export type LevelName = (typeof levelNames)[number];

/** The level of that name in any case; null if there is none. */
export function parseLevelName(text: string): LogLevel | null {
  const name = levelNames.find(known => known === text.toUpperCase());
  if (name === 'OFF') return 'silent';
  return logLevels.find(level => level === name?.toLowerCase()) ?? null;
}

/** The name of a level. */
export function toLevelName(level: LogLevel): LevelName {
  if (level === 'silent') return 'OFF';
  return levelNames.find(name => name.toLowerCase() === level) ?? 'INFO';
}
