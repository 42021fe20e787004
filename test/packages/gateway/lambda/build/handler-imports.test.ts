import assert from 'node:assert/strict';
import { readdirSync, utimesSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { checkImports, readImports } from '../../../../../packages/gateway/lambda/build/handler-imports.ts';
import { NO_LENDING } from '../../../../../packages/gateway/lambda/lent/lending.ts';
import { thisMachine } from '../../../../../packages/gateway/lambda/process/find-toolchain.ts';
import { BuildCache } from '../../../../../packages/gateway/lambda/build/build-cache.ts';
import { aFolder, aFolderFunction } from '../start-runtime.ts';

// Source: TypeScript handbook, "Modules", import elision
describe('readImports', () => {
  it('omits packages from which a handler only imports types, whether declared so or not', async () => {
    const folder = aFolder({
      'a.ts': `import { APIGatewayProxyEvent } from 'aws-lambda';
        import type { Context } from 'only-types';
        import { v4, type V4Options } from 'uuid';
        import 'reflect-metadata';
        import { twice } from './b.ts';
        export const handler = async (event: APIGatewayProxyEvent, context: Context, o?: V4Options) => twice(v4(o)) + require('lodash').x;`,
      'b.ts': `import { Handler } from 'aws-lambda';
        export const twice = (text: string): string => { const h: Handler | undefined = undefined; return text + text + String(h); };`,
    });

    const imports = await readImports(
      join(folder, 'a.ts'),
      folder,
      new BuildCache(join(folder, 'kept'), folder),
    );

    assert.deepEqual(imports.map(({ specifier, isCertain }) => [specifier, isCertain]).sort(), [
      ['lodash', false],
      ['reflect-metadata', true],
      ['uuid', true],
    ]);
  });

  // Source: Lambda developer guide, "Packaging layer content": a layer is unpacked under /opt
  it('still names the packages of a handler that loads a module of a layer by its path', async () => {
    const folder = aFolder({
      'a.js': `const dates = require('/opt/nodejs/dates');
        const aws = require('aws-sdk/clients/dynamodb');
        exports.handler = async () => [dates, aws];`,
    });

    const imports = await readImports(
      join(folder, 'a.js'),
      folder,
      new BuildCache(join(folder, 'kept'), folder),
    );

    assert.deepEqual(
      imports.map(({ specifier }) => specifier),
      ['aws-sdk/clients/dynamodb'],
    );
  });
});

describe('imports of a handler that runs unbundled', () => {
  // esbuild reads `paths`, and their targets are not marked; Node does not read them.
  it('are stored for the next start, also below a tsconfig.json with paths', async () => {
    const folder = aFolder({
      'tsconfig.json': '{ "compilerOptions": { "paths": { "uuid": ["./own"] } } }',
      'own.ts': 'export const v4 = 1;',
      'a.js': 'const { v4 } = require("uuid"); exports.handler = async () => v4;',
    });
    // Right after a save nothing is kept.
    for (const name of ['a.js', 'own.ts', 'tsconfig.json']) utimesSync(join(folder, name), 1, 1);
    const kept = join(folder, 'kept');

    const imports = await readImports(join(folder, 'a.js'), folder, new BuildCache(kept, folder));

    assert.deepEqual(
      imports.map(({ specifier }) => specifier),
      ['uuid'],
    );
    assert.equal(readdirSync(kept).length, 1);
  });
});

// Source: Node.js documentation, "Modules: CommonJS modules": require throws MODULE_NOT_FOUND
describe('checkImports', () => {
  async function missing(
    files: Readonly<Record<string, string>>,
    elsewhere: readonly string[] = [],
  ): Promise<readonly string[]> {
    const folder = aFolder(files);
    const imports = await readImports(
      join(folder, 'a.js'),
      folder,
      new BuildCache(join(folder, 'kept'), folder),
    );
    const found = await checkImports(imports, aFolderFunction(folder, 'a.handler'), elsewhere, {
      lender: NO_LENDING,
      machine: thisMachine(),
    });
    return found.missing.map(({ message, place }) => `${basename(place.file)}:${place.line} ${message}`);
  }

  const ABSENT = 'Cannot find package "absent-one": the package is not installed; run npm install absent-one';
  const certain: readonly [title: string, Readonly<Record<string, string>>, at: string][] = [
    ['a declaration', { 'a.js': `'use strict'\nconst x = require('absent-one');` }, 'a.js:2'],
    ['parts of it', { 'a.js': `const {\n  b,\n  c: d,\n} = require("absent-one/lib").e` }, 'a.js:4'],
    ['its result, called', { 'a.js': `const x = require('absent-one')({ a: 1 })` }, 'a.js:1'],
    ['the last of a list', { 'a.js': `const fs = require('fs'), x = require('absent-one')` }, 'a.js:1'],
    ['only a statement', { 'a.js': `  require('absent-one')` }, 'a.js:1'],
    ['an export', { 'a.js': `exports.x = require('absent-one').x` }, 'a.js:1'],
    [
      'a module that is required so itself',
      { 'a.js': `const b = require('./lib/b')`, 'lib/b.js': `module.exports = require('absent-one')` },
      'b.js:1',
    ],
  ];
  for (const [title, files, at] of certain)
    it(`names a package whose require runs at load: ${title}`, async () => {
      assert.deepEqual(await missing(files), [`${at} ${ABSENT}`]);
    });

  it('names only the file if the name is not written literally', async () => {
    assert.deepEqual(await missing({ 'a.js': `const x = require('absent\\x2done')` }), [
      `a.js:undefined ${ABSENT}`,
    ]);
  });

  for (const [pattern, isElsewhere] of [
    ['absent-one', true],
    ['absent-one/lib', true],
    ['absent-*', true],
    ['*', true],
    ['absent', false],
    ['absent-on', false],
    ['other-*', false],
  ] as const)
    it(`${isElsewhere ? 'passes over' : 'names'} it if the service has ${pattern} from elsewhere`, async () => {
      const files = { 'a.js': `const x = require('absent-one/lib')` };

      assert.equal((await missing(files, [pattern])).length, isElsewhere ? 0 : 1);
    });

  const guarded: readonly [title: string, Readonly<Record<string, string>>][] = [
    ['try, not indented', { 'a.js': `let x;\ntry {\nx = require('absent-one')\n} catch {}` }],
    ['if', { 'a.js': `if (process.env.LOCAL) require('absent-one')` }],
    ['a condition', { 'a.js': `const x = process.env.LOCAL ? require('absent-one') : {}` }],
    [
      'a function',
      { 'a.js': `const x = () => require('absent-one'); function y() {\nreturn require('absent-one') }` },
    ],
    [
      'a module that is required under a condition',
      { 'a.js': `if (process.env.LOCAL) require('./b')`, 'b.js': `const x = require('absent-one')` },
    ],
  ];
  for (const [title, files] of guarded)
    it(`ignores a require that may never run: ${title}`, async () => {
      assert.deepEqual(await missing(files), []);
    });
});

describe('packages that a package.json lists and that are not installed', () => {
  const LISTED = { one: '1', two: '1', three: '1', here: '1' };
  type Row = {
    name: string;
    lists: object;
    imports: string;
    lock?: string;
    expected: RegExp;
    count?: number;
  };
  const rows: readonly Row[] = [
    {
      name: 'are one message for all files, whichever of them a function imports',
      lists: { dependencies: LISTED },
      imports: 'import "two"; import "one"; import "here";',
      expected:
        /package\.json: 3 packages in dependencies are not installed: one, two, three; run cd \S+ && npm install$/,
    },
    {
      name: 'are installed by the package manager of the project',
      lists: { dependencies: LISTED },
      imports: 'import "two";',
      lock: 'pnpm-lock.yaml',
      expected: /run cd \S+ && pnpm install$/,
    },
    {
      name: 'are a message at the import if there is only one',
      lists: { dependencies: { one: '1', here: '1' } },
      imports: 'import "one";',
      expected:
        /a\.mjs:1: Cannot find package "one": the package is not installed; run cd \S+ && npm install$/,
    },
    {
      name: 'are distinguished from packages that are not listed, which one command installs',
      lists: { dependencies: LISTED },
      imports: 'import "other"; import "@more/a/b"; import "other/c";',
      expected:
        /a\.mjs:1: Cannot find package "@more\/a": the package is not installed; run cd \S+ && npm install other @more\/a$/,
      count: 2,
    },
    {
      name: 'are distinguished from a package that is not listed',
      lists: { dependencies: LISTED },
      imports: 'import "other";',
      expected:
        /a\.mjs:1: Cannot find package "other": the package is not installed; run cd \S+ && npm install other$/,
    },
  ];
  for (const { name, lists, imports: text, lock, expected, count = 1 } of rows)
    it(name, async () => {
      const folder = aFolder({
        'package.json': JSON.stringify(lists),
        'a.mjs': `${text} export const handler = async () => 1;`,
        'node_modules/here/index.js': '',
        ...(lock !== undefined && { [lock]: '' }),
      });
      const imports = await readImports(
        join(folder, 'a.mjs'),
        folder,
        new BuildCache(join(folder, 'kept'), folder),
      );

      const { missing } = await checkImports(imports, aFolderFunction(folder, 'a.handler'), [], {
        lender: NO_LENDING,
        machine: thisMachine(),
      });

      assert.equal(missing.length, count);
      assert.match(missing.at(-1)?.describe() ?? '', expected);
    });
});
