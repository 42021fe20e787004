import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildResult } from 'esbuild';
import { RepeatedBuild } from '../../../../../packages/gateway/lambda/build/repeated-build.ts';
import { aFolder, aFolderFunction, failed, returned, startRuntime, writeFiles } from '../start-runtime.ts';

const OPTIONAL = {
  'node_modules/frame/package.json': '{ "name": "frame", "main": "index.js" }',
  'node_modules/frame/index.js':
    'const load = (get) => { try { return get() } catch (error) { return error.code } };\n' +
    'exports.found = load(() => require("frame-sockets"));\nexports.later = () => require("frame-validator/rules");',
};

describe('a bundle', () => {
  it('leaves out what a package requires and the project has not installed: it matters if it is reached', async () => {
    const folder = aFolder({
      ...OPTIONAL,
      'a.ts': 'import { found } from "frame"; export const handler = async () => found;',
      'b.ts': 'import { later } from "frame"; export const handler = async () => later();',
    });
    const { invoke } = await startRuntime([
      aFolderFunction(folder, 'a.handler'),
      aFolderFunction(folder, 'b.handler'),
    ]);

    assert.equal(returned(await invoke('a-handler')), 'MODULE_NOT_FOUND');
    assert.match(
      failed(await invoke('b-handler')).errorMessage,
      /Cannot find module 'frame-validator\/rules'/,
    );
  });

  it('leaves a package of native code if it is installed, with all that only it loads', async () => {
    const folder = aFolder({
      'node_modules/native/package.json':
        '{ "name": "native", "main": "native.js", "binary": { "module_name": "native_lib" } }',
      'node_modules/native/native.js':
        'const { find } = require("native-finder");\n' +
        'exports.name = require(find(require("path").join(__dirname, "package.json"))).name;',
      'node_modules/native-finder/package.json': '{ "name": "native-finder", "main": "finder.js" }',
      'node_modules/native-finder/finder.js':
        'exports.find = (file) => file;\nexports.page = () => [require("./index.html"), require("gone-mock")];',
      'node_modules/native-finder/index.html': '<html></html>',
      'a.ts': 'import { name } from "native"; export const handler = async () => name;',
    });
    const { invoke } = await startRuntime([aFolderFunction(folder, 'a.handler')]);

    assert.equal(returned(await invoke('a-handler')), 'native');
  });

  it('excludes a package if esbuild has no loader for its files', async () => {
    const folder = aFolder({
      'node_modules/@scope/pages/package.json': '{ "name": "@scope/pages", "main": "pages.js" }',
      'node_modules/@scope/pages/pages.js':
        'exports.names = require("fs").readdirSync(__dirname);\nexports.page = () => require("./page.html");',
      'node_modules/@scope/pages/page.html': '<html></html>',
      'a.ts': 'import { names } from "@scope/pages"; export const handler = async () => names;',
    });
    const { invoke } = await startRuntime([aFolderFunction(folder, 'a.handler')]);

    assert.deepEqual(returned(await invoke('a-handler')), ['package.json', 'page.html', 'pages.js']);
  });

  it('is refused if the project itself imports a file without a loader', async () => {
    const folder = aFolder({
      'page.html': '<html></html>',
      'a.ts': 'import page from "./page.html"; export const handler = async () => page;',
    });

    await assert.rejects(startRuntime([aFolderFunction(folder, 'a.handler')]), /No loader is configured/);
  });

  it('is refused if an import statement finds nothing, in one line with what to do', async () => {
    const folder = aFolder({
      'a.ts':
        'import x from "gone-one"; import y from "gone-two"; import z from "gone-three"; export const handler = async () => [x, y, z];',
    });
    const { invoke } = await startRuntime([aFolderFunction(folder, 'a.handler')]);

    const { errorType, errorMessage } = failed(await invoke('a-handler'));

    assert.equal(errorType, 'Runtime.UserCodeSyntaxError');
    assert.equal(
      errorMessage,
      'Could not resolve "gone-one" (a.ts:1:14, and 2 more): run npm install gone-one, or, if the package is optional, list it under external in the esbuild settings of serverless.yml (External in BuildProperties of SAM)',
    );
  });
});

describe('a build of code that changes while it is built', () => {
  /** The first build says when it has read the file, and continues when it is told to. */
  function startSlowly() {
    const folder = aFolder({ 'a.js': 'export const v = 1' });
    let isFirst = true;
    let goOn: (() => void) | undefined;
    let hear: (() => void) | undefined;
    const build = new RepeatedBuild(
      {
        entryPoints: [join(folder, 'a.js')],
        absWorkingDir: folder,
        bundle: true,
        write: false,
        format: 'esm',
        logLevel: 'silent',
        plugins: [
          {
            name: 'slow',
            setup: (build) =>
              build.onLoad({ filter: /a\.js$/ }, async ({ path }) => {
                const contents = readFileSync(path, 'utf8');
                if (isFirst) {
                  isFirst = false;
                  await new Promise<void>((resolve) => {
                    goOn = resolve;
                    hear?.();
                  });
                }
                return { contents };
              }),
          },
        ],
      },
      false,
    );
    const untilRead = async (): Promise<void> => {
      if (goOn === undefined) await new Promise<void>((resolve) => (hear = resolve));
    };
    const builtText = async (run: Promise<BuildResult>): Promise<string> =>
      (await run).outputFiles?.[0]?.text ?? '';
    return { folder, build, untilRead, goOn: () => goOn?.(), builtText };
  }

  it('is built again for callers that know of the change, and is shared by the others', async () => {
    const { folder, build, untilRead, goOn, builtText } = startSlowly();
    const first = build.run(false);
    await untilRead();
    const shared = build.run(false);
    writeFiles(folder, { 'a.js': 'export const v = 2' });
    const changed = build.run(true);
    goOn();
    const [firstText, sharedText, changedText] = [
      await builtText(first),
      await builtText(shared),
      await builtText(changed),
    ];
    await build.dispose();
    assert.match(firstText, /v = 1/);
    assert.equal(sharedText, firstText);
    assert.match(changedText, /v = 2/);
  });

  it('may be given up, before it begins as well; later ones are not', async () => {
    const { build, untilRead, goOn, builtText } = startSlowly();
    const abort = new AbortController();
    const begun = build.run(true, abort.signal);
    const waiting = build.run(true, abort.signal);
    const last = build.run(true);
    await untilRead();
    abort.abort();
    goOn();
    await assert.rejects(begun);
    await assert.rejects(waiting);
    assert.match(await builtText(last), /v = 1/);
    await build.dispose();
  });
});
