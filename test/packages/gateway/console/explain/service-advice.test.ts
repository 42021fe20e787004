/** Advice about the errors of AWS services, by their codes; the messages are those that the services have here. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  adviseServiceError,
  adviseThrownError,
} from '../../../../../packages/gateway/console/explain/service-advice.ts';
import { readSdkError } from '../../../../../packages/gateway/console/explain/function-error-advice.ts';

/** Messages of calls that code made, as AWS writes them, with the page or issue that has them. */
const THROWN: readonly (readonly [source: string, code: string, detail: string, advice: RegExp])[] = [
  [
    'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html',
    'ValidationException',
    'One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: Name, IndexKey: name',
    /^Leave name out of the item in the call at main\.js:4 if it is empty, because it is a key of the index Name/,
  ],
  [
    'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html',
    'ValidationException',
    'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: id',
    /^Give id a value that is not empty in the call at main\.js:4/,
  ],
  [
    'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html',
    'ValidationException',
    'One or more parameter values were invalid: Type mismatch for Index Key owner Expected: S Actual: NULL IndexName: byOwner',
    /^Write owner as S .* not as NULL: it is a key of the index byOwner.*Leave owner out/,
  ],
  [
    'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html',
    'ValidationException',
    'One or more parameter values were invalid: Type mismatch for key id expected: S actual: N',
    /^Write id as S in the call at main\.js:4, not as N/,
  ],
  [
    'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html',
    'ValidationException',
    'Provided list of item keys contains duplicates',
    /^Keep only one entry for each key before the call at main\.js:4.*overwrite_by_pkeys/,
  ],
  [
    'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html',
    'TransactionCanceledException',
    'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]',
    /^Of 2 items of TransactItems in the call at main\.js:4, item 2 \(ConditionalCheckFailed\) failed/,
  ],
  [
    'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html',
    'ValidationException',
    'Transaction request cannot include multiple operations on one item',
    /^Join the operations on the same item/,
  ],
  [
    'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html',
    'ValidationException',
    'Query condition missed key schema element: id',
    /^Compare id with = in KeyConditionExpression/,
  ],
  [
    'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html',
    'ValidationException',
    'Query key condition not supported',
    /^Compare the partition key with = only/,
  ],
  [
    'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.FilterExpression.html',
    'ValidationException',
    'Filter Expression can only contain non-primary key attributes: Primary key attribute: id',
    /^Move the condition about id from FilterExpression/,
  ],
  [
    'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html',
    'ValidationException',
    'The table does not have the specified index: byOwner',
    /^Name an index of the table in IndexName of the call at main\.js:4, or add byOwner/,
  ],
  [
    'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html',
    'ValidationException',
    'Consistent reads are not supported on global secondary indexes',
    /^Remove ConsistentRead from the call/,
  ],
  [
    'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html',
    'ValidationException',
    'One or more parameter values were invalid: Cannot update attribute id. This attribute is part of the key',
    /^Remove id from the update/,
  ],
  [
    'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ExpressionAttributeValues.html',
    'ValidationException',
    'Value provided in ExpressionAttributeValues unused in expressions: keys: {:a, :b}',
    /^Remove :a, :b from ExpressionAttributeValues/,
  ],
  [
    'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html',
    'ValidationException',
    'The document path provided in the update expression is invalid for update',
    /^Create the map or list around the attribute/,
  ],
  [
    'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html',
    'ValidationException',
    'Item size has exceeded the maximum allowed size',
    /^Store less than 400 KB/,
  ],
  [
    'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatchRequestEntry.html',
    'InvalidBatchEntryId',
    'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    /^Give each entry of the call at main\.js:4 an Id of letters, digits, - and _/,
  ],
  [
    'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html',
    'BatchEntryIdsNotDistinct',
    'Id a repeated.',
    /a different Id, such as its position/,
  ],
  [
    'https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html',
    'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
    'Maximum number of entries per request are 10. You have sent 11.',
    /at most 10/,
  ],
  [
    'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html',
    'EmptyBatchRequest',
    'There should be at least one SendMessageBatchRequestEntry in the request.',
    /^Skip the call at main\.js:4 if there are no entries/,
  ],
  [
    'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html',
    'BatchRequestTooLong',
    'Batch requests cannot be longer than 1048576 bytes.',
    /^Divide the entries/,
  ],
  [
    'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html',
    'ReceiptHandleIsInvalid',
    'The input receipt handle is invalid.',
    /not the MessageId/,
  ],
  [
    'https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html',
    'ResourceNotFoundException',
    'Function not found: arn:aws:lambda:us-east-1:123456789012:function:gone',
    /^Name a function that exists .*no function has the ARN .*function:gone/,
  ],
  [
    'https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html',
    'InvalidRequestContentException',
    'Could not parse request body into json',
    /^Set Payload of the call at main\.js:4 to a string that contains a JSON value/,
  ],
];

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
  ['SerializationException', 'Data must be base64', /base64Encode/],
  ['ConditionalCheckFailedException', 'The conditional request failed', /ConditionExpression/],
  ['toString', '', undefined],
];

describe('the advice about an error that the SDK of a function threw', () => {
  for (const [source, code, detail, advice] of THROWN)
    it(`says what to change: ${code}, ${detail} (${source})`, () => {
      assert.match(adviseThrownError(code, detail, ' at main.js:4') ?? '', advice);
    });
});

describe('the advice about an error of an AWS service', () => {
  for (const [code, detail, advice] of ROWS)
    it(`follows its code and message: ${code}, ${detail}`, () => {
      const problem = { code, detail, title: undefined };
      const said = adviseServiceError({ problem, kind: 'service', target: undefined }, 'POST /jobs');
      if (advice === undefined) assert.equal(said, undefined);
      else assert.match(said ?? '', advice);
    });
});

describe('the advice about a value that is not base64', () => {
  it('names no template in an HTTP API, which only passes values on', () => {
    const problem = { code: 'SerializationException', detail: 'Data must be base64', title: undefined };
    assert.equal(
      adviseServiceError({ problem, kind: 'http-api-service', target: undefined }, 'POST /jobs'),
      'Have the client send the value as base64: RequestParameters of the integration of POST /jobs pass it on as it is, and cannot encode it.',
    );
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
      /^Make Message in the call at main\.js:4 a string that contains a JSON object with the member default/,
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
