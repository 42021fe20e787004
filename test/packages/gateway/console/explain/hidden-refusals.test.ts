/**
 * A function whose code catches the error of a call that a service refuses, for another reason than its role: the
 * explanation names the call, the error and the remedy, whatever the status of the response is.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anAdvisedProject } from '../../../../support/an-advised-project.ts';

type Row = {
  readonly cause: string;
  readonly client: string;
  readonly command: string;
  readonly input: string;
  readonly error: RegExp;
  readonly advice: RegExp;
  /** Whether no request can succeed, so that the remedy is always needed. */
  readonly isMistake?: true;
  /** The reference of the error. */
  readonly source: string;
};

const ROWS: readonly Row[] = [
  {
    cause: 'a table that does not exist',
    client: 'dynamodb DynamoDB',
    command: 'GetItem',
    input: "{ TableName: 'Orders', Key: { id: { S: 'a' } } }",
    error: /^DynamoDB refused GetItem for Orders, .* ResourceNotFoundException: /m,
    advice: /^Name an existing table, .* in the call at \S*index\.js:4: its name in AWS/m,
    source:
      'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html#API_GetItem_Errors',
  },
  {
    cause: 'the logical id of a table instead of its name',
    isMistake: true,
    client: 'dynamodb DynamoDB',
    command: 'GetItem',
    input: "{ TableName: 'Table', Key: { id: { S: 'a' } } }",
    error:
      /^Table is the logical id of a table of the loaded stacks \(template\.yaml:\d+\); the name of the table is /m,
    advice:
      /^Give the code the name of the table Table in an environment variable with the value !Ref Table/m,
    source: 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html',
  },
  {
    cause: 'a condition that the item does not meet',
    client: 'dynamodb DynamoDB',
    command: 'PutItem',
    input:
      "{ TableName: process.env.TABLE, Item: { id: { S: 'a' } }, ConditionExpression: 'attribute_exists(id)' }",
    error:
      /^DynamoDB refused PutItem for \S+, .* ConditionalCheckFailedException: The conditional request failed\./m,
    advice:
      /^The item does not meet the ConditionExpression in the call at \S*index\.js:4: .* such as 409\./m,
    source:
      'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html#API_PutItem_Errors',
  },
  {
    cause: 'an item without the key',
    client: 'dynamodb DynamoDB',
    command: 'PutItem',
    input: "{ TableName: process.env.TABLE, Item: { name: { S: 'a' } } }",
    error: /^DynamoDB refused PutItem for \S+, .* ValidationException: .*Missing the key id in the item/m,
    advice:
      /^Give the key in the call at \S*index\.js:4 exactly the attributes of the table's KeySchema, .*: \{"id": \{"S": "…"\}\}\./m,
    source: 'https://github.com/aws-samples/simple-websockets-chat-app/issues/49',
  },
  {
    cause: 'a queue that does not exist',
    client: 'sqs SQS',
    command: 'SendMessage',
    input: "{ QueueUrl: 'https://sqs.us-east-1.amazonaws.com/123456789012/none', MessageBody: 'a' }",
    error: /^SQS refused SendMessage for \S+, .* QueueDoesNotExist: /m,
    advice: /^Name an existing queue .* in the call at \S*index\.js:4: /m,
    source:
      'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html#API_SendMessage_Errors',
  },
  {
    cause: 'a topic that does not exist',
    client: 'sns SNS',
    command: 'Publish',
    input: "{ TopicArn: 'arn:aws:sns:us-east-1:123456789012:none', Message: 'a' }",
    error: /^SNS refused Publish for arn:\S+, .* NotFound: Topic does not exist/m,
    advice: /^Name the ARN of an existing topic in the call at \S*index\.js:4, /m,
    source: 'https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors',
  },
  {
    cause: 'a bucket that does not exist',
    client: 's3 S3',
    command: 'GetObject',
    input: "{ Bucket: 'none', Key: 'a' }",
    error: /^S3 refused GetObject for \S+, .* NoSuchBucket: /m,
    advice: /^Name an existing bucket in the call at \S*index\.js:4: /m,
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList',
  },
  {
    cause: 'a parameter that does not exist',
    client: 'ssm SSM',
    command: 'GetParameter',
    input: "{ Name: '/none' }",
    error: /^Systems Manager refused GetParameter for \/none, .* ParameterNotFound/m,
    advice: /^Name an existing parameter in the call at \S*index\.js:4, /m,
    source:
      'https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html#API_GetParameter_Errors',
  },
  {
    cause: 'a secret that does not exist',
    client: 'secrets-manager SecretsManager',
    command: 'GetSecretValue',
    input: "{ SecretId: 'none' }",
    error: /^Secrets Manager refused GetSecretValue for none, .* ResourceNotFoundException: /m,
    advice: /^Name an existing table, stream or resource in the call at \S*index\.js:4: /m,
    source:
      'https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html#API_GetSecretValue_Errors',
  },
];

const TEMPLATE = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Table:
    Type: AWS::Serverless::SimpleTable
  Send:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      CodeUri: .
      Handler: index.send
      Environment: { Variables: { TABLE: !Ref Table } }
      Policies:
        - Statement: [{ Effect: Allow, Action: '*', Resource: '*' }]
      Events:
        Root: { Type: Api, Properties: { Path: /, Method: GET } }
`;

const handler = ({ client, command, input }: Row, end: string): string => {
  const [name = '', service = ''] = client.split(' ');
  return `const { ${service}Client: Client, ${command}Command } = require('@aws-sdk/client-${name}');
exports.send = async () => {
  try {
    await new Client().send(new ${command}Command(${input}));
    return { statusCode: 202, body: 'sent' };
  } catch (error) {
${end}
  }
};`;
};

/** Functions call the embedded tables directly, and everything else at the control port. */
const OPTIONS = { dynamodb: { kind: 'embedded', dataDirectory: undefined } } as const;

const answer = (status: number): string =>
  `return { statusCode: ${status}, headers: { 'content-type': 'text/plain' }, body: 'sorry' };`;

describe('a refused call whose error the function hides', () => {
  for (const row of ROWS)
    for (const status of [200, 403, 500])
      it(`is told if the function responds with ${status}: ${row.cause} (${row.source})`, async () => {
        using project = anAdvisedProject('template.yaml', {
          'template.yaml': TEMPLATE,
          'index.js': handler(row, answer(status)),
        });

        const { status: given, sentences, changes } = await project.ask({}, OPTIONS);

        assert.equal(given, status);
        assert.match(sentences.join('\n'), row.error);
        assert.match(changes.join('\n'), row.advice);
        const told = sentences.join('\n');
        if (status >= 400) {
          assert.match(changes[0] ?? '', row.advice);
          assert.doesNotMatch(changes.join('\n'), /should have succeeded|see its log|in this record/);
        } else {
          assert.match(
            told,
            /The code of the function caught this error, and the request succeeded all the same\./,
          );
          if (row.isMistake !== true)
            assert.match(
              changes.join('\n'),
              / This is needed only if \w+ should have succeeded for this request\.$/m,
            );
        }
      });

  it('is not told a second time if the function throws the error', async () => {
    const [row] = ROWS;
    assert.ok(row !== undefined);
    using project = anAdvisedProject('template.yaml', {
      'template.yaml': TEMPLATE,
      'index.js': handler(row, 'throw error;'),
    });

    const { sentences } = await project.ask({}, OPTIONS);

    assert.doesNotMatch(sentences.join('\n'), /caught this error/);
  });
});

describe('a note on the form of a response', () => {
  it('stands after what became of the calls of the request', async () => {
    const [row] = ROWS;
    assert.ok(row !== undefined);
    using project = anAdvisedProject('template.yaml', {
      'template.yaml': TEMPLATE,
      'index.js': handler(row, "return { statusCode: 200, body: 'sorry' };"),
    });

    const { sentences } = await project.ask({}, OPTIONS);

    const [note, call] = [/Content-Type/, row.error].map((text) =>
      sentences.findIndex((sentence) => text.test(sentence)),
    );
    assert.ok(note !== undefined && call !== undefined && call !== -1 && note > call, sentences.join('\n'));
  });
});
