/**
 * Finds out whether a topic, rule or bucket may deliver to a function, queue or topic. AWS creates the subscription or
 * target without the permission, but then does not deliver (docs/aws §18.13).
 */
import { parseArn } from '@gatewright/aws/arn';
import { readFunctionName } from '@gatewright/aws/function-name';
import { compileGlob } from '@gatewright/aws/glob';
import { isForService, textIn } from '../../core/deployment/authorization/invoke-permissions.ts';
import { tracePolicy } from '../../core/policy/trace-policy.ts';
import { printFunctionName } from '../../core/routing/function-name.ts';
import type { PolicyQuestion } from '../../core/policy/model.ts';
import type { PolicyTrace } from '../../core/policy/trace-policy.ts';
import type { FunctionPolicies } from '../functions/function-policies.ts';
import type { PolicedTarget, TargetPolicies } from './target-policies.ts';

/** The services that need a permission in the policy of the target instead of a role. */
const SERVICES: readonly string[] = ['events', 's3', 'sns'];

const SKIPPED = '(--roles off skips permissions)';

type DeliveryRules = {
  readonly functionPolicies: Pick<FunctionPolicies, 'isOwn' | 'statementsOf'>;
  readonly targetPolicies: Pick<TargetPolicies, 'find'>;
};

/**
 * Returns why a delivery is refused; undefined if it is not, or if the target is not in the stacks.
 * @param sender the ARN of the topic, rule or bucket
 */
export function findRefusedDelivery(
  { functionPolicies, targetPolicies }: DeliveryRules,
  targetArn: string,
  sender: string,
): string | undefined {
  if (!SERVICES.includes(parseArn(sender)?.service ?? '')) return undefined;
  if (parseArn(targetArn)?.service === 'lambda')
    return findRefusedInvocation(functionPolicies, targetArn, sender);
  const target = targetPolicies.find(targetArn);
  return target === undefined ? undefined : findRefusedMessage(target, targetArn, sender);
}

function findRefusedInvocation(
  policies: DeliveryRules['functionPolicies'],
  targetArn: string,
  sender: string,
): string | undefined {
  const invoked = readFunctionName(targetArn);
  if (!policies.isOwn(invoked.functionName)) return undefined;
  const principal = principalOf(sender);
  const isPermitted = policies.statementsOf(invoked).some((permission) => {
    const [source, account] = [textIn(permission, 'SourceArn'), textIn(permission, 'SourceAccount')];
    return (
      isForService(permission, principal) &&
      source !== undefined &&
      (source === '' || compileGlob(source)(sender)) &&
      (account === '' || account === parseArn(targetArn)?.accountId)
    );
  });
  if (isPermitted) return undefined;
  const name = printFunctionName(invoked);
  return `no AWS::Lambda::Permission lets ${sender} invoke ${name} to deliver this event: add a permission with FunctionName ${name}, Action lambda:InvokeFunction, Principal ${principal} and SourceArn ${sender} ${SKIPPED}`;
}

function principalOf(sender: string): string {
  return `${parseArn(sender)?.service ?? ''}.amazonaws.com`;
}

const ACTIONS = { 'AWS::SQS::Queue': 'sqs:SendMessage', 'AWS::SNS::Topic': 'sns:Publish' } as const;

/**
 * Returns why the policies of a queue or topic refuse a delivery. If there is no policy, only identities of the owner's
 * account may send, and a service is not one of them.
 */
function findRefusedMessage(target: PolicedTarget, targetArn: string, sender: string): string | undefined {
  const { type, logicalId, policyType, policies } = target;
  const service = principalOf(sender);
  const question = {
    action: ACTIONS[type],
    resource: targetArn,
    principal: { arn: '', accountId: '', service },
    conditions: conditionsOf(targetArn, sender),
  };
  const decisions = policies.map(({ policy }) => policy?.decide(question));
  if (decisions.includes('allow') && !decisions.includes('explicit-deny')) return undefined;
  const begin = `${sender} is not allowed to call ${question.action} on ${logicalId} to deliver this event`;
  const deciding = policies[Math.max(0, decisions.indexOf('explicit-deny'))];
  if (deciding === undefined)
    return `${begin}: ${logicalId} has no policy. Add an ${policyType} for ${logicalId} with this statement: ${missing(question, sender)} ${SKIPPED}`;
  const { place, policy, reason } = deciding;
  const where = `its policy (${place})`;
  if (policy === undefined)
    return `${begin}: ${where} is invalid and allows nothing: ${reason ?? ''} ${SKIPPED}`;
  const trace = tracePolicy(policy, question);
  return trace.decision === 'explicit-deny'
    ? `${begin}: statement ${(trace.decidedBy ?? 0) + 1} of ${where} denies the call. Add to that statement a condition that excludes this sender ${SKIPPED}`
    : `${begin}: ${where} ${describeNearest(trace)}. Add this statement to the policy: ${missing(question, sender)} ${SKIPPED}`;
}

/**
 * Returns the condition keys that have a value in a delivery. Other keys, such as the keys of an organization, have no
 * value.
 */
function conditionsOf(targetArn: string, sender: string): PolicyQuestion['conditions'] {
  // The ARN of a bucket has no account. The buckets of the stacks belong to the account of their targets.
  const account = parseArn(sender)?.accountId || (parseArn(targetArn)?.accountId ?? '');
  return new Map([
    ['aws:sourcearn', [sender]],
    ['aws:sourceaccount', [account]],
    ['aws:securetransport', ['true']],
    ['aws:principalisawsservice', ['true']],
    ['aws:principalservicename', [principalOf(sender)]],
  ]);
}

/** Describes why the statement that fits best does not allow the delivery. */
function describeNearest({ statements }: PolicyTrace): string {
  const allows = statements.filter(({ effect }) => effect === 'Allow');
  const [nearest] = allows.toSorted((one, other) => one.fails.length - other.fails.length);
  if (nearest === undefined) return 'has no statement with Effect Allow';
  const at = `statement ${statements.indexOf(nearest) + 1}`;
  const failing = nearest.conditions.find(({ holds }) => !holds);
  if (nearest.fails.length === 1 && failing !== undefined) {
    const found = failing.found?.join(', ') ?? 'missing';
    return `allows the call only if ${failing.key} is ${failing.wanted.join(' or ')} (${failing.operator} in ${at}), but the value is ${found}`;
  }
  const { actions, resources } = nearest;
  if (nearest.fails.includes('principal')) return `allows the call for another principal (${at})`;
  if (nearest.fails.includes('action')) return `allows only ${actions.join(', ')} (${at})`;
  if (nearest.fails.includes('resource')) return `allows it only on ${resources.join(', ')} (${at})`;
  return `has no statement that allows the call`;
}

/** Returns the smallest statement that allows the delivery, as JSON. */
function missing({ action, resource }: Pick<PolicyQuestion, 'action' | 'resource'>, sender: string): string {
  return JSON.stringify({
    Effect: 'Allow',
    Principal: { Service: principalOf(sender) },
    Action: action,
    Resource: resource,
    Condition: { ArnEquals: { 'aws:SourceArn': sender } },
  });
}
