import { fen } from '../kernel/money.js';
import { DatedDto } from '../platform/http/recorded.dto.js';
import {
  HasDistinct,
  Holds,
  IsAmount,
  IsBusinessDate,
  IsId,
  IsMark,
  IsOneOf,
  IsParts,
  IsPositiveAmount,
  IsSignedAmount,
  IsText,
  Optional,
  OptionalWhen,
  Required,
} from '../platform/http/validators.js';
import { CONTRACT_ROLES, type ContractRole } from './scheme-state.decider.js';

const MOST_LINES = 1_000;

export class ContractLineDto {
  @IsId()
  readonly lineId!: string;

  @IsPositiveAmount()
  readonly amount!: string;
}

export class AwardContractDto extends DatedDto {
  @IsMark()
  readonly contractNo!: string;

  @IsText()
  readonly contractor!: string;

  @IsParts(() => ContractLineDto, MOST_LINES)
  @HasDistinct('lineId')
  readonly lines!: ContractLineDto[];

  @Optional()
  @IsOneOf(CONTRACT_ROLES)
  readonly role?: ContractRole;

  @Optional()
  @IsText()
  readonly procurementMethod?: string;
}

export class ContractChangeLineDto {
  @IsId()
  readonly lineId!: string;

  @IsSignedAmount()
  readonly amount!: string;
}

export class ChangeContractDto extends DatedDto {
  @IsMark()
  readonly contractNo!: string;

  @IsParts(() => ContractChangeLineDto, MOST_LINES)
  @HasDistinct('lineId')
  readonly lines!: ContractChangeLineDto[];

  @IsOneOf(['variation', 'price-adjustment', 'omission'])
  readonly reason!: string;

  @Required()
  @IsMark()
  override readonly documentNo!: string;
}

export class SettledLineDto {
  @IsId()
  readonly lineId!: string;

  @IsAmount()
  readonly submitted!: string;

  @IsAmount()
  @Holds('withinAmount', (line: SettledLineDto) => fen(line.audited) <= fen(line.submitted))
  readonly audited!: string;

  @Optional()
  @IsAmount()
  @Holds('withinAmount', (line: SettledLineDto) => fen(line.retention!) <= fen(line.audited))
  readonly retention?: string;

  @OptionalWhen((line: SettledLineDto) => line.retention === undefined || line.retention === '0.00')
  @IsBusinessDate()
  readonly retentionDueOn?: string;
}

export class SettleContractDto extends DatedDto {
  @IsMark()
  readonly contractNo!: string;

  @IsParts(() => SettledLineDto, MOST_LINES)
  @HasDistinct('lineId')
  readonly lines!: SettledLineDto[];
}
