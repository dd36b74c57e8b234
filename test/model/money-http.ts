import { City } from '../support/city.js';
import { accepted, type Reply, type TestService } from '../support/service.js';
import {
  type Bearer,
  BOND,
  type Command,
  type CommandTo,
  type GrantCommand,
  GRANTS,
  HOUSEHOLDS,
  isOnGrant,
  ofGiver,
  type Part,
  RETENTION_DUE,
  type SchemeCommand,
  streamOf,
} from './money-commands.js';
import { ACCEPTED, BUDGET, dateOf, PARTIES, placeOf } from './money-told.js';

type Body = Record<string, unknown>;
const yuan = (amount: bigint): string => {
  const digits = String(amount < 0n ? -amount : amount).padStart(3, '0');
  return `${amount < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
};

/** One scheme of the model and its grants at the service, told apart from those of other sequences by a number. */
export class RemoteWorld {
  /** Events of each command, its own first. */
  readonly events = new Map<number, readonly string[]>();

  constructor(
    private readonly service: TestService,
    readonly no: number,
  ) {}

  get schemeId(): string {
    return `s-${this.no}`;
  }

  grantId(grant: string): string {
    return `${grant}-${this.no}`;
  }

  async found(): Promise<void> {
    const city = new City(this.service);
    await city.scheme(this.schemeId, 'c');
    const lines = BUDGET.map(({ costArea: _, ...line }) => line);
    await city.budget(this.schemeId, lines);
    await city.approve(this.schemeId);
    const started = { startedOn: '2026-01-28' };
    accepted(await this.service.post(`/v1/schemes/${this.schemeId}/construction-start`, started));
    for (const [index, [grant, { source, programme, amount }]] of Object.entries(GRANTS).entries()) {
      const fields = { level: source.replace('-grant', ''), ...(programme ? { programme } : {}) };
      const awarded = await city.grant(this.grantId(grant), yuan(amount), fields);
      this.events.set(-1 - index, awarded.body.eventIds as string[]);
    }
    const { amount, dueOn: _, couponMillionths: __, ...terms } = BOND;
    const named = { bondId: this.grantId('bond'), name: '专项债', divisionCode: '1404', occurredOn: '2026-01-10' };
    const bond = { ...named, ...terms, principal: yuan(amount), repayment: 'equal-principal' };
    const issued = accepted(await this.service.post('/v1/bonds', bond));
    this.events.set(-1 - Object.keys(GRANTS).length, issued.body.eventIds as string[]);
  }

  /** Sends a command; a crossing whose other side is late is asked again under its key until it has arrived. */
  async send(command: Command): Promise<Reply> {
    const [path, body] = this.request(command);
    const key = `${this.no}-${command.n}`;
    let reply = await this.service.post(path, { ...body, occurredOn: dateOf(command.day) }, { key });
    for (let again = 0; reply.status === 202 && again < 100; again++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      reply = await this.service.post(path, { ...body, occurredOn: dateOf(command.day) }, { key });
    }
    if (reply.status === 201) this.events.set(command.n, accepted(reply).body.eventIds as string[]);
    return reply;
  }

  private bearer({ source, reference }: Bearer): Body {
    if (reference === null || reference === 'water') return { source, ...(reference ? { reference } : {}) };
    return { source, reference: this.grantId(reference) };
  }

  private part = ({ amount, ...bearer }: Part): Body => ({ ...this.bearer(bearer), amount: yuan(amount) });

  private request(command: Command): [path: string, body: Body] {
    if (command.do === 'reverse') {
      const ids = this.events.get(command.entry) ?? ['nothing'];
      const id = ids[command.otherLeg ? ids.length - 1 : 0]!;
      return [`/v1/entries/${id}/reversal`, { reason: '有误' }];
    }
    if (command.do === 'close') throw new Error('periods are shared by all sequences');
    return isOnGrant(command) ? this.toGrant(command) : this.toScheme(command);
  }

  private toGrant(command: GrantCommand): [string, Body] {
    const sender = streamOf(command);
    const at = `/v1/${sender === 'bond' ? 'bonds' : 'grants'}/${this.grantId(sender)}`;
    if (command.do === 'carry-over') return [`${at}/carry-overs`, { fiscalYear: command.year }];
    if (command.do === 'lapse') return [`${at}/lapses`, { fiscalYear: command.year }];
    const paper = { amount: yuan(command.amount), documentNo: '长财〔2026〕1号' };
    switch (command.do) {
      case 'decompose':
        return [`${at}/decompositions`, { ...paper, divisionCode: '140403', childGrantId: this.grantId('child') }];
      case 'amend':
        return [`${at}/amendments`, { ...paper, reason: '调整' }];
      case 'return-grant':
        return [`${at}/returns`, paper];
      case 'serve': {
        const body = { amount: yuan(command.amount), dueOn: command.dueOn };
        return [`${at}/${command.of === 'interest' ? 'interest-payments' : 'principal-repayments'}`, body];
      }
      default:
        return this.toSender(at, command);
    }
  }

  private toSender(at: string, command: CommandTo<'allocate' | 'withdraw' | 'disburse'>): [string, Body] {
    const body = { schemeId: this.schemeId, amount: yuan(command.amount), ...placeOf(command) };
    if (command.do === 'allocate') return [`${at}/allocations`, body];
    if (command.do === 'withdraw') return [`${at}/allocation-withdrawals`, { ...body, reason: '调整' }];
    return [`${at}/disbursements`, { ...body, voucherNo: '拨' }];
  }

  private toScheme(command: SchemeCommand): [string, Body] {
    const at = `/v1/schemes/${this.schemeId}`;
    const { n } = command;
    switch (command.do) {
      case 'return-funds': {
        const area = placeOf(command);
        const body = { ...this.bearer(command.from), ...area, amount: yuan(command.amount), reason: '核减' };
        return [`${at}/fund-returns`, body];
      }
      case 'contribute': {
        const { form, pledge } = command;
        const on = pledge === undefined ? {} : { pledgeId: pledge };
        return [`${at}/contributions`, { contributionId: `c${n}`, form, ...offered(command), ...on }];
      }
      case 'pledge':
        return [`${at}/pledges`, { pledgeId: `g${n}`, ...offered(command) }];
      case 'withdraw-pledge':
        return [`${at}/pledges/${command.pledge}/withdrawal`, { reason: '撤回' }];
      case 'refund':
        return [`${at}/refunds`, { contributionId: command.contribution, amount: yuan(command.amount), reason: '退' }];
      case 'contract': {
        const lines = command.lines.map(({ line, amount }) => ({ lineId: line, amount: yuan(amount) }));
        return [`${at}/contracts`, { contractNo: `k${n}`, contractor: '施工单位', lines }];
      }
      case 'change': {
        const lines = [{ lineId: command.line, amount: yuan(command.amount) }];
        const body = { contractNo: command.contract, lines, reason: 'variation', documentNo: '变1' };
        return [`${at}/contract-changes`, body];
      }
      case 'settle': {
        const audited = yuan(command.audited);
        const held = { retention: yuan(command.retention), retentionDueOn: dateOf(RETENTION_DUE) };
        const lines = [{ lineId: command.line, submitted: audited, audited, ...held }];
        return [`${at}/contract-settlements`, { contractNo: command.contract, lines }];
      }
      case 'pay': {
        const { line, from, contract, operation, held } = command;
        const amount = yuan(from.reduce((sum, part) => sum + part.amount, 0n));
        const named = contract === undefined ? {} : { contractNo: contract };
        const body = { paymentId: `p${n}`, lineId: line, amount, from: from.map(this.part), ...named };
        const nature = operation ? 'operation' : 'construction';
        return [
          `${at}/payments`,
          { ...body, payee: '施工单位', voucherNo: '付', nature, ...(held ? { stage: 'retention' } : {}) },
        ];
      }
      case 'refund-payment': {
        const { payment, amount, to } = command;
        const back = to === undefined ? {} : { to: to.map(this.part) };
        return [`${at}/payment-refunds`, { paymentId: payment, amount: yuan(amount), reason: '退', ...back }];
      }
      case 'substitute': {
        const { line, from, to, amount } = command;
        const both = { from: this.bearer(from), to: this.bearer(to) };
        return [`${at}/fund-substitutions`, { lineId: line, ...both, amount: yuan(amount), documentNo: '归1' }];
      }
      case 'accept':
        return [`${at}/acceptance`, { passed: true, parties: PARTIES, specialAcceptances: ACCEPTED }];
      case 'final-account':
        return [`${at}/final-account`, { documentNo: '决1' }];
      case 'adjust-share': {
        const { household: householdId, line: lineId, amount, borneBy } = command;
        const bearer = borneBy in HOUSEHOLDS ? { householdId: borneBy } : { source: borneBy };
        const body = { householdId, lineId, amount: yuan(amount), reason: 'hardship', borneBy: bearer };
        return [`${at}/share-adjustments`, body];
      }
    }
  }
}

function offered(command: CommandTo<'contribute' | 'pledge'>): Body {
  const { source, amount, payer } = command;
  const { reference } = ofGiver(source);
  const utility = reference === null ? {} : { utility: reference };
  const named = payer === undefined ? {} : { payer: { householdId: payer } };
  return { source, amount: yuan(amount), ...placeOf(command), ...utility, ...named };
}
