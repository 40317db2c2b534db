import type { Format } from '../wire/data-messages.ts';
import type { SinkStarted } from '../wire/sink-messages.ts';
import { ConnectorError } from './failure.ts';
import type { SinkTaskOptions } from './sink-task.ts';

/** What a sink task wants, with everything filled in. */
export interface SinkWishes {
  readonly started: SinkStarted;
  readonly flushIntervalMs: number;
}

/**
 * Fills in what a task left out.
 *
 * @param offers formats that the worker can deliver.
 * @throws {ConnectorError} FORMAT_NOT_OFFERED.
 */
export function chooseWishes(options: SinkTaskOptions, offers: readonly Format[]): SinkWishes {
  return {
    started: {
      maxBatches: options.maxBatches ?? 4,
      maxBytes: options.maxBytes ?? 1024 * 1024,
      keyFormat: chooseFormat('keys', options.keyFormat, offers),
      valueFormat: chooseFormat('values', options.valueFormat, offers),
      ownsOffsets: options.ownsOffsets ?? false,
      headerFormat: chooseFormat('header values', options.headerFormat, offers),
    },
    flushIntervalMs: options.flushIntervalMs ?? 1000,
  };
}

function chooseFormat(what: string, wanted: Format | readonly Format[] | undefined, offers: readonly Format[]): Format {
  if (wanted === undefined) return 'FORMAT_UNSPECIFIED';
  const preferences = typeof wanted === 'string' ? [wanted] : wanted;
  const chosen = preferences.find(format => offers.includes(format));
  if (chosen !== undefined) return chosen;
  throw new ConnectorError(
    { category: 'CONFIG', code: 'FORMAT_NOT_OFFERED' },
    `The sink takes ${what} as ${preferences.join(' or ')}, and the worker offers ${offers.join(', ')}; use another converter`,
  );
}
