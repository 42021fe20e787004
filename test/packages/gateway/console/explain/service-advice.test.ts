/** Advice about the errors of AWS services, by their codes; the messages are those that the services have here. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  adviseServiceError,
  adviseThrownError,
} from '../../../../../packages/gateway/console/explain/service-advice.ts';
import { readSdkError } from '../../../../../packages/gateway/console/explain/function-error-advice.ts';

const TOPIC = 'Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter';
const ROWS: readonly (readonly [code: string, detail: string, advice: RegExp | undefined])[] = [
  ['InvalidParameter', TOPIC, /^Add TopicArn to/],
  ['InvalidParameter', 'Invalid parameter: Empty message', /^Add Message to/],
  ['InvalidParameter', 'The MessageGroupId parameter is required for FIFO topics', /^Add MessageGroupId to/],
  [
    'InvalidParameterValue',
    'either have ContentBasedDeduplication enabled or',
    /^Add MessageDeduplicationId to/,
  ],
  [
    'InvalidParameterValue',
    'Value 9999 for parameter DelaySeconds is invalid.',
    /^Correct the value of DelaySeconds/,
  ],
  // The names of SQS's JSON protocol
  [
    'InvalidParameterValueException',
    'Value 9999 for parameter DelaySeconds is invalid.',
    /^Correct the value of DelaySeconds/,
  ],
  [
    'MissingRequiredParameterException',
    'The request must contain the parameter MessageGroupId.',
    /^Add MessageGroupId to/,
  ],
  ['MissingAction', 'The request is missing an action or a required parameter.', /^Add Action/],
  ['NotFound', 'Topic does not exist', /^Name the ARN of an existing topic/],
  ['AWS.SimpleQueueService.NonExistentQueue', 'does not exist', /^Name an existing queue/],
  ['StateMachineDoesNotExist', 'State Machine Does Not Exist', /^Name the ARN of a state machine/],
  ['ValidationException', 'reserved keyword: name', /^Write #name for name/],
  ['ValidationException', 'not defined; attribute value: :n', /^Define :n in ExpressionAttributeValues/],
  ['ValidationException', "Value null at 'tableName' failed", /^Add TableName to/],
  ['ValidationException', 'something else', undefined],
  ['SerializationException', 'The request body is not a JSON object', /print a JSON object/],
  [
    'SerializationException',
    // https://github.com/localstack/localstack/issues/9412
    'NUMBER_VALUE cannot be converted to String',
    /^Write the value as text, in quotes, in the request template .*\{"N": "3"\}/,
  ],
  ['SerializationException', 'STRING_VALUE cannot be converted to Integer', /a number without quotes/],
  ['SerializationException', 'Data must be base64', /as base64/],
  ['ConditionalCheckFailedException', 'The conditional request failed', /ConditionExpression/],
  ['toString', '', undefined],
];

describe('the advice about an error of an AWS service', () => {
  for (const [code, detail, advice] of ROWS)
    it(`follows its code and message: ${code}, ${detail}`, () => {
      const problem = { code, detail, title: undefined };
      const said = adviseServiceError({ problem, kind: 'service', target: undefined }, 'POST /jobs');
      if (advice === undefined) assert.equal(said, undefined);
      else assert.match(said ?? '', advice);
    });
});

describe('the advice about a key that is not the table’s', () => {
  // https://github.com/boto/boto3/issues/1270
  const advise = (tableKey?: string): string | undefined =>
    adviseServiceError(
      {
        problem: {
          code: 'ValidationException',
          detail: 'The provided key element does not match the schema',
          title: undefined,
        },
        kind: 'service',
        target: undefined,
        tableKey,
      },
      'GET /orders/{id}',
    );

  it('prints the key of the table, and no key if the table is not known', () => {
    assert.match(
      advise('{"orderId": {"S": "…"}}') ?? '',
      /AttributeDefinitions: \{"orderId": \{"S": "…"\}\}\.$/,
    );
    assert.match(advise() ?? '', /AttributeDefinitions\.$/);
  });
});

describe('a parameter that is mapped under a similar name', () => {
  // http://qiita.com/j3tm0t0/items/594f7c0a0c62a5eccc18
  it('is to be renamed where it is mapped', () => {
    const problem = { title: undefined, detail: TOPIC, code: 'InvalidParameter' };
    const advise = (mappedQuery: readonly string[]) =>
      adviseServiceError({ problem, kind: 'service', target: '', mappedQuery }, 'POST /notify');

    assert.equal(
      advise(['Topic', 'Message']),
      'Rename integration.request.querystring.Topic to integration.request.querystring.TopicArn in RequestParameters of the integration of POST /notify: the operation has no parameter Topic.',
    );
    assert.match(
      advise(['Subject']) ?? '',
      /^Add TopicArn to RequestParameters of the integration of POST \/notify/,
    );
  });
});

// ClientError.MSG_TEMPLATE in botocore/exceptions.py defines the form (https://github.com/boto/botocore).
describe('an error of the SDK of Python', () => {
  const rows = [
    [
      'An error occurred (InvalidParameterValue) when calling the SendMessage operation: The queue should',
      { code: 'InvalidParameterValue', detail: 'The queue should' },
    ],
    [
      'An error occurred (AWS.SimpleQueueService.NonExistentQueue) when calling the SendMessage operation (reached max retries: 4): no',
      { code: 'AWS.SimpleQueueService.NonExistentQueue', detail: 'no' },
    ],
    ['no such order', { code: 'ClientError', detail: 'no such order' }],
  ] as const;
  for (const [message, expected] of rows)
    it(`has the code and the message of the service: ${message}`, () =>
      assert.deepEqual(readSdkError('ClientError', message), expected));
});

describe('an error of a service that a function threw', () => {
  const rows = [
    // https://github.com/erlcloud/erlcloud/issues/785
    [
      'InvalidParameterException',
      'Invalid parameter: The MessageGroupId parameter is required for FIFO topics',
      /^Add MessageGroupId to the call at main\.js:4, such as the id of the customer/,
    ],
    ['ValidationException', 'reserved keyword: name', /^Write #name for name in .* the call at main\.js:4/],
    // https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
    [
      'InvalidParameterException',
      'Invalid parameter: Message Structure - No default entry in JSON message body',
      /^Add the member default, a string, to the JSON of Message in the call at main\.js:4/,
    ],
    [
      'InvalidParameterException',
      'Invalid parameter: Message Structure - JSON message body failed to parse',
      /^Make Message in the call at main\.js:4 the text of a JSON object with the member default/,
    ],
    // https://github.com/awslabs/amazon-sqs-java-messaging-lib/issues/97
    [
      'InvalidParameterValue',
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
      /^Add MessageDeduplicationId to the call at main\.js:4: an id of the message/,
    ],
    ['NotFoundException', 'no such order', undefined],
  ] as const;
  for (const [code, detail, advice] of rows)
    it(`is told with the call to change, without templates: ${code}`, () => {
      const told = adviseThrownError(code, detail, ' at main.js:4');
      if (advice === undefined) assert.equal(told, undefined);
      else assert.match(told ?? '', advice);
      assert.doesNotMatch(told ?? '', /template|integration/);
    });
});
