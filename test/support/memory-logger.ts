import { pino } from 'pino';
import type { Logger } from '../../src/logging/logger.ts';

/** A logger that keeps its lines. */
export function createMemoryLogger(): {
  readonly log: Logger;
  readonly lines: () => readonly Readonly<Record<string, unknown>>[];
} {
  const lines: Readonly<Record<string, unknown>>[] = [];
  const write = (text: string): void => {
    const line: unknown = JSON.parse(text);
    if (typeof line === 'object' && line !== null) lines.push({ ...line });
  };
  return { log: pino({ level: 'trace' }, { write }), lines: () => lines };
}
