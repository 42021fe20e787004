/**
 * One violation for every rule of `npm run check`, as files to be planted in a copy of the repository.
 * `rule` is what the tool must report for that file: a TypeScript code, an ESLint rule, a rule of
 * .dependency-cruiser.mjs, or `format`.
 */

export type PlantedViolation = {
  readonly tool: 'types' | 'lint' | 'imports' | 'format';
  readonly rule: string;
  readonly path: string;
  readonly text: string;
};

const long = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n');

/** tsconfig flag → the error that shows it is on. */
const TYPES: readonly (readonly [flag: string, error: string, text: string])[] = [
  ['strict', 'TS7006', 'export const f = (x) => x;'],
  ['noUncheckedIndexedAccess', 'TS2322', 'export const first = (xs: string[]): string => xs[0];'],
  ['exactOptionalPropertyTypes', 'TS2375', 'export const x: { a?: string } = { a: undefined };'],
  [
    'noPropertyAccessFromIndexSignature',
    'TS4111',
    'export const f = (x: Record<string, string>): string | undefined => x.name;',
  ],
  ['noImplicitOverride', 'TS4114', 'class A {\n  f() {}\n}\nexport class B extends A {\n  f() {}\n}'],
  ['noImplicitReturns', 'TS7030', 'export function f(x: boolean) {\n  if (x) return 1;\n}'],
  [
    'noFallthroughCasesInSwitch',
    'TS7029',
    "export function f(x: string): number {\n  let n = 0;\n  switch (x) {\n    case 'a':\n      n = 1;\n    case 'b':\n      n = 2;\n  }\n  return n;\n}",
  ],
  ['noUncheckedSideEffectImports', 'TS2882', "import './missing.ts';\nexport const x = 1;"],
  ['noUnusedLocals', 'TS6133', 'export function f(): void {\n  const unused = 1;\n}'],
  ['noUnusedParameters', 'TS6133', 'export function f(unused: string): void {}'],
  ['allowUnreachableCode', 'TS7027', 'export function f(): number {\n  return 1;\n  return 2;\n}'],
  ['allowUnusedLabels', 'TS7028', 'export function f(): void {\n  label: for (;;) break;\n}'],
  ['erasableSyntaxOnly', 'TS1294', 'export enum Kind {\n  A,\n}'],
  ['verbatimModuleSyntax', 'TS1484', "import { PathLike } from 'node:fs';\nexport type P = PathLike;"],
];

const LINT: readonly (readonly [rule: string, path: string, text: string])[] = [
  [
    '@typescript-eslint/consistent-type-imports',
    'gateway',
    "import { Stats } from 'node:fs';\nexport type S = Stats;",
  ],
  [
    '@typescript-eslint/switch-exhaustiveness-check',
    'gateway',
    "export function f(x: 'a' | 'b'): number {\n  switch (x) {\n    case 'a':\n      return 1;\n  }\n  return 2;\n}",
  ],
  [
    '@typescript-eslint/restrict-template-expressions',
    'gateway',
    'export const f = (x: object): string => `${x}`;',
  ],
  ['@typescript-eslint/no-confusing-void-expression', 'gateway', 'export const x = [console.log(1)];'],
  ['@typescript-eslint/no-explicit-any', 'gateway', 'export const f = (x: any): unknown => x;'],
  ['@typescript-eslint/no-non-null-assertion', 'gateway', 'export const f = (x?: string): string => x!;'],
  ['@typescript-eslint/no-floating-promises', 'gateway', 'Promise.resolve(1);'],
  ['max-lines', 'gateway', long(301, (index) => `export const x${index} = ${index};`)],
  [
    'max-lines-per-function',
    'gateway',
    `export function f(): void {\n${long(61, (index) => `  console.log(${index});`)}\n}`,
  ],
  ['no-restricted-syntax', 'gateway', 'export default 1;'],
  ['no-restricted-syntax', 'gateway', "export * from './errors.ts';"],
  [
    'no-restricted-imports',
    'shared/access',
    "import { readFile } from 'node:fs';\nexport const f = readFile;",
  ],
  ['no-restricted-globals', 'shared/access', 'export const f = (): unknown => process.env;'],
  ['no-restricted-properties', 'shared/access', 'export const f = (): number => Date.now();'],
  [
    'no-restricted-globals',
    'gateway/phases',
    'export const f = (): void => void setTimeout(() => undefined, 1);',
  ],
  ['no-restricted-properties', 'gateway/phases', 'export const f = (): number => Math.random();'],
  ['@typescript-eslint/no-floating-promises', 'test', 'Promise.resolve(1);'],
];

/** Rule of .dependency-cruiser.mjs → importer (a folder, or a file that is replaced) and what it imports. */
const IMPORTS: readonly (readonly [rule: string, importer: string, specifier: string])[] = [
  ['shared-knows-nothing-of-ours', 'shared/access', '../../gateway/errors.ts'],
  ['packages-stand-alone', 'packages/dynamodb', '../../gateway/planted-target.ts'],
  ['ground-floor-knows-nothing-of-ours', 'packages/aws', '../velocity/planted-target.ts'],
  ['velocity-is-pure', 'packages/velocity', 'node:crypto'],
  ['authoring-ships-in-no-function', 'functions', '@gatewright/authoring/document'],
  ['authoring-knows-the-library-only', 'packages/authoring', '../../cli/planted-target.ts'],
  ['layers-pack-without-the-command', 'layers', '../cli/planted-target.ts'],
  ['sockets-stay-below', 'gateway/server', '../issuer/planted-target.ts'],
  ['shared-takes-no-node', 'shared/access', 'node:fs'],
  ['shared-takes-no-aws-sdk', 'shared/access', '@aws-sdk/client-dynamodb'],
  [
    'shared-adapters-stay-in-their-folder',
    'shared/quota/dynamodb-planted.ts',
    '../access/dynamodb-planted-too.ts',
  ],
  ['shared-ground-floor', 'shared/aws', '../access/planted-target.ts'],
  ['shared-domains-do-not-know-each-other', 'shared/quota', '../access/planted-target.ts'],
  ['phases-do-not-know-each-other', 'gateway/phases', './planted-target.ts'],
  ['phases-see-facts-only', 'gateway/phases', '../control/planted-target.ts'],
  ['pure-gateway-takes-no-node', 'gateway/routing', 'node:fs'],
  ['pure-gateway-looks-downward', 'gateway/policy', '../control/planted-target.ts'],
  ['only-deployment-compiles', 'gateway/routing', '../deployment/planted-target.ts'],
  ['pipelines-only-order-phases', 'gateway/websocket/pipeline.ts', '../lambda/planted-target.ts'],
  ['control-plane-serves-no-requests', 'gateway/control', '../phases/planted-target.ts'],
  ['outer-ring-implements-ports', 'gateway/lambda', '../control/planted-target.ts'],
  ['server-only-carries', 'gateway/server', '../phases/planted-target.ts'],
  ['one-composition-root', 'gateway/control', '../adapters/planted-target.ts'],
  ['gateway-knows-no-outer-part', 'gateway/control', '../../cli/planted-target.ts'],
  ['functions-know-shared-only', 'functions', './planted-target.ts'],
  ['users-enter-by-the-front-door', 'cli', '../gateway/lambda/planted-target.ts'],
  ['console-runs-in-a-browser', 'console', '../gateway/planted-target.ts'],
  ['console-takes-no-node', 'console', 'node:fs'],
  ['console-is-bundled', 'cli', '../console/planted-target.ts'],
  ['entries-know-shared-only', 'shared/entries', '../../gateway/planted-target.ts'],
  ['users-keep-out-of-each-other', 'cli', '../plugin/planted-target.ts'],
  ['nothing-imports-tests', 'layers', '../test/planted-target.ts'],
  ['no-circular', 'cli/planted-circle.ts', './planted-ring.ts'],
  ['no-unresolvable', 'cli', './planted-nowhere.ts'],
];

/** Targets that the planted imports lead to. */
export function plantedTargets(): readonly { readonly path: string; readonly text: string }[] {
  const paths = IMPORTS.flatMap(([, importer, specifier]) => {
    if (!specifier.includes('planted') || specifier.includes('nowhere')) return [];
    const folder = importer.endsWith('.ts') ? importer.slice(0, importer.lastIndexOf('/')) : importer;
    return [new URL(specifier, `file:///${folder}/`).pathname.slice(1)];
  });
  return [...new Set(paths)].map((path) => ({
    path,
    text: path.endsWith('planted-ring.ts')
      ? "export { x } from './planted-circle.ts';\n"
      : 'export const x = 1;\n',
  }));
}

export const PLANTED: readonly PlantedViolation[] = [
  ...TYPES.map(([flag, rule, text]): PlantedViolation => {
    return { tool: 'types', rule, path: `gateway/planted-${flag.toLowerCase()}.ts`, text: `${text}\n` };
  }),
  ...LINT.map(([rule, folder, text], index): PlantedViolation => {
    return { tool: 'lint', rule, path: `${folder}/planted-lint-${index}.ts`, text: `${text}\n` };
  }),
  ...IMPORTS.map(([rule, importer, specifier], index): PlantedViolation => {
    const path = importer.endsWith('.ts') ? importer : `${importer}/planted-import-${index}.ts`;
    return { tool: 'imports', rule, path, text: `import '${specifier}';\nexport const x = 1;\n` };
  }),
  { tool: 'format', rule: 'format', path: 'gateway/planted-format.ts', text: 'export const x = "1"\n' },
];

/** Flags of tsconfig.json that are proven; the proof compares this with the file. */
export const PROVEN_FLAGS: readonly string[] = TYPES.map(([flag]) => flag);
