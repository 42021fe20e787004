/** Handlers that the build script of their project makes. The npm of these tests is a shell script. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import { Keeper, MARK } from '../../../../../packages/gateway/lambda/process/keeper.ts';
import { ProjectBuilds } from '../../../../../packages/gateway/lambda/build/project-build.ts';
import type { Machine } from '../../../../../packages/gateway/lambda/process/machine.ts';
import type { FunctionDefinition } from '../../../../../packages/gateway/core/stack/function.ts';
import { isAlive } from '@gatewright/aws/is-alive';
import { readIfReadable } from '@gatewright/aws/readable-files';
import { aFolder, aFolderFunction, failed, returned, startRuntime } from '../start-runtime.ts';

const PATH = process.env['PATH'] ?? '';
const MANIFEST = JSON.stringify({ scripts: { build: 'by the npm of these tests' } });
/** Writes the arguments, and what a build of `src` could make. */
const MAKES =
  'mkdir -p dist; echo "$@" >> runs; echo "exports.handler = async () => \'made\'" | tee dist/a.js > dist/b.js';
const NEVER = 'exec sleep 1000';

const npm = aFolder({ npm: '#!/bin/sh\n. ./npm-does.sh\n' });
chmodSync(join(npm, 'npm'), 0o755);

before(() => (process.env['PATH'] = `${npm}${delimiter}${PATH}`));
after(() => (process.env['PATH'] = PATH));

function aProject(script: string, files: Readonly<Record<string, string>> = {}): string {
  return aFolder({ 'package.json': MANIFEST, 'npm-does.sh': script, 'node_modules/.keep': '', ...files });
}

type Started = Awaited<ReturnType<typeof startRuntime>> & {
  readonly said: string[];
  readonly faults: readonly string[];
};

async function started(
  definitions: readonly FunctionDefinition[],
  { limitMs, isOff = false }: { readonly limitMs?: number; readonly isOff?: boolean } = {},
): Promise<Started> {
  const said: string[] = [];
  const projectBuilds = {
    inform: (sentence: string) => said.push(sentence),
    ...(limitMs !== undefined && { limitMs }),
  };
  const runtime = await startRuntime([], isOff ? {} : { projectBuilds });
  const faults = new Faults(false);
  const replace = await runtime.runtime.prepare(definitions, new Map(), faults);
  replace();
  return { ...runtime, said, faults: faults.all.map(({ error }) => error.message) };
}

describe(
  'a handler file that only the build of its project makes',
  { skip: process.platform === 'win32' },
  () => {
    it('is created at startup by one run of the script for all functions, and events wait for it', async () => {
      const folder = aProject(MAKES);
      const [a, b] = ['a', 'b'].map((name) => aFolderFunction(folder, `dist/${name}.handler`, { name }));
      assert.ok(a !== undefined && b !== undefined);

      const { invoke, said, faults } = await started([a, b]);

      assert.deepEqual([returned(await invoke('a')), returned(await invoke('b'))], ['made', 'made']);
      assert.deepEqual(faults, []);
      assert.equal(readFileSync(join(folder, 'runs'), 'utf8'), 'run build\n');
      assert.match(said[0] ?? '', /^running npm run build in \S+ to build \S+\/dist\/a\.js; requests wait/);
      assert.match(said[1] ?? '', /^npm run build in \S+ finished in \d+\.\d s$/);
      assert.equal(said.length, 2);
    });

    it('is created for a function with a process of its own', async () => {
      const definition = aFolderFunction(aProject(MAKES), 'dist/a.handler', { name: 'a' });
      const said: string[] = [];
      const { invoke } = await startRuntime([definition], {
        isolation: 'process',
        projectBuilds: { inform: (sentence) => said.push(sentence) },
      });

      assert.equal(returned(await invoke('a')), 'made');
    });

    it('is created by the Windows shell on Windows, if npm is a script', async () => {
      const folder = aProject('');
      const bin = aFolder({
        'npm.cmd': '',
        'cmd.exe': '#!/bin/sh\necho "$@" > ran; mkdir dist; echo > dist/a.js\n',
      });
      for (const name of ['npm.cmd', 'cmd.exe']) chmodSync(join(bin, name), 0o755);
      const environment = { PATH: `${bin}${delimiter}${PATH}`, AWS_SECRET_ACCESS_KEY: 'secret' };
      const machine: Machine = { environment, home: folder, platform: 'win32', architecture: 'x64' };
      const keeper = new Keeper(folder);
      const builds = new ProjectBuilds({ inform: () => undefined, machine, keeper });

      await builds.begin(join(folder, 'dist/a'))?.wait();

      assert.equal(readFileSync(join(folder, 'ran'), 'utf8'), `/d /c ${join(bin, 'npm.cmd')} run build\n`);
      keeper.close();
    });

    const failures: readonly {
      readonly name: string;
      readonly script: string;
      readonly limitMs?: number;
      readonly answer: RegExp;
      readonly said: RegExp;
    }[] = [
      {
        name: 'fails with the output of a script that fails',
        script: 'echo "src/a.ts(3,1): error TS1005"; exit 2',
        answer: /^Error: npm run build in \S+ failed: exit status 2$/,
        said: /^npm run build in \S+ failed: exit status 2\nsrc\/a\.ts\(3,1\): error TS1005$/,
      },
      {
        name: 'fails if the script creates other files',
        script: 'mkdir -p out; touch out/a.js',
        answer: /^npm run build in \S+ has run but did not create the handler's file: \S+\/dist\/a\.js$/,
        said: /finished in/,
      },
      // Source: webpack/webpack#14532, the error of webpack 4 with Node.js 17 and later
      {
        name: 'fails with cause and remedy if the webpack of the project is too old for this Node.js',
        script: 'echo "code: \'ERR_OSSL_EVP_UNSUPPORTED\'"; exit 1',
        answer:
          /^Error: npm run build in \S+ failed: exit status 1, because its webpack needs MD4, .*; set NODE_OPTIONS=--openssl-legacy-provider and start again, or update webpack/,
        said: /failed: exit status 1, because its webpack needs MD4/,
      },
      {
        name: 'fails once the script has taken too long',
        script: NEVER,
        limitMs: 100,
        answer: /failed: the command did not finish within 0\.1 s$/,
        said: /failed: the command did not finish within 0\.1 s\n$/,
      },
    ];
    for (const { name, script, limitMs, answer, said: expected } of failures)
      it(name, async () => {
        const definition = aFolderFunction(aProject(script), 'dist/a.handler', { name: 'a' });
        const { invoke, said } = await started([definition], limitMs === undefined ? {} : { limitMs });

        assert.match(failed(await invoke('a')).errorMessage, answer);
        assert.match(said[1] ?? '', expected);
      });

    // As tsc does with a type error, unless `noEmitOnError` is set.
    it('runs if the script has created it and then fails', async () => {
      const definition = aFolderFunction(aProject(`${MAKES}; exit 2`), 'dist/a.handler', { name: 'a' });
      const { invoke, said } = await started([definition]);

      assert.equal(returned(await invoke('a')), 'made');
      assert.match(said[1] ?? '', /failed: exit status 2/);
    });

    it('runs once the script has ended, though its file is there before', async () => {
      const half = 'mkdir -p dist; echo "exports.handler = async () => 1" > dist/a.js; touch half';
      const folder = aProject(`${half}; until [ -e go ]; do sleep 0.01; done; ${MAKES}`);
      const { invoke } = await started([aFolderFunction(folder, 'dist/a.handler', { name: 'a' })]);
      while (!existsSync(join(folder, 'half'))) await new Promise((resolve) => setImmediate(resolve));

      const answer = invoke('a');
      // The invocation has looked for the file by then.
      for (let turn = 0; turn < 2000; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      writeFileSync(join(folder, 'go'), '');

      assert.equal(returned(await answer), 'made');
    });

    it('does not give the script AWS credentials, or the files that contain them', async () => {
      const folder = aProject('env > seen; exit 1');
      process.env['AWS_SECRET_ACCESS_KEY'] = 'of the user';
      try {
        const { invoke } = await started([aFolderFunction(folder, 'dist/a.handler', { name: 'a' })]);
        failed(await invoke('a'));
      } finally {
        delete process.env['AWS_SECRET_ACCESS_KEY'];
      }

      const seen = readFileSync(join(folder, 'seen'), 'utf8');
      assert.match(seen, /^PATH=/m);
      assert.deepEqual(
        seen
          .split('\n')
          .filter((line) => line.startsWith('AWS_'))
          .sort(),
        [
          `AWS_CONFIG_FILE=${devNull}`,
          'AWS_EC2_METADATA_DISABLED=true',
          `AWS_SHARED_CREDENTIALS_FILE=${devNull}`,
        ],
      );
    });

    it('ends a script that runs when the gateway ends', async () => {
      const folder = aProject(`echo $$ > pid; ${NEVER}`);
      const { runtime } = await started([aFolderFunction(folder, 'dist/a.handler', { name: 'a' })]);
      const readPid = () => Number(readIfReadable(join(folder, 'pid')) ?? 0);
      while (readPid() === 0) await new Promise((resolve) => setImmediate(resolve));
      assert.equal(isAlive(readPid()), true);

      await runtime.close();

      assert.equal(isAlive(readPid()), false);
    });
  },
);

describe('a handler file that is missing', { skip: process.platform === 'win32' }, () => {
  const rows: readonly {
    readonly name: string;
    readonly folder: () => string;
    readonly handler: string;
    readonly isOff?: boolean;
  }[] = [
    { name: 'if builds are off', folder: () => aProject(MAKES), handler: 'dist/a.handler', isOff: true },
    {
      name: 'if the packages of the project are not installed',
      folder: () => aFolder({ 'package.json': MANIFEST, 'npm-does.sh': MAKES }),
      handler: 'dist/a.handler',
    },
    {
      name: 'that watches its sources and does not end',
      folder: () => aProject(MAKES, { 'package.json': '{ "scripts": { "build": "tsc -w" } }' }),
      handler: 'dist/a.handler',
    },
    { name: 'among sources', folder: () => aProject(MAKES), handler: 'src/a.handler' },
    {
      name: 'if its name differs only in case',
      folder: () => aProject(MAKES, { 'dist/A.js': 'exports.handler = async () => 1' }),
      handler: 'dist/a.handler',
    },
  ];
  for (const { name, folder, handler, isOff = false } of rows)
    it(`runs no script ${name}`, async () => {
      const project = folder();

      const { said, faults } = await started([aFolderFunction(project, handler, { name: 'a' })], { isOff });

      assert.deepEqual([said, faults.length, existsSync(join(project, 'runs'))], [[], 1, false]);
    });

  it('does not run a script in a gateway that such a script has started, because it would start the next', async () => {
    process.env[MARK] = 'a run/1';
    try {
      const project = aProject(MAKES);
      const { said } = await started([aFolderFunction(project, 'dist/a.handler', { name: 'a' })]);

      assert.deepEqual([said, existsSync(join(project, 'runs'))], [[], false]);
    } finally {
      Reflect.deleteProperty(process.env, MARK);
    }
  });

  it('runs the script of a workspace’s package with the packages of the workspace', async () => {
    const root = aFolder({
      'package.json': '{ "workspaces": ["packages/*"] }',
      'node_modules/.keep': '',
      'packages/api/package.json': MANIFEST,
      'packages/api/npm-does.sh': MAKES,
    });
    const definition = aFolderFunction(join(root, 'packages/api'), 'dist/a.handler', { name: 'a' });

    const { invoke } = await started([definition]);

    assert.equal(returned(await invoke('a')), 'made');
  });
});
