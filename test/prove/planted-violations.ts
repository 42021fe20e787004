/**
 * One violation for every rule of `npm run check`, as files that are planted in a copy of the repository. `rule` is
 * what the tool must report for that file: a TypeScript code, a rule of oxlint, a rule of .dependency-cruiser.mjs, or
 * `format`.
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

/** tsconfig flag → the error that shows that the flag is on. */
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

/** A rule that applies everywhere → code that breaks it. */
const ANYWHERE: Readonly<Record<string, string>> = {
  'no-case-declarations':
    'export function f(x: number): number {\n  switch (x) {\n    case 1:\n      const y = x;\n      return y;\n    default:\n      return 0;\n  }\n}',
  'no-duplicate-imports':
    "import { join } from 'node:path';\nimport { dirname } from 'node:path';\nexport const x = join(dirname('a'), 'b');",
  'no-empty': 'export function f(x: boolean): void {\n  if (x) {\n  }\n}',
  'no-fallthrough':
    'export function f(x: number): void {\n  switch (x) {\n    case 1:\n      console.log(x);\n    default:\n      console.log(0);\n  }\n}',
  'no-prototype-builtins': "export const f = (x: object): boolean => x.hasOwnProperty('a');",
  'no-regex-spaces': 'export const x = /a  b/;',
  'no-unexpected-multiline': 'export const f = (x: (y: number) => number): number => x\n(1);',
  'no-useless-assignment': 'export function f(y: number): number {\n  let x = 1;\n  x = y;\n  return x;\n}',
  'no-var': 'export var x = 1;',
  'prefer-const': 'export function f(): number {\n  let x = 1;\n  return x;\n}',
  'prefer-rest-params': 'export function f(): number {\n  return arguments[0] as number;\n}',
  'prefer-spread': 'export const f = (x: number[]): number => Math.max.apply(Math, x);',
  'preserve-caught-error':
    "export function f(): void {\n  try {\n    console.log(1);\n  } catch (error) {\n    console.log(error);\n    throw new Error('x');\n  }\n}",
  'typescript/ban-ts-comment': "// @ts-expect-error x\nexport const x: number = 'a';",
  'no-array-constructor': 'export const x = new Array(1, 2);',
  'typescript/no-deprecated': '/** @deprecated x */\nconst old = 1;\nexport const x = old;',
  'typescript/no-dynamic-delete':
    'export function f(x: Record<string, number>, key: string): void {\n  delete x[key];\n}',
  'typescript/no-empty-object-type': 'export const f = (x: {}): unknown => x;',
  'typescript/no-extraneous-class': 'export class A {\n  static f(): void {}\n}',
  'typescript/no-generated-empty-object-type': "export type T = Omit<{ a: 1 }, 'a'>;",
  'typescript/no-invalid-void-type': 'export const f = (x: void | number): unknown => x;',
  'typescript/no-misused-promises':
    'export const f = (x: () => Promise<boolean>): void => [1].forEach(async () => {\n  await x();\n});',
  'typescript/no-mixed-enums': "export enum E {\n  A = 1,\n  B = 'b',\n}",
  'typescript/no-namespace': 'export namespace N {\n  export const x = 1;\n}',
  'typescript/no-non-null-asserted-nullish-coalescing':
    'export function f(): number {\n  const x: number | undefined = Math.random() > 1 ? 1 : undefined;\n  return x! ?? 2;\n}',
  'typescript/no-require-imports': "import fs = require('node:fs');\nexport const x = fs;",
  'typescript/no-unnecessary-boolean-literal-compare':
    'export const f = (x: boolean): boolean => x === true;',
  'typescript/no-unnecessary-condition': 'export const f = (x: object): number => (x ? 1 : 2);',
  'typescript/no-unnecessary-template-expression': 'export const f = (x: string): string => `${x}`;',
  'typescript/no-unnecessary-type-arguments':
    'const g = <T = number>(x?: T): unknown => x;\nexport const x = g<number>();',
  'typescript/no-unnecessary-type-assertion': 'export const f = (x: string): string => x as string;',
  'typescript/no-unnecessary-type-constraint': 'export const f = <T extends unknown>(x: T): T[] => [x, x];',
  'typescript/no-unnecessary-type-conversion': 'export const f = (x: string): string => String(x);',
  'typescript/no-unnecessary-type-parameters': 'export const f = <T>(x: T): void => console.log(x);',
  'typescript/no-unsafe-argument':
    'const g = (x: string): string => x;\nexport const f = (x: any): string => g(x);',
  'typescript/no-unsafe-assignment':
    'export const f = (x: any): void => {\n  const y = x;\n  console.log(1, typeof y);\n};',
  'typescript/no-unsafe-call': 'export const f = (x: any): void => void x();',
  'typescript/no-unsafe-function-type': 'export const f = (x: Function): unknown => x;',
  'typescript/no-unsafe-member-access': 'export const f = (x: any): unknown => x.a;',
  'typescript/no-unsafe-return': 'export const f = (x: any) => x;',
  'no-useless-constructor': 'export class A {\n  x = 1;\n  constructor() {}\n}',
  'typescript/only-throw-error': "export function f(): never {\n  throw 'x';\n}",
  'typescript/prefer-promise-reject-errors': "export const f = (): Promise<never> => Promise.reject('x');",
  'typescript/prefer-reduce-type-parameter':
    'export const f = (x: number[]): number[] => x.reduce((all, one) => [...all, one], [] as number[]);',
  'typescript/prefer-return-this-type': 'export class A {\n  x = 1;\n  f(): A {\n    return this;\n  }\n}',
  'typescript/related-getter-setter-pairs':
    "export class A {\n  #x = 'a';\n  get x(): string | number {\n    return this.#x;\n  }\n  set x(x: string) {\n    this.#x = x;\n  }\n}",
  'typescript/require-await': 'export async function f(): Promise<number> {\n  return 1;\n}',
  'typescript/restrict-plus-operands': "export const f = (x: number): string => x + 'a';",
  'typescript/return-await':
    'export async function f(x: () => Promise<number>): Promise<number> {\n  try {\n    return x();\n  } catch {\n    return 1;\n  }\n}',
  'typescript/unified-signatures':
    'export function f(x: number): void;\nexport function f(x: string): void;\nexport function f(x: unknown): void {\n  console.log(x);\n}',
  'typescript/use-unknown-in-catch-callback-variable':
    'export const f = (x: Promise<number>): Promise<unknown> => x.catch((error: Error) => error);',
};

const LINT: readonly (readonly [rule: string, path: string, text: string])[] = [
  ...Object.entries(ANYWHERE).map(([rule, text]) => [rule, 'packages/gateway/engine', text] as const),
  [
    'typescript/consistent-type-imports',
    'packages/gateway/engine',
    "import { Stats } from 'node:fs';\nexport type S = Stats;",
  ],
  [
    'typescript/switch-exhaustiveness-check',
    'packages/gateway/engine',
    "export function f(x: 'a' | 'b'): number {\n  switch (x) {\n    case 'a':\n      return 1;\n  }\n  return 2;\n}",
  ],
  [
    'typescript/restrict-template-expressions',
    'packages/gateway/engine',
    'export const f = (x: object): string => `${x}`;',
  ],
  [
    'typescript/no-confusing-void-expression',
    'packages/gateway/engine',
    'export const x = [console.log(1)];',
  ],
  ['typescript/no-explicit-any', 'packages/gateway/engine', 'export const f = (x: any): unknown => x;'],
  [
    'typescript/no-non-null-assertion',
    'packages/gateway/engine',
    'export const f = (x?: string): string => x!;',
  ],
  ['typescript/no-floating-promises', 'packages/gateway/engine', 'Promise.resolve(1);'],
  ['max-lines', 'packages/gateway/engine', long(401, (index) => `export const x${index} = ${index};`)],
  [
    'max-lines-per-function',
    'packages/gateway/engine',
    `export function f(): void {\n${long(61, (index) => `  console.log(${index});`)}\n}`,
  ],
  ['gatewright/no-restricted-syntax', 'packages/gateway/engine', 'export default 1;'],
  ['gatewright/no-restricted-syntax', 'packages/gateway/engine', "export * from './settings.ts';"],
  ['gatewright/no-restricted-syntax', 'packages/gateway/engine', 'export const x = { ...{ a: 1 }, b: 2 };'],
  [
    'gatewright/no-restricted-syntax',
    'packages/gateway/engine',
    'export const x = { ...({ a: 1 } as const), b: 2 };',
  ],
  ['gatewright/no-restricted-syntax', 'packages/gateway/engine', 'export const x = [...[1, 2], 3];'],
  [
    'gatewright/no-restricted-syntax',
    'packages/gateway/engine',
    'export const x = Math.max(...([1, 2] as const), 3);',
  ],
  ['gatewright/no-restricted-syntax', 'packages/gateway/engine', 'export function textOf(): void {}'],
  [
    'gatewright/no-restricted-syntax',
    'packages/gateway/engine',
    'export const memberOf = (): void => undefined;',
  ],
  [
    'no-restricted-imports',
    'shared/access',
    "import { readFile } from 'node:fs';\nexport const f = readFile;",
  ],
  [
    'no-restricted-imports',
    'shared/access',
    "import { readFile } from 'node:fs/promises';\nexport const f = readFile;",
  ],
  ['no-restricted-imports', 'shared/access', "export { S3 } from '@aws-sdk/client-s3/dist-types/S3.js';"],
  [
    'no-restricted-imports',
    'packages/gateway/engine',
    "import { createServer } from 'node:http';\nexport const f = createServer;",
  ],
  ['no-restricted-globals', 'shared/access', 'export const f = (): unknown => process.env;'],
  ['no-restricted-properties', 'shared/access', 'export const f = (): number => Date.now();'],
  [
    'no-restricted-globals',
    'packages/gateway/core/phases',
    'export const f = (): void => void setTimeout(() => undefined, 1);',
  ],
  [
    'no-restricted-properties',
    'packages/gateway/core/phases',
    'export const f = (): number => Math.random();',
  ],
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
        'packages/gateway/engine',
        `export const f = (error: Error): boolean => ${test};`,
      ] as const,
  ),
  [
    'gatewright/no-recognition-by-text',
    'shared/access',
    "import type { Reason } from '../failures.ts';\nexport const f = (reason: Reason): boolean => reason === 'forbidden';",
  ],
  ['typescript/no-floating-promises', 'test', 'Promise.resolve(1);'],
];

/** A folder of each room, and a folder that no room may import. `test` is above all rooms. */
const OF_ROOMS = ROOMS.map(({ name, folder }): [rule: string, importer: string, specifier: string] => {
  const up = folder.replaceAll(/[^/]+/g, '..');
  return [`floor-of-${name.replace('/', '-')}`, folder, `${up}/test/planted-target.ts`];
});

/**
 * A rule of .dependency-cruiser.mjs → the importer (a folder, or a file that is replaced) and the module that it
 * imports.
 */
const IMPORTS: readonly (readonly [rule: string, importer: string, specifier: string])[] = [
  ...OF_ROOMS,
  ['gateway-knows-doors-of-the-toolkit', 'packages/gateway/core', '../../toolkit/operate/planted-target.ts'],
  ['toolkit-knows-doors-of-the-gateway', 'packages/toolkit/operate', '../../gateway/core/planted-target.ts'],
  ['base-knows-no-product', 'packages/base/terminal', '../../gateway/core/planted-target.ts'],
  ['shared-knows-nothing-of-ours', 'shared/access', '../../packages/gateway/core/errors.ts'],
  ['packages-stand-alone', 'packages/gateway/dynamodb', '../core/planted-target.ts'],
  ['velocity-is-pure', 'packages/gateway/velocity', 'node:crypto'],
  ['authoring-ships-in-no-function', 'functions', '@gatewright/authoring/document/document'],
  [
    'authoring-knows-the-library-only',
    'packages/toolkit/authoring',
    '../../gateway/engine/planted-target.ts',
  ],
  ['shared-takes-no-node', 'shared/access', 'node:fs'],
  ['shared-takes-no-aws-sdk', 'shared/access', '@aws-sdk/client-dynamodb'],
  [
    'shared-adapters-stay-in-their-folder',
    'shared/quota/dynamodb-planted.ts',
    '../access/dynamodb-planted-too.ts',
  ],
  ['shared-ground-floor', 'shared/aws', '../access/planted-target.ts'],
  ['shared-domains-do-not-know-each-other', 'shared/quota', '../access/planted-target.ts'],
  ['phases-do-not-know-each-other', 'packages/gateway/core/phases', './planted-target.ts'],
  ['phases-see-facts-only', 'packages/gateway/core/phases', '../stack/planted-target.ts'],
  ['pure-folders-take-no-node', 'packages/gateway/core/routing', 'node:fs'],
  ['pure-folders-look-downward', 'packages/gateway/core/policy', '../phases/planted-target.ts'],
  ['only-deployment-compiles', 'packages/gateway/core/routing', '../deployment/planted-target.ts'],
  [
    'pipelines-only-order-phases',
    'packages/gateway/core/websocket/pipeline.ts',
    '../stack/planted-target.ts',
  ],
  ['control-plane-serves-no-requests', 'packages/gateway/control', '../core/phases/planted-target.ts'],
  ['implementers-know-no-request', 'packages/gateway/lambda', '../core/routing/planted-target.ts'],
  ['carriers-only-carry', 'packages/gateway/server', '../core/phases/planted-target.ts'],
  ['functions-know-shared-only', 'functions', './planted-target.ts'],
  ['console-runs-in-a-browser', 'packages/gateway/console/page', '../records/planted-target.ts'],
  ['console-takes-no-node', 'packages/gateway/console/page', 'node:fs'],
  ['console-is-bundled', 'packages/gateway/engine', '../console/page/planted-target.ts'],
  ['portal-runs-in-a-browser', 'packages/toolkit/stack/portal/page', '../commands/planted-target.ts'],
  ['portal-takes-no-node', 'packages/toolkit/stack/portal/page', 'node:fs'],
  ['portal-is-bundled', 'packages/toolkit/stack/commands', '../portal/page/planted-target.ts'],
  ['nothing-imports-tests', 'layers', '../test/planted-target.ts'],
  ['no-circular', 'packages/toolkit/terminal/planted-circle.ts', './planted-ring.ts'],
  ['no-unresolvable', 'packages/toolkit/terminal', './planted-nowhere.ts'],
];

/** The targets of the planted imports. */
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
      path: `packages/gateway/engine/planted-${flag.toLowerCase()}.ts`,
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
    path: 'packages/gateway/engine/planted-format.ts',
    text: 'export const x = "1"\n',
  },
];

/** Flags of tsconfig.json that are proven; the proof compares this with the file. */
export const PROVEN_FLAGS: readonly string[] = TYPES.map(([flag]) => flag);
