import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { examineStacks } from '../../../../../../packages/gateway/engine/compose/checking/examine.ts';

const REFERENCES = `
resources:
  Resources:
    Table:
      Type: AWS::DynamoDB::Table
      Properties: { TableName: !Ref Chosen, BillingMode: PAY_PER_REQUEST, AttributeDefinitions: [{ AttributeName: id, AttributeType: S }], KeySchema: [{ AttributeName: id, KeyType: HASH }] }
    Model: { Type: AWS::ApiGateway::Model, Properties: { RestApiId: !Ref ApiGatewayRestApi, ContentType: application/json, Name: !GetAtt Other.Name } }
`;

/** The findings about a service whose handler and resources no file defines. */
async function examine(plugins: string, resources = REFERENCES) {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-plugins-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{}');
    writeFileSync(
      join(folder, 'serverless.yml'),
      `service: shop\nprovider: { name: aws, runtime: python3.13 }\n${plugins}functions: { main: { handler: wsgi_handler.handler } }${resources}`,
    );
    const options = {
      directory: folder,
      stage: 'dev',
      region: 'us-east-1',
      accountId: '123456789012',
      parameters: {},
      environment: {},
    };
    return (await examineStacks([join(folder, 'serverless.yml')], options)).findings;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// aws-samples/serverless-patterns, apigw-sns-filter-policy-lambda-sls-py: serverless-apigateway-service-proxy makes
// ApiGatewayRestApi; serverless/examples, aws-python-flask-api: serverless-wsgi writes wsgi_handler.py.
describe('a service with a plug-in that is not installed', () => {
  it('is not refused for what the plug-in may define', async () => {
    const findings = await examine('plugins: [serverless-not-there]\n');
    assert.deepEqual(
      findings.filter(({ severity, id }) => severity === 'refused' || id === 'missing-handler'),
      [],
    );
    const [omitted] = findings.filter(({ id }) => id === 'missing-plugin');
    assert.match(omitted?.consequence ?? '', /the plug-in is omitted/);
    for (const name of ['Chosen', 'ApiGatewayRestApi', 'Other', 'wsgi_handler.py'])
      assert.match(omitted?.consequence ?? '', new RegExp(`perhaps .*\\b${name}\\b`));
  });

  it('is refused for the same without a plug-in', async () => {
    const messages = (await examine('')).map(({ message }) => message).join('\n');
    assert.match(messages, /Unresolved resource dependencies \[ApiGatewayRestApi\]/);
    assert.match(messages, /the package has no wsgi_handler\.py/);
  });

  // serverless/examples, aws-node-sqs-worker: serverless-lift defines the variable.
  it('names the plug-in if osls refuses a variable', async () => {
    await assert.rejects(
      examine('plugins: [serverless-not-there]\ncustom: { url: "${construct:jobs.queueUrl}" }\n', ''),
      /"construct"; the missing variable or setting may come from the plug-in that is not installed \(serverless-not-there\): run npm install/,
    );
  });
});
