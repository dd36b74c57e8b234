/**
 * The log never forgets, so what identifies a person stays out of it: identity numbers, mobile numbers and bank cards
 * are recognised by their digits, and refused at the door.
 */
export function looksPersonal(text: string): boolean {
  const runs = text.normalize('NFKC').match(/\d[\d\s-]{9,24}[\dXx]/g) ?? [];
  return runs.some((run) => {
    const digits = run.replace(/[\s-]/g, '');
    return isMobile(digits) || isIdentityNumber(digits) || isBankCard(digits);
  });
}

const isMobile = (digits: string): boolean => /^(86)?1[3-9]\d{9}$/.test(digits);

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/** GB 11643: six digits of place, eight of birth, three of order, one check character. */
function isIdentityNumber(digits: string): boolean {
  const match = /^\d{6}((?:18|19|20)\d{2})(\d{2})(\d{2})\d{3}[\dXx]$/.exec(digits);
  if (!match || Number(match[2]) < 1 || Number(match[2]) > 12 || Number(match[3]) < 1 || Number(match[3]) > 31)
    return false;
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(digits[index]), 0);
  return '10X98765432'[sum % 11] === digits[17]!.toUpperCase();
}

/** 16 to 19 digits of a card network with a right Luhn digit. */
function isBankCard(digits: string): boolean {
  if (!/^[3-6]\d{15,18}$/.test(digits)) return false;
  let sum = 0;
  [...digits].reverse().forEach((digit, index) => {
    const doubled = Number(digit) * (index % 2 === 0 ? 1 : 2);
    sum += doubled > 9 ? doubled - 9 : doubled;
  });
  return sum % 10 === 0;
}
