import { by } from './answers.ts';
import type { Answer } from './answers.ts';

/** The refusals of calls of other services than API Gateway, like call-refusals.ts. */
export const SERVICE_REFUSALS: Readonly<Record<string, Readonly<Record<string, Answer>>>> = {
  'services/cloudwatch-logs/log-groups.ts': {
    "'Resource limit exceeded.'": 'OURS',
  },
  'services/cloudwatch/alarms/read-alarm.ts': {
    "`have different periods: ${[...periods].join(', ')} s`": 'READER',
    '`times the period is ${seconds} s; at most ${maxSeconds} s are allowed`': 'READER',
    "'DatapointsToAlarm must be less than or equal to EvaluationPeriods'": 'READER',
    "'must be set, or ExtendedStatistic instead of it, but not both'": 'READER',
    '`${other} should not be set if list of Metrics is set.`': 'READER',
    "'Exactly one element of the metrics list should return data.'": 'READER',
    "'Period must not be null'": 'READER',
    '`refer to ${unknown}, which is not the id of a query`': 'READER',
    "'Invalid metrics list'": 'READER',
    'error.message': 'READER',
  },
  'services/cloudwatch/api/alarm-calls.ts': {
    "'needs anomaly detection, which the gateway does not support'": 'OURS',
    "'is not supported here'": 'OURS',
    '`names ${unknown}, which does not exist`': 'LIVE',
  },
  'services/kinesis/administration.ts': {
    '`Stream ${name} under account ${place.accountId} already exists.`': by('two tables with one name'),
    '`This request would exceed the shard limit for the account ${place.accountId} in ${place.region}. ` + `Current shard count for the account: ${current}. Limit: ${SHARD_LIMIT}. ` + `Number of additional shards that would have resulted from this request: ${shardCount}. Refer to the AWS Service Limits page ` + `(http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how to request higher limits.`':
      'LIVE',
  },
  'services/lambda-events/mapping-calls.ts': {
    "'Could not parse request body into json'": 'LIVE',
    "'The resource you requested does not exist.'": 'LIVE',
    "`${describeSame(service, source, asText(given['FunctionName']) ?? '')}. ` + `Please update or delete the existing mapping with UUID ${same.id}`":
      by('a second mapping of one queue to one function'),
    "'The limit of event source mappings is reached; delete mappings that you do not need'": 'LIVE',
    missing: by('a queue that the role may not read'),
    'wordsOf(error)': by('a filter pattern of a mapping whose stream is elsewhere'),
    'describeMissing(known, source)': 'LIVE',
    "'Function does not exist'": 'LIVE',
  },
  'services/lambda-events/mapping-members.ts': {
    message: 'FORM',
    filterRefusal: by('a filter pattern of a mapping whose stream is elsewhere'),
    '`The gateway does not support ${what}; ${then}.`': 'OURS',
    NO_EVENT_SOURCE: by('an event source mapping without a source'),
    NO_SOURCE_ACCESS: by('a self-managed cluster without credentials or subnets'),
    "notASource(asText(properties['EventSourceArn']) ?? '')": by('a topic as an event source'),
    'refused.message': by('a batching window of a FIFO queue'),
  },
  'services/sqs/administration.ts': {
    "'Attribute.Name'": 'UPDATE',
    "'Tags'": 'ONLY_CALLS',
    "'Tag keys must be between 1 and 128 characters in length.'": 'ONLY_CALLS',
    '`Value for parameter MaxResults is invalid. Reason: MaxResults must be an integer between 1 and ${MOST_LISTED}.`':
      'ONLY_CALLS',
    "'Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.'": 'UPDATE',
    "'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length'": by(
      'a FIFO queue without .fifo',
    ),
    "isFifo ? 'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.' : 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length'":
      by('a FIFO queue without .fifo'),
    '`A queue already exists with the same name and a different value for attribute ${different}`':
      by('two tables with one name'),
    "'You must wait 60 seconds after deleting a queue before you can create another with the same name.'":
      'LIVE',
    '`at most ${MAX_MADE} queues can be created in this gateway`': 'OURS',
    '`Invalid value for the parameter ${attribute}.`': by('a visibility timeout of 13 hours'),
  },
  'services/sqs/queue-settings.ts': {
    unknown: 'SCHEMA',
    "'You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.'":
      by('two kinds of encryption of a queue'),
    name: 'SCHEMA',
    '`You can specify the ${name} only when FifoQueue is set to true.`': by(
      'deduplication by content on a standard queue',
    ),
    '`Value ${value} for parameter RedrivePolicy is invalid. Reason: ${reason}`': by(
      'more than 1000 receives before the dead-letter queue',
    ),
    '`Unknown Attribute ${name}.`': 'SCHEMA',
  },
  'services/values/write-parameters.ts': {
    TAGS_AND_OVERWRITE: 'ONLY_CALLS',
    THERE_ALREADY: 'ONLY_CALLS',
    TOO_MANY: 'LIVE',
    NO_TYPE: 'SCHEMA',
    'tooLong(tier)': by('a value of a standard parameter over 4096 characters'),
    "''": 'FORM',
    message: 'FORM',
  },
};
