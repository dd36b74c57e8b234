import { CHANGZHI_2020 } from './changzhi-2020.rules.js';
import { centralPlanContent } from './essential-kinds.rules.js';
import type { Level } from './rule-pack.js';
import type { WorkItem } from './work-item.js';

const CASES: readonly { readonly level: Level; readonly items: readonly WorkItem[] }[] = [
  { level: 'allow', items: ['road', 'gas-supply'] },
  { level: 'allow', items: ['water-and-drainage', 'indoor-power'] },
  { level: 'allow', items: ['indoor-gas', 'indoor-water', 'elevator'] },
  { level: 'allow', items: ['road', 'water-and-drainage', 'power-supply', 'gas-supply'] },
  { level: 'allow', items: ['elevator'] },
  { level: 'allow', items: ['elevator', 'heating', 'greening'] },
  { level: 'warn', items: ['elevator', 'road'] },
  { level: 'warn', items: ['elevator', 'power-supply', 'indoor-power'] },
  { level: 'stop', items: ['road'] },
  { level: 'stop', items: ['water-and-drainage', 'indoor-water'] },
  { level: 'stop', items: ['road', 'road'] },
  { level: 'stop', items: ['road', 'adjacent-municipal', 'heating', 'telecom', 'lighting', 'indoor-lighting'] },
  { level: 'stop', items: ['overhead-line-duct', 'supervision'] },
  { level: 'stop', items: [] },
];

describe('The content a central plan asks for', () => {
  it.each(CASES)('answers $level for $items', ({ level, items }) => {
    expect(centralPlanContent(CHANGZHI_2020, items)).toBe(level);
  });
});
