import { absolute, LARGEST_AMOUNT, type Fen } from '../kernel/money.js';
import { Rejected } from '../kernel/rejection.js';

/**
 * "The largest amount bounds the answers of every calculation" (7-rulings.md §7): what could not be sent back to us as
 * money is no answer. Returns the amount itself.
 *
 * @throws Rejected `out-of-range`
 */
export function answerable(amount: Fen): Fen {
  if (absolute(amount) > LARGEST_AMOUNT) throw new Rejected('out-of-range');
  return amount;
}

/** @throws Rejected `repeated-id`, naming the first id that comes a second time. */
export function unrepeated(ids: Iterable<string>): void {
  const seen = new Set<string>();
  for (const id of ids) {
    if (seen.has(id)) throw new Rejected('repeated-id', { facts: { id } });
    seen.add(id);
  }
}
