import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { readBuiltFunctions } from '../../../../../packages/gateway/templates/sam/built-functions.ts';
import type { JsonObject } from '@gatewright/aws/json-object';

const SAM =
  'AWS SAM developer guide, "Building Node.js Lambda functions with esbuild", "Building custom runtimes"';
const LONG_AGO = new Date('2020-01-01T00:00:00Z');

function read(metadata: JsonObject, files: readonly string[] = [], runtime = 'nodejs22.x') {
  const root = mkdtempSync(join(tmpdir(), 'gatewright-functions-'));
  try {
    for (const name of files) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), '');
      // What is built is younger than what it is made of, on file systems with coarse times, too.
      if (!name.startsWith('.aws-sam/')) utimesSync(join(root, name), LONG_AGO, LONG_AGO);
    }
    const template = {
      Resources: {
        F: { Type: 'AWS::Lambda::Function', Properties: { Runtime: runtime }, Metadata: metadata },
      },
    };
    const made = readBuiltFunctions(
      template,
      join(root, 'template.yaml'),
      new Map([['F', join(root, 'src')]]),
    );
    return {
      folder: (made.folders.get('F') ?? '').replace(`${root}/`, ''),
      build: made.builds.get('F'),
      says: made.findings.map(({ consequence }) => consequence).join('\n'),
    };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

describe('a SAM function with `BuildMethod: esbuild`', () => {
  const built = (BuildProperties: JsonObject) => read({ BuildMethod: 'esbuild', BuildProperties }).build;

  it('has the settings of its BuildProperties as options of esbuild', () => {
    const given = {
      Minify: true,
      Target: 'es2022',
      Format: 'esm',
      Sourcemap: true,
      OutExtension: ['.js=.mjs'],
      External: ['@aws-sdk/*', 'pg-native'],
      Banner: ['js=const a = 1 === 1;'],
      Loader: ['.graphql=text', '.html=text'],
      MainFields: 'module,main',
    };

    assert.deepEqual(
      built(given)?.esbuild,
      {
        minify: true,
        target: 'es2022',
        format: 'esm',
        sourcemap: true,
        outExtension: { '.js': '.mjs' },
        external: ['@aws-sdk/*', 'pg-native'],
        banner: { js: 'const a = 1 === 1;' },
        loader: { '.graphql': 'text', '.html': 'text' },
        mainFields: ['module', 'main'],
      },
      SAM,
    );
  });

  it('has the format and target of sam build if it names none', () => {
    assert.deepEqual(read({ BuildMethod: 'esbuild' }).build, {
      esbuild: { format: 'cjs', target: 'es2020' },
      entries: {},
    });
  });

  const rows: readonly (readonly [title: string, points: string[], entries: Record<string, string>])[] = [
    ['a file', ['app.ts'], { app: 'app.ts' }],
    [
      'a file in a folder, whose output is not in one',
      ['src/handlers/get.ts'],
      { get: 'src/handlers/get.ts' },
    ],
    [
      'several, whose outputs keep the folders in which they differ',
      ['./src/a/get.ts', 'src/b/put.mts', 'src/list.js'],
      { 'a/get': 'src/a/get.ts', 'b/put': 'src/b/put.mts', list: 'src/list.js' },
    ],
    ['files with nothing in common', ['a/get.ts', 'put.ts'], { 'a/get': 'a/get.ts', put: 'put.ts' }],
  ];
  for (const [title, points, entries] of rows)
    it(`runs the modules of its entry points: ${title}`, () => {
      assert.deepEqual(built({ EntryPoints: points })?.entries, entries);
    });
});

describe('a SAM function with another `BuildMethod`', () => {
  const rows: readonly {
    readonly title: string;
    readonly metadata: JsonObject;
    readonly files?: readonly string[];
    readonly runtime?: string;
    readonly folder: string;
    readonly says: RegExp;
  }[] = [
    {
      title: 'of its runtime runs from its sources',
      metadata: { BuildMethod: 'nodejs20.x' },
      folder: 'src',
      says: /^$/,
    },
    {
      title: 'of Go runs as Go does here',
      metadata: { BuildMethod: 'go1.x' },
      runtime: 'provided.al2023',
      folder: 'src',
      says: /^$/,
    },
    {
      title: 'makefile is reported with what to run',
      metadata: { BuildMethod: 'makefile' },
      folder: 'src',
      says: /^the function's code is built by its Makefile \(build-F\), which has not run, so .*; run sam build$/,
    },
    {
      title: 'makefile runs what sam build has made',
      metadata: { BuildMethod: 'makefile' },
      files: ['src/a.js', 'template.yaml', '.aws-sam/build/F/a.js'],
      folder: '.aws-sam/build/F',
      says: /^$/,
    },
    {
      title: 'makefile of a program is left to its runtime',
      metadata: { BuildMethod: 'makefile' },
      runtime: 'provided.al2023',
      folder: 'src',
      says: /^$/,
    },
    {
      title: 'that is unknown is reported by its name',
      metadata: { BuildMethod: 'webpack' },
      folder: 'src',
      says: /^the function's code is built by sam build \(webpack\), which has not run/,
    },
    {
      title: 'in a template of sam build is done',
      metadata: { BuildMethod: 'makefile', SamResourceId: 'F' },
      folder: 'src',
      says: /^$/,
    },
  ];
  for (const { title, metadata, files = [], runtime, folder, says } of rows)
    it(title, () => {
      const made = read(metadata, files, runtime);

      assert.deepEqual([made.folder, made.build], [folder, undefined], SAM);
      assert.match(made.says, says, SAM);
    });
});
