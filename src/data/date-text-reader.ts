import { ConnectError } from '../errors/connect-error.ts';
import { dayMs, epochDayOf } from './calendar.ts';
import { dayNames, eraNames, halfDayNames, monthNames } from './date-names.ts';
import type { PatternPart } from './date-pattern.ts';
import { readZone } from './date-zone.ts';
import { Instant } from './instant.ts';

/** Letters whose digits are counted when another number follows without anything between. */
const countedLetters = new Set('yYdHkmsSDFwWhKu');
const unparsed = new Set('YwWFu');
/** Letters of numbers that need more than to be kept. */
const monthLetters = new Set('ML');

/** Reads dates of one pattern from text, as a lenient `SimpleDateFormat`. */
export class DateTextReader {
  readonly #parts: readonly PatternPart[];
  readonly #centuryStart: number;

  /** @param centuryStart first year that two digits may stand for. */
  constructor(parts: readonly PatternPart[], centuryStart: number) {
    this.#parts = parts;
    this.#centuryStart = centuryStart;
  }

  /** The time that starts the text; undefined if it does not match the pattern. */
  read(text: string): Instant | undefined {
    const values = new Map<string, number>();
    let index = 0;
    for (const [place, part] of this.#parts.entries()) {
      const end =
        part.kind === 'text'
          ? text.startsWith(part.text, index)
            ? index + part.text.length
            : -1
          : this.#readField(part, { text, index, obeysCount: isCounted(this.#parts[place + 1]) }, values);
      if (end < 0) return undefined;
      index = end;
    }
    return toInstant(values);
  }

  /** Keeps the field's value under its letter, and gives the place after it; -1 if there is none. */
  #readField(
    part: { readonly letter: string; readonly count: number },
    at: { readonly text: string; readonly index: number; readonly obeysCount: boolean },
    values: Map<string, number>,
  ): number {
    const { letter, count } = part;
    if (unparsed.has(letter)) {
      throw new ConnectError('DATA_INVALID', `Texts cannot be parsed by pattern letter '${letter}'`);
    }
    const { text } = at;
    const index = at.index + (/^[ \t]*/.exec(text.slice(at.index))?.[0].length ?? 0);
    if (index >= text.length) return -1;
    const named = namesOf(letter, count);
    if (named !== undefined) return readName(text, index, value => setValue(values, letter, value), named);
    if (letter === 'X' || letter === 'Z' || letter === 'z') {
      const zone = readZone(text, index, { letter, count });
      if (zone === undefined) return -1;
      values.set('zone', zone.offsetMinutes);
      return zone.end;
    }
    const limit = at.obeysCount ? index + count : text.length;
    if (at.obeysCount && limit > text.length) return -1;
    const digits = /^-?[0-9]+/.exec(text.slice(index, limit))?.[0];
    if (digits === undefined) return -1;
    const isShortYear = letter === 'y' && count <= 2 && digits.length === 2 && !digits.startsWith('-');
    setValue(values, letter, isShortYear ? this.#fullYear(Number(digits)) : Number(BigInt.asIntN(32, BigInt(digits))));
    return index + digits.length;
  }

  #fullYear(twoDigits: number): number {
    const century = Math.floor(this.#centuryStart / 100) * 100;
    return century + twoDigits + (twoDigits < this.#centuryStart % 100 ? 100 : 0);
  }
}

/** Whether the part is a number right after another, which has then no more digits than letters. */
function isCounted(part: PatternPart | undefined): boolean {
  if (part?.kind !== 'field') return false;
  return monthLetters.has(part.letter) ? part.count <= 2 : countedLetters.has(part.letter);
}

/** A value counts as set after those that were set before it. */
function setValue(values: Map<string, number>, letter: string, value: number): void {
  const key = monthLetters.has(letter) ? 'M' : letter;
  values.delete(key);
  values.set(key, value);
}

function namesOf(letter: string, count: number): readonly string[] | undefined {
  switch (letter) {
    case 'G':
      return eraNames;
    case 'E':
      return dayNames;
    case 'a':
      return halfDayNames;
    default:
      return monthLetters.has(letter) && count > 2 ? monthNames : undefined;
  }
}

function readName(text: string, index: number, found: (value: number) => void, names: readonly string[]): number {
  const rest = text.slice(index).toLowerCase();
  for (const length of [Infinity, 3]) {
    const place = names.findIndex(name => rest.startsWith(name.slice(0, length).toLowerCase()));
    if (place < 0) continue;
    found(names === monthNames ? place + 1 : place);
    return index + Math.min(length, names[place]?.length ?? 0);
  }
  return -1;
}

function toInstant(values: ReadonlyMap<string, number>): Instant {
  const order = [...values.keys()];
  const isLater = (a: string, b: string): boolean => order.indexOf(a) > order.indexOf(b);
  const yearOfEra = values.get('y') ?? 1970;
  const year = values.get('G') === 0 ? 1 - yearOfEra : yearOfEra;
  const month = values.get('M') ?? 1;
  const epochDay = isLater('D', 'd')
    ? epochDayOf({ year, month: 1, day: 1 }) + (values.get('D') ?? 1) - 1
    : epochDayOf({ year, month, day: values.get('d') ?? 1 });
  const minutes = hourOf(values, order) * 60 + (values.get('m') ?? 0) - (values.get('zone') ?? 0);
  const ofDay = BigInt(minutes) * 60_000n + BigInt(values.get('s') ?? 0) * 1000n + BigInt(values.get('S') ?? 0);
  return new Instant(BigInt(epochDay) * dayMs + ofDay);
}

/** The hour, by whichever was given last: that of the day, or that of a half day with the half. */
function hourOf(values: ReadonlyMap<string, number>, order: readonly string[]): number {
  const last = (letters: string): string => order.findLast(key => letters.includes(key)) ?? '';
  const [ofDay, ofHalf] = [last('Hk'), last('Kh')];
  const hourOfDay = values.get(ofDay) ?? 0;
  const hourOfHalf = values.get(ofHalf) ?? 0;
  const half = values.get('a');
  const halfPlace = Math.max(order.indexOf(ofHalf), order.indexOf('a'));
  const usesHalf = ofDay === '' || (ofHalf !== '' && half !== undefined && halfPlace > order.indexOf(ofDay));
  if (!usesHalf) return ofDay === 'k' && hourOfDay === 24 ? 0 : hourOfDay;
  return (ofHalf === 'h' && hourOfHalf === 12 ? 0 : hourOfHalf) + 12 * (half ?? 0);
}
