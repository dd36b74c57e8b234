import { normaliseDocumentNo } from './document-no.js';

describe('a 文号 is written one way', () => {
  it.each([
    ['克财综〔2024〕9号', '克财综〔2024〕9号'],
    ['晋财综[2026]012号', '晋财综〔2026〕12号'],
    ['晋财综（２０２６）０１２号', '晋财综〔2026〕12号'],
    ['聊财综【2021】第 18 号', '聊财综〔2021〕18号'],
    ['2022年第19号(总第297号)', '2022年第19号(总第297号)'],
    ['口头通知', '口头通知'],
  ])('%s → %s', (original, expected) => expect(normaliseDocumentNo(original)).toBe(expected));
});
