import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '@gatewright/aws/json-object';
import { destinationPolicies } from '../../../../../packages/gateway/templates/sam/sam-invoke-config.ts';
import { aStack, refusal } from '../stack-builders.ts';
import { samEvents, samSources } from '../sam-event-builders.ts';

// SAM developer guide, "EventInvokeConfiguration", "OnSuccess", "DeadLetterQueue".

const to = (OnSuccess: JsonObject, OnFailure?: JsonObject): JsonObject => ({
  EventInvokeConfig: { DestinationConfig: { OnSuccess, ...(OnFailure && { OnFailure }) } },
});
const MADE = to({ Type: 'SQS' }, { Type: 'SNS' });
const QUEUE_ARN = { 'Fn::GetAtt': ['FEventInvokeConfigOnSuccessQueue', 'Arn'] };

describe('expandInvokeConfig (docs/aws §18.10)', () => {
  it('is of the function itself, or of the alias that events call', () => {
    const given = { EventInvokeConfig: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 } };
    const qualified = (Qualifier: string): object => ({
      Type: 'AWS::Lambda::EventInvokeConfig',
      Properties: {
        FunctionName: { Ref: 'F' },
        Qualifier,
        MaximumRetryAttempts: 0,
        MaximumEventAgeInSeconds: 60,
      },
    });

    assert.deepEqual(samSources({}, given), { FEventInvokeConfig: qualified('$LATEST') });
    assert.deepEqual(
      samSources({}, { ...given, AutoPublishAlias: 'live' })['FEventInvokeConfig'],
      qualified('live'),
    );
  });

  it('has the given destinations, without the type that only SAM has', () => {
    const { resources } = samEvents(
      {},
      to({ Type: 'Lambda', Destination: 'a' }, { Type: 'SQS', Destination: 'b' }),
    );

    assert.deepEqual(resources, {
      FEventInvokeConfig: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: {
          FunctionName: { Ref: 'F' },
          Qualifier: '$LATEST',
          DestinationConfig: { OnSuccess: { Destination: 'a' }, OnFailure: { Destination: 'b' } },
        },
      },
    });
  });

  it('creates the queue and the topic that the template does not name', () => {
    const made = samSources({}, MADE);

    assert.deepEqual(Object.keys(made).toSorted(), [
      'FEventInvokeConfig',
      'FEventInvokeConfigOnFailureTopic',
      'FEventInvokeConfigOnSuccessQueue',
    ]);
    assert.deepEqual(
      (made['FEventInvokeConfig'] as { Properties: JsonObject }).Properties['DestinationConfig'],
      {
        OnSuccess: { Destination: QUEUE_ARN },
        OnFailure: { Destination: { Ref: 'FEventInvokeConfigOnFailureTopic' } },
      },
    );
  });

  it('gives generated resources a name for references', () => {
    const text = JSON.stringify({
      Transform: 'AWS::Serverless-2016-10-31',
      Resources: {
        F: {
          Type: 'AWS::Serverless::Function',
          Properties: { Runtime: 'nodejs24.x', Handler: 'a.b', ...MADE },
        },
      },
      Outputs: { Out: { Value: { Ref: 'F.DestinationQueue' } } },
    });

    assert.match(
      JSON.stringify(aStack(text).resolveOutputs().get('Out')),
      /^"https:\/\/sqs\.eu-west-1\.amazonaws\.com\/123456789012\/shop-FEventInvokeConfigOnSuccessQueue-/,
    );
  });

  for (const [given, message] of [
    [{ EventInvokeConfig: 'x' }, /EventInvokeConfig must be a mapping/],
    [to({ Destination: 'a' }), /OnSuccess.Type must be one of SQS, SNS, Lambda, EventBridge, S3/],
    [to({ Type: 'Lambda' }), /Destination is required if Type is not \['SQS', 'SNS'\]/],
    [{ DeadLetterQueue: { Type: 'SQS' } }, /DeadLetterQueue must have a TargetArn and the Type SQS or SNS/],
    [{ DeadLetterQueue: { Type: 'Lambda', TargetArn: 'a' } }, /DeadLetterQueue must have a TargetArn/],
  ] as const)
    it(`is refused as ${JSON.stringify(given)}`, () => {
      assert.match(
        refusal(() => samEvents({}, given)),
        message,
      );
    });
});

describe('destinationPolicies', () => {
  it('let the function send to its destinations, and to the destinations of its streams', () => {
    const Events = {
      S: {
        Type: 'DynamoDB',
        Properties: { DestinationConfig: { OnFailure: { Type: 'SNS', Destination: 't' } } },
      },
      Q: { Type: 'SQS', Properties: { Queue: 'q' } },
    };
    const statements = destinationPolicies('F', {
      ...to({ Type: 'SQS' }, { Type: 'EventBridge', Destination: 'bus' }),
      Events,
    });

    assert.deepEqual(
      statements.flatMap((document) => (document as { Statement: unknown[] }).Statement),
      [
        { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: QUEUE_ARN },
        { Effect: 'Allow', Action: 'events:PutEvents', Resource: 'bus' },
        { Effect: 'Allow', Action: 'sns:Publish', Resource: 't' },
      ],
    );
  });
});

// SAM developer guide, "OnSuccess", "OnFailure": the types of destinations.
describe('a destination of each type', () => {
  for (const [Type, Action] of [
    ['SQS', 'sqs:SendMessage'],
    ['SNS', 'sns:Publish'],
    ['Lambda', 'lambda:InvokeFunction'],
    ['EventBridge', 'events:PutEvents'],
  ] as const)
    it(`of type ${Type} allows ${Action} and nothing else`, () => {
      const Statement = [{ Effect: 'Allow', Action, Resource: 'arn' }];

      assert.deepEqual(destinationPolicies('F', to({ Type, Destination: 'arn' })), [
        { Version: '2012-10-17', Statement },
      ]);
    });

  // aws-sam-translator 1.115.0, of the templates of test/properties/sam-templates.
  it('of a bucket allows to write its objects and to list it', () => {
    for (const Type of ['S3', 'S3Bucket'])
      assert.deepEqual(destinationPolicies('F', to({ Type, Destination: 'arn' })), [
        {
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Action: 's3:PutObject', Resource: { 'Fn::Join': ['/', ['arn', '*']] } },
            { Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn' },
          ],
        },
      ]);
  });

  it('of an unknown type allows nothing', () => {
    assert.deepEqual(destinationPolicies('F', to({ Type: 'Kinesis', Destination: 'arn' })), []);
  });
});
