import fc from 'fast-check';
import type { SchemeFacts } from '../../src/grant/allocation.decider.js';
import { type GrantCommand, grantDecider } from '../../src/grant/grant.decider.js';
import type { GrantEvent, GrantState } from '../../src/grant/grant-state.decider.js';
import { SECOND_PERSON } from '../../src/kernel/decider.js';
import { yuan } from '../../src/kernel/money.js';
import { Rejected } from '../../src/kernel/rejection.js';
import type { RecordedEvent } from '../../src/platform/event-store/codec.js';
import { CHANGZHI_2020 } from '../../src/policy/changzhi-2020.rules.js';
import { type Asked, DIVISIONS, GrantGiven, type Method, RECIPIENTS, type RecipientId } from './distribution-oracle.js';
import { MoneyLedger } from './money-ledger.js';
import { shown, Tally } from './tally.js';

const RUNS = Number(process.env['MODEL_RUNS'] ?? 500);
const seed = process.env['MODEL_SEED'] ? { seed: Number(process.env['MODEL_SEED']) } : {};
const tally = new Tally();

const amounts = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 200_000 })).map(BigInt);
const millionths = fc.oneof(
  { weight: 1, arbitrary: fc.constant(0n) },
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 9_999_999 }).map(BigInt) },
);
/** Weights that sum to one, mostly. */
const methods: fc.Arbitrary<Method> = fc
  .tuple(fc.subarray([...RECIPIENTS], { minLength: 1 }), fc.integer({ min: 1, max: 4 }), fc.nat(19))
  .chain(([ids, count, chance]) =>
    fc.record({
      factors: fc
        .array(
          fc.record({ weight: fc.integer({ min: 1, max: 200_000 }).map(BigInt), applyCoefficient: fc.boolean() }),
          {
            minLength: count,
            maxLength: count,
          },
        )
        .map((factors) => {
          const others = factors.slice(1).reduce((all, { weight }) => all + weight, 0n);
          const rest = 1_000_000n - others - (chance === 0 ? 1n : 0n);
          return [{ ...factors[0]!, weight: rest }, ...factors.slice(1)];
        }),
      recipients: fc.tuple(
        ...ids.map((id) =>
          fc.record({
            id: fc.constant(id),
            coefficient: fc.integer({ min: 500_000, max: 2_000_000 }).map(BigInt),
            values: fc.array(millionths, { minLength: count, maxLength: count }),
          }),
        ),
      ),
    }),
  );
const commands: fc.Arbitrary<Asked> = fc.oneof(
  fc.record({
    do: fc.constant('allocate' as const),
    to: fc.constantFrom('s1' as const, 's2' as const),
    amount: amounts,
  }),
  fc.record({
    do: fc.constant('decompose' as const),
    to: fc.constantFrom('k1' as const, 'k2' as const),
    amount: amounts,
  }),
  fc.record({ do: fc.constant('amend' as const), amount: amounts.map((amount) => 2n * amount + 250_000n) }),
  fc
    .tuple(methods, fc.nat(4))
    .map(([method, chance]) => ({ do: 'distribute' as const, isGranted: chance > 0, ...method })),
);

const facts = (schemeId: RecipientId): SchemeFacts => ({
  ...{ schemeId, divisionCode: DIVISIONS[schemeId], pack: CHANGZHI_2020, centralPlan: true, otherProgramme: false },
  workItems: ['road', 'gas-supply'],
});
const isScheme = (id: RecipientId): boolean => id.startsWith('s');

/** The decider of one grant, and what its postings say. */
class GrantWorld {
  private state: GrantState = grantDecider.initial();
  readonly ledger = new MoneyLedger();
  private no = 0;

  constructor() {
    const award = {
      grantId: 'g',
      source: 'city-grant' as const,
      amount: '3000.00',
      fiscalYear: 2026,
      directFunds: false,
    };
    const data = { ...award, budgetBook: 'general' as const, divisionCode: '1404', occurredOn: '2026-01-10' };
    this.tell([{ type: 'GrantAwarded', data }]);
  }

  private tell(events: readonly GrantEvent[]): void {
    for (const event of events) {
      const dressed = { ...event, stream: 'grant-g', eventId: `e${++this.no}` };
      this.ledger.post(dressed as unknown as RecordedEvent);
      this.state = grantDecider.evolve(this.state, dressed);
    }
  }

  run(asked: Asked): string {
    try {
      const granted = asked.do === 'distribute' && asked.isGranted ? [SECOND_PERSON] : [];
      this.tell(grantDecider.decide(this.state, told(asked), granted).events);
      return 'ok';
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      return [error.code, ...(error.details.rule === undefined ? [] : [error.details.rule])].join(' ');
    }
  }

  given(to: RecipientId): bigint {
    const path = isScheme(to) ? `budget:scheme:${to}:city-grant:g:public-area` : `budget:in-transit:g:${to}`;
    return this.ledger.balances.get(path) ?? 0n;
  }
}

function told(asked: Asked): GrantCommand {
  const on = { occurredOn: '2026-02-01', documentNo: '长财〔2026〕1号' };
  const known = { closedThrough: null, childElsewhere: false };
  if (asked.do === 'distribute') {
    const factors = asked.factors.map((factor, index) => ({ ...factor, name: `f${index}` }));
    const recipients = asked.recipients.map(({ id, ...rest }) => ({
      ...rest,
      divisionCode: DIVISIONS[id],
      ...(isScheme(id) ? { schemeId: id } : { childGrantId: id }),
    }));
    const schemes = new Map(
      asked.recipients.flatMap(({ id }) => (isScheme(id) ? [[id as string, facts(id)]] : [])) as [
        string,
        SchemeFacts,
      ][],
    );
    return { type: 'DistributeGrant', data: on, factors, recipients, known: { ...known, schemes, taken: new Set() } };
  }
  const data = { ...on, amount: yuan(asked.amount) };
  if (asked.do === 'amend') return { type: 'AmendGrant', data: { ...data, reason: '调整' }, known };
  if (asked.do === 'allocate')
    return { type: 'AllocateGrant', data: { ...data, schemeId: asked.to }, known, scheme: facts(asked.to) };
  return {
    type: 'DecomposeGrant',
    data: { ...data, childGrantId: asked.to, divisionCode: DIVISIONS[asked.to] },
    known,
  };
}

/** `hears`: a command taken for another, by a service that is wrong on purpose. */
const lives = (hears: (asked: Asked) => Asked = (asked) => asked) =>
  fc.property(fc.array(commands, { maxLength: 20, size: 'max' }), (all) => {
    const [oracle, world] = [new GrantGiven(), new GrantWorld()];
    for (const asked of all) {
      const expected = oracle.decide(asked);
      tally.count(asked.do, expected);
      const verdict = world.run(hears(asked));
      if (verdict !== expected) throw new Error(`the service says ${verdict}, the oracle ${expected}: ${shown(asked)}`);
      expect(RECIPIENTS.map((id) => world.given(id))).toEqual(RECIPIENTS.map((id) => oracle.given.get(id)));
      expect(world.ledger.balances.get('budget:grant:g')).toBe(oracle.free());
      if (asked.do === 'distribute' && verdict === 'ok') expect(oracle.free()).toBe(0n);
    }
  });

describe('random distributions of a grant, against an oracle that shares no code with the service', () => {
  it(`gives each what the method says and all of what there is, in ${RUNS} sequences`, () => {
    fc.assert(lives(), { numRuns: RUNS, ...seed });
    if (RUNS > 500) tally.report(`${RUNS} sequences`);
  }, 7_200_000);

  it('would find coefficients that are left out', () => {
    const one = 1_000_000n;
    const withoutCoefficients = (asked: Asked): Asked =>
      asked.do === 'distribute'
        ? { ...asked, recipients: asked.recipients.map((recipient) => ({ ...recipient, coefficient: one })) }
        : asked;
    expect(fc.check(lives(withoutCoefficients), { numRuns: 500, endOnFailure: true, ...seed }).failed).toBe(true);
  });

  afterAll(() => {
    expect(tally.acceptedShare()).toBeGreaterThan(0.3);
    expect(tally.neverAccepted()).toEqual([]);
  });
});
