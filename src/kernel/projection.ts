import { type BusinessDate, shanghaiDate } from './dates.js';

/**
 * A view is a pure fold over the events of one stream, in order; the runner hands it only the events of the moment asked
 * for, so the same fold answers for today, for a business date, and for what was known at an instant.
 */
export type View<Row, Event> = {
  readonly initial: (id: string) => Row;
  /** Owns the row and may change it; gives it back. */
  readonly project: (row: Row, event: Event) => Row;
};

/** The moment a reader asks about. Absent bounds are open. */
export type Moment = {
  /** Only facts with `occurredOn` on or before this business date. */
  readonly asOf: string | null;
  /** Only what was known at this instant, as the reader wrote it. */
  readonly recordedAt: string | null;
  /** The position `recordedAt` stands for, or the newest one projected. */
  readonly position: number;
};

export const isWithin = (moment: Moment, event: { position: number; data: { occurredOn: string } }): boolean =>
  event.position <= moment.position && (moment.asOf === null || event.data.occurredOn <= moment.asOf);

/** The moment as every answer repeats it. */
export const echoed = ({ position, asOf, recordedAt }: Moment): Moment => ({ position, asOf, recordedAt });

/**
 * The day an answer is about: the one asked for, else the present one, and of what was known at an instant the day of
 * that instant, so that an answer given with `recordedAt` is not changed by time going by.
 */
export const dayOfMoment = ({ asOf, recordedAt }: Pick<Moment, 'asOf' | 'recordedAt'>, now: Date): BusinessDate =>
  asOf ?? shanghaiDate(recordedAt === null ? now.getTime() : Math.min(now.getTime(), Date.parse(recordedAt)));
