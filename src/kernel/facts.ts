import type { BusinessDate } from './dates.js';
import { notFound, Rejected, type Unknown } from './rejection.js';

/** What every command may carry beside its own fields, and every fact keeps. */
export type Noted = {
  readonly occurredOn: BusinessDate;
  readonly documentNo?: string;
  readonly documentNoOriginal?: string;
  readonly note?: string;
  readonly attachments?: readonly { readonly name: string; readonly sha256: string }[];
};

/** The event a state remembers a fact by, where the store has given it one. */
export type Identified = { readonly eventId?: string };

/** How far the periods of the command's division and its prefixes are closed, as its handler read them. */
export type Closed = { readonly closedThrough: BusinessDate | null };

/** What a handler found out for a decision: the closed periods, and what the body names and is not there. */
export type Known = Closed & { readonly unknown?: Unknown | undefined };

/** A frozen period takes no new facts; corrections are dated in the open one. */
export function assertOpen(occurredOn: BusinessDate, { closedThrough }: Closed): void {
  if (closedThrough !== null && occurredOn <= closedThrough)
    throw new Rejected('period-closed', { facts: { through: closedThrough } });
}

/** A step is not dated before what it rests on. */
export function assertNotBefore(date: BusinessDate, earliest: BusinessDate | undefined): void {
  if (earliest !== undefined && date < earliest) throw new Rejected('date-order', { facts: { earliest } });
}

export function assertKnown({ unknown }: Known): void {
  if (unknown) throw notFound(unknown.subject, unknown.pointer);
}
