/**
 * What the tools that package whole folders find after Gatewright has served a project: the same files as in a project
 * that it never served. The packages of osls are created and compared in ../../plugin/packaged-files.test.ts.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { after, describe, it } from 'node:test';
import { runCommandHere } from '../../../../support/command-in-process.ts';

const root = mkdtempSync(join(tmpdir(), 'gatewright-whole-'));
const NODE = 'exports.handler = async () => ({ statusCode: 200, body: "x" });\n';
const PYTHON = 'def handler(event, context):\n    return {"statusCode": 200, "body": "x"}\n';
const SAM = `Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: ., Handler: app.handler, Runtime: RUNTIME, Events: { Get: { Type: HttpApi, Properties: { Path: /, Method: get } } } }
`;
const HTTP = {
  Http: {
    Type: 'AWS::ApiGatewayV2::Api',
    Properties: { Name: 'shop', ProtocolType: 'HTTP', Target: { 'Fn::GetAtt': ['Api', 'Arn'] } },
  },
  Permission: {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: { Ref: 'Api' },
      Principal: 'apigateway.amazonaws.com',
    },
  },
};
const CDK = {
  'cdk.json': '{"app":"node app.js"}',
  'cdk.out/manifest.json': JSON.stringify({
    artifacts: {
      assets: { type: 'cdk:asset-manifest', properties: { file: 'shop.assets.json' } },
      shop: {
        type: 'aws:cloudformation:stack',
        environment: 'aws://unknown-account/unknown-region',
        properties: { templateFile: 'shop.template.json' },
      },
    },
  }),
  'cdk.out/shop.assets.json': JSON.stringify({
    files: { x: { source: { path: 'asset.x', packaging: 'zip' } } },
  }),
  'cdk.out/asset.x/cdk.json': '{}',
  'cdk.out/asset.x/app.js': NODE,
  'cdk.out/shop.template.json': JSON.stringify({
    Resources: {
      Api: {
        Type: 'AWS::Lambda::Function',
        Metadata: { 'aws:asset:path': 'asset.x' },
        Properties: {
          Handler: 'app.handler',
          Runtime: 'nodejs22.x',
          Role: 'arn:aws:iam::123456789012:role/r',
          Code: { S3Bucket: 'cdk-assets', S3Key: 'x.zip' },
        },
      },
      ...HTTP,
    },
  }),
};

/** Projects whose tool packages the folder itself, and what the tool leaves out by itself. */
const FORMATS: readonly {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly omits: readonly string[];
  /** The source that says which files the tool leaves out. */
  readonly source: string;
}[] = [
  {
    name: 'SAM, Node.js',
    files: { 'template.yaml': SAM.replace('RUNTIME', 'nodejs22.x'), 'app.js': NODE },
    omits: ['.git', '.aws-sam'],
    source: 'aws-lambda-builders, workflows/nodejs_npm/workflow.py: EXCLUDED_FILES',
  },
  {
    name: 'SAM, Python',
    files: { 'template.yaml': SAM.replace('RUNTIME', 'python3.13'), 'app.py': PYTHON },
    omits: ['.git', '.aws-sam', '__pycache__'],
    source: 'aws-lambda-builders, workflows/python_pip/workflow.py: EXCLUDED_FILES',
  },
  {
    name: 'CDK',
    files: CDK,
    omits: ['cdk.out'],
    source: 'AWS CDK v2 reference, aws-s3-assets: Asset of a directory',
  },
  {
    name: 'aws cloudformation package',
    files: {
      'template.yaml': JSON.stringify({
        Resources: {
          Api: {
            Type: 'AWS::Lambda::Function',
            Properties: {
              Code: '.',
              Handler: 'app.handler',
              Runtime: 'nodejs22.x',
              Role: 'arn:aws:iam::123456789012:role/r',
            },
          },
          ...HTTP,
        },
      }),
      'app.js': NODE,
    },
    omits: [],
    source: 'AWS CLI reference, cloudformation package: the folder is zipped',
  },
  {
    name: 'osls without the plug-in',
    files: {
      'serverless.yml':
        'service: shop\nprovider: { name: aws, runtime: nodejs22.x }\nfunctions: { api: { handler: app.handler, events: [{ httpApi: GET / }] } }\n',
      'app.js': NODE,
    },
    omits: ['.git', '.serverless'],
    source: 'Serverless Framework guide, "Packaging": default exclusions',
  },
];

/** What any project with the dev dependency contains, before and after it is served. */
const INSTALLED = {
  'package.json': '{"name":"shop","private":true,"devDependencies":{"gatewright":"0.1.0"}}',
};

function filesIn(folder: string, omits: readonly string[]): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !path.split('/').some((part) => omits.includes(part)))
    .toSorted();
}

describe('a folder that is packaged whole', () => {
  after(() => {
    rmSync(root, { recursive: true });
  });

  for (const { name, files, omits, source } of FORMATS)
    it(`has the same files after a start as before: ${name}`, async () => {
      const folder = join(root, name.replaceAll(/\W+/g, '-'));
      for (const [path, text] of Object.entries({ ...files, ...INSTALLED })) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
      mkdirSync(join(folder, 'node_modules'));
      symlinkSync(resolve('node_modules/serverless'), join(folder, 'node_modules/osls'));
      const before = filesIn(folder, omits);
      const call = `node -e "fetch(process.env.GATEWRIGHT_URL).then(async r => { if (r.status !== 200) throw new Error(r.status + await r.text()) })"`;

      const { code, stderr } = await runCommandHere(
        ['start', '--port', '0', '--control-port', '0', '--exec', call],
        { cwd: folder, environment: { GATEWRIGHT_HOME: join(root, 'home') } },
      );

      assert.equal(code, 0, stderr);
      assert.deepEqual(filesIn(folder, omits), before, source);
      assert.match(
        stderr,
        /this folder is packaged with all its files, so credentials, logs and caches are stored in .*home/,
      );
    });
});
