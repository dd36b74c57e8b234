import {
  ASSET_OWNERS,
  COST_AREAS,
  UTILITIES,
  WORK_CLASSES,
  WORK_ITEMS,
  WORK_ITEM_CODES,
  isCommonPart,
  isWorkItem,
} from './work-item.js';

/** code, area, class, essential kind, common part, kind of operator. */
const WRITTEN_OUT = `
road public-area infrastructure road compound -
water-and-drainage public-area infrastructure water pipe water
power-supply public-area infrastructure power pipe power
gas-supply public-area infrastructure gas pipe gas
heating public-area infrastructure - pipe heat
telecom public-area infrastructure - pipe telecom
greening public-area infrastructure - compound -
lighting public-area infrastructure - compound -
perimeter-wall public-area infrastructure - compound -
fire-safety public-area infrastructure - compound -
security public-area infrastructure - compound -
building-door public-area infrastructure - building -
external-wall-insulation public-area infrastructure - building -
roof public-area infrastructure - building -
illegal-structure-demolition public-area infrastructure - none -
adjacent-municipal public-area infrastructure - none -
overhead-line-duct public-area infrastructure - none -
overhead-line-cutover public-area infrastructure - none telecom
elderly-and-child-care public-area service - none -
accessibility public-area service - compound -
sanitation public-area service - none -
convenience-market public-area service - none -
property-service-facility public-area service - compound -
parking public-area quality - compound -
charging public-area quality - none -
waste-sorting public-area quality - compound -
fitness public-area quality - compound -
roof-beautification public-area quality - building -
smart-security public-area quality - compound -
sponge public-area quality - compound -
indoor-water in-building infrastructure water pipe water
indoor-power in-building infrastructure power pipe power
indoor-gas in-building infrastructure gas pipe gas
indoor-heating in-building infrastructure - pipe heat
indoor-telecom in-building infrastructure - pipe telecom
indoor-lighting in-building infrastructure - building -
doors-and-windows in-building quality - none -
stairs in-building quality - building -
handrails in-building quality - building -
stairwell-painting in-building quality - building -
elevator in-building quality - building -
preliminary-and-design - fee - none -
supervision - fee - none -
tendering-and-cost-consulting - fee - none -
contingency - fee - none -
other-public-area-infrastructure public-area infrastructure - none -
other-public-area-service public-area service - none -
other-public-area-quality public-area quality - none -
other-in-building-infrastructure in-building infrastructure - none -
other-in-building-quality in-building quality - none -
`;

describe('The catalogue of work items', () => {
  it('says of each item its area, class, essential kind, common part and operator', () => {
    const lines = WORK_ITEM_CODES.map((code) => {
      const { costArea, workClass, essential, commonPart, operatorKind, telecom } = WORK_ITEMS[code];
      const operator = telecom ? 'telecom' : (operatorKind ?? '-');
      return [code, costArea ?? '-', workClass, essential ?? '-', commonPart, operator].join(' ');
    });
    expect(lines).toEqual(WRITTEN_OUT.trim().split('\n'));
  });

  it('asks for a description of what the text does not name', () => {
    for (const code of WORK_ITEM_CODES) expect(WORK_ITEMS[code].descriptionRequired).toBe(code.startsWith('other-'));
  });

  it('uses every area, class and kind of operator, and no label twice', () => {
    const lines = Object.values(WORK_ITEMS);
    expect(new Set(lines.map(({ costArea }) => costArea))).toEqual(new Set([...COST_AREAS, null]));
    expect(new Set(lines.map(({ workClass }) => workClass))).toEqual(new Set(WORK_CLASSES));
    expect(new Set(lines.map(({ operatorKind }) => operatorKind))).toEqual(new Set([...UTILITIES, null]));
    expect(new Set(lines.map(({ zh }) => zh)).size).toBe(50);
    expect(new Set(lines.map(({ en }) => en)).size).toBe(50);
  });

  it('knows only its own codes', () => {
    expect(isWorkItem('sponge')).toBe(true);
    expect(isWorkItem('swimming-pool')).toBe(false);
    expect(isWorkItem('toString')).toBe(false);
  });
});

describe('A common part', () => {
  it('is by default what the building or the compound shares', () => {
    expect(isCommonPart('roof')).toBe(true);
    expect(isCommonPart('road')).toBe(true);
    expect(isCommonPart('indoor-lighting')).toBe(true);
    expect(isCommonPart('charging')).toBe(false);
    expect(isCommonPart('supervision')).toBe(false);
  });

  it('may be stated otherwise by the line or the draw', () => {
    expect(isCommonPart('roof', { commonPart: false })).toBe(false);
    expect(isCommonPart('charging', { commonPart: true })).toBe(true);
    expect(isCommonPart('charging', { assetOwner: 'owners' })).toBe(false);
  });

  it('is a pipe or a cable only where the owners own it', () => {
    expect(isCommonPart('indoor-water')).toBe(false);
    expect(isCommonPart('indoor-water', { assetOwner: 'owners' })).toBe(true);
    expect(isCommonPart('indoor-water', { assetOwner: 'owners', commonPart: true })).toBe(true);
    expect(isCommonPart('indoor-water', { assetOwner: 'owners', commonPart: false })).toBe(false);
    expect(isCommonPart('indoor-water', { commonPart: false })).toBe(false);
    expect(isCommonPart('indoor-water', { commonPart: true })).toBe('refused');
  });

  it.each(WORK_ITEM_CODES)('is never what an operator or a household owns: %s', (item) => {
    const answers = ASSET_OWNERS.filter((owner) => owner !== 'owners').flatMap((assetOwner) => [
      isCommonPart(item, { assetOwner }),
      isCommonPart(item, { assetOwner, commonPart: true }),
    ]);
    expect(answers).toEqual(['refused', 'refused', 'refused', 'refused']);
  });
});
