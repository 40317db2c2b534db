import { dayOfWeek, epochDayOf } from './calendar.ts';
import { dayName, eraNames, halfDayNames, monthName } from './date-names.ts';
import type { DateFields } from './date-pattern.ts';

/** One field of a date pattern as text, as `SimpleDateFormat` writes it. */
export function formatField(part: { readonly letter: string; readonly count: number }, fields: DateFields): string {
  const { letter, count } = part;
  switch (letter) {
    case 'G':
      return eraNames[fields.date.year > 0 ? 1 : 0];
    case 'M':
    case 'L':
      return count > 2 ? monthName(fields.date.month, count === 3) : pad(fields.date.month, count);
    case 'E':
      return dayName(fields.epochDay, count < 4);
    case 'a':
      return halfDayNames[fields.hour < 12 ? 0 : 1];
    case 'z':
      return count < 4 ? 'UTC' : 'Coordinated Universal Time';
    case 'Z':
      return '+0000';
    case 'X':
      return 'Z';
    case 'y':
      return yearText(fields.date.year > 0 ? fields.date.year : 1 - fields.date.year, count);
    case 'Y':
      return yearText(weekOfYear(fields).weekYear, count);
    default:
      return pad(numberOf(letter, fields), count);
  }
}

function numberOf(letter: string, fields: DateFields): number {
  const { date, hour } = fields;
  switch (letter) {
    case 'w':
      return weekOfYear(fields).week;
    case 'W':
      return weekFrom(epochDayOf({ ...date, day: 1 }), fields.epochDay);
    case 'D':
      return fields.epochDay - epochDayOf({ ...date, month: 1, day: 1 }) + 1;
    case 'd':
      return date.day;
    case 'F':
      return Math.floor((date.day - 1) / 7) + 1;
    case 'u':
      return ((dayOfWeek(fields.epochDay) + 5) % 7) + 1;
    case 'H':
      return hour;
    case 'k':
      return hour === 0 ? 24 : hour;
    case 'K':
      return hour % 12;
    case 'h':
      return hour % 12 === 0 ? 12 : hour % 12;
    case 'm':
      return fields.minute;
    case 's':
      return fields.second;
    default:
      return fields.millisecond;
  }
}

/** Weeks as in the United States: from Sunday, the first one being that of 1 January. */
function weekOfYear(fields: DateFields): { readonly weekYear: number; readonly week: number } {
  const { date, epochDay } = fields;
  const nextYear = epochDayOf({ year: date.year + 1, month: 1, day: 1 });
  if (epochDay >= nextYear - (dayOfWeek(nextYear) - 1)) return { weekYear: date.year + 1, week: 1 };
  return { weekYear: date.year, week: weekFrom(epochDayOf({ ...date, month: 1, day: 1 }), epochDay) };
}

/** Number of the week that holds a day, the first week holding `firstDay`. */
function weekFrom(firstDay: number, epochDay: number): number {
  const firstSunday = firstDay - (dayOfWeek(firstDay) - 1);
  return Math.floor((epochDay - firstSunday) / 7) + 1;
}

function yearText(year: number, count: number): string {
  return count === 2 ? pad(year % 100, 2) : pad(year, count);
}

function pad(value: number, count: number): string {
  return value < 0 ? `-${String(-value).padStart(count, '0')}` : String(value).padStart(count, '0');
}
