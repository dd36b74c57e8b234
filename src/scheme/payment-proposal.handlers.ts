import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { fen, yuan } from '../kernel/money.js';
import { Rejected } from '../kernel/rejection.js';
import type { Answer } from '../platform/commands/command-desk.js';
import { DeciderRunner } from '../platform/commands/decider-runner.js';
import type { Invocation } from '../platform/commands/invocation.js';
import { Slices } from '../platform/slices.js';
import { packOf, schemeDecider } from './scheme.decider.js';
import { ChangeScheme } from './scheme.handlers.js';
import type { PaymentCommand } from './scheme-payment.decider.js';
import { proposed, proposeFrom } from './scheme-proposal.decider.js';
import { linesOf } from './scheme-state.decider.js';

type Payment = Extract<PaymentCommand, { type: 'MakePayment' }>['data'];

/** "A dry run without `from` proposes it by the plan" (4-api.md §2). */
export class ProposePayment extends Command<Answer> {
  constructor(
    readonly schemeId: string,
    readonly data: Omit<Payment, 'from'>,
    readonly by: Invocation,
  ) {
    super();
  }
}

@CommandHandler(ProposePayment)
export class ProposePaymentHandler implements ICommandHandler<ProposePayment> {
  constructor(
    private readonly commands: CommandBus,
    private readonly runner: DeciderRunner,
    private readonly slices: Slices,
  ) {}

  async execute({ schemeId, data, by }: ProposePayment): Promise<Answer> {
    const { state } = await this.runner.state(schemeDecider, schemeId);
    const isThere = linesOf(state).has(data.lineId);
    const from = isThere ? await this.slices.run(proposeFrom(state, packOf(state), data.lineId, fen(data.amount))) : [];
    // The payment itself says first what is wrong with it; that there is not enough money is told after that.
    const answer = await this.commands.execute(
      new ChangeScheme(schemeId, { type: 'MakePayment', data: { ...data, from } }, by),
    );
    const available = proposed(from);
    if (available < fen(data.amount)) {
      const facts = { lineId: data.lineId, asked: data.amount, available: yuan(available) };
      throw new Rejected('rule-refused', { rule: 'R08', policyId: state.scheme!.policyId, facts });
    }
    return { ...answer, body: { ...answer.body, from } };
  }
}
