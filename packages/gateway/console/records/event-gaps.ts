/**
 * Finds members that the event of a failed function lacks, if the error says that the function read a missing
 * member (docs/aws §3.1).
 */
import { asJsonObject, listOf, memberOf, membersOf, parseJson } from '@gatewright/aws/json-object';
import { escapeForRegExp } from '@gatewright/aws/text/escape-for-regexp';
import { decodeOrKeep } from '@gatewright/aws/decode-or-keep';
import { listed } from '../explain/reason.ts';
import type { BodyGap, DecodedTwice, EncodedKey } from '../explain/circumstances.ts';

/** Members that functions read, and that not every event has. */
const MEMBERS = [
  'body',
  'queryStringParameters',
  'pathParameters',
  'multiValueQueryStringParameters',
  'cookies',
];
/** Members of the other payload format. */
const OF_1 = ['httpMethod', 'path', 'resource', 'multiValueHeaders'];
const OF_2 = ['rawPath', 'rawQueryString', 'routeKey'];
/** Members of API events. A KeyError for any other name may be about another value, such as the result of a query. */
const OF_EVENTS = new Set([
  ...MEMBERS,
  ...OF_1,
  ...OF_2,
  'headers',
  'isBase64Encoded',
  'requestContext',
  'stageVariables',
  'version',
]);

const OF_UNDEFINED =
  /Cannot read properties of undefined|undefined is not iterable|"undefined" is not valid JSON/;
const OF_NULL =
  /Cannot read properties of null|null is not iterable|'NoneType'|not NoneType|Unexpected end of JSON/;
const NOT_JSON = /is not valid JSON|^Unexpected token|^Expecting value/;

/** A line of code that reads the event, or one of its members. */
const READS_EVENT = new RegExp(`\\b(?:${['event', 'authorizer', ...OF_EVENTS].join('|')})\\b`);

/** Whether a line of code reads the missing value from the event, as far as the line itself shows it. */
function mayReadEvent(line: string, errorMessage: string): boolean {
  const [, read = ''] = /\(reading '([\w$]+)'\)/.exec(errorMessage) ?? [];
  const [, of] =
    read === ''
      ? []
      : (new RegExp(`([\\w$]+)\\??\\.${read.replaceAll('$', '\\$')}(?![\\w$])`).exec(line) ?? []);
  return READS_EVENT.test(of ?? line);
}

/** How the SDKs say that an object is not there: without s3:ListBucket, S3 answers 403. */
const NO_OBJECT = /NoSuchKey|NotFound|Not Found|AccessDenied|Forbidden/;

/**
 * Returns the first object whose name is URL-encoded in an event of S3, "red flower.jpg" as "red+flower.jpg"
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html); undefined if the error
 * is about something else.
 */
export function findEncodedKey(
  event: string | undefined,
  { errorType, errorMessage }: { readonly errorType: string; readonly errorMessage: string },
): EncodedKey | undefined {
  if (!NO_OBJECT.test(`${errorType} ${errorMessage}`)) return undefined;
  return listOf(asJsonObject(parseJson(event ?? '')) ?? {}, 'Records')
    .map((record) => memberOf(memberOf(memberOf(record, 's3'), 'object'), 'key'))
    .filter((key) => typeof key === 'string')
    .map((inEvent) => ({ inEvent, ofObject: decodeOrKeep(inEvent.replaceAll('+', ' ')) }))
    .find(({ inEvent, ofObject }) => inEvent !== ofObject);
}

/**
 * Returns the member of an event whose value was decoded twice; undefined if the error is about something else. The
 * query of every event is decoded, and so are the path parameters of HTTP APIs (docs/aws §3.1). REST APIs pass path
 * parameters as they were sent.
 * @param line the text of the line of code that failed; undefined if it is not known
 */
export function findDecodedTwice(
  event: string | undefined,
  { errorMessage }: { readonly errorMessage: string },
  line?: string,
): DecodedTwice | undefined {
  if (errorMessage !== 'URI malformed' || line === undefined) return undefined;
  const [, decode = ''] = /\b(decodeURI(?:Component)?)\s*\(/.exec(line) ?? [];
  const value = asJsonObject(parseJson(event ?? ''));
  if (decode === '' || value === undefined) return undefined;
  const decoded = ['queryStringParameters', ...(Object.hasOwn(value, 'version') ? ['pathParameters'] : [])];
  for (const member of decoded)
    for (const [name, text] of Object.entries(membersOf(value[member])))
      if (
        typeof text === 'string' &&
        !isEncoded(text) &&
        new RegExp(`\\b${escapeForRegExp(name)}\\b`).test(line)
      )
        return { member: `${member}.${name}`, decode };
  return undefined;
}

/** Whether a value can be decoded: a % that two hexadecimal digits do not follow is only text. */
function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Returns sentences; empty if the error is about something else, or if the event is not known as a whole.
 * @param line the text of the line of code that failed; undefined if it is not known
 */
export function describeEventGaps(
  event: string | undefined,
  { errorType, errorMessage }: { readonly errorType: string; readonly errorMessage: string },
  line?: string,
): readonly string[] {
  const value = asJsonObject(parseJson(event ?? ''));
  if (value === undefined) return [];
  const isNull = (name: string): boolean => value[name] === null;
  const isMissing = (name: string): boolean => !Object.hasOwn(value, name);
  const ofRecord = describeRecordGap(value, { errorMessage });
  if (ofRecord !== undefined) return [ofRecord];
  const key = errorType === 'KeyError' ? /^'(\w+)'$/.exec(errorMessage)?.[1] : undefined;
  if (key !== undefined && isMissing(key))
    return [OF_EVENTS.has(key) ? sayMissing([key], value) : sayPerhapsMissing(key, value)];
  if (key !== undefined) return [];
  if (OF_NULL.test(errorMessage)) {
    const names = MEMBERS.filter(isNull);
    return names.length === 0 ? [] : [`In this request’s event, ${listed(names)} ${areNull(names)}.`];
  }
  if (OF_UNDEFINED.test(errorMessage)) {
    if (line !== undefined && !mayReadEvent(line, errorMessage)) return [];
    const names = [...MEMBERS, ...(isMissing('rawPath') ? OF_2 : OF_1)].filter(isMissing);
    const context = memberOf(value, 'requestContext');
    const more = memberOf(context, 'authorizer') === undefined ? ['requestContext.authorizer'] : [];
    return [sayMissing([...names, ...more], value)];
  }
  if (NOT_JSON.test(errorMessage) && value['isBase64Encoded'] === true)
    return ['The body of the event is base64, because isBase64Encoded is true: decode it before it is read.'];
  return [];
}

const PARSE = String.raw`(?:json\.loads|JSON\.parse)\s*\([^;]*\bbody\b`;

/**
 * Returns the member that a function read from the JSON in the body of its event, if the body lacks it; undefined if
 * the code reads something else, or if this cannot be seen in the code.
 * @param code the lines of the code up to the line that failed
 */
export function findBodyGap(
  event: string | undefined,
  { errorType, errorMessage }: { readonly errorType: string; readonly errorMessage: string },
  code: readonly string[],
): BodyGap | undefined {
  const { body, isBase64Encoded } = asJsonObject(parseJson(event ?? '')) ?? {};
  if (typeof body !== 'string') return undefined;
  const text = isBase64Encoded === true ? Buffer.from(body, 'base64').toString() : body;
  const sent = asJsonObject(parseJson(text));
  if (sent === undefined) return undefined;
  const member =
    errorType === 'KeyError'
      ? findKeyOfBody(/^'(\w+)'$/.exec(errorMessage)?.[1], code)
      : findMemberOfBody(/undefined \(reading '([\w$]+)'\)/.exec(errorMessage)?.[1], code);
  return member === undefined || Object.hasOwn(sent, member)
    ? undefined
    : { member, others: Object.keys(sent).slice(0, 20) };
}

/** Finds the key of the body that a line of Python reads: `body["name"]` after `body = json.loads(event["body"])`. */
function findKeyOfBody(key: string | undefined, code: readonly string[]): string | undefined {
  const line = code.at(-1) ?? '';
  if (key === undefined) return undefined;
  const [, of] = new RegExp(String.raw`(\w+|\))\s*\[\s*['"]${key}['"]\s*\]`).exec(line) ?? [];
  const isBody = of === ')' ? new RegExp(PARSE).test(line) : of !== undefined && isParsedBody(of, code);
  return isBody ? key : undefined;
}

/**
 * Finds the member of the body that a line of JavaScript reads: `body.name.trim()` after `body =
 * JSON.parse(event.body)`, or `name.trim()` after `{ name } = JSON.parse(event.body)`.
 */
function findMemberOfBody(read: string | undefined, code: readonly string[]): string | undefined {
  const line = code.at(-1) ?? '';
  if (read === undefined) return undefined;
  const name = read.replaceAll('$', String.raw`\$`);
  const [, of, member] =
    new RegExp(String.raw`(?:([\w$]+|\))\.)?([\w$]+)\.${name}(?![\w$])`).exec(line) ?? [];
  if (member === undefined) return undefined;
  if (of === ')') return new RegExp(PARSE).test(line) ? member : undefined;
  const taken = new RegExp(
    String.raw`\{[^{}]*\b${member.replaceAll('$', String.raw`\$`)}\b[^{}]*\}\s*=\s*${PARSE}`,
  );
  const isTaken = of === undefined && code.some((one) => taken.test(one));
  return isTaken || (of !== undefined && isParsedBody(of, code)) ? member : undefined;
}

function isParsedBody(variable: string, code: readonly string[]): boolean {
  const assigned = new RegExp(String.raw`(?:^|[^\w$.])${variable.replaceAll('$', String.raw`\$`)}\s*=(?!=)`);
  const last = code.findLast((line) => assigned.test(line));
  return last !== undefined && new RegExp(`=\\s*${PARSE}`).test(last);
}

/**
 * Finds members of a batch's first record whose form differs from the form that the code expects.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
 */
function describeRecordGap(
  event: Readonly<Record<string, unknown>>,
  { errorMessage }: { readonly errorMessage: string },
): string | undefined {
  const [record] = listOf(event, 'Records');
  const data = memberOf(memberOf(record, 'kinesis'), 'data');
  if (typeof data === 'string' && NOT_JSON.test(errorMessage))
    return 'The data of a Kinesis record is base64, whatever the producer sent: decode it before it is parsed, with Buffer.from(record.kinesis.data, \'base64\').toString() in JavaScript or base64.b64decode(record["kinesis"]["data"]) in Python.';
  return undefined;
}

function sayMissing(names: readonly string[], event: Readonly<Record<string, unknown>>): string {
  return `The event of this request has no ${listed(names, 'or')}. It has ${namesOf(event)}.`;
}

/**
 * Members that DynamoDB leaves out of its responses, and what to do about it.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html#API_GetItem_ResponseElements
 */
const LEFT_OUT: Readonly<Record<string, string>> = {
  Item: "If that value is a response of get_item: the response has no Item if the table has no item with this key, so read Item with .get('Item').",
  Attributes:
    'If that value is a response of DynamoDB: it has Attributes only if the call has ReturnValues, and the item existed before the call.',
  LastEvaluatedKey:
    "If that value is a response of query or scan: the last page has no LastEvaluatedKey, so read it with .get('LastEvaluatedKey').",
};

function sayPerhapsMissing(name: string, event: Readonly<Record<string, unknown>>): string {
  const leftOut = Object.hasOwn(LEFT_OUT, name) ? LEFT_OUT[name] : undefined;
  if (leftOut !== undefined) return `The value that the code reads has no ${name}. ${leftOut}`;
  return `The value that the code reads has no ${name}. If that value is the event itself: it has ${namesOf(event)}.`;
}

function namesOf(event: Readonly<Record<string, unknown>>): string {
  return Object.keys(event).slice(0, 20).join(', ');
}

function areNull(names: readonly string[]): string {
  return names.length === 1 ? 'is null' : 'are null';
}
