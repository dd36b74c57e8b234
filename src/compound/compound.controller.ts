import { Body, Controller, Param } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { deterministicId } from '../kernel/ids.js';
import type { Answer } from '../platform/commands/command-desk.js';
import type { Invocation } from '../platform/commands/invocation.js';
import { Problem } from '../platform/http/problem.js';
import { recorded } from '../platform/http/recorded.dto.js';
import { Invoked, MIB, Records } from '../platform/http/routes.js';
import { CorrectCompoundDto, RegisterCompoundDto, RegisterHouseholdsDto } from './compound.dto.js';
import { ChangeCompound } from './compound.handlers.js';

type Path = { compoundId: string };

@ApiTags('compounds')
@Controller('v1/compounds')
export class CompoundController {
  constructor(private readonly commands: CommandBus) {}

  /** 登记小区 */
  @Records('/')
  register(@Param() _: object, @Body() body: RegisterCompoundDto, @Invoked() by: Invocation): Promise<Answer> {
    const compoundId = body.compoundId ?? deterministicId('compound', by.commandId);
    const data = { ...recorded(body), compoundId, locality: body.locality ?? ('city' as const) };
    return this.commands.execute(new ChangeCompound(compoundId, { type: 'RegisterCompound', data }, by));
  }

  /** 更正小区或户的登记 */
  @Records(':compoundId/corrections', { bodyLimit: 2 * MIB })
  correct(@Param() { compoundId }: Path, @Body() body: CorrectCompoundDto, @Invoked() by: Invocation): Promise<Answer> {
    const {
      households = [],
      reason,
      occurredOn,
      documentNo,
      documentNoOriginal,
      note,
      attachments,
      ...changes
    } = recorded(body);
    if (households.length === 0 && Object.keys(changes).length === 0)
      throw new Problem('invalid-field', { errors: [{ pointer: '', code: 'atLeastOne' }] });
    const noted = { reason, occurredOn, documentNo, documentNoOriginal, note, attachments };
    const data = { ...(noted as typeof noted & object), changes, households } as never;
    return this.commands.execute(new ChangeCompound(compoundId, { type: 'CorrectCompound', data }, by));
  }

  /** 登记户 */
  @Records(':compoundId/households', { bodyLimit: 2 * MIB })
  registerHouseholds(
    @Param() { compoundId }: Path,
    @Body() body: RegisterHouseholdsDto,
    @Invoked() by: Invocation,
  ): Promise<Answer> {
    const households = body.households.map((household, index) => ({
      ...household,
      householdId: household.householdId ?? deterministicId('household', by.commandId, String(index)),
      use: household.use ?? ('residential' as const),
    }));
    const data = { ...recorded(body), households };
    return this.commands.execute(new ChangeCompound(compoundId, { type: 'RegisterHouseholds', data }, by));
  }
}
