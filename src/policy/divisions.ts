/** GB/T 2260 codes of Changzhi and its counties, for labels; other codes are shown as they are. */
export const DIVISIONS: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  '14': { zh: '山西省', en: 'Shanxi' },
  '1404': { zh: '长治市', en: 'Changzhi' },
  '140403': { zh: '潞州区', en: 'Luzhou' },
  '140404': { zh: '上党区', en: 'Shangdang' },
  '140405': { zh: '屯留区', en: 'Tunliu' },
  '140406': { zh: '潞城区', en: 'Lucheng' },
  '140423': { zh: '襄垣县', en: 'Xiangyuan' },
  '140425': { zh: '平顺县', en: 'Pingshun' },
  '140426': { zh: '黎城县', en: 'Licheng' },
  '140427': { zh: '壶关县', en: 'Huguan' },
  '140428': { zh: '长子县', en: 'Zhangzi' },
  '140429': { zh: '武乡县', en: 'Wuxiang' },
  '140430': { zh: '沁县', en: 'Qinxian' },
  '140431': { zh: '沁源县', en: 'Qinyuan' },
};
