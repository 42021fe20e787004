import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { describeOfflineRead } from '../../../../../packages/gateway/lambda/code/offline-reads.ts';
import { aFolder, aFolderFunction, startRuntime } from '../start-runtime.ts';

const READER = `const AWS = 1;\nmodule.exports = process.env.IS_OFFLINE ? 'local' : 'on AWS';`;

const SERVICE = 'service: a\nplugins: [serverless-offline]\nfunctions: ${file(functions/all.yml)}';

/** The part of a function's definition that is read. */
const of = (file: string) => ({ environment: {}, place: { file } });

describe('describeOfflineRead', () => {
  const folder = aFolder({
    'serverless.yml': SERVICE,
    'functions/all.yml': '',
    'template.yaml': '',
    'app.js': '',
    'db.js': READER,
    'app.py': 'import os\n\nX = os.environ["IS_OFFLINE"]',
  });
  const files = ['app.js', 'db.js'].map((name) => join(folder, name));
  const service = of(join(folder, 'serverless.yml'));

  it('names the place in the files of a bundle, and a setting for this machine, with what it does on AWS', async () => {
    const said = await describeOfflineRead({ kind: 'files', files }, {}, service);

    assert.match(
      said ?? '',
      /db\.js:2 reads IS_OFFLINE, which neither the gateway nor AWS sets\. To set it on this machine only, write IS_OFFLINE: \$\{env:IS_OFFLINE, ''\} in the environment .*\. On AWS, the variable is then set as well, with an empty value: the code must test its value, not whether it is set$/,
    );
    const included = join(folder, 'functions/all.yml');
    assert.equal(await describeOfflineRead({ kind: 'files', files }, {}, of(included)), said);
  });

  // With the variable, the code would call an address at which nothing listens.
  for (const [name, text] of [
    [
      'in the same file',
      "const client = new Client(process.env.IS_OFFLINE ? {\n  endpoint: 'http://localhost:8000' } : {});",
    ],
    [
      'within a condition',
      'const endpoint = process.env.IS_OFFLINE\n && 1; const x = { endpoint: isLocal ? `127.0.0.1:8000` : 1 };',
    ],
  ] as const)
    it(`advises against the variable if the code has the endpoint of an emulator, ${name}`, async () => {
      const own = aFolder({ 'serverless.yml': SERVICE, 'a.js': text });
      const sources = { kind: 'files', files: [join(own, 'a.js')] } as const;

      const said = await describeOfflineRead(sources, {}, of(join(own, 'serverless.yml')));

      assert.match(
        said ?? '',
        /a\.js:1 reads IS_OFFLINE, which neither the gateway nor AWS sets\. Leave it unset: .* the emulator of \S*a\.js:2, which the gateway does not run$/,
      );
    });

  // Generated code has lines of megabytes, in which each `endpoint:` was searched up to the end of the line.
  it('reads files up to 256 KB, and those with long lines quickly', async () => {
    const line = `${'endpoint: "a" + '.repeat(16_000)};`;
    const own = aFolder({
      'serverless.yml': SERVICE,
      'large.js': `${READER}${' '.repeat(256 * 1024)}`,
      'long.js': line,
      'read.js': READER,
    });
    const began = performance.now();

    const said = await describeOfflineRead(
      { kind: 'files', files: ['large.js', 'long.js', 'read.js'].map((name) => join(own, name)) },
      {},
      of(join(own, 'serverless.yml')),
    );

    assert.match(said ?? '', /read\.js:2 reads IS_OFFLINE/);
    assert.ok(performance.now() - began < 2000, `${performance.now() - began} ms`);
  });

  it('reads the files of code that runs unbundled', async () => {
    const python = aFolder({
      'serverless.yml': SERVICE,
      'src/app.py': 'import os\n\nX = os.environ["IS_OFFLINE"]',
      'node_modules/a.js': READER,
    });
    assert.match(
      (await describeOfflineRead(
        { kind: 'folder', folder: python },
        {},
        of(join(python, 'serverless.yml')),
      )) ?? '',
      /src\/app\.py:3 reads/,
    );
  });

  it('reports nothing if the variable is set, or not read', async () => {
    const set = { IS_OFFLINE: 'true' };
    assert.equal(await describeOfflineRead({ kind: 'files', files }, set, service), undefined);
    assert.equal(
      await describeOfflineRead({ kind: 'files', files }, {}, { ...service, environment: set }),
      undefined,
    );
    assert.equal(
      await describeOfflineRead({ kind: 'files', files: files.slice(0, 1) }, {}, service),
      undefined,
    );
  });

  // A SAM project has no serverless-offline, and code that would set the variable there calls nothing that exists.
  it('reports nothing for a function of another template, or of a service without serverless-offline', async () => {
    const own = aFolder({ 'serverless.yml': 'service: a', 'db.js': READER });
    for (const file of [join(folder, 'template.yaml'), join(own, 'serverless.yml'), '/nowhere/template.yaml'])
      assert.equal(await describeOfflineRead({ kind: 'files', files }, {}, of(file)), undefined, file);
  });

  it('is reported in the log of the function, at its first event', async () => {
    const own = aFolder({
      'serverless.yml': SERVICE,
      'app.js': "const db = require('./db.js');\nexports.handler = async () => db;",
      'db.js': READER,
    });
    const said = Promise.withResolvers<string>();
    const log = ({ message }: { readonly message: string }): void => said.resolve(message);
    const place = { file: join(own, 'serverless.yml') };
    const { invoke } = await startRuntime([aFolderFunction(own, 'app.handler', { place })], { log });

    await invoke('app-handler');

    assert.match(await said.promise, /db\.js:2 reads IS_OFFLINE/);
  });
});
