import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { EOL } from 'node:os';
import { join, sep } from 'node:path';
import { describe, it } from 'node:test';

import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import { FunctionBuild } from '../../../../../packages/gateway/lambda/build/bundle.ts';
import { NO_LENDING } from '../../../../../packages/gateway/lambda/lent/lending.ts';
import { thisMachine } from '../../../../../packages/gateway/lambda/process/find-toolchain.ts';
import { loadStacks } from '../../../../../packages/gateway/templates/load.ts';
import { OPTIONS } from '../../templates/stack-builders.ts';
import type { WebpackBuild } from '../../../../../packages/gateway/lambda/build/webpack-build.ts';
import { aFolder, aFolderFunction, failed, returned, startRuntime } from '../start-runtime.ts';

const LAYER = {
  'nodejs/node_modules/shared-cjs/index.js': 'exports.name = "cjs from layer"',
  'nodejs/node_modules/shared-esm/package.json':
    '{"name":"shared-esm","type":"module","exports":"./main.js"}',
  'nodejs/node_modules/shared-esm/main.js': 'export const name = "esm from layer"',
  'nodejs/tool.mjs': 'export const name = "file of layer"',
};

describe('code of a function', () => {
  it('is TypeScript from source, with errors that point at its lines', async () => {
    const folder = aFolder({
      'package.json': '{"type":"module"}',
      'lib/check.ts': `type Input = { readonly bad: boolean };\n\nexport function check(input: Input): void {\n  if (input.bad) throw new RangeError('bad input');\n}\n`,
      'functions/users.ts': `import { check } from '../lib/check.ts';\nconst ready = await Promise.resolve('ready');\nexport const list = async (event: { bad: boolean }): Promise<unknown> => {\n  check(event);\n  return [ready, import.meta.url, import.meta.dirname];\n};\n`,
    });
    const { invoke, lines } = await startRuntime([aFolderFunction(folder, 'functions/users.list')]);

    const fine = returned(await invoke('functions-users-list', { bad: false }));
    const bad = failed(await invoke('functions-users-list', { bad: true }));

    assert.deepEqual(fine, ['ready', `file://${folder}/functions/users.js`, `${folder}/functions`]);
    const { trace } = JSON.parse(bad.payload) as { trace: string[] };
    assert.ok(
      trace.some((line) => line.includes(`${folder}/lib/check.ts:4:24`)),
      trace.join('\n'),
    );
    assert.ok(
      trace.some((line) => line.includes(`${folder}/functions/users.ts:4:3`)),
      trace.join('\n'),
    );
    assert.ok(lines.some((line) => line.message.includes('lib/check.ts:4:24')));
  });

  it('is unchanged JavaScript: CommonJS, ES modules, and other files', async () => {
    const folder = aFolder({
      'a.js': 'const { b } = require("./lib/b"); exports.handler = async () => [b, __dirname]',
      'lib/b.js': 'exports.b = "b"',
      'c.mjs': 'import { b } from "./lib/b.js"; const c = await b; export const handler = async () => c',
      'd/index.js': 'module.exports.handler = async () => "folder"',
    });
    const { invoke } = await startRuntime(
      ['a', 'c', 'd'].map((name) => aFolderFunction(folder, `${name}.handler`, { name })),
    );

    assert.deepEqual(returned(await invoke('a')), ['b', folder]);
    assert.equal(returned(await invoke('c')), 'b');
    assert.equal(returned(await invoke('d')), 'folder');
  });

  it('keeps source maps and builds only if it is built, and leaves its webpack when it goes', async () => {
    const folder = aFolder({
      'src/a.ts': 'export const handler = async (): Promise<number> => 1;',
      'src/b.js': 'exports.handler = async () => 1',
    });
    const lending = { lender: NO_LENDING, machine: thisMachine() };
    let users = 0;
    const webpack = {
      join() {
        users += 1;
        return this;
      },
      leave: () => (users -= 1),
    } as unknown as WebpackBuild;
    const mapped: boolean[] = [];
    for (const [name, changes] of [
      ['a', {}],
      ['b', {}],
      ['b', { environment: { NODE_OPTIONS: '--enable-source-maps' } }],
    ] as const) {
      const definition = aFolderFunction(join(folder, 'src'), `${name}.handler`, changes);
      const build = new FunctionBuild(definition, folder, join(folder, 'kept/compile'), lending, false, {
        webpack,
      });
      assert.equal(users, 1);
      mapped.push((await build.run()).sourceMaps);
      await build.dispose();
      assert.equal(users, 0);
    }

    assert.deepEqual(mapped, [true, false, true]);
    assert.deepEqual(readdirSync(join(folder, 'kept')), ['builds']);
  });

  // Only the folder of the code is deployed: /var/task/package.json does not exist.
  // https://docs.aws.amazon.com/lambda/latest/dg/nodejs-package.html
  it('has no module system of a package.json above its folder, which is not deployed', async () => {
    const folder = aFolder({
      'package.json': '{"type":"module"}',
      'dist/cjs.js': 'module.exports.handler = async () => require("./lib/b").b',
      'dist/lib/b.js': 'exports.b = "b"',
      'dist/esm.js': 'import { c } from "./lib/c.js";export{handler};async function handler() { return c }',
      'dist/lib/c.js': 'export const c = "c"',
      'own/package.json': '{"type":"module"}',
      'own/cjs.js': 'module.exports.handler = async () => "b"',
    });
    const { invoke } = await startRuntime([
      aFolderFunction(join(folder, 'dist'), 'cjs.handler', { name: 'cjs' }),
      aFolderFunction(join(folder, 'dist'), 'esm.handler', { name: 'esm' }),
      aFolderFunction(join(folder, 'own'), 'cjs.handler', { name: 'own' }),
    ]);

    assert.equal(returned(await invoke('cjs')), 'b');
    assert.equal(returned(await invoke('esm')), 'c');
    assert.match(failed(await invoke('own')).payload, /module is not defined in ES module scope/);
  });

  it('finds packages of its layers, from JavaScript and from bundles, by require and by import', async () => {
    const layer = aFolder(LAYER);
    const folder = aFolder({
      'cjs.js':
        'exports.handler = async () => [require("shared-cjs").name, (await import("shared-esm")).name, (await import("/opt/nodejs/tool.mjs")).name]',
      'esm.mjs':
        'import { name } from "shared-esm"; import cjs from "shared-cjs"; export const handler = async () => [cjs.name, name]',
      'ts.ts':
        'import { name } from "shared-esm"; import cjs from "shared-cjs"; export const handler = async (): Promise<unknown> => [cjs.name, name]',
      'own.ts':
        'import { name } from "shared-cjs"; export const handler = async (): Promise<unknown> => [name, process.env["NODE_PATH"]]',
    });
    const layers = [{ arn: 'arn:layer:1', directory: layer }];
    const both = ['cjs from layer', 'esm from layer'];
    const { invoke } = await startRuntime([
      aFolderFunction(folder, 'cjs.handler', { layers }),
      aFolderFunction(folder, 'esm.handler', { layers }),
      aFolderFunction(folder, 'ts.handler', { layers }),
      aFolderFunction(folder, 'own.handler', {
        layers,
        esbuild: { format: 'cjs', external: ['shared-cjs'] },
      }),
    ]);

    assert.deepEqual(returned(await invoke('cjs-handler')), [...both, 'file of layer']);
    assert.deepEqual(returned(await invoke('esm-handler')), both);
    assert.deepEqual(returned(await invoke('ts-handler')), both);
    assert.deepEqual(returned(await invoke('own-handler')), [
      both[0],
      `${layer}/nodejs/node24/node_modules:${layer}/nodejs/node_modules`,
    ]);
  });

  // Layers are extracted into /opt in the order of the list: Lambda developer guide, "Adding layers to functions".
  it('uses a file of the last layer that has it, and packages for its Node version before others', async () => {
    const first = aFolder({
      ...LAYER,
      'nodejs/node24/node_modules/of-version/index.js': 'exports.name = "of the version, first layer"',
    });
    const last = aFolder({
      'nodejs/node_modules/shared-cjs/index.js': 'exports.name = "cjs from last layer"',
      'nodejs/node_modules/of-version/index.js': 'exports.name = "of no version, last layer"',
      'nodejs/tool.mjs': 'export const name = "file of last layer"',
    });
    const folder = aFolder({
      'cjs.js':
        'exports.handler = async () => [require("shared-cjs").name, (await import("shared-esm")).name, require("of-version").name, (await import("/opt/nodejs/tool.mjs")).name]',
    });
    const layers = [
      { arn: 'arn:layer:1', directory: first },
      { arn: 'arn:layer:2', directory: last },
    ];
    const { invoke } = await startRuntime([aFolderFunction(folder, 'cjs.handler', { layers })]);

    assert.deepEqual(returned(await invoke('cjs-handler')), [
      'cjs from last layer',
      'esm from layer',
      'of the version, first layer',
      'file of last layer',
    ]);
  });

  it('is bundled for runtimes that esbuild cannot compile for: a newer Node runs them here', async () => {
    const folder = aFolder({
      'a.ts':
        'async function* of(all: { n: number }[]) { for (const { n } of all) yield n; }\n' +
        'export const handler = async () => { const seen = []; for await (const n of of([{ n: 1 }])) seen.push(n); return seen; };',
    });
    const runtimes = ['nodejs4.3', 'nodejs6.10', 'nodejs8.10'];
    const { invoke } = await startRuntime(
      runtimes.map((runtime) => aFolderFunction(folder, 'a.handler', { name: runtime, runtime })),
    );

    for (const runtime of runtimes) assert.deepEqual(returned(await invoke(runtime)), [1], runtime);
  });

  it("has Node's own modules, bundled and with layers too", async () => {
    const layer = aFolder(LAYER);
    const folder = aFolder({
      'esm.ts':
        'import { EOL } from "os"; const { sep } = require("path"); export const handler = async (): Promise<unknown> => [EOL, sep]',
      'cjs.ts':
        'import { EOL } from "os"; import { sep } from "node:path"; export const handler = async (): Promise<unknown> => [EOL, sep]',
    });
    const layers = [{ arn: 'arn:layer:1', directory: layer }];
    const { invoke } = await startRuntime([
      aFolderFunction(folder, 'esm.handler', { layers }),
      aFolderFunction(folder, 'cjs.handler', { layers, esbuild: { format: 'cjs' } }),
    ]);

    assert.deepEqual(returned(await invoke('esm-handler')), [EOL, sep]);
    assert.deepEqual(returned(await invoke('cjs-handler')), [EOL, sep]);
  });

  it('that is bundled looks first in its layers for what its bundle excludes: there is no node_modules next to a bundle', async () => {
    const layer = aFolder(LAYER);
    const folder = aFolder({
      'node_modules/shared-cjs/index.js': 'exports.name = "cjs of the checkout"',
      'node_modules/shared-esm/package.json': '{"name":"shared-esm","type":"module","exports":"./main.js"}',
      'node_modules/shared-esm/main.js': 'export const name = "esm of the checkout"',
      'esm.ts':
        'import { name } from "shared-esm"; import cjs from "shared-cjs"; export const handler = async (): Promise<unknown> => [cjs.name, name, (await import("shared-esm")).name]',
      'cjs.ts':
        'import { name } from "shared-cjs"; export const handler = async (): Promise<unknown> => name',
      'plain.js': 'exports.handler = async () => require("shared-cjs").name',
    });
    const layers = [{ arn: 'arn:layer:1', directory: layer }];
    const external = ['shared-*'];
    const { invoke } = await startRuntime([
      aFolderFunction(folder, 'esm.handler', { layers, esbuild: { format: 'esm', external } }),
      aFolderFunction(folder, 'cjs.handler', { layers, esbuild: { format: 'cjs', external } }),
      aFolderFunction(folder, 'plain.handler', { layers }),
    ]);

    assert.deepEqual(returned(await invoke('esm-handler')), [
      'cjs from layer',
      'esm from layer',
      'esm from layer',
    ]);
    assert.equal(returned(await invoke('cjs-handler')), 'cjs from layer');
    // Deployed unbundled, with the node_modules next to it, in which Node looks before NODE_PATH.
    assert.equal(returned(await invoke('plain-handler')), 'cjs of the checkout');
  });

  it('that misses a package names the layers that are not on this machine', async () => {
    const folder = aFolder({ 'a.js': 'require("shared-cjs"); exports.handler = async () => 1' });
    const layers = [{ arn: 'arn:aws:lambda:eu-west-1:1:layer:tools:3', directory: undefined }];
    const { invoke } = await startRuntime([aFolderFunction(folder, 'a.handler', { layers })]);

    const { errorType, errorMessage } = failed(await invoke('a-handler'));

    assert.equal(errorType, 'Runtime.ImportModuleError');
    assert.match(errorMessage, /not on this machine: arn:aws:lambda:eu-west-1:1:layer:tools:3/);
  });

  it('honours the esbuild settings of the service, and CommonJS packages inside an ES module bundle', async () => {
    const folder = aFolder({
      'node_modules/old/index.js': 'const os = require("node:os"); exports.eol = os.EOL',
      'node_modules/other/index.js': 'exports.eol = "other"',
      'a.ts':
        'import { eol } from "old"; declare const STAGE: string; export const handler = async () => [eol, STAGE, handler.name]',
      'b.ts': 'import { eol } from "old"; export const handler = async () => eol',
    });
    const { invoke } = await startRuntime([
      aFolderFunction(folder, 'a.handler', {
        esbuild: {
          bundle: true,
          minify: true,
          keepNames: true,
          target: 'node20',
          define: { STAGE: '"dev"' },
          alias: { old: 'other' },
          sourcemap: true,
          packager: 'npm',
          concurrency: 4,
          exclude: ['@aws-sdk/*'],
        },
      }),
      aFolderFunction(folder, 'b.handler'),
    ]);

    assert.deepEqual(returned(await invoke('a-handler')), ['other', 'dev', 'handler']);
    assert.equal(returned(await invoke('b-handler')), '\n');
  });

  it('of a SAM template is built by esbuild as its BuildProperties say', async () => {
    const folder = aFolder({
      'template.json': JSON.stringify({
        Transform: 'AWS::Serverless-2016-10-31',
        Resources: {
          F: {
            Type: 'AWS::Serverless::Function',
            Properties: { FunctionName: 'f', CodeUri: 'code', Handler: 'get.handler', Runtime: 'nodejs24.x' },
            Metadata: {
              BuildMethod: 'esbuild',
              BuildProperties: {
                EntryPoints: ['src/handlers/get.ts'],
                External: ['left-out'],
                Format: 'esm',
                Banner: ["js=globalThis.banner = 'of the banner';"],
                Loader: ['.greeting=text'],
                Plugins: ['own'],
              },
            },
          },
        },
      }),
      'code/src/handlers/get.ts':
        "import text from './a.greeting';\nimport left from 'left-out';\nexport const handler = async () => [text, left, Reflect.get(globalThis, 'banner')];",
      'code/src/handlers/a.greeting': 'hello',
      'code/node_modules/left-out/index.js': "module.exports = __filename.split('/').at(-2);",
    });
    const [stack] = await loadStacks([folder], OPTIONS);
    const { runtime, invoke } = await startRuntime([]);
    const faults = new Faults(false);
    (await runtime.prepare(stack?.functions ?? [], new Map(), faults))();

    assert.deepEqual(returned(await invoke('f')), ['hello', 'left-out', 'of the banner']);
    assert.match(
      faults.all.map(({ error }) => error.describe()).join('\n'),
      /F\.BuildProperties: the gateway does not support these esbuild settings: plugins "own"/,
    );
  });
});
