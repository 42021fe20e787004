/**
 * Resolves CloudFormation's intrinsic functions in one value. The `Scope` resolves names. This file combines the values
 * and contains AWS's error messages.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
 */
import { reasonOf } from './missing-snippet.ts';
import { cutCidr } from './cidr.ts';
import { CONDITION_FORMS, NOT_BOOLEAN } from './condition-shapes.ts';
import { asFlag, isJsonList, isJsonObject } from '@gatewright/aws/json-object';
import type { ACCOUNT_FUNCTIONS, RESOLVED_FUNCTIONS } from '../../core/stack/intrinsic-functions.ts';
import type { RuleId } from '../../core/deployability/rules.ts';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { splitAttribute } from './template-source.ts';
import type { Path } from './template-source.ts';

/** The value of `AWS::NoValue`. The property or list element that has this value is removed. */
export const NO_VALUE = Symbol('AWS::NoValue');
/**
 * The name of the function that readers of other formats use to represent an unknown value. Its argument is the reason
 * why the value is unknown.
 */
export const NOT_KNOWN = 'Fn::NotKnown';
export type Resolved = Json | typeof NO_VALUE;

/** Resolves the names of one stack. `fail` throws a `DefinitionError` with the location of `at`. */
export interface Scope {
  readonly region: string;
  /** Whether the template has the transform AWS::LanguageExtensions. */
  readonly hasExtensions?: boolean;
  /**
   * Whether the value at this path may be null: it is in a document that CloudFormation does not read, but gets from S3.
   */
  allowsNull?(at: Path): boolean;
  ref(name: string, at: Path): Resolved;
  attribute(logicalId: string, attribute: string, at: Path): Json;
  condition(name: string, at: Path): boolean;
  mapping(map: string, topKey: string, secondKey: string): Json | undefined;
  importValue(name: string, at: Path): Json;
  fail(at: Path, message: string, rule?: RuleId): never;
}

type Intrinsic = (argument: Json, scope: Scope, at: Path) => Resolved;

type ResolvedFunction = (typeof RESOLVED_FUNCTIONS)[number];

/** See org-formation/org-formation-cli#412 */
const JOIN_FORM =
  'Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.';
/** Functions that return a string on AWS as well. */
const TEXT_FUNCTIONS = ['Ref', 'Fn::Join', 'Fn::Sub', 'Fn::Base64'];

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, scope, at) =>
    scope.ref(
      typeof argument === 'string'
        ? argument
        : scope.fail(
            at,
            `the value of Ref must be the name of a parameter or resource, not ${JSON.stringify(argument)}`,
          ),
      at,
    ),
  Condition: (argument, scope, at) =>
    scope.condition(
      typeof argument === 'string'
        ? argument
        : scope.fail(
            at,
            `the value of Condition must be the name of a condition, not ${JSON.stringify(argument)}`,
          ),
      at,
    ),
  'Fn::GetAtt': getAttribute,
  'Fn::Sub': substitute,
  'Fn::Join': (argument, scope, at) => {
    const [delimiter, items, ...others] = isJsonList(argument) ? argument : [];
    if (items === undefined || others.length > 0) return scope.fail(at, JOIN_FORM);
    const parts = resolveList(items, 'Fn::Join', scope, at);
    return parts
      .map((part) => toText(part, 'Fn::Join', scope, at))
      .join(resolveText(delimiter, 'Fn::Join', scope, at));
  },
  'Fn::Select': select,
  'Fn::Split': (argument, scope, at) => {
    const [delimiter, source] = takeList(argument, 2, 'Fn::Split', scope, at);
    const separator = resolveText(delimiter, 'Fn::Split', scope, at);
    if (separator === '') scope.fail(at, 'Template error: Fn::Split delimiter must not be empty');
    return resolveText(source, 'Fn::Split', scope, at).split(separator);
  },
  'Fn::FindInMap': findInMap,
  'Fn::If': (argument, scope, at) => {
    const [name, whenTrue, whenFalse] = takeList(argument, 3, 'Fn::If', scope, at);
    if (typeof name !== 'string')
      return scope.fail(
        at,
        `the first item of Fn::If must be the name of a condition, not ${JSON.stringify(name)}`,
      );
    return scope.condition(name, at)
      ? resolveValue(whenTrue, scope, [...at, '1'])
      : resolveValue(whenFalse, scope, [...at, '2']);
  },
  'Fn::And': (argument, scope, at) => combine(argument, 'Fn::And', scope, at).every((value) => value),
  'Fn::Or': (argument, scope, at) => combine(argument, 'Fn::Or', scope, at).some((value) => value),
  'Fn::Not': (argument, scope, at) =>
    isJsonList(argument) && argument.length === 1
      ? !resolveBoolean(argument[0], scope, [...at, '0'])
      : scope.fail(at, CONDITION_FORMS['Fn::Not']),
  'Fn::Equals': (argument, scope, at) => {
    const [left, right, ...others] = isJsonList(argument) ? argument : [];
    if (right === undefined || others.length > 0) return scope.fail(at, CONDITION_FORMS['Fn::Equals']);
    return comparable(resolveValue(left, scope, at)) === comparable(resolveValue(right, scope, at));
  },
  'Fn::Base64': (argument, scope, at) =>
    Buffer.from(resolveText(argument, 'Fn::Base64', scope, at)).toString('base64'),
  'Fn::Cidr': cidr,
  'Fn::GetAZs': (argument, scope, at) => {
    const region = resolveText(argument, 'Fn::GetAZs', scope, at);
    return ['a', 'b', 'c'].map((zone) => `${region === '' ? scope.region : region}${zone}`);
  },
  'Fn::ImportValue': (argument, scope, at) =>
    scope.importValue(resolveText(argument, 'Fn::ImportValue', scope, at), at),
  'Fn::Length': (argument, scope, at) => resolveList(argument, 'Fn::Length', scope, at).length,
  [NOT_KNOWN]: (argument, scope, at) =>
    scope.fail(
      at.slice(0, -1),
      typeof argument === 'string' ? argument : 'the value is not known',
      'value-elsewhere',
    ),
  'Fn::ToJsonString': (argument, scope, at) => {
    const value = resolveValue(argument, scope, at);
    return value === NO_VALUE ? 'null' : JSON.stringify(value);
  },
} satisfies Record<'Ref' | 'Condition' | typeof NOT_KNOWN | `Fn::${ResolvedFunction}`, Intrinsic>;

/** Resolves every intrinsic in `value`. Errors come from `scope.fail`, with the path of the function. */
export function resolveValue(value: Json | undefined, scope: Scope, at: Path): Resolved {
  if (value === null && scope.allowsNull?.(at) === true) return null;
  if (value === undefined || value === null) {
    return scope.fail(at, "Template format error: 'null' values are not allowed in templates");
  }
  if (isJsonList(value)) {
    return value
      .map((item, index) => resolveValue(item, scope, [...at, String(index)]))
      .filter((item) => item !== NO_VALUE);
  }
  if (!isJsonObject(value)) return value;
  const call = intrinsicCall(value, scope, at);
  if (call !== undefined) return call.intrinsic(call.argument, scope, [...at, call.name]);
  return resolveMembers(value, scope, at);
}

/** Resolves the members of a mapping that is not an intrinsic call itself, such as `Properties`. */
export function resolveMembers(value: JsonObject, scope: Scope, at: Path): JsonObject {
  const entries: [string, Json][] = [];
  for (const [key, member] of Object.entries(value)) {
    if (key === 'Fn::Transform') call(key, value, scope, at);
    const resolved = resolveValue(member, scope, [...at, key]);
    if (resolved !== NO_VALUE) entries.push([key, resolved]);
  }
  return Object.fromEntries(entries);
}

type Call = { readonly name: string; readonly intrinsic: Intrinsic; readonly argument: Json };

function intrinsicCall(value: JsonObject, scope: Scope, at: Path): Call | undefined {
  const keys = Object.keys(value);
  const name = keys.find((key) => key === 'Ref' || key.startsWith('Fn::'));
  if (name === undefined) {
    // `Condition` is a reference to a condition only if it is the only member and a string, because IAM statements also
    // have a member `Condition`.
    const lone = keys.length === 1 && typeof value['Condition'] === 'string';
    return lone ? call('Condition', value, scope, at) : undefined;
  }
  if (keys.length > 1) {
    return scope.fail(
      [...at, keys.find((key) => key !== name) ?? name],
      `Template error: ${name} must be the only key of its mapping; found ${keys.join(', ')}`,
    );
  }
  return call(name, value, scope, at);
}

/** Functions that need something that exists only in the AWS account, with the rule that reports them. */
const RULES_OF_OTHERS: Readonly<Record<string, RuleId>> = {
  'Fn::Transform': 'macro',
  'Fn::GetStackOutput': 'export-elsewhere',
} satisfies Record<`Fn::${(typeof ACCOUNT_FUNCTIONS)[number]}`, RuleId>;

/**
 * Functions that only the transform AWS::LanguageExtensions resolves (aws-cloudformation/cfn-language-discussion#143).
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-languageextensions.html
 */
const EXTENSIONS: ReadonlySet<string> = new Set(['Fn::Length', 'Fn::ToJsonString']);
const NEEDS_EXTENSIONS = '(it needs Transform: AWS::LanguageExtensions)';

function call(name: string, value: JsonObject, scope: Scope, at: Path): Call {
  if (EXTENSIONS.has(name) && scope.hasExtensions !== true)
    return scope.fail(
      [...at, name],
      `Template Error: Encountered unsupported function: ${name} ${NEEDS_EXTENSIONS}`,
    );
  const intrinsic = Object.hasOwn(INTRINSICS, name) ? INTRINSICS[name] : undefined;
  const missing = name === 'Fn::Transform' ? reasonOf(value[name]) : undefined;
  if (missing !== undefined) throw missing;
  if (intrinsic === undefined) {
    return scope.fail(
      at,
      name === 'Fn::Transform'
        ? 'Fn::Transform runs a macro in the AWS account, and the gateway cannot run macros'
        : `Template error: unknown function ${name}`,
      RULES_OF_OTHERS[name],
    );
  }
  const argument = value[name] ?? null;
  // The gateway does not know the result of the macro.
  if (isJsonObject(argument) && argument['Fn::Transform'] !== undefined)
    call('Fn::Transform', argument, scope, [...at, name]);
  return { name, intrinsic, argument };
}

function getAttribute(argument: Json, scope: Scope, at: Path): Json {
  const parts = typeof argument === 'string' ? splitAttribute(argument) : argument;
  // Only AWS::LanguageExtensions permits functions as the name of the resource.
  const hasName = isJsonList(parts) && (typeof parts[0] === 'string' || scope.hasExtensions === true);
  if (!hasName || parts.length !== 2) {
    return scope.fail(at, 'Template error: every Fn::GetAtt object requires two non-empty parameters');
  }
  const [name = '', attribute = ''] = parts.map((part) => resolveText(part, 'Fn::GetAtt', scope, at));
  return scope.attribute(name, attribute, at);
}

function substitute(argument: Json, scope: Scope, at: Path): string {
  const [template, variables] = isJsonList(argument) ? argument : [argument, {}];
  if (typeof template !== 'string' || !isJsonObject(variables)) {
    return scope.fail(
      at,
      'Template error: the value of Fn::Sub must be a string, or a list of a string and a map of variables',
    );
  }
  return template.replace(/\$\{([^}]*)\}/g, (placeholder, raw: string) => {
    if (raw.startsWith('!')) return `\${${raw.slice(1)}}`;
    const name = raw.trim();
    if (Object.hasOwn(variables, name))
      return resolveText(variables[name], 'Fn::Sub', scope, [...at, '1', name]);
    if (!/^[A-Za-z0-9:.]+$/.test(name)) {
      return scope.fail(at, `Template error: Fn::Sub contains "${placeholder}", which is not a valid name`);
    }
    const [logicalId = '', attribute] = splitAttribute(name);
    const value = attribute === undefined ? scope.ref(name, at) : scope.attribute(logicalId, attribute, at);
    return toText(value, 'Fn::Sub', scope, at);
  });
}

function select(argument: Json, scope: Scope, at: Path): Resolved {
  const [position, items] = takeList(argument, 2, 'Fn::Select', scope, at);
  const list = resolveList(items, 'Fn::Select', scope, at);
  const index = Number(resolveText(position, 'Fn::Select', scope, at));
  const found = Number.isInteger(index) ? list[index] : undefined;
  return (
    found ??
    scope.fail(
      at,
      `Template error: Fn::Select cannot select nonexistent value at index ${String(index)}`,
      // AWS chooses the value of an attribute, such as an output of a nested stack.
      JSON.stringify(items).includes('"Fn::GetAtt"') ? 'value-elsewhere' : undefined,
    )
  );
}

function findInMap(argument: Json, scope: Scope, at: Path): Resolved {
  const parts = isJsonList(argument) ? argument : [];
  if (parts.length < 3 || parts.length > 4) {
    return scope.fail(
      at,
      'Template error: Fn::FindInMap requires the name of a map, a top-level key and a second-level key',
    );
  }
  if (parts.length === 4 && scope.hasExtensions !== true)
    return scope.fail(
      at,
      `Template error: every Fn::FindInMap object requires three parameters; the optional fourth parameter sets DefaultValue ${NEEDS_EXTENSIONS}`,
    );
  const [map = '', top = '', second = ''] = parts
    .slice(0, 3)
    .map((part) => resolveText(part, 'Fn::FindInMap', scope, at));
  const found = scope.mapping(map, top, second);
  if (found !== undefined) return resolveValue(found, scope, at);
  const fallback = isJsonObject(parts[3]) ? parts[3]['DefaultValue'] : undefined;
  if (fallback !== undefined) return resolveValue(fallback, scope, [...at, '3']);
  return scope.fail(at, `Template error: Unable to get mapping for ${map}::${top}::${second}`);
}

function combine(argument: Json, name: 'Fn::And' | 'Fn::Or', scope: Scope, at: Path): boolean[] {
  if (!isJsonList(argument) || argument.length < 2 || argument.length > 10) {
    return scope.fail(at, CONDITION_FORMS[name]);
  }
  return argument.map((item, index) => resolveBoolean(item, scope, [...at, String(index)]));
}

export function resolveBoolean(value: Json | undefined, scope: Scope, at: Path): boolean {
  return asFlag(resolveValue(value, scope, at)) ?? scope.fail(at, NOT_BOOLEAN);
}

function cidr(argument: Json, scope: Scope, at: Path): readonly string[] {
  const parts = isJsonList(argument) ? argument : [];
  const [block = '', count = '', bits = '8'] = parts.map((part) => resolveText(part, 'Fn::Cidr', scope, at));
  return (
    cutCidr(block, Number(count), Number(bits)) ??
    scope.fail(
      at,
      `Template error: Fn::Cidr cannot divide "${block}" into ${count} blocks with ${bits} subnet bits each`,
    )
  );
}

function takeList(argument: Json, count: number, name: string, scope: Scope, at: Path): readonly Json[] {
  if (isJsonList(argument) && argument.length === count) return argument;
  return scope.fail(at, `Template error: ${name} requires a list with exactly ${count} items`);
}

function resolveList(value: Json | undefined, name: string, scope: Scope, at: Path): readonly Json[] {
  const resolved = resolveValue(value, scope, at);
  return isJsonList(resolved)
    ? resolved
    : scope.fail(
        at,
        name === 'Fn::Join' ? JOIN_FORM : `Template error: ${name} requires a list of values`,
        // A function that returns a list on AWS may return only a string in the gateway, such as for an attribute of a
        // resource.
        isJsonObject(value) && !TEXT_FUNCTIONS.some((one) => Object.hasOwn(value, one))
          ? 'value-elsewhere'
          : undefined,
      );
}

function resolveText(value: Json | undefined, name: string, scope: Scope, at: Path): string {
  return toText(resolveValue(value, scope, at), name, scope, at);
}

function toText(value: Resolved, name: string, scope: Scope, at: Path): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return scope.fail(at, `Template error: every value of ${name} must be a string`);
}

/** Returns the text of a value for comparison. Conditions compare values as text, so `true` equals "true". */
function comparable(value: Resolved): string {
  if (value === NO_VALUE) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
