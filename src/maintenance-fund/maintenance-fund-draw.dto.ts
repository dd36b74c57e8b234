import { DatedDto } from '../platform/http/recorded.dto.js';
import {
  Holds,
  IsFlag,
  IsId,
  IsLongText,
  IsMark,
  IsOneOf,
  IsPart,
  IsPositiveAmount,
  IsText,
  OnlyWhen,
  Optional,
  OptionalWhen,
  Required,
} from '../platform/http/validators.js';
import {
  ASSET_OWNERS,
  type AssetOwner,
  COST_AREAS,
  type CostArea,
  WORK_ITEM_CODES,
  type WorkItem,
} from '../policy/work-item.js';
import { isOneScope, ScopeDto } from '../scheme/scheme.dto.js';
import { VoteDto } from './maintenance-fund.dto.js';
import { EMERGENCIES, EXCLUSIONS } from './maintenance-fund-state.decider.js';

export class EmergencyDto {
  @IsOneOf(EMERGENCIES)
  readonly kind!: (typeof EMERGENCIES)[number];

  @IsLongText()
  readonly reason!: string;
}

export class ProposeDrawDto extends DatedDto {
  @Optional()
  @IsId()
  readonly drawId?: string;

  @IsText()
  readonly purpose!: string;

  @IsOneOf(WORK_ITEM_CODES)
  readonly workItem!: WorkItem;

  @Optional()
  @IsFlag()
  readonly commonPart?: boolean;

  @Optional()
  @IsOneOf(ASSET_OWNERS)
  readonly assetOwner?: AssetOwner;

  /** What somebody else has to pay for: refused with R14, and kept as a refusal. */
  @Optional()
  @IsOneOf(EXCLUSIONS)
  readonly exclusion?: (typeof EXCLUSIONS)[number];

  @IsPositiveAmount()
  readonly amount!: string;

  @IsPart(() => ScopeDto)
  @Holds('exactlyOne', (body: ProposeDrawDto) => isOneScope(body.scope))
  readonly scope!: ScopeDto;

  @Optional()
  @IsId()
  readonly schemeId?: string;

  @Optional()
  @IsPart(() => VoteDto)
  readonly vote?: VoteDto;

  /** Instead of a vote, never beside one. */
  @Optional()
  @IsPart(() => EmergencyDto)
  @OnlyWhen((body: ProposeDrawDto) => body.vote === undefined)
  readonly emergency?: EmergencyDto;
}

export class ApproveDrawDto extends DatedDto {
  @Required()
  @IsMark()
  override readonly documentNo!: string;
}

export class RejectDrawDto extends DatedDto {
  @IsLongText()
  readonly reason!: string;
}

/** To a payee, or to the scheme the draw is for. */
export class PayDrawDto extends DatedDto {
  @Optional()
  @IsText()
  @Holds('exactlyOne', (body: PayDrawDto) => body.schemeId === undefined)
  readonly payee?: string;

  @OptionalWhen((body: PayDrawDto) => body.payee !== undefined)
  @IsId()
  readonly schemeId?: string;

  /** Absent: all that is unpaid. */
  @Optional()
  @IsPositiveAmount()
  readonly amount?: string;

  @Optional()
  @IsOneOf(COST_AREAS)
  readonly costArea?: CostArea;
}

export class RefundDrawDto extends DatedDto {
  @IsPositiveAmount()
  readonly amount!: string;

  @IsLongText()
  readonly reason!: string;
}

export class CollectDueDto extends DatedDto {
  @Optional()
  @IsId()
  @Holds('exactlyOne', (body: CollectDueDto) => body.unitId === undefined)
  readonly householdId?: string;

  @OptionalWhen((body: CollectDueDto) => body.householdId !== undefined)
  @IsId()
  readonly unitId?: string;

  @IsPositiveAmount()
  readonly amount!: string;

  @IsMark()
  readonly voucherNo!: string;
}
