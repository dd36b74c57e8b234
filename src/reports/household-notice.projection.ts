import type { Household } from '../compound/compound.decider.js';
import { byCodePoint } from '../kernel/ids.js';
import { type ShareRow, sharesTotal, shownShares } from '../ledger/household-rows.projection.js';

/** 分户出资公示表: where the flat is and what it bears. Nobody's name is in it, because none is recorded here. */
export function householdNotice(rows: readonly ShareRow[], households: ReadonlyMap<string, Household>) {
  const items = rows.map((row) => {
    const flat = households.get(row.householdId);
    return {
      householdId: row.householdId,
      buildingNo: flat?.buildingNo ?? null,
      entranceNo: flat?.entranceNo ?? null,
      floor: flat?.floor ?? null,
      roomNo: flat?.roomNo ?? null,
      floorAreaM2: flat?.floorAreaM2 ?? null,
      ...shownShares(row),
    };
  });
  return { items: items.sort(byPlace), total: sharesTotal(rows) };
}

type Place = {
  readonly householdId: string;
  readonly buildingNo: string | null;
  readonly entranceNo: string | null;
  readonly floor: number | null;
  readonly roomNo: string | null;
};
/** As one walks through the compound. */
const byPlace = (a: Place, b: Place): number =>
  byCodePoint(a.buildingNo ?? '', b.buildingNo ?? '') ||
  byCodePoint(a.entranceNo ?? '', b.entranceNo ?? '') ||
  (a.floor ?? 0) - (b.floor ?? 0) ||
  byCodePoint(a.roomNo ?? '', b.roomNo ?? '') ||
  byCodePoint(a.householdId, b.householdId);

type Report = ReturnType<typeof householdNotice>;

/** The form on paper: its fixed headings, the total last. */
export const noticeRows = ({ items, total }: Report): object[] => [
  ...items.map((item) => ({
    ...{ 户号: item.householdId, 楼栋: item.buildingNo ?? '', 单元: item.entranceNo ?? '' },
    ...{ 楼层: item.floor === null ? '' : String(item.floor), 房号: item.roomNo ?? '' },
    '建筑面积(㎡)': item.floorAreaM2 ?? '',
    ...amounts(item),
  })),
  { 户号: '合计', 楼栋: '', 单元: '', 楼层: '', 房号: '', '建筑面积(㎡)': '', ...amounts(total) },
];

const amounts = ({ share, pledged, paid, outstanding, overdue }: Report['total']) => ({
  ...{ 应出资: share, 已认缴: pledged, 已出资: paid, 尚欠: outstanding, 逾期: overdue },
});
