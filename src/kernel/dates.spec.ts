import { addDays, addMonths, dateOf, dayNumber, daysInMonth, isDate, shanghaiDate, yearOf } from './dates.js';

describe('a business date', () => {
  it.each([
    ...['2026-01-01', '2026-12-31', '2026-06-30', '2026-10-31', '1900-01-01', '9999-12-31'],
    ...['2024-02-29', '2000-02-29', '2026-02-28', '2026-04-30', '2026-09-30', '2026-11-30'],
  ])('%s is one', (text) => expect(isDate(text)).toBe(true));

  it.each([
    ...['2026-13-01', '2026-00-01', '2026-01-00', '2026-01-32', '2026-06-31', '2026-04-31', '2026-09-31', '2026-11-31'],
    // 1900 and 2100 have no 29 February, 2000 had one.
    ...['2026-02-29', '1900-02-29', '2100-02-29', '2024-02-30', '1899-12-31', '0000-01-01'],
    ...['', '2026', '2026-1-1', '2026-01-1', '26-01-01', '2026/01/01', '20260101', '二〇二六-01-01', 'xxxx-xx-xx'],
    ...['2026-01-01T00:00:00Z', ' 2026-01-01', '12026-01-01', '2026-01-01 ', '2026-01-011', '2026-xx-01', '2026-01-xx'],
  ])('%j is none', (text) => expect(isDate(text)).toBe(false));
});

describe('months', () => {
  it('have the days of the calendar', () => {
    expect(Array.from({ length: 12 }, (_, month) => daysInMonth(2026, month + 1))).toEqual([
      ...[31, 28, 31, 30, 31, 30],
      ...[31, 31, 30, 31, 30, 31],
    ]);
    expect([1900, 2000, 2023, 2024, 2100].map((year) => daysInMonth(year, 2))).toEqual([28, 29, 28, 29, 28]);
  });

  it.each([
    ['2026-01-15', 1, '2026-02-15'],
    ['2026-01-31', 1, '2026-02-28'],
    ['2024-01-31', 1, '2024-02-29'],
    ['2026-03-31', 1, '2026-04-30'],
    ['2026-12-31', 1, '2027-01-31'],
    ['2026-11-30', 1, '2026-12-30'],
    ['2026-12-01', 12, '2027-12-01'],
    ['2026-01-31', 13, '2027-02-28'],
    ['2026-01-15', -1, '2025-12-15'],
    ['2026-07-09', 0, '2026-07-09'],
    ['2026-07-09', 5, '2026-12-09'],
    ['2026-07-09', 6, '2027-01-09'],
  ])('%s and %s months are %s', (date, months, expected) => expect(addMonths(date, months)).toBe(expected));
});

describe('days', () => {
  it('are counted: 184 from 30 June to 31 December 2025 (3-calculations.md §6), 90 from 20 December to 20 March', () => {
    expect(dayNumber('2025-12-31') - dayNumber('2025-06-30')).toBe(184);
    expect(dayNumber('2026-03-20') - dayNumber('2025-12-20')).toBe(90);
    expect([dayNumber('1970-01-01'), dayNumber('1970-01-02'), dayNumber('1969-12-31')]).toEqual([0, 1, -1]);
  });
  it('are added across months and years', () => {
    expect(addDays('2025-12-20', 90)).toBe('2026-03-20');
    expect(addDays('2024-02-28', 1)).toBe('2024-02-29');
    expect(addDays('2026-01-01', -1)).toBe('2025-12-31');
  });
  it('are made of a year, a month and a day, and tell their year', () => {
    expect(dateOf(2026, 3, 7)).toBe('2026-03-07');
    expect(dateOf(2026, 11, 17)).toBe('2026-11-17');
    expect(dateOf(987, 1, 1)).toBe('0987-01-01');
    expect(yearOf('2026-12-31')).toBe(2026);
  });
});

describe('today in Shanghai', () => {
  it.each([
    // Eight hours ahead of UTC: the day, and the fiscal year, begin at 16:00 UTC.
    ['2025-12-31T15:59:59.999Z', '2025-12-31'],
    ['2025-12-31T16:00:00.000Z', '2026-01-01'],
    ['2026-07-01T00:00:00.000Z', '2026-07-01'],
  ])('at %s is %s', (instant, date) => expect(shanghaiDate(Date.parse(instant))).toBe(date));
});
