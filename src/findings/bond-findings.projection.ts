import { type BondData, type BondEvent, type RevenueYear, scheduleOf } from '../bond/bond-state.decider.js';
import type { BusinessDate } from '../kernel/dates.js';
import { millionths } from '../kernel/decimal.js';
import { fen, type Fen, ratio, total, yuan } from '../kernel/money.js';
import type { View } from '../kernel/projection.js';
import type { Day, Raised } from './finding.projection.js';

type Forecast = { readonly eventId: string; readonly on: BusinessDate; readonly years: readonly RevenueYear[] };
export type BondFacts = { bond: BondData | null; issuedBy: string; forecasts: Forecast[] };

export const bondFacts: View<BondFacts, BondEvent> = {
  initial: () => ({ bond: null, issuedBy: '', forecasts: [] }),
  project: (row, event) => {
    const { eventId = '' } = event;
    if (event.type === 'BondIssued') Object.assign(row, { bond: event.data, issuedBy: eventId });
    if (event.type === 'BondRevenueForecast')
      row.forecasts.push({ eventId, on: event.data.occurredOn, years: event.data.years });
    if (event.type === 'EntryReversed')
      for (const reversed of event.data.reverses) {
        if (reversed.eventId === row.issuedBy) row.bond = null;
        row.forecasts = row.forecasts.filter((one) => one.eventId !== reversed.eventId);
      }
    return row;
  },
};

const MILLION = 1_000_000n;

/** Income less cost carries less of principal and interest than the pack asks for. */
export function coverageBelow(bondId: string, { bond, forecasts }: BondFacts, { pack }: Day): Raised[] {
  if (!bond) return [];
  const service = scheduleOf(bond).totalDebtService;
  const least = service * millionths(pack.parameters.coverageWarnBelow);
  const isLow = (forecast: Forecast): boolean => net(forecast) * MILLION < least;
  const last = forecasts.at(-1);
  if (!last || !isLow(last)) return [];
  const since = forecasts[forecasts.findLastIndex((one) => !isLow(one)) + 1]!.on;
  // What is missing, up to the next whole fen.
  const amount = (least - net(last) * MILLION + MILLION - 1n) / MILLION;
  const coverage = ratio(net(last), service);
  return [
    {
      code: 'coverage-below',
      subject: `bond-${bondId}`,
      amount,
      since,
      detail: {
        zh: `偿债覆盖倍数 ${coverage}，低于 ${pack.parameters.coverageWarnBelow}，尚差收益 ${yuan(amount)} 元`,
        en: `Debt-service coverage is ${coverage}, below ${pack.parameters.coverageWarnBelow}; ${yuan(amount)} yuan of net income are missing`,
      },
    },
  ];
}

const net = ({ years }: Forecast): Fen =>
  total(years.map(({ income }) => fen(income))) - total(years.map(({ cost }) => fen(cost)));
