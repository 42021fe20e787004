/**
 * Serves Lambda's calls about permissions to invoke a function: AddPermission, RemovePermission, GetPolicy (Lambda API
 * reference).
 */
import { asText, parseJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { printStatement } from '../../functions/function-policy-statement.ts';
import { type AwsCall, type AwsService, refuseUnlessAllowed } from '../../../kernel/calls/aws-call.ts';
import { notFound, notServed, refused, revisionMoved } from './lambda-refusal.ts';
import { answering, findFunction, LATEST, readLambdaCall, readTarget } from './lambda-target.ts';
import type { LambdaTarget } from './lambda-target.ts';
import { POLICY_OF_LATEST } from '../../../core/deployability/call-words.ts';
import { type ControlReply, jsonReply } from '../../../core/api-call.ts';
import { hasFunctionQualifier } from './function-qualifiers.ts';
import { revisionOf } from './revision.ts';
import type { FunctionPolicies } from '../../functions/function-policies.ts';
import type { ResolvedStack } from '../../../core/stack/model.ts';
import { FUNCTION_POLICY_BYTES } from '../../../core/deployability/policy-limits.ts';

const PATH = /^\/2015-03-31\/functions\/([^/]+)\/policy(?:\/([^/]+))?\/?$/;

/** The members of AddPermission that a statement prints. */
const PRINTED = [
  'Action',
  'Principal',
  'SourceArn',
  'SourceAccount',
  'EventSourceToken',
  'PrincipalOrgID',
  'FunctionUrlAuthType',
  'InvokedViaFunctionUrl',
];
/** The name of an alias; any other qualifier is a version. */
const ALIAS = /^(?!\d+$)[\w-]+$/;
/**
 * `*`, an account, an ARN of IAM, STS or CloudFront, or a service of AWS or Amazon (such as `alexa-appkit.amazon.com`).
 * AWS compares services with a list that is not published, so it refuses some services that the gateway accepts.
 */
const PRINCIPAL =
  /^(?:\*|\d{12}|arn:[\w-]+:(?:iam|sts|cloudfront)::.+|[\w.-]+\.(?:amazonaws\.com(?:\.cn)?|amazon\.com|aws\.internal))$/;

type FunctionPolicyOptions = {
  readonly stacks: () => readonly ResolvedStack[];
  readonly policies: FunctionPolicies;
};

type PolicyRequest = LambdaTarget & { readonly call: AwsCall };

export function isPolicyCall(path: string): boolean {
  return PATH.test(path);
}

export function createFunctionPolicies({ stacks, policies }: FunctionPolicyOptions): AwsService {
  return answering((call) => serve(call, stacks(), policies));
}

function serve(call: AwsCall, stacks: readonly ResolvedStack[], policies: FunctionPolicies): ControlReply {
  if (readLambdaCall(call) === undefined) return notServed(call);
  const asked = { ...readTarget(call), call };
  const { operation, functionName, qualifier, arn } = asked;
  if (operation === 'AddPermission' && asked.named === LATEST) return invalid(call, POLICY_OF_LATEST);
  const refusal = refuseUnlessAllowed(call, [{ action: `lambda:${operation}`, resource: arn }]);
  if (refusal !== undefined) return refusal;
  const isFunction = findFunction(stacks, functionName) !== undefined;
  const isThere = qualifier === undefined || hasFunctionQualifier(stacks, functionName, qualifier);
  if (!isFunction || !isThere) return notFound(call, describeMissing(asked, isFunction));
  if (operation === 'GetPolicy') return getPolicy(asked, policies);
  return operation === 'AddPermission' ? addPermission(asked, policies) : removePermission(asked, policies);
}

/** Each call has its own message for a function or qualifier that does not exist [obs]. */
function describeMissing(
  { operation, qualifier, plainArn, arn }: PolicyRequest,
  isFunction: boolean,
): string {
  if (operation === 'GetPolicy') return NO_POLICY;
  if (!isFunction)
    return operation === 'RemovePermission'
      ? `No policy found for: ${plainArn}`
      : `Function not found: ${plainArn}`;
  return ALIAS.test(qualifier ?? '') ? `Cannot find alias arn: ${arn}` : `Function not found: ${arn}`;
}

const NO_POLICY = 'The resource you requested does not exist.';

function invalid(call: AwsCall, message: string): ControlReply {
  return refused(call, 400, 'InvalidParameterValueException', message);
}

function getPolicy(asked: PolicyRequest, policies: FunctionPolicies): ControlReply {
  const Policy = printPolicy(asked, policies);
  if (Policy === undefined) return notFound(asked.call, NO_POLICY);
  return jsonReply(200, { Policy, RevisionId: revisionOf(Policy) });
}

function addPermission(asked: PolicyRequest, policies: FunctionPolicies): ControlReply {
  const { call, members } = asked;
  const input = parseJsonObject(call.request.body.toString('utf8'));
  if (input === undefined)
    return refused(call, 400, 'InvalidRequestContentException', 'Could not parse request body into json');
  const principal = asText(members['Principal']) ?? '';
  if (!PRINCIPAL.test(principal)) return invalid(call, describePrincipal(principal));
  // See RJPearson94/terraform-aws-open-next#73
  if (members['FunctionUrlAuthType'] !== undefined && members['Action'] !== 'lambda:InvokeFunctionUrl')
    return invalid(call, 'FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action');
  const moved = refuseOtherRevision(asked, policies);
  if (moved !== undefined) return moved;
  const id = asText(members['StatementId']) ?? '';
  if (policies.statementsOf(asked).some((one) => one.id === id))
    return refused(
      call,
      409,
      'ResourceConflictException',
      `The statement id (${id}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
    );
  const made = policies.add(asked, id, permissionOf(members));
  const size = Buffer.byteLength(printPolicy(asked, policies) ?? '');
  if (size > FUNCTION_POLICY_BYTES) {
    policies.remove(asked, id);
    const message = `The final policy size (${size}) is bigger than the limit (${FUNCTION_POLICY_BYTES}).`;
    return refused(call, 400, 'PolicyLengthExceededException', message);
  }
  return jsonReply(201, { Statement: JSON.stringify(printStatement(made, resourceOf(asked))) });
}

/** A string that cannot be the name of a service has its own message (aws/aws-cli#7408). */
function describePrincipal(principal: string): string {
  return /^[\w+=,.@-]*$/.test(principal)
    ? 'The provided principal was invalid. Please check the principal and try again.'
    : `The provided input'${principal}'was invalid. Member must satisfy expression: [\\w+=,.@-]* Please check your input and try again.`;
}

function removePermission(asked: PolicyRequest, policies: FunctionPolicies): ControlReply {
  const { call, members } = asked;
  const id = asText(members['StatementId']) ?? '';
  const moved = refuseOtherRevision(asked, policies);
  if (moved !== undefined) return moved;
  if (policies.statementsOf(asked).length === 0)
    return notFound(call, 'No policy is associated with the given resource.');
  if (!policies.remove(asked, id)) return notFound(call, `Statement ${id} is not found in resource policy.`);
  return { status: 204, headers: [], body: '' };
}

function permissionOf(members: UnknownMembers): Record<string, string | boolean> {
  return Object.fromEntries(
    PRINTED.flatMap((name): [string, string | boolean][] => {
      const value = members[name];
      return typeof value === 'string' || typeof value === 'boolean' ? [[name, value]] : [];
    }),
  );
}

function refuseOtherRevision(asked: PolicyRequest, policies: FunctionPolicies): ControlReply | undefined {
  const wanted = asText(asked.members['RevisionId']);
  if (wanted === undefined) return undefined;
  const policy = printPolicy(asked, policies);
  if (policy !== undefined && wanted === revisionOf(policy)) return undefined;
  return revisionMoved(asked.call, 'GetPolicy');
}

function printPolicy(asked: LambdaTarget, policies: FunctionPolicies): string | undefined {
  const document = policies.documentOf(asked, resourceOf(asked));
  return document === undefined ? undefined : JSON.stringify(document);
}

/** A policy of `$LATEST` is the policy of the function, whose ARN has no qualifier. */
function resourceOf({ qualifier, plainArn, arn }: LambdaTarget): string {
  return qualifier === undefined ? plainArn : arn;
}
