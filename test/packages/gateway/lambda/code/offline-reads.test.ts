import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { describeOfflineRead } from '../../../../../packages/gateway/lambda/code/offline-reads.ts';
import { aFolder, aFolderFunction, startRuntime } from '../start-runtime.ts';

const READER = `const AWS = 1;\nmodule.exports = process.env.IS_OFFLINE ? 'local' : 'on AWS';`;

describe('describeOfflineRead', () => {
  const folder = aFolder({
    'app.js': '',
    'db.js': READER,
    'app.py': 'import os\n\nX = os.environ["IS_OFFLINE"]',
  });
  const files = ['app.js', 'db.js'].map((name) => join(folder, name));

  it('names the place in the files of a bundle', async () => {
    const said = await describeOfflineRead({ kind: 'files', files }, {});

    assert.match(said ?? '', /db\.js:2 reads IS_OFFLINE, which neither the gateway nor AWS sets\./);
  });

  it('reads the files of code that runs unbundled', async () => {
    const python = aFolder({
      'src/app.py': 'import os\n\nX = os.environ["IS_OFFLINE"]',
      'node_modules/a.js': READER,
    });
    assert.match(
      (await describeOfflineRead({ kind: 'folder', folder: python }, {})) ?? '',
      /src\/app\.py:3 reads/,
    );
  });

  it('reports nothing if the variable is set, or not read', async () => {
    const set = { IS_OFFLINE: 'true' };
    assert.equal(await describeOfflineRead({ kind: 'files', files }, set), undefined);
    assert.equal(await describeOfflineRead({ kind: 'files', files: files.slice(0, 1) }, {}), undefined);
  });

  it('is reported in the log of the function, at its first event', async () => {
    const own = aFolder({
      'app.js': "const db = require('./db.js');\nexports.handler = async () => db;",
      'db.js': READER,
    });
    const said = Promise.withResolvers<string>();
    const log = ({ message }: { readonly message: string }): void => said.resolve(message);
    const { invoke } = await startRuntime([aFolderFunction(own, 'app.handler')], { log });

    await invoke('app-handler');

    assert.match(await said.promise, /db\.js:2 reads IS_OFFLINE/);
  });
});
