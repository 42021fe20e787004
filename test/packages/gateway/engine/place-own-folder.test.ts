import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { ownFolderOf } from '@gatewright/aws/own-folder-of';
import { placeOwnFolder } from '../../../../packages/gateway/engine/place-own-folder.ts';
import { makeOwnFolder } from '../../../../packages/gateway/kernel/files/own-folder.ts';
import { withEnvironment } from '../../../support/fresh-function.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'gatewright-place-')));
const HOME = { GATEWRIGHT_HOME: join(root, 'home') };

let made = 0;
function project(files: Readonly<Record<string, string>>): string {
  const folder = join(root, `project${(made += 1)}`);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const sam = (code: string, more = ''): string =>
  `Transform: AWS::Serverless-2016-10-31\n${more}Resources:\n  Api:\n    Type: AWS::Serverless::Function\n    Properties: { ${code}Handler: app.handler, Runtime: nodejs22.x }\n`;
const MANIFEST = JSON.stringify({
  artifacts: { a: { type: 'cdk:asset-manifest', properties: { file: 'shop.assets.json' } } },
});
const ASSETS = JSON.stringify({ files: { x: { source: { path: 'asset.x', packaging: 'zip' } } } });

/** Projects, and whether a folder in them would be deployed. Sources: what each tool copies, tried with the tool. */
const PROJECTS: readonly {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly source?: string;
  readonly isPackaged: boolean;
}[] = [
  {
    name: 'osls with an export of the stack and without the plug-in',
    files: {
      'serverless.yml':
        'service: shop\nfunctions: { a: { handler: a.b, events: [{ http: { authorizer: { arn: !ImportValue gatewright-dev-RequestAuthorizerArn } } }] } }\n',
    },
    source: 'serverless.yml',
    isPackaged: true,
  },
  { name: 'SAM with CodeUri: .', files: { 'template.yaml': sam('CodeUri: ., ') }, isPackaged: true },
  {
    name: 'SAM with the CodeUri in Globals',
    files: { 'template.yaml': sam('', 'Globals: { Function: { CodeUri: ./ } }\n') },
    isPackaged: true,
  },
  {
    name: 'SAM with its own folder',
    files: { 'template.yaml': sam('CodeUri: src/, ') },
    isPackaged: false,
  },
  {
    name: 'SAM with a bundler',
    files: {
      'template.yaml': `${sam('CodeUri: ., ')}    Metadata: { BuildMethod: esbuild, BuildProperties: { EntryPoints: [app.ts] } }\n`,
    },
    isPackaged: false,
  },
  {
    name: 'a template for aws cloudformation package',
    files: {
      'template.yaml':
        'Resources: { F: { Type: AWS::Lambda::Function, Properties: { Code: ., Handler: a.b, Runtime: nodejs22.x, Role: r } } }',
    },
    isPackaged: true,
  },
  {
    name: 'a template with code in S3',
    files: {
      'template.yaml':
        'Resources: { F: { Type: AWS::Serverless::Function, Properties: { CodeUri: s3://b/k } } }',
    },
    isPackaged: false,
  },
  {
    name: 'osls without the plug-in',
    files: { 'serverless.yml': 'service: shop\nprovider: { name: aws }\n' },
    isPackaged: true,
  },
  {
    name: 'osls with the plug-in',
    files: { 'serverless.yml': 'service: shop\nplugins: [gatewright]\nprovider: { name: aws }\n' },
    isPackaged: false,
  },
  {
    name: 'osls with a bundler',
    files: { 'serverless.yml': 'service: shop\nplugins: [serverless-esbuild]\nprovider: { name: aws }\n' },
    isPackaged: false,
  },
  {
    name: 'a CDK application that packages its own root',
    files: {
      'cdk.json': '{}',
      'cdk.out/manifest.json': MANIFEST,
      'cdk.out/shop.assets.json': ASSETS,
      'cdk.out/asset.x/cdk.json': '{}',
    },
    isPackaged: true,
  },
  {
    name: 'a CDK application that packages one folder',
    files: {
      'cdk.json': '{}',
      'cdk.out/manifest.json': MANIFEST,
      'cdk.out/shop.assets.json': ASSETS,
      'cdk.out/asset.x/index.js': '',
    },
    isPackaged: false,
  },
  { name: 'a folder without a definition', files: { 'a.txt': '' }, isPackaged: false },
];

describe('placeOwnFolder', () => {
  after(() => {
    rmSync(root, { recursive: true });
  });

  for (const { name, files, isPackaged } of PROJECTS)
    it(`keeps the folder ${isPackaged ? 'out of' : 'in'} ${name}`, async () => {
      const directory = project(files);

      await withEnvironment(HOME, async () => {
        const placed = await placeOwnFolder(directory, [directory]);
        const used = await makeOwnFolder(directory);

        assert.equal(placed !== undefined, isPackaged);
        assert.equal(existsSync(join(directory, '.gatewright')), !isPackaged);
        assert.equal(used, ownFolderOf(directory));
        assert.equal(statSync(used).mode & 0o777, 0o700);
      });
    });

  it('continues with an existing folder, wherever it is', async () => {
    const directory = project({ 'template.yaml': sam('CodeUri: ., '), '.gatewright/credentials.json': '{}' });

    await withEnvironment(HOME, async () => {
      assert.equal(await placeOwnFolder(directory, [directory]), undefined);
      assert.equal(ownFolderOf(directory), join(directory, '.gatewright'));
    });
  });

  it('gives folders with the same name separate folders', async () => {
    const [one, two] = ['a', 'b'].map((parent) =>
      join(project({ [`${parent}/shop/template.yaml`]: sam('CodeUri: ., ') }), parent, 'shop'),
    );

    await withEnvironment(HOME, async () => {
      const placed = await Promise.all(
        [one ?? '', two ?? ''].map((folder) => placeOwnFolder(folder, [folder])),
      );

      assert.equal(new Set(placed).size, 2);
      assert.ok(
        placed.every((folder) => folder?.startsWith(join(root, 'home', 'projects', 'shop-')) === true),
      );
    });
  });
});
