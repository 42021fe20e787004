/**
 * Conditional writes to Gatewright's own tables. Their refusals are part of how the ledger, the cache and the claims of
 * webhooks work, so that the story of a request does not tell them as a fault.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anAdvisedProject } from '../../../../support/an-advised-project.ts';

/** Function `meter` is Gatewright's own, and `send` is a handler that charges with the quota library. */
const TEMPLATE = `
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: { Runtime: nodejs22.x, CodeUri: . }
Resources:
  Ledger: { Type: AWS::Serverless::SimpleTable, Properties: { TableName: ledger-of-any-name } }
  Orders: { Type: AWS::Serverless::SimpleTable, Properties: { TableName: orders } }
  Meter:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: meter
      Handler: index.meter
      Environment:
        Variables: { GATEWRIGHT_STAGE: dev, GATEWRIGHT_USAGE_TABLE: !Ref Ledger, STATUS: '200' }
      Policies: [{ Statement: [{ Effect: Allow, Action: '*', Resource: '*' }] }]
      Events:
        Root: { Type: Api, Properties: { Path: /meter, Method: GET } }
  Send:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: send
      Handler: index.send
      Environment: { Variables: { USAGE: !Ref Ledger } }
      Policies: [{ Statement: [{ Effect: Allow, Action: '*', Resource: '*' }] }]
      Events:
        Root: { Type: Api, Properties: { Path: /send, Method: GET } }
`;

const PUT = (table: string): string =>
  `{ TableName: '${table}', Item: { id: { S: 'a' } }, ConditionExpression: 'attribute_exists(id)' }`;

const handler = (command: string, input: string, status: number): string => `
const { DynamoDBClient, ${command}Command } = require('@aws-sdk/client-dynamodb');
exports.meter = exports.send = async () => {
  await new DynamoDBClient().send(new ${command}Command(${input})).catch(() => undefined);
  return { statusCode: ${status}, headers: { 'content-type': 'text/plain' }, body: 'sent' };
};`;

const LEDGER = 'ledger-of-any-name';

type Row = readonly [what: string, command: string, input: string];

// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
const OF_PROTOCOL: readonly Row[] = [
  ['a conditional write', 'PutItem', PUT(LEDGER)],
  [
    'a transaction whose conditions do not hold',
    'TransactWriteItems',
    `{ TransactItems: [{ Put: ${PUT(LEDGER)} }, { Put: { TableName: '${LEDGER}', Item: { id: { S: 'b' } } } }] }`,
  ],
];

const OTHER: readonly Row[] = [
  ['a conditional write of a table of the user', 'PutItem', PUT('orders')],
  [
    'a transaction that also writes to a table of the user',
    'TransactWriteItems',
    `{ TransactItems: [{ Put: ${PUT(LEDGER)} }, { Put: ${PUT('orders')} }] }`,
  ],
  ['a write without the key', 'PutItem', `{ TableName: '${LEDGER}', Item: { name: { S: 'a' } } }`],
  ['a table that does not exist', 'PutItem', PUT('ledger-of-no-name')],
];

const OPTIONS = { dynamodb: { kind: 'embedded', dataDirectory: undefined } } as const;

describe('a refused call to a table of Gatewright', () => {
  const ask = async ([, command, input]: Row, path: string, status: number): Promise<string> => {
    using project = anAdvisedProject('template.yaml', {
      'template.yaml': TEMPLATE,
      'index.js': handler(command, input, status),
    });
    const { status: given, sentences, changes } = await project.ask({ path }, OPTIONS);
    assert.equal(given, status);
    return [...sentences, ...changes].join('\n');
  };

  for (const row of OF_PROTOCOL)
    for (const path of ['/meter', '/send'])
      for (const status of [200, 429])
        it(`is not told, because it is how the ledger works: ${row[0]} by ${path} with ${status}`, async () => {
          assert.doesNotMatch(await ask(row, path, status), /refused the call|ConditionExpression/);
        });

  for (const row of OTHER)
    it(`is told if it is something else: ${row[0]}`, async () => {
      assert.match(
        await ask(row, '/send', 200),
        /^DynamoDB refused the call \w+ .*of the function send for /m,
      );
    });
});
