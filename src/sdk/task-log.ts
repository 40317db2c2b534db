import { type Logger, logLevels } from '../logging/logger.ts';

/** Sets the level of loggers; a name that is no level is ignored, for the worker may know more of them (rule 7). */
export function setLogLevel(loggers: readonly Logger[], name: string): void {
  const level = logLevels.find(known => known === name);
  if (level === undefined) return;
  for (const logger of loggers) logger.level = level;
}
