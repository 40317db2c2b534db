/**
 * Calendar dates as Java's GregorianCalendar counts them: Julian up to 1582-10-04, Gregorian from the day after, 1582-10-15. Years
 * are astronomical: 0 is 1 BC.
 */

/** A date; months and days from 1. */
export interface CalendarDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Milliseconds of a day. */
export const dayMs = 86_400_000n;

/** Day of 1582-10-15. */
const cutoverDay = -141_427;
const cutoverYear = 1582;

/** Days from 0000-03-01 to 1970-01-01, in either calendar. */
const gregorianShift = 719_468;
const julianShift = 719_470;

/** The date of a day counted from 1970-01-01. */
export function dateOfEpochDay(epochDay: number): CalendarDate {
  const isGregorian = epochDay >= cutoverDay;
  const { year, dayOfYear } = isGregorian ? gregorianYear(epochDay) : julianYear(epochDay);
  // Years begin in March here, so that a leap day is the last of its year.
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  return { year: month <= 2 ? year + 1 : year, month, day };
}

/** The day of a date, counted from 1970-01-01. Months and days beyond their bounds count on into the next ones. */
export function epochDayOf({ year, month, day }: CalendarDate): number {
  const normalYear = year + Math.floor((month - 1) / 12);
  const normalMonth = ((((month - 1) % 12) + 12) % 12) + 1;
  const gregorian = gregorianDay(normalYear, normalMonth) + day - 1;
  // As Java has it: the year decides as it was given.
  if (year >= cutoverYear && gregorian >= cutoverDay) return gregorian;
  return julianDay(normalYear, normalMonth) + day - 1;
}

/** Day of the week, from 1 for Sunday. */
export function dayOfWeek(epochDay: number): number {
  return ((((epochDay + 4) % 7) + 7) % 7) + 1;
}

interface MarchYear {
  readonly year: number;
  readonly dayOfYear: number;
}

function gregorianYear(epochDay: number): MarchYear {
  const day = epochDay + gregorianShift;
  const era = Math.floor(day / 146_097);
  const dayOfEra = day - era * 146_097;
  const leaps = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365);
  const yearStart = 365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  return { year: yearOfEra + era * 400, dayOfYear: dayOfEra - yearStart };
}

function julianYear(epochDay: number): MarchYear {
  const day = epochDay + julianShift;
  const era = Math.floor(day / 1461);
  const dayOfEra = day - era * 1461;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460)) / 365);
  return { year: yearOfEra + era * 4, dayOfYear: dayOfEra - 365 * yearOfEra };
}

/** Day of the first of a month. */
function gregorianDay(year: number, month: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const leaps = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return 365 * marchYear + leaps + daysFromMarch(month) - gregorianShift;
}

function julianDay(year: number, month: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  return 365 * marchYear + Math.floor(marchYear / 4) + daysFromMarch(month) - julianShift;
}

function daysFromMarch(month: number): number {
  return Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5);
}
