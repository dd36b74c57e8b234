/** The architecture as rules CI can run: the suffix is the layer, the folder is the subject (docs/architecture.md). */
const PURE =
  '^src/(kernel|policy|calculation)/(?!.*\\.(controller|dto|handlers|module)\\.ts$)|\\.(decider|projection|rules|engine|postings)\\.ts$';
const TEST = '\\.spec\\.ts$|^test/';
const EDGE = '\\.(controller|dto|handlers|module)\\.ts$';

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'pure-stays-pure',
      severity: 'error',
      comment: 'Money, rules, decisions, calculations and postings know no framework, no I/O and no impure file.',
      from: { path: PURE, pathNot: TEST },
      to: { pathNot: [PURE, '^node_modules/(decimal\\.js|canonicalize|uuid)/'] },
    },
    {
      name: 'kernel-knows-no-subject',
      severity: 'error',
      from: { path: '^src/kernel/', pathNot: TEST },
      to: { path: '^src/(?!kernel/)' },
    },
    {
      name: 'platform-knows-no-subject',
      severity: 'error',
      comment: 'The platform carries every subject and may name none of them.',
      from: { path: '^src/platform/', pathNot: TEST },
      to: { path: '^src/(?!kernel/|platform/|policy/)' },
    },
    {
      name: 'store-client-only-in-its-adapter',
      severity: 'error',
      comment: 'The protocol test server speaks the protocol by the definitions of the client it tests.',
      from: { pathNot: '^src/platform/(sqlite\\.ts|event-store/kurrentdb/)|^test/support/protocol-test-server\\.ts$' },
      to: { path: 'node_modules/(@eventstore|@kurrent|@photostructure)|^(node:)?sqlite$' },
    },
    {
      name: 'no-deep-import-across-subjects',
      severity: 'error',
      comment: 'Another subject is used through its pure files or its module, never through its edge.',
      from: { path: '^src/([^/]+)/', pathNot: TEST },
      to: { path: '^src/(?!platform/)[^/]+/.*\\.(controller|handlers)\\.ts$', pathNot: '^src/$1/' },
    },
    {
      name: 'no-nest-event-bus',
      severity: 'error',
      comment: 'It is in memory, unordered and swallows errors (5-architecture.md §1).',
      from: { path: '^src/' },
      to: { path: 'node_modules/@nestjs/cqrs/.*(event-bus|event-publisher|aggregate-root)' },
    },
    {
      name: 'tests-are-not-imported',
      severity: 'error',
      from: { pathNot: TEST },
      to: { path: TEST },
    },
    {
      name: 'edge-stays-at-the-edge',
      severity: 'error',
      from: { path: PURE, pathNot: TEST },
      to: { path: EDGE },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: '(node_modules|^dist/)' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
