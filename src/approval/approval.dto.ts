import { SelfDatedDto } from '../platform/http/recorded.dto.js';
import { IsLongText } from '../platform/http/validators.js';

export class GrantApprovalDto extends SelfDatedDto {}

export class RefuseApprovalDto extends SelfDatedDto {
  @IsLongText()
  readonly reason!: string;
}
