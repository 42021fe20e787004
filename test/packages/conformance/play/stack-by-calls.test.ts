import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeByCalls, typeWithoutCalls } from '../../../../packages/conformance/play/stack-by-calls.ts';
import type {
  CaseStack,
  ControlReply,
  ControlTarget,
} from '../../../../packages/conformance/schema/control-case.ts';
import type { JsonObject } from '../../../../packages/conformance/schema/parity-case.ts';

type Sent = readonly [service: string, call: string, input: JsonObject];

/** Returns the responses by call; the last of several responses is repeated. */
function aTarget(replies: Readonly<Record<string, readonly JsonObject[]>>) {
  const sent: Sent[] = [];
  const left = new Map(Object.entries(replies));
  const target: ControlTarget = {
    region: 'us-east-1',
    accountId: '123456789012',
    send(service, { call, input }): Promise<ControlReply> {
      sent.push([service, call, input]);
      const [body = {}, ...others] = left.get(call) ?? [];
      if (others.length > 0) left.set(call, others);
      const { refused } = body;
      return Promise.resolve(
        typeof refused === 'string'
          ? { status: 400, body: {}, error: { code: refused, message: 'no' } }
          : { status: 200, body },
      );
    },
  };
  return { target, sent };
}

const named = (Name: string) => ({ Properties: { Name } });

/** The API references of the services: the calls that create and remove what a resource of CloudFormation describes. */
const ROWS: readonly {
  readonly stack: CaseStack;
  readonly replies: Readonly<Record<string, readonly JsonObject[]>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly sent: readonly Sent[];
}[] = [
  {
    stack: {
      Resources: { Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 't' } } },
      Outputs: { Arn: { Value: { Ref: 'Topic' } } },
    },
    replies: { CreateTopic: [{ TopicArn: 'arn' }] },
    outputs: { Arn: 'arn' },
    sent: [
      ['sns', 'CreateTopic', { Name: 't' }],
      ['sns', 'DeleteTopic', { TopicArn: 'arn' }],
    ],
  },
  {
    stack: {
      Resources: {
        Group: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: 'g' } },
        Stream: {
          Type: 'AWS::Logs::LogStream',
          Properties: { LogGroupName: { Ref: 'Group' }, LogStreamName: 's' },
        },
      },
    },
    replies: {},
    outputs: {},
    sent: [
      ['logs', 'CreateLogGroup', { logGroupName: 'g' }],
      ['logs', 'CreateLogStream', { logGroupName: 'g', logStreamName: 's' }],
      ['logs', 'DeleteLogGroup', { logGroupName: 'g' }],
    ],
  },
  {
    stack: {
      Resources: {
        Table: {
          Type: 'AWS::DynamoDB::Table',
          Properties: { TableName: 't', StreamSpecification: { StreamViewType: 'KEYS_ONLY' } },
        },
      },
      Outputs: { Stream: { Value: { 'Fn::GetAtt': ['Table', 'StreamArn'] } } },
    },
    replies: { DescribeTable: [{ Table: { TableStatus: 'ACTIVE', LatestStreamArn: 'arn' } }] },
    outputs: { Stream: 'arn' },
    sent: [
      [
        'dynamodb',
        'CreateTable',
        { TableName: 't', StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' } },
      ],
      ['dynamodb', 'DescribeTable', { TableName: 't' }],
      ['dynamodb', 'DeleteTable', { TableName: 't' }],
    ],
  },
  {
    // API reference of DynamoDB, StreamSpecification: an enabled stream needs a StreamViewType.
    stack: { Resources: { Table: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 't' } } } },
    replies: { DescribeTable: [{ Table: { TableStatus: 'ACTIVE' } }] },
    outputs: {},
    sent: [
      ['dynamodb', 'CreateTable', { TableName: 't' }],
      ['dynamodb', 'DescribeTable', { TableName: 't' }],
      ['dynamodb', 'DeleteTable', { TableName: 't' }],
    ],
  },
  {
    stack: {
      Resources: {
        Namespace: { Type: 'AWS::ServiceDiscovery::HttpNamespace', ...named('n') },
        Service: {
          Type: 'AWS::ServiceDiscovery::Service',
          Properties: { Name: 's', NamespaceId: { Ref: 'Namespace' } },
        },
      },
      Outputs: { Service: { Value: { Ref: 'Service' } } },
    },
    replies: {
      CreateHttpNamespace: [{ OperationId: 'o' }],
      GetOperation: [
        { Operation: { Status: 'PENDING' } },
        { Operation: { Status: 'SUCCESS', Targets: { NAMESPACE: 'ns-1' } } },
      ],
      CreateService: [{ Service: { Id: 'srv-1' } }],
    },
    outputs: { Service: 'srv-1' },
    sent: [
      ['servicediscovery', 'CreateHttpNamespace', { Name: 'n' }],
      ['servicediscovery', 'GetOperation', { OperationId: 'o' }],
      ['servicediscovery', 'GetOperation', { OperationId: 'o' }],
      ['servicediscovery', 'CreateService', { Name: 's', NamespaceId: 'ns-1' }],
      ['servicediscovery', 'DeleteService', { Id: 'srv-1' }],
      ['servicediscovery', 'DeleteNamespace', { Id: 'ns-1' }],
    ],
  },
  {
    stack: {
      Resources: {
        Set: { Type: 'AWS::WAFv2::IPSet', Properties: { Name: 's', Scope: 'REGIONAL', Addresses: ['a'] } },
      },
      Outputs: { Id: { Value: { 'Fn::GetAtt': ['Set', 'Id'] } } },
    },
    replies: { CreateIPSet: [{ Summary: { Id: 'i', LockToken: 'l' } }] },
    outputs: { Id: 'i' },
    sent: [
      ['wafv2', 'CreateIPSet', { Name: 's', Scope: 'REGIONAL', Addresses: ['a'] }],
      ['wafv2', 'DeleteIPSet', { Name: 's', Scope: 'REGIONAL', Id: 'i', LockToken: 'l' }],
    ],
  },
  {
    stack: {
      Resources: { Secret: { Type: 'AWS::SecretsManager::Secret', ...named('s') } },
      Outputs: { Secret: { Value: { Ref: 'Secret' } } },
    },
    replies: { CreateSecret: [{ ARN: 'arn' }] },
    outputs: { Secret: 'arn' },
    sent: [
      ['secretsmanager', 'CreateSecret', { Name: 's' }],
      ['secretsmanager', 'DeleteSecret', { SecretId: 'arn', ForceDeleteWithoutRecovery: true }],
    ],
  },
];

describe('makeByCalls', () => {
  for (const { stack, replies, outputs, sent: expected } of ROWS)
    it(`creates and removes ${Object.values(stack.Resources)
      .map(({ Type, Properties = {} }) => `${Type} (${Object.keys(Properties).join(', ')})`)
      .join(' and ')}`, async () => {
      const { target, sent } = aTarget(replies);

      const opened = await makeByCalls(target, stack);
      const left = await opened.remove();

      assert.deepEqual([Object.fromEntries(opened.outputs), sent, left], [outputs, expected, undefined]);
      assert.equal(typeWithoutCalls(stack), undefined);
    });

  const TWO: CaseStack = {
    Resources: {
      Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 't' } },
      Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'b' } },
    },
  };

  it('removes what it created if the next resource is refused', async () => {
    const { target, sent } = aTarget({
      CreateTopic: [{ TopicArn: 'arn' }],
      CreateBucket: [{ refused: 'BucketAlreadyExists' }],
    });

    await assert.rejects(makeByCalls(target, TWO), {
      message: 'CreateBucket failed: BucketAlreadyExists "no"',
    });
    assert.deepEqual(
      sent.map(([, call]) => call),
      ['CreateTopic', 'CreateBucket', 'DeleteTopic'],
    );
  });

  it('removes what it created if the resource does not become ready', async () => {
    const { target, sent } = aTarget({ DescribeTable: [{ refused: 'InternalFailure' }] });
    const Resources = { Table: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 't' } } };

    await assert.rejects(makeByCalls(target, { Resources }), {
      message: 'DescribeTable failed: InternalFailure "no"',
    });
    assert.deepEqual(sent.at(-1), ['dynamodb', 'DeleteTable', { TableName: 't' }]);
  });

  it('removes the other resources if a call that removes one of them throws', async () => {
    const { target, sent } = aTarget({ CreateTopic: [{ TopicArn: 'arn' }] });
    const send: ControlTarget['send'] = (service, call) =>
      call.call === 'DeleteBucket' ? Promise.reject(new Error('socket hang up')) : target.send(service, call);

    const left = await (await makeByCalls({ ...target, send }, TWO)).remove();

    assert.equal(left, 'a resource was left behind, because DeleteBucket failed: socket hang up');
    assert.deepEqual(sent.at(-1), ['sns', 'DeleteTopic', { TopicArn: 'arn' }]);
  });

  it('stops waiting for a resource when the time is over, however long each call takes', async (context) => {
    const { target, sent } = aTarget({ DescribeTable: [{}] });
    let nowMs = 0;
    context.mock.method(performance, 'now', () => (nowMs += 30_000));
    const Resources = { Table: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 't' } } };

    await assert.rejects(makeByCalls(target, { Resources }), {
      message: 'CreateTable: the resource was not ready after 60 s',
    });
    assert.ok(sent.length < 6);
  });

  it('says what it could not remove, unless the case has removed it', async () => {
    const { target } = aTarget({
      CreateTopic: [{ TopicArn: 'arn' }],
      DeleteTopic: [{ refused: 'NotFoundException' }],
      DeleteBucket: [{ refused: 'BucketNotEmpty' }],
    });

    const left = await (await makeByCalls(target, TWO)).remove();

    assert.equal(left, 'a resource was left behind, because DeleteBucket failed: BucketNotEmpty "no"');
  });

  it('names an output that has no value', async () => {
    const { target } = aTarget({});
    const Outputs = { Arn: { Value: { Ref: 'Topic' } } };

    await assert.rejects(makeByCalls(target, { ...TWO, Outputs }), {
      message: 'the response that created Topic has no TopicArn',
    });
  });
});

describe('typeWithoutCalls', () => {
  it('names the first type that only CloudFormation creates', () => {
    const Resources = { A: { Type: 'AWS::SNS::Topic' }, B: { Type: 'AWS::CloudFront::Distribution' } };

    assert.equal(typeWithoutCalls({ Resources }), 'AWS::CloudFront::Distribution');
  });
});
