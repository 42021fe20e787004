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
  /** Whether the code may expect the error. */
  readonly isExpected?: true;
  /** The reference of the error. */
  readonly source: string;
};

const ROWS: readonly Row[] = [
  {
    cause: 'a table that does not exist',
    client: 'dynamodb DynamoDB',
    command: 'GetItem',
    input: "{ TableName: 'Orders', Key: { id: { S: 'a' } } }",
    error:
      /^DynamoDB refused the call GetItem \(\S*index\.js:4\) of the function \S+ for Orders, with ResourceNotFoundException: /m,
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
    isExpected: true,
    client: 'dynamodb DynamoDB',
    command: 'PutItem',
    input:
      "{ TableName: process.env.TABLE, Item: { id: { S: 'a' } }, ConditionExpression: 'attribute_exists(id)' }",
    error:
      /^DynamoDB refused the call PutItem \(\S*index\.js:4\) of the function \S+ for \S+, with ConditionalCheckFailedException: The conditional request failed\./m,
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
    error:
      /^DynamoDB refused the call PutItem \(\S*index\.js:4\) of the function \S+ for \S+, with ValidationException: .*Missing the key id in the item/m,
    advice:
      /^Give the key in the call at \S*index\.js:4 exactly the attributes of the table's KeySchema, .*: \{"id": \{"S": "…"\}\}\./m,
    source: 'https://github.com/aws-samples/simple-websockets-chat-app/issues/49',
  },
  {
    cause: 'a queue that does not exist',
    client: 'sqs SQS',
    command: 'SendMessage',
    input: "{ QueueUrl: 'https://sqs.us-east-1.amazonaws.com/123456789012/none', MessageBody: 'a' }",
    error:
      /^SQS refused the call SendMessage \(\S*index\.js:4\) of the function \S+ for \S+, with QueueDoesNotExist: /m,
    advice: /^Name an existing queue .* in the call at \S*index\.js:4: /m,
    source:
      'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html#API_SendMessage_Errors',
  },
  {
    cause: 'a topic that does not exist',
    client: 'sns SNS',
    command: 'Publish',
    input: "{ TopicArn: 'arn:aws:sns:us-east-1:123456789012:none', Message: 'a' }",
    error:
      /^SNS refused the call Publish \(\S*index\.js:4\) of the function \S+ for arn:\S+, with NotFound: Topic does not exist/m,
    advice: /^Name the ARN of an existing topic in the call at \S*index\.js:4, /m,
    source: 'https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors',
  },
  {
    cause: 'a bucket that does not exist',
    client: 's3 S3',
    command: 'GetObject',
    input: "{ Bucket: 'none', Key: 'a' }",
    error:
      /^S3 refused the call GetObject \(\S*index\.js:4\) of the function \S+ for \S+, with NoSuchBucket: /m,
    advice: /^Name an existing bucket in the call at \S*index\.js:4: /m,
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList',
  },
  {
    cause: 'a parameter that does not exist',
    isExpected: true,
    client: 'ssm SSM',
    command: 'GetParameter',
    input: "{ Name: '/none' }",
    error:
      /^Systems Manager refused the call GetParameter \(\S*index\.js:4\) of the function \S+ for \/none, with ParameterNotFound/m,
    advice: /^Name an existing parameter in the call at \S*index\.js:4, /m,
    source:
      'https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html#API_GetParameter_Errors',
  },
  {
    cause: 'a secret that does not exist',
    isExpected: true,
    client: 'secrets-manager SecretsManager',
    command: 'GetSecretValue',
    input: "{ SecretId: 'none' }",
    error:
      /^Secrets Manager refused the call GetSecretValue \(\S*index\.js:4\) of the function \S+ for none, with ResourceNotFoundException: /m,
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

const handler = (
  { client, command, input }: Pick<Row, 'client' | 'command' | 'input'>,
  end: string,
): string => {
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

/** Whether advice is about the call, and not about the form of the response. */
const isOfCall = (change: string): boolean => /the call at|such as 409|should have succeeded/.test(change);

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
        const isSuccess = status < 400;
        const needed = / This is needed only if \w+ should have succeeded for this request\.$/m;
        if (isSuccess)
          assert.match(
            sentences.join('\n'),
            / The function did not fail with this error, and the request succeeded\.$/m,
          );
        if (isSuccess && row.isExpected === true) assert.deepEqual(changes.filter(isOfCall), []);
        else if (isSuccess) assert.match(changes.join('\n'), row.advice);
        else assert.match(changes[0] ?? '', row.advice);
        const isConditional = row.isExpected === true ? !isSuccess : isSuccess && row.isMistake !== true;
        assert.equal(needed.test(changes.join('\n')), isConditional, changes.join('\n'));
        if (!isSuccess && row.isExpected !== true)
          assert.doesNotMatch(changes.join('\n'), /see its log|in this record/);
      });

  it('is not told a second time if the function throws the error', async () => {
    const [row] = ROWS;
    assert.ok(row !== undefined);
    using project = anAdvisedProject('template.yaml', {
      'template.yaml': TEMPLATE,
      'index.js': handler(row, 'throw error;'),
    });

    const { sentences } = await project.ask({}, OPTIONS);

    assert.doesNotMatch(sentences.join('\n'), /did not fail with this error/);
  });
});

const WITH_QUEUE = `${TEMPLATE}
  Jobs: { Type: AWS::SQS::Queue }
  Work:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      CodeUri: .
      Handler: work.send
      Environment: { Variables: { TABLE: !Ref Table } }
      Policies:
        - Statement: [{ Effect: Allow, Action: '*', Resource: '*' }]
      Events:
        Jobs: { Type: SQS, Properties: { Queue: !GetAtt Jobs.Arn } }
`.replace('{ TABLE: !Ref Table }', '{ TABLE: !Ref Table, QUEUE: !Ref Jobs }');

const SENDING = `const { SQSClient, SendMessageCommand } = require('@aws-sdk/client-sqs');
exports.send = async () => {
  await new SQSClient().send(new SendMessageCommand({ QueueUrl: process.env.QUEUE, MessageBody: 'a' }));
  return { statusCode: 500, headers: { 'content-type': 'text/plain' }, body: 'sorry' };
};`;

// https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
describe('a refused call of a function that handles the event of a request', () => {
  const [table, , conditional] = ROWS;
  for (const [row, isAdvised] of [
    [table, true],
    [conditional, false],
  ] as const)
    it(`does not explain the response: ${row?.cause ?? ''}`, async () => {
      assert.ok(row !== undefined);
      using project = anAdvisedProject('template.yaml', {
        'template.yaml': WITH_QUEUE,
        'index.js': SENDING,
        'work.js': handler(row, 'return;'),
      });

      const { sentences, changes } = await project.ask({ tells: /did not fail with this error/ }, OPTIONS);

      const told = sentences.join('\n');
      assert.match(told, /refused the call \w+ .* The function did not fail with this error\.$/m);
      assert.doesNotMatch(told, /the request succeeded/);
      assert.match(changes[0] ?? '', /Send|log/);
      assert.doesNotMatch(changes[0] ?? '', /the call at/);
      const needed = /This is needed only if \w+ should have succeeded for this event\.$/m;
      assert.equal(needed.test(changes.join('\n')), isAdvised, changes.join('\n'));
    });
});

describe('a call that only the gateway refuses', () => {
  it('is told as not supported, with the option that sends the call to AWS', async () => {
    const row = {
      client: 'secrets-manager SecretsManager',
      command: 'RotateSecret',
      input: "{ SecretId: 'a' }",
    };
    using project = anAdvisedProject('template.yaml', {
      'template.yaml': TEMPLATE,
      'index.js': handler(row, answer(500)),
    });

    const { sentences, changes } = await project.ask({}, OPTIONS);

    assert.match(
      sentences.join('\n'),
      /^The gateway does not support the call RotateSecret \(\S*index\.js:4\)/m,
    );
    assert.doesNotMatch(sentences.join('\n'), /Secrets Manager refused/);
    assert.match(changes[0] ?? '', /^Start the gateway with --aws secretsmanager: /);
  });
});

// https://boto3.amazonaws.com/v1/documentation/api/latest/reference/services/s3.html
describe('a refused call whose operation the SDK does not send', () => {
  it('does not take a line with the same word as the method for the call', async () => {
    using project = anAdvisedProject('template.yaml', {
      'template.yaml': TEMPLATE,
      'index.js': `const { S3Client, GetObjectCommand } = require('@aws-sdk/client-s3');
exports.send = async () => {
  const client = new S3Client();
  client.middlewareStack.add((next) => (args) => {
    delete args.request.query['x-id'];
    args.request.query.partNumber = '1';
    return next(args);
  }, { step: 'build' });
  const seen = new Map().get('a');
  await client.send(new GetObjectCommand({ Bucket: 'none', Key: 'a' })).catch(() => seen);
  ${answer(200)}
};`,
    });

    const { sentences } = await project.ask({}, OPTIONS);

    assert.match(
      sentences.join('\n'),
      /^S3 refused the call GET \/none\/a\?partNumber of the function \S+, with NoSuchBucket: /m,
    );
  });

  it('is told although its Action is not the text of an expression', async () => {
    using project = anAdvisedProject('template.yaml', {
      'template.yaml': TEMPLATE,
      'index.js': `const { SNSClient, PublishCommand } = require('@aws-sdk/client-sns');
exports.send = async () => {
  const client = new SNSClient();
  client.middlewareStack.add((next) => (args) => {
    args.request.body = 'Action=Send(&Version=2010-03-31';
    args.request.headers['content-length'] = String(args.request.body.length);
    return next(args);
  }, { step: 'build' });
  await client.send(new PublishCommand({ TopicArn: 'a', Message: 'a' })).catch(() => undefined);
  ${answer(200)}
};`,
    });

    const { sentences } = await project.ask({}, OPTIONS);

    assert.match(
      sentences.join('\n'),
      /^The gateway does not support the call POST \/ of the function \S+: Send\( of SNS /m,
    );
  });
});

describe('a refused call of a function whose role is not judged', () => {
  for (const { name, options, template } of [
    { name: 'with --roles off', options: { roles: false }, template: TEMPLATE },
    {
      name: 'with a role of another stack',
      options: {},
      template: TEMPLATE.replace(/Policies:\n.*\n/, "Role: 'arn:aws:iam::123456789012:role/elsewhere'\n"),
    },
  ])
    it(`is told ${name}, by the embedded store and by the control port`, async () => {
      for (const row of ROWS.filter(({ cause }) => /^a (?:table|queue) that/.test(cause))) {
        using project = anAdvisedProject('template.yaml', {
          'template.yaml': template,
          'index.js': handler(row, answer(200)),
        });

        const { sentences } = await project.ask({}, { ...OPTIONS, ...options });

        assert.match(sentences.join('\n'), row.error);
      }
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
