/** What `check` says of each kind of file that a template names and that does not exist. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { examineStacks } from '../../../../../../packages/gateway/engine/compose/checking/examine.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-files-'));
after(() => {
  rmSync(folder, { recursive: true });
});

const SAM = 'Transform: AWS::Serverless-2016-10-31\n';
const FUNCTION = 'Runtime: nodejs22.x, Handler: index.handler';
const ROLE = 'arn:aws:iam::123456789012:role/any';

/** Source of the members: https://docs.aws.amazon.com/cli/latest/reference/cloudformation/package.html */
const ROWS: readonly (readonly [type: string, properties: string, id: string, head?: string])[] = [
  ['AWS::CloudFormation::Stack', 'TemplateURL: ./none.yaml', 'missing-file'],
  ['AWS::Serverless::Application', 'Location: ./none.yaml', 'missing-file', SAM],
  ['AWS::Lambda::Function', `${FUNCTION}, Role: '${ROLE}', Code: ./none`, 'missing-file'],
  ['AWS::Serverless::Function', `${FUNCTION}, CodeUri: ./none`, 'missing-file', SAM],
  ['AWS::Serverless::Function', `${FUNCTION}, CodeUri: ./none.zip`, 'missing-file', SAM],
  ['AWS::Serverless::Function', 'Runtime: python3.13, Handler: a.b, CodeUri: ./none', 'missing-file', SAM],
  ['AWS::Serverless::Function', 'Runtime: java21, Handler: a.b, CodeUri: ./none.jar', 'missing-file', SAM],
  ['AWS::Serverless::LayerVersion', 'ContentUri: ./none.zip', 'missing-file', SAM],
  ['AWS::Lambda::LayerVersion', 'Content: ./none', 'missing-file'],
  ['AWS::Serverless::LayerVersion', 'ContentUri: ./none', 'missing-file', SAM],
  ['AWS::ApiGateway::RestApi', 'BodyS3Location: ./none.yaml', 'missing-file'],
  ['AWS::Serverless::Api', 'StageName: dev, DefinitionUri: ./none.yaml', 'missing-file', SAM],
  ['AWS::Serverless::HttpApi', 'DefinitionUri: ./none.yaml', 'missing-file', SAM],
  [
    'AWS::StepFunctions::StateMachine',
    `RoleArn: '${ROLE}', DefinitionS3Location: ./none.json`,
    'missing-file',
  ],
  ['AWS::Serverless::StateMachine', 'DefinitionUri: ./none.json', 'missing-file', SAM],
];

describe('a file that does not exist', () => {
  for (const [type, properties, id, head = ''] of ROWS)
    it(`is named, and the other parts are checked: ${type}`, async () => {
      const file = join(folder, 'template.yaml');
      const lines = [
        ...head.split('\n').slice(0, -1),
        'Resources:',
        '  Part:',
        `    Type: ${type}`,
        `    Properties: { ${properties} }`,
        '  Queue: { Type: AWS::SQS::Queue, Properties: { DelaySeconds: 1000 } }',
      ];
      writeFileSync(file, lines.join('\n'));

      const { findings } = await examineStacks([file], {
        stage: 'dev',
        region: 'us-east-1',
        accountId: '123456789012',
        parameters: {},
        environment: {},
        directory: folder,
      });

      const found = findings.filter((one) => one.id === id);
      assert.equal(found.length, 1, JSON.stringify(findings, null, 1));
      assert.match(found[0]?.message ?? '', /none/);
      assert.equal(lines[(found[0]?.line ?? 0) - 1]?.includes('none'), true, JSON.stringify(found));
      assert.ok(findings.some(({ property }) => property === 'DelaySeconds'));
    });

  // Source: package-service.js of oss-serverless/serverless: an artifact is read, and a layer's path is packaged.
  it('is named with the line of serverless.yml that names it', async () => {
    const file = join(folder, 'serverless.yml');
    const text = `service: shop
provider: { name: aws, runtime: nodejs22.x }
package:
  artifact: build/none-all.zip
layers:
  tools:
    path: layers/none-tools
  zipped:
    package:
      artifact: layers/none-zipped.zip
functions:
  all: { handler: a.handler, layers: [!Ref ToolsLambdaLayer, !Ref ZippedLambdaLayer] }
  one:
    handler: a.handler
    package:
      individually: true
      artifact: build/none-one.zip
`;
    writeFileSync(file, text);
    writeFileSync(join(folder, 'a.js'), 'exports.handler = async () => 1;\n');

    const { findings } = await examineStacks([file], {
      stage: 'dev',
      region: 'us-east-1',
      accountId: '123456789012',
      parameters: {},
      environment: {},
      directory: folder,
    });

    assert.deepEqual(
      findings.map(({ id, line, message, remedy }) => [
        id,
        line,
        /none-\w+/.exec(message)?.[0],
        /none-\w+/.exec(remedy)?.[0],
      ]),
      [
        ['missing-file', 4, 'none-all', 'none-all'],
        ['missing-file', 17, 'none-one', 'none-one'],
        ['missing-file', 6, 'none-tools', 'none-tools'],
        ['missing-file', 10, 'none-zipped', 'none-zipped'],
      ],
    );
  });
});
