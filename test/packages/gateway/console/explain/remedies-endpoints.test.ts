/** AWS clients that call a local emulator: the explanation names the endpoint, and the mended code answers. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { adviseEmulator } from '../../../../../packages/gateway/console/explain/endpoint-advice.ts';
import { adviseFix } from '../../../../../packages/gateway/console/explain/authorizer-advice.ts';
import { anAdvisedProject } from '../../../../support/an-advised-project.ts';

const TEMPLATE = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::SimpleTable
  Main:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      CodeUri: .
      Handler: index.main
      Timeout: 1
      Policies: [DynamoDBCrudPolicy: { TableName: !Ref Orders }]
      Environment: { Variables: { TABLE: !Ref Orders } }
      Events:
        Root: { Type: Api, Properties: { Path: /, Method: GET } }
`;

/** Port 1 of a machine has no server. */
const ENDPOINT =
  "endpoint: 'http://localhost:1', region: 'localhost', credentials: { accessKeyId: 'x', secretAccessKey: 'x' },";

const handler = (client: string, attempts: number, after: string): string => `
const { DynamoDBClient, ScanCommand } = require('@aws-sdk/client-dynamodb');
const client = new DynamoDBClient({ maxAttempts: ${attempts}, ${client} });
exports.main = async () => {
  const scanned = client.send(new ScanCommand({ TableName: process.env.TABLE }));
  const { Count } = await scanned${after};
  return { statusCode: 200, body: String(Count) };
};`;

const ROWS = [
  // Version 2 of the SDK repeats such calls ten times.
  { name: 'until the function times out', attempts: 100, after: '', status: 502 },
  { name: 'and fails', attempts: 1, after: '', status: 502 },
  {
    name: 'and answers without the error',
    attempts: 1,
    after: '.catch(() => ({ Count: 0 })); if (Count === 0) return { statusCode: 500 }',
    status: 500,
  },
];

describe('a function that calls a local emulator', () => {
  for (const { name, attempts, after, status } of ROWS)
    it(`${name}: is told to leave out the endpoint, and then reaches the table of the stack`, async () => {
      const files = { 'template.yaml': TEMPLATE, 'index.js': handler(ENDPOINT, attempts, after) };
      using project = anAdvisedProject('template.yaml', files);

      const asked = await project.ask({}, { dynamodb: { kind: 'embedded', dataDirectory: undefined } });

      assert.equal(asked.status, status, asked.sentences.join('\n'));
      assert.match(
        asked.changes.join('\n'),
        /^Create the client of dynamodb without the endpoint http:\/\/localhost:1, where nothing listens, /,
      );
      project.write('index.js', handler('', attempts, ''));
      const mended = await project.ask({}, { dynamodb: { kind: 'embedded', dataDirectory: undefined } });
      assert.deepEqual([mended.status, mended.body], [200, '0'], mended.lines.join('\n'));
    });

  it('is told so in Python as well', () => {
    // botocore, exceptions.py: EndpointConnectionError
    const advise = (address: string): string | undefined =>
      adviseEmulator(['START', `Could not connect to the endpoint URL: "${address}"`]);
    assert.match(
      advise('http://localhost:8000/') ?? '',
      /^Create the AWS client without the endpoint http:\/\/localhost:8000, where/,
    );
    assert.equal(advise('https://dynamodb.eu-west-1.amazonaws.com/'), undefined);
    assert.equal(adviseEmulator(['START']), undefined);
  });

  it('is told so as an authorizer', () => {
    const lines = ['calls dynamodb at http://localhost:8000 (the value of TABLES), where nothing listens; …'];
    const advise = (code: string): string =>
      adviseFix(
        { protocol: 'rest', defect: { kind: 'authorizer', code } } as unknown as Parameters<
          typeof adviseFix
        >[0],
        { name: 'auth', lines } as unknown as Parameters<typeof adviseFix>[1],
      );
    for (const code of ['failed', 'timed-out'])
      assert.match(
        advise(code),
        /^Create the client of dynamodb without the endpoint http:\/\/localhost:8000, /,
      );
  });
});
