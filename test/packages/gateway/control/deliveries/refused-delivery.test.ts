/** What a topic, rule or bucket may deliver, according to the policy of the target (docs/aws §18.13). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TargetPolicies } from '../../../../../packages/gateway/control/deliveries/target-policies.ts';
import { findRefusedDelivery } from '../../../../../packages/gateway/control/deliveries/refused-delivery.ts';
import { aPlan } from '../../../../support/a-terraform-plan.ts';
import type { PlannedModule } from '../../../../support/a-terraform-plan.ts';
import { loadPlan } from '../../templates/terraform/load-plan.ts';
import { aGateway } from '../../../../support/a-gateway.ts';
import { aStack } from '../../../../support/a-stack.ts';
import type { TestResource } from '../../../../support/a-stack.ts';
import type { JsonObject } from '@gatewright/aws/json-object';

const FUNCTION = 'arn:aws:lambda:eu-west-1:123456789012:function:work';
const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:news';
const RULE = 'arn:aws:events:eu-west-1:123456789012:rule/orders';
const BUCKET = 'arn:aws:s3:::pictures';

const holding = (permission: JsonObject | undefined, isOwn = true) => ({
  targetPolicies: new TargetPolicies(),
  functionPolicies: {
    isOwn: () => isOwn,
    statementsOf: () =>
      permission === undefined
        ? []
        : [{ id: 'P', logicalId: 'P', properties: permission, place: () => ({ file: 'template.yaml' }) }],
  },
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
    it(`${isLet ? 'passes' : 'is refused'} if the function permits ${name}`, () => {
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

const MAIL = 'arn:aws:sqs:us-east-1:123456789012:mail';
const QUEUE_URL = 'https://sqs.us-east-1.amazonaws.com/123456789012/mail';
const NEWS = 'arn:aws:sns:us-east-1:123456789012:news';
const EVENT_RULE = 'arn:aws:events:us-east-1:123456789012:rule/orders';

/** The rules of a stack with the queue `mail` and the topic `news`, and the policies with these statements. */
function rulesOf(statements: { readonly queue?: JsonObject; readonly topic?: JsonObject }) {
  const resources: Record<string, TestResource> = {
    Mail: { type: 'AWS::SQS::Queue', id: QUEUE_URL, properties: {} },
    News: { type: 'AWS::SNS::Topic', id: NEWS, properties: {} },
  };
  const document = (statement: JsonObject): JsonObject => ({
    Version: '2012-10-17',
    Statement: [statement],
  });
  if (statements.queue !== undefined)
    resources['MailPolicy'] = {
      type: 'AWS::SQS::QueuePolicy',
      properties: { Queues: [QUEUE_URL], PolicyDocument: document(statements.queue) },
    };
  if (statements.topic !== undefined)
    resources['NewsPolicy'] = {
      type: 'AWS::SNS::TopicPolicy',
      properties: { Topics: [NEWS], PolicyDocument: document(statements.topic) },
    };
  const targetPolicies = new TargetPolicies();
  targetPolicies.define([aStack(resources)]);
  return { ...holding(undefined), targetPolicies };
}

const fromService = (Service: string, more: JsonObject = {}): JsonObject => ({
  Effect: 'Allow',
  Principal: { Service },
  Action: 'sqs:SendMessage',
  Resource: MAIL,
  ...more,
});
const onlyFrom = (arn: string) => ({ Condition: { ArnEquals: { 'aws:SourceArn': arn } } });

/** Statements of the queue's policy, and what the refusal of the rule says. */
const QUEUE_ROWS: readonly {
  name: string;
  /** The AWS page, or the public thread, that shows the statement. */
  source: string;
  queue?: JsonObject;
  sender?: string;
  refusal?: RegExp;
}[] = [
  {
    name: 'refuses a rule if the queue has no policy',
    source: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html',
    refusal:
      /Mail to deliver this event: Mail has no policy\. Add an AWS::SQS::QueuePolicy .*"aws:SourceArn":"arn:aws:events/,
  },
  {
    name: 'lets the rule send that the statement names',
    source: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html',
    queue: fromService('events.amazonaws.com', onlyFrom(EVENT_RULE)),
  },
  {
    name: 'lets any rule send without a condition',
    source: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html',
    queue: fromService('events.amazonaws.com'),
  },
  {
    name: 'refuses another rule than the one of the condition',
    source: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html',
    queue: fromService('events.amazonaws.com', onlyFrom(`${EVENT_RULE}-2`)),
    refusal:
      /allows the call only if aws:SourceArn is \S+rule\/orders-2 \(ArnEquals in statement 1\), but the value is \S+orders\./,
  },
  {
    name: 'refuses a rule if the statement is for topics',
    source: 'https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html',
    queue: fromService('sns.amazonaws.com'),
    refusal: /allows the call for another principal \(statement 1\)/,
  },
  {
    name: 'lets a topic send by its service',
    source: 'https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html',
    queue: fromService('sns.amazonaws.com', onlyFrom(NEWS)),
    sender: NEWS,
  },
  {
    name: 'lets a bucket send by everybody with a condition on its account, with the action in capitals',
    source: 'https://gist.github.com/marcelog/7b0224b63c90802996ab2dee7d7082e4',
    queue: {
      ...fromService('', { Principal: { AWS: '*' }, Action: 'SQS:SendMessage' }),
      Condition: { StringEquals: { 'aws:SourceAccount': '123456789012' } },
    },
    sender: BUCKET,
  },
  {
    name: 'refuses a rule if the statement is for the account, to which a service does not belong',
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html',
    queue: fromService('', { Principal: { AWS: '123456789012' } }),
    refusal: /another principal/,
  },
  {
    name: 'refuses a rule if the statement allows another action',
    source: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html',
    queue: fromService('events.amazonaws.com', { Action: 'sqs:ReceiveMessage' }),
    refusal: /allows only sqs:ReceiveMessage \(statement 1\)/,
  },
  {
    name: 'refuses a rule if the statement is for another queue',
    source: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html',
    queue: fromService('events.amazonaws.com', { Resource: `${MAIL}-2` }),
    refusal: /allows it only on \S+:mail-2 \(statement 1\)/,
  },
  {
    name: 'refuses a rule if a statement denies it, without advice to add an Allow',
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html',
    queue: { ...fromService('events.amazonaws.com'), Effect: 'Deny', Principal: '*' },
    refusal: /statement 1 of its policy .* denies the call\. Add to that statement a condition/,
  },
  {
    name: 'refuses a rule if the policy cannot be read',
    source: 'choice',
    queue: fromService('events.amazonaws.com', { Effect: 'Permit' }),
    refusal: /is invalid and allows nothing: Effect is neither/,
  },
];

describe('a delivery to a queue', () => {
  for (const { name, source, queue, sender = EVENT_RULE, refusal } of QUEUE_ROWS)
    it(name, () => {
      const found = findRefusedDelivery(rulesOf({ ...(queue && { queue }) }), MAIL, sender);

      if (refusal === undefined) assert.equal(found, undefined, source);
      else assert.match(found ?? 'not refused', refusal, source);
    });

  it('is not checked for a queue of no stack, nor for a sender with a role', () => {
    assert.equal(findRefusedDelivery(rulesOf({}), `${MAIL}-2`, EVENT_RULE), undefined);
    const schedule = 'arn:aws:scheduler:us-east-1:123456789012:schedule/default/a';
    assert.equal(findRefusedDelivery(rulesOf({}), MAIL, schedule), undefined);
  });
});

describe('a delivery to a topic', () => {
  it('needs a policy that allows sns:Publish, because the default policy is for the owner only', () => {
    const topic = fromService('events.amazonaws.com', { Action: 'sns:Publish', Resource: NEWS });

    assert.match(
      findRefusedDelivery(rulesOf({}), NEWS, EVENT_RULE) ?? '',
      /AWS::SNS::TopicPolicy .*sns:Publish/,
    );
    assert.equal(findRefusedDelivery(rulesOf({ topic }), NEWS, EVENT_RULE), undefined);
  });
});

// https://github.com/hashicorp/terraform/issues/27347
describe('a delivery to a queue or topic of a Terraform plan', () => {
  const REGIONAL = {
    queue: MAIL.replace('us-east-1', 'eu-west-1'),
    topic: NEWS.replace('us-east-1', 'eu-west-1'),
  };
  const RULES = EVENT_RULE.replace('us-east-1', 'eu-west-1');
  const toQueue = fromService('events.amazonaws.com', { Resource: REGIONAL.queue });
  const toTopic = fromService('events.amazonaws.com', { Action: 'sns:Publish', Resource: REGIONAL.topic });
  const documentAsText = (Statement: JsonObject): string =>
    JSON.stringify({ Version: '2012-10-17', Statement: [Statement] });
  const refs = { references: ['aws_sqs_queue.mail.id', 'aws_sqs_queue.mail'] };
  for (const { name, arn, resources, refusal } of [
    {
      name: 'is refused without a policy',
      arn: REGIONAL.queue,
      resources: [{ type: 'aws_sqs_queue', name: 'mail', values: { name: 'mail' } }],
      refusal: /aws_sqs_queue\.mail has no policy\. Add an aws_sqs_queue_policy for aws_/,
    },
    {
      // A state has an empty text for no policy.
      name: 'is refused with an empty policy',
      arn: REGIONAL.queue,
      resources: [{ type: 'aws_sqs_queue', name: 'mail', values: { name: 'mail', policy: '' } }],
      refusal: /aws_sqs_queue\.mail has no policy\. Add an aws_sqs_queue_policy for aws_/,
    },
    {
      name: 'passes by the policy in the queue itself',
      arn: REGIONAL.queue,
      resources: [
        { type: 'aws_sqs_queue', name: 'mail', values: { name: 'mail', policy: documentAsText(toQueue) } },
      ],
    },
    {
      name: 'is refused by a policy in the queue itself that is for other requests',
      arn: REGIONAL.queue,
      resources: [
        {
          type: 'aws_sqs_queue',
          name: 'mail',
          values: {
            name: 'mail',
            policy: documentAsText({ ...toQueue, Principal: { Service: 'sns.amazonaws.com' } }),
          },
        },
      ],
      refusal: /allows the call for another principal/,
    },
    {
      name: 'passes by a policy of its own',
      arn: REGIONAL.queue,
      resources: [
        { type: 'aws_sqs_queue', name: 'mail', values: { name: 'mail' } },
        {
          type: 'aws_sqs_queue_policy',
          name: 'mail',
          values: { policy: documentAsText(toQueue) },
          expressions: { queue_url: refs },
        },
      ],
    },
    {
      name: 'passes by the policy in the topic itself',
      arn: REGIONAL.topic,
      resources: [
        { type: 'aws_sns_topic', name: 'news', values: { name: 'news', policy: documentAsText(toTopic) } },
      ],
    },
    {
      name: 'is refused by a topic without a policy',
      arn: REGIONAL.topic,
      resources: [{ type: 'aws_sns_topic', name: 'news', values: { name: 'news' } }],
      refusal: /aws_sns_topic\.news has no policy\. Add an aws_sns_topic_policy for aws_/,
    },
    {
      name: 'is not refused while its policy is not known',
      arn: REGIONAL.queue,
      resources: [
        {
          type: 'aws_sqs_queue',
          name: 'mail',
          values: { name: 'mail' },
          expressions: { policy: { references: ['var.nothing'] } },
        },
      ],
    },
  ] as readonly {
    name: string;
    arn: string;
    resources: PlannedModule['resources'];
    refusal?: RegExp;
  }[])
    it(name, async () => {
      const { stack } = await loadPlan(aPlan({ resources }));
      const targetPolicies = new TargetPolicies();
      targetPolicies.define([stack]);
      const found = findRefusedDelivery({ ...holding(undefined), targetPolicies }, arn, RULES);

      if (refusal === undefined) assert.equal(found, undefined);
      else assert.match(found ?? 'not refused', refusal);
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

  it('is reported with the permission to add, and delivers once the function has it', async () => {
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
