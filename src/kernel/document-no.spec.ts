import { normaliseDocumentNo } from './document-no.js';

describe('a 文号 is written one way', () => {
  it.each([
    ['克财综〔2024〕9号', '克财综〔2024〕9号'],
    ['晋财综[2026]012号', '晋财综〔2026〕12号'],
    ['晋财综（２０２６）０１２号', '晋财综〔2026〕12号'],
    ['聊财综【2021】第 18 号', '聊财综〔2021〕18号'],
    ['聊财综〔2021〕第18号', '聊财综〔2021〕18号'],
    ['长建　〔 2026 〕 007　号', '长建〔2026〕7号'],
    ['  长建〔2026〕12号\n', '长建〔2026〕12号'],
    ['晋〔2026〕100号', '晋〔2026〕100号'],
  ])('%s → %s', (original, expected) => expect(normaliseDocumentNo(original)).toBe(expected));

  it.each([
    '2022年第19号(总第297号)',
    '口头通知',
    ' 口头通知　（全角） ',
    '〔2026〕12号',
    '晋财综〔26〕12号',
    '晋财综〔2026〕号',
    '晋财综〔2026〕十二号',
    '晋财综〔二〇二六〕12号',
    '关于晋财综〔2026〕12号的批复',
    '据口头通知\n晋财综〔2026〕12号',
  ])('%j is none and stays as it is', (original) => expect(normaliseDocumentNo(original)).toBe(original));
});
