/**
 * The pattern language of Java's `SimpleDateFormat`, in UTC and English. All letters are formatted: `G y Y M L w W D d F E u a H k K h
 * m s S z Z X`. All but those of weeks (`Y w W F u`) are parsed, leniently as Java does: a thirteenth month is January of the next
 * year. Zones are `UTC`, `GMT` or an offset.
 */
import { ConnectError } from '../errors/connect-error.ts';
import { formatField } from './date-field-text.ts';
import { DateTextReader } from './date-text-reader.ts';
import { dateOfEpochDay, dayMs, type CalendarDate } from './calendar.ts';
import type { Instant } from './instant.ts';

/** A run of one letter, or text that stands for itself. */
export type PatternPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'field'; readonly letter: string; readonly count: number };

/** A point in time, taken apart in UTC. */
export interface DateFields {
  readonly date: CalendarDate;
  readonly epochDay: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

const letters = new Set('GyYMLwWDdFEuaHkKhmsSzZX');

/** A compiled pattern. */
export class DatePattern {
  /** The pattern as it was written. */
  readonly source: string;
  readonly #parts: readonly PatternPart[];
  readonly #reader: DateTextReader;

  /**
   * @param nowMs years of two digits are read as those from 80 years before this time on.
   * @throws {ConnectError} CONFIG_INVALID when the pattern is wrong.
   */
  constructor(source: string, nowMs = 0) {
    this.source = source;
    this.#parts = compile(source);
    this.#reader = new DateTextReader(this.#parts, toDateFields(BigInt(Math.trunc(nowMs))).date.year - 80);
  }

  /** The time as text. */
  format(instant: Instant): string {
    const fields = toDateFields(instant.epochMs);
    return this.#parts.map(part => (part.kind === 'text' ? part.text : formatField(part, fields))).join('');
  }

  /**
   * The time that starts the text; what follows is ignored. Undefined if it does not match.
   *
   * @throws {ConnectError} DATA_INVALID for a pattern that cannot be parsed with.
   */
  parse(text: string): Instant | undefined {
    return this.#reader.read(text);
  }
}

/** Takes a point in time apart. */
export function toDateFields(epochMs: bigint): DateFields {
  const remainder = ((epochMs % dayMs) + dayMs) % dayMs;
  const epochDay = Number((epochMs - remainder) / dayMs);
  const ofDay = Number(remainder);
  return {
    date: dateOfEpochDay(epochDay),
    epochDay,
    hour: Math.floor(ofDay / 3_600_000),
    minute: Math.floor(ofDay / 60_000) % 60,
    second: Math.floor(ofDay / 1000) % 60,
    millisecond: ofDay % 1000,
  };
}

function compile(source: string): PatternPart[] {
  const parts: PatternPart[] = [];
  // Quoted text (two quotes are one), a run of one letter, or any other character.
  const token = /'((?:[^']|'')*)'|([a-zA-Z])\2*|('[\s\S]*)|([^a-zA-Z'])/g;
  for (const [run, quoted, letter, open, other] of source.matchAll(token)) {
    if (open !== undefined) throw invalid(source, 'Unterminated quote');
    if (letter !== undefined) parts.push(toField(source, letter, run.length));
    else parts.push({ kind: 'text', text: other ?? (quoted === '' ? "'" : (quoted ?? '').replaceAll("''", "'")) });
  }
  return parts;
}

function toField(source: string, letter: string, count: number): PatternPart {
  if (!letters.has(letter)) throw invalid(source, `Illegal pattern character '${letter}'`);
  if (letter === 'X' && count > 3) throw invalid(source, `invalid ISO 8601 format: length=${count}`);
  return { kind: 'field', letter, count };
}

function invalid(source: string, reason: string): ConnectError {
  return new ConnectError('CONFIG_INVALID', `Date format '${source}': ${reason}`);
}
