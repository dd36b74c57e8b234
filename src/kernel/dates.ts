/** A business date, `YYYY-MM-DD`, in Asia/Shanghai. Plain strings compare in the order of time. */
export type BusinessDate = string;

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DAY_MS = 86_400_000;
/** China has one zone and no summer time: the fiscal year does not depend on where the server stands. */
const SHANGHAI_OFFSET_MS = 8 * 3_600_000;

export function isDate(text: string): boolean {
  const match = DATE.exec(text);
  if (!match) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return year >= 1900 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

export const daysInMonth = (year: number, month: number): number =>
  month === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

export const yearOf = (date: BusinessDate): number => Number(date.slice(0, 4));
export const dateOf = (year: number, month: number, day: number): BusinessDate =>
  `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;

/** The day number since 1970-01-01, for counting days between two dates. */
export const dayNumber = (date: BusinessDate): number => Date.parse(`${date}T00:00:00Z`) / DAY_MS;
export const addDays = (date: BusinessDate, days: number): BusinessDate =>
  new Date((dayNumber(date) + days) * DAY_MS).toISOString().slice(0, 10);

/** The same day `months` later, the day clamped to the month's last. */
export function addMonths(date: BusinessDate, months: number): BusinessDate {
  const index = yearOf(date) * 12 + Number(date.slice(5, 7)) - 1 + months;
  const [year, month] = [Math.floor(index / 12), (index % 12) + 1];
  return dateOf(year, month, Math.min(Number(date.slice(8)), daysInMonth(year, month)));
}

/** The date in Asia/Shanghai at an instant given in milliseconds since 1970 UTC. */
export const shanghaiDate = (instantMs: number): BusinessDate =>
  new Date(instantMs + SHANGHAI_OFFSET_MS).toISOString().slice(0, 10);
