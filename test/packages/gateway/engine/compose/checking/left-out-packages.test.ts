/**
 * What check says of packages that a handler imports and that the deployed package lacks. Sources: zip-service.js of
 * oss-serverless/serverless (osls removes what `npm ls --dev` lists and `npm ls --prod` does not), the workflow
 * `nodejs_npm` of aws/aws-lambda-builders, and Lambda's guide "Deploy Node.js Lambda functions with .zip file
 * archives".
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { after, describe, it } from 'node:test';
import { examineStacks } from '../../../../../../packages/gateway/engine/compose/checking/examine.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-left-out-'));
after(() => rmSync(folder, { recursive: true }));

type Files = Readonly<Record<string, string>>;

/** Returns the findings about packages as `file:line: message`. */
async function examine(definition: string, files: Files): Promise<readonly string[]> {
  const own = mkdtempSync(join(folder, 'project-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(own, name)), { recursive: true });
    writeFileSync(join(own, name), text);
  }
  const options = { stage: 'dev', region: 'us-east-1', accountId: '123456789012', parameters: {} };
  const { findings } = await examineStacks([join(own, definition)], {
    ...options,
    environment: {},
    directory: own,
  });
  return findings
    .filter(({ id }) => id === 'package-left-out')
    .map(({ file, line, message, remedy }) => {
      assert.match(remedy, /dependencies in .*package\.json|npm install @aws-sdk\/client-s3/);
      return `${relative(own, file)}:${line}: ${message.replaceAll(`${own}/`, '')}`;
    });
}

const installed = (name: string, more: object = {}): string =>
  JSON.stringify({ name, version: '1.0.0', ...more });
const manifest = (lists: object): string => JSON.stringify({ name: 'shop', version: '1.0.0', ...lists });

const OSLS = (more = ''): string => `service: shop
provider: { name: aws, runtime: nodejs22.x }
${more}functions:
  orders: { handler: src/orders.handler }
`;
const SAM = (more = ''): string => `Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties: { Runtime: nodejs22.x, CodeUri: src/, Handler: orders.handler }
${more}`;
const PLAIN = `Resources:
  Role: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [] } } }
  Orders:
    Type: AWS::Lambda::Function
    Properties: { Runtime: nodejs22.x, Code: src/, Handler: orders.handler, Role: !GetAtt Role.Arn }
`;
const CODE = {
  'src/orders.js':
    "// import 'commented';\nimport { check } from './check.js';\nexport const handler = async () => check();\n",
  'src/check.js': `import {
  accessMatches,
} from 'gatewright/access';
import 'node:fs';
import { S3 } from '@aws-sdk/client-s3';
export const check = () => accessMatches ?? S3;
`,
};
const TOOL = { 'node_modules/gatewright/package.json': installed('gatewright') };
const IN_SRC = { 'src/node_modules/gatewright/package.json': installed('gatewright') };
const DEV = { devDependencies: { gatewright: '1.0.0' } };
const LACKS = 'the function imports gatewright, but the deployed package does not contain it';
const ONLY_DEV = `${LACKS}: package.json lists it only in devDependencies, which the deployment leaves out`;

type Row = readonly [what: string, files: Files, found: readonly string[]];

const ROWS: Readonly<Record<string, readonly Row[]>> = {
  osls: [
    [
      'a dev dependency that a module of the handler imports',
      { 'serverless.yml': OSLS(), 'package.json': manifest(DEV), ...TOOL },
      [`src/check.js:3: ${ONLY_DEV}`],
    ],
    [
      'nothing if osls keeps dev dependencies',
      {
        'serverless.yml': OSLS('package: { excludeDevDependencies: false }\n'),
        'package.json': manifest(DEV),
        ...TOOL,
      },
      [],
    ],
    [
      'nothing of a bundled service',
      {
        'serverless.yml': OSLS('plugins: [serverless-esbuild]\n'),
        'package.json': manifest(DEV),
        ...TOOL,
        'node_modules/@aws-sdk/client-s3/package.json': installed('@aws-sdk/client-s3'),
      },
      [],
    ],
    [
      'what a bundler does not find, although Lambda has it',
      {
        'serverless.yml': OSLS('plugins: [serverless-esbuild]\n'),
        'package.json': manifest(DEV),
        ...TOOL,
      },
      [
        'src/check.js:5: @aws-sdk/client-s3 is not installed in the project, so serverless-esbuild cannot resolve it',
      ],
    ],
  ],
  'SAM, whose build installs what package.json lists': [
    [
      'a dev dependency',
      { 'template.yaml': SAM(), 'src/package.json': manifest(DEV), ...IN_SRC },
      [`src/check.js:3: ${ONLY_DEV.replace('package.json', 'src/package.json')}`],
    ],
    [
      'nothing of a package that is also in dependencies',
      {
        'template.yaml': SAM(),
        'src/package.json': manifest({ ...DEV, dependencies: { gatewright: '1.0.0' } }),
        ...IN_SRC,
      },
      [],
    ],
    [
      'nothing of a dev dependency that a dependency needs',
      {
        'template.yaml': SAM(),
        'src/package.json': manifest({ ...DEV, dependencies: { shop: '1.0.0' } }),
        'src/node_modules/shop/package.json': installed('shop', { dependencies: { gatewright: '1.0.0' } }),
        ...IN_SRC,
      },
      [],
    ],
    [
      'nothing if dependencies are not installed here, so that what they need is unknown',
      {
        'template.yaml': SAM(),
        'src/package.json': manifest({ ...DEV, dependencies: { shop: '1.0.0' } }),
        ...IN_SRC,
      },
      [],
    ],
    [
      'a package that is installed above and that the package.json of the folder does not list',
      { 'template.yaml': SAM(), 'src/package.json': manifest({}), ...TOOL },
      [`src/check.js:3: ${LACKS}: src/package.json does not list it`],
    ],
    [
      'a package above a folder that is copied as it is, because it has no package.json',
      {
        'template.yaml': SAM(),
        'package.json': manifest({ dependencies: { gatewright: '1.0.0' } }),
        ...TOOL,
      },
      [
        `src/check.js:3: ${LACKS}: it is installed in node_modules, which is not in the folder that is packaged`,
      ],
    ],
    [
      'nothing of a bundled function',
      {
        'template.yaml': SAM(
          '    Metadata: { BuildMethod: esbuild, BuildProperties: { EntryPoints: [orders.js] } }\n',
        ),
        'src/package.json': manifest(DEV),
        ...IN_SRC,
      },
      [],
    ],
    [
      'nothing of a package in a layer',
      {
        'template.yaml': SAM(
          '      Layers: [!Ref Tools]\n  Tools: { Type: AWS::Serverless::LayerVersion, Properties: { ContentUri: tools/ } }\n',
        ).replace(/Properties: \{ (Runtime.*) \}\n/, (_, all: string) => {
          return `Properties:\n${all
            .split(', ')
            .map((one) => `      ${one}\n`)
            .join('')}`;
        }),
        'tools/nodejs/node_modules/gatewright/package.json': installed('gatewright'),
        'src/package.json': manifest(DEV),
        ...IN_SRC,
      },
      [],
    ],
    [
      'nothing of a package that sam build installs into a layer',
      {
        'template.yaml': SAM(
          '      Layers: [!Ref Tools]\n  Tools: { Type: AWS::Serverless::LayerVersion, Metadata: { BuildMethod: nodejs22.x }, Properties: { ContentUri: tools/ } }\n',
        ).replace(/Properties: \{ (Runtime.*) \}\n/, (_, all: string) => {
          return `Properties:\n${all
            .split(', ')
            .map((one) => `      ${one}\n`)
            .join('')}`;
        }),
        'tools/package.json': manifest({ dependencies: { gatewright: '1.0.0' } }),
        'src/package.json': manifest(DEV),
        ...IN_SRC,
      },
      [],
    ],
  ],
  'a folder that is zipped as it is': [
    [
      'nothing of a dev dependency in it',
      { 'template.yaml': PLAIN, 'src/package.json': manifest(DEV), ...IN_SRC },
      [],
    ],
    [
      'a package above it',
      { 'template.yaml': PLAIN, 'package.json': manifest(DEV), ...TOOL },
      [
        `src/check.js:3: ${LACKS}: it is installed in node_modules, which is not in the folder that is packaged`,
      ],
    ],
    [
      'nothing of imports that run only in some environments',
      {
        'template.yaml': PLAIN,
        ...TOOL,
        'src/check.js': `export const check = async () => {\n  const { a } = require('gatewright');\n  await import('gatewright');\n};\n`,
      },
      [],
    ],
    [
      'a call of require on the first level',
      {
        'template.yaml': PLAIN,
        ...TOOL,
        'src/check.js': `/* a\n * b */\nconst {\n  a,\n} = __importStar(require('gatewright'));\nexports.check = a;\n`,
      },
      [
        `src/check.js:5: ${LACKS}: it is installed in node_modules, which is not in the folder that is packaged`,
      ],
    ],
  ],
};

for (const [format, rows] of Object.entries(ROWS))
  describe(`the packages that a handler lacks: ${format}`, () => {
    for (const [what, files, found] of rows)
      it(`are ${what}`, async () => {
        const all = { ...CODE, ...files };
        const definition = Object.keys(files).find((name) => /^(?:serverless|template)\./.test(name)) ?? '';
        assert.deepEqual(await examine(definition, all), found);
      });
  });
