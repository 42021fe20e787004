/**
 * Evaluates the statements of a rule for one request. If the result depends on something that only AWS can evaluate, or
 * that a recorded request lacks, the result is `unjudged`.
 */
import { trimFieldWhitespace } from '@gatewright/aws/field-whitespace';
import { printAddress, readAddress } from './address-blocks.ts';
import { judgementOf, not } from './judgement.ts';
import { compareSize, matchesBytes } from './match-texts.ts';
import { transform } from './transform.ts';
import type { Address, AddressBlocks } from './address-blocks.ts';
import type { Countries } from './countries.ts';
import type { InspectedRequest } from './inspected-request.ts';
import type { Judgement } from './judgement.ts';
import type { Labels } from './labels.ts';
import type { RateCounter } from './rate-counter.ts';
import type {
  AggregateKey,
  Field,
  ForwardedIp,
  Pattern,
  RateStatement,
  Statement,
} from '../rules/statement.ts';

/** The entities that statements refer to. */
export type Surroundings = {
  readonly ipSet: (arn: string) => AddressBlocks | undefined;
  readonly patternSet: (arn: string) => readonly Pattern[] | undefined;
  /** The countries of networks; undefined if the user has passed no file of networks. */
  readonly countries: Countries | undefined;
  readonly counterOf: (rule: string, statement: RateStatement) => RateCounter;
};

/** The state of the evaluation of one rule for one request. */
export type RuleTurn = {
  /**
   * The name of the rule. For a rule of a group, the name of the rule that uses the group precedes it, because
   * each use of a group has its own counts.
   */
  rule: string;
  readonly request: InspectedRequest;
  readonly labels: Labels;
  /** The prefix of the labels of the rule's web ACL or rule group. */
  prefix: string;
  readonly around: Surroundings;
  readonly nowEpochMs: number;
  /** Whether the rule does not apply because it needs a forwarded address and the header for it is missing. */
  isSkipped: boolean;
  /** Whether the recorded request lacks the part that decides the result. */
  isLost: boolean;
  /** The reasons why the rule could not be evaluated; undefined if there are none. */
  reasons: Set<string> | undefined;
  /** The labels that geo statements add. They are added whether the statement matches or not. */
  geoLabels: string[] | undefined;
  possibleGeoPrefixes: string[] | undefined;
  /**
   * The key and the value for which the request exceeds the rate of the rule; undefined if it does not exceed the rate.
   */
  limited: { readonly key: string; readonly value: string } | undefined;
  /**
   * The part whose size alone decided the statement that was judged last, because the part is larger than what AWS WAF
   * inspects; undefined if no size decided.
   */
  oversized: Field | undefined;
};

/** The addresses of a forwarded list that each position inspects, as arguments of `slice`. */
const RANGES = { FIRST: [0, 1], LAST: [-1], ANY: [-10] } as const;

export function judgeStatement(statement: Statement, turn: RuleTurn): Judgement {
  turn.oversized = undefined;
  switch (statement.kind) {
    case 'and':
      return judgeAll(statement.statements, turn, 'no-match');
    case 'or':
      return judgeAll(statement.statements, turn, 'match');
    case 'not':
      return not(judgeStatement(statement.statement, turn));
    case 'bytes':
    case 'regex':
    case 'regex-set':
    case 'size':
      return judgeTexts(statement, turn);
    case 'label':
      return judgeLabel(statement, turn);
    case 'ip-set':
      return judgeIpSet(statement, turn);
    case 'geo':
      return judgeGeo(statement, turn);
    case 'rate':
      return judgeRate(statement, turn);
    case 'unjudged':
      return unjudge(turn, statement.what);
  }
}

/**
 * Evaluates the statements of an AND or OR. One `no-match` decides an AND and one `match` decides an OR, even if other
 * statements are `unjudged`. After the decision, only statements that add labels are still evaluated.
 */
function judgeAll(
  statements: readonly Statement[],
  turn: RuleTurn,
  deciding: 'match' | 'no-match',
): Judgement {
  let result = not(deciding);
  let isDecided = false;
  // If no statement decides, the result depends on all statements, so each oversized part is a reason for the result.
  let oversized: Field | undefined;
  for (const statement of statements) {
    if (isDecided && !addsLabels(statement)) continue;
    const judgement = judgeStatement(statement, turn);
    if (!isDecided) oversized = judgement === deciding ? turn.oversized : (oversized ?? turn.oversized);
    if (judgement === deciding) isDecided = true;
    if (judgement === 'unjudged') result = 'unjudged';
  }
  turn.oversized = oversized;
  return isDecided ? deciding : result;
}

function addsLabels(statement: Statement): boolean {
  if (statement.kind === 'geo') return true;
  if (statement.kind === 'not') return addsLabels(statement.statement);
  return (statement.kind === 'and' || statement.kind === 'or') && statement.statements.some(addsLabels);
}

type TextStatement = Extract<Statement, { kind: 'bytes' | 'regex' | 'regex-set' | 'size' }>;

function judgeTexts(statement: TextStatement, turn: RuleTurn): Judgement {
  const inspected = turn.request.inspect(statement.inspection);
  if (inspected.kind === 'decided') {
    if (inspected.isOversize === true) turn.oversized = statement.inspection.field;
    return judgementOf(inspected.isMatch);
  }
  if (inspected.kind === 'unjudged') return unjudge(turn, inspected.what, inspected.isLost);
  // This is a loop instead of a closure, because each request evaluates many such statements.
  for (const text of inspected.texts) if (matchesText(statement, text, turn.around)) return 'match';
  return 'no-match';
}

function matchesText(statement: TextStatement, text: string, around: Surroundings): boolean {
  switch (statement.kind) {
    case 'bytes':
      return matchesBytes(text, statement.search, statement.constraint);
    case 'regex':
      return statement.pattern.isFoundIn(text);
    case 'regex-set':
      return around.patternSet(statement.arn)?.some((one) => one.isFoundIn(text)) === true;
    case 'size':
      return compareSize(text.length, statement.comparison, statement.size);
  }
}

function unjudge(turn: RuleTurn, why: string, isLost = false): 'unjudged' {
  (turn.reasons ??= new Set()).add(why);
  if (isLost) turn.isLost = true;
  return 'unjudged';
}

function judgeLabel({ scope, key }: Extract<Statement, { kind: 'label' }>, turn: RuleTurn): Judgement {
  const judgement = turn.labels.match(scope, key, turn.prefix);
  return judgement === 'unjudged'
    ? unjudge(turn, `the label ${key}, because the rule that adds it could not be evaluated`)
    : judgement;
}

function judgeIpSet({ arn, forwarded }: Extract<Statement, { kind: 'ip-set' }>, turn: RuleTurn): Judgement {
  const blocks = turn.around.ipSet(arn);
  const isIn = (address: Address): boolean => blocks?.find(address) === true;
  if (forwarded === undefined) {
    if (lacksAddress(turn)) return 'unjudged';
    const { address } = turn.request;
    return judgementOf(address !== undefined && isIn(address));
  }
  const given = readForwarded(forwarded.header, turn);
  if (typeof given === 'string') return given;
  const asked = given.slice(...RANGES[forwarded.position]);
  const addresses = asked.filter((address) => address !== undefined);
  return addresses.length < asked.length
    ? judgementOf(forwarded.fallback === 'MATCH')
    : judgementOf(addresses.some(isIn));
}

/**
 * Returns the addresses that the header lists, with undefined for each item that is not an address. If the header is
 * missing or hidden, returns the result of the statement instead.
 */
function readForwarded(header: string, turn: RuleTurn): readonly (Address | undefined)[] | Judgement {
  if (turn.request.isHidden(header))
    return unjudge(turn, `the header ${header}, which the recorded request hides`, true);
  const values = turn.request.header(header);
  if (values.length === 0) {
    turn.isSkipped = true;
    return 'no-match';
  }
  return values
    .join(',')
    .split(',')
    .map((text) => readAddress(trimFieldWhitespace(text)));
}

/** Returns the first address in the header. Further addresses in the header are not evaluated ("ForwardedIPConfig"). */
function readFirstForwarded(forwarded: ForwardedIp, turn: RuleTurn): Address | Judgement | 'malformed' {
  const given = readForwarded(forwarded.header, turn);
  return typeof given === 'string' ? given : (given[0] ?? 'malformed');
}

function judgeGeo({ countries, forwarded }: Extract<Statement, { kind: 'geo' }>, turn: RuleTurn): Judgement {
  const space = `awswaf:${forwarded === undefined ? 'clientip' : 'forwardedip'}:geo:`;
  if (forwarded === undefined && lacksAddress(turn)) return 'unjudged';
  const address = forwarded === undefined ? turn.request.address : readFirstForwarded(forwarded, turn);
  if (address === 'malformed') return judgementOf(forwarded?.fallback === 'MATCH');
  if (typeof address === 'string') return address;
  const known = turn.around.countries;
  if (known === undefined) {
    (turn.possibleGeoPrefixes ??= []).push(space);
    return unjudge(turn, 'the country of the address, which only --waf-networks FILE provides');
  }
  const country = address === undefined ? undefined : known.of(address);
  (turn.geoLabels ??= []).push(`${space}country:${country ?? 'XX'}`);
  (turn.possibleGeoPrefixes ??= []).push(`${space}region:`);
  return judgementOf(country !== undefined && countries.has(country));
}

function lacksAddress(turn: RuleTurn): boolean {
  if (!turn.request.isMissing('address')) return false;
  unjudge(turn, 'the address of the caller, which the recorded request does not include', true);
  return true;
}

/**
 * Evaluates a rate-based statement. It counts only requests that match the scope-down statement and have all
 * aggregation keys.
 */
function judgeRate(statement: RateStatement, turn: RuleTurn): Judgement {
  const scope = statement.scopeDown === undefined ? 'match' : judgeStatement(statement.scopeDown, turn);
  if (scope !== 'match') return scope;
  turn.oversized = undefined;
  const instance = readInstance(statement, turn);
  if ('judgement' in instance) return instance.judgement;
  const counter = turn.around.counterOf(turn.rule, statement);
  const isOver = counter.count(instance.value, turn.nowEpochMs);
  if (isOver) turn.limited = { key: statement.keyType, value: instance.value };
  return judgementOf(isOver);
}

type Instance = { readonly value: string } | { readonly judgement: Judgement };

function readInstance(statement: RateStatement, turn: RuleTurn): Instance {
  switch (statement.keyType) {
    case 'CONSTANT':
      return { value: '' };
    case 'IP':
      return readSourceKey(turn);
    case 'FORWARDED_IP':
      return readForwardedKey(statement.forwarded, turn);
    case 'CUSTOM_KEYS': {
      const values: string[] = [];
      for (const key of statement.keys) {
        const instance = readKey(key, statement, turn);
        if ('judgement' in instance) return instance;
        values.push(instance.value);
      }
      return { value: values.length === 1 ? (values[0] ?? '') : JSON.stringify(values) };
    }
  }
}

function readSourceKey(turn: RuleTurn): Instance {
  if (lacksAddress(turn)) return { judgement: 'unjudged' };
  const { address, parts } = turn.request;
  return { value: address === undefined ? parts.sourceIp : printAddress(address) };
}

const NO_KEY: Instance = { judgement: 'no-match' };
/** If the fallback is MATCH, all requests whose first address is malformed are counted together, as one instance. */
const MALFORMED: Instance = { value: 'malformed' };

function readForwardedKey(forwarded: ForwardedIp | undefined, turn: RuleTurn): Instance {
  if (forwarded === undefined) return NO_KEY;
  const address = readFirstForwarded(forwarded, turn);
  if (address === 'malformed') return forwarded.fallback === 'MATCH' ? MALFORMED : NO_KEY;
  return typeof address === 'string' ? { judgement: address } : { value: printAddress(address) };
}

function readKey(key: AggregateKey, { forwarded }: RateStatement, turn: RuleTurn): Instance {
  const { request, labels, prefix } = turn;
  switch (key.kind) {
    case 'ip':
      return readSourceKey(turn);
    case 'method':
      return { value: request.parts.method };
    case 'forwarded-ip':
      return readForwardedKey(forwarded, turn);
    case 'label-namespace':
      return valueOrNone(labels.inNamespace(key.namespace, prefix));
    case 'cookie': {
      const cookie = request.cookies.find(({ name }) => name === key.name);
      return valueOrNone(cookie && transform(cookie.value, key.transformations));
    }
    case 'field': {
      const inspected = request.inspect(key.inspection);
      if (inspected.kind === 'texts') return valueOrNone(inspected.texts[0]);
      if (inspected.kind === 'unjudged') unjudge(turn, inspected.what, inspected.isLost);
      return { judgement: inspected.kind === 'unjudged' ? 'unjudged' : 'no-match' };
    }
    case 'unseen':
      return { judgement: unjudge(turn, `the key ${key.name}, which the gateway does not have`) };
  }
}

function valueOrNone(value: string | undefined): Instance {
  return value === undefined ? NO_KEY : { value };
}
