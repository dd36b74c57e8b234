import type { Fen } from '../kernel/money.js';
import { type CostArea, WORK_ITEMS, type WorkItem } from '../policy/work-item.js';
import { type CompoundRow, PLANS, type Rates, type Stage, STAGES } from './demo-data.js';
import { later, money } from './demo-step.js';

export type Flat = { readonly householdId: string; readonly body: object; readonly areaM2: bigint };
export type Line = {
  readonly lineId: string;
  readonly workItem: WorkItem;
  readonly costArea: CostArea;
  readonly amount: Fen;
};
/** A compound and its scheme with everything worked out that its table row only names. */
export type Site = {
  readonly row: CompoundRow;
  readonly schemeId: string;
  /** Path of the scheme's commands. */
  readonly at: string;
  readonly flats: readonly Flat[];
  /** Hundredths of a square metre. */
  readonly areaM2: bigint;
  readonly lines: readonly Line[];
  /** The date so many days after the scheme was drawn up. */
  readonly day: (days: number) => string;
  readonly has: (stage: Stage) => boolean;
};
/** Floor areas of the flats, in hundredths of a square metre, one after the other. */
const FLAT_AREAS = [5_230n, 6_845n, 7_520n, 8_860n];
const MEAN_FLAT_AREA = 7_305n;

export function siteOf(row: CompoundRow, index: number): Site {
  const buildings = buildingsOf(row);
  const flats = row.register === 'registered' ? flatsOf(buildings) : [];
  const areaM2 =
    flats.length > 0 ? flats.reduce((sum, flat) => sum + flat.areaM2, 0n) : BigInt(householdsOf(row)) * MEAN_FLAT_AREA;
  const start = later(`${row.planYear}-02-01`, index);
  return {
    row,
    flats,
    areaM2,
    schemeId: `scheme-${row.id}`,
    at: `schemes/scheme-${row.id}`,
    lines: linesOf(PLANS[row.plan], areaM2),
    day: (days) => later(start, days),
    has: (stage) => STAGES.indexOf(row.stage) >= STAGES.indexOf(stage),
  };
}

/** 5230n → "52.30": hundredths are to metres what fen are to yuan. */
export const metres = money;
export const buildingsOf = ({ buildings }: CompoundRow) =>
  buildings.split(' ').map((text, index) => {
    const [floors, entrances] = text.split('x').map(Number) as [number, number];
    return { buildingNo: String(index + 1), floors, entrances };
  });

function flatsOf(buildings: ReturnType<typeof buildingsOf>): Flat[] {
  const flats: Flat[] = [];
  for (const { buildingNo, floors, entrances } of buildings)
    for (let entrance = 1; entrance <= entrances; entrance++)
      for (let floor = 1; floor <= floors; floor++)
        for (const room of [1, 2]) {
          const householdId = `h${String(flats.length + 1).padStart(3, '0')}`;
          const areaM2 = FLAT_AREAS[(Number(buildingNo) + entrance + room) % FLAT_AREAS.length]!;
          const place = { buildingNo, entranceNo: String(entrance), floor, roomNo: `${floor}0${room}` };
          const ownership = flats.length % 5 === 0 ? 'sold-public-housing' : 'commodity';
          const owner = ownership === 'commodity' ? {} : { ownerUnitId: 'demo-housing-unit' };
          flats.push({
            householdId,
            areaM2,
            body: { householdId, ...place, floorAreaM2: metres(areaM2), ownership, ...owner },
          });
        }
  return flats;
}

/** Yuan a square metre times hundredths of a square metre is fen. */
const linesOf = (rates: Rates, areaM2: bigint): Line[] =>
  rates.map(([workItem, yuanPerM2], index) => ({
    lineId: `L${String(index + 1).padStart(2, '0')}`,
    workItem,
    costArea: WORK_ITEMS[workItem].costArea ?? 'public-area',
    amount: areaM2 * BigInt(yuanPerM2),
  }));

/** Flats of the whole compound, two on every landing. */
export const householdsOf = (row: CompoundRow): number =>
  buildingsOf(row).reduce((sum, { floors, entrances }) => sum + floors * entrances * 2, 0);
