/** Policies that do not allow a request that was nevertheless let through (docs/aws §1.2). */
import { list, toDeploy } from '../explain/reason.ts';
import { tracePolicies } from '../records/describe-guard.ts';
import type { GuardPolicy } from '../explain/circumstances.ts';
import type { SurpriseKind } from './surprise.ts';

/** An operator whose opposite also holds for a request without the key, such as `IpAddress` or `StringLike`. */
const POSITIVE = /^(Arn|Numeric|String)(Equals|EqualsIgnoreCase|Like)$/;

function oppositeOf(operator: string): string | undefined {
  if (operator === 'IpAddress') return `Not${operator}`;
  const [, type, how] = POSITIVE.exec(operator) ?? [];
  return type === undefined ? undefined : `${type}Not${how ?? ''}`;
}

/**
 * Within one account, an Allow of the authorizer or of the caller's own policy is enough, and a resource policy without
 * a matching statement neither allows nor denies. Only a Deny of the resource policy refuses such a caller.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
 */
const resourcePolicyNotNeeded: SurpriseKind = {
  code: 'RESOURCE_POLICY_NOT_NEEDED',
  mark: undefined,
  source: 'docs/aws §1.2',
  find({ recorded, integration, isToolkit }) {
    const { received, caller } = recorded;
    if (integration === undefined || received.api.protocol !== 'rest' || isToolkit) return undefined;
    if (caller?.kind !== 'lambda' && caller?.kind !== 'iam') return undefined;
    const policy = tracePolicies(recorded).find(({ of }) => of === 'resource');
    if (policy?.decision !== 'implicit-deny') return undefined;
    const who =
      caller.kind === 'lambda' ? 'the policy of the authorizer' : 'the policy of the caller’s own identity';
    const unmet = unmetOf(policy);
    return {
      values: { conditions: unmet },
      because: [
        `The API’s resource policy does not allow this request${unmet.length === 0 ? '' : ` (${list(unmet)})`}, and does not deny it either. ${caller.kind === 'lambda' ? 'With a Lambda authorizer' : 'For a caller of the API’s own account'}, one Allow is enough, and ${who} allows the request, so it was let through.`,
      ],
      changes: [
        `If the resource policy should also refuse callers whom ${who} allows, add a statement with Effect Deny, which overrides every Allow of another policy: ${writeDeny(policy, `${received.method} ${received.path}`)}.${toDeploy('rest')}`,
      ],
    };
  },
};

/** Returns an ARN as a resource policy writes it, without the id of the API, which differs on AWS. */
function asWritten(arn: string): string {
  return `execute-api:${arn.slice(arn.indexOf('/'))}`;
}

/** Says what the Allow statements require and the request does not have: another resource, or values of conditions. */
function unmetOf({ statements, resource }: GuardPolicy): string[] {
  return statements
    .filter(({ effect }) => effect === 'Allow')
    .flatMap(({ conditions, fails, resources }) => [
      ...(fails.includes('resource')
        ? [`an Allow is for ${list(resources)}, and the request for ${asWritten(resource)}`]
        : []),
      ...conditions
        .filter(({ holds }) => !holds)
        .map(
          ({ operator, key, wanted, found }) =>
            `${operator} ${key} wants ${list(wanted)}, and the request has ${found === undefined ? 'no such value' : list(found)}`,
        ),
    ]);
}

/**
 * Writes a Deny statement for the requests that the policy does not allow. If exactly one condition decides, the
 * statement has the opposite condition; otherwise, it has only the resource of the call, because nothing else is
 * certain.
 */
function writeDeny({ statements, resource }: GuardPolicy, call: string): string {
  const allows = statements.filter(({ effect }) => effect === 'Allow');
  const [allow, ...others] = allows;
  const [condition, ...more] = allow?.conditions ?? [];
  const operator = oppositeOf(condition?.operator ?? '');
  const isCertain =
    others.length === 0 && more.length === 0 && allow?.fails.length === 1 && allow.fails[0] === 'condition';
  const start = "{ Effect: Deny, Principal: '*', Action: 'execute-api:Invoke'";
  if (!isCertain || condition === undefined || operator === undefined)
    return `${start}, Resource: '${asWritten(resource)}' }, ${allows.some(({ conditions }) => conditions.length > 0) ? 'with the opposite of the conditions under which the policy allows the call' : `which refuses every caller of ${call} on the stage ${resource.split('/')[1] ?? ''}; add a Condition to refuse only some of them`}`;
  const wanted = condition.wanted.map((value) => `'${value}'`).join(', ');
  const resources = allow.resources.map((one) => `'${one}'`).join(', ');
  return `${start}, Resource: [${resources}], Condition: { ${operator}: { '${condition.key}': [${wanted}] } } }`;
}

export const POLICY_KINDS: readonly SurpriseKind[] = [resourcePolicyNotNeeded];
