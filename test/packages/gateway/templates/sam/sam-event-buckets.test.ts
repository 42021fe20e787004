import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '@gatewright/aws/json-object';
import { refusal } from '../stack-builders.ts';
import { samEvents } from '../sam-event-builders.ts';

// SAM developer guide, "S3" of functions.

const Function = { 'Fn::GetAtt': ['F', 'Arn'] };
const event = (Properties: JsonObject): JsonObject => ({ E: { Type: 'S3', Properties } });
const BUCKET = { Bucket: { Ref: 'Files' }, Events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'] };
const Filter = { S3Key: { Rules: [{ Name: 'prefix', Value: 'in/' }] } };
const Files = (NotificationConfiguration?: JsonObject): JsonObject => ({
  Files: {
    Type: 'AWS::S3::Bucket',
    Properties: { BucketName: 'files', ...(NotificationConfiguration && { NotificationConfiguration }) },
  },
});
const notificationsOf = (own: JsonObject, rest: JsonObject): unknown => {
  const { Files: bucket } = samEvents(event({ ...BUCKET, Filter }), {}, rest, own).resources;
  return (bucket as { Properties: JsonObject }).Properties['NotificationConfiguration'];
};
const ADDED = [
  { Event: 's3:ObjectCreated:*', Function, Filter },
  { Event: 's3:ObjectRemoved:*', Function, Filter },
];

describe('S3 events in SAM', () => {
  it('are notified by the bucket, which may invoke the function, in any place of the template', () => {
    assert.deepEqual(notificationsOf({}, Files()), { LambdaConfigurations: ADDED });
    assert.deepEqual(samEvents(event(BUCKET), {}, Files()).resources['FEPermission'], {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: { Ref: 'F' },
        Principal: 's3.amazonaws.com',
        SourceAccount: { Ref: 'AWS::AccountId' },
      },
    });
  });

  it('are added to the other notifications of the bucket', () => {
    const other = { Event: 's3:ObjectCreated:Put', Function: 'other' };
    const config = { LambdaConfigurations: [other], TopicConfigurations: [] };

    assert.deepEqual(notificationsOf({}, Files(config)), {
      LambdaConfigurations: [other, ...ADDED],
      TopicConfigurations: [],
    });
  });

  it('exist only under the condition of the function', () => {
    assert.deepEqual(notificationsOf({ Condition: 'No' }, Files()), {
      LambdaConfigurations: ADDED.map((one) => ({ 'Fn::If': ['No', one, { Ref: 'AWS::NoValue' }] })),
    });
  });

  for (const { what, properties, rest, message } of [
    {
      what: 'a name',
      properties: { ...BUCKET, Bucket: 'files' },
      rest: Files(),
      message: /must be a Ref to a bucket/,
    },
    { what: 'a bucket of elsewhere', properties: BUCKET, rest: {}, message: /must be a Ref to a bucket/ },
    {
      what: 'a queue',
      properties: BUCKET,
      rest: { Files: { Type: 'AWS::SQS::Queue' } },
      message: /Files is not an AWS::S3::Bucket/,
    },
    {
      what: 'no events',
      properties: { Bucket: { Ref: 'Files' } },
      rest: Files(),
      message: /Events is required/,
    },
    {
      what: 'a list that is computed',
      properties: BUCKET,
      rest: Files({ LambdaConfigurations: { 'Fn::If': ['No', [], []] } }),
      message: /LambdaConfigurations must be a list/,
    },
  ])
    it(`are refused with ${what}`, () => {
      assert.match(
        refusal(() => samEvents(event(properties), {}, rest)),
        message,
      );
    });
});
