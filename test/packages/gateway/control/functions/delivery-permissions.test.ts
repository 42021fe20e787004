/** What a topic, rule or bucket may deliver to a function, by the permissions of the function (docs/aws §18.13). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findRefusedDelivery } from '../../../../../packages/gateway/control/functions/delivery-permissions.ts';
import { aGateway } from '../../../../support/a-gateway.ts';
import type { JsonObject } from '@gatewright/aws/json-object';

const FUNCTION = 'arn:aws:lambda:eu-west-1:123456789012:function:work';
const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:news';
const RULE = 'arn:aws:events:eu-west-1:123456789012:rule/orders';
const BUCKET = 'arn:aws:s3:::pictures';

const holding = (permission: JsonObject | undefined, isOwn = true) => ({
  isOwn: () => isOwn,
  statementsOf: () =>
    permission === undefined
      ? []
      : [{ id: 'P', logicalId: 'P', properties: permission, place: () => ({ file: 'template.yaml' }) }],
});
const allow = (Principal: string, more: JsonObject = {}): JsonObject => ({
  Action: 'lambda:InvokeFunction',
  Principal,
  ...more,
});

const ROWS: readonly (readonly [
  name: string,
  permission: JsonObject | undefined,
  sender: string,
  isLet: boolean,
])[] = [
  ['nothing', undefined, TOPIC, false],
  ['the topic', allow('sns.amazonaws.com', { SourceArn: TOPIC }), TOPIC, true],
  ['another topic', allow('sns.amazonaws.com', { SourceArn: `${TOPIC}-2` }), TOPIC, false],
  ['the service without a source', allow('sns.amazonaws.com'), TOPIC, true],
  ['another service', allow('events.amazonaws.com'), TOPIC, false],
  ['another action', { ...allow('sns.amazonaws.com'), Action: 'lambda:GetFunction' }, TOPIC, false],
  ['the rule', allow('events.amazonaws.com', { SourceArn: RULE }), RULE, true],
  ['the account', allow('s3.amazonaws.com', { SourceAccount: '123456789012' }), BUCKET, true],
  ['another account', allow('s3.amazonaws.com', { SourceAccount: '210987654321' }), BUCKET, false],
  ['another account, as a number', allow('s3.amazonaws.com', { SourceAccount: 210987654321 }), BUCKET, false],
  ['calls with an event source token', allow('sns.amazonaws.com', { EventSourceToken: 't' }), TOPIC, false],
];

describe('a delivery to a function', () => {
  for (const [name, permission, sender, isLet] of ROWS)
    it(`${isLet ? 'passes' : 'is refused'} where the function permits ${name}`, () => {
      const refusal = findRefusedDelivery(holding(permission), FUNCTION, sender);

      assert.equal(refusal === undefined, isLet, refusal);
    });

  it('is not checked if the target is not a function of the stacks, or if the sender has a role', () => {
    const none = holding(undefined);

    assert.equal(findRefusedDelivery(holding(undefined, false), FUNCTION, TOPIC), undefined);
    assert.equal(findRefusedDelivery(none, 'arn:aws:sqs:eu-west-1:123456789012:mail', TOPIC), undefined);
    assert.equal(
      findRefusedDelivery(none, FUNCTION, 'arn:aws:scheduler:eu-west-1:123456789012:schedule/default/a'),
      undefined,
    );
  });
});

describe('a topic that may not invoke its subscriber', () => {
  const serve = (more: object) =>
    aGateway(
      {
        News: { Type: 'AWS::SNS::Topic', Properties: {} },
        Work: {
          Type: 'AWS::Lambda::Function',
          Properties: {
            Runtime: 'nodejs22.x',
            Handler: 'index.work',
            Code: '.',
            Role: 'arn:aws:iam::123456789012:role/work',
          },
        },
        Subscription: {
          Type: 'AWS::SNS::Subscription',
          Properties: {
            TopicArn: { Ref: 'News' },
            Protocol: 'lambda',
            Endpoint: { 'Fn::GetAtt': ['Work', 'Arn'] },
          },
        },
        Api: {
          Type: 'AWS::ApiGatewayV2::Api',
          Properties: { Name: 'a', ProtocolType: 'HTTP', Target: { 'Fn::GetAtt': ['Publish', 'Arn'] } },
        },
        Publish: {
          Type: 'AWS::Lambda::Function',
          Properties: {
            Runtime: 'nodejs22.x',
            Handler: 'index.publish',
            Code: '.',
            Role: 'arn:aws:iam::123456789012:role/publish',
            Environment: { Variables: { TOPIC: { Ref: 'News' } } },
          },
        },
        MayPublish: {
          Type: 'AWS::Lambda::Permission',
          Properties: {
            FunctionName: { Ref: 'Publish' },
            Action: 'lambda:InvokeFunction',
            Principal: 'apigateway.amazonaws.com',
          },
        },
        ...more,
      },
      { roles: true },
      {
        'index.js': `
const { SNSClient, PublishCommand } = require('@aws-sdk/client-sns');
exports.publish = async () => {
  await new SNSClient().send(new PublishCommand({ TopicArn: process.env.TOPIC, Message: 'hello' }));
  return { statusCode: 200 };
};
exports.work = async () => console.log('delivered');`,
      },
    );
  /** Waits until a line of the log matches, for at most five seconds. */
  const heard = async (lines: readonly string[], wanted: RegExp): Promise<string> => {
    for (let tries = 0; tries < 100; tries += 1) {
      const found = lines.find((line) => wanted.test(line));
      if (found !== undefined) return found;
      await new Promise((done) => setTimeout(done, 50));
    }
    return lines.join('\n');
  };

  it('is told with the permission to add, and delivers once the function has it', async () => {
    const refused = await serve({});
    try {
      assert.equal((await fetch(refused.urlOf('http'))).status, 200);
      const line = await heard(refused.lines, /no AWS::Lambda::Permission lets/);
      assert.match(
        line,
        /Principal sns\.amazonaws\.com and SourceArn arn:aws:sns:eu-west-1:123456789012:\S+ /,
      );
      assert.ok(!refused.lines.includes('delivered'));
    } finally {
      await refused.close();
    }
    const passed = await serve({
      MayWork: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          FunctionName: { Ref: 'Work' },
          Action: 'lambda:InvokeFunction',
          Principal: 'sns.amazonaws.com',
          SourceArn: { Ref: 'News' },
        },
      },
    });
    try {
      assert.equal((await fetch(passed.urlOf('http'))).status, 200);
      assert.equal(await heard(passed.lines, /^delivered$/), 'delivered');
    } finally {
      await passed.close();
    }
  });
});
