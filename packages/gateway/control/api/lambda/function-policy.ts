/**
 * Serves Lambda's calls about permissions to invoke a function: AddPermission, RemovePermission, GetPolicy (Lambda API
 * reference).
 */
import { decodeOrKeep } from '@gatewright/aws/decode-or-keep';
import { createHash } from 'node:crypto';
import { CallInput } from '@gatewright/aws/call-input';
import type { InputPolicy, MemberTable } from '@gatewright/aws/call-input';
import { parseJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { readFunctionName } from '@gatewright/aws/function-name';
import { printStatement } from '../../functions/function-policy-statement.ts';
import { type AwsCall, type AwsService, refuseUnlessAllowed } from '../../../kernel/calls/aws-call.ts';
import { functionArn, notFound, refused } from './lambda-refusal.ts';
import { type ControlReply, jsonReply } from '../../../core/api-call.ts';
import { hasFunctionQualifier } from './function-qualifiers.ts';
import type { FunctionPolicies } from '../../functions/function-policies.ts';
import type { NamedFunction } from '@gatewright/aws/function-name';
import { ServiceRefusal } from '../../../core/errors.ts';
import type { ResolvedStack } from '../../../core/stack/model.ts';

const PATH = /^\/2015-03-31\/functions\/([^/]+)\/policy(?:\/([^/]+))?\/?$/;
const OPERATIONS: Readonly<Record<string, string>> = {
  GET: 'GetPolicy',
  POST: 'AddPermission',
  DELETE: 'RemovePermission',
};
/** Lambda's maximum size of a policy: "The final policy size (20597) is bigger than the limit (20480)." */
const MAX_POLICY_BYTES = 20_480;

/** The members of AddPermission with their patterns (API reference). */
const MEMBERS: MemberTable = {
  StatementId: { type: 'text', isRequired: true, pattern: '[\\w-]{1,100}' },
  Action: { type: 'text', isRequired: true, pattern: '(lambda:[*]|lambda:[a-zA-Z]+|[*])' },
  Principal: { type: 'text', isRequired: true, pattern: '\\S+' },
  SourceArn: {
    type: 'text',
    pattern:
      'arn:aws[a-zA-Z0-9-]*:[a-zA-Z0-9-]+:([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d)?:(\\d{12})?:.*',
  },
  SourceAccount: { type: 'text', pattern: '\\d{12}' },
  EventSourceToken: { type: 'text', pattern: '[\\w.-]{1,256}' },
  PrincipalOrgID: { type: 'text', pattern: 'o-[a-z0-9]{10,32}' },
  FunctionUrlAuthType: { type: 'text', values: ['NONE', 'AWS_IAM'] },
  InvokedViaFunctionUrl: { type: 'flag' },
};

const POLICY: InputPolicy = {
  names: 'all',
  refuse: (message) => new ServiceRefusal('ValidationException', message),
  wrongType: (message) => new ServiceRefusal('SerializationException', message),
};

type FunctionPolicyOptions = {
  readonly stacks: () => readonly ResolvedStack[];
  readonly policies: FunctionPolicies;
};

type PolicyRequest = NamedFunction & { readonly arn: string; readonly call: AwsCall };

export function isPolicyCall(path: string): boolean {
  return PATH.test(path);
}

export function createFunctionPolicies({ stacks, policies }: FunctionPolicyOptions): AwsService {
  return (call) => Promise.resolve(serve(call, stacks(), policies));
}

function serve(call: AwsCall, stacks: readonly ResolvedStack[], policies: FunctionPolicies): ControlReply {
  const { method, path, query } = call.request;
  const [, encoded = '', statement] = PATH.exec(path) ?? [];
  const operation = Object.hasOwn(OPERATIONS, method) ? OPERATIONS[method] : undefined;
  if (operation === undefined || (statement === undefined) === (method === 'DELETE'))
    return refused(call, 501, 'NotImplementedException', `${method} ${path} of Lambda is not supported here`);
  const named = readFunctionName(decodeOrKeep(encoded));
  const asked = new URLSearchParams(query).get('Qualifier') ?? undefined;
  const qualifier = named.qualifier ?? (asked === '$LATEST' ? undefined : asked);
  const { functionName } = named;
  const definition = stacks.flatMap(({ functions }) => functions).find(({ name }) => name === functionName);
  const plain = definition?.arn ?? functionArn(call, functionName);
  const arn = qualifier === undefined ? plain : `${plain}:${qualifier}`;
  const refusal = refuseUnlessAllowed(call, [{ action: `lambda:${operation}`, resource: plain }]);
  if (refusal !== undefined) return refusal;
  const isThere = qualifier === undefined || hasFunctionQualifier(stacks, functionName, qualifier);
  if (definition === undefined || !isThere) return notFound(call, `Function not found: ${arn}`);
  const about = { functionName, qualifier, arn, call };
  if (operation === 'GetPolicy') return getPolicy(about, policies);
  return operation === 'AddPermission'
    ? addPermission(about, policies)
    : removePermission(about, decodeOrKeep(statement ?? ''), policies);
}

function getPolicy(asked: PolicyRequest, policies: FunctionPolicies): ControlReply {
  const Policy = printPolicy(asked, policies);
  if (Policy === undefined) return notFound(asked.call, 'The resource you requested does not exist.');
  return jsonReply(200, { Policy, RevisionId: revisionOf(Policy) });
}

function addPermission(asked: PolicyRequest, policies: FunctionPolicies): ControlReply {
  const { call, arn } = asked;
  const input = parseJsonObject(call.request.body.toString('utf8'));
  if (input === undefined)
    return refused(call, 400, 'InvalidRequestContentException', 'Could not parse request body into json');
  const wrong = findViolation(input);
  if (wrong !== undefined) return refused(call, 400, wrong.code, wrong.message);
  const moved = refuseOtherRevision(asked, input['RevisionId'], policies);
  if (moved !== undefined) return moved;
  const id = String(input['StatementId']);
  if (policies.statementsOf(asked).some((one) => one.id === id))
    return refused(
      call,
      409,
      'ResourceConflictException',
      `The statement id (${id}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
    );
  const made = policies.add(asked, id, permissionOf(input));
  const size = Buffer.byteLength(printPolicy(asked, policies) ?? '');
  if (size > MAX_POLICY_BYTES) {
    policies.remove(asked, id);
    const message = `The final policy size (${size}) is bigger than the limit (${MAX_POLICY_BYTES}).`;
    return refused(call, 400, 'PolicyLengthExceededException', message);
  }
  return jsonReply(201, { Statement: JSON.stringify(printStatement(made, arn)) });
}

function removePermission(asked: PolicyRequest, id: string, policies: FunctionPolicies): ControlReply {
  const { call } = asked;
  const wanted = new URLSearchParams(call.request.query).get('RevisionId') ?? undefined;
  const moved = refuseOtherRevision(asked, wanted, policies);
  if (moved !== undefined) return moved;
  if (!policies.remove(asked, id)) return notFound(call, `Statement ${id} is not found in resource policy.`);
  return { status: 204, headers: [], body: '' };
}

function findViolation(input: UnknownMembers): ServiceRefusal | undefined {
  try {
    new CallInput(input, POLICY).checkAll(MEMBERS);
    return undefined;
  } catch (error) {
    if (error instanceof ServiceRefusal) return error;
    throw error;
  }
}

function permissionOf(input: UnknownMembers): Record<string, string | boolean> {
  return Object.fromEntries(
    Object.keys(MEMBERS).flatMap((name): [string, string | boolean][] => {
      const value = input[name];
      const isGiven = typeof value === 'string' || typeof value === 'boolean';
      return name !== 'StatementId' && isGiven ? [[name, value]] : [];
    }),
  );
}

function refuseOtherRevision(
  asked: PolicyRequest,
  wanted: unknown,
  policies: FunctionPolicies,
): ControlReply | undefined {
  if (wanted === undefined || wanted === null) return undefined;
  const policy = printPolicy(asked, policies);
  if (policy !== undefined && wanted === revisionOf(policy)) return undefined;
  return refused(
    asked.call,
    412,
    'PreconditionFailedException',
    'The RevisionId provided does not match the latest RevisionId. Call the GetPolicy API to retrieve the latest RevisionId for your resource.',
  );
}

function printPolicy(
  { arn, functionName, qualifier }: NamedFunction & { readonly arn: string },
  policies: FunctionPolicies,
): string | undefined {
  const document = policies.documentOf({ functionName, qualifier }, arn);
  return document === undefined ? undefined : JSON.stringify(document);
}

/**
 * Returns the revision of a policy. It is derived from the policy, so it changes with the policy, and has its earlier
 * value again when a change is undone.
 */
function revisionOf(policy: string): string {
  const hex = createHash('sha256').update(policy).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
