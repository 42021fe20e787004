import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { aFolder, aFolderFunction, failed, returned, startRuntime } from './start-runtime.ts';

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

  it('is refused where an import statement finds nothing, in one line with what to do', async () => {
    const folder = aFolder({
      'a.ts':
        'import x from "gone-one"; import y from "gone-two"; import z from "gone-three"; export const handler = async () => [x, y, z];',
    });
    const { invoke } = await startRuntime([aFolderFunction(folder, 'a.handler')]);

    const { errorType, errorMessage } = failed(await invoke('a-handler'));

    assert.equal(errorType, 'Runtime.UserCodeSyntaxError');
    assert.equal(
      errorMessage,
      'Could not resolve "gone-one" (a.ts:1:14, and 2 more): run npm install gone-one, or list it under external of the esbuild settings in serverless.yml',
    );
  });
});
