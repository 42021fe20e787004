/** The parts name all that `serverless.yml` and the resource files declare, each once, and nothing else. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { COMMANDS } from '../../../../packages/gatewright/command/commands.ts';
import { COMMON_PART, PARTS } from '../../../../packages/toolkit/stack/parts.ts';
import type { StackPart } from '../../../../packages/toolkit/stack/stack-part.ts';
import { alarmsOf, readStack, tablesOf } from '../../../support/read-stack.ts';

const REPOSITORY = join(import.meta.dirname, '../../../..');
const ALL = [...PARTS, COMMON_PART];

const { functions, namedFiles, resourceFiles, parameters, outputs } = readStack();
const files = [...resourceFiles.values()];

/** What the stack declares, by the member of a part that names it. */
const declared = {
  functions: [...functions.keys()],
  resourceFiles: [...resourceFiles.keys()],
  tables: files.flatMap(tablesOf),
  alarms: files.flatMap(alarmsOf),
  parameters,
  outputs,
};

type Declared = keyof typeof declared;
type Difference = { readonly unnamed: readonly string[]; readonly surplus: readonly string[] };

/** `surplus`: named and not declared, or named a second time. */
function compare(kind: Declared, parts: readonly StackPart[]): Difference {
  const named = parts.flatMap((part) => part[kind]);
  return {
    unnamed: declared[kind].filter((name) => !named.includes(name)),
    surplus: named.filter((name, at) => !declared[kind].includes(name) || named.indexOf(name) !== at),
  };
}

describe('the parts of the stack', () => {
  for (const [kind, least] of [
    ['functions', 16],
    ['resourceFiles', 10],
    ['tables', 4],
    ['alarms', 30],
    ['parameters', 30],
    ['outputs', 25],
  ] as const)
    it(`name each of its ${kind} once`, () => {
      assert.ok(declared[kind].length >= least, `${declared[kind].length} ${kind}`);
      assert.deepEqual(compare(kind, ALL), { unnamed: [], surplus: [] });
    });

  it('differ from the stack if a function is removed, is named twice or does not exist', () => {
    const [first = COMMON_PART, ...others] = ALL;
    const [removed = '', ...rest] = first.functions;
    const withFunctions = (names: readonly string[]) => [{ ...first, functions: names }, ...others];

    assert.deepEqual(compare('functions', withFunctions(rest)), { unnamed: [removed], surplus: [] });
    assert.deepEqual(compare('functions', withFunctions([...first.functions, 'ws-ticket'])), {
      unnamed: [],
      surplus: ['ws-ticket'],
    });
    assert.deepEqual(compare('functions', withFunctions([...first.functions, 'no-such'])), {
      unnamed: [],
      surplus: ['no-such'],
    });
  });

  it('have no resource file that serverless.yml omits', () => {
    const expected = declared.resourceFiles.map((path) => `\${file(packages/toolkit/stack/${path})}`);

    assert.deepEqual(namedFiles.toSorted(), expected.toSorted());
  });

  it('have the names of their folders', () => {
    const folders = globSync('*/part.ts', { cwd: join(REPOSITORY, 'packages/toolkit/stack') });

    assert.deepEqual(PARTS.map(({ name }) => join(name, 'part.ts')).toSorted(), folders.toSorted());
  });

  it('have each guide of what they do, which the guides of several parts and of costs are not', () => {
    const guides = globSync('docs/guides/{protect,receive,sell,operate}/*.md', { cwd: REPOSITORY });
    const others = ['protect/deploy-tools', 'protect/parts', 'operate/cost'];

    assert.deepEqual(
      [...new Set(ALL.flatMap((part) => part.guides))].toSorted(),
      guides
        .map((path) => path.replaceAll('\\', '/'))
        .filter((path) => !others.some((name) => path === `docs/guides/${name}.md`))
        .toSorted(),
    );
  });

  it('have each command that is in their folders or has their name', () => {
    const loaders = readFileSync(join(REPOSITORY, 'packages/gatewright/command/commands.ts'), 'utf8');
    const own = [
      ...loaders.matchAll(/^\s*(\w+): async \(\) =>\s*\(await import\('\.\.\/\.\.\/toolkit\/stack\//gm),
    ];
    const expected = [
      ...own.map(([, name = '']) => name),
      ...PARTS.map(({ name }) => name).filter((name) => COMMANDS.has(name)),
    ];
    const named = ALL.flatMap(({ commands }) => commands);

    assert.ok(own.length > 0, 'no command of the stack was found in commands.ts: has its form changed?');
    assert.deepEqual(
      expected.filter((name) => !named.includes(name)),
      [],
    );
  });
});

for (const part of ALL)
  describe(`the part ${part.name}`, () => {
    const own = new Set(part.resourceFiles.flatMap((path) => [...(resourceFiles.get(path)?.keys() ?? [])]));
    const common = new Set(
      COMMON_PART.resourceFiles.flatMap((path) => [...(resourceFiles.get(path)?.keys() ?? [])]),
    );

    it('declares its tables and alarms in its own files or in the common ones', () => {
      const elsewhere = [...part.tables, ...part.alarms].filter((id) => !own.has(id) && !common.has(id));

      assert.deepEqual(elsewhere, []);
    });

    it('declares the roles of its functions in its own files', () => {
      const elsewhere = part.functions.filter((id) => !own.has(functions.get(id)?.role ?? ''));

      assert.deepEqual(elsewhere, []);
    });

    it('names commands that exist', () => {
      assert.deepEqual(
        part.commands.filter((name) => !COMMANDS.has(name)),
        [],
      );
    });

    it('names guides and handlers that exist', () => {
      const paths = [...part.guides, ...part.handlers.map((path) => `shared/${path}`)];

      assert.ok(part.guides.length > 0);
      assert.deepEqual(
        paths.filter((path) => path.endsWith('/') || !existsSync(join(REPOSITORY, path))),
        [],
      );
    });

    it('names the folders of rules that its functions import, which the layer and single files are not', () => {
      const handlers = [...part.handlers, ...COMMON_PART.handlers];
      const imported = part.functions.flatMap((id) => [
        ...readFileSync(join(REPOSITORY, `functions/${id}.ts`), 'utf8').matchAll(/'#shared\/([\w-]+)\//g),
      ]);
      const folders = new Set(
        imported.map(([, folder = '']) => folder).filter((folder) => folder !== 'middleware'),
      );

      assert.deepEqual(
        [...folders].filter((folder) => !handlers.includes(folder)),
        [],
      );
    });
  });
