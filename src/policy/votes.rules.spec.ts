import { millionths } from '../kernel/decimal.js';
import { CHANGZHI_2020 } from './changzhi-2020.rules.js';
import { majorityFor, voteCarries, type Majority } from './votes.rules.js';

type Numbers = readonly [total: number, participated: number, agreed: number];
type Areas = readonly [total: string, participated: string, agreed: string];
type Case = readonly [carries: boolean, owners: Numbers, areas: Areas, why: string];

const asked = (on: string, majority: Majority, owners: Numbers, areas: Areas): boolean =>
  voteCarries(
    {
      owners: { total: owners[0], participated: owners[1], agreed: owners[2] },
      areaMillionths: {
        total: millionths(areas[0]),
        participated: millionths(areas[1]),
        agreed: millionths(areas[2]),
      },
    },
    { on, majority },
    CHANGZHI_2020,
  );

const USE: readonly Case[] = [
  [true, [90, 60, 31], ['9000.00', '6000.00', '3000.01'], 'just enough of everything'],
  [false, [90, 59, 31], ['9000.00', '6000.00', '3000.01'], 'one owner short of two thirds'],
  [false, [90, 60, 31], ['9000.00', '5999.99', '3000.01'], '0.01 m² short of two thirds'],
  [false, [90, 60, 30], ['9000.00', '6000.00', '3000.01'], 'half of the owners is not more than half'],
  [false, [90, 60, 31], ['9000.00', '6000.00', '3000.00'], 'half of the area is not more than half'],
  [false, [91, 60, 60], ['9000.00', '9000.00', '9000.00'], 'two thirds of 91 owners is more than 60'],
  [true, [91, 61, 31], ['9000.00', '9000.00', '9000.00'], '61 of 91 owners, 31 of them for it'],
  [false, [90, 60, 31], ['9000.01', '6000.00', '6000.00'], '0.01 m² more to be concerned'],
  [true, [1, 1, 1], ['0.01', '0.01', '0.01'], 'one owner of almost nothing'],
  [false, [0, 0, 0], ['0.00', '0.00', '0.00'], 'nobody'],
  [false, [90, 0, 0], ['9000.00', '0.00', '0.00'], 'nobody took part'],
  [false, [90, 60, 61], ['9000.00', '6000.00', '6000.00'], 'more for it than took part'],
];

const RAISE: readonly Case[] = [
  [true, [90, 60, 45], ['9000.00', '6000.00', '4500.00'], 'exactly three quarters'],
  [false, [90, 60, 44], ['9000.00', '6000.00', '4500.00'], 'one owner short of three quarters'],
  [false, [90, 60, 45], ['9000.00', '6000.00', '4499.99'], '0.01 m² short of three quarters'],
  [false, [90, 59, 59], ['9000.00', '6000.00', '6000.00'], 'one owner short of taking part'],
  [false, [90, 0, 0], ['9000.00', '0.00', '0.00'], 'nobody took part'],
];

const OLD: readonly Case[] = [
  [true, [90, 60, 60], ['9000.00', '6000.00', '6000.00'], 'two thirds of all'],
  [false, [90, 90, 59], ['9000.00', '9000.00', '9000.00'], 'one owner short of two thirds of all'],
  [false, [90, 90, 90], ['9000.00', '9000.00', '5999.99'], '0.01 m² short of two thirds of all'],
  [false, [90, 60, 45], ['9000.00', '6000.00', '4500.00'], 'three quarters of those taking part'],
  [false, [0, 0, 0], ['0.00', '0.00', '0.00'], 'nobody'],
];

describe('A vote on the use of the fund', () => {
  it.each(USE)('%s for %j and %j: %s', (carries, owners, areas) => {
    expect(asked('2021-01-01', 'use', owners, areas)).toBe(carries);
  });
});

describe('A vote to raise money', () => {
  it.each(RAISE)('%s for %j and %j: %s', (carries, owners, areas) => {
    expect(asked('2026-06-30', 'raise', owners, areas)).toBe(carries);
  });
});

describe('A vote before 2021', () => {
  it.each(OLD)('%s for %j and %j: %s', (carries, owners, areas) => {
    expect(asked('2020-12-31', 'use', owners, areas)).toBe(carries);
    expect(asked('2020-12-31', 'raise', owners, areas)).toBe(carries);
  });

  it('is judged by the new rule one day later', () => {
    expect(asked('2020-12-31', 'use', [90, 60, 31], ['9000.00', '6000.00', '3000.01'])).toBe(false);
    expect(asked('2021-01-01', 'use', [90, 60, 31], ['9000.00', '6000.00', '3000.01'])).toBe(true);
  });
});

describe('Areas beyond what a number can hold', () => {
  it('are still compared exactly', () => {
    const whole = '900000000000.000000';
    expect(asked('2024-01-01', 'use', [3, 2, 2], [whole, '600000000000.000000', '300000000000.000001'])).toBe(true);
    expect(asked('2024-01-01', 'use', [3, 2, 2], [whole, '599999999999.999999', '300000000000.000001'])).toBe(false);
  });
});

describe('The majority a work item needs', () => {
  it('is three quarters for an elevator and more than half for the rest', () => {
    expect(majorityFor(CHANGZHI_2020, 'elevator')).toBe('raise');
    expect(majorityFor(CHANGZHI_2020, 'roof')).toBe('use');
  });
});
