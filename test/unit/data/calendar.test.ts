import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dateOfEpochDay, dayMs, dayOfWeek, epochDayOf } from '../../../src/data/calendar.ts';

/** What GregorianCalendar of Java 17 says: day from 1970-01-01, year, month, day of the month, day of the week. */
const knownDays = [
  [0, 1970, 1, 1, 5],
  [-1, 1969, 12, 31, 4],
  [1, 1970, 1, 2, 6],
  [59, 1970, 3, 1, 1],
  [60, 1970, 3, 2, 2],
  [365, 1971, 1, 1, 6],
  [789, 1972, 2, 29, 3],
  [790, 1972, 3, 1, 4],
  [10956, 1999, 12, 31, 6],
  [11015, 2000, 2, 28, 2],
  [11016, 2000, 2, 29, 3],
  [11017, 2000, 3, 1, 4],
  [11322, 2000, 12, 31, 1],
  [-25509, 1900, 2, 28, 4],
  [-25508, 1900, 3, 1, 5],
  [-25567, 1900, 1, 1, 2],
  [-135081, 1600, 2, 29, 3],
  [-135080, 1600, 3, 1, 4],
  [-141427, 1582, 10, 15, 6],
  [-141428, 1582, 10, 4, 5],
  [-141429, 1582, 10, 3, 4],
  [-141466, 1582, 8, 27, 2],
  [-141362, 1582, 12, 19, 1],
  [-171073, 1501, 8, 5, 5],
  [-171072, 1501, 8, 6, 6],
  [-719162, 1, 1, 3, 2],
  [-719163, 1, 1, 2, 1],
  [-719164, 1, 1, 1, 7],
  [-719468, 0, 3, 3, 4],
  [-719469, 0, 3, 2, 3],
  [-719470, 0, 3, 1, 2],
  [-719471, 0, 2, 29, 1],
  [-719528, 0, 1, 3, 7],
  [-719529, 0, 1, 2, 6],
  [-719530, 0, 1, 1, 5],
  [-720991, -4, 1, 1, 7],
  [-721000, -5, 12, 23, 5],
  [-1000000, -768, 2, 12, 4],
  [-9999999, -25409, 6, 18, 3],
  [2932896, 9999, 12, 31, 6],
  [2932897, 10000, 1, 1, 7],
  [47540, 2100, 2, 28, 1],
  [47541, 2100, 3, 1, 2],
  [84006, 2200, 1, 1, 4],
  [135080, 2339, 11, 3, 6],
  [146096, 2369, 12, 31, 4],
  [146097, 2370, 1, 1, 5],
  [20058, 2024, 12, 1, 1],
  [20088, 2024, 12, 31, 3],
  [20089, 2025, 1, 1, 4],
  [-141060, 1583, 10, 17, 2],
  [-141792, 1581, 10, 5, 5],
  [-141791, 1581, 10, 6, 6],
  [11382, 2001, 3, 1, 5],
  [11383, 2001, 3, 2, 6],
  [157113, 2400, 2, 29, 3],
  [-865565, -400, 3, 6, 4],
  [-865566, -400, 3, 5, 3],
] as const;

/** Its days for dates that may be out of bounds: year, month, day, day from 1970-01-01. */
const lenientDates = [
  [2017, 13, 1, 17532],
  [2017, 0, 1, 17136],
  [2017, -11, 1, 16801],
  [2017, -12, 31, 16800],
  [2017, 25, 32, 17928],
  [2016, 2, 30, 16861],
  [2017, 3, 0, 17225],
  [2017, 1, -400, 16766],
  [1582, 10, 4, -141428],
  [1582, 10, 5, -141427],
  [1582, 10, 10, -141422],
  [1582, 10, 14, -141418],
  [1582, 10, 15, -141427],
  [1582, 10, 0, -141432],
  [1582, 9, 40, -141422],
  [1582, 9, 46, -141426],
  [1582, 12, 31, -141350],
  [1582, 1, 1, -141704],
  [1583, 1, 1, -141349],
  [1581, 12, 31, -141705],
  [1582, 13, 1, -141349],
  [1583, 0, 1, -141380],
  [1583, -2, 10, -141422],
  [1583, -2, 20, -141422],
  [1500, 2, 29, -171596],
  [1700, 2, 29, -98556],
  [1600, 2, 29, -135081],
  [2000, 2, 29, 11016],
  [2100, 2, 29, 47541],
  [0, 2, 29, -719471],
  [-4, 2, 29, -720932],
  [-100, 2, 29, -755996],
  [0, 3, 1, -719470],
  [-1, 12, 31, -719531],
  [1583, 1, -80, -141420],
  [1581, 22, 10, -141422],
  [1581, 22, 20, -141412],
] as const;

describe('calendar', () => {
  test('has the dates of Java, by the Julian calendar up to 1582-10-04', () => {
    for (const [epochDay, year, month, day, weekday] of knownDays) {
      assert.deepEqual([dateOfEpochDay(epochDay), dayOfWeek(epochDay)], [{ year, month, day }, weekday]);
      assert.equal(epochDayOf({ year, month, day }), epochDay);
    }
  });

  test('counts months and days beyond their bounds on, as Java does', () => {
    for (const [year, month, day, epochDay] of lenientDates) {
      assert.equal(epochDayOf({ year, month, day }), epochDay, `${year}-${month}-${day}`);
    }
  });

  test('agrees with Java on each 97th day of twelve thousand years', () => {
    let sum = 0;
    for (let epochDay = -1_500_000; epochDay <= 3_000_000; epochDay += 97) {
      const { year, month, day } = dateOfEpochDay(epochDay);
      for (const part of [year, month, day, dayOfWeek(epochDay)]) sum = (Math.imul(sum, 37) + part) | 0;
      assert.equal(epochDayOf({ year, month, day }), epochDay);
    }

    // Java's own sum over the same numbers.
    assert.equal(sum, 389_217_826);
  });

  test('has days of 24 hours', () => {
    assert.equal(dayMs, 24n * 60n * 60n * 1000n);
  });
});
