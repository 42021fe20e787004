/**
 * Finds the statement of a policy that decided, and the reasons why the other statements did not match. This is used
 * for explanations. It compiles the same parts as the evaluation of requests, so that the explanation always agrees
 * with the decision.
 */
import { asOneOrMore, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { compileConditions } from './conditions.ts';
import { compileStatement, covers } from './evaluate.ts';
import { PolicyInvalid } from './policy-invalid.ts';
import type { CompiledPolicy, PolicyDecision, PolicyQuestion, PolicyReading } from './model.ts';

type StatementPart = 'principal' | 'action' | 'resource' | 'condition';

type ConditionTrace = {
  readonly operator: string;
  readonly key: string;
  readonly wanted: readonly string[];
  /** The values in the request; undefined means that the request has no such key. */
  readonly found: readonly string[] | undefined;
  readonly holds: boolean;
};

type StatementTrace = {
  readonly sid: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  readonly applies: boolean;
  readonly fails: readonly StatementPart[];
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /**
   * The principals of the statement, such as ARNs. Absent in the policy of an identity, which has no Principal element.
   */
  readonly principals?: readonly string[] | undefined;
  readonly conditions: readonly ConditionTrace[];
};

export type PolicyTrace = {
  readonly decision: PolicyDecision;
  /** The index of the statement that decided, from 0; undefined if none matched. */
  readonly decidedBy: number | undefined;
  readonly action: string;
  readonly resource: string;
  /** The ARN of the signer; undefined if the caller is anonymous. */
  readonly caller?: string | undefined;
  readonly statements: readonly StatementTrace[];
};

export function tracePolicy(policy: CompiledPolicy, question: PolicyQuestion): PolicyTrace {
  const statements = (policy.sources ?? []).flatMap(({ document, options }) => {
    const { Statement: statement, Version: version } = membersOf(document);
    return asOneOrMore(statement).map((one) => traceStatement(membersOf(one), version, options, question));
  });
  const denied = statements.findIndex(({ effect, applies }) => applies && effect === 'Deny');
  const allowed = statements.findIndex(({ effect, applies }) => applies && effect === 'Allow');
  const decidedBy = denied === -1 ? allowed : denied;
  return {
    decision: policy.decide(question),
    decidedBy: decidedBy === -1 ? undefined : decidedBy,
    action: question.action,
    resource: question.resource,
    ...(question.principal !== undefined && { caller: question.principal.arn }),
    statements,
  };
}

function traceStatement(
  statement: UnknownMembers,
  version: unknown,
  options: PolicyReading,
  question: PolicyQuestion,
): StatementTrace {
  const compiled = compileStatement(statement, version, options);
  const { conditions: values } = question;
  const fits: Readonly<Record<StatementPart, boolean>> = {
    principal: compiled.principals(question.principal),
    action: covers(compiled.actions, question.action.toLowerCase(), values),
    resource: covers(compiled.resources, question.resource, values),
    condition: compiled.condition(values),
  };
  const fails = PARTS.filter((part) => !fits[part]);
  return {
    sid: typeof statement['Sid'] === 'string' ? statement['Sid'] : undefined,
    effect: compiled.isDeny ? 'Deny' : 'Allow',
    applies: fails.length === 0,
    fails,
    actions: namesOf(statement, 'Action'),
    resources: namesOf(statement, 'Resource'),
    ...principalsOf(statement),
    conditions: traceConditions(membersOf(statement['Condition']), version === '2012-10-17', question),
  };
}

const PARTS = ['principal', 'action', 'resource', 'condition'] as const;

function traceConditions(
  block: UnknownMembers,
  hasVariables: boolean,
  { conditions }: PolicyQuestion,
): readonly ConditionTrace[] {
  return Object.entries(block).flatMap(([operator, keys]) =>
    Object.entries(membersOf(keys)).map(([key, value]) => ({
      operator,
      key,
      wanted: asOneOrMore(value).map(String),
      found: conditions.get(key.toLowerCase()),
      holds: holds({ [operator]: { [key]: value } }, hasVariables, conditions),
    })),
  );
}

function holds(block: UnknownMembers, hasVariables: boolean, values: PolicyQuestion['conditions']): boolean {
  try {
    return compileConditions(block, hasVariables)(values);
  } catch (error) {
    if (error instanceof PolicyInvalid) return false;
    throw error;
  }
}

function principalsOf(statement: UnknownMembers): Pick<StatementTrace, 'principals'> {
  const { Principal: given, NotPrincipal: excluded } = statement;
  if (given === undefined && excluded === undefined) return {};
  const value = given ?? excluded;
  const texts =
    typeof value === 'string' ? [value] : Object.values(membersOf(value)).flatMap(asOneOrMore).map(String);
  return { principals: given === undefined ? texts.map((text) => `not ${text}`) : texts };
}

function namesOf(statement: UnknownMembers, name: 'Action' | 'Resource'): readonly string[] {
  const excluded = statement[`Not${name}`];
  return excluded === undefined
    ? asOneOrMore(statement[name]).map(String)
    : asOneOrMore(excluded).map((text) => `not ${String(text)}`);
}
