/** Reads the response of an authorizer function (docs/aws §4.3, §4.5, §11.6). */
import { asOneOrMore, asJsonObject, parseJson } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { compilePolicy } from '../policy/evaluate.ts';
import type { CompiledPolicy } from '../policy/model.ts';
import { quote } from '../routing/quote.ts';
import { putEntry } from '../routing/text-map.ts';
import type { AuthorizerMistake, AuthorizerResultPart } from '../defect.ts';
import type { ContextValue } from './request-facts.ts';

export type AuthorizerResultFormat = {
  readonly payload: 'rest-token' | 'rest-request' | 'http-1.0' | 'http-2.0' | 'websocket';
  /** Whether the function responds with `{isAuthorized}` instead of a policy. Only payload 2.0 supports this. */
  readonly simpleResponses: boolean;
};

type AuthorizerAnswer = {
  readonly principalId: string | undefined;
  readonly context: Readonly<Record<string, ContextValue>>;
  readonly usageIdentifierKey: string | undefined;
  readonly verdict:
    | { readonly kind: 'policy'; readonly policy: CompiledPolicy }
    | { readonly kind: 'simple'; readonly isAuthorized: boolean };
};

type AuthorizerResult =
  | { readonly kind: 'grant'; readonly grant: AuthorizerAnswer }
  /** The result cannot be used. Nothing is allowed, and the client receives 500. */
  | {
      readonly kind: 'invalid';
      readonly reason: string;
      /** The part of the result that is invalid. */
      readonly part: AuthorizerResultPart;
      /** The name of the invalid member of the context, for the part `context-value`. */
      readonly member?: string | undefined;
      readonly given?: AuthorizerMistake | undefined;
    };

const MAX_WEBSOCKET_BYTES = 8 * 1024;
const MAX_ARN_LENGTH = 512;

/** Reads the result of an authorizer function. Never throws. */
export function readAuthorizerResult(payload: string, format: AuthorizerResultFormat): AuthorizerResult {
  if (format.payload === 'websocket' && Buffer.byteLength(payload) > MAX_WEBSOCKET_BYTES)
    return invalid('size', 'more than 8 KB');
  const result = asJsonObject(parseJson(payload));
  if (result === undefined) return { ...invalid('result', 'no JSON object'), given: readValue(payload) };
  const isSimple = format.simpleResponses && format.payload === 'http-2.0';
  const verdict = isSimple ? readSimpleVerdict(result) : readPolicyVerdict(result['policyDocument']);
  if (verdict.kind === 'invalid') return { ...verdict, given: findMistake(result, isSimple) };
  const context = readContext(result['context'], format.payload === 'http-2.0');
  if (context.kind === 'invalid') return context;
  const principalId = readOptionalText(result['principalId']);
  if (principalId === false) return invalid('principalId', 'a principalId that is not a string');
  const usageIdentifierKey = readOptionalText(result['usageIdentifierKey']);
  if (usageIdentifierKey === false)
    return invalid('usageIdentifierKey', 'a usageIdentifierKey that is not a string');
  return { kind: 'grant', grant: { principalId, context: context.context, usageIdentifierKey, verdict } };
}

/** Only `true`, `false` and `null` are kept, because any other result may contain secrets. */
function readValue(payload: string): AuthorizerMistake | undefined {
  return payload === 'true' || payload === 'false' || payload === 'null'
    ? { kind: 'value', value: payload }
    : undefined;
}

function findMistake(result: UnknownMembers, isSimple: boolean): AuthorizerMistake | undefined {
  const { statusCode, isAuthorized, policyDocument } = result;
  if (typeof statusCode === 'number' || typeof statusCode === 'string')
    return { kind: 'response', statusCode: String(statusCode).slice(0, 5) };
  if (!isSimple && isAuthorized !== undefined) return { kind: 'simple' };
  return isSimple && policyDocument !== undefined ? { kind: 'policy' } : undefined;
}

type Invalid = Extract<AuthorizerResult, { kind: 'invalid' }>;

function invalid(part: AuthorizerResultPart, reason: string, member?: string): Invalid {
  return { kind: 'invalid', reason, part, member };
}

/** Reads `isAuthorized`. Only booleans are accepted, because the string `"false"` is truthy in JavaScript. */
function readSimpleVerdict(result: UnknownMembers): AuthorizerAnswer['verdict'] | Invalid {
  const isAuthorized = result['isAuthorized'];
  return typeof isAuthorized === 'boolean'
    ? { kind: 'simple', isAuthorized }
    : invalid('isAuthorized', 'no boolean isAuthorized, which simple responses need');
}

function readPolicyVerdict(document: unknown): AuthorizerAnswer['verdict'] | Invalid {
  if (document === undefined || document === null) return invalid('policyDocument', 'no policyDocument');
  const longArn = findLongArn(document);
  if (longArn !== undefined)
    return invalid('resource', `a Resource of ${longArn.length} characters; AWS accepts at most 512`);
  const compiled = compilePolicy(document, { effectInAnyCase: true });
  return compiled.kind === 'compiled'
    ? { kind: 'policy', policy: compiled.policy }
    : invalid('policy', `an invalid policyDocument: ${compiled.reason}`);
}

/**
 * Finds an ARN that is too long. Malformed parts of the policy are skipped here, because the policy compiler reports
 * them.
 */
function findLongArn(document: unknown): string | undefined {
  const statements = asOneOrMore(asJsonObject(document)?.['Statement']);
  for (const statement of statements) {
    const record = asJsonObject(statement);
    for (const arn of [...asOneOrMore(record?.['Resource']), ...asOneOrMore(record?.['NotResource'])])
      if (typeof arn === 'string' && arn.length > MAX_ARN_LENGTH) return arn;
  }
  return undefined;
}

type ContextReading = { readonly kind: 'context'; readonly context: AuthorizerAnswer['context'] } | Invalid;

/**
 * Reads the context. Payload 2.0 allows structures and the key `claims`. In the other formats, a structure or the
 * reserved key `claims` makes the response invalid.
 */
function readContext(value: unknown, takesStructures: boolean): ContextReading {
  if (value === undefined || value === null) return { kind: 'context', context: {} };
  const record = asJsonObject(value);
  if (record === undefined) return invalid('context', 'a context that is not an object');
  const context: Record<string, ContextValue> = {};
  for (const [name, item] of Object.entries(record)) {
    if (!takesStructures && name === 'claims')
      return invalid('context-claims', 'the reserved context key "claims"');
    if (!takesStructures && typeof item === 'object' && item !== null)
      return invalid(
        'context-value',
        `an object or array in context ${quote(name)}; AWS accepts strings, numbers and booleans`,
        name,
      );
    putEntry(context, name, item as ContextValue);
  }
  return { kind: 'context', context };
}

/**
 * Reads a string or a number as text. Returns undefined if there is no value, and `false` if the value has another
 * type.
 */
function readOptionalText(value: unknown): string | undefined | false {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : false;
}
