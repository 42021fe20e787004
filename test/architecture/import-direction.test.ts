/**
 * Checks the floors a second time, in forty lines that need no tool (`npm run imports` uses dependency-cruiser). This
 * test still fails if the rules of .dependency-cruiser.mjs are switched off or see no files.
 */
import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { expandAlternatives } from './expand-alternatives.ts';
import { PRODUCT_DOORS, productOf, roomOf, SOURCE_FOLDERS } from './layout.ts';
import { importsOf, listFiles, readSources, resolveImport } from './source-files.ts';
import type { SourceFile } from './source-files.ts';

type Condition = Readonly<Partial<Record<'path' | 'pathNot', string | readonly string[]>>>;
type Cruiser = {
  readonly default: { readonly forbidden: readonly { readonly from: Condition; readonly to: Condition }[] };
};

/** Matches packages by other authors, built-in modules, and the launcher, which has another path in the package. */
const OF_OTHERS =
  /node_modules|^\^gatewright\/|^\^(?:aws-lambda|constructs)\$$|^\^aws-cdk-lib|crypto|^\^\\\.\\\.\/packages/;

const PURE =
  /^(packages\/gateway\/(core\/(phases|routing|mapping|json-path|events|policy|deployment)|velocity|kernel\/delivery)\/|shared\/(access|quota|webhooks|websocket|http|aws|table)\/)/;
/** This file loads ajv only if there are models. */
const LATE_LOADER = 'packages/gateway/core/deployment/models/json-schema.ts → node:module';
const SHARED_ADAPTER = /\/(dynamodb|lambda)-[^/]*$|-(poster|fetcher)\.ts$/;
const PHASE = /^packages\/gateway\/core\/phases\//;

const isTest = (path: string): boolean => /(^|\/)test\//.test(path);

/** Returns the reason why a file may not import another, or undefined if it may. */
function faultOf(path: string, target: string): string | undefined {
  const isCrypto = path.startsWith('shared/') && target === 'node:crypto';
  const isAllowed = isCrypto || `${path} → ${target}` === LATE_LOADER;
  if (target.startsWith('node:') && !isAllowed && PURE.test(path) && !SHARED_ADAPTER.test(path))
    return 'is not pure';
  if (PHASE.test(path) && PHASE.test(target)) return 'is another phase';
  if (isTest(path)) return undefined;
  if (isTest(target)) return 'is a test';
  const [from, to] = [roomOf(path), roomOf(target)];
  if (from === undefined || to === undefined || from === to) return undefined;
  const [product, other] = [productOf(path), productOf(target)];
  const isDoor = PRODUCT_DOORS.some((door) => door.of === other && door.files.includes(target));
  if (product === 'base' && other !== 'base') return 'is of a product, and the importer is of the base';
  if (product !== undefined && other !== undefined && other !== 'base' && product !== other && !isDoor)
    return `is no door: add it to PRODUCT_DOORS with a reason, or move what both need to packages/base`;
  return to.floor >= from.floor ? `is on floor ${to.floor}, not below ${from.floor}` : undefined;
}

function forbiddenImports(sources: readonly SourceFile[] = readSources()): readonly string[] {
  return sources.flatMap((file) =>
    importsOf(file).flatMap((specifier) => {
      const target = resolveImport(file.path, specifier) ?? specifier;
      const fault = faultOf(file.path, target);
      return fault === undefined ? [] : [`${file.path} → ${target}: ${fault}`];
    }),
  );
}

describe('import direction', () => {
  it('is correct in every file', () => {
    assert.deepEqual(forbiddenImports(), []);
  });

  it('is reported if a file breaks it', () => {
    const planted: readonly (readonly [path: string, specifier: string])[] = [
      ['packages/base/aws/arn.ts', '../../gateway/core/stack/model.ts'],
      ['packages/gateway/core/phases/match.ts', './log.ts'],
      ['packages/gateway/core/routing/table.ts', 'node:fs'],
      ['shared/entries/quota.ts', '../../packages/gateway/engine/index.ts'],
      ['packages/toolkit/operate/attach.ts', '../../gateway/core/trail.ts'],
      ['packages/gateway/core/receive.ts', '../../../shared/access/decide/decide.ts'],
      ['packages/base/terminal/output.ts', '../../../shared/ports.ts'],
      ['packages/gateway/services/sqs/queues.ts', '../sns/topics.ts'],
    ];

    const sources = planted.map(([path, specifier]) => ({
      path,
      text: `import {\n  x,\n} from '${specifier}';\nconst late = await import('${specifier}');\n`,
    }));
    assert.equal(forbiddenImports(sources).length, 2 * planted.length);
  });

  it('has no rule that names a folder or file that no longer exists', async () => {
    const { default: cruiser } = (await import(
      new URL('../../.dependency-cruiser.mjs', import.meta.url).href
    )) as Cruiser;
    const ofCruiser = cruiser.forbidden.flatMap(({ from, to }) =>
      [from.path, from.pathNot, to.path, to.pathNot].flat().filter((path) => path !== undefined),
    );
    const paths = listFiles();
    const isOfNothing = (text: string): boolean =>
      !OF_OTHERS.test(text) && !paths.some((path) => new RegExp(text).test(path));

    const ofThisTest = [PURE, SHARED_ADAPTER, PHASE].map(({ source }) => source);
    const texts = new Set([...ofCruiser, ...ofThisTest].flatMap(expandAlternatives));
    assert.deepEqual([...texts].filter(isOfNothing), []);
  });
});

describe('a door between the products', () => {
  it('is imported by the other product', () => {
    const imports = readSources().flatMap((file) =>
      importsOf(file).map((specifier) => ({
        from: productOf(file.path),
        target: resolveImport(file.path, specifier),
      })),
    );
    const unused = PRODUCT_DOORS.flatMap((door) =>
      door.files.filter(
        (path) =>
          !imports.some(
            ({ from, target }) => target === path && from === (door.of === 'gateway' ? 'toolkit' : 'gateway'),
          ),
      ),
    );

    assert.deepEqual(unused, [], 'take these files off PRODUCT_DOORS in layout.ts: no import needs them');
  });
});

describe('a room', () => {
  it('exists for every file outside of tests', () => {
    const paths = readSources()
      .map(({ path }) => path)
      .filter((path) => path.includes('/'));

    assert.deepEqual(
      paths.filter((path) => !isTest(path) && roomOf(path) === undefined),
      [],
    );
    assert.deepEqual(
      paths.filter((path) => !SOURCE_FOLDERS.includes(path.split('/', 1).join())),
      [],
    );
  });
});

describe('a service', () => {
  const sources = readSources().filter(({ path }) => !isTest(path));
  const services = sources.flatMap(
    ({ path }) => /^(packages\/gateway\/services\/[^/]+)\/service\.ts$/.exec(path)?.[1] ?? [],
  );

  // The page of operations lists the tables of calls, so it imports them.
  it('is imported by its line of the catalogue and the page of operations, and by nothing else outside its folder', () => {
    const importers = sources
      .filter((file) =>
        importsOf(file).some((specifier) => {
          const target = resolveImport(file.path, specifier) ?? '';
          return services.some(
            (folder) => target.startsWith(`${folder}/`) && !file.path.startsWith(`${folder}/`),
          );
        }),
      )
      .map(({ path }) => path);

    assert.ok(services.length > 1);
    assert.deepEqual(importers, [
      'lab/tools/operations-page.ts',
      'packages/gateway/engine/compose/services/catalogue.ts',
    ]);
  });
});
