/**
 * Checks the form of every condition, whether a resource uses it or not, because CloudFormation reads the whole section
 * first. The messages are CloudFormation's.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html
 */
import { describeCycle, findCycle } from '../dependency-cycles.ts';
import { isJsonList, isJsonObject, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { RuleId } from '../../core/deployability/rules.ts';
import { isListType } from './parameters.ts';
import type { Path } from './template-source.ts';

type Refuse = (at: Path, message: string, consequence: string, rule?: RuleId) => void;

type Problem = { readonly at: Path; readonly message: string };

const RESOLVED_HERE = 'the gateway resolves the condition';
export const NOT_BOOLEAN =
  'Template format error: Conditions can only be boolean operations on parameters and other conditions';

/**
 * CloudFormation's messages for a condition function with other arguments: awsdocs/aws-cloudformation-user-guide#1177,
 * buildkite/elastic-ci-stack-for-aws#370, aws/aws-cdk#25696.
 */
export const CONDITION_FORMS = {
  'Fn::And':
    'Template error: every Fn::And object requires a list of at least 2 and at most 10 boolean parameters.',
  'Fn::Or':
    'Template error: every Fn::Or object requires a list of at least 2 and at most 10 boolean parameters.',
  'Fn::Not': 'Template error: every Fn::Not object requires one boolean parameter.',
  'Fn::Equals': 'Template error: every Fn::Equals object requires a list of 2 string parameters.',
} as const;

/** The minimum and the maximum number of arguments of each condition function. */
const COUNTS: Readonly<Record<keyof typeof CONDITION_FORMS, readonly [least: number, most: number]>> = {
  'Fn::And': [2, 10],
  'Fn::Or': [2, 10],
  'Fn::Not': [1, 1],
  'Fn::Equals': [2, 2],
};

/** Functions whose result is a list. */
export const LIST_FUNCTIONS: ReadonlySet<string> = new Set(['Fn::Split', 'Fn::GetAZs', 'Fn::Cidr']);

export function checkConditionShapes(template: JsonObject, refuse: Refuse): void {
  const conditions = Object.entries(mapOf(template, 'Conditions'));
  const parameters = mapOf(template, 'Parameters');
  for (const [name, condition] of conditions) {
    // Fn::Transform and Fn::ForEach generate conditions. Their errors are reported where they are expanded.
    if (name.startsWith('Fn::')) continue;
    const problem =
      findImport(condition, ['Conditions', name]) ?? findProblem(condition, ['Conditions', name], parameters);
    if (problem !== undefined) refuse(problem.at, problem.message, RESOLVED_HERE);
  }
  const cycle = findCycle(
    new Map(conditions.map(([name, condition]) => [name, new Set(conditionsIn(condition))])),
  );
  const [first] = cycle;
  if (first !== undefined)
    refuse(
      ['Conditions', first],
      describeCycle(cycle.map((name) => `condition ${name}`)),
      'the conditions have no value',
      'circular-dependency',
    );
}

/** Returns the names of the conditions that a condition refers to, at any depth. */
export function conditionsIn(value: Json): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'Condition' && typeof inner === 'string' ? [inner] : conditionsIn(inner),
  );
}

/** Finds an Fn::ImportValue, which conditions cannot use (aws/aws-cdk#32238). */
function findImport(value: Json, at: Path): Problem | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const found =
      key === 'Fn::ImportValue'
        ? { at: [...at, key], message: 'Template error: Cannot use Fn::ImportValue in Conditions.' }
        : findImport(inner, [...at, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Returns the first wrong operation of a condition, with CloudFormation's message; undefined if all are right. */
function findProblem(condition: Json, at: Path, parameters: JsonObject): Problem | undefined {
  const [[name, argument] = ['', null], ...others] = Object.entries(membersOf(condition));
  if (name === 'Fn::Transform') return undefined;
  if (name === 'Condition' && typeof argument === 'string' && others.length === 0) return undefined;
  if (!isConditionFunction(name) || others.length > 0) return { at, message: NOT_BOOLEAN };
  const problem: Problem = { at: [...at, name], message: CONDITION_FORMS[name] };
  const [least, most] = COUNTS[name];
  if (!isJsonList(argument) || argument.length < least || argument.length > most) return problem;
  if (name === 'Fn::Equals')
    return argument.every((value) => isText(value, parameters)) ? undefined : problem;
  if (!argument.every(isJsonObject)) return problem;
  return argument
    .map((inner, index) => findProblem(inner, [...problem.at, String(index)], parameters))
    .find((found) => found !== undefined);
}

function isConditionFunction(name: string): name is keyof typeof CONDITION_FORMS {
  return Object.hasOwn(CONDITION_FORMS, name);
}

/** Whether an argument of Fn::Equals is a string, or a function that may return one. */
function isText(value: Json, parameters: JsonObject): boolean {
  if (!isJsonObject(value)) return !isJsonList(value) && value !== null;
  const [name = '', ...others] = Object.keys(value);
  const referred = value['Ref'];
  if (typeof referred === 'string') {
    const type = membersOf(parameters[referred])['Type'];
    return others.length === 0 && !(typeof type === 'string' && isListType(type));
  }
  // A function in place of the name is allowed, because AWS::LanguageExtensions resolves it.
  if (isJsonObject(referred)) return others.length === 0;
  return name.startsWith('Fn::') && others.length === 0 && !LIST_FUNCTIONS.has(name);
}
