/**
 * Reads the statements of rules. A valid statement that the gateway cannot evaluate becomes `unjudged`, but a regular
 * expression that the gateway cannot compile is refused.
 */
import {
  inspectionOf,
  readField,
  readForwardedIp,
  readInspection,
  readTransformations,
} from './read-field.ts';
import { toBytesText } from './bytes-text.ts';
import { compilePattern, MAX_PATTERN } from './pattern.ts';
import { COMPARISONS, CONSTRAINTS, LABEL_SCOPES, POSITIONS, RATE_KEY_TYPES } from './statement.ts';
import { refuseRule, soleMember } from './refused-rule.ts';
import type { AggregateKey, RateStatement, Statement } from './statement.ts';
import type { MemberReader } from '@gatewright/aws/member-reader';

const MAX_SEARCH_BYTES = 200;
/** Maximum nesting of statements. Deeper nesting is refused, because reading and evaluation are recursive. */
const MAX_DEPTH = 20;
/** AWS refuses an AND or OR of one statement (hashicorp/terraform-provider-aws#34320). */
const MIN_NESTED = 2;
const MAX_NESTED = 100;
const MAX_RATE_KEYS = 5;
const MAX_RATE = 2_000_000_000;
const WINDOWS = [60, 120, 300, 600];

type ReadStatement = (at: MemberReader, depth: number) => Statement;

const STATEMENTS: Readonly<Record<string, ReadStatement>> = {
  AndStatement: (at, depth) => ({ kind: 'and', statements: readNested(at, depth, 'and-of-one') }),
  OrStatement: (at, depth) => ({ kind: 'or', statements: readNested(at, depth, 'or-of-one') }),
  NotStatement: (at, depth) => ({
    kind: 'not',
    statement: readStatement(at.object('Statement'), depth + 1),
  }),
  ByteMatchStatement: readByteMatch,
  RegexMatchStatement: readRegexMatch,
  RegexPatternSetReferenceStatement: (at) => ({
    kind: 'regex-set',
    inspection: readInspection(at),
    arn: at.text(arnNameOf(at)),
  }),
  SizeConstraintStatement: (at) => ({
    kind: 'size',
    inspection: readInspection(at),
    comparison: at.oneOf('ComparisonOperator', COMPARISONS),
    size: at.integer('Size', 0, 21_474_836_480),
  }),
  GeoMatchStatement: readGeo,
  IPSetReferenceStatement: readIpSet,
  LabelMatchStatement: (at) => {
    const scope = at.oneOf('Scope', LABEL_SCOPES);
    const key = at.text('Key', 1024);
    if (scope === 'NAMESPACE' && !key.endsWith(':'))
      at.refuse('Key', `must end with a colon, because Scope is NAMESPACE: write ${key}:`);
    if (scope === 'LABEL' && key.endsWith(':'))
      at.refuse('Key', `must end with a label name, because Scope is LABEL: ${key} ends with a colon`);
    return { kind: 'label', scope, key };
  },
  SqliMatchStatement: (at) => {
    const isHigh = at.oneOf('SensitivityLevel', ['LOW', 'HIGH'], 'LOW') === 'HIGH';
    return {
      kind: 'unjudged',
      detector: isHigh ? 'sqli-high' : 'sqli',
      what: 'AWS’s detector of SQL injection',
      inspection: readInspection(at),
    };
  },
  XssMatchStatement: (at) => {
    const what = 'AWS’s detector of cross-site scripting';
    return { kind: 'unjudged', detector: 'xss', what, inspection: readInspection(at) };
  },
  AsnMatchStatement: (at) => {
    if (at.value('AsnList') === undefined) at.refuse('AsnList', 'must be a list, such as [64500]');
    const what = 'the number of the caller’s network (ASN)';
    return { kind: 'unjudged', detector: 'asn', what, inspection: undefined };
  },
};

/**
 * Reads a statement.
 * @throws InvalidMember if it is invalid or nested too deeply
 */
export function readStatement(at: MemberReader, depth = 0): Statement {
  if (depth > MAX_DEPTH) at.refuse('', `statements are nested deeper than ${MAX_DEPTH} levels`);
  const name = soleMember(at, 'statement');
  const read = Object.hasOwn(STATEMENTS, name) ? STATEMENTS[name] : undefined;
  if (read !== undefined) return read(at.object(name), depth);
  if (name === 'RateBasedStatement' || name.endsWith('RuleGroupStatement') || name.startsWith('RuleGroup'))
    at.refuse('', `${name} cannot be nested in another statement`);
  return at.refuse('', `unknown statement ${name}; expected one of ${Object.keys(STATEMENTS).join(', ')}`);
}

function readNested(at: MemberReader, depth: number, said: 'and-of-one' | 'or-of-one'): readonly Statement[] {
  const items = at.objects('Statements', MAX_NESTED);
  if (items.length < MIN_NESTED)
    refuseRule(at, 'Statements', `must have at least ${MIN_NESTED} statements, not ${items.length}`, said);
  return items.map((item) => readStatement(item, depth + 1));
}

function readByteMatch(at: MemberReader): Statement {
  const isBase64 = at.has('SearchStringBase64');
  if (isBase64 === at.has('SearchString'))
    at.refuse('', 'must have either SearchString or SearchStringBase64');
  const search = isBase64
    ? Buffer.from(at.text('SearchStringBase64'), 'base64').toString('latin1')
    : toBytesText(at.text('SearchString'));
  if (search.length === 0 || search.length > MAX_SEARCH_BYTES)
    at.refuse(
      isBase64 ? 'SearchStringBase64' : 'SearchString',
      `has ${search.length} bytes; 1 to ${MAX_SEARCH_BYTES} are allowed`,
    );
  const constraint = at.oneOf('PositionalConstraint', CONSTRAINTS);
  if (constraint === 'CONTAINS_WORD' && !/^\w+$/.test(search))
    at.refuse(
      'SearchString',
      `must consist of letters, digits and _ for CONTAINS_WORD, not ${JSON.stringify(search)}`,
    );
  return { kind: 'bytes', inspection: readInspection(at), search, constraint };
}

function readRegexMatch(at: MemberReader): Statement {
  const source = at.text('RegexString', MAX_PATTERN);
  const pattern = compilePattern(source);
  if (pattern === undefined)
    at.refuse(
      'RegexString',
      `is not a regular expression that the gateway can evaluate (RE2, without look-around or backreferences): ${source}`,
    );
  return { kind: 'regex', inspection: readInspection(at), pattern };
}

function readGeo(at: MemberReader): Statement {
  const codes = at.texts('CountryCodes', 50);
  const wrong = codes.find((code) => !/^[A-Z]{2}$/.test(code));
  if (codes.length === 0) at.refuse('CountryCodes', 'must have at least one country, such as DE');
  if (wrong !== undefined) at.refuse('CountryCodes', `must contain codes such as DE, not ${wrong}`);
  const forwarded = at.optional('ForwardedIPConfig');
  return { kind: 'geo', countries: new Set(codes), forwarded: forwarded && readForwardedIp(forwarded) };
}

function readIpSet(at: MemberReader): Statement {
  const config = at.optional('IPSetForwardedIPConfig');
  return {
    kind: 'ip-set',
    arn: at.text(arnNameOf(at)),
    forwarded: config && { ...readForwardedIp(config), position: config.oneOf('Position', POSITIONS) },
  };
}

/** Returns the name of the member that contains the ARN. It is `Arn` in CloudFormation and `ARN` in the API. */
function arnNameOf(at: MemberReader): string {
  return at.has('Arn') ? 'Arn' : 'ARN';
}

/** Reads a rate-based statement. Such a statement can only be the statement of a rule, never nested. */
export function readRate(at: MemberReader): RateStatement {
  const keyType = at.oneOf('AggregateKeyType', RATE_KEY_TYPES, 'IP');
  const windowSeconds = at.integer('EvaluationWindowSec', 60, 600, 300);
  if (!WINDOWS.includes(windowSeconds))
    at.refuse('EvaluationWindowSec', `must be one of ${WINDOWS.join(', ')}, not ${windowSeconds}`);
  const scopeDown = at.optional('ScopeDownStatement');
  if (keyType === 'CONSTANT' && scopeDown === undefined)
    at.refuse('ScopeDownStatement', 'is required if AggregateKeyType is CONSTANT');
  const forwarded = at.optional('ForwardedIPConfig');
  const keys = keyType === 'CUSTOM_KEYS' ? at.objects('CustomKeys', MAX_RATE_KEYS).map(readKey) : [];
  if (keyType === 'CUSTOM_KEYS' && keys.every(({ kind }) => kind === 'ip' || kind === 'forwarded-ip'))
    at.refuse(
      'CustomKeys',
      'must have a key other than IP or ForwardedIP; to count by address alone, set AggregateKeyType to IP or FORWARDED_IP',
    );
  const needsForwarded = keyType === 'FORWARDED_IP' || keys.some(({ kind }) => kind === 'forwarded-ip');
  if (needsForwarded && forwarded === undefined)
    at.refuse('ForwardedIPConfig', 'is required to count requests by the forwarded address');
  return {
    kind: 'rate',
    id: at.printed,
    limit: at.integer('Limit', 10, MAX_RATE),
    windowSeconds,
    keyType,
    keys,
    forwarded: forwarded && readForwardedIp(forwarded),
    scopeDown: scopeDown && readStatement(scopeDown),
  };
}

function readKey(at: MemberReader): AggregateKey {
  const name = at.sole();
  const inner = at.object(name);
  const ofField = (member: string): AggregateKey => ({
    kind: 'field',
    inspection: inspectionOf(readField(at.as({ [member]: fieldOf(inner) })), readTransformations(inner)),
  });
  switch (name) {
    case 'IP':
      return { kind: 'ip' };
    case 'HTTPMethod':
      return { kind: 'method' };
    case 'ForwardedIP':
      return { kind: 'forwarded-ip' };
    case 'Header':
      return ofField('SingleHeader');
    case 'QueryArgument':
      return ofField('SingleQueryArgument');
    case 'QueryString':
      return ofField('QueryString');
    case 'UriPath':
      return ofField('UriPath');
    case 'Cookie':
      return { kind: 'cookie', name: inner.text('Name'), transformations: readTransformations(inner) };
    case 'LabelNamespace':
      return { kind: 'label-namespace', namespace: inner.text('Namespace', 1024) };
    case 'JA3Fingerprint':
    case 'JA4Fingerprint':
    case 'ASN':
      return { kind: 'unseen', name };
    default:
      return at.refuse('', `unknown key ${name} of a rate-based rule`);
  }
}

function fieldOf(key: MemberReader): object {
  return key.has('Name') ? { Name: key.value('Name') } : {};
}
