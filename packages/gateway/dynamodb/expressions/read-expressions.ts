/**
 * Reads the expressions of a request, and replaces dynalite's own reader. dynalite's generated parser takes exponential
 * time for nested parentheses and does not enforce DynamoDB's limits. The result has the form that dynalite evaluates.
 */
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { validations } from '../dynalite-store.ts';
import { parseCondition } from './condition-syntax.ts';
import { parseProjection } from './path-syntax.ts';
import { Findings, nestedTops, noteOverlaps, Placeholders } from './placeholders.ts';
import type { Path } from './placeholders.ts';
import { resolveCondition } from './resolve-condition.ts';
import { resolveUpdate } from './resolve-update.ts';
import { ExpressionError, Tokens } from './tokens.ts';
import { parseUpdate } from './update-syntax.ts';

/** The input of an operation, with the members that dynalite's actions read. */
type Input = {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, UnknownMembers>>;
  _updates?: unknown;
  _condition?: unknown;
  _keyCondition?: unknown;
  _filter?: unknown;
  _projection?: unknown;
};

/** The maximum length of an expression in bytes (developer guide, "Quotas": expression parameters). */
const MAX_EXPRESSION_BYTES = 4096;
const MAX_PLACEHOLDER_CHARS = 255;

const KINDS = [
  { name: 'UpdateExpression', member: '_updates', read: readUpdate },
  { name: 'ConditionExpression', member: '_condition', read: readCondition },
  { name: 'KeyConditionExpression', member: '_keyCondition', read: readKeyCondition },
  { name: 'FilterExpression', member: '_filter', read: readCondition },
  { name: 'ProjectionExpression', member: '_projection', read: readProjection },
] as const;

/**
 * Reads all expressions of a request.
 * @returns the error message in DynamoDB's words; undefined if there is no error
 */
export function readExpressions(input: Input): string | undefined {
  const { ExpressionAttributeNames: names, ExpressionAttributeValues: values } = input;
  const wrong =
    keysWrong('ExpressionAttributeNames', '#', names) ??
    keysWrong('ExpressionAttributeValues', ':', values) ??
    valuesWrong(values);
  if (wrong !== undefined) return wrong;
  const placeholders = new Placeholders(names, values);
  for (const { name, member, read } of KINDS) {
    const text = (input as Readonly<Record<string, unknown>>)[name];
    if (typeof text !== 'string') continue;
    try {
      input[member] = readOne(text, (tokens) => read(tokens, placeholders));
    } catch (error) {
      if (error instanceof ExpressionError) return `Invalid ${name}: ${error.message}`;
      throw error;
    }
  }
  return (
    unusedIn('ExpressionAttributeNames', placeholders.unusedNames) ??
    unusedIn('ExpressionAttributeValues', placeholders.unusedValues)
  );
}

function keysWrong(member: string, sign: string, given: object | undefined): string | undefined {
  if (given === undefined) return undefined;
  const keys = Object.keys(given);
  if (keys.length === 0) return `${member} must not be empty`;
  const isRight = (key: string): boolean =>
    key.startsWith(sign) && key.length <= MAX_PLACEHOLDER_CHARS && /^.\w+$/.test(key);
  const key = keys.find((one) => !isRight(one));
  return key === undefined ? undefined : `${member} contains invalid key: Syntax error; key: "${key}"`;
}

function valuesWrong(values: Input['ExpressionAttributeValues'] = {}): string | undefined {
  for (const [key, value] of Object.entries(values)) {
    const wrong = validations.validateAttributeValue(value);
    if (wrong !== undefined && wrong !== null)
      return `ExpressionAttributeValues contains invalid value: ${wrong} for key ${key}`;
  }
  return undefined;
}

function readOne<T>(text: string, read: (tokens: Tokens) => T): T {
  if (text === '') throw new ExpressionError('The expression can not be empty;');
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_EXPRESSION_BYTES)
    throw new ExpressionError(
      `Expression size has exceeded the maximum allowed size; expression size: ${bytes}`,
    );
  return read(new Tokens(text));
}

function readCondition(tokens: Tokens, placeholders: Placeholders): unknown {
  return resolveCondition(parseCondition(tokens), placeholders);
}

function readKeyCondition(tokens: Tokens, placeholders: Placeholders): unknown {
  return resolveCondition(parseCondition(tokens), placeholders, true);
}

function readUpdate(tokens: Tokens, placeholders: Placeholders): unknown {
  return resolveUpdate(parseUpdate(tokens), placeholders);
}

function readProjection(tokens: Tokens, placeholders: Placeholders): unknown {
  const findings = new Findings();
  const paths: Path[] = [];
  for (const syntax of parseProjection(tokens)) {
    const path = placeholders.path(syntax, findings);
    if (path !== undefined) paths.push(path);
  }
  noteOverlaps(paths, findings);
  const wrong = findings.first(['reserved', 'undefined', 'overlap', 'conflict']);
  if (wrong !== undefined) throw new ExpressionError(wrong);
  return { paths, nestedPaths: nestedTops(paths) };
}

function unusedIn(member: string, unused: ReadonlySet<string>): string | undefined {
  if (unused.size === 0) return undefined;
  return `Value provided in ${member} unused in expressions: keys: {${[...unused].join(', ')}}`;
}
