/** What check says of a package that `sam build` has yet to make. Sources: docs/aws §8.2. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { examineStacks } from '../../../../../../packages/gateway/engine/compose/checking/examine.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-unbuilt-'));
after(() => rmSync(folder, { recursive: true }));

const OVER_QUOTA = 262_144_001;

/** Returns the ids of the findings about a function with the code in `src`. `big` is a file that exceeds the quota. */
async function examine(rest: string, files: Readonly<Record<string, string>>, big?: string) {
  const own = mkdtempSync(join(folder, 'project-'));
  const template = `Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: index.handler
${rest}`;
  const all = { ...files, 'template.yaml': template, ...(big !== undefined && { [big]: '' }) };
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(own, name)), { recursive: true });
    writeFileSync(join(own, name), text);
  }
  if (big !== undefined) truncateSync(join(own, big), OVER_QUOTA);
  const options = { stage: 'dev', region: 'us-east-1', accountId: '123456789012', parameters: {} };
  const { findings } = await examineStacks([join(own, 'template.yaml')], {
    ...options,
    environment: {},
    directory: own,
  });
  return findings.map(({ id }) => id);
}

const NODE = '      Runtime: nodejs22.x\n';
const MAKE = '    Metadata: { BuildMethod: makefile }\n';
const LAYER = `${NODE}      Layers: [!Ref Tools]
  Tools:
    Type: AWS::Serverless::LayerVersion
    Properties: { ContentUri: tools/ }
`;
const CODE = { 'src/index.js': 'exports.handler = async () => ({ statusCode: 200 });\n' };
const PACKAGE = { 'src/package.json': '{"name":"a","version":"1.0.0","devDependencies":{"big":"1.0.0"}}' };

describe('a package that sam build has yet to make', () => {
  const rows: readonly {
    readonly what: string;
    readonly rest: string;
    readonly files?: Readonly<Record<string, string>>;
    readonly big: string;
    readonly isCounted: boolean;
  }[] = [
    {
      what: 'dev dependencies',
      rest: NODE,
      files: PACKAGE,
      big: 'src/node_modules/big/a.bin',
      isCounted: false,
    },
    { what: 'a Node.js folder without package.json', rest: NODE, big: 'src/a.bin', isCounted: true },
    { what: 'what a Makefile may leave out', rest: NODE + MAKE, big: 'src/a.bin', isCounted: false },
    {
      what: 'what the Makefile of a layer may leave out',
      rest: LAYER + MAKE,
      big: 'tools/a.bin',
      isCounted: false,
    },
    { what: 'a layer that is not built', rest: LAYER, big: 'tools/a.bin', isCounted: true },
    {
      what: 'a virtual environment of Python',
      rest: '      Runtime: python3.13\n',
      files: { 'src/index.py': 'def handler(event, context): return {}\n' },
      big: 'src/.venv/a.bin',
      isCounted: false,
    },
    {
      what: 'the package that sam build has made',
      rest: `${NODE}    Metadata: { SamResourceId: Orders }\n`,
      files: PACKAGE,
      big: 'src/a.bin',
      isCounted: true,
    },
  ];
  for (const { what, rest, files, big, isCounted } of rows)
    it(`has a size that ${isCounted ? 'includes' : 'does not include'} ${what}`, async () => {
      const found = await examine(rest, { ...CODE, ...files }, big);
      assert.deepEqual(found, isCounted ? ['package-size'] : found.filter((id) => id !== 'package-size'));
    });

  for (const runtime of ['python3.13', 'nodejs22.x'])
    it(`may get the handler from its Makefile: ${runtime}`, async () => {
      const found = await examine(`      Runtime: ${runtime}\n${MAKE}`, {
        'src/Makefile': 'build-Orders:\n',
      });
      assert.equal(found.includes('missing-handler'), false);
    });

  it('may be made of TypeScript by its Makefile', async () => {
    const found = await examine(NODE + MAKE, { 'src/index.ts': 'export const handler = async () => 1;\n' });
    assert.equal(found.includes('typescript-handler'), false);
  });
});

// Sources: the README of SnappyTutorials/aws-sam-webpack-plugin; sam-cli-app-templates (`"compile": "tsc"` next to
// app.ts)
describe('a TypeScript handler that a script of the project compiles', () => {
  const TS = { 'src/index.ts': 'export const handler = async () => 1;\n' };
  const scripts = (all: object): string => JSON.stringify({ name: 'a', version: '1.0.0', scripts: all });
  const WEBPACK = {
    'package.json': scripts({ build: 'webpack-cli' }),
    'webpack.config.js': "const AwsSamPlugin = require('aws-sam-webpack-plugin');\n",
  };
  const COPIED = {
    'package.json': scripts({ prebuild: 'rm -rf .aws-sam', 'build:all': 'node make.mjs .aws-sam/build' }),
  };
  const UNBUILT = 'unbuilt-handler';
  const TYPESCRIPT = 'typescript-handler';
  const rows: readonly (readonly [what: string, files: Readonly<Record<string, string>>, id?: string])[] = [
    ['by a plug-in of webpack that writes to .aws-sam/build', WEBPACK, UNBUILT],
    ['by a script that writes to .aws-sam/build', COPIED, UNBUILT],
    ['into .aws-sam/build, and that is there', { ...WEBPACK, '.aws-sam/build/Orders/index.js': '' }],
    ['by tsc beside itself', { 'package.json': scripts({ compile: 'tsc' }), 'tsconfig.json': '{}' }, UNBUILT],
    [
      'by tsc with a tsconfig.json without outDir',
      {
        'src/package.json': scripts({ build: 'eslint . && npx tsc' }),
        'src/tsconfig.json': '{ "compilerOptions": { "noEmit": false /* , "outDir": "x" */ } }',
      },
      UNBUILT,
    ],
    [
      'by esbuild beside itself',
      { 'package.json': scripts({ build: 'esbuild src/*.ts --outdir=src' }) },
      UNBUILT,
    ],
    [
      'by a file name of esbuild',
      { 'package.json': scripts({ bundle: 'esbuild src/index.ts --outfile=./src/index.js' }) },
      UNBUILT,
    ],
    [
      'elsewhere, because of outDir',
      {
        'package.json': scripts({ build: 'tsc' }),
        'tsconfig.json': '{ "compilerOptions": { "outDir": "dist" } }',
      },
      TYPESCRIPT,
    ],
    [
      'elsewhere, because of outDir in a tsconfig.json that is extended',
      {
        'package.json': scripts({ build: 'tsc -p src' }),
        'src/tsconfig.json': '{ "extends": "../tsconfig.base.json" }',
        'tsconfig.base.json': '{ "compilerOptions": { "outDir": "dist" } }',
      },
      TYPESCRIPT,
    ],
    [
      'nowhere, because of --noEmit',
      { 'package.json': scripts({ build: 'tsc --noEmit' }), 'tsconfig.json': '{}' },
      TYPESCRIPT,
    ],
    [
      'elsewhere by esbuild',
      { 'package.json': scripts({ build: 'esbuild a.ts --outdir=dist' }) },
      TYPESCRIPT,
    ],
    [
      'not, because the script only deploys',
      { 'package.json': scripts({ deploy: 'sam deploy' }) },
      TYPESCRIPT,
    ],
  ];
  for (const [what, files, id] of rows)
    it(`is compiled ${what}`, async () => {
      assert.deepEqual(await examine(NODE, { ...TS, ...files }), id === undefined ? [] : [id]);
    });
});
