import {
  type Area,
  type Bearer,
  GIVERS,
  type HouseholdId,
  HOUSEHOLD_IDS,
  type LineId,
  LINE_IDS,
  LINES,
  ofGiver,
  ofSender,
  SCHEME,
  SENDER_IDS,
  type SenderId,
} from './money-commands.js';
import { at, type Books, nameOf, sum } from './money-oracle-book.js';
import { shares } from './money-oracle-closing.js';
import { came, committed, isWithdrawn } from './money-oracle-promises.js';
import { contractedOn, freeOf, grantOf, poolOf, unsentOf } from './money-oracle-rules.js';
import { stillDue } from './money-oracle-year.js';
import type { World } from './money-world.js';

const AREAS = ['public-area', 'in-building'] as const;
const colons = (...parts: readonly (string | null)[]): string => parts.filter((part) => part !== null).join(':');

/** Whatever the service says of money is what the oracle's own sums say; nothing is overdrawn, every book at zero. */
export function wrongIn(books: Books, world: World): readonly string[] {
  const held = new Held(books, world);
  for (const sender of SENDER_IDS) held.sender(sender);
  for (const giver of GIVERS) for (const area of AREAS) held.bearer(ofGiver(giver), area);
  for (const line of LINE_IDS) held.line(line);
  for (const household of HOUSEHOLD_IDS) held.household(household);
  held.bond();
  held.surplus();
  held.nothingElse();
  return held.wrong;
}

class Held {
  readonly wrong: string[] = [];
  private readonly seen = new Set<string>();
  private readonly split;
  private readonly bornes;

  constructor(
    private readonly books: Books,
    private readonly world: World,
  ) {
    this.split = world.ledger.split();
    this.bornes = world.ledger.shares().shares;
  }

  private same(what: string, told: bigint, expected: bigint): void {
    if (told !== expected) this.wrong.push(`${what} is ${told}, should be ${expected}`);
  }

  private notBelowZero(what: string, amount: bigint): void {
    if (amount < 0n) this.wrong.push(`${what} is ${amount}`);
  }

  private account(path: string, expected: bigint): void {
    this.seen.add(path);
    this.same(path, this.world.ledger.balances.get(path) ?? 0n, expected);
  }

  sender(sender: SenderId): void {
    const book = grantOf(this.books, sender);
    const isBond = sender === 'bond';
    const kind = isBond ? 'bond' : 'grant';
    this.notBelowZero(`available of ${sender}`, freeOf(book));
    this.notBelowZero(`lapsed of ${sender}`, book.lapsed);
    this.account(`budget:${kind}:${sender}`, freeOf(book));
    if (!isBond) this.account(`budget:lapsed:${sender}`, book.lapsed);
    this.account(`cash:${kind}:${sender}`, -sum(book.disbursed.values()));
    for (const area of AREAS) {
      this.notBelowZero(`unsent of ${sender} ${area}`, unsentOf(book, area));
      const bearer = ofSender(sender);
      this.account(colons('budget:scheme', SCHEME, bearer.source, sender, area), at(book.allocated, area));
      this.bearer(bearer, area);
    }
    const named = isBond ? colons('bond', sender) : sender;
    this.account(colons('cash:in-transit', named, SCHEME), 0n);
    this.account(colons('cash:in-transit', SCHEME, named), 0n);
  }

  /** Its account, and its row of the split. */
  bearer(bearer: Bearer, area: Area): void {
    const own = (one: Bearer & { area: Area }) => nameOf(one) === nameOf(bearer) && one.area === area;
    const pool = poolOf(this.books, bearer, area);
    const what = `${nameOf(bearer)} ${area}`;
    this.notBelowZero(`pool of ${what}`, pool);
    this.account(colons('cash:scheme', SCHEME, bearer.source, bearer.reference, area), pool);
    const inKind = came(this.books, { inKind: true, of: own });
    this.account(colons('in-kind:scheme', SCHEME, bearer.source, bearer.reference, area), inKind);
    const row = this.split.bySource.find(
      ({ source, reference, costArea }) =>
        costArea === area && nameOf(bearer) === nameOf({ source, reference } as Bearer),
    );
    this.same(`inKind of ${what}`, row?.inKind ?? 0n, inKind);
    this.same(`committed of ${what}`, row?.committed ?? 0n, committed(this.books, bearer, area));
    this.same(`available of ${what}`, (row?.received ?? 0n) - (row?.paid ?? 0n), pool);
    const direct = came(this.books, { inKind: false, of: (one) => own(one) && one.form === 'direct-payment' });
    this.same(`received of ${what}`, row?.received ?? 0n, this.books.received(bearer, area) + direct);
  }

  line(line: LineId): void {
    const paid = this.books.paidOn(line);
    const spent = paid + this.books.directOn(line);
    this.account(`cash:paid:${SCHEME}:${line}`, spent);
    this.notBelowZero(`left on ${line}`, LINES[line].amount - spent);
    this.notBelowZero(`paid on ${line}`, paid);
    const row = this.split.byLine.find(({ lineId }) => lineId === line)!;
    this.same(`budget of ${line}`, row.budget, LINES[line].amount);
    this.same(`paid of ${line}`, row.paid, spent);
    this.same(`contracted of ${line}`, row.contracted, contractedOn(this.books, line));
    let settled = 0n;
    for (const entry of this.books.standing('settlement')) if (entry.line === line) settled += entry.audited;
    this.same(`settled of ${line}`, row.settled, settled);
    const own = shares(this.books, line);
    for (const id of HOUSEHOLD_IDS)
      this.same(`share of ${id} in ${line}`, this.bornes.get(id)?.get(line) ?? 0n, own[id]);
  }

  household(household: HouseholdId): void {
    const told = (measure: string) => this.world.ledger.ofHouseholds.get(`${household}|${measure}`) ?? 0n;
    const own = ({ payer }: { payer?: HouseholdId }) => payer === household;
    let promised = 0n;
    for (const { pledge } of this.books.standing('pledge'))
      if (own(pledge) && !isWithdrawn(this.books, pledge)) promised += pledge.amount;
    this.same(`pledged of ${household}`, told('pledged'), promised);
    this.same(`paid of ${household}`, told('received'), came(this.books, { inKind: false, of: own }));
  }

  bond(): void {
    for (const kind of ['interest', 'principal'] as const) {
      let paid = 0n;
      for (const entry of this.books.standing('service')) if (entry.of === kind) paid += entry.amount;
      this.account(`cash:bond:bond:${kind === 'interest' ? 'interest' : 'repaid'}`, paid);
      for (const entry of this.books.standing('service'))
        this.notBelowZero(`due of ${entry.dueOn}`, stillDue(this.books, entry.of, entry.dueOn));
    }
  }

  /** The final account was told what was left of each source when it was approved. */
  surplus(): void {
    for (const entry of this.books.standing('final-account')) {
      const told = this.world
        .surplusOf(entry.n)
        .map(({ source, reference, costArea, amount, action }) =>
          [nameOf({ source, reference } as Bearer), costArea, amount, action].join(' '),
        );
      if (told.sort().join() !== entry.surplus.join())
        this.wrong.push(`surplus is ${told.join()}, should be ${entry.surplus.join()}`);
    }
  }

  /** Accounts nobody asked about hold what is outside, what is promised, and nothing in transit; each book is at zero. */
  nothingElse(): void {
    const left = new Map<string, bigint>();
    for (const [path, amount] of this.world.ledger.balances) {
      const book = path.slice(0, path.indexOf(':'));
      left.set(book, (left.get(book) ?? 0n) + amount);
      if (!this.seen.has(path) && /:in-transit:|^cash:scheme:|^in-kind:scheme:/.test(path)) this.same(path, amount, 0n);
    }
    for (const [book, amount] of left) this.same(`the book ${book}`, amount, 0n);
  }
}
