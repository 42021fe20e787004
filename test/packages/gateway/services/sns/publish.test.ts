/** What SNS says to calls in JSON. Source: its API reference, Publish and PublishBatch */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as sns from '../../../../../packages/gateway/services/sns/service.ts';
import { ACCOUNT, anEventEngine, REGION } from '../../../../support/an-event-engine.ts';

const TopicArn = `arn:aws:sns:${REGION}:${ACCOUNT}:news`;
const RESOURCES = `
  News: { Type: AWS::SNS::Topic, Properties: { TopicName: news } }
  Ordered: { Type: AWS::SNS::Topic, Properties: { TopicName: news.fifo, FifoTopic: true } }`;
const call = (action: string, input: object) =>
  anEventEngine({ sns }, { resources: RESOURCES }).call('sns', action, { TopicArn, ...input });

describe('a message to a topic', () => {
  for (const [name, input] of [
    ['missing', {}],
    ['empty', { Message: '' }],
  ] as const)
    it(`is refused if its text is ${name}`, async () => {
      assert.match(JSON.stringify(await call('Publish', input)), /Invalid parameter: Empty message/);
    });
});

describe('several messages in one call', () => {
  it('are published each under its id', async () => {
    const entries = ['a', 'b'].map((Id) => ({ Id, Message: `to ${Id}` }));
    const { Successful: done, Failed: failed } = await call('PublishBatch', {
      PublishBatchRequestEntries: entries,
    });

    assert.partialDeepStrictEqual(done, { member: [{ Id: 'a' }, { Id: 'b' }] });
    assert.deepEqual(failed, { member: [] });
  });

  it('are refused if there are none', async () => {
    const answer = await call('PublishBatch', { PublishBatchRequestEntries: [] });

    assert.match(JSON.stringify(answer), /does not contain any entries/);
  });
});

const FIFO = `${TopicArn}.fifo`;
const NO_DEDUPLICATION =
  'The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly';

/**
 * The sources are tests of LocalStack in tests/aws/services/sns/test_sns.py, whose snapshots were recorded 2023 to
 * 2025.
 */
const REFUSED: readonly (readonly [test: string, input: object, message: string])[] = [
  [
    'test_publish_wrong_arn_format',
    { TopicArn: 'randomstring', Message: 'm' },
    'TopicArn Reason: An ARN must have at least 6 elements, not 1',
  ],
  [
    'test_publish_wrong_arn_format',
    { TopicArn: 'randomstring:1', Message: 'm' },
    'TopicArn Reason: An ARN must have at least 6 elements, not 2',
  ],
  [
    'test_publish_wrong_arn_format',
    { TopicArn: '', Message: 'm' },
    'TopicArn Reason: An ARN must have at least 6 elements, not 1',
  ],
  [
    'test_topic_publish_another_region',
    { TopicArn: TopicArn.replace(REGION, 'ap-south-2'), Message: 'm' },
    'TopicArn',
  ],
  [
    'test_publish_non_existent_target',
    { TopicArn: undefined, TargetArn: TopicArn.replace(':news', ':endpoint/APNS/abc/def'), Message: 'm' },
    'TargetArn Reason: No endpoint found for the target arn specified',
  ],
  [
    'test_publish_wrong_phone_format',
    { TopicArn: undefined, PhoneNumber: '+1a234', Message: 'm' },
    'PhoneNumber Reason: +1a234 is not valid to publish to',
  ],
  ['test_publish_with_empty_subject', { Message: 'm', Subject: '' }, 'Subject'],
  [
    'test_message_structure_json_exc',
    { Message: '{"sqs":"x"}', MessageStructure: 'json' },
    'Message Structure - No default entry in JSON message body',
  ],
  [
    'test_message_structure_json_exc',
    { Message: '{"default":{"object":"test"}}', MessageStructure: 'json' },
    'Message Structure - No default entry in JSON message body',
  ],
  [
    'test_message_structure_json_exc',
    { Message: '{"default":"x"} }', MessageStructure: 'json' },
    'Message Structure - JSON message body failed to parse',
  ],
  [
    'test_validations_for_fifo',
    { Message: 'm', MessageDeduplicationId: 'd' },
    'MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type',
  ],
  [
    'test_validations_for_fifo',
    { TopicArn: FIFO, Message: 'm' },
    'The MessageGroupId parameter is required for FIFO topics',
  ],
  ['test_validations_for_fifo', { TopicArn: FIFO, Message: 'm', MessageGroupId: 'g' }, NO_DEDUPLICATION],
];

describe('a message that SNS refuses', () => {
  for (const [test, input, message] of REFUSED)
    it(`is refused as in ${test}: ${message}`, async () => {
      assert.partialDeepStrictEqual(await call('Publish', input), {
        __type: 'InvalidParameter',
        message: `Invalid parameter: ${message}`,
      });
    });

  it('may have the same name twice, as in test_message_structure_json_exc', async () => {
    const Message = '{"default":"first","default":"second"}';
    assert.ok('MessageId' in Object(await call('Publish', { Message, MessageStructure: 'json' })));
  });
});

const INVALID_CHARACTER = 'Can only include alphanumeric characters, hyphens, underscores, or dots.';
const TEXT = { DataType: 'String', StringValue: 'a' };

/** The sources are tests of LocalStack in tests/aws/services/sns/test_sns.py. */
const REFUSED_ATTRIBUTES: readonly (readonly [
  test: string,
  name: string,
  value: object,
  message: string,
  code?: string,
])[] = [
  [
    'test_empty_or_wrong_message_attributes',
    'attr1',
    { DataType: 'String', StringValue: '' },
    "The message attribute 'attr1' must contain non-empty message attribute value for message attribute type 'String'.",
  ],
  [
    'test_empty_or_wrong_message_attributes',
    'attr1',
    { DataType: 'Binary', StringValue: 'a' },
    "The message attribute 'attr1' with type 'Binary' must use field 'Binary'.",
  ],
  [
    'test_empty_or_wrong_message_attributes',
    'attr1',
    { DataType: 'Invalid', StringValue: 'a' },
    "The message attribute 'attr1' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.",
  ],
  [
    'test_empty_or_wrong_message_attributes',
    'attr1',
    { StringValue: 'a' },
    "1 validation error detected: Value null at 'messageAttributes.attr1.member.dataType' failed to satisfy constraint: Member must not be null",
    'ValidationError',
  ],
  [
    'test_message_attributes_prefixes',
    'attr/1',
    TEXT,
    `Invalid non-alphanumeric character '#x2F' was found in the message attribute name. ${INVALID_CHARACTER}`,
  ],
  ['the same words', 'a'.repeat(257), TEXT, 'Length of message attribute name must be less than 256 bytes.'],
  ['the same words', '.a', TEXT, "Invalid message attribute name starting with character '.' was found."],
  ['the same words', 'a.', TEXT, "Invalid message attribute name ending with character '.' was found."],
  ['the same words', 'a..b', TEXT, "Message attribute name can not have successive '.' character."],
];

describe('an attribute that SNS refuses', () => {
  for (const [test, name, value, message, code = 'ParameterValueInvalid'] of REFUSED_ATTRIBUTES)
    it(`is refused as in ${test}: ${message.slice(0, 90)}`, async () => {
      const refused = await call('Publish', { Message: 'm', MessageAttributes: { [name]: value } });
      assert.partialDeepStrictEqual(refused, { __type: code, message });
    });

  it('refuses the whole batch, and is named with the index of its entry', async () => {
    const PublishBatchRequestEntries = [
      { Id: 'a', Message: 'm', MessageAttributes: { kind: TEXT } },
      { Id: 'b', Message: 'm', MessageAttributes: { kind: { StringValue: 'a' } } },
    ];

    assert.partialDeepStrictEqual(await call('PublishBatch', { PublishBatchRequestEntries }), {
      __type: 'ValidationError',
      message:
        "1 validation error detected: Value null at 'publishBatchRequestEntries.2.member.messageAttributes.kind.member.dataType' failed to satisfy constraint: Member must not be null",
    });
  });

  it('differs from one that has a type of its own', async () => {
    const MessageAttributes = { kind: { DataType: 'Number.float', StringValue: '1.5' } };
    assert.ok('MessageId' in Object(await call('Publish', { Message: 'm', MessageAttributes })));
  });
});

const REFUSED_BATCHES: readonly (readonly [
  test: string,
  entries: readonly object[],
  code: string,
  message: string,
  topic?: string,
])[] = [
  [
    'test_publish_batch_exceptions',
    [{ Id: 'a' }, { Id: 'a' }],
    'BatchEntryIdsNotDistinct',
    'Two or more batch entries in the request have the same Id.',
  ],
  [
    'test_publish_batch_exceptions',
    Array.from({ length: 11 }, (_, index) => ({ Id: String(index) })),
    'TooManyEntriesInBatchRequest',
    'The batch request contains more entries than permissible.',
  ],
  [
    'test_publish_batch_exceptions',
    [{ Id: 'a' }, { Id: 'b', Message: '{}', MessageStructure: 'json' }],
    'InvalidParameter',
    'Invalid parameter: Message Structure - No default entry in JSON message body',
  ],
  [
    'test_publish_batch_exceptions',
    [{ Id: 'a', Message: '{}', MessageStructure: 'json' }],
    'InvalidParameter',
    'Invalid parameter: Message Structure - No default entry in JSON message body',
    FIFO,
  ],
  [
    'test_publish_batch_exceptions',
    [{ Id: 'a', MessageGroupId: 'g' }],
    'InvalidParameter',
    `Invalid parameter: ${NO_DEDUPLICATION}`,
    FIFO,
  ],
  [
    'test_publish_batch_invalid_entry_id',
    [{ Id: 'message.id' }],
    'InvalidBatchEntryId',
    'The Id of a batch entry in the batch request contains an impermissible character: message.id',
  ],
  [
    'test_publish_batch_invalid_entry_id',
    [{ Id: 'a'.repeat(81) }],
    'InvalidBatchEntryId',
    `The Id of a batch entry in the batch request is too long: ${'a'.repeat(81)}`,
  ],
  [
    'test_publish_batch_too_long_message',
    [
      { Id: 'a', Message: 'x'.repeat(131_072) },
      { Id: 'b', Message: 'x'.repeat(131_073) },
    ],
    'BatchRequestTooLong',
    'The length of all the messages put together is more than the limit.',
  ],
];

describe('a batch that SNS refuses', () => {
  for (const [test, entries, code, message, topic = TopicArn] of REFUSED_BATCHES)
    it(`is refused as in ${test}: ${message.slice(0, 90)}`, async () => {
      const PublishBatchRequestEntries = entries.map((entry) => ({ Message: 'm', ...entry }));
      assert.partialDeepStrictEqual(
        await call('PublishBatch', { TopicArn: topic, PublishBatchRequestEntries }),
        { __type: code, message },
      );
    });
});

const OTHER_TOPIC = TopicArn.replace(':news', ':other');
const FOREIGN_TOPIC = TopicArn.replace(ACCOUNT, '210987654321');
const ONE_ENTRY = { PublishBatchRequestEntries: [{ Id: 'a', Message: 'm' }] };

// LocalStack, tests/aws/services/sns/test_sns.py::test_unknown_topic_publish; PublishBatch: localstack/localstack#6784
describe('a topic of this account that does not exist', () => {
  for (const [action, input] of [
    ['Publish', { Message: 'm' }],
    ['PublishBatch', ONE_ENTRY],
  ] as const)
    it(`gets ${action} refused`, async () => {
      assert.partialDeepStrictEqual(await call(action, { TopicArn: OTHER_TOPIC, ...input }), {
        __type: 'NotFound',
        message: 'Topic does not exist',
      });
    });

  it('is reported only after what is wrong with the message', async () => {
    assert.partialDeepStrictEqual(await call('Publish', { TopicArn: OTHER_TOPIC, Message: '' }), {
      __type: 'InvalidParameter',
    });
  });
});

describe('a topic of another account', () => {
  it('accepts messages, which are only recorded, because it is not known whether the topic exists', async () => {
    assert.ok('MessageId' in Object(await call('Publish', { TopicArn: FOREIGN_TOPIC, Message: 'm' })));
    assert.partialDeepStrictEqual(await call('PublishBatch', { TopicArn: FOREIGN_TOPIC, ...ONE_ENTRY }), {
      Successful: { member: [{ Id: 'a' }] },
    });
  });
});
