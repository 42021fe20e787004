/**
 * If a function signs for another region, the suggested change is made exactly as suggested, and the request passes.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anAdvisedProject, advisedText } from '../../../../support/an-advised-project.ts';

const HANDLER = (region: string): string => `
const { DynamoDBClient, GetItemCommand } = require('@aws-sdk/client-dynamodb');
exports.read = async () => {
  const client = new DynamoDBClient(${region});
  await client.send(new GetItemCommand({ TableName: process.env.TABLE, Key: { id: { S: '1' } } }));
  return { statusCode: 204 };
};`;

const TEMPLATE = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      BillingMode: PAY_PER_REQUEST
  Read:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      CodeUri: .
      Handler: index.read
      Environment:
        Variables:
          TABLE: !Ref Orders
          TABLE_REGION: us-west-2
      Policies:
        - Statement: [{ Effect: Allow, Action: dynamodb:GetItem, Resource: !GetAtt Orders.Arn }]
      Events:
        Root: { Type: HttpApi, Properties: { Path: /, Method: GET } }
`;

const OPTIONS = { dynamodb: { kind: 'embedded', dataDirectory: undefined } } as const;

describe('the advice on a call that is signed for another region', () => {
  it('names the function’s own variable, which lets the request pass', async () => {
    const code = HANDLER('{ region: process.env.TABLE_REGION }');
    using project = anAdvisedProject('template.yaml', { 'template.yaml': TEMPLATE, 'index.js': code });

    const refused = await project.ask({}, OPTIONS);
    const advice = /^Set the environment variable TABLE_REGION of the function Read \(template\.yaml:19\)/;
    project.write(
      'template.yaml',
      TEMPLATE.replace('TABLE_REGION: us-west-2', advisedText(refused.changes, advice)),
    );
    const passed = await project.ask({}, OPTIONS);

    assert.equal(refused.status, 500);
    assert.ok(refused.lines.some((line) => line.includes('Set the environment variable TABLE_REGION')));
    assert.doesNotMatch([...refused.lines, ...refused.changes].join('\n'), /--region/);
    assert.equal(passed.status, 204, passed.sentences.join('\n'));
  });

  it('names the code if no variable has the region', async () => {
    using project = anAdvisedProject('template.yaml', {
      'template.yaml': TEMPLATE.replace('          TABLE_REGION: us-west-2\n', ''),
      'index.js': HANDLER("{ region: 'us-west-2' }"),
    });

    const refused = await project.ask({}, OPTIONS);
    project.write('index.js', HANDLER('{}'));
    const passed = await project.ask({}, OPTIONS);

    assert.match(
      refused.changes[0] ?? '',
      /^The code of \S+ signs the call for the region us-west-2: create its client without a region, or for us-east-1\.$/,
    );
    assert.equal(passed.status, 204, passed.sentences.join('\n'));
  });
});
