import { CHANGZHI_2020 } from '../policy/changzhi-2020.rules.js';
import type { GrantUse } from './demo-grants.js';
import { promises, receipts } from './demo-money.js';
import { budget, payments } from './demo-payments.js';
import { buildingsOf, householdsOf, metres, type Site } from './demo-site.js';
import { approver, clerk, percentOf, type Step } from './demo-step.js';

/** What a compound's people record, and what they take from grants. */
export type Story = { readonly steps: readonly Step[]; readonly uses: readonly GrantUse[] };

/** The special acceptances of every item that has one: the demonstration's schemes lack none. */
const SPECIAL = CHANGZHI_2020.parameters.specialAcceptances.map(({ workItem }) => workItem);

export function storyOf(site: Site): Story {
  const { has } = site;
  const received = receipts(site);
  const paid = has('building') ? payments(site, received.pools, received.direct) : { works: [], closing: [] };
  return {
    uses: received.uses,
    steps: [
      ...registration(site),
      ...drafting(site),
      ...(has('budgeted') ? [budget(site, 1, 5), ...promises(site)] : []),
      ...(has('published') ? [publication(site), ...received.early] : []),
      ...(has('consulted') ? [consultation(site)] : []),
      ...(has('approved') ? [...approval(site), ...received.steps] : []),
      ...paid.works,
      ...acceptance(site),
      ...paid.closing,
      ...handover(site),
    ],
  };
}

function registration({ row, flats, areaM2, day }: Site): Step[] {
  const { id: compoundId, name, county: divisionCode, builtYear, heritage } = row;
  const buildings = buildingsOf(row).map(({ buildingNo, floors }) => ({ buildingNo, floors, hasElevator: false }));
  const size = flats.length > 0 ? {} : { declared: { households: householdsOf(row), floorAreaM2: metres(areaM2) } };
  const body = { compoundId, name, divisionCode, builtYear, buildings, ...size, ...(heritage ? { heritage } : {}) };
  const locality = divisionCode < '140420' ? 'city' : 'county-town';
  return [
    clerk('compounds', { ...body, locality, occurredOn: day(-40) }),
    ...(flats.length === 0
      ? []
      : [
          clerk(`compounds/${compoundId}/households`, {
            households: flats.map((flat) => flat.body),
            occurredOn: day(-30),
          }),
        ]),
  ];
}

/** A compound built in 2000 or later is asked about: the text's weight lies on older ones (R01a). */
function drafting({ row, schemeId, day }: Site): Step[] {
  const body = {
    schemeId,
    compoundId: row.id,
    planYear: row.planYear,
    title: `${row.name} ${row.planYear} 改造方案`,
    centralPlan: row.mix === 'central' || row.mix === 'ndrc' || row.mix === 'overhead',
    planStage: row.stage === 'drafted' ? 'reserve' : 'planned',
    occurredOn: day(0),
  };
  if (row.builtYear < CHANGZHI_2020.parameters.builtBeforeYear) return [clerk('schemes', body)];
  const override = { rules: ['R01a'], reason: '演示：二〇〇三年建成，管网老化严重，居民改造意愿强烈' };
  return [
    clerk('schemes', body, { refused: ['needs-override', 'R01a'] }),
    clerk('schemes', { ...body, override }, { waits: 'granted' }),
  ];
}

const publication = ({ at, day }: Site): Step => clerk(`${at}/publication`, { publishedOn: day(10), endsOn: day(20) });

function consultation({ at, areaM2, day, row }: Site): Step {
  const total = householdsOf(row);
  const owners = { total, participated: Math.ceil(total * 0.9), agreed: Math.ceil(total * 0.8) };
  const area = { participated: percentOf(areaM2, 92), agreed: percentOf(areaM2, 83) };
  const tally = { total: metres(areaM2), participated: metres(area.participated), agreed: metres(area.agreed) };
  return clerk(`${at}/consultation`, { closedOn: day(25), owners, areaM2: tally });
}

function approval({ at, row, day }: Site): Step[] {
  const body = { approvedOn: day(35), documentNo: `演示住建〔${row.planYear}〕${row.id}号` };
  if (!row.heritage) return [approver(`${at}/approval`, body)];
  return [
    approver(`${at}/approval`, body, { refused: ['rule-refused', 'R21'] }),
    approver(`${at}/approval`, { ...body, heritageOpinionNo: `演示文物〔${row.planYear}〕1号` }),
  ];
}

const PARTIES = ['departments', 'specialist-units', 'street-community', 'residents'];

function acceptance({ at, row, lines, day, has }: Site): Step[] {
  const specialAcceptances = lines
    .filter(({ workItem }) => SPECIAL.includes(workItem))
    .map(({ workItem }) => ({ workItem, authority: '演示主管部门', documentNo: `演示验〔${row.planYear}〕1号` }));
  const special = specialAcceptances.length > 0 ? { specialAcceptances } : {};
  const accepted = (passed: boolean, days: number) =>
    clerk(`${at}/acceptance`, { passed, parties: PARTIES, ...special, occurredOn: day(days) });
  return [...(row.stage === 'failed' ? [accepted(false, 225)] : []), ...(has('accepted') ? [accepted(true, 240)] : [])];
}

const handover = ({ at, row, day, has }: Site): Step[] =>
  has('handed-over')
    ? [clerk(`${at}/handover`, { receiver: '演示街道办事处', archiveNo: `演示档案-${row.id}`, occurredOn: day(300) })]
    : [];
