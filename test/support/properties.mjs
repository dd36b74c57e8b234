/**
 * Every run of the tests draws new cases, and prints the seed of one that fails. PROPERTY_SEED draws the same ones again:
 * CI gives it, so that chance does not decide what lands. PROPERTY_RUNS is how many, where a test says nothing else.
 */
import fc from 'fast-check';

const { PROPERTY_SEED: seed, PROPERTY_RUNS: runs } = process.env;
fc.configureGlobal({
  ...(seed === undefined ? {} : { seed: Number(seed) }),
  ...(runs === undefined ? {} : { numRuns: Number(runs) }),
});
