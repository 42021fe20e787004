/**
 * One violation for every rule of `npm run check`, as files to be planted in a copy of the repository.
 * `rule` is what the tool must report for that file: a TypeScript code, an ESLint rule, a rule of
 * .dependency-cruiser.mjs, or `format`.
 */
import { ROOMS } from '../architecture/layout.ts';

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
    'packages/engine',
    "import { Stats } from 'node:fs';\nexport type S = Stats;",
  ],
  [
    '@typescript-eslint/switch-exhaustiveness-check',
    'packages/engine',
    "export function f(x: 'a' | 'b'): number {\n  switch (x) {\n    case 'a':\n      return 1;\n  }\n  return 2;\n}",
  ],
  [
    '@typescript-eslint/restrict-template-expressions',
    'packages/engine',
    'export const f = (x: object): string => `${x}`;',
  ],
  [
    '@typescript-eslint/no-confusing-void-expression',
    'packages/engine',
    'export const x = [console.log(1)];',
  ],
  ['@typescript-eslint/no-explicit-any', 'packages/engine', 'export const f = (x: any): unknown => x;'],
  [
    '@typescript-eslint/no-non-null-assertion',
    'packages/engine',
    'export const f = (x?: string): string => x!;',
  ],
  ['@typescript-eslint/no-floating-promises', 'packages/engine', 'Promise.resolve(1);'],
  ['max-lines', 'packages/engine', long(401, (index) => `export const x${index} = ${index};`)],
  [
    'max-lines-per-function',
    'packages/engine',
    `export function f(): void {\n${long(61, (index) => `  console.log(${index});`)}\n}`,
  ],
  ['no-restricted-syntax', 'packages/engine', 'export default 1;'],
  ['no-restricted-syntax', 'packages/engine', "export * from './settings.ts';"],
  ['no-restricted-syntax', 'packages/engine', 'export const x = { ...{ a: 1 }, b: 2 };'],
  ['no-restricted-syntax', 'packages/engine', 'export const x = { ...({ a: 1 } as const), b: 2 };'],
  ['no-restricted-syntax', 'packages/engine', 'export const x = [...[1, 2], 3];'],
  ['no-restricted-syntax', 'packages/engine', 'export const x = Math.max(...([1, 2] as const), 3);'],
  ['no-restricted-syntax', 'packages/engine', 'export function textOf(): void {}'],
  ['no-restricted-syntax', 'packages/engine', 'export const memberOf = (): void => undefined;'],
  [
    'no-restricted-imports',
    'shared/access',
    "import { readFile } from 'node:fs';\nexport const f = readFile;",
  ],
  [
    '@typescript-eslint/no-restricted-imports',
    'packages/engine',
    "import { createServer } from 'node:http';\nexport const f = createServer;",
  ],
  ['no-restricted-globals', 'shared/access', 'export const f = (): unknown => process.env;'],
  ['no-restricted-properties', 'shared/access', 'export const f = (): number => Date.now();'],
  [
    'no-restricted-globals',
    'packages/core/phases',
    'export const f = (): void => void setTimeout(() => undefined, 1);',
  ],
  ['no-restricted-properties', 'packages/core/phases', 'export const f = (): number => Math.random();'],
  ...[
    'error.message.includes("gone")',
    'error.message.startsWith("gone")',
    'error.message.match(/gone/) !== null',
    '/gone/.test(error.message)',
    "error.message === 'gone'",
  ].map(
    (test) =>
      [
        'gatewright/no-recognition-by-text',
        'packages/engine',
        `export const f = (error: Error): boolean => ${test};`,
      ] as const,
  ),
  [
    'gatewright/no-recognition-by-text',
    'shared/access',
    "import type { Reason } from '../failures.ts';\nexport const f = (reason: Reason): boolean => reason === 'forbidden';",
  ],
  ['@typescript-eslint/no-floating-promises', 'test', 'Promise.resolve(1);'],
];

/** A folder of each room, and one that no room may import; `test` is above all. */
const OF_ROOMS = ROOMS.flatMap(({ name, folder }): [rule: string, importer: string, specifier: string][] => {
  const up = folder.replaceAll(/[^/]+/g, '..');
  const floor = [`floor-of-${name.replace('/', '-')}`, folder, `${up}/test/planted-target.ts`] as const;
  const importer = name === 'gatewright' ? 'lab' : 'packages/gatewright';
  const down = importer.replaceAll(/[^/]+/g, '..');
  const door = [
    `door-of-${name.replace('/', '-')}`,
    importer,
    `${down}/${folder}/planted-inside.ts`,
  ] as const;
  return ['lab', 'examples', 'functions'].includes(name) ? [[...floor]] : [[...floor], [...door]];
});

/** Rule of .dependency-cruiser.mjs → importer (a folder, or a file that is replaced) and what it imports. */
const IMPORTS: readonly (readonly [rule: string, importer: string, specifier: string])[] = [
  ...OF_ROOMS,
  ['shared-knows-nothing-of-ours', 'shared/access', '../../packages/core/errors.ts'],
  ['packages-stand-alone', 'packages/dynamodb', '../core/planted-target.ts'],
  ['velocity-is-pure', 'packages/velocity', 'node:crypto'],
  ['authoring-ships-in-no-function', 'functions', '@gatewright/authoring/document'],
  ['authoring-knows-the-library-only', 'packages/authoring', '../engine/planted-target.ts'],
  ['shared-takes-no-node', 'shared/access', 'node:fs'],
  ['shared-takes-no-aws-sdk', 'shared/access', '@aws-sdk/client-dynamodb'],
  [
    'shared-adapters-stay-in-their-folder',
    'shared/quota/dynamodb-planted.ts',
    '../access/dynamodb-planted-too.ts',
  ],
  ['shared-ground-floor', 'shared/aws', '../access/planted-target.ts'],
  ['shared-domains-do-not-know-each-other', 'shared/quota', '../access/planted-target.ts'],
  ['phases-do-not-know-each-other', 'packages/core/phases', './planted-target.ts'],
  ['phases-see-facts-only', 'packages/core/phases', '../stack/planted-target.ts'],
  ['pure-folders-take-no-node', 'packages/core/routing', 'node:fs'],
  ['pure-folders-look-downward', 'packages/core/policy', '../phases/planted-target.ts'],
  ['only-deployment-compiles', 'packages/core/routing', '../deployment/planted-target.ts'],
  ['pipelines-only-order-phases', 'packages/core/websocket/pipeline.ts', '../stack/planted-target.ts'],
  ['control-plane-serves-no-requests', 'packages/control', '../core/phases/planted-target.ts'],
  ['implementers-know-no-request', 'packages/lambda', '../core/routing/planted-target.ts'],
  ['carriers-only-carry', 'packages/server', '../core/phases/planted-target.ts'],
  ['functions-know-shared-only', 'functions', './planted-target.ts'],
  ['console-runs-in-a-browser', 'packages/console/page', '../records/planted-target.ts'],
  ['console-takes-no-node', 'packages/console/page', 'node:fs'],
  ['console-is-bundled', 'packages/engine', '../console/page/planted-target.ts'],
  ['nothing-imports-tests', 'layers', '../test/planted-target.ts'],
  ['no-circular', 'packages/terminal/planted-circle.ts', './planted-ring.ts'],
  ['no-unresolvable', 'packages/terminal', './planted-nowhere.ts'],
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
    return {
      tool: 'types',
      rule,
      path: `packages/engine/planted-${flag.toLowerCase()}.ts`,
      text: `${text}\n`,
    };
  }),
  ...LINT.map(([rule, folder, text], index): PlantedViolation => {
    return { tool: 'lint', rule, path: `${folder}/planted-lint-${index}.ts`, text: `${text}\n` };
  }),
  ...IMPORTS.map(([rule, importer, specifier], index): PlantedViolation => {
    const path = importer.endsWith('.ts') ? importer : `${importer}/planted-import-${index}.ts`;
    return { tool: 'imports', rule, path, text: `import '${specifier}';\nexport const x = 1;\n` };
  }),
  {
    tool: 'format',
    rule: 'format',
    path: 'packages/engine/planted-format.ts',
    text: 'export const x = "1"\n',
  },
];

/** Flags of tsconfig.json that are proven; the proof compares this with the file. */
export const PROVEN_FLAGS: readonly string[] = TYPES.map(([flag]) => flag);
