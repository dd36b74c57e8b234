import type { Decider, Decision } from '../kernel/decider.js';
import type { Identified, Noted } from '../kernel/facts.js';
import { Rejected, type RejectionCode, type RejectionDetails } from '../kernel/rejection.js';

/** The command that waits, with everything needed to run it as it was asked. */
export type Request = {
  readonly approvalId: string;
  readonly divisionCode: string;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly rules: readonly string[];
  readonly reason: string;
  readonly requestedBy: string;
  readonly requestedRole: string;
  readonly requestedDivision: string;
  readonly requestCommandId: string;
  readonly requestFingerprint: string;
};
type Told<Type extends string, Data> = { readonly type: Type; readonly data: Data & Noted };
// Events are the storage format: a type or field never changes its name or meaning, it is only joined by others.
export type ApprovalEvent = Identified &
  (
    | Told<'ApprovalRequested', Request>
    | Told<'ApprovalGranted', { approvalId: string; grantedBy: string; request: Request }>
    | Told<'ApprovalRefused', { approvalId: string; refusedBy: string; reason: string }>
    | Told<'ApprovalFailed', { approvalId: string; code: RejectionCode; details: RejectionDetails }>
  );
export type ApprovalCommand =
  | { readonly type: 'RequestApproval'; readonly data: Request & Noted }
  | { readonly type: 'GrantApproval'; readonly data: Noted; readonly by: string }
  | { readonly type: 'RefuseApproval'; readonly data: { reason: string } & Noted; readonly by: string }
  | { readonly type: 'FailApproval'; readonly data: { code: RejectionCode; details: RejectionDetails } & Noted };
export type ApprovalStatus = 'waiting' | 'granted' | 'refused' | 'failed';
export type ApprovalState = { request?: Request; status: ApprovalStatus };

/** A command that waits for a second person, and what that person said. */
export const approvalDecider: Decider<ApprovalState, ApprovalCommand, ApprovalEvent> = {
  category: 'approval',
  subject: 'approval',
  initial: () => ({ status: 'waiting' }),
  divisionOf: ({ request }) => request?.divisionCode,
  events: {
    ApprovalRequested: { version: 1, says: 'A command was put before a second person, with a reason.' },
    ApprovalGranted: { version: 1, says: 'A second person allowed it.' },
    ApprovalRefused: { version: 1, says: 'A second person refused it, with a reason.' },
    ApprovalFailed: { version: 1, says: 'It was allowed, and then could not be carried out.' },
  },
  decide,
  evolve: (state, event) => {
    switch (event.type) {
      case 'ApprovalRequested':
        state.request = event.data;
        break;
      case 'ApprovalGranted':
        state.status = 'granted';
        break;
      case 'ApprovalRefused':
        state.status = 'refused';
        break;
      case 'ApprovalFailed':
        state.status = 'failed';
        break;
    }
    return state;
  },
};

function decide(state: ApprovalState, command: ApprovalCommand): Decision<ApprovalEvent> {
  if (command.type === 'RequestApproval') return { events: [{ type: 'ApprovalRequested', data: command.data }] };
  const request = state.request!;
  const { approvalId } = request;
  if (command.type === 'FailApproval')
    return state.status === 'failed'
      ? { events: [] }
      : { events: [{ type: 'ApprovalFailed', data: { ...command.data, approvalId } }] };
  if (command.by === request.requestedBy) throw new Rejected('same-person');
  if (state.status !== 'waiting') throw new Rejected('approval-decided');
  if (command.type === 'RefuseApproval')
    return { events: [{ type: 'ApprovalRefused', data: { ...command.data, approvalId, refusedBy: command.by } }] };
  return {
    events: [{ type: 'ApprovalGranted', data: { ...command.data, approvalId, grantedBy: command.by, request } }],
  };
}
