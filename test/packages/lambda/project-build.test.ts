/** Handlers that the build script of their project makes. The npm of these tests is a shell script. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { Faults } from '../../../packages/core/errors.ts';
import type { FunctionDefinition } from '../../../packages/core/stack/function.ts';
import { isAlive } from '@gatewright/aws/is-alive';
import { readIfReadable } from '@gatewright/aws/readable-files';
import { aFolder, aFolderFunction, failed, returned, startRuntime } from './start-runtime.ts';

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
    it('is made at the start by one run of the script for all functions, and events wait for it', async () => {
      const folder = aProject(MAKES);
      const [a, b] = ['a', 'b'].map((name) => aFolderFunction(folder, `dist/${name}.handler`, { name }));
      assert.ok(a !== undefined && b !== undefined);

      const { invoke, said, faults } = await started([a, b]);

      assert.deepEqual([returned(await invoke('a')), returned(await invoke('b'))], ['made', 'made']);
      assert.deepEqual(faults, []);
      assert.equal(readFileSync(join(folder, 'runs'), 'utf8'), 'run build\n');
      assert.match(
        said[0] ?? '',
        /^runs npm run build in \S+, because \S+\/dist\/a\.js is made by it; requests wait/,
      );
      assert.match(said[1] ?? '', /^npm run build in \S+ has ended after \d+\.\d s$/);
      assert.equal(said.length, 2);
    });

    it('is made for a function with a process of its own', async () => {
      const definition = aFolderFunction(aProject(MAKES), 'dist/a.handler', { name: 'a' });
      const said: string[] = [];
      const { invoke } = await startRuntime([definition], {
        isolation: 'process',
        projectBuilds: { inform: (sentence) => said.push(sentence) },
      });

      assert.equal(returned(await invoke('a')), 'made');
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
        answer: /^npm run build in \S+ failed: exit status 2$/,
        said: /^npm run build in \S+ failed: exit status 2\nsrc\/a\.ts\(3,1\): error TS1005$/,
      },
      {
        name: 'fails where the script makes other files',
        script: 'mkdir -p out; touch out/a.js',
        answer: /^npm run build in \S+ has run and did not make the handler's file: \S+\/dist\/a\.js$/,
        said: /has ended after/,
      },
      {
        name: 'fails once the script has taken too long',
        script: NEVER,
        limitMs: 100,
        answer: /failed: it has not ended within 0\.1 s$/,
        said: /failed: it has not ended within 0\.1 s\n$/,
      },
    ];
    for (const { name, script, limitMs, answer, said: expected } of failures)
      it(name, async () => {
        const definition = aFolderFunction(aProject(script), 'dist/a.handler', { name: 'a' });
        const { invoke, said } = await started([definition], limitMs === undefined ? {} : { limitMs });

        assert.match(failed(await invoke('a')).errorMessage, answer);
        assert.match(said[1] ?? '', expected);
      });

    it('gives the script no credentials of AWS', async () => {
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
      assert.doesNotMatch(seen, /^AWS_/m);
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
    { name: 'where builds are off', folder: () => aProject(MAKES), handler: 'dist/a.handler', isOff: true },
    {
      name: 'where the packages of the project are not installed',
      folder: () => aFolder({ 'package.json': MANIFEST, 'npm-does.sh': MAKES }),
      handler: 'dist/a.handler',
    },
    { name: 'among sources', folder: () => aProject(MAKES), handler: 'src/a.handler' },
  ];
  for (const { name, folder, handler, isOff = false } of rows)
    it(`runs no script ${name}`, async () => {
      const project = folder();

      const { said, faults } = await started([aFolderFunction(project, handler, { name: 'a' })], { isOff });

      assert.deepEqual([said, faults.length, existsSync(join(project, 'runs'))], [[], 1, false]);
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
