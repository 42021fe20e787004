import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { contextFor, rightsOfCall } from '../../../../../packages/gateway/kernel/calls/service-rights.ts';
import type { RightsContext } from '../../../../../packages/gateway/kernel/calls/service-rights.ts';

const AT = { accountId: '123456789012', partitionKeyOf: () => 'id' };
const JSON_TYPE = ['Content-Type', 'application/x-amz-json-1.0'];

function rightsOf(
  service: string,
  call: {
    target?: string;
    body?: unknown;
    form?: string;
    path?: string;
    query?: string;
    headers?: readonly string[];
    method?: string;
    subdomain?: string;
  },
  more: Pick<RightsContext, 'resourceOf' | 'isServed'> = {},
) {
  const { target, body, form, path = '/', query = '', method = 'POST', subdomain } = call;
  return rightsOfCall(
    {
      service,
      region: 'eu-west-1',
      method,
      path,
      query,
      subdomain,
      headers:
        form === undefined
          ? [...JSON_TYPE, ...(target === undefined ? [] : ['X-Amz-Target', target]), ...(call.headers ?? [])]
          : ['Content-Type', 'application/x-www-form-urlencoded'],
      body: form ?? JSON.stringify(body ?? {}),
    },
    { ...AT, ...more },
  );
}

const print = (rights: ReturnType<typeof rightsOfCall> = []): string =>
  rights.map(({ action, resource }) => `${action} ${resource}`).join(', ');

describe('rightsOfCall', () => {
  // Service authorization reference, "Actions, resources, and condition keys".
  for (const { service, call, needs } of [
    {
      service: 'cloudfront',
      call: { method: 'GET', path: '/2020-05-31/distribution' },
      needs: ['cloudfront:ListDistributions *'],
    },
    {
      service: 'cloudfront',
      call: { method: 'GET', path: '/2020-05-31/distribution/E1A' },
      needs: ['cloudfront:GetDistribution arn:aws:cloudfront::123456789012:distribution/E1A'],
    },
    {
      service: 'cloudfront',
      call: { method: 'GET', path: '/2020-05-31/distribution/E1A/config' },
      needs: ['cloudfront:GetDistributionConfig arn:aws:cloudfront::123456789012:distribution/E1A'],
    },
    {
      service: 'cloudfront',
      call: { method: 'GET', path: '/2020-05-31/distribution/E1A/invalidation' },
      needs: ['cloudfront:ListInvalidations arn:aws:cloudfront::123456789012:distribution/E1A'],
    },
    {
      service: 'cloudfront',
      call: { method: 'GET', path: '/2020-05-31/distribution/E1A/invalidation/I1' },
      needs: ['cloudfront:GetInvalidation arn:aws:cloudfront::123456789012:distribution/E1A'],
    },
    {
      service: 'cloudfront',
      call: { method: 'POST', path: '/2020-05-31/distribution/E1A/invalidation' },
      needs: ['cloudfront:CreateInvalidation arn:aws:cloudfront::123456789012:distribution/E1A'],
    },
    { service: 'cloudfront', call: { method: 'DELETE', path: '/2020-05-31/distribution/E1A' }, needs: [] },
    { service: 'cloudfront', call: { method: 'GET', path: '/2020-05-31/distribution/E1A/other' }, needs: [] },
    { service: 'cloudfront', call: { method: 'GET', path: '/2020-05-31/cache-policy' }, needs: [] },
    {
      service: 'sns',
      call: { form: 'Action=Publish&TopicArn=arn:aws:sns:eu-west-1:123456789012:t&Message=m' },
      needs: ['sns:Publish arn:aws:sns:eu-west-1:123456789012:t'],
    },
    {
      service: 'sns',
      call: { form: 'Action=PublishBatch&TopicArn=arn:aws:sns:eu-west-1:123456789012:t' },
      needs: ['sns:Publish arn:aws:sns:eu-west-1:123456789012:t'],
    },
    { service: 'sns', call: { form: 'Action=Publish&PhoneNumber=%2B358' }, needs: ['sns:Publish +358'] },
    // https://qiita.com/j3tm0t0/items/594f7c0a0c62a5eccc18: SNS refuses the missing parameter.
    {
      service: 'sns',
      call: { form: 'Action=Publish&Topic=arn:aws:sns:eu-west-1:123456789012:t' },
      needs: [],
    },
    {
      service: 'sqs',
      call: {
        target: 'AmazonSQS.SendMessageBatch',
        body: { QueueUrl: 'https://sqs.eu-west-1.amazonaws.com/210987654321/orders.fifo' },
      },
      needs: ['sqs:SendMessage arn:aws:sqs:eu-west-1:210987654321:orders.fifo'],
    },
    {
      service: 'sqs',
      call: { form: 'Action=SendMessage&MessageBody=m', path: '/123456789012/orders' },
      needs: ['sqs:SendMessage arn:aws:sqs:eu-west-1:123456789012:orders'],
    },
    {
      service: 'sqs',
      call: { target: 'AmazonSQS.GetQueueUrl', body: { QueueName: 'orders' } },
      needs: ['sqs:GetQueueUrl arn:aws:sqs:eu-west-1:123456789012:orders'],
    },
    {
      service: 'events',
      call: {
        target: 'AWSEvents.PutEvents',
        body: { Entries: [{ Source: 's' }, { EventBusName: 'arn:aws:events:eu-west-1:1:event-bus/b' }] },
      },
      needs: [
        'events:PutEvents arn:aws:events:eu-west-1:123456789012:event-bus/default',
        'events:PutEvents arn:aws:events:eu-west-1:1:event-bus/b',
      ],
    },
    {
      service: 'states',
      call: {
        target: 'AWSStepFunctions.StartExecution',
        body: { stateMachineArn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:m' },
      },
      needs: ['states:StartExecution arn:aws:states:eu-west-1:123456789012:stateMachine:m'],
    },
    {
      service: 'kinesis',
      call: { target: 'Kinesis_20131202.PutRecords', body: { StreamName: 's' } },
      needs: ['kinesis:PutRecords arn:aws:kinesis:eu-west-1:123456789012:stream/s'],
    },
    {
      service: 'dynamodb',
      call: { target: 'DynamoDB_20120810.GetItem', body: { TableName: 't', Key: { id: { S: '1' } } } },
      needs: ['dynamodb:GetItem arn:aws:dynamodb:eu-west-1:123456789012:table/t'],
    },
    {
      service: 's3',
      call: { method: 'PUT', path: '/b/a%20key' },
      needs: ['s3:PutObject arn:aws:s3:::b/a key'],
    },
    {
      service: 's3',
      call: { method: 'HEAD', path: '/key', subdomain: 'b' },
      needs: ['s3:GetObject arn:aws:s3:::b/key'],
    },
    { service: 's3', call: { method: 'GET', path: '/b' }, needs: ['s3:ListBucket arn:aws:s3:::b'] },
    {
      service: 'monitoring',
      call: { target: 'Granite.DeleteAlarms', body: { AlarmNames: ['a', 'b'] } },
      needs: [
        'cloudwatch:DeleteAlarms arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a',
        'cloudwatch:DeleteAlarms arn:aws:cloudwatch:eu-west-1:123456789012:alarm:b',
      ],
    },
    {
      service: 'monitoring',
      call: { form: 'Action=DeleteAlarms&AlarmNames.member.1=a&AlarmNames.member.7=b' },
      needs: [
        'cloudwatch:DeleteAlarms arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a',
        'cloudwatch:DeleteAlarms arn:aws:cloudwatch:eu-west-1:123456789012:alarm:b',
      ],
    },
    {
      service: 'monitoring',
      call: { target: 'Granite.SetAlarmState', body: { AlarmName: 'a', AlarmNames: ['b'] } },
      needs: ['cloudwatch:SetAlarmState arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a'],
    },
    {
      service: 'monitoring',
      call: { target: 'Granite.PutMetricData', body: { Namespace: 'Shop' } },
      needs: ['cloudwatch:PutMetricData *'],
    },
    { service: 's3', call: { method: 'GET', path: '/' }, needs: ['s3:ListAllMyBuckets *'] },
  ])
    it(`asks for ${needs.join(' and ')}`, () => {
      const rights = rightsOf(service, call) ?? [];
      assert.deepEqual(
        rights.map(({ action, resource }) => `${action} ${resource}`),
        needs,
      );
    });

  const DECOYS = [
    {
      name: 'the name of another queue together with an address without an account',
      service: 'sqs',
      call: {
        target: 'AmazonSQS.ReceiveMessage',
        body: { QueueUrl: 'https://queues.example/closed', QueueName: 'open' },
      },
      needs: 'sqs:ReceiveMessage arn:aws:sqs:eu-west-1:123456789012:closed',
    },
    {
      name: 'the address of a queue in another region',
      service: 'sqs',
      call: {
        target: 'AmazonSQS.ReceiveMessage',
        body: { QueueUrl: 'https://sqs.us-east-1.amazonaws.com/123456789012/orders' },
      },
      needs: 'sqs:ReceiveMessage arn:aws:sqs:us-east-1:123456789012:orders',
    },
    {
      name: 'a queue in a call of all queues',
      service: 'sqs',
      call: { target: 'AmazonSQS.ListQueues', body: { QueueUrl: 'https://h/123456789012/open' } },
      needs: 'sqs:ListQueues *',
    },
    {
      name: 'a queue twice, of which the service reads the last',
      service: 'sqs',
      call: { form: 'Action=PurgeQueue&QueueUrl=/123456789012/open&QueueUrl=/123456789012/closed' },
      needs: 'sqs:PurgeQueue arn:aws:sqs:eu-west-1:123456789012:closed',
    },
    {
      name: 'a topic twice, in the query and in the form',
      service: 'sns',
      call: { query: 'Action=Publish&TopicArn=open', form: 'TopicArn=closed&Message=m' },
      needs: 'sns:Publish closed',
    },
    {
      name: 'a topic together with another target',
      service: 'sns',
      call: { form: 'Action=Publish&TopicArn=open&TargetArn=closed&Message=m' },
      needs: 'sns:Publish open, sns:Publish closed',
    },
    {
      name: 'a topic in a call that makes one',
      service: 'sns',
      call: { form: 'Action=CreateTopic&Name=closed&TopicArn=open' },
      needs: 'sns:CreateTopic *',
    },
    {
      name: 'a stream together with the iterator of another one',
      service: 'kinesis',
      call: {
        target: 'Kinesis_20131202.GetRecords',
        body: { ShardIterator: 'closed', StreamARN: 'open', StreamName: 'open' },
      },
      needs: 'kinesis:GetRecords *',
    },
    {
      name: 'a state machine together with an execution of another one',
      service: 'states',
      call: {
        target: 'AWSStepFunctions.StopExecution',
        body: { stateMachineArn: 'open', executionArn: 'closed' },
      },
      needs: 'states:StopExecution closed',
    },
  ];
  for (const { name, service, call, needs } of DECOYS)
    it(`asks for what is served if a call names ${name}`, () => {
      assert.equal(print(rightsOf(service, call)), needs);
    });

  it('gives conditions what they ask of an event and of a table', () => {
    const body = { Entries: [{ Source: 'shop', DetailType: 'sold' }] };
    const [event] = rightsOf('events', { target: 'AWSEvents.PutEvents', body }) ?? [];
    assert.deepEqual(
      ['events:source', 'events:detail-type'].map((key) => event?.conditions?.get(key)),
      [['shop'], ['sold']],
    );
    const item = { TableName: 't', Item: { id: { S: '1' }, a: { S: 'x' } } };
    const [write] = rightsOf('dynamodb', { target: 'DynamoDB_20120810.PutItem', body: item }) ?? [];
    assert.deepEqual(
      ['dynamodb:leadingkeys', 'dynamodb:attributes', 'aws:requestedregion'].map((key) =>
        write?.conditions?.get(key),
      ),
      [['1'], ['id', 'a'], ['eu-west-1']],
    );
  });

  it('requires what a service knows about a call that names no resource, and nothing else', () => {
    const resourceOf = (service: string): string => `arn:aws:${service}:eu-west-1:123456789012:stream/s`;
    const body = { ShardIterator: 'opaque' };
    const call = { target: 'Kinesis_20131202.GetRecords', body };
    const known = rightsOf('kinesis', call, { resourceOf }) ?? [];
    const put = { target: 'Kinesis_20131202.PutRecord', body: { StreamName: 't' } };
    const named = rightsOf('kinesis', put, { resourceOf }) ?? [];

    assert.deepEqual(
      [...known, ...named].map(({ resource }) => resource.split('/').at(-1)),
      ['s', 't'],
    );
    assert.equal(rightsOf('kinesis', call, { resourceOf: () => undefined })?.[0]?.resource, '*');
  });

  it('asks for the operation itself if a service runs here that needs nothing else', () => {
    const call = { target: 'AWSWAF_20190729.ListWebACLs' };
    const arn = 'arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/a/1';
    const isServed = (name: string): boolean => name === 'wafv2';
    const [right] = rightsOf('wafv2', call, { isServed, resourceOf: () => arn }) ?? [];

    assert.deepEqual([right?.action, right?.resource], ['wafv2:ListWebACLs', arn]);
    assert.equal(rightsOf('wafv2', call, { isServed: () => false }), undefined);
  });

  it('asks for a log group by its name, whatever region and account its ARN has', () => {
    const call = (action: string, body: object) => ({ target: `Logs_20140328.${action}`, body });
    const ofGroup = 'arn:aws:logs:eu-west-1:123456789012:log-group:orders';
    const whole = `${ofGroup}:log-stream:`;
    const ofA = whole.replace('orders', 'a');
    const elsewhere = 'arn:aws:logs:us-east-1:999999999999:log-group:orders:*';

    for (const [action, body, needs] of [
      ['FilterLogEvents', { logGroupName: 'orders' }, [`logs:FilterLogEvents ${whole}`]],
      ['TagResource', { resourceArn: ofGroup, logGroupName: 'b' }, [`logs:TagResource ${ofGroup}:*`]],
      ['FilterLogEvents', { logGroupIdentifier: elsewhere }, [`logs:FilterLogEvents ${whole}`]],
      [
        'GetLogEvents',
        { logGroupName: 'orders', logStreamName: 's' },
        [`logs:GetLogEvents ${ofGroup}:log-stream:s`],
      ],
      [
        'StartQuery',
        { logGroupNames: ['orders', 'a'] },
        [`logs:StartQuery ${whole}`, `logs:StartQuery ${ofA}`],
      ],
      [
        'StartQuery',
        { logGroupIdentifiers: [elsewhere], logGroupName: 'a' },
        [`logs:StartQuery ${ofA}`, `logs:StartQuery ${whole}`],
      ],
      ['DescribeLogGroups', { logGroupName: 'orders' }, ['logs:DescribeLogGroups *']],
      ['GetQueryResults', { queryId: '1' }, ['logs:GetQueryResults *']],
    ] as const)
      assert.equal(print(rightsOf('logs', call(action, body))), needs.join(', '));
  });

  it('requires the stack that a call names, and nothing for calls that name none', () => {
    const stack = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/shop';

    for (const [form, needs] of [
      ['Action=DescribeStacks&StackName=shop', `cloudformation:DescribeStacks ${stack}/*`],
      [`Action=DescribeStacks&StackName=${stack}/1`, `cloudformation:DescribeStacks ${stack}/1`],
      ['Action=DescribeStacks', 'cloudformation:DescribeStacks *'],
      ['Action=ListExports&StackName=shop', 'cloudformation:ListExports *'],
    ] as const)
      assert.equal(print(rightsOf('cloudformation', { form })), needs);
  });

  it('asks for operations of X-Ray by their path', () => {
    assert.equal(print(rightsOf('xray', { path: '/TraceSummaries' })), 'xray:GetTraceSummaries *');
    assert.equal(rightsOf('xray', { path: '/Other' }), undefined);
  });

  // Service authorization reference, "Actions, resources, and condition keys for AWS Lambda".
  const MAPPINGS = '/2015-03-31/event-source-mappings/';
  for (const [method, id, needs] of [
    ['POST', '', 'lambda:CreateEventSourceMapping *'],
    ['GET', '', 'lambda:ListEventSourceMappings *'],
    [
      'GET',
      'a-b',
      'lambda:GetEventSourceMapping arn:aws:lambda:eu-west-1:123456789012:event-source-mapping:a-b',
    ],
    [
      'PUT',
      'a-b',
      'lambda:UpdateEventSourceMapping arn:aws:lambda:eu-west-1:123456789012:event-source-mapping:a-b',
    ],
    [
      'DELETE',
      'a-b',
      'lambda:DeleteEventSourceMapping arn:aws:lambda:eu-west-1:123456789012:event-source-mapping:a-b',
    ],
  ] as const)
    it(`asks for ${needs}`, () => {
      const [right, ...others] =
        rightsOf('lambda', { method, path: MAPPINGS + id, body: { FunctionName: 'work' } }) ?? [];
      assert.equal(`${right?.action} ${right?.resource}`, needs);
      assert.deepEqual(right?.conditions?.get('lambda:functionarn'), [
        'arn:aws:lambda:eu-west-1:123456789012:function:work',
      ]);
      assert.equal(others.length, 0);
    });

  it('returns undefined for calls of other services', () => {
    assert.equal(rightsOf('lambda', { path: '/2015-03-31/layers' }), undefined);
    assert.equal(rightsOf('lambda', { method: 'PATCH', path: MAPPINGS }), undefined);
    assert.equal(rightsOf('ssm', { target: 'AmazonSSM.GetParameter' }), undefined);
    assert.equal(rightsOf('sns', { path: '/?nothing' }), undefined);
  });
});

// IAM user guide, "Cross-account resource access": a table is named without an account, so it is one of the caller's.
describe('a call of a role in another account than the gateway’s', () => {
  const ROLE = 'arn:aws:iam::210987654321:role/shop-list';
  const call = {
    service: 'dynamodb',
    region: 'eu-west-3',
    method: 'POST',
    path: '/',
    query: '',
    headers: [...JSON_TYPE, 'X-Amz-Target', 'DynamoDB_20120810.PutItem'],
    body: JSON.stringify({ TableName: 'notes', Item: { id: { S: 'a' } } }),
  };

  it('needs a right to the table of its own account', () => {
    const resources = rightsOfCall(call, contextFor({ arn: ROLE }, AT))?.map(({ resource }) => resource);

    assert.deepEqual(resources, ['arn:aws:dynamodb:eu-west-3:210987654321:table/notes']);
  });

  it('needs a right to the gateway’s account if the caller is of no account', () => {
    assert.equal(contextFor({ arn: 'nobody' }, AT), AT);
  });
});
