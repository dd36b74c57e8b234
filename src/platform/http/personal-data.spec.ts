import { looksPersonal } from './personal-data.js';

describe('what identifies a person is recognised by its digits', () => {
  it.each([
    ['an identity number with a right check character', '11010519491231002X'],
    ['a mobile number', '联系 13812345678'],
    ['a mobile number in full width and with spaces', '１３８ １２３４ ５６７８'],
    // Luhn by hand: 6·1 + 2·2 + 2·1 + 2·2 + 0 + 2·2 over alternate places from the right = 20, a multiple of ten.
    ['a bank card with a right Luhn digit', '6222 0200 0000 0000 000'],
  ])('%s', (_, text) => expect(looksPersonal(text)).toBe(true));

  it.each([
    ['an organisation', '长治市潞州区住房和城乡建设局'],
    ['a unified social credit code', '11341600740899250F'],
    ['a numeric social credit code', '111503000115546152'],
    ['a document number', '晋财综〔2024〕9号'],
    ['an amount in words', '合计 20100.00 万元'],
    ['a telephone of an office', '0355-2022222'],
    ['an identity number with a wrong check character', '110105194912310021'],
  ])('but not %s', (_, text) => expect(looksPersonal(text)).toBe(false));
});
