import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import {
  checkPackages,
  describeUncompiled,
  isBundled,
  omitState,
  withoutState,
} from '../../../../packages/gatewright/plugin/check-packages.ts';
import { HANDLER_ENTRIES } from '../../../../packages/gatewright/package/manifest.ts';

const functionOf = (Handler: string, Runtime = 'nodejs24.x') => ({
  Type: 'AWS::Lambda::Function',
  Properties: { Handler, Runtime },
});
const IMPORTS = "const { claimsOf } = require('gatewright/access');\nexports.list = claimsOf;\n";

async function inFolder<Result>(
  files: Readonly<Record<string, string>>,
  look: (directory: string) => Result | Promise<Result>,
): Promise<Result> {
  const directory = mkdtempSync(join(tmpdir(), 'gatewright-packages-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, name)), { recursive: true });
      writeFileSync(join(directory, name), text);
    }
    return await look(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function check(files: Readonly<Record<string, string>>, handler = functionOf('notes.list')) {
  return inFolder({ 'notes.js': IMPORTS, ...files }, (directory) =>
    checkPackages({ directory, resources: { Notes: handler } }).then(({ complaints }) => complaints),
  );
}

const manifest = (over: object) => ({ 'package.json': JSON.stringify(over) });

// Answered on this machine, and "Cannot find module" on AWS.
describe('checkPackages', () => {
  it('refuses an import of what osls excludes, by file and with the package to install', async () => {
    for (const over of [{ devDependencies: { gatewright: '1' } }, {}])
      assert.match(
        (await check(manifest(over))).join(),
        /^notes\.js: imports gatewright\/access, .*npm install @gatewright\/handlers, and import @gatewright\/handlers\/access$/,
      );
  });

  for (const entry of HANDLER_ENTRIES)
    it(`refuses an import of gatewright/${entry}`, async () => {
      const files = { 'notes.js': IMPORTS.replace('/access', `/${entry}`) };
      const [complaint = ''] = await check({ ...manifest({}), ...files });
      assert.ok(complaint.endsWith(`import @gatewright/handlers/${entry}`), complaint);
    });

  it('finds it in a file that the handler imports', async () => {
    const files = { 'notes.js': "exports.list = require('./lib/who.js');\n", 'lib/who.js': IMPORTS };

    assert.match((await check({ ...manifest({}), ...files })).join(), /^lib\/who\.js: imports/);
  });

  const fine: readonly { name: string; files: Readonly<Record<string, string>>; handler?: object }[] = [
    { name: 'a dependency', files: manifest({ dependencies: { gatewright: '1' } }) },
    {
      name: 'the package for handlers',
      files: { ...manifest({}), 'notes.js': IMPORTS.replace("'gatewright", "'@gatewright/handlers") },
    },
    { name: 'no manifest, by which nothing is left out', files: { 'node_modules/gatewright/x': '' } },
    { name: 'an empty one', files: { 'node_modules/gatewright/x': '', 'package.json': '' } },
  ];
  for (const { name, files } of fine)
    it(`is content with ${name}`, async () => {
      assert.deepEqual(await check(files), []);
    });

  it('looks into no function of another language', async () => {
    assert.deepEqual(await check(manifest({}), functionOf('notes.list', 'python3.14')), []);
  });
});

describe('isBundled', () => {
  it('detects which tool puts imports into the handlers', () => {
    const rows = [
      [{ build: { esbuild: true } }, true],
      [{ custom: { esbuild: {} } }, true],
      [{ plugins: ['gatewright', 'serverless-webpack'] }, true],
      [{ plugins: { modules: ['serverless-bundle'] } }, true],
      [{ plugins: ['gatewright'], custom: {} }, false],
      [{}, false],
    ] as const;
    for (const [service, expected] of rows)
      assert.equal(isBundled(service), expected, JSON.stringify(service));
  });
});

describe('withoutState', () => {
  it('excludes the state of starts, with any settings of the service, and the stack that init has made', async () => {
    const stack = { 'gatewright/serverless.yml': 'plugins: [gatewright/stack]\n' };

    assert.deepEqual(await inFolder(stack, (directory) => withoutState(['**'], directory)), [
      '**',
      '!**/.gatewright/**',
      '!gatewright/**',
    ]);
    assert.deepEqual(await inFolder({}, (directory) => withoutState([], directory)), ['!**/.gatewright/**']);
  });
});

describe('omitState', () => {
  it('excludes the state from the packages of functions and layers that have their own patterns', () => {
    const service = {
      package: {},
      functions: { own: { package: { patterns: ['**'] } }, plain: {} },
      layers: { shared: { package: { patterns: ['nodejs/**'] } } },
      provider: { compiledCloudFormationTemplate: { Resources: {} } },
    };

    omitState({ serviceDir: '/nowhere', service });

    assert.deepEqual(
      [service.package, service.functions, service.layers],
      [
        { patterns: ['!**/.gatewright/**'] },
        { own: { package: { patterns: ['**', '!**/.gatewright/**/*'] } }, plain: {} },
        { shared: { package: { patterns: ['nodejs/**', '!**/.gatewright/**/*'] } } },
      ],
    );
  });
});

// Source: the trial of issue 66: `osls package` said “Service packaged”, and Lambda could load nothing.
describe('describeUncompiled', () => {
  const told = (files: Readonly<Record<string, string>>, service: object = {}) =>
    inFolder(files, (directory) =>
      describeUncompiled({ directory, resources: { Notes: functionOf('src/notes.list') }, service }),
    );

  it('names the TypeScript that is packaged as it is, and what to do', async () => {
    assert.match(
      (await told({ 'src/notes.ts': '' })) ?? '',
      /^src\/notes\.ts: Lambda cannot load TypeScript, and no bundler is configured, so every call of this handler fails on AWS: set up a bundler such as esbuild/,
    );
  });

  it('says nothing about compiled handlers, and about a package that is made elsewhere', async () => {
    assert.equal(await told({ 'src/notes.ts': '', 'src/notes.js': '' }), undefined);
    assert.equal(await told({ 'src/notes.mjs': '' }), undefined);
    assert.equal(await told({ 'src/notes.ts': '' }, { package: { artifact: 'made.zip' } }), undefined);
    const functions = { notes: { package: { artifact: 'made.zip' } } };
    assert.equal(await told({ 'src/notes.ts': '' }, { functions }), undefined);
  });
});
