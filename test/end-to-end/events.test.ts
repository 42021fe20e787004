import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { CognitoIdentityProviderClient, SignUpCommand } from '@aws-sdk/client-cognito-identity-provider';
import { KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { GatewayOptions } from '../../packages/gateway/engine/index.ts';
import { aGateway, GATEWAY_ADMIN, type StartedGateway } from '../support/a-gateway.ts';

const aFunction = (name: string, code: string): object => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    FunctionName: name,
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Role: 'none',
    Timeout: 20,
    Code: { ZipFile: code },
    Environment: { Variables: { TABLE: { Ref: 'Orders' } } },
  },
});

const mapping = (source: object, name: string, more: object = {}): object => ({
  Type: 'AWS::Lambda::EventSourceMapping',
  Properties: { EventSourceArn: source, FunctionName: name, ...more },
});

/** A queue whose worker fails once, then writes to a table whose stream another function reads. */
const RESOURCES = {
  Jobs: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs', VisibilityTimeout: 120 } },
  Orders: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      TableName: 'orders',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
    },
  },
  Worker: aFunction(
    'worker',
    `const { DynamoDBClient, PutItemCommand } = require('@aws-sdk/client-dynamodb');
     exports.handler = async ({ Records }) => {
       const [{ body, attributes }] = Records;
       if (attributes.ApproximateReceiveCount === '1') throw new Error('not at first');
       await new DynamoDBClient({}).send(new PutItemCommand({ TableName: process.env.TABLE, Item: { id: { S: body } } }));
     };`,
  ),
  Reader: aFunction(
    'reader',
    `exports.handler = async ({ Records }) => {
       for (const { eventName, dynamodb } of Records) console.log('read', eventName, dynamodb.NewImage.id.S);
     };`,
  ),
  FromQueue: mapping({ 'Fn::GetAtt': ['Jobs', 'Arn'] }, 'worker'),
  FromTable: mapping({ 'Fn::GetAtt': ['Orders', 'StreamArn'] }, 'reader', { StartingPosition: 'LATEST' }),
  Nightly: {
    Type: 'AWS::Events::Rule',
    Properties: {
      ScheduleExpression: 'rate(30 days)',
      Targets: [{ Id: 'r', Arn: { 'Fn::GetAtt': ['Night', 'Arn'] } }],
    },
  },
  Night: aFunction('night', `exports.handler = async ({ source }) => console.log('woken by', source);`),
  // Settings that SAM has below a function: its event source, and the destination of failed events.
  Parcels: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'parcels' } },
  Packer: {
    Type: 'AWS::Serverless::Function',
    Properties: {
      FunctionName: 'packer',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Timeout: 20,
      InlineCode: `exports.handler = async ({ Records }) => {
        for (const { body } of Records ?? []) console.log('packed', body);
        if (Records === undefined) throw new Error('no parcel');
      };`,
      Events: {
        Parcel: { Type: 'SQS', Properties: { Queue: { 'Fn::GetAtt': ['Parcels', 'Arn'] } } },
        Yearly: { Type: 'ScheduleV2', Properties: { ScheduleExpression: 'cron(0 3 1 1 ? *)' } },
      },
      EventInvokeConfig: {
        MaximumRetryAttempts: 0,
        DestinationConfig: { OnFailure: { Type: 'SQS', Destination: { 'Fn::GetAtt': ['Parcels', 'Arn'] } } },
      },
    },
  },
  Users: { Type: 'AWS::Cognito::UserPool', Properties: { UserPoolName: 'users' } },
  Client: {
    Type: 'AWS::Cognito::UserPoolClient',
    Properties: { UserPoolId: { Ref: 'Users' }, ClientName: 'app' },
  },
  Doorkeeper: {
    Type: 'AWS::Serverless::Function',
    Properties: {
      FunctionName: 'doorkeeper',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Timeout: 20,
      InlineCode: `exports.handler = async (event) => {
        event.response.autoConfirmUser = event.userName === 'ada';
        return event;
      };`,
      Events: {
        SignUp: { Type: 'Cognito', Properties: { UserPool: { Ref: 'Users' }, Trigger: 'PreSignUp' } },
      },
    },
  },
  Clicks: { Type: 'AWS::Kinesis::Stream', Properties: { Name: 'clicks', ShardCount: 1 } },
  Counter: {
    Type: 'AWS::Serverless::Function',
    Properties: {
      FunctionName: 'counter',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Timeout: 20,
      InlineCode: `exports.handler = async ({ Records }) => {
        for (const { kinesis } of Records) console.log('counted', Buffer.from(kinesis.data, 'base64').toString());
      };`,
      Events: {
        Click: {
          Type: 'Kinesis',
          Properties: {
            Stream: { 'Fn::GetAtt': ['Clicks', 'Arn'] },
            StartingPosition: 'TRIM_HORIZON',
            BatchSize: 10,
            FilterCriteria: { Filters: [{ Pattern: '{ "data": { "page": [{ "exists": true }] } }' }] },
          },
        },
      },
    },
  },
};

describe('Events of a start', () => {
  let started: StartedGateway;
  let messages: (line: string) => void = () => undefined;
  const seen: string[] = [];
  before(async () => {
    const options: Partial<GatewayOptions> = {
      dynamodb: { kind: 'embedded', dataDirectory: undefined },
      functionLog({ message }) {
        seen.push(message);
        messages(message);
      },
      log: {
        write(line) {
          seen.push(line);
          messages(line);
        },
      },
    };
    started = await aGateway(RESOURCES, options, {}, { Transform: 'AWS::Serverless-2016-10-31' });
  });
  after(() => started.close());

  /** Waits for a line of a function or of the gateway. Earlier lines count, too. */
  const line = (pattern: RegExp): Promise<string> =>
    new Promise((resolve) => {
      const found = seen.find((text) => pattern.test(text));
      if (found !== undefined) resolve(found);
      messages = (text) => pattern.test(text) && resolve(text);
    });

  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const folder = dirname(started.gateway.stacks[0]?.file ?? '');
    const { controlSecret } = JSON.parse(
      readFileSync(join(folder, '.gatewright', 'credentials.json'), 'utf8'),
    ) as { controlSecret: string };
    const response = await fetch(`${started.listening.control}/_gatewright/${path}`, {
      method,
      headers: { Authorization: `Bearer ${controlSecret}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };

  it('go from a queue through a worker that fails once, and through a table, to the reader of the table’s stream, when the clock is moved', async () => {
    assert.deepEqual(started.listening.unsupported, []);
    const client = new SQSClient({
      endpoint: started.listening.control,
      region: 'eu-west-1',
      credentials: GATEWAY_ADMIN,
    });
    const QueueUrl = 'https://sqs.eu-west-1.amazonaws.com/123456789012/jobs';
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'o-1' }));
    client.destroy();
    await line(/worker failed on a batch of 1 message from jobs: not at first/);
    await ask('POST', 'clock', { shiftMs: 120_000 });
    assert.match(await line(/read INSERT/), /read INSERT o-1/);
  });

  it('come from a schedule when the clock reaches its time', async () => {
    await ask('POST', 'clock', { shiftMs: 31 * 86_400_000 });
    assert.match(await line(/woken by/), /woken by aws\.events/);
  });

  it('start a SAM function from its queue and its schedule, and go to its destination if it fails', async () => {
    await ask('POST', 'events', { target: 'parcels', body: 'p-1' });
    assert.match(await line(/packed p-1/), /packed p-1/);
    await ask('POST', 'events', { target: 'PackerYearly', body: '' });
    const record = await line(/packed .*RetriesExhausted/);
    assert.match(record, /"errorMessage":"no parcel"/);
  });

  it('start a SAM function from its Kinesis stream, with the records that its filter matches', async () => {
    const client = new KinesisClient({
      endpoint: started.listening.control,
      region: 'eu-west-1',
      credentials: GATEWAY_ADMIN,
    });
    for (const click of ['{"other":1}', '{"page":"home"}'])
      await client.send(
        new PutRecordCommand({ StreamName: 'clicks', PartitionKey: 'a', Data: Buffer.from(click) }),
      );
    client.destroy();

    assert.match(await line(/counted/), /counted \{"page":"home"\}/);
  });

  it('start a SAM function as a trigger of its user pool', async () => {
    const client = new CognitoIdentityProviderClient({
      endpoint: started.listening.control,
      region: 'eu-west-1',
      credentials: GATEWAY_ADMIN,
    });
    const clientId = started.gateway.stacks[0]?.resources.get('Client')?.physicalId;
    const signUp = async (Username: string): Promise<boolean | undefined> => {
      const input = { ClientId: clientId, Username, Password: 'Correct-horse-1' };
      return (await client.send(new SignUpCommand(input))).UserConfirmed;
    };
    const confirmed = [await signUp('ada'), await signUp('eve')];
    client.destroy();

    assert.deepEqual(confirmed, [true, false]);
  });

  it('are listed, and sent by name', async () => {
    assert.deepEqual(await ask('POST', 'events', { target: 'jobs', body: 'o-2' }), {
      status: 200,
      body: { sent: 'arn:aws:sqs:eu-west-1:123456789012:jobs' },
    });
    await line(/worker failed on a batch of 1 message from jobs: not at first/);
    const { body } = (await ask('GET', 'events')) as { body: { sources: Record<string, unknown>[] } };
    assert.deepEqual(
      body.sources.map(({ kind, name, targets }) => [kind, name, targets]),
      [
        ['queue', 'jobs', ['worker']],
        ['queue', 'parcels', ['packer']],
        ['stream', 'orders', ['reader']],
        ['schedule', body.sources[3]?.['name'], ['night']],
        ['schedule', 'PackerYearly', ['packer']],
        ['stream', 'clicks', ['counter']],
      ],
    );
    assert.deepEqual(await ask('POST', 'events', { target: 'none', body: '' }), {
      status: 404,
      body: {
        message:
          'Unknown queue, topic, bus, stream or schedule "none"; expected one of jobs (Jobs), parcels (Parcels), clicks (Clicks), ' +
          `${String(body.sources[3]?.['name'])} (Nightly), PackerYearly`,
      },
    });
  });
});
