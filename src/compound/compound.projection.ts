import type { View } from '../kernel/projection.js';
import { type CompoundEvent, type CompoundState, compoundDecider } from './compound.decider.js';

/** A compound and its households as the register had them at a moment: the same fold the decider uses. */
export const compoundView: View<CompoundState, CompoundEvent> = {
  initial: () => compoundDecider.initial(),
  project: (row, event) => compoundDecider.evolve(row, event),
};
