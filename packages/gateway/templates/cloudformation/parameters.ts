/**
 * Reads the `Parameters` section. It uses the given values and the defaults, and applies CloudFormation's checks to
 * both.
 */
import { isJsonList, isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { describeOrigins } from './parameter-origins.ts';
import type { Path } from './template-source.ts';
import type { DefinitionError, Tolerance } from '../../core/errors.ts';
import type { RuleId } from '../../core/deployability/rules.ts';
import type { RawStack } from '../raw-stack.ts';

export type ParameterValue =
  | { readonly kind: 'value'; readonly value: Json }
  /**
   * The value is stored in SSM under the name `parameter`, which a stack of this run may define. If there is no such
   * value, only the parts of the template that use it fail.
   */
  | {
      readonly kind: 'in-ssm';
      readonly parameter: string;
      readonly read: (value: string) => Json;
      readonly message: string;
    }
  /** The parameter has no valid value; anything that uses it fails with this error. */
  | { readonly kind: 'unusable'; readonly error: DefinitionError };

type Source = Pick<RawStack, 'parameters' | 'placeholderParameters' | 'stored'>;

type Fail = (at: Path, message: string, rule?: RuleId) => never;

const LIST_TYPE = /^(?:CommaDelimitedList|List<.+>)$/;
const SSM_VALUE_TYPE = /^AWS::SSM::Parameter::Value</;
const SSM_LIST_TYPE = /^AWS::SSM::Parameter::Value<(?:List<.+>|CommaDelimitedList)>$/;
const KNOWN_TYPE = /^(?:String|Number|CommaDelimitedList|List<(?:Number|AWS::[\w:]+)>|AWS::[\w:]+(?:<.+>)?)$/;

export function isListType(type: string): boolean {
  return LIST_TYPE.test(type) || SSM_LIST_TYPE.test(type);
}

/**
 * Reads every declared parameter. Values for undeclared names are ignored, because `--param` applies to all stacks.
 * @param file the template, in whose project the origin of missing values is looked for
 */
export function readParameters(
  section: Json | undefined,
  { parameters: given, placeholderParameters, stored }: Source,
  fail: Fail,
  tolerance: Tolerance,
  file?: string,
): ReadonlyMap<string, ParameterValue> {
  const values = new Map<string, ParameterValue>();
  const missing: string[] = [];
  for (const [name, declaration] of Object.entries(membersOf(section))) {
    const value = tolerance.attempt<ParameterValue | undefined>(
      WITHOUT_VALUE,
      () => readParameter(name, declaration, given, fail, stored, placeholderParameters?.has(name) === true),
      (error) => ({ kind: 'unusable', error }),
    );
    if (value === undefined) missing.push(name);
    else values.set(name, value);
  }
  if (missing.length > 0) {
    const origins = file === undefined ? [] : describeOrigins(missing, file);
    refuseMissing(missing, values, fail, tolerance, origins);
  }
  return values;
}

const WITHOUT_VALUE = 'the parts of the stack that use the parameter are omitted or return 500';

function refuseMissing(
  missing: readonly string[],
  values: Map<string, ParameterValue>,
  fail: Fail,
  tolerance: Tolerance,
  origins: readonly string[],
): void {
  const [only = '', ...others] = missing;
  const hint = [missing.map((name) => `--param ${name}=…`).join(' '), ...origins].join('; ');
  tolerance.attempt(
    WITHOUT_VALUE,
    () =>
      others.length === 0
        ? fail(['Parameters', only], `must have a value; pass ${hint}`, 'parameter-without-value')
        : fail(
            ['Parameters'],
            `[${missing.join(', ')}] must have values; pass ${hint}`,
            'parameter-without-value',
          ),
    (error) => {
      for (const name of missing) values.set(name, { kind: 'unusable', error });
    },
  );
}

/**
 * Reads one parameter; undefined if it has no value.
 * @param isPlaceholder whether the value is a placeholder. A placeholder is not checked against the declaration's
 * constraints, because AWS gets another value.
 */
function readParameter(
  name: string,
  declaration: Json,
  given: Readonly<Record<string, string>>,
  fail: Fail,
  stored: Source['stored'],
  isPlaceholder: boolean,
): ParameterValue | undefined {
  const at = ['Parameters', name];
  if (!isJsonObject(declaration) || typeof declaration['Type'] !== 'string')
    return fail(at, 'Template format error: every Parameters object must contain a Type member');
  const type = declaration['Type'];
  if (!KNOWN_TYPE.test(type))
    fail([...at, 'Type'], `Template format error: Unrecognized parameter type: ${type}`);
  const text = Object.hasOwn(given, name) ? given[name] : defaultText(declaration['Default']);
  if (SSM_VALUE_TYPE.test(type) && !Object.hasOwn(given, name)) {
    // The declaration's constraints apply to the name of the SSM parameter. Messages must not contain the parameter's
    // value.
    const found = text === undefined ? undefined : stored?.parameter(text);
    const read = (value: string): Json => (SSM_LIST_TYPE.test(type) ? splitList(value) : value);
    // CloudFormation does not accept a SecureString as the value of a template parameter.
    if (found === undefined || found.type === 'SecureString')
      return { kind: 'in-ssm', parameter: text ?? '', read, message: ssmMessage(name, type) };
    return { kind: 'value', value: read(found.value) };
  }
  if (text === undefined) return undefined;
  if (isPlaceholder) return { kind: 'value', value: LIST_TYPE.test(type) ? splitList(text) : text };
  const from = Object.hasOwn(given, name) ? at : [...at, 'Default'];
  return { kind: 'value', value: checkValue(name, type, text, declaration, from, fail) };
}

function splitList(text: string): string[] {
  return text === '' ? [] : text.split(',').map((item) => item.trim());
}

function ssmMessage(name: string, type: string): string {
  return `parameter ${name} has type ${type}, so its value comes from SSM in the account; set it with --param ${name}=…, or define, in gatewright.values.yml under ssm, the SSM parameter whose name is its Default`;
}

/** Returns a value as the text that CloudFormation compares; undefined if there is none. */
function defaultText(value: Json | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function checkValue(
  name: string,
  type: string,
  text: string,
  declaration: JsonObject,
  at: Path,
  fail: Fail,
): Json {
  const isList = LIST_TYPE.test(type);
  const items = isList ? splitList(text) : [text];
  const isNumber = type === 'Number' || type === 'List<Number>';
  for (const item of items) {
    if (isNumber && (item === '' || !Number.isFinite(Number(item)))) {
      fail(at, `Parameter '${name}' must be a number`);
    }
    checkConstraints(name, item, declaration, isNumber, at, fail);
  }
  return isList ? items : text;
}

function checkConstraints(
  name: string,
  item: string,
  declaration: JsonObject,
  isNumber: boolean,
  at: Path,
  fail: Fail,
): void {
  const allowed = declaration['AllowedValues'];
  if (isJsonList(allowed) && !allowed.some((value) => defaultText(value) === item)) {
    // With NoEcho, the allowed values are not shown, because they may be as secret as the value itself.
    const list = declaration['NoEcho'] === true ? '' : `: ${allowed.map(defaultText).join(', ')}`;
    fail(at, `Parameter '${name}' must be one of AllowedValues${list}`);
  }
  const pattern = declaration['AllowedPattern'];
  if (typeof pattern === 'string' && !compilePattern(pattern, at, fail).test(item)) {
    const description = declaration['ConstraintDescription'];
    const expected = typeof description === 'string' ? description : `must match pattern ${pattern}`;
    fail(at, `Parameter '${name}' failed to satisfy constraint: ${expected}`);
  }
  const bound = (key: string): number | undefined =>
    declaration[key] === undefined ? undefined : Number(declaration[key]);
  const tooLong = item.length > (bound('MaxLength') ?? Infinity);
  const tooShort = item.length < (bound('MinLength') ?? 0);
  if (tooLong) fail(at, `Parameter '${name}' must contain at most ${String(bound('MaxLength'))} characters`);
  if (tooShort)
    fail(at, `Parameter '${name}' must contain at least ${String(bound('MinLength'))} characters`);
  if (!isNumber) return;
  if (Number(item) > (bound('MaxValue') ?? Infinity)) {
    fail(at, `Parameter '${name}' must be a number not greater than ${String(bound('MaxValue'))}`);
  }
  if (Number(item) < (bound('MinValue') ?? -Infinity)) {
    fail(at, `Parameter '${name}' must be a number not less than ${String(bound('MinValue'))}`);
  }
}

function compilePattern(pattern: string, at: Path, fail: Fail): RegExp {
  try {
    return new RegExp(`^(?:${pattern})$`);
  } catch {
    return fail(at, `Template format error: AllowedPattern "${pattern}" is not a regular expression`);
  }
}
