import { specification } from '../../test/support/given.js';
import { approvalDecider, type ApprovalEvent, type Request } from './approval.decider.js';

const given = specification(approvalDecider);
const REQUEST: Request = {
  approvalId: 'a1',
  divisionCode: '140403',
  path: '/v1/schemes',
  body: { schemeId: 's' },
  rules: ['R01a'],
  reason: '会议纪要',
  requestedBy: 'clerk',
  requestedRole: 'recorder',
  requestedDivision: '1404',
  requestCommandId: 'c1',
  requestFingerprint: 'f1',
};
const on = { occurredOn: '2026-06-01' };
const requested: ApprovalEvent = { type: 'ApprovalRequested', data: { ...REQUEST, ...on } };
const granted: ApprovalEvent = {
  type: 'ApprovalGranted',
  data: { ...on, approvalId: 'a1', grantedBy: 'boss', request: { ...REQUEST, ...on } as Request },
};
const refused: ApprovalEvent = {
  type: 'ApprovalRefused',
  data: { ...on, approvalId: 'a1', refusedBy: 'boss', reason: '不符' },
};

describe('An approval', () => {
  it('keeps the whole command that waits', () => {
    given()
      .when({ type: 'RequestApproval', data: { ...REQUEST, ...on } })
      .then(requested);
  });

  it('is granted by a second person, with the command to carry out', () => {
    given(requested).when({ type: 'GrantApproval', data: on, by: 'boss' }).then(granted);
  });

  it('is refused by a second person, with a reason', () => {
    given(requested)
      .when({ type: 'RefuseApproval', data: { ...on, reason: '不符' }, by: 'boss' })
      .then(refused);
  });

  it('is neither granted nor refused by who asked, also when it is decided', () => {
    const own = { type: 'GrantApproval', data: on, by: 'clerk' } as const;
    given(requested).when(own).thenRejected('same-person');
    given(requested, granted).when(own).thenRejected('same-person');
    given(requested)
      .when({ type: 'RefuseApproval', data: { ...on, reason: '不' }, by: 'clerk' })
      .thenRejected('same-person');
  });

  it('is decided once', () => {
    for (const decided of [granted, refused]) {
      given(requested, decided).when({ type: 'GrantApproval', data: on, by: 'boss' }).thenRejected('approval-decided');
      given(requested, decided)
        .when({ type: 'RefuseApproval', data: { ...on, reason: '不' }, by: 'boss' })
        .thenRejected('approval-decided');
    }
  });

  it('fails once where its command cannot be carried out', () => {
    const failure = { ...on, code: 'already-exists', details: {} } as const;
    const failed: ApprovalEvent = { type: 'ApprovalFailed', data: { ...failure, approvalId: 'a1' } };
    given(requested, granted).when({ type: 'FailApproval', data: failure }).then(failed);
    given(requested, granted, failed).when({ type: 'FailApproval', data: failure }).thenNothing();
    given(requested, granted, failed)
      .when({ type: 'GrantApproval', data: on, by: 'boss' })
      .thenRejected('approval-decided');
  });
});
