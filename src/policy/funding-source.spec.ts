import { FUNDING_SOURCES, FUNDING_SOURCE_CODES, isFundingSource } from './funding-source.js';

const WRITTEN_OUT = `
central-grant          government  grant             grant    cash
provincial-grant       government  grant             grant    cash
city-grant             government  grant             grant    cash
county-grant           government  grant             grant    cash
special-bond           government  bond              bond     cash
housing-sale-proceeds  government  grant             grant    cash
pooled-compound-funds  government  grant             grant    cash
resident-cash          resident    contribution      -        cash
maintenance-fund       resident    maintenance-fund  draw     cash
common-area-income     resident    contribution      -        cash
provident-fund         resident    provident-fund    -        cash
resident-donation      resident    contribution      -        cash,goods,labour
affiliated-unit        society     contribution      -        cash,goods,direct-payment
enterprise-donation    society     contribution      -        cash,goods,direct-payment
social-capital         society     contribution      -        cash,direct-payment
utility-operator       operator    contribution      utility  cash,direct-payment
telecom-operator       operator    contribution      -        cash,direct-payment
`;

describe('The catalogue of funding sources', () => {
  it('says of each source who pays, how it is recorded, what it refers to and in which forms', () => {
    const lines = FUNDING_SOURCE_CODES.map((code) => {
      const { payer, route, reference, forms } = FUNDING_SOURCES[code];
      return [code, payer, route, reference ?? '-', forms.join(',')].join(' ');
    });
    expect(lines).toEqual(
      WRITTEN_OUT.trim()
        .split('\n')
        .map((line) => line.replace(/ +/g, ' ')),
    );
  });

  it('has a label in both languages, no two alike', () => {
    const lines = Object.values(FUNDING_SOURCES);
    expect(new Set(lines.map(({ zh }) => zh)).size).toBe(17);
    expect(new Set(lines.map(({ en }) => en)).size).toBe(17);
  });

  it('knows only its own codes', () => {
    expect(isFundingSource('special-bond')).toBe(true);
    expect(isFundingSource('general-bond')).toBe(false);
    expect(isFundingSource('constructor')).toBe(false);
  });
});
