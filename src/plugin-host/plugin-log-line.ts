import type { LogLevel } from '../logging/logger.ts';

/** A line that a plugin wrote. */
export interface PluginLogLine {
  readonly level: Exclude<LogLevel, 'silent'>;
  readonly message: string;
  /** What a structured line says beside level, time and message. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Names of levels as the logging libraries of several languages write them. */
const levelsByName = new Map<string, PluginLogLine['level']>([
  ['trace', 'trace'],
  ['debug', 'debug'],
  ['info', 'info'],
  ['information', 'info'],
  ['notice', 'info'],
  ['warn', 'warn'],
  ['warning', 'warn'],
  ['error', 'error'],
  ['err', 'error'],
  ['fatal', 'fatal'],
  ['critical', 'fatal'],
  ['panic', 'fatal'],
]);

/** Fields that the worker's own line has, or that the message carries. */
const consumedFields = new Set([
  'level',
  'severity',
  'time',
  'ts',
  'timestamp',
  'pid',
  'hostname',
  'name',
  'msg',
  'message',
]);

/**
 * Reads one line of a plugin's output: a JSON object with a level (pino, zap, slog, structlog and others) keeps it, anything
 * else is an `info` line as it stands.
 */
export function parsePluginLogLine(line: string): PluginLogLine {
  return parseJsonLine(line) ?? { level: 'info', message: line, fields: {} };
}

function parseJsonLine(line: string): PluginLogLine | undefined {
  if (!line.startsWith('{')) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    // A line that only looks like JSON is an ordinary line.
    return undefined;
  }
  if (typeof json !== 'object' || json === null) return undefined;
  const values = new Map<string, unknown>(Object.entries(json));
  const level = parseLevel(values.get('level') ?? values.get('severity'));
  const message = values.get('msg') ?? values.get('message');
  if (level === undefined || typeof message !== 'string') return undefined;
  const fields = Object.fromEntries([...values].filter(([name]) => !consumedFields.has(name)));
  return { level, message, fields };
}

/** A name, or a number as pino and bunyan have them. */
function parseLevel(level: unknown): PluginLogLine['level'] | undefined {
  if (typeof level === 'string') return levelsByName.get(level.toLowerCase());
  if (typeof level !== 'number') return undefined;
  if (level < 20) return 'trace';
  if (level < 30) return 'debug';
  if (level < 40) return 'info';
  if (level < 50) return 'warn';
  return level < 60 ? 'error' : 'fatal';
}
