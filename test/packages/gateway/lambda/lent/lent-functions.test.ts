/** Functions that import what Lambda includes; the lender is a folder, so nothing is installed. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import type { FunctionDefinition } from '../../../../../packages/gateway/core/stack/function.ts';
import type { Lender } from '../../../../../packages/gateway/lambda/lent/lending.ts';
import { findPrograms } from '../../../../../packages/gateway/lambda/process/machine.ts';
import { thisMachine } from '../../../../../packages/gateway/lambda/process/find-toolchain.ts';
import { aFolder, aFolderFunction, failed, returned, startRuntime, writeFiles } from '../start-runtime.ts';

const PYTHON = findPrograms(thisMachine(), /^python3$/).length === 0 ? 'no Python on this machine' : false;
const HANDLER = 'def handler(event, context):\n    ';

function aLender(files: Readonly<Record<string, string>> | undefined): {
  readonly lender: Lender;
  readonly asked: string[];
} {
  const asked: string[] = [];
  const folder = files === undefined ? undefined : aFolder(files);
  return {
    asked,
    lender: {
      find: () => folder,
      lend({ name }) {
        asked.push(name);
        return Promise.resolve(
          folder === undefined ? { kind: 'refused', reason: 'no network' } : { kind: 'lent', folder },
        );
      },
    },
  };
}

async function prepared(
  definition: FunctionDefinition,
  lender: Lender,
): Promise<{
  readonly faults: readonly string[];
  readonly borrowed: readonly string[];
  readonly interpreters: readonly string[];
  readonly invoke: () => ReturnType<Awaited<ReturnType<typeof startRuntime>>['invoke']>;
}> {
  const { runtime, invoke } = await startRuntime([], { lender });
  const faults = new Faults(false);
  const replace = await runtime.prepare([definition], new Map(), faults);
  replace();
  return {
    faults: faults.all.map(({ error }) => error.describe()).filter((text) => !/is not installed$/.test(text)),
    borrowed: runtime.takeBorrowed(),
    interpreters: runtime.takeInterpreters(),
    invoke: () => invoke(definition.name),
  };
}

/** Path → size and content, of every file below. */
function bytesBelow(folder: string): Readonly<Record<string, string>> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted();
  const files = paths.filter((path) => statSync(join(folder, path)).isFile());
  return Object.fromEntries(files.map((path) => [path, readFileSync(join(folder, path), 'base64')]));
}

const BOTO3 = { 'boto3/__init__.py': "WHOSE = 'lent'", 'six.py': "WHOSE = 'lent'" };

describe('boto3 of a Python function', { skip: PYTHON }, () => {
  const python = (files: Readonly<Record<string, string>>, changes: Partial<FunctionDefinition> = {}) => {
    const folder = aFolder(files);
    const place = { file: join(folder, 'template.yml'), line: 1 };
    return {
      folder,
      definition: aFolderFunction(folder, 'app.handler', {
        name: 'f',
        runtime: 'python3.12',
        place,
        ...changes,
      }),
    };
  };

  const lentTo = [
    { name: 'imports it', text: `import boto3\n${HANDLER}return boto3.WHOSE` },
    { name: 'imports it inside the handler', text: `${HANDLER}import boto3\n    return boto3.WHOSE` },
  ];
  for (const { name, text } of lentTo)
    it(`is provided if the project lacks it and the function ${name}; the project does not change`, async () => {
      const { folder, definition } = python({ 'app.py': text });
      const before = bytesBelow(folder);
      const { lender } = aLender(BOTO3);

      const { faults, borrowed, invoke, interpreters } = await prepared(definition, lender);

      assert.equal(returned(await invoke()), 'lent');
      assert.deepEqual([faults, borrowed.length], [[], 1]);
      assert.match(borrowed[0] ?? '', /^boto3 \d+\.\d+\.\d+$/);
      assert.match(interpreters.join(), /^python3\.12: functions run with \S+, Python 3\.\d+\.\d+$/);
      assert.deepEqual(bytesBelow(folder), before);
    });

  // Started, edited, and only then requested: the request ran with what was found at the start, and had no Boto3.
  it('is lent when an edit before the first request imports it, and not within the request', async (t) => {
    const { folder, definition } = python({ 'app.py': `${HANDLER}return 'none'` });
    const { lender, asked } = aLender(BOTO3);
    const { runtime, invoke } = await startRuntime([], { lender, reload: true });
    t.after(() => runtime.close());
    const replace = await runtime.prepare([definition], new Map(), new Faults(false));
    replace();
    const lend = lender.lend.bind(lender);
    const wasLent = new Promise<void>((resolve) => {
      lender.lend = (...words) => lend(...words).finally(resolve);
    });
    writeFiles(folder, { 'app.py': `import boto3\n${HANDLER}return boto3.WHOSE` });
    await wasLent;
    const before = asked.length;

    assert.equal(returned(await invoke('f')), 'lent');
    assert.deepEqual([before, asked.length > 0], [1, true]);
  });

  const chains: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    [
      'a file of a layer does',
      {
        'app.py': `import tools\n${HANDLER}return tools.WHOSE`,
        'layer/python/tools/__init__.py': 'from .aws import WHOSE',
        'layer/python/tools/aws.py': 'from boto3 import WHOSE',
      },
    ],
    [
      'a module does that is imported from its package',
      {
        'app.py': `from lib import aws\n${HANDLER}return aws.WHOSE`,
        'lib/aws.py': 'from .deep import session\nWHOSE = session.WHOSE',
        'lib/deep/session.py': 'from boto3 import WHOSE',
      },
    ],
  ];
  for (const [name, files] of chains)
    it(`is lent if ${name}`, async () => {
      const folder = aFolder(files);
      const layers = [{ arn: 'arn:aws:lambda:eu-west-1:1:layer:l:1', directory: join(folder, 'layer') }];
      const definition = aFolderFunction(folder, 'app.handler', { name: 'f', runtime: 'python3.12', layers });

      assert.equal(returned(await (await prepared(definition, aLender(BOTO3).lender)).invoke()), 'lent');
    });

  it('is the project’s own if it has one, in every part, and nothing is requested', async () => {
    const { folder, definition } = python({
      'app.py': `import boto3, six\n${HANDLER}return boto3.WHOSE + six.WHOSE`,
      'boto3.py': "WHOSE = 'own'",
      'six.py': "WHOSE = 'own'",
    });
    const before = bytesBelow(folder);
    const { lender, asked } = aLender(BOTO3);

    const { borrowed, invoke } = await prepared(definition, lender);

    assert.equal(returned(await invoke()), 'ownown');
    assert.deepEqual([asked, borrowed, bytesBelow(folder)], [[], [], before]);
  });

  // boto/boto3#4654 of 2025-11-04 warns on Python 3.9, whose Lambda runtime got its last update on 2025-12-15.
  const deprecated = `import warnings
class PythonDeprecationWarning(Warning): pass
warnings.warn('Boto3 will no longer support Python 3.9 starting April 29, 2026.', PythonDeprecationWarning)
warnings.warn('another warning', PythonDeprecationWarning)`;
  for (const [whose, own, isSaid] of [
    ['is lent', {}, false],
    [
      'is the project’s',
      { 'boto3/__init__.py': 'from . import compat', 'boto3/compat.py': deprecated },
      true,
    ],
  ] as const)
    it(`${isSaid ? 'warns' : 'does not warn'} of the end of an old Python if it ${whose}`, async () => {
      const { definition } = python({ 'app.py': `import boto3\n${HANDLER}return 1`, ...own });
      const { lender } = aLender({
        'boto3/__init__.py': 'from . import compat',
        'boto3/compat.py': deprecated,
      });
      const { runtime, invoke, lines } = await startRuntime([], { lender });
      (await runtime.prepare([definition], new Map(), new Faults(false)))();

      assert.equal(returned(await invoke('f')), 1);

      const said = lines.map(({ message }) => message).join('\n');
      assert.match(said, /another warning/);
      assert.equal(said.includes('will no longer support'), isSaid, said);
    });

  it('comes after the project’s other packages, as in Lambda', async () => {
    const { definition } = python({
      'app.py': `import boto3, six\n${HANDLER}return boto3.WHOSE + six.WHOSE`,
      'six.py': "WHOSE = 'own'",
    });

    assert.equal(returned(await (await prepared(definition, aLender(BOTO3).lender)).invoke()), 'lentown');
  });

  it('is a finding with the command, and so is each failure, if it cannot be installed', async () => {
    const { definition } = python({ 'app.py': `import boto3\n${HANDLER}return 1` });
    const { faults, invoke } = await prepared(definition, aLender(undefined).lender);

    assert.match(
      faults.join('\n'),
      /app\.py:1: boto3, part of Lambda's python3\.12, is not installed \(no network\): run \S+.* -m venv \S+ && \S+pip install boto3$/,
    );
    assert.match(
      failed(await invoke()).errorMessage,
      /^Unable to import module 'app': No module named 'boto3' \(run \S+.*pip install boto3\)$/,
    );
  });

  it('is not asked for by the name of another import', async () => {
    const { definition } = python({ 'app.py': `import boto4\n${HANDLER}return 1` });
    const { lender, asked } = aLender(BOTO3);
    await prepared(definition, lender);

    assert.deepEqual(asked, []);
  });
});

describe('version 2 of the AWS SDK of a Node.js function', () => {
  const SDK = {
    'node_modules/aws-sdk/index.js': "exports.S3 = { whose: 'lent' };",
    'node_modules/aws-sdk/clients/s3.js': "module.exports = { whose: 'lent' };",
  };
  const sources: readonly (readonly [file: string, text: string])[] = [
    ['a.js', "const { S3 } = require('aws-sdk'); exports.handler = async () => S3.whose;"],
    ['a.js', "const S3 = require('aws-sdk/clients/s3'); exports.handler = async () => S3.whose;"],
    ['a.js', "exports.handler = async () => require('aws-sdk').S3.whose;"],
    ['a.mjs', "import AWS from 'aws-sdk'; export const handler = async () => AWS.S3.whose;"],
    ['a.ts', "import AWS from 'aws-sdk'; export const handler = async () => AWS.S3.whose;"],
  ];
  for (const [file, text] of sources)
    for (const isolation of ['thread', 'process'] as const)
      it(`is lent for nodejs16.x and before, in a ${isolation}: ${text}`, async () => {
        const folder = aFolder({ [file]: text });
        const before = bytesBelow(folder);
        const { runtime, invoke } = await startRuntime([], { lender: aLender(SDK).lender, isolation });
        const faults = new Faults(false);
        const definition = aFolderFunction(folder, 'a.handler', { name: 'f', runtime: 'nodejs16.x' });
        const replace = await runtime.prepare([definition], new Map(), faults);
        replace();

        assert.equal(returned(await invoke('f')), 'lent');
        assert.deepEqual(runtime.takeBorrowed(), ['aws-sdk 2.1693.0']);
        assert.deepEqual(bytesBelow(folder), before);
      });

  const others = [
    { name: 'is the project’s own if it has one', runtime: 'nodejs14.x', own: true },
    { name: 'is not there from nodejs18.x on, as on AWS', runtime: 'nodejs18.x', own: false },
  ];
  for (const { name, runtime, own } of others)
    it(`${name}, and nothing is requested`, async () => {
      const folder = aFolder({
        'a.js': "const { S3 } = require('aws-sdk'); exports.handler = async () => S3.whose;",
        ...(own && { 'node_modules/aws-sdk/index.js': "exports.S3 = { whose: 'own' };" }),
      });
      const { lender, asked } = aLender(SDK);
      const { invoke } = await prepared(aFolderFunction(folder, 'a.handler', { name: 'f', runtime }), lender);
      const result = await invoke();

      assert.equal(result.kind === 'returned' ? returned(result) : result.kind, own ? 'own' : 'failed');
      assert.deepEqual(asked, []);
    });

  it('is a finding with the command if it cannot be installed', async () => {
    const folder = aFolder({ 'a.js': "const AWS = require('aws-sdk');\nexports.handler = async () => AWS" });
    const definition = aFolderFunction(folder, 'a.handler', { name: 'f', runtime: 'nodejs14.x' });
    const { faults } = await prepared(definition, aLender(undefined).lender);

    assert.match(
      faults.join('\n'),
      /a\.js:1: Cannot find package "aws-sdk" \(no network\): .*run npm install --save-dev aws-sdk$/,
    );
  });
});
