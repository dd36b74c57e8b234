import type { Decision } from '../kernel/decider.js';
import { assertNotBefore, assertOpen, type Known, type Noted } from '../kernel/facts.js';
import { absolute, fen, larger, smaller, total, yuan } from '../kernel/money.js';
import { notFound, Rejected } from '../kernel/rejection.js';
import { apportion } from '../calculation/apportionment.engine.js';
import { FUNDING_SOURCES } from '../policy/funding-source.js';
import { ceiling, type Check, judge, must } from '../policy/judgement.rules.js';
import { PROGRAMMES, type RulePack } from '../policy/rule-pack.js';
import { isExempt } from './scheme-budget.decider.js';
import { paidByProgramme } from './scheme-evolve.decider.js';
import { approvalGate, inCentralPlan, matrixChecks, poolKeeps, withinLine } from './scheme-checks.decider.js';
import {
  amountIn,
  bearerId,
  type BudgetLine,
  type Contract,
  contractsOn,
  type From,
  linesOf,
  payable,
  type Payment,
  type PaymentData,
  type SchemeEvent,
  type SchemeState,
} from './scheme-state.decider.js';

type Bearer = Omit<From, 'amount'>;
export type PaymentCommand = { readonly known: Known } & (
  | { readonly type: 'MakePayment'; readonly data: Omit<PaymentData, 'costArea'> & Noted }
  | {
      readonly type: 'RefundPayment';
      readonly data: { paymentId: string; amount: string; reason: string; to?: readonly From[] } & Noted;
    }
  | {
      readonly type: 'SubstituteFunds';
      readonly data: { lineId: string; from: Bearer; to: Bearer; amount: string } & Noted;
    }
);
type Of<Type extends PaymentCommand['type']> = Extract<PaymentCommand, { type: Type }>;
type Decide = Decision<SchemeEvent>;

export function pay(
  state: SchemeState,
  { data, known }: Of<'MakePayment'>,
  pack: RulePack,
  granted: readonly string[],
): Decide {
  const line = lineOf(state, data.lineId);
  const contract = contractOf(state, data);
  if (state.payments.has(data.paymentId)) throw new Rejected('already-exists');
  assertOpen(data.occurredOn, known);
  if (!isExempt(line, pack)) assertNotBefore(data.occurredOn, state.firstApprovedOn);
  const amount = fen(data.amount);
  const checks = [
    ...data.from.flatMap((part) => sourceChecks(state, pack, line, part, data.nature)),
    ...programmesApart(state, line, data.from),
    ...approvalGate(state, line, pack),
    ...withinLine(state, line, amount, data.stage),
    ...withinContracts(state, line, contract, amount, data.occurredOn),
    ...data.from.map((part) => poolKeeps(state, { ...part, costArea: line.costArea }, fen(part.amount))),
  ];
  const tried = judge(pack, checks, granted);
  const event = { ...data, costArea: line.costArea, schemeId: state.scheme!.schemeId };
  return { events: [{ type: 'PaymentMade', data: event }], ...tried };
}

function lineOf(state: SchemeState, lineId: string): BudgetLine {
  const line = linesOf(state).get(lineId);
  if (!line) throw notFound('line', '/lineId');
  return line;
}

function contractOf(
  state: SchemeState,
  { contractNo, lineId }: { contractNo?: string; lineId: string },
): Contract | undefined {
  if (contractNo === undefined) return undefined;
  const contract = state.contracts.get(contractNo);
  if (!contract) throw notFound('contract', '/contractNo');
  if (contract.reversed) throw new Rejected('already-reversed');
  if (!contract.lines.has(lineId)) throw notFound('line', '/lineId');
  return contract;
}

/** What one source may do on this line at all: R19, the matrix (R03, R05, R08), and R18. */
function sourceChecks(
  state: SchemeState,
  pack: RulePack,
  line: BudgetLine,
  part: Bearer,
  nature: 'construction' | 'operation',
): Check[] {
  const { source, reference } = part;
  const { route } = FUNDING_SOURCES[source];
  return [
    ...(source === 'central-grant' ? [inCentralPlan(state, pack)] : []),
    ...matrixChecks(state, pack, { source, reference, costArea: line.costArea }, line),
    // 专款专用: grants and bonds build, they do not run what was built.
    must('R18', nature === 'construction' || (route !== 'grant' && route !== 'bond'), { source }),
  ];
}

/** R11: what one central programme pays on a line, the other never does. */
export function programmesApart(state: SchemeState, line: BudgetLine, from: readonly Bearer[]): Check[] {
  const now = from.flatMap(({ source, reference }) =>
    source === 'central-grant' && reference !== null ? [state.awards.get(reference)?.programme] : [],
  );
  return now.flatMap((programme) =>
    PROGRAMMES.filter((other) => programme !== undefined && other !== programme).map((other) =>
      must('R11', !now.includes(other) && paidByProgramme(state, line.lineId, other) <= 0n, { lineId: line.lineId }),
    ),
  );
}

/** R10 of the contracts: their sum on the line, and the named one's own line; after settlement what was audited. */
export function withinContracts(
  state: SchemeState,
  line: BudgetLine,
  named: Contract | undefined,
  asked: bigint,
  on: string,
): Check[] {
  const { lineId } = line;
  const contracts = contractsOn(state, lineId);
  if (contracts.length === 0) return [];
  const most = contracts.reduce((sum, contract) => sum + payable(contract, lineId, on), 0n);
  const left = most - amountIn(state.paidOnLine, lineId);
  const facts = { lineId, asked: yuan(asked) };
  const checks = [ceiling('R10', asked, left, { ...facts, available: yuan(larger(left, 0n)) })];
  if (!named) return checks;
  const own = payable(named, lineId, on) - amountIn(named.paid, lineId);
  return [
    ...checks,
    ceiling('R10', asked, own, { ...facts, contractNo: named.contractNo, available: yuan(larger(own, 0n)) }),
  ];
}

export function refundPayment(state: SchemeState, { data, known }: Of<'RefundPayment'>, pack: RulePack): Decide {
  const payment = state.payments.get(data.paymentId);
  if (!payment) throw notFound('payment', '/paymentId');
  if (payment.reversed) throw new Rejected('already-reversed');
  assertOpen(data.occurredOn, known);
  assertNotBefore(data.occurredOn, payment.paidOn);
  const amount = fen(data.amount);
  const inAll = fen(payment.amount) - total(payment.refunded.values());
  const left = payment.from.map((part) => ({ ...part, left: borneOf(state, payment, part) }));
  const spreadable = smaller(inAll, total(left.map((part) => part.left)));
  const available = data.to ? inAll : spreadable;
  const checks = [ceiling('R08', amount, available, { asked: data.amount, available: yuan(available) })];
  for (const part of data.to ?? []) {
    const own = borneOf(state, payment, part);
    checks.push(
      ceiling('R08', fen(part.amount), own, { source: part.source, asked: part.amount, available: yuan(own) }),
    );
  }
  const tried = judge(pack, checks, []);
  const to = data.to ?? spread(amount, left);
  const { lineId, costArea, contractNo } = payment;
  const event = {
    ...data,
    ...{ to, lineId, costArea, schemeId: state.scheme!.schemeId },
    ...(contractNo === undefined ? {} : { contractNo }),
  };
  return { events: [{ type: 'PaymentRefunded', data: event }], ...tried };
}

/** What a source bears of a payment now: its own part not yet refunded, with what it took over on the line (归垫). */
function borneOf(state: SchemeState, payment: Payment, part: Bearer): bigint {
  const borne = amountIn(state.borneOnLine, bearerId(payment.lineId, part));
  let paidOnLine = 0n;
  for (const one of state.payments.values())
    if (one.lineId === payment.lineId && !one.reversed) paidOnLine += leftOf(one, part);
  const takenOver = larger(borne - paidOnLine, 0n);
  return larger(smaller(borne, leftOf(payment, part) + takenOver), 0n);
}

function leftOf(payment: Payment, part: Bearer): bigint {
  const own = payment.from.find((one) => one.source === part.source && one.reference === part.reference);
  return fen(own?.amount ?? '0.00') - amountIn(payment.refunded, bearerId(payment.lineId, part));
}

/** Without `to` a refund goes back over what is left of `from`, to the fen; ties to the smaller source, then reference. */
function spread(amount: bigint, left: readonly (From & { left: bigint })[]): From[] {
  const parts = left.map((part) => ({ id: `${part.source}|${part.reference ?? ''}`, weight: part.left }));
  return apportion(amount, parts).flatMap((share, index) => {
    const { source, reference } = left[index]!;
    return share.amount === 0n ? [] : [{ source, reference, amount: yuan(share.amount) }];
  });
}

/** 先建后补、归垫: `to` now bears what `from` paid on the line, and every rule of a payment by `to` applies. */
export function substitute(
  state: SchemeState,
  { data, known }: Of<'SubstituteFunds'>,
  pack: RulePack,
  granted: readonly string[],
): Decide {
  const line = lineOf(state, data.lineId);
  assertOpen(data.occurredOn, known);
  if (!isExempt(line, pack)) assertNotBefore(data.occurredOn, state.firstApprovedOn);
  const amount = fen(data.amount);
  const borne = amountIn(state.borneOnLine, bearerId(line.lineId, data.from));
  const checks = [
    ...sourceChecks(state, pack, line, data.to, 'construction'),
    ...programmesApart(state, line, [data.to]),
    ...approvalGate(state, line, pack),
    must('R10', state.finalAccountOn === undefined, { after: 'final-account' }),
    ceiling('R08', amount, borne, {
      source: data.from.source,
      asked: data.amount,
      available: yuan(absolute(larger(borne, 0n))),
    }),
    poolKeeps(state, { ...data.to, costArea: line.costArea }, amount),
  ];
  const tried = judge(pack, checks, granted);
  const event = { ...data, costArea: line.costArea, schemeId: state.scheme!.schemeId };
  return { events: [{ type: 'FundsSubstituted', data: event }], ...tried };
}
