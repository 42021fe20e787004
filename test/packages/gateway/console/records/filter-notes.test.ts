/** What the author of a filter probably meant, for filters that can never match. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noteFilter } from '../../../../../packages/gateway/console/records/filter-notes.ts';
import { aStack } from '../../../../support/a-stack.ts';
import type { JsonObject } from '@gatewright/aws/json-object';

type Step = Parameters<typeof noteFilter>[0];

const filtered = (more: Partial<Step>): Step => ({
  kind: 'filtered',
  from: 'arn:aws:s3:::photos',
  to: 'arn:aws:lambda:us-east-1:123456789012:function:resize',
  by: 'Filter',
  rule: 'own',
  why: '',
  atEpochMs: 0,
  cause: 'cause',
  ...more,
});

const withPattern = (EventPattern: JsonObject): ReturnType<typeof aStack> =>
  aStack({ Own: { type: 'AWS::Events::Rule', id: 'own', properties: { EventPattern } } });

const withPrefix = (Value: string): ReturnType<typeof aStack> =>
  aStack({
    Photos: {
      type: 'AWS::S3::Bucket',
      id: 'photos',
      properties: {
        NotificationConfiguration: {
          LambdaConfigurations: [
            {
              Event: 's3:ObjectCreated:*',
              Function: 'arn:aws:lambda:us-east-1:123456789012:function:resize',
              Filter: { S3Key: { Rules: [{ Name: 'prefix', Value }] } },
            },
          ],
        },
      },
    },
  });

describe('a note about a filter', () => {
  it('names the member that the event has (https://github.com/aws/serverless-application-model/issues/2406)', () => {
    const stacks = [withPattern({ source: ['shop'], details: { total: [5] } })];
    const [note] = noteFilter(filtered({ by: 'EventPattern' }), stacks);

    assert.match(note?.because ?? '', /An event has no member details/);
    assert.match(note?.change ?? '', /^Write "detail" instead of "details" in EventPattern/);
  });

  it('says that keys begin without a slash (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html)', () => {
    const [note] = noteFilter(filtered({}), [withPrefix('/uploads/')]);

    assert.match(note?.because ?? '', /The keys of objects usually do not begin with a slash/);
    assert.match(note?.change ?? '', /^Write uploads\/ instead of \/uploads\/ as the prefix/);
  });

  for (const [scope, change] of [
    ['MessageAttributes', /^Publish total with the DataType Number: .*"DataType": "Number"/],
    ['MessageBody', /^Send total in the message without quotes: \{"total": 150\}/],
  ] as const)
    it(`says that a string is not a number: ${scope} (https://docs.aws.amazon.com/sns/latest/dg/numeric-value-matching.html)`, () => {
      const FilterPolicy = { total: [{ numeric: ['>=', 100] }] };
      const stacks = [
        aStack({
          Own: {
            type: 'AWS::SNS::Subscription',
            id: 'own',
            properties: { FilterPolicy, FilterPolicyScope: scope },
          },
        }),
      ];
      const why = 'total is "150", expected {"numeric":[">=",100]}';
      const [note] = noteFilter(filtered({ by: 'FilterPolicy', why }), stacks);

      assert.match(note?.because ?? '', /total was sent as the string "150".*matches only numbers/);
      assert.match(note?.change ?? '', change);
    });

  // "DynamoDB event filtering doesn't support the use of numeric operators"
  it('says that numeric matches no number of a record of a stream (https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html)', () => {
    const Pattern = JSON.stringify({
      dynamodb: { NewImage: { salary: { N: [{ numeric: ['>', 50_000] }] } } },
    });
    const stacks = [
      aStack({
        Own: {
          type: 'AWS::Lambda::EventSourceMapping',
          id: 'own',
          properties: { FilterCriteria: { Filters: [{ Pattern }] } },
        },
      }),
    ];
    const from = 'arn:aws:dynamodb:us-east-1:123456789012:table/pay/stream/2026';
    const [note] = noteFilter(filtered({ by: 'FilterCriteria', from }), stacks);

    assert.match(note?.because ?? '', /the number salary is a string: .* so it matches no record/);
    assert.match(note?.change ?? '', /^Remove .*salary.* and compare the number in the function/);
  });

  // "Plain string | Valid JSON | Lambda drops the message."
  it('says that the body of a message is text (https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html)', () => {
    const from = 'arn:aws:sqs:us-east-1:123456789012:orders';
    const stack = (MessageBody?: string) =>
      aStack({
        Mapping: {
          type: 'AWS::Lambda::EventSourceMapping',
          id: 'own',
          properties: { FilterCriteria: { Filters: [{ Pattern: '{"body": {"type": ["order"]}}' }] } },
        },
        ...(MessageBody !== undefined && {
          Sender: {
            type: 'AWS::ApiGatewayV2::Integration',
            properties: {
              RequestParameters: {
                QueueUrl: 'https://sqs.us-east-1.amazonaws.com/123456789012/orders',
                MessageBody,
              },
            },
          },
        }),
      });
    const step = filtered({ by: 'FilterCriteria', from, isTextBody: true });

    const [note] = noteFilter(step, [stack('$request.body.message')]);

    assert.match(
      note?.because ?? '',
      /The body of the message is text and not JSON.*Lambda deletes a message/,
    );
    assert.match(
      note?.change ?? '',
      /^Write MessageBody: \$request\.body in place of \$request\.body\.message \(.+\), so that/,
    );
    assert.match(
      noteFilter(step, [stack()])[0]?.change ?? '',
      /^Send the body of the message as JSON with type\.$/,
    );
    assert.deepEqual(noteFilter(filtered({ by: 'FilterCriteria', from }), [stack()]), []);
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    const encoded = filtered({ by: 'FilterCriteria', from, isTextBody: true, isBase64Body: true });
    const [decode] = noteFilter(encoded, [stack()]);
    assert.match(decode?.because ?? '', /^The body of the message is the base64 of a JSON text/);
    assert.match(
      decode?.change ?? '',
      /^Decode the body .*call the API with Content-Type: application\/json\.$/,
    );
    // No code runs between an API and the queue to which it sends the body itself.
    assert.match(
      noteFilter(encoded, [stack('$request.body')])[0]?.change ?? '',
      /^Call the API with Content-Type: application\/json: /,
    );
  });

  it('is not made of a prefix that keys can have', () => {
    assert.deepEqual(noteFilter(filtered({}), [withPrefix('uploads/')]), []);
  });
});
