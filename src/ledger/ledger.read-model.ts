import { COMMAND_REFUSED } from '../platform/commands/refusal.js';
import type { RecordedEvent } from '../platform/event-store/codec.js';
import { type Incoming, ReadModel, type Writer } from '../platform/projections/read-model.js';
import type { ReversedData } from '../kernel/facts.js';
import type { Fen } from '../kernel/money.js';
import type { BondEvent } from '../bond/bond-state.decider.js';
import type { GrantEvent } from '../grant/grant-state.decider.js';
import type { SchemeEvent } from '../scheme/scheme-state.decider.js';
import { bondPostings } from './bond.postings.js';
import type { FundEvent } from '../maintenance-fund/maintenance-fund-state.decider.js';
import { grantPostings } from './grant.postings.js';
import { maintenanceFundPostings } from './maintenance-fund.postings.js';
import { assertBalanced, type Marks, type Posting } from './posting.postings.js';
import { schemePostings } from './scheme.postings.js';

/** Every posting with both clocks, and the division of both ends of the movement. */
export class LedgerReadModel extends ReadModel {
  readonly name = 'ledger_v1';
  readonly tables = ['ledger_v1_postings', 'ledger_v1_streams', 'ledger_v1_sub_accounts', 'ledger_v1_schemes'];
  readonly schema = `
    CREATE TABLE ledger_v1_streams (stream TEXT PRIMARY KEY, division TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE ledger_v1_postings (
      position    INTEGER NOT NULL,
      leg         INTEGER NOT NULL,
      occurred_on TEXT NOT NULL,
      book        TEXT NOT NULL,
      account     TEXT NOT NULL,
      amount      INTEGER NOT NULL,
      division    TEXT NOT NULL,
      other_end   TEXT NOT NULL,
      measure     TEXT,
      scheme_id   TEXT,
      grant_id    TEXT,
      source      TEXT,
      reference   TEXT,
      cost_area   TEXT,
      line_id     TEXT,
      item        TEXT,
      household_id TEXT,
      fund_id     TEXT,
      unit_id     TEXT,
      PRIMARY KEY (position, leg)
    ) STRICT, WITHOUT ROWID;
    -- Covering: a split is summed from it alone, in its own order.
    CREATE INDEX ledger_v1_by_scheme ON ledger_v1_postings
      (scheme_id, measure, source, reference, cost_area, line_id, item, occurred_on, amount) WHERE scheme_id IS NOT NULL;
    CREATE INDEX ledger_v1_by_grant ON ledger_v1_postings (grant_id) WHERE grant_id IS NOT NULL;
    CREATE INDEX ledger_v1_by_reference ON ledger_v1_postings (reference) WHERE reference IS NOT NULL;
    CREATE INDEX ledger_v1_by_fund ON ledger_v1_postings (fund_id, measure)
      WHERE fund_id IS NOT NULL AND household_id IS NULL AND unit_id IS NULL;
    -- Covering: the sub-accounts of a fund are summed from it alone, in its own order.
    CREATE INDEX ledger_v1_by_sub_account ON ledger_v1_postings
      (fund_id, household_id, unit_id, measure, item, occurred_on, amount) WHERE fund_id IS NOT NULL;
    -- Covering: a draw over thousands of households is read from it alone.
    CREATE INDEX ledger_v1_by_draw ON ledger_v1_postings
      (fund_id, reference, household_id, unit_id, measure, item, occurred_on, amount)
      WHERE fund_id IS NOT NULL AND reference IS NOT NULL;
    CREATE INDEX ledger_v1_by_due ON ledger_v1_postings (fund_id) WHERE measure = 'due';
    -- The postings of each sub-account of a fund added up to the newest: decades of thousands of households at one look.
    CREATE TABLE ledger_v1_sub_accounts (
      fund_id TEXT NOT NULL, household_id TEXT NOT NULL, unit_id TEXT NOT NULL, measure TEXT NOT NULL, item TEXT NOT NULL,
      amount INTEGER NOT NULL, first_on TEXT NOT NULL, last_on TEXT NOT NULL, last_position INTEGER NOT NULL,
      PRIMARY KEY (fund_id, household_id, unit_id, measure, item)
    ) STRICT, WITHOUT ROWID;
    -- The last event that could change a figure of each scheme, and the last day of any: until then a split stays what it is.
    CREATE TABLE ledger_v1_schemes (scheme_id TEXT PRIMARY KEY, last_position INTEGER NOT NULL, last_on TEXT NOT NULL)
      STRICT, WITHOUT ROWID;
    CREATE INDEX ledger_v1_by_account ON ledger_v1_postings (account);
  `;

  apply({ stored, event }: Incoming, write: Writer): void {
    if (stored.type === COMMAND_REFUSED) return;
    const recorded = event();
    const division = this.divisionOf(recorded, write);
    const postings = assertBalanced(postingsOf(recorded));
    for (const schemeId of schemesIn(recorded, postings)) touch(schemeId, recorded, write);
    if (postings.length === 0) return;
    const otherEnd = otherStream(recorded)
      .map((stream) => lookUp(stream, write))
      .find((found) => found !== undefined);
    const ends: [string, string] = [division, otherEnd ?? childDivision(recorded) ?? division];
    postings.forEach((posting, leg) => insert(posting, leg, recorded, ends, write));
  }

  private divisionOf({ stream, data }: RecordedEvent, write: Writer): string {
    const known = lookUp(stream, write);
    const told = (data['divisionCode'] ?? (data['changes'] as { divisionCode?: unknown } | undefined)?.divisionCode) as
      string | undefined;
    // A child's code inside a decomposition is the child's, not the grant's.
    if (known !== undefined && (told === undefined || data['childGrantId'] !== undefined)) return known;
    const division = told ?? '';
    write.run('INSERT OR REPLACE INTO ledger_v1_streams (stream, division) VALUES (?, ?)', stream, division);
    return division;
  }
}

const ENTRY_REVERSED = 'EntryReversed';
const negated = (posting: Posting): Posting => ({ ...posting, amount: -posting.amount });

/** The one definition of every figure. */
export function postingsOf(event: Pick<RecordedEvent, 'stream' | 'type' | 'data'>): readonly Posting[] {
  if (event.type === ENTRY_REVERSED) {
    const { reverses } = event.data as unknown as ReversedData;
    return reverses.flatMap((entry) => postingsOf({ ...event, ...entry } as unknown as RecordedEvent).map(negated));
  }
  const category = event.stream.slice(0, event.stream.indexOf('-'));
  switch (category) {
    case 'scheme':
      return schemePostings(event as unknown as SchemeEvent);
    case 'bond':
      return bondPostings(event as unknown as BondEvent);
    case 'grant':
      return grantPostings(event as unknown as GrantEvent);
    case 'maintenanceFund':
      return maintenanceFundPostings(event as unknown as FundEvent);
    default:
      return [];
  }
}

function otherStream({ stream, data }: RecordedEvent): string[] {
  const reversed = (data['reverses'] as { data: RecordedEvent['data'] }[] | undefined)?.[0];
  if (reversed) return otherStream({ stream, data: reversed.data } as RecordedEvent);
  if (typeof data['childGrantId'] === 'string') return [`grant-${data['childGrantId']}`];
  if (/^(grant|bond)-/.test(stream) && typeof data['schemeId'] === 'string') return [`scheme-${data['schemeId']}`];
  if (typeof data['parentGrantId'] === 'string') return [`grant-${data['parentGrantId']}`];
  if (typeof data['reference'] === 'string')
    return [data['source'] === 'special-bond' ? `bond-${data['reference']}` : `grant-${data['reference']}`];
  return [];
}

/** The first decomposition makes its child: nothing is known of it yet but what the fact itself says. */
const childDivision = ({ data }: RecordedEvent): string | undefined =>
  typeof data['childGrantId'] === 'string' ? (data['divisionCode'] as string | undefined) : undefined;

const lookUp = (stream: string, write: Writer): string | undefined =>
  write.get<{ division: string }>('SELECT division FROM ledger_v1_streams WHERE stream = ?', stream)?.division;

/** Schemes whose figures an event may change: its own stream's, and those its postings are marked with. */
function schemesIn({ stream }: RecordedEvent, postings: readonly Posting[]): ReadonlySet<string> {
  const marked = postings.flatMap(({ marks }) => marks.schemeId ?? []);
  return new Set(stream.startsWith(SCHEME) ? [stream.slice(SCHEME.length), ...marked] : marked);
}
const SCHEME = 'scheme-';

const TOUCH = `INSERT INTO ledger_v1_schemes VALUES (?, ?, ?)
  ON CONFLICT DO UPDATE SET last_position = excluded.last_position, last_on = max(last_on, excluded.last_on)`;

const touch = (schemeId: string, { position, data }: RecordedEvent, write: Writer): void =>
  write.run(TOUCH, schemeId, position, data.occurredOn);

const COLUMNS = 19;
const INSERT = `INSERT INTO ledger_v1_postings VALUES (${Array.from({ length: COLUMNS }, () => '?').join(', ')})`;

function insert(
  { book, account, amount, marks }: Posting,
  leg: number,
  event: RecordedEvent,
  [division, otherEnd]: [string, string],
  write: Writer,
): void {
  write.run(
    INSERT,
    event.position,
    leg,
    event.data.occurredOn,
    book,
    account,
    amount,
    division,
    otherEnd,
    marks.measure ?? null,
    marks.schemeId ?? null,
    marks.grantId ?? null,
    marks.source ?? null,
    marks.reference ?? null,
    marks.costArea ?? null,
    marks.lineId ?? null,
    marks.item ?? null,
    marks.householdId ?? null,
    marks.fundId ?? null,
    marks.unitId ?? null,
  );
  if (marks.fundId !== undefined && (marks.householdId ?? marks.unitId) !== undefined)
    addUp(amount, marks, event, write);
}

const ADD_UP = `INSERT INTO ledger_v1_sub_accounts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET amount = amount + excluded.amount, first_on = min(first_on, excluded.first_on),
    last_on = max(last_on, excluded.last_on), last_position = excluded.last_position`;

function addUp(amount: Fen, marks: Marks, { position, data: { occurredOn: on } }: RecordedEvent, write: Writer): void {
  const { fundId, householdId = '', unitId = '', measure = '', item = '' } = marks;
  write.run(ADD_UP, fundId!, householdId, unitId, measure, item, amount, on, on, position);
}
