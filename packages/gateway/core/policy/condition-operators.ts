/**
 * IAM's condition operators (IAM user guide, "Condition operators"). An operator is compiled for each value in the
 * policy.
 */
import { isWithin, onlyAddress, parseCallerAddress, parseIpBlock } from '@gatewright/aws/ip-address';
import { quote } from '../routing/quote.ts';
import type { ConditionValues } from './model.ts';
import { PolicyInvalid } from './policy-invalid.ts';
import { compilePattern, compileText } from './text-pattern.ts';

export type ValueTest = (requestValue: string, values: ConditionValues) => boolean;

export type Operator = {
  /**
   * Whether the operator is negated (`…Not…`). A negated operator is true if no policy value matches. Without a
   * quantifier, it is also true if the request has no value.
   */
  readonly isNegated: boolean;
  /**
   * Compiles the test for one policy value.
   * @throws PolicyInvalid if the operator cannot read the value
   */
  compile(policyValue: string, hasVariables: boolean): ValueTest;
};

type Compile = Operator['compile'];

const equals: Compile = (policyValue, hasVariables) => {
  const render = compileText(policyValue, hasVariables);
  return (requestValue, values) => render(values) === requestValue;
};

const equalsIgnoreCase: Compile = (policyValue, hasVariables) => {
  const render = compileText(policyValue, hasVariables);
  return (requestValue, values) => render(values)?.toLowerCase() === requestValue.toLowerCase();
};

/** Matches a colon that is not inside a policy variable. */
const ARN_COLON = /:(?![^{}]*\})/;
const ARN_PARTS = 6;

/** Compares two ARNs part by part, so that a wildcard in one of the six parts does not extend into the next part. */
const arnLike: Compile = (policyValue, hasVariables) => {
  const patterns = splitArn(policyValue.split(ARN_COLON)).map((part) => compilePattern(part, hasVariables));
  if (patterns.length < ARN_PARTS) throw new PolicyInvalid(`${quote(policyValue)} is not an ARN`);
  return (requestValue, values) => {
    const parts = splitArn(requestValue.split(':'));
    return (
      parts.length === ARN_PARTS && patterns.every((pattern, index) => pattern(parts[index] ?? '', values))
    );
  };
};

function splitArn(pieces: readonly string[]): readonly string[] {
  const head = pieces.slice(0, ARN_PARTS - 1);
  return pieces.length < ARN_PARTS ? head : [...head, pieces.slice(ARN_PARTS - 1).join(':')];
}

const bool: Compile = (policyValue) => {
  const positive = policyValue.toLowerCase();
  if (positive !== 'true' && positive !== 'false')
    throw new PolicyInvalid(`${quote(policyValue)} is not a boolean`);
  return (requestValue) => requestValue.toLowerCase() === positive;
};

/** Compares an address with a block or a single address. An address that cannot be parsed is not in any block. */
const ipAddress: Compile = (policyValue) => {
  const block = parseIpBlock(policyValue);
  if (block === undefined)
    throw new PolicyInvalid(`${quote(policyValue)} is neither an address nor a CIDR block`);
  return (requestValue) => {
    const address = parseCallerAddress(requestValue);
    return address !== undefined && isWithin(onlyAddress(address), block);
  };
};

type Comparison = (request: number, policy: number) => boolean;

const NUMBER = /^[+-]?\d+(?:\.\d+)?$/;

function numeric(compare: Comparison): Compile {
  return (policyValue) => {
    const policy = readNumber(policyValue);
    if (policy === undefined) throw new PolicyInvalid(`${quote(policyValue)} is not a number`);
    return (requestValue) => {
      const request = readNumber(requestValue);
      return request !== undefined && compare(request, policy);
    };
  };
}

function readNumber(text: string): number | undefined {
  return NUMBER.test(text) ? Number(text) : undefined;
}

function date(compare: Comparison): Compile {
  return (policyValue) => {
    const policy = readDate(policyValue);
    if (policy === undefined) throw new PolicyInvalid(`${quote(policyValue)} is not a date`);
    return (requestValue) => {
      const request = readDate(requestValue);
      return request !== undefined && compare(request, policy);
    };
  };
}

/**
 * The W3C date and time format: `2025-04-14T22:13:38Z`, or shorter forms down to a year. `readDate` also accepts
 * seconds since 1970, and returns milliseconds.
 */
const W3C_DATE = /^\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?)?)?$/;
const EPOCH_SECONDS = /^\d{5,12}(?:\.\d{1,9})?$/;

function readDate(text: string): number | undefined {
  if (EPOCH_SECONDS.test(text)) return Number(text) * 1000;
  const epochMs = W3C_DATE.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(epochMs) ? undefined : epochMs;
}

const isEqual: Comparison = (request, policy) => request === policy;

const positive = (compile: Compile): Operator => ({ isNegated: false, compile });
const unwanted = (compile: Compile): Operator => ({ isNegated: true, compile });

/** The operators by exact name. `conditions.ts` handles `Null`, `…IfExists` and `ForAllValues:`. */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ['StringEquals', positive(equals)],
  ['StringNotEquals', unwanted(equals)],
  ['StringEqualsIgnoreCase', positive(equalsIgnoreCase)],
  ['StringNotEqualsIgnoreCase', unwanted(equalsIgnoreCase)],
  ['StringLike', positive(compilePattern)],
  ['StringNotLike', unwanted(compilePattern)],
  ['NumericEquals', positive(numeric(isEqual))],
  ['NumericNotEquals', unwanted(numeric(isEqual))],
  ['NumericLessThan', positive(numeric((request, policy) => request < policy))],
  ['NumericLessThanEquals', positive(numeric((request, policy) => request <= policy))],
  ['NumericGreaterThan', positive(numeric((request, policy) => request > policy))],
  ['NumericGreaterThanEquals', positive(numeric((request, policy) => request >= policy))],
  ['DateEquals', positive(date(isEqual))],
  ['DateNotEquals', unwanted(date(isEqual))],
  ['DateLessThan', positive(date((request, policy) => request < policy))],
  ['DateLessThanEquals', positive(date((request, policy) => request <= policy))],
  ['DateGreaterThan', positive(date((request, policy) => request > policy))],
  ['DateGreaterThanEquals', positive(date((request, policy) => request >= policy))],
  ['Bool', positive(bool)],
  ['BinaryEquals', positive(equals)],
  ['IpAddress', positive(ipAddress)],
  ['NotIpAddress', unwanted(ipAddress)],
  ['ArnEquals', positive(arnLike)],
  ['ArnLike', positive(arnLike)],
  ['ArnNotEquals', unwanted(arnLike)],
  ['ArnNotLike', unwanted(arnLike)],
]);
