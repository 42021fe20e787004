/**
 * The import direction once more, in thirty lines that depend on no tool (`npm run imports` cruises): if the rules of
 * .dependency-cruiser.mjs were switched off or saw nothing, this still fails.
 */
import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { expandAlternatives } from './expand-alternatives.ts';
import {
  SOURCE_FOLDERS,
  importsOf,
  listFiles,
  readSource,
  readSources,
  resolveImport,
} from './source-files.ts';

/** What users of the gateway may import: the `exports` of its package. */
function gatewayEntries(): readonly string[] {
  const { exports } = JSON.parse(readSource('gateway/package.json').text) as {
    readonly exports: Readonly<Record<string, string>>;
  };
  return Object.values(exports).map((file) => file.slice('./'.length));
}

/** importer → where it must not lead. */
const FORBIDDEN: readonly (readonly [importer: RegExp, target: RegExp])[] = [
  [/^shared\//, /^(functions|layers|gateway|packages\/(?!aws\/)[^/]+|cli|plugin|examples|bench|test)\//],
  [
    /^packages\/(?!authoring\/)/,
    /^(shared|functions|layers|gateway|packages\/authoring|cli|plugin|examples|bench|test)\//,
  ],
  [/^packages\/authoring\//, /^(functions|layers|gateway|cli|plugin|examples|bench|test)\//],
  [/^layers\//, /^(cli|plugin)\//],
  [/^gateway\//, /^(functions|layers|cli|plugin|packages\/authoring|examples|bench|test)\//],
  [
    /^gateway\/phases\//,
    /^gateway\/(phases|control|server|aws-api|issuer|control-port|lambda|services|adapters|definition)\//,
  ],
  [
    /^gateway\/(routing|mapping|events|policy|deployment)\//,
    /^gateway\/(phases|control|server|services|adapters|websocket)\//,
  ],
  [/^gateway\/control\//, /^gateway\/(phases|server)\//],
  [/^gateway\/(lambda|services|adapters)\//, /^gateway\/(phases|control|deployment|pipeline\.ts)/],
  [/^gateway\/(server|aws-api|control-port)\//, /^gateway\/(phases|lambda|services|adapters)\//],
  [/^functions\//, /^(functions|layers|gateway|packages\/(?!aws\/)[^/]+|cli|plugin|examples|bench|test)\//],
  [/^(cli|plugin|testing|bench|examples)\//, new RegExp(`^gateway/(?!(${gatewayEntries().join('|')})$)`)],
  [/^shared\/entries\//, /^(?!shared\/)/],
  [/^(?!test\/)/, /^test\//],
  [/^(?!test\/|bench\/)/, /^bench\//],
];

type Condition = Readonly<Partial<Record<'path' | 'pathNot', string | readonly string[]>>>;
type Cruiser = {
  readonly default: { readonly forbidden: readonly { readonly from: Condition; readonly to: Condition }[] };
};

/** Packages of others and built-in modules. */
const OF_OTHERS = /node_modules|^\^aws-lambda\$$|crypto/;

const PURE =
  /^(gateway\/(phases|routing|mapping|events|policy|deployment)\/|packages\/velocity\/|shared\/(access|quota|webhooks|websocket|http|aws|table)\/)/;
const SHARED_ADAPTER = /\/(dynamodb|lambda)-[^/]*$|-(poster|fetcher)\.ts$/;

function forbiddenImports(sources = readSources()): readonly string[] {
  return sources.flatMap((file) =>
    importsOf(file).flatMap((specifier) => {
      const target = resolveImport(file.path, specifier) ?? specifier;
      const node =
        target.startsWith('node:') && !(file.path.startsWith('shared/') && target === 'node:crypto');
      const impure = node && PURE.test(file.path) && !SHARED_ADAPTER.test(file.path);
      const against = FORBIDDEN.some(
        ([importer, forbidden]) => importer.test(file.path) && forbidden.test(target),
      );
      return impure || against ? [`${file.path} → ${target}`] : [];
    }),
  );
}

describe('import direction', () => {
  it('is kept by every file', () => {
    assert.deepEqual(forbiddenImports(), []);
  });

  it('is refused where it is broken', () => {
    const planted = [
      {
        path: 'packages/aws/arn.ts',
        text: "import type { Json } from '../../gateway/definition/model.ts';\n",
      },
      { path: 'gateway/phases/match.ts', text: "import { log } from './log.ts';\n" },
      { path: 'gateway/routing/table.ts', text: "import {\n  readFile,\n} from 'node:fs';\n" },
      { path: 'cli/main.ts', text: "const late = await import('../gateway/pipeline.ts');\n" },
      { path: 'shared/entries/quota.ts', text: "export { x } from '../../gateway/index.ts';\n" },
    ];

    assert.equal(forbiddenImports(planted).length, planted.length);
  });

  it('is told of nothing but what there is: no rule speaks of a folder or file that is gone', async () => {
    const { default: cruiser } = (await import(
      new URL('../../.dependency-cruiser.mjs', import.meta.url).href
    )) as Cruiser;
    const ofCruiser = cruiser.forbidden.flatMap(({ from, to }) =>
      [from.path, from.pathNot, to.path, to.pathNot].flat().filter((path) => path !== undefined),
    );
    const paths = listFiles();
    const isOfNothing = (text: string): boolean =>
      !OF_OTHERS.test(text) && !paths.some((path) => new RegExp(text).test(path));

    const ofThisTest = [...FORBIDDEN.flat(), PURE, SHARED_ADAPTER].map(({ source }) => source);
    assert.deepEqual([...ofCruiser, ...ofThisTest].flatMap(expandAlternatives).filter(isOfNothing), []);
  });

  it('names every top folder that holds code', () => {
    const folders = new Set(
      readSources()
        .filter((file) => file.path.includes('/'))
        .map((file) => file.path.split('/', 1).join()),
    );

    assert.deepEqual(
      [...folders].filter((folder) => !SOURCE_FOLDERS.includes(folder)),
      [],
    );
  });
});
