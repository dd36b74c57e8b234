/** As NFKC leaves it: no full-width bracket, digit or blank is left. */
const DOCUMENT_NO = /^(.+?)[〔[(【]\s*(\d{4})\s*[〕\])】]\s*(?:第\s*)?0*(\d+)\s*号$/;

/**
 * 文号 as the state writes it: 机关代字〔年〕序号号, brackets U+3014 and U+3015, no leading zeros, widths folded (NFKC).
 * What does not look like one stays as it is.
 */
export function normaliseDocumentNo(original: string): string {
  const folded = original.normalize('NFKC').trim();
  const match = DOCUMENT_NO.exec(folded);
  return match ? `${match[1]!.trim()}〔${match[2]}〕${match[3]}号` : original;
}
