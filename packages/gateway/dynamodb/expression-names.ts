/**
 * The names and keys in the expressions of a request, for policies. Expressions are searched for them, but are neither
 * parsed nor checked.
 */
import { membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { FUNCTIONS_OF_UPDATES, KEYWORDS, OPERANDS_OF } from './expressions/words.ts';

const EXPRESSIONS = [
  'ProjectionExpression',
  'KeyConditionExpression',
  'FilterExpression',
  'ConditionExpression',
  'UpdateExpression',
];
/** Keywords and functions of DynamoDB expressions, which are not names of attributes. */
const WORDS = new Set(
  [...KEYWORDS, ...Object.keys(OPERANDS_OF), ...FUNCTIONS_OF_UPDATES].map((word) => word.toLowerCase()),
);
/**
 * Matches a path of names and placeholders, or a value placeholder, which does not name an attribute. A placeholder may
 * begin with a digit, as the placeholders of many libraries do. `a-b` is a subtraction.
 */
const PATH = /(?:[:#]\w+|[A-Za-z_]\w*)(?:\[\d+\])*(?:\.(?:#\w+|[A-Za-z_]\w*)(?:\[\d+\])*)*/g;
/**
 * Patterns for `name = value`, in either order. The lookbehind prevents the end of a placeholder
 * from being read as a name.
 */
const EQUATIONS = [
  /(?<![\w#:])(?<name>#\w+|[A-Za-z_][\w.-]*)\s*=\s*(?<value>:\w+)/g,
  /(?<value>:\w+)\s*=\s*(?<name>#\w+|[A-Za-z_][\w.-]*)/g,
];

/** Returns the top-level attributes that a request names, except the attributes of its key or item. */
export function namesIn(input: UnknownMembers): readonly string[] {
  const placeholders = membersOf(input['ExpressionAttributeNames']);
  const expressions = EXPRESSIONS.flatMap((name) => textsOf(input[name]));
  const paths = expressions.flatMap((text) => text.match(PATH) ?? []);
  const inExpressions = paths
    .filter((path) => !path.startsWith(':') && !WORDS.has(path.toLowerCase()))
    .map((path) => nameOf(path, placeholders));
  const legacy = ['AttributeUpdates', 'Expected', 'KeyConditions', 'QueryFilter', 'ScanFilter'].flatMap(
    (name) => Object.keys(membersOf(input[name])),
  );
  const { AttributesToGet: toGet } = input;
  return [...inExpressions, ...legacy, ...(Array.isArray(toGet) ? toGet.flatMap(textsOf) : [])];
}

/**
 * Returns the attribute name at the beginning of a path. For `#n.a[0]`, this is the name that the placeholder `#n`
 * represents.
 */
function nameOf(path: string, placeholders: UnknownMembers): string {
  const top = path.split(/[.[]/)[0] ?? '';
  const name = top.startsWith('#') ? placeholders[top] : top;
  return typeof name === 'string' ? name : top;
}

/** Returns the partition key value of a query, in DynamoDB's JSON; undefined if the query contains no such value. */
export function partitionOfQuery(input: UnknownMembers, partitionKey: string): unknown {
  const legacy = membersOf(membersOf(input['KeyConditions'])[partitionKey]);
  const { AttributeValueList: list } = legacy;
  if (legacy['ComparisonOperator'] === 'EQ' && Array.isArray(list)) return list[0];
  const placeholders = membersOf(input['ExpressionAttributeNames']);
  const values = membersOf(input['ExpressionAttributeValues']);
  const [text = ''] = textsOf(input['KeyConditionExpression']);
  const tests = EQUATIONS.flatMap((equation) => [...text.matchAll(equation)]);
  for (const { groups: { name = '', value = '' } = {} } of tests)
    if ((name.startsWith('#') ? placeholders[name] : name) === partitionKey) return values[value];
  return undefined;
}

function textsOf(value: unknown): readonly string[] {
  return typeof value === 'string' ? [value] : [];
}
