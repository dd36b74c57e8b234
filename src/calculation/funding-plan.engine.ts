import { byCodePoint } from '../kernel/ids.js';
import { type Fen, LARGEST_AMOUNT, total } from '../kernel/money.js';
import { Rejected } from '../kernel/rejection.js';
import { firstChoiceFlow } from './first-choice-flow.engine.js';
import { fundingNetwork, type Network, type Supply } from './funding-network.engine.js';
import { type Certificate, shortage } from './funding-shortage.engine.js';
import { cheapestFlow } from './network-simplex.engine.js';

/** Ranks are per line where they differ; a line without a rank, and a source without ranks, has 1. */
type FundingRank = number | Readonly<Record<string, number>>;

export type FundingSource = {
  readonly id: string;
  readonly amount: Fen;
  /** Ids of lines; an id given twice counts once. */
  readonly mayFund: readonly string[];
  readonly rank?: FundingRank | undefined;
  /**
   * Lines of `mayFund` that get nothing from it in this plan although it may fund them: they count among the lines it may
   * fund, and the certificate speaks of what may fund, so it holds where no other choice of these would fund more.
   */
  readonly keptFrom?: ReadonlySet<string> | undefined;
};

type FundingLine = { readonly id: string; readonly amount: Fen };

export type FundingPlanRequest = { readonly sources: readonly FundingSource[]; readonly lines: readonly FundingLine[] };

/** All lists in the order of their ids by Unicode code point, without zeros. */
export type FundingPlan = {
  readonly funded: Fen;
  readonly assignments: readonly { readonly sourceId: string; readonly lineId: string; readonly amount: Fen }[];
  readonly unfunded: readonly { readonly lineId: string; readonly amount: Fen }[];
  readonly unused: readonly { readonly sourceId: string; readonly amount: Fen }[];
  /** Present exactly when something is unfunded. */
  readonly certificate?: Certificate;
};

const LARGEST_RANK = 1_000_000;
const MOST_PAIRS = 90_000;

/** Ids read between two yields: a few milliseconds of work. */
const WORK_PER_YIELD = 10_000;

/** A request in the order of ids; lines are indices from here on. */
type Reading = { readonly sources: readonly ReadSource[]; readonly lines: readonly FundingLine[] };
type ReadSource = {
  readonly id: string;
  readonly amount: Fen;
  /** Ascending, and the rank of each. */
  readonly mayFund: readonly number[];
  readonly ranks: readonly number[];
  readonly keptFrom: ReadonlySet<string>;
};

const NOTHING: ReadonlySet<string> = new Set();

/**
 * Who funds what, exactly (3-calculations.md §5): the largest funded total; among those the smallest Σ fen × rank, then
 * the smallest Σ fen × number of lines of the request the source may fund; among those the lexicographically greatest
 * assignment over the pairs in the order of source id, line id. One answer, whatever the order of the request.
 *
 * Amounts are fen. Throws `Rejected`: `too-many` (sources × lines above 90,000), `repeated-id` (of sources or of lines),
 * `unknown-line` (in `mayFund` or `rank`), `out-of-range` (an amount below 0, a sum above 9 999 999 999 999.99 yuan, a
 * rank that is not an integer from 0 to 1,000,000).
 */
export function planFunding(request: FundingPlanRequest): FundingPlan {
  const steps = planning(request);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/**
 * `planFunding` in steps of a few milliseconds: it yields between them, so that a server can answer others meanwhile.
 * The request must not change until it is done. Same answer, same errors.
 */
export function* planning(request: FundingPlanRequest): Generator<void, FundingPlan, void> {
  const reading = yield* read(request);
  const sources = reading.sources.filter(({ amount }) => amount > 0n);
  const lines = reading.lines.filter(({ amount }) => amount > 0n);
  const network = fundingNetwork(
    suppliesOf(sources, reading.lines),
    lines.map(({ amount }) => Number(amount)),
  );
  yield;
  const optimum = yield* cheapestFlow(network);
  yield* firstChoiceFlow(network, optimum);
  return planOf(reading, sources, lines, network, optimum.flows);
}

function* read({ sources, lines }: FundingPlanRequest): Generator<void, Reading, void> {
  if (sources.length * lines.length > MOST_PAIRS) {
    throw new Rejected('too-many', {
      facts: { sources: `${sources.length}`, lines: `${lines.length}`, most: `${MOST_PAIRS}` },
    });
  }
  checkItems('sources', sources);
  checkItems('lines', lines);
  yield;
  const orderedLines = inOrder(lines);
  const lineIndex = new Map(orderedLines.map(({ id }, index) => [id, index]));
  yield;
  const read: ReadSource[] = [];
  let work = 0;
  for (const [index, source] of sources.entries()) {
    const mayFund = yield* eligible(source, `/sources/${index}`, lineIndex);
    const ranks = yield* ranksOf(source.rank, `/sources/${index}/rank`, lineIndex);
    read.push({
      ...{ id: source.id, amount: source.amount, keptFrom: source.keptFrom ?? NOTHING },
      ...{ mayFund, ranks: mayFund.map((line) => ranks[line]!) },
    });
    work += source.mayFund.length + lines.length;
    if (work < WORK_PER_YIELD) continue;
    work = 0;
    yield;
  }
  return { sources: inOrder(read), lines: orderedLines };
}

function checkItems(list: 'sources' | 'lines', items: readonly FundingLine[]): void {
  const seen = new Set<string>();
  for (const [index, { id, amount }] of items.entries()) {
    if (seen.has(id)) throw new Rejected('repeated-id', { pointer: `/${list}/${index}/id`, facts: { id } });
    if (amount < 0n) throw new Rejected('out-of-range', { pointer: `/${list}/${index}/amount` });
    seen.add(id);
  }
  // One bound for all: the part of a sum is never above the sum, and up to here doubles hold every fen.
  if (total(items.map(({ amount }) => amount)) > LARGEST_AMOUNT) {
    throw new Rejected('out-of-range', { pointer: `/${list}` });
  }
}

/** UTF-16 order is code point order where there are no surrogates, and ten times faster to sort by. */
const SURROGATE = /[\ud800-\udfff]/;

function inOrder<T extends { readonly id: string }>(items: readonly T[]): T[] {
  const byId = new Map(items.map((item) => [item.id, item]));
  const ids = [...byId.keys()];
  if (ids.some((id) => SURROGATE.test(id))) ids.sort(byCodePoint);
  else ids.sort();
  return ids.map((id) => byId.get(id)!);
}

/** The lines a source may fund, ascending. */
function* eligible(
  source: FundingSource,
  pointer: string,
  lineIndex: ReadonlyMap<string, number>,
): Generator<void, number[], void> {
  const may = new Uint8Array(lineIndex.size);
  for (const [at, lineId] of source.mayFund.entries()) {
    const index = lineIndex.get(lineId);
    if (index === undefined) throw unknownLine(`${pointer}/mayFund/${at}`, lineId);
    may[index] = 1;
    if (at % WORK_PER_YIELD === WORK_PER_YIELD - 1) yield;
  }
  const indices: number[] = [];
  may.forEach((flag, index) => flag === 1 && indices.push(index));
  return indices;
}

/** The rank of a source for each line, by the line's index. */
function* ranksOf(
  rank: FundingRank | undefined,
  pointer: string,
  lineIndex: ReadonlyMap<string, number>,
): Generator<void, Float64Array, void> {
  const ranks = new Float64Array(lineIndex.size).fill(1);
  if (typeof rank !== 'object') return ranks.fill(checkedRank(rank ?? 1, pointer));
  for (const [at, lineId] of Object.keys(rank).entries()) {
    const index = lineIndex.get(lineId);
    if (index === undefined) throw unknownLine(`${pointer}/${escaped(lineId)}`, lineId);
    ranks[index] = checkedRank(rank[lineId]!, pointer, lineId);
    if (at % WORK_PER_YIELD === WORK_PER_YIELD - 1) yield;
  }
  return ranks;
}

function checkedRank(rank: number, pointer: string, lineId?: string): number {
  if (Number.isInteger(rank) && rank >= 0 && rank <= LARGEST_RANK) return rank;
  throw new Rejected('out-of-range', { pointer: lineId === undefined ? pointer : `${pointer}/${escaped(lineId)}` });
}

const unknownLine = (pointer: string, lineId: string): Rejected =>
  new Rejected('unknown-line', { pointer, facts: { lineId } });

/** A key as a token of a JSON pointer (RFC 6901 §3). */
const escaped = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

/** Lines that need nothing, and those a source is kept from, get no arc, but count among the lines it may fund. */
function suppliesOf(sources: readonly ReadSource[], lines: readonly FundingLine[]): Supply[] {
  let needy = 0;
  const nodeOf = lines.map(({ amount }) => (amount > 0n ? needy++ : -1));
  return sources.map(({ amount, mayFund, ranks, keptFrom }) => {
    const open = mayFund
      .map((line, at) => ({ id: lines[line]!.id, node: nodeOf[line]!, rank: ranks[at]! }))
      .filter(({ id, node }) => node >= 0 && !keptFrom.has(id));
    return {
      amount: Number(amount),
      degree: mayFund.length,
      lines: open.map(({ node }) => node),
      ranks: open.map(({ rank }) => rank),
    };
  });
}

function planOf(
  reading: Reading,
  sources: readonly ReadSource[],
  lines: readonly FundingLine[],
  network: Network,
  flows: Float64Array,
): FundingPlan {
  const { pairs, tails, heads } = network;
  const assignments: { sourceId: string; lineId: string; amount: Fen }[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    if (flows[pair] === 0) continue;
    const [source, line] = [sources[tails[pair]!]!, lines[heads[pair]! - sources.length]!];
    assignments.push({ sourceId: source.id, lineId: line.id, amount: BigInt(flows[pair]!) });
  }
  const rest = (arc: number): Fen => BigInt(flows[arc]!);
  const unused = sources
    .map(({ id }, index) => ({ sourceId: id, amount: rest(pairs + index) }))
    .filter(({ amount }) => amount > 0n);
  const unfunded = lines
    .map(({ id }, index) => ({ lineId: id, amount: rest(pairs + sources.length + index) }))
    .filter(({ amount }) => amount > 0n);
  const funded = total(assignments.map(({ amount }) => amount));
  const plan = { funded, assignments, unfunded, unused };
  return unfunded.length === 0 ? plan : { ...plan, certificate: shortage(reading, plan) };
}
