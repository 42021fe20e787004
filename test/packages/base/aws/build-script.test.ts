import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import {
  findBuildCommand,
  findBuildScript,
  listOtherBuilds,
} from '../../../../packages/base/aws/build-script.ts';
import { findHandlerFile } from '../../../../packages/gateway/lambda/code/handler-file.ts';
import { aFolder } from '../../gateway/lambda/start-runtime.ts';

const BUILT = '{ "scripts": { "prebuild": "rimraf dist", "build": "tsc", "tsc": "tsc" } }';
const PLACE = { file: 'template.yml', line: 1, logicalId: 'F' };

describe('a handler file that is missing', () => {
  const rows: readonly {
    readonly name: string;
    readonly files: Readonly<Record<string, string>>;
    readonly handler: string;
    readonly code?: string;
    readonly message: RegExp;
  }[] = [
    {
      name: "is created by the build script if it is in a compiler's output folder, which is missing",
      files: { 'package.json': BUILT },
      handler: 'dist/main.handler',
      message: /there is no folder \S+\/dist; run npm run build in \S+$/,
    },
    {
      name: 'is created by the build script if that folder has other files',
      files: { 'package.json': BUILT, 'dist/other.js': '' },
      handler: 'dist/main.handler',
      message: /; run npm run build in \S+, which creates it$/,
    },
    {
      name: 'is created by the build script, after the packages that it needs are installed',
      files: {
        'package.json': '{ "scripts": { "build": "vite build" }, "devDependencies": { "vite": "7" } }',
      },
      handler: 'dist/main.handler',
      message: /; run npm install and npm run build in \S+$/,
    },
    {
      name: 'is created by the build script, after the package manager of the project has installed its packages',
      files: {
        'package.json': '{ "scripts": { "build": "tsc" }, "dependencies": { "a": "1" } }',
        'pnpm-lock.yaml': '',
      },
      handler: 'dist/main.handler',
      message: /; run pnpm install and npm run build in \S+$/,
    },
    {
      name: 'is created by the build script alone if the packages are installed',
      files: {
        'package.json': '{ "scripts": { "build": "tsc" }, "dependencies": { "a": "1" } }',
        'node_modules/a/package.json': '{}',
      },
      handler: 'dist/main.handler',
      message: /; run npm run build in \S+$/,
    },
    {
      name: 'is created by the script that ends if another watches',
      files: { 'package.json': '{ "scripts": { "build": "tsc -w", "compile": "tsc" } }' },
      handler: 'dist/main.handler',
      message: /there is no folder \S+\/dist; run npm run compile in \S+$/,
    },
    {
      name: 'is created by the script that watches if there is no other',
      files: { 'package.json': '{ "scripts": { "build": "tsc -w" } }' },
      handler: 'dist/main.handler',
      message:
        /; run npm run build in \S+ \(this script watches files and does not end, so the gateway does not run it\)$/,
    },
    {
      name: 'is created by a script of the package above the folder of the code',
      files: { 'package.json': '{ "scripts": { "compile": "tsc" } }' },
      code: 'build/api',
      handler: 'main.handler',
      message: /there is no folder \S+\/build\/api; run npm run compile in \S+$/,
    },
    // A public project: webpack writes to artifacts/, and the advice was to write artifacts/getNotes.ts.
    {
      name: 'is created by the build script if the folder is missing and a configuration names it as output',
      files: {
        'package.json': '{ "scripts": { "build": "webpack" } }',
        'webpack.config.js': "module.exports = { output: { path: __dirname + '/artifacts' } };",
      },
      handler: 'artifacts/main.handler',
      message: /there is no folder \S+\/artifacts; run npm run build in \S+$/,
    },
    {
      name: 'is created by the build script if the folder is missing and the script itself names it',
      files: { 'package.json': '{ "scripts": { "build": "mkdir -p artifacts && cp h.js artifacts/" } }' },
      handler: 'artifacts/main.handler',
      message: /there is no folder \S+\/artifacts; run npm run build in \S+$/,
    },
    // hameos/notes_sls: the scripts of webpack have names of their own, and .gitignore and webpack.config.js name .build.
    ...[
      'export NODE_ENV=development && webpack --config ./webpack.config.js',
      'rimraf .build && NODE_ENV=production npx webpack',
    ].map((script) => ({
      name: `is created by a script of another name that only builds, which is named: ${script}`,
      files: {
        'package.json': JSON.stringify({
          scripts: {
            check: 'tsc --noEmit',
            deploy: 'webpack && serverless deploy',
            watch: 'webpack --watch',
            'sls:dev': script,
            'sls:pro': script,
          },
        }),
        '.gitignore': '.build\n',
      },
      handler: '.build/main.handler',
      message: /there is no folder \S+\/\.build; run npm run sls:dev in \S+$/,
    })),
    {
      name: 'is created by a build if files name its folder and no script builds',
      files: {
        'package.json': '{ "scripts": { "deploy": "webpack && serverless deploy", "all": "gulp" } }',
        '.gitignore': '.build\n',
        'webpack.config.js': "module.exports = { output: { path: __dirname + '/.build' } };",
      },
      handler: '.build/main.handler',
      message:
        /; a build creates the folder \.build, which \.gitignore and webpack\.config\.js name: run this build$/,
    },
    {
      name: 'is created by a build if there is no package.json',
      files: { '.gitignore': 'out/\n' },
      handler: 'out/main.handler',
      message: /; a build creates the folder out, which \.gitignore names: run this build$/,
    },
    {
      name: 'is in a folder of code that does not exist',
      files: {},
      code: 'gone',
      handler: 'out/main.handler',
      message: /there is no folder \S+\/gone; build the function first, or correct the path$/,
    },
    {
      name: 'must be written if nothing names its folder, which is then more likely misspelt',
      files: { 'package.json': BUILT, 'handlers/main.js': '' },
      handler: 'handlrs/main.handler',
      message: /; create it with an export named "handler"$/,
    },
    {
      name: 'must be written if its folder contains sources',
      files: { 'package.json': BUILT },
      handler: 'src/main.handler',
      message: /; create it with an export named "handler"$/,
    },
    {
      name: 'is not made by a package above the repository',
      files: { 'package.json': BUILT, 'service/.git/HEAD': '' },
      code: 'service',
      handler: 'dist/main.handler',
      message: /; create it with an export named "handler"$/,
    },
    {
      name: 'is to be written if no script builds',
      files: { 'package.json': '{ "scripts": { "test": "mocha" } }' },
      handler: 'dist/main.handler',
      message: /; create it with an export named "handler"$/,
    },
  ];
  for (const { name, files, handler, code = '.', message } of rows)
    it(name, () => {
      const folder = aFolder(files);

      assert.throws(() => findHandlerFile({ handler, place: PLACE }, join(folder, code)), { message });
    });

  it('is another one if sam build makes it elsewhere of its entry points', () => {
    const folder = aFolder({ 'modules/list/src/app.ts': '' });
    const entries = { app: 'modules/list/src/app.ts' };

    assert.throws(
      () => findHandlerFile({ handler: 'src/app.handler', place: PLACE }, folder, false, entries),
      {
        message:
          /there is no src\/app\.ts, .*; sam build creates app\.js from EntryPoints: set the handler to app\.handler$/,
      },
    );
  });

  const scripts: readonly (readonly [
    watches: boolean,
    build: string,
    more?: Readonly<Record<string, string>>,
  ])[] = [
    [true, 'tsc -w'],
    [true, 'tsc -p . --watch'],
    [true, 'rimraf dist && npx tsc --project tsconfig.json -w'],
    [true, 'NODE_ENV=development webpack --mode development -w --progress'],
    [true, 'esbuild src/a.ts --bundle --watch=forever'],
    [true, 'nodemon --exec tsc'],
    [true, 'tsc-watch --onSuccess "node ."'],
    [true, './node_modules/.bin/rollup -c -cw'],
    [true, 'webpack serve'],
    [true, 'npm run clean && npm run compile:dev', { clean: 'rimraf dist', 'compile:dev': 'tsc -w' }],
    [true, 'yarn dev', { dev: 'tsc --watch' }],
    [true, 'yarn tsc -w'],
    [true, 'vite build --watch'],
    [true, 'tsc', { prebuild: 'nodemon' }],
    [false, 'tsc'],
    [false, 'tsc --watch=false'],
    [false, 'npm run build -w packages/api'],
    [false, 'rimraf dist; tsc -p watch.json && cp -w src/--watch dist'],
    [false, 'npm run build', { other: 'tsc -w' }],
    [false, 'npm run lint', { lint: 'npm run build' }],
    [false, 'webpack --no-watch'],
    [false, 'nodemonitor'],
  ];
  for (const [watches, build, more] of scripts)
    it(`${watches ? 'is not made here' : 'can be made here'} by the script ${build}`, () => {
      const folder = aFolder({ 'package.json': JSON.stringify({ scripts: { ...more, build } }) });
      assert.equal(findBuildScript(join(folder, 'dist/main'))?.watches, watches);
    });

  // The user did not ask for a run, so the gateway runs only scripts whose names say that they build.
  const others: readonly (readonly [
    isNamed: boolean,
    command: string,
    more?: Readonly<Record<string, string>>,
  ])[] = [
    [true, 'webpack'],
    [true, 'rimraf dist && NODE_ENV=production npx webpack'],
    [true, './node_modules/.bin/tsc -p .'],
    [true, 'yarn tsc'],
    [true, 'vite build'],
    [true, 'esbuild a.ts --outdir=dist', { preother: 'rimraf dist' }],
    [false, 'serverless deploy --bundler esbuild'],
    [false, 'npm publish packages/babel'],
    [false, 'rsync -a out host:/srv/webpack'],
    [false, 'npm uninstall webpack'],
    [false, 'webpack && serverless deploy'],
    [false, 'webpack', { postother: 'serverless deploy' }],
    [false, 'webpack', { preother: 'npm login' }],
    [false, 'tsc --noEmit'],
    [false, 'tsc --watch'],
    [false, 'tsc -p $(deploy)'],
    [false, 'tsc -p `deploy`'],
    [false, 'vite'],
    [false, 'vite preview'],
    [false, 'parcel index.html'],
    [false, 'webpack serve'],
    [false, 'esbuild a.ts --serve'],
    [false, 'gulp'],
  ];
  for (const [isNamed, other, more] of others)
    it(`is not made here by the script ${other}${more === undefined ? '' : ` with ${Object.keys(more).join()}`}, which is ${isNamed ? '' : 'not '}named`, () => {
      const folder = aFolder({ 'package.json': JSON.stringify({ scripts: { ...more, other } }) });
      const file = join(folder, 'dist/main');

      assert.equal(findBuildScript(file), undefined);
      assert.equal(findBuildCommand(file)?.startsWith('npm run other') ?? false, isNamed);
    });

  it(
    'is not looked for in a configuration that is a broken link',
    { skip: process.platform === 'win32' },
    () => {
      const folder = aFolder({ 'package.json': BUILT });
      symlinkSync(join(folder, 'nowhere.js'), join(folder, 'webpack.config.js'));

      assert.equal(findBuildScript(join(folder, 'artifacts/main')), undefined);
    },
  );

  // Such a package.json is left behind by an install in the wrong folder, or by another user.
  for (const name of ['HOME', 'TMPDIR'])
    it(`is not made by a package of ${name}`, { skip: process.platform === 'win32' }, () => {
      const folder = aFolder({ 'package.json': BUILT });
      const before = process.env[name];
      process.env[name] = folder;
      try {
        assert.equal(findBuildScript(join(folder, 'service/dist/main')), undefined);
      } finally {
        if (before === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = before;
      }
    });
});

describe('the other scripts that build', () => {
  const rows: readonly (readonly [command: string, isBuild: boolean])[] = [
    ...['tsc', 'tspc -p .', 'ttsc', 'microbundle', 'vite build', 'esbuild a.ts', 'gulp', 'grunt'].map(
      (command) => [command, true] as const,
    ),
    ['sass a.scss a.css', false],
    ['eslint .', false],
  ];
  for (const [command, isBuild] of rows)
    it(`${isBuild ? 'include' : 'leave out'} ${command}`, () => {
      const folder = aFolder({
        'package.json': JSON.stringify({ scripts: { build: 'tsc', other: command } }),
      });

      assert.deepEqual(listOtherBuilds({ folder, name: 'build' }), isBuild ? ['npm run other'] : []);
    });
});
