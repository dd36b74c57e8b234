/** ESM throughout: swc only strips the types and writes the decorators' metadata. */
export default {
  testEnvironment: 'node',
  // All cores: by default one of two would stand idle.
  maxWorkers: '100%',
  // Whole services are opened and closed; on a busy machine that takes its time, and no test here is about time.
  testTimeout: 60_000,
  roots: ['<rootDir>/src', '<rootDir>/test'],
  setupFiles: ['<rootDir>/test/support/properties.mjs'],
  testRegex: '\\.spec\\.ts$',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        module: { type: 'es6' },
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
      },
    ],
  },
};
