import { addDays } from '../kernel/dates.js';
import { type Fen, yuan } from '../kernel/money.js';

/** What a command of the demonstration must be answered with, where that is not 201. */
type Expected = {
  /** The code of a refusal, and its rule. */
  readonly refused?: readonly [code: string, rule?: string];
  /** A second person is asked: who then grants it, refuses it, or has not looked at it yet. */
  readonly waits?: 'granted' | 'refused' | 'waiting';
};

/** One command as its person sends it. */
export type Step = Expected & {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly as: 'clerk' | 'approver';
};

type Body = Readonly<Record<string, unknown>>;
export const clerk = (path: string, body: Body, expected: Expected = {}): Step => ({
  path: `/v1/${path}`,
  body,
  as: 'clerk',
  ...expected,
});
export const approver = (path: string, body: Body, expected: Expected = {}): Step => ({
  ...clerk(path, body, expected),
  as: 'approver',
});

/** Per cent of an amount, down to whole yuan: nobody budgets in fen. */
export const percentOf = (amount: Fen, percent: number): Fen => {
  const exact = (amount * BigInt(percent)) / 100n;
  return exact - (exact % 100n);
};
/** Up to the next whole unit of so many yuan. */
export const upTo = (amount: Fen, yuanUnit: bigint): Fen => {
  const unit = yuanUnit * 100n;
  return ((amount + unit - 1n) / unit) * unit;
};
export const money = yuan;
export const later = addDays;
