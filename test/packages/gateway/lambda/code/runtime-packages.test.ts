import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import type { FunctionDefinition } from '../../../../../packages/gateway/core/stack/function.ts';
import {
  explainMissing,
  findRuntimePackage,
  isRuntimePackage,
  packageNameOf,
} from '../../../../../packages/gateway/lambda/code/runtime-packages.ts';
import { aFolder, aFolderFunction, failed, returned, startRuntime } from '../start-runtime.ts';

const CLIENT = '@aws-sdk/client-dynamodb';
const ASKS = `const { DynamoDBClient } = require('${CLIENT}'); exports.handler = async () => typeof DynamoDBClient`;
const IMPORTS = `import { DynamoDBClient } from '${CLIENT}'; export const handler = async () => typeof DynamoDBClient`;

type FolderCode = Extract<FunctionDefinition['code'], { readonly kind: 'directory' }>;

async function prepareAll(definitions: readonly FunctionDefinition[]): Promise<{
  readonly faults: readonly string[];
  readonly borrowed: readonly string[];
  readonly remedies: readonly (string | undefined)[];
}> {
  const { runtime } = await startRuntime([]);
  const faults = new Faults(false);
  const replace = await runtime.prepare(definitions, new Map(), faults);
  replace();
  return {
    faults: faults.all.map(({ error }) => error.describe()),
    borrowed: runtime.takeBorrowed(),
    remedies: faults.all.map(({ error }) => error.remedy),
  };
}

describe('the AWS SDK that Lambda provides', () => {
  // serverless-esbuild excludes only aws-sdk unless the service names more (dist/index.js, `exclude: ['aws-sdk']`).
  it('is named with its line and remedies if serverless-esbuild would not find it, unless it is excluded', async () => {
    const folder = aFolder({
      'ts.ts': `\n${IMPORTS}`,
      'two.ts': "import 'aws-sdk'; export const handler = 1",
    });
    const bundler = 'serverless-esbuild';
    const esbuild = { exclude: ['@aws-sdk/*'] };
    const faultsOf = async (more: Pick<FolderCode, 'esbuild'> & Partial<FolderCode>) => {
      const code = { kind: 'directory', directory: folder, ...more } as const;
      return prepareAll([aFolderFunction(folder, 'ts.handler', { code })]);
    };

    const { faults, remedies } = await faultsOf({ esbuild: undefined, isBundled: true, bundler });
    assert.deepEqual([faults.length, remedies.length], [1, 1]);
    assert.match(
      faults.join(),
      /ts\.ts:2: @aws-sdk\/client-dynamodb is not installed in the project, so serverless-esbuild cannot resolve it$/,
    );
    assert.match(
      remedies.join(),
      /^run npm install @aws-sdk\/client-dynamodb, or leave .* list @aws-sdk\/\* under custom\.esbuild\.exclude$/,
    );
    assert.deepEqual((await faultsOf({ esbuild, bundler })).faults, []);
    assert.deepEqual((await faultsOf({ esbuild: undefined, isBundled: true })).faults, []);
  });

  it('comes from the gateway if the service has none, by require and by import, from files and from bundles', async () => {
    const folder = aFolder({
      'cjs.js': ASKS,
      'esm.mjs': IMPORTS,
      'late.js': `exports.handler = async () => typeof (await import('${CLIENT}')).DynamoDBClient`,
      'ts.ts': IMPORTS,
      'own.ts': IMPORTS,
      'smithy.mjs':
        "import { SignatureV4 } from '@smithy/signature-v4'; export const handler = async () => typeof SignatureV4",
    });
    const { invoke } = await startRuntime([
      ...['cjs', 'esm', 'late', 'ts', 'smithy'].map((name) => aFolderFunction(folder, `${name}.handler`)),
      aFolderFunction(folder, 'own.handler', { esbuild: { format: 'cjs', exclude: ['@aws-sdk/*'] } }),
    ]);

    for (const name of ['cjs', 'esm', 'late', 'ts', 'smithy', 'own'])
      assert.equal(returned(await invoke(`${name}-handler`)), 'function', name);
  });

  it('comes from the service, then from its layers, if they have it', async () => {
    const layer = aFolder({
      [`nodejs/node_modules/${CLIENT}/index.js`]: 'exports.DynamoDBClient = "of the layer"',
    });
    const text = `exports.handler = async () => require('${CLIENT}').DynamoDBClient`;
    const bare = aFolder({ 'a.js': text });
    const full = aFolder({
      'a.js': text,
      [`node_modules/${CLIENT}/index.js`]: 'exports.DynamoDBClient = "own"',
    });
    const layers = [{ arn: 'arn:layer:1', directory: layer }];
    const { invoke } = await startRuntime([
      aFolderFunction(bare, 'a.handler', { name: 'bare', layers }),
      aFolderFunction(full, 'a.handler', { name: 'full', layers }),
    ]);

    assert.equal(returned(await invoke('bare')), 'of the layer');
    assert.equal(returned(await invoke('full')), 'own');
  });

  it('comes from the gateway at once if layers have other packages, and a missing package fails at once', async () => {
    const layers = ['small', 'other'].map((name) => ({
      arn: `arn:layer:${name}`,
      directory: aFolder({ [`nodejs/node_modules/${name}/index.js`]: 'exports.it = 1' }),
    }));
    const folder = aFolder({ 'a.js': ASKS, 'b.js': "require('other'); require('nowhere')" });
    const { invoke } = await startRuntime(
      ['a', 'b'].map((name) => aFolderFunction(folder, `${name}.handler`, { layers })),
    );

    assert.equal(returned(await invoke('a-handler')), 'function');
    assert.match(failed(await invoke('b-handler')).errorMessage, /Cannot find module 'nowhere'/);
  });

  it('is reported once, by name', async () => {
    const folder = aFolder({ 'a.js': ASKS, 'b.ts': IMPORTS });
    const { runtime } = await startRuntime([
      aFolderFunction(folder, 'a.handler'),
      aFolderFunction(folder, 'b.handler'),
    ]);

    assert.deepEqual([runtime.takeBorrowed(), runtime.takeBorrowed()], [[CLIENT], []]);
  });

  it('does not exist for nodejs16.x, which had version 2', async () => {
    const folder = aFolder({ 'a.js': ASKS });
    const { invoke } = await startRuntime([aFolderFunction(folder, 'a.handler', { runtime: 'nodejs16.x' })]);

    assert.equal(failed(await invoke('a-handler')).errorType, 'Runtime.ImportModuleError');
  });
});

describe('a missing package', () => {
  // Each line is reported with the file and the line of the import, before any event.
  const rows = [
    {
      name: 'version 2 of the SDK, by import from TypeScript',
      files: { 'a.ts': "\nimport AWS from 'aws-sdk';\nexport const handler = async () => AWS" },
      expected:
        /a\.ts:2: Cannot find package "aws-sdk": Lambda runtimes since nodejs18\.x do not include version 2 .*, so on nodejs24\.x/,
    },
    {
      name: 'version 2 of the SDK, by require from JavaScript',
      files: { 'a.js': "const S3 = require('aws-sdk/clients/s3');\nexports.handler = async () => S3" },
      expected: /a\.js:1: Cannot find package "aws-sdk": Lambda runtimes since nodejs18/,
    },
    {
      name: 'version 2 on a runtime that had it',
      files: { 'a.js': "const AWS = require('aws-sdk');\nexports.handler = async () => AWS" },
      runtime: 'nodejs14.x',
      expected:
        /a\.js:1: .*nodejs14\.x included version 2 of the AWS SDK, which is not installed on this machine; run npm install --save-dev aws-sdk/,
    },
    {
      name: 'a client that the gateway does not carry',
      files: {
        'lib/b.js': "\n\nexports.c = require('@aws-sdk/client-nowhere')",
        'a.js': "require('./lib/b')\nexports.handler = async () => 1",
      },
      expected: /lib\/b\.js:3: .*npm install --save-dev @aws-sdk\/client-nowhere/,
    },
    {
      name: 'a third-party package',
      files: { 'a.ts': "import { x } from 'nowhere-to-be-found/x';\nexport const handler = async () => x" },
      expected:
        /a\.ts:1: Cannot find package "nowhere-to-be-found": the package is not installed; run npm install nowhere/,
    },
  ] as const;

  for (const row of rows)
    it(`is a finding: ${row.name}`, async () => {
      const folder = aFolder(row.files);
      const runtime = 'runtime' in row ? row.runtime : 'nodejs24.x';

      const { faults } = await prepareAll([aFolderFunction(folder, 'a.handler', { runtime })]);

      assert.equal(faults.length, 1, faults.join('\n'));
      assert.match(faults[0] ?? '', row.expected);
    });

  const silent = [
    {
      name: 'a type of a package, which no code imports',
      files: {
        'a.ts': "import type { T } from 'only-types';\nexport const handler = async (): Promise<T | 1> => 1",
      },
    },
    {
      name: 'a package that is imported in case it exists',
      files: { 'a.js': "try { require('perhaps') } catch {}\nexports.handler = async () => 1" },
    },
    {
      name: 'a path of tsconfig',
      files: {
        'tsconfig.json': '{"compilerOptions":{"paths":{"@lib/*":["./lib/*"]}}}',
        'lib/b.ts': 'export const b = 1;',
        'a.ts': "import { b } from '@lib/b';\nexport const handler = async () => b",
      },
    },
    {
      name: "a package that the service's settings exclude",
      files: { 'a.ts': "import x from 'of-a-layer';\nexport const handler = async () => x" },
      esbuild: { external: ['of-a-layer'] },
    },
    {
      name: 'a module of Node',
      files: { 'a.ts': "import 'fs/promises';\nimport 'node:test';\nexport const handler = async () => 1" },
    },
  ] as const;

  for (const row of silent)
    it(`is not reported: ${row.name}`, async () => {
      const folder = aFolder(row.files);
      const esbuild = 'esbuild' in row ? { esbuild: row.esbuild } : {};

      assert.deepEqual((await prepareAll([aFolderFunction(folder, 'a.handler', esbuild)])).faults, []);
    });

  it('fails the events that need it as at Lambda, with what to do', async () => {
    const folder = aFolder({ 'a.ts': "import AWS from 'aws-sdk';\nexport const handler = async () => AWS" });
    const { runtime, invoke } = await startRuntime([]);
    const replace = await runtime.prepare(
      [aFolderFunction(folder, 'a.handler')],
      new Map(),
      new Faults(false),
    );
    replace();

    assert.match(
      failed(await invoke('a-handler')).errorMessage,
      /Cannot find package 'aws-sdk'.* move to version 3/,
    );
  });
});

describe('a name of a package', () => {
  it('is found in what is imported', () => {
    assert.deepEqual(['@aws-sdk/client-s3/dist-es/x.js', 'a/b', 'a'].map(packageNameOf), [
      '@aws-sdk/client-s3',
      'a',
      'a',
    ]);
    // A path of a file contains no package name, and is returned unchanged.
    assert.equal(packageNameOf('/opt/nodejs/dates'), '/opt/nodejs/dates');
  });

  it('leads to the file that the published package has, and to none outside its folder', () => {
    const folder = aFolder({ '@aws-sdk/client-s3.js': '', 'secret.js': '' });
    const places = { folder: `${folder}/sdk`, anchor: `${folder}/x.js` };

    assert.equal(
      findRuntimePackage('@aws-sdk/client-s3', { ...places, folder }),
      `${folder}/@aws-sdk/client-s3.js`,
    );
    assert.equal(findRuntimePackage('@aws-sdk/../../secret', places), undefined);
  });

  it('shows to whom it belongs', () => {
    assert.deepEqual(
      ['@aws-sdk/client-s3', '@smithy/core', 'aws-sdk', '@aws-sdk'].map((name) =>
        isRuntimePackage(name, 'nodejs22.x'),
      ),
      [true, true, false, false],
    );
    assert.equal(explainMissing('stripe', 'nodejs22.x'), undefined);
  });
});
