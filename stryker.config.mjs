import jestConfig from './jest.config.js';

/**
 * Mutation testing with StrykerJS (docs/quality.md). One subject a run, against its own specs alone: what they do not
 * notice survives, even where a feature test would have seen it, and a mutant costs half a second.
 */
const calculation = (...names) => names.map((name) => `src/calculation/${name}.ts`);
const subjects = {
  kernel: { mutate: ['src/kernel/*.ts', '!src/kernel/*.spec.ts'], specs: 'src/kernel/' },
  apportionment: {
    mutate: calculation('bounds', 'apportionment.engine', 'draw-apportionment.engine'),
    specs: 'src/calculation/(bounds|apportionment|draw-apportionment)\\.',
  },
  shares: {
    mutate: calculation('elevator-shares.engine', 'factor-distribution.engine'),
    specs: 'src/calculation/(elevator-shares|factor-distribution)\\.',
  },
  interest: { mutate: calculation('interest.engine', 'interest-rates.engine'), specs: 'src/calculation/interest' },
  debt: { mutate: calculation('debt-service.engine'), specs: 'src/calculation/debt-service\\.' },
  forecast: { mutate: calculation('reserve-forecast.engine'), specs: 'src/calculation/reserve-forecast\\.' },
  sensitivity: { mutate: calculation('forecast-sensitivity.engine'), specs: 'src/calculation/forecast-sensitivity\\.' },
  plan: {
    mutate: calculation('funding-plan.engine', 'funding-shortage.engine'),
    // Not its thousands of random cases, which take seconds.
    specs: 'src/calculation/funding-plan\\.(engine|properties)',
  },
  network: { mutate: calculation('funding-network.engine'), specs: 'src/calculation/funding-network\\.' },
  simplex: { mutate: calculation('network-simplex.engine'), specs: 'src/calculation/network-simplex\\.' },
  choice: { mutate: calculation('first-choice-flow.engine'), specs: 'src/calculation/first-choice-flow\\.' },
  answers: { mutate: calculation('answers.engine'), specs: 'src/calculation/answers\\.' },
};

const name = process.env['SUBJECT'] ?? '';
const subject = subjects[name];
if (subject === undefined) throw new Error(`SUBJECT is one of ${Object.keys(subjects).join(', ')}`);
// Examples find nearly all; a thousand random cases for each mutant would take days.
process.env['PROPERTY_RUNS'] ??= '20';

export default {
  mutate: subject.mutate,
  // All a run needs; without tsconfig.json Stryker needs no TypeScript beside it.
  ignorePatterns: ['/*', '!/src', '!/package.json', '!/stryker.setup.mjs'],
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  jest: {
    projectType: 'custom',
    config: {
      ...jestConfig,
      setupFiles: [],
      roots: ['<rootDir>/src'],
      testRegex: `${subject.specs}[^/]*spec\\.ts$`,
      // Nothing random in the kernel's specs, and loading fast-check ten times over would double their time.
      setupFilesAfterEnv: name === 'kernel' ? [] : ['<rootDir>/stryker.setup.mjs'],
    },
    enableFindRelatedTests: false,
  },
  coverageAnalysis: 'perTest',
  concurrency: 1,
  timeoutMS: 10000,
  timeoutFactor: 2,
  incremental: true,
  incrementalFile: `coverage/mutation/${name}.json`,
  tempDirName: 'coverage/mutation/sandbox',
  reporters: ['progress-append-only', 'clear-text'],
  clearTextReporter: { reportTests: false, allowColor: false, allowEmojis: false },
};
