/** Names that Java's date formats use in English. */
import { dayOfWeek } from './calendar.ts';

/** Months from January. */
export const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

/** Days from Sunday. */
export const dayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

/** Halves of a day. */
export const halfDayNames = ['AM', 'PM'] as const;

/** Eras. */
export const eraNames = ['BC', 'AD'] as const;

/** Name of a month, from 1 on. */
export function monthName(month: number, isShort: boolean): string {
  const name = monthNames[month - 1] ?? '';
  return isShort ? name.slice(0, 3) : name;
}

/** Name of the weekday of a day counted from 1970-01-01. */
export function dayName(epochDay: number, isShort: boolean): string {
  const name = dayNames[dayOfWeek(epochDay) - 1] ?? '';
  return isShort ? name.slice(0, 3) : name;
}
