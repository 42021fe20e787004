/** AWS clients that call a local emulator: the explanation names the endpoint, and the mended code answers. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
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

  // The call is not the reason of these: the code goes on after its error.
  for (const [name, after] of [
    ['fails for another reason', '.catch(() => ({ Count: 0 })); null.length'],
    ['refuses the request', '.catch(() => ({ Count: 0 })); if (Count === 0) return { statusCode: 404 }'],
  ] as const)
    it(`and then ${name}: is not told to leave out the endpoint`, async () => {
      using project = anAdvisedProject('template.yaml', {
        'template.yaml': TEMPLATE,
        'index.js': handler(ENDPOINT, 1, after),
      });

      const asked = await project.ask({}, { dynamodb: { kind: 'embedded', dataDirectory: undefined } });

      assert.ok(asked.changes.length > 0);
      assert.doesNotMatch(asked.changes.join('\n'), /without the endpoint/);
    });

  it('is told to remove a variable of the SDK that the template sets, and then reaches the table', async () => {
    const set = TEMPLATE.replace(
      'TABLE: !Ref',
      "AWS_ENDPOINT_URL_DYNAMODB: 'http://localhost:1', TABLE: !Ref",
    );
    using project = anAdvisedProject('template.yaml', {
      'template.yaml': set,
      'index.js': handler('', 1, ''),
    });

    const asked = await project.ask({}, { dynamodb: { kind: 'embedded', dataDirectory: undefined } });

    assert.match(
      asked.changes.join('\n'),
      /^Remove AWS_ENDPOINT_URL_DYNAMODB from the environment of the function in the template: its value is http:\/\/localhost:1, /,
    );
    project.write('template.yaml', TEMPLATE);
    const mended = await project.ask({}, { dynamodb: { kind: 'embedded', dataDirectory: undefined } });
    assert.deepEqual([mended.status, mended.body], [200, '0'], mended.lines.join('\n'));
  });

  it('is told so as an authorizer', () => {
    const lines = ['calls dynamodb at http://localhost:8000 (the value of TABLES), where nothing listens; …'];
    const advise = (code: string, failure: string): string =>
      adviseFix(
        { protocol: 'rest', failure, defect: { kind: 'authorizer', code } } as unknown as Parameters<
          typeof adviseFix
        >[0],
        { name: 'auth', lines } as unknown as Parameters<typeof adviseFix>[1],
      );
    const told = /^Create the client of dynamodb without the endpoint http:\/\/localhost:8000, /;
    assert.match(advise('timed-out', ''), told);
    assert.match(advise('failed', 'connect ECONNREFUSED 127.0.0.1:8000'), told);
    assert.doesNotMatch(advise('failed', 'The token has expired'), told);
  });
});
