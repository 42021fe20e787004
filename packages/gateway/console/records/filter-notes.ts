/**
 * Explains why a filter can never match, and what its author probably meant: it names a member that the event
 * does not have, or contains a character that the filter takes literally. These faults are found in the
 * filter alone, without the event.
 */
import { parseArn } from '@gatewright/aws/arn';
import { asList, asText, isJsonObject, membersOf, parseJson } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { findByArn, findByPhysicalId, findRule, placeOf, resourcesOf } from './find-places.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import type { StampedStep } from '../../kernel/event-step.ts';
import type { DeliveryNote } from '../explain/circumstances.ts';

type Filtered = Extract<StampedStep, { kind: 'filtered' }>;

/** What a filter is matched against. */
type Source = {
  /** The source within a sentence, such as `a record of a DynamoDB stream`. */
  readonly named: string;
  readonly members: readonly string[];
  /** The name of the member that contains the payload, such as `detail`. */
  readonly content: string;
};

/**
 * The members of an event of EventBridge.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
 */
export const EVENT_MEMBERS = [
  'version',
  'id',
  'detail-type',
  'source',
  'account',
  'time',
  'region',
  'resources',
  'detail',
  'replay-name',
];

const EVENT: Source = { named: 'an event', members: EVENT_MEMBERS, content: 'detail' };

/** See https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html */
const RECORDS: Readonly<Record<string, Source>> = {
  sqs: {
    named: 'a message of a queue',
    members: ['messageId', 'receiptHandle', 'body', 'attributes', 'messageAttributes', 'md5OfBody'],
    content: 'body',
  },
  kinesis: {
    named: 'a record of a Kinesis stream',
    members: [
      'data',
      'partitionKey',
      'sequenceNumber',
      'approximateArrivalTimestamp',
      'kinesisSchemaVersion',
    ],
    content: 'data',
  },
  dynamodb: {
    named: 'a record of a DynamoDB stream',
    members: ['eventID', 'eventName', 'eventVersion', 'dynamodb', 'userIdentity'],
    content: 'dynamodb',
  },
};
const OF_EVERY_RECORD = ['eventSource', 'eventSourceARN', 'awsRegion'];

export function noteFilter(step: Filtered, stacks: readonly ResolvedStack[]): readonly DeliveryNote[] {
  switch (step.by) {
    case 'EventPattern': {
      const rule = findRule(step.rule, stacks);
      const place = placeOf(rule, 'EventPattern') ?? '';
      return notePattern(rule?.properties['EventPattern'], EVENT, `EventPattern (${place})`);
    }
    case 'FilterCriteria': {
      const mapping = findByPhysicalId(stacks, 'AWS::Lambda::EventSourceMapping', step.rule);
      const source = RECORDS[parseArn(step.from)?.service ?? ''];
      if (mapping === undefined || source === undefined) return [];
      const members = [...source.members, ...OF_EVERY_RECORD];
      return asList(membersOf(mapping.properties['FilterCriteria'])['Filters']).flatMap((filter, index) => {
        const place = placeOf(mapping, `FilterCriteria.Filters.${index}.Pattern`) ?? '';
        const where = `Pattern (${place})`;
        const given = membersOf(filter)['Pattern'];
        return [
          ...notePattern(given, { ...source, members }, where),
          ...noteTypes(given, where),
          ...noteText(given, { step, where, stacks }),
        ];
      });
    }
    case 'FilterPolicy':
      return noteNumbers(step, stacks);
    case 'Filter':
      return noteWildcard(step, stacks);
    default:
      return [];
  }
}

/** A filter that matches no event, whatever is sent. */
type DeadFilter = {
  readonly resource: ResolvedResource;
  readonly property: string;
  readonly message: string;
  readonly remedy: string;
};

/** Returns the filters of a rule or an event source mapping that can be seen to match nothing, without any event. */
export function findDeadFilters(resource: ResolvedResource): readonly DeadFilter[] {
  const { type, properties } = resource;
  const toFinding =
    (property: string) =>
    ({ because, change }: DeliveryNote): DeadFilter => ({
      resource,
      property,
      message: `it matches no event: ${because.replace(/\.$/, '')}`,
      remedy: change.replace(/\.$/, ''),
    });
  if (type === 'AWS::Events::Rule')
    return notePattern(properties['EventPattern'], EVENT, 'EventPattern').map(toFinding('EventPattern'));
  const source = RECORDS[parseArn(asText(properties['EventSourceArn']) ?? '')?.service ?? ''];
  if (type !== 'AWS::Lambda::EventSourceMapping' || source === undefined) return [];
  const members = [...source.members, ...OF_EVERY_RECORD];
  return asList(membersOf(properties['FilterCriteria'])['Filters']).flatMap((filter, index) => {
    const given = membersOf(filter)['Pattern'];
    return [
      ...notePattern(given, { ...source, members }, 'Pattern'),
      ...(source === RECORDS['dynamodb'] ? noteTypes(given, 'Pattern') : []),
    ].map(toFinding(`FilterCriteria.Filters.${index}.Pattern`));
  });
}

/** An absent member has no value, so only this test matches it. */
function isForAbsent(wanted: unknown): boolean {
  return asList(wanted).some((one) => membersOf(one)['exists'] === false);
}

function readPattern(given: unknown): UnknownMembers {
  return membersOf(typeof given === 'string' ? parseJson(given) : given);
}

function notePattern(given: unknown, source: Source, where: string): readonly DeliveryNote[] {
  const { named, members, content } = source;
  const pattern = readPattern(given);
  return Object.entries(pattern).flatMap(([name, wanted]) => {
    if (members.includes(name) || name.startsWith('$') || isForAbsent(wanted)) return [];
    const meant =
      members.find((member) => plain(member) === plain(name)) ??
      members.find((member) => isNearly(plain(member), plain(name)));
    const because = `${named.charAt(0).toUpperCase()}${named.slice(1)} has no member ${name}: its members are ${members.filter((member) => !OF_EVERY_RECORD.includes(member)).join(', ')}.`;
    return [{ because, change: adviseMember({ name, wanted, meant, content, members }, where) }];
  });
}

function adviseMember(
  of: {
    readonly name: string;
    readonly wanted: unknown;
    readonly meant: string | undefined;
    readonly content: string;
    readonly members: readonly string[];
  },
  where: string,
): string {
  const { name, wanted, meant, content, members } = of;
  if (meant !== undefined) return `Write "${meant}" instead of "${name}" in ${where}.`;
  const inner = isJsonObject(wanted) ? Object.keys(wanted) : [];
  // A filter that was copied from another service's filter nests the members of the record below a member of
  // that service.
  if (inner.length > 0 && inner.every((one) => members.includes(one)))
    return `Write ${print(wanted)} instead of ${print({ [name]: wanted })} in ${where}.`;
  if (['body', 'data', 'detail', 'dynamodb'].includes(name))
    return `Move the filter from "${name}" to "${content}" in ${where}.`;
  return `Write ${print({ [content]: { [name]: wanted } })} instead of ${print({ [name]: wanted })} in ${where}: what was sent is in "${content}".`;
}

/**
 * An item in a record of a stream has the type of each value: `{"state": {"S": "paid"}}`, and numbers as strings.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html
 */
function noteTypes(given: unknown, where: string): readonly DeliveryNote[] {
  const { NewImage, OldImage, Keys } = membersOf(readPattern(given)['dynamodb']);
  return Object.entries({ NewImage, OldImage, Keys }).flatMap(([image, item]) =>
    Object.entries(membersOf(item)).flatMap(([name, wanted]) => {
      if (isForAbsent(wanted)) return [];
      if (Array.isArray(wanted)) {
        const type = typeof wanted[0] === 'number' ? 'N' : typeof wanted[0] === 'boolean' ? 'BOOL' : 'S';
        const written = type === 'N' ? wanted.map(String) : wanted;
        return [
          {
            because: `In ${image} of a record, each value has its type: ${name} is {"${type}": …} instead of a plain value.`,
            change: `Write ${print({ [name]: { [type]: written } })} instead of ${print({ [name]: wanted })} in ${where}.`,
          },
        ];
      }
      const numbers = membersOf(wanted)['N'];
      if (asList(numbers).some((one) => 'numeric' in membersOf(one)))
        return [
          {
            because: `In ${image} of a record, the number ${name} is a string: {"N": "5"}. The operator numeric matches only numbers, so it matches no record.`,
            change: `Remove ${print({ [name]: wanted })} from ${where}, and compare the number in the function; or filter by an attribute that is a string.`,
          },
        ];
      return Array.isArray(numbers) && numbers.some((one) => typeof one === 'number')
        ? [
            {
              because: `In ${image} of a record, the number ${name} is a string: {"N": "5"}.`,
              change: `Write ${print({ [name]: { N: numbers.map(String) } })} instead of ${print({ [name]: wanted })} in ${where}.`,
            },
          ]
        : [];
    }),
  );
}

/**
 * Lambda drops a message whose body is a plain string if the pattern for body is JSON.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
 */
function noteText(
  given: unknown,
  of: { readonly step: Filtered; readonly where: string; readonly stacks: readonly ResolvedStack[] },
): readonly DeliveryNote[] {
  const { step, where, stacks } = of;
  const wanted = readPattern(given)['body'];
  if (step.isTextBody !== true || !isJsonObject(wanted)) return [];
  const name = step.from.split(':').at(-1);
  const senders = resourcesOf(stacks, 'AWS::ApiGatewayV2::Integration').filter(
    ({ properties }) =>
      asText(membersOf(properties['RequestParameters'])['QueueUrl'])?.split('/').at(-1) === name,
  );
  const [sender] = senders.length === 1 ? senders : [];
  // An HTTP API encodes each body as base64 whose Content-Type does not name a text (docs/aws §2.4).
  if (step.isBase64Body === true)
    return [
      {
        because: `The body of the message is the base64 of a JSON text, and ${where} asks for members of a body in JSON. Lambda deletes a message of a queue that its filter does not match.`,
        // No code can decode the body if the API itself sends it.
        change:
          senders.length > 0
            ? 'Call the API with Content-Type: application/json: the API sends the body of a request to the queue as base64 unless its Content-Type is that of a text.'
            : "Decode the body before it is put into the queue: a function gets the body of a request as base64 if isBase64Encoded of the event is true, so send Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8').toString() as MessageBody, or call the API with Content-Type: application/json.",
      },
    ];
  const place = placeOf(sender, 'RequestParameters.MessageBody');
  const sent = asText(membersOf(sender?.properties['RequestParameters'])['MessageBody']);
  return [
    {
      because: `The body of the message is text and not JSON, and ${where} asks for members of a body in JSON. Lambda deletes a message of a queue that its filter does not match.`,
      change:
        place === undefined || sent === undefined
          ? `Send the body of the message as JSON with ${Object.keys(wanted).join(', ')}.`
          : `Write MessageBody: $request.body in place of ${sent} (${place}), so that the message is the whole JSON of the request.`,
    },
  ];
}

const LISTS: Readonly<Record<string, string>> = {
  LambdaConfigurations: 'Function',
  QueueConfigurations: 'Queue',
  TopicConfigurations: 'Topic',
};

/** Returns the path of the notification of a bucket, such as `NotificationConfiguration.LambdaConfigurations.0`. */
export function pathOfNotification({ from, to }: Filtered, stacks: readonly ResolvedStack[]): string {
  const configuration = membersOf(findByArn(stacks, from)?.properties['NotificationConfiguration']);
  for (const [list, target] of Object.entries(LISTS)) {
    const index = asList(configuration[list]).findIndex((one) => membersOf(one)[target] === to);
    if (index !== -1) return `NotificationConfiguration.${list}.${index}`;
  }
  return 'NotificationConfiguration';
}

/**
 * Notes a wildcard in the filter of a bucket's notification: "A wildcard character can't be used in filters"
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html).
 */
function noteWildcard(step: Filtered, stacks: readonly ResolvedStack[]): readonly DeliveryNote[] {
  const bucket = findByArn(stacks, step.from);
  const path = pathOfNotification(step, stacks);
  const notification = path.split('.').reduce<unknown>((value, name) => {
    return Array.isArray(value) ? value[Number(name)] : membersOf(value)[name];
  }, bucket?.properties);
  const rules = asList(membersOf(membersOf(membersOf(notification)['Filter'])['S3Key'])['Rules']);
  return rules.flatMap((rule, index) => {
    const { Name: name, Value: value } = membersOf(rule);
    const text = asText(value) ?? '';
    const kind = (asText(name) ?? 'prefix').toLowerCase();
    if (kind === 'prefix' && text.startsWith('/'))
      return [noteSlash(text, placeOf(bucket, `${path}.Filter.S3Key.Rules.${index}.Value`) ?? '')];
    if (!/[*?]/.test(text)) return [];
    const literal =
      kind === 'suffix' ? text.slice(text.search(/[^*?]*$/)) : text.slice(0, text.search(/[*?]/));
    const place = placeOf(bucket, `${path}.Filter.S3Key.Rules.${index}.Value`) ?? '';
    return [
      {
        because: `Filters for S3 events have no wildcards: the ${kind} ${text} (${place}) is compared character by character, so it matches only a key with these very characters.`,
        change:
          literal === ''
            ? `Remove the rule for the ${kind} ${text} (${place}): without it, every key matches.`
            : `Write ${literal} instead of ${text} as the ${kind} (${place}).`,
      },
    ];
  });
}

/**
 * A condition on a number matches only numbers: an attribute with the DataType Number, or a number in the body.
 * @see https://docs.aws.amazon.com/sns/latest/dg/numeric-value-matching.html
 */
function noteNumbers({ rule, why }: Filtered, stacks: readonly ResolvedStack[]): readonly DeliveryNote[] {
  const own = findByPhysicalId(stacks, 'AWS::SNS::Subscription', rule);
  const place = placeOf(own, 'FilterPolicy') ?? '';
  const isOfBody = own?.properties['FilterPolicyScope'] === 'MessageBody';
  return Object.entries(readPattern(own?.properties['FilterPolicy'])).flatMap(([name, wanted]) => {
    const [, given] =
      new RegExp(`\\b${name.replaceAll(/\W/g, String.raw`\$&`)} is ("-?[\\d.]+")`).exec(why) ?? [];
    const isNumeric = asList(wanted).some(
      (one) => typeof one === 'number' || membersOf(one)['numeric'] !== undefined,
    );
    if (given === undefined || !isNumeric) return [];
    const number = given.slice(1, -1);
    return [
      {
        because: `${name} was sent as the string ${given}, and the condition in FilterPolicy (${place}) matches only numbers.`,
        change: isOfBody
          ? `Send ${name} in the message without quotes: {"${name}": ${number}}.`
          : `Publish ${name} with the DataType Number: {"${name}": {"DataType": "Number", "StringValue": ${given}}}.`,
      },
    ];
  });
}

/** See https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
function noteSlash(prefix: string, place: string): DeliveryNote {
  const meant = prefix.replace(/^\/+/, '');
  return {
    because: `The keys of objects usually do not begin with a slash (example: uploads/a.jpg). The prefix ${prefix} (${place}) matches only keys that begin with a slash.`,
    change:
      meant === ''
        ? `Remove the rule for the prefix ${prefix} (${place}): without it, every key matches.`
        : `Write ${meant} instead of ${prefix} as the prefix (${place}).`,
  };
}

/** Whether one name is the other with an `s` at the end, as in `details`. */
function isNearly(one: string, other: string): boolean {
  return `${one}s` === other || `${other}s` === one;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[-_ ]/g, '');
}

const LONGEST = 200;

function print(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
