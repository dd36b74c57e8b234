import type { BusinessDate } from '../kernel/dates.js';
import { fen, type Fen, total, yuan } from '../kernel/money.js';
import type { View } from '../kernel/projection.js';
import { counted } from '../maintenance-fund/maintenance-fund-draw.decider.js';
import type { DataOf, DecisionData, FundEvent } from '../maintenance-fund/maintenance-fund-state.decider.js';
import type { RulePack } from '../policy/rule-pack.js';
import { type Majority, voteCarries } from '../policy/votes.rules.js';
import type { Day, Raised } from './finding.projection.js';
import type { SchemeMoney } from './scheme-money.projection.js';

export type Levied = DataOf<'DepositReceived'>['kind'] | 'common-area-income';
/** Money of one command that the owners had to decide on, less what was reversed of it. */
export type Receipt = {
  readonly eventId: string;
  readonly kind: Levied;
  readonly on: BusinessDate;
  readonly decision: DecisionData | undefined;
  readonly parts: Map<string, Fen>;
};
export type Receipts = { readonly receipts: Receipt[] };

/** Levies and common-area income of a fund (R20). Voluntary deposits need no decision, a first deposit is the law's. */
export const receiptsToDecide: View<Receipts, FundEvent> = {
  initial: () => ({ receipts: [] }),
  project: (row, event) => {
    if (event.type === 'DepositReceived' && event.data.kind !== 'first' && event.data.voluntary !== true)
      receive(row, event);
    if (event.type === 'IncomeCredited' && event.data.kind === 'common-area-income') receive(row, event);
    if (event.type === 'EntryReversed')
      for (const { eventId, data } of event.data.reverses) {
        const parts = row.receipts.find((one) => one.parts.has(eventId))?.parts;
        parts?.set(eventId, parts.get(eventId)! - fen((data as unknown as { amount: string }).amount));
      }
    return row;
  },
};

function receive({ receipts }: Receipts, event: Extract<FundEvent, { type: 'DepositReceived' | 'IncomeCredited' }>) {
  const { eventId = '', data } = event;
  const { decision, occurredOn: on, amount, part } = data;
  // The parts of one command follow one another.
  if (part && part.number > 1) receipts.at(-1)?.parts.set(eventId, fen(amount));
  else receipts.push({ eventId, kind: data.kind as Levied, on, decision, parts: new Map([[eventId, fen(amount)]]) });
}

const left = ({ parts }: Receipt): Fen => total(parts.values());

/** R20: judged on the day the money came, as the votes on draws are on the day of their proposal. */
const isDecided = ({ decision, on }: Receipt, majority: Majority, pack: RulePack): boolean =>
  decision !== undefined && voteCarries(counted(decision.vote), { on, majority }, pack);

/** What is left of receipts of a kind that rest on no decision. */
export const undecided = ({ receipts }: Receipts, kind: Levied, pack: RulePack): Receipt[] =>
  receipts.filter(
    (one) =>
      one.kind === kind && left(one) > 0n && !isDecided(one, kind === 'common-area-income' ? 'use' : 'raise', pack),
  );

const LEVIES = {
  establishment: { zh: '补建', en: 'establishment' },
  replenishment: { zh: '续筹', en: 'replenishment' },
} as const;

/** One finding a kind of levy: ten thousand receipts at a counter are one missing decision. */
export function leviesUndecided(compoundId: string, receipts: Receipts, { pack }: Day): Raised[] {
  return (['establishment', 'replenishment'] as const).flatMap((kind) => {
    const found = undecided(receipts, kind, pack);
    if (found.length === 0) return [];
    const amount = total(found.map(left));
    const since = found.map(({ on }) => on).sort()[0]!;
    const { zh, en } = LEVIES[kind];
    return {
      code: 'levy-without-decision' as const,
      subject: `maintenanceFund-${compoundId}`,
      about: { kind },
      amount,
      since,
      detail: {
        zh: `${zh}资金 ${found.length} 笔共 ${yuan(amount)} 元未见达到法定比例的业主决定，最早收于 ${since}`,
        en: `${found.length} receipts of ${en} money, ${yuan(amount)} yuan in all, rest on no decision of the owners with the majority for raising money; the first came on ${since}`,
      },
    };
  });
}

/** 公共收益 that went into the fund. */
export const incomeUndecided = (compoundId: string, receipts: Receipts, { pack }: Day): Raised[] =>
  undecided(receipts, 'common-area-income', pack).map((one) =>
    undecidedIncome(`maintenanceFund-${compoundId}`, { eventId: one.eventId }, left(one), one.on),
  );

/** 公共收益 that was given to a scheme: its receipt names a decision, with a vote that carried where one is told. */
export const contributionsUndecided = ({ schemeId, facts: { view } }: SchemeMoney, { pack }: Day): Raised[] =>
  [...view.contributions.values()]
    .filter(({ source, reversedOn }) => source === 'common-area-income' && !reversedOn)
    .filter(({ decision, occurredOn: on }) =>
      typeof decision === 'object' ? !voteCarries(counted(decision.vote), { on, majority: 'use' }, pack) : !decision,
    )
    .flatMap(({ contributionId, amount, refunded, occurredOn }) => {
      const net = fen(amount) - refunded;
      return net > 0n ? [undecidedIncome(`scheme-${schemeId}`, { contributionId }, net, occurredOn)] : [];
    });

const undecidedIncome = (
  subject: string,
  about: Readonly<Record<string, string>>,
  amount: Fen,
  since: BusinessDate,
): Raised => ({
  code: 'income-without-decision',
  subject,
  about,
  amount,
  since,
  detail: {
    zh: `${since} 收取公共收益（扣除成本后）${yuan(amount)} 元，未见过半数业主决定`,
    en: `${yuan(amount)} yuan of common-area income, net of cost, came on ${since} without a decision of more than half of the owners`,
  },
});
