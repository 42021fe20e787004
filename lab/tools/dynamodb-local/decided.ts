/**
 * Accepted differences, with what AWS's documentation says about each. The README has the same list. The first match
 * applies.
 */
import { isDeepStrictEqual } from 'node:util';
import { isJsonObject } from '@gatewright/aws/json-object';
import type { Difference, Kind } from './compare.ts';

type Decision = {
  readonly reason: string;
  readonly operation?: RegExp;
  readonly kinds?: readonly Kind[];
  readonly ours?: RegExp;
  readonly theirs?: RegExp;
  /** Changes both values before they are compared. Afterwards, they must be equal. */
  readonly settle?: (value: unknown) => unknown;
};

const DESCRIBED = new Set(
  (
    'ItemCount SSEDescription TableClassSummary TableThroughputModeSummary ProvisionedThroughput ' +
    'BillingModeSummary TableStatus IndexStatus'
  ).split(' '),
);

const DECISIONS: readonly Decision[] = [
  { reason: 'DynamoDB Local has no tags', operation: /tag/i, theirs: /UnknownOperationException/ },
  { reason: 'DynamoDB Local fails', theirs: /^500 / },
  {
    reason: 'DynamoDB Local fails or converts the value if the JSON type is wrong',
    ours: /SerializationException/,
  },
  { reason: 'numbers are trimmed at any depth', kinds: ['body'], settle: withNumbers },
  {
    reason: 'DynamoDB Local omits or invents settings, counts and capacity of a table',
    kinds: ['body'],
    operation: /Table$/,
    settle: withoutSettings,
  },
  {
    reason: 'the wording of a cancellation reason differs',
    kinds: ['body'],
    operation: /^Transact/,
    settle: (value) =>
      withNumbers(JSON.parse(JSON.stringify(value).replaceAll('request failed."', 'request failed"'))),
  },
  {
    reason:
      'an update of a nested path returns only that path; DynamoDB Local sometimes returns its siblings too',
    kinds: ['body'],
    operation: /^UpdateItem$/,
    ours: /"Attributes"/,
  },
  {
    reason: 'if the value and the path of an update are both missing, DynamoDB Local reports the path',
    kinds: ['message'],
    theirs: /document path provided in the update expression is invalid/,
  },
  {
    reason: 'several members are invalid; the order of checks is not documented',
    kinds: ['message'],
    ours: /^Invalid \w+Expression|^ExpressionAttribute|^Value provided in ExpressionAttribute/,
  },
  { reason: 'the wording is not documented; ours comes from responses of AWS', kinds: ['message'] },
  {
    reason:
      'a Limit that matches the item count returns a LastEvaluatedKey, after which there may be no items',
    kinds: ['body'],
    settle: (value) => withNumbers(isJsonObject(value) ? { ...value, LastEvaluatedKey: undefined } : value),
  },
  {
    reason: 'OPEN: a scan of a local index does not fetch attributes that the index does not project',
    operation: /^Scan$/,
    kinds: ['body'],
    ours: /\{\}/,
  },
  {
    reason: 'an on-demand table cannot have provisioned capacity',
    ours: /can be specified when BillingMode is PAY_PER_REQUEST/,
  },
  { reason: 'SIZE is a reserved word', ours: /reserved keyword: size/i },
  { reason: 'an empty list of local indexes is refused', ours: /List of LocalSecondaryIndexes is empty/ },
  { reason: 'TableClass accepts only two values', ours: /at 'tableClass'/ },
  { reason: 'a ClientRequestToken must have at least one character', ours: /clientRequestToken/ },
  {
    reason: 'OPEN: AWS may or may not accept a filter on an attribute that a local index does not project',
    theirs: /does not project one or more filter attributes/,
  },
  {
    reason: 'the gateway’s ExecuteStatement reports no capacity',
    operation: /^ExecuteStatement$/,
    ours: /ReturnConsumedCapacity/,
  },
  {
    reason: 'inputs are checked before the table is looked up',
    kinds: ['code'],
    ours: /^ValidationException$/,
    theirs: /^Resource(?:NotFound|InUse)Exception$|^ConditionalCheckFailed|^IdempotentParameter/,
  },
  {
    reason:
      'two actions on one item, or a wrong key, cause a ValidationException; a refused update causes a cancellation',
    kinds: ['code'],
    operation: /^Transact/,
  },
];

export function reasonFor(operation: string, difference: Difference): string | undefined {
  const { kind, ours, theirs } = difference;
  return DECISIONS.find(
    (decision) =>
      (decision.kinds?.includes(kind) ?? true) &&
      (decision.operation?.test(operation) ?? true) &&
      (decision.ours?.test(ours) ?? true) &&
      (decision.theirs?.test(theirs) ?? true) &&
      (decision.settle === undefined || isSameBy(decision.settle, ours, theirs)),
  )?.reason;
}

function isSameBy(settle: (value: unknown) => unknown, ours: string, theirs: string): boolean {
  return isDeepStrictEqual(settle(JSON.parse(ours)), settle(JSON.parse(theirs)));
}

function withNumbers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withNumbers).toSorted((a, b) => (print(a) < print(b) ? -1 : 1));
  if (!isJsonObject(value)) return value;
  const settled = Object.entries(value).map(([name, member]) => {
    if (name === 'N') return [name, Number(member) + 0];
    return [name, name === 'NS' && Array.isArray(member) ? member.map(Number).sort() : withNumbers(member)];
  });
  return Object.fromEntries(settled) as unknown;
}

function withoutSettings(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSettings);
  if (!isJsonObject(value)) return value;
  const kept = Object.entries(value).filter(([name]) => !DESCRIBED.has(name));
  return Object.fromEntries(kept.map(([name, member]) => [name, withoutSettings(member)]));
}

function print(value: unknown): string {
  return JSON.stringify(value);
}
