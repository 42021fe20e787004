/** The places of findings about an OpenAPI document that is a separate file. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { examineStacks } from '../../../../../../packages/gateway/engine/compose/checking/examine.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-documents-'));
after(() => rmSync(folder, { recursive: true }));

const DOCUMENT = `openapi: 3.0.1
info: { title: a, version: '1' }
paths:
  /a:
    get:
      responses: {}
      x-amazon-apigateway-integration:
        type: NOPE
        httpMethod: POST
        uri: http://x.example
`;
const SAM = 'Transform: AWS::Serverless-2016-10-31\n';

/** Source of the properties: https://docs.aws.amazon.com/cli/latest/reference/cloudformation/package.html */
const ROWS: readonly (readonly [type: string, properties: string, head?: string])[] = [
  ['AWS::ApiGateway::RestApi', 'Name: a, BodyS3Location: api.yaml'],
  ['AWS::ApiGatewayV2::Api', 'BodyS3Location: api.yaml'],
  ['AWS::Serverless::Api', 'StageName: dev, DefinitionUri: api.yaml', SAM],
  ['AWS::Serverless::HttpApi', 'DefinitionUri: api.yaml', SAM],
];

describe('a finding about a document that is a separate file', () => {
  for (const [type, properties, head = ''] of ROWS)
    it(`names the file and line of the document: ${type}`, async () => {
      const own = mkdtempSync(join(folder, 'project-'));
      writeFileSync(join(own, 'api.yaml'), DOCUMENT);
      const file = join(own, 'template.yaml');
      writeFileSync(
        file,
        `${head}Resources:\n  Api:\n    Type: ${type}\n    Properties: { ${properties} }\n  Queue: { Type: AWS::SQS::Queue, Properties: { DelaySeconds: 1000 } }\n`,
      );
      const { findings } = await examineStacks([file], {
        stage: 'dev',
        region: 'us-east-1',
        accountId: '123456789012',
        parameters: {},
        environment: {},
        directory: own,
      });

      const refused = findings.filter(({ severity }) => severity === 'refused');
      assert.deepEqual([...new Set(refused.map((one) => `${basename(one.file)}:${one.line}`))].toSorted(), [
        'api.yaml:8',
        `template.yaml:${head === '' ? 5 : 6}`,
      ]);
    });

  it('names the template if SAM has added the part to the document', async () => {
    const own = mkdtempSync(join(folder, 'project-'));
    writeFileSync(join(own, 'api.yaml'), "openapi: 3.0.1\ninfo: { title: a, version: '1' }\npaths: {}\n");
    writeFileSync(join(own, 'index.js'), 'exports.handler = async () => 1;\n');
    const file = join(own, 'template.yaml');
    writeFileSync(
      file,
      `${SAM}Resources:
  Api: { Type: AWS::Serverless::Api, Properties: { StageName: dev, DefinitionUri: api.yaml } }
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      CodeUri: .
      Events:
        Get: { Type: Api, Properties: { RestApiId: !Ref Api, Path: '/a b', Method: get } }
`,
    );
    const { findings } = await examineStacks([file], {
      stage: 'dev',
      region: 'us-east-1',
      accountId: '123456789012',
      parameters: {},
      environment: {},
      directory: own,
    });

    assert.deepEqual([...new Set(findings.map((one) => basename(one.file)))], ['template.yaml']);
  });
});
