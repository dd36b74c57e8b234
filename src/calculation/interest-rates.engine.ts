import { dayNumber, type BusinessDate } from '../kernel/dates.js';
import { Rejected } from '../kernel/rejection.js';

/** The demand and the one-year term rate from a day on, in millionths a year. */
export type DatedRate = { readonly from: BusinessDate; readonly demand: bigint; readonly term: bigint };

/** Rates made ready for many questions; {@link rateTable} builds it once for all sub-accounts of a fund. */
export type RateTable = {
  /** The term rate in force on a day. @throws Rejected `out-of-range` where none is */
  readonly termOn: (date: BusinessDate) => bigint;
  /**
   * Σ of the demand rates in force on each day from `first` to `last` inclusive (day numbers of kernel/dates); 0 where
   * `last` lies before `first`. @throws Rejected `out-of-range` where no rate is in force on one of them
   */
  readonly demandOver: (first: number, last: number) => bigint;
};

type Step = { readonly day: number; readonly rate: DatedRate; readonly demandBefore: bigint };

/** Of two rates from one day the later in the list counts. */
export function rateTable(rates: readonly DatedRate[]): RateTable {
  const steps: Step[] = [];
  for (const rate of [...rates].sort((a, b) => dayNumber(a.from) - dayNumber(b.from))) {
    const day = dayNumber(rate.from);
    const last = steps.at(-1);
    steps.push({ day, rate, demandBefore: last === undefined ? 0n : demandBefore(last, day) });
  }
  const inForce = (day: number): Step => {
    let [low, high] = [0, steps.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (steps[middle]!.day <= day) low = middle + 1;
      else high = middle;
    }
    const step = steps[low - 1];
    if (step === undefined) throw new Rejected('out-of-range');
    return step;
  };
  return {
    termOn: (date) => inForce(dayNumber(date)).rate.term,
    demandOver: (first, last) =>
      last < first ? 0n : demandBefore(inForce(last), last + 1) - demandBefore(inForce(first), first),
  };
}

/** Σ of the demand rates of all days from the first rate's up to the day before `day`, where `step` is in force. */
const demandBefore = (step: Step, day: number): bigint => step.demandBefore + step.rate.demand * BigInt(day - step.day);
