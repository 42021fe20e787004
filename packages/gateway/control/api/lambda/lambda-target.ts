/**
 * Finds the function to which a call to Lambda's API applies, and checks the call in AWS's order: the members by their
 * model, then the qualifier, the region and the account of the function's name (docs/aws §22.2).
 */
import type { InputPolicy } from '@gatewright/aws/call-input';
import { parseFunctionName } from '@gatewright/aws/function-name';
import type { NamedFunction } from '@gatewright/aws/function-name';
import { asText } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { ControlReply } from '../../../core/api-call.ts';
import { ServiceRefusal } from '../../../core/errors.ts';
import type { ResolvedStack } from '../../../core/stack/model.ts';
import type { AwsCall, AwsService } from '../../../kernel/calls/aws-call.ts';
import { CallModel } from '../../../kernel/calls/call-model.ts';
import { LAMBDA_MODEL } from '../../../kernel/calls/models/lambda.ts';
import { accountOf, functionArn, refused } from './lambda-refusal.ts';

export const LATEST = '$LATEST';

export type LambdaTarget = NamedFunction & {
  readonly operation: string;
  readonly members: UnknownMembers;
  /** The qualifier in the call, which may be `$LATEST`; undefined if the call does not name one. */
  readonly named: string | undefined;
  /** The ARN of the function, without a qualifier. */
  readonly plainArn: string;
  /** The ARN with the qualifier in the call, if there is one. Policies are compared with this ARN. */
  readonly arn: string;
};

const CALLS = new CallModel(LAMBDA_MODEL);

const LAMBDA_POLICY: InputPolicy = {
  names: 'all',
  refuse: (message) => new ServiceRefusal('ValidationException', message),
  wrongType: (message) => new ServiceRefusal('SerializationException', message),
};

/** Returns the operation and the checked members of a call; undefined for an operation that is not in the model. */
export function readLambdaCall(
  call: AwsCall,
): { readonly operation: string; readonly members: UnknownMembers } | undefined {
  const found = CALLS.readRest(call.request);
  if (found !== undefined) CALLS.check(found.operation, found.members, LAMBDA_POLICY);
  return found;
}

/**
 * Reads the function that a call names.
 * @param accountId the account of the gateway's functions
 * @throws ServiceRefusal for a call that Lambda refuses before it looks for the function
 */
export function readTarget(call: AwsCall, accountId = accountOf(call)): LambdaTarget {
  const { operation = '', members = {} } = readLambdaCall(call) ?? {};
  const parts = parseFunctionName(asText(members['FunctionName']) ?? '');
  const asked = asText(members['Qualifier']);
  if (parts.qualifier !== undefined && asked !== undefined && parts.qualifier !== asked)
    throw new ServiceRefusal(
      'InvalidParameterValueException',
      'The derived qualifier from the function name does not match the specified qualifier.',
    );
  if (parts.region !== undefined && parts.region !== call.region)
    throw new ServiceRefusal(
      'ResourceNotFoundException',
      `Functions from '${parts.region}' are not reachable in this region ('${call.region}')`,
      404,
    );
  const named = parts.qualifier ?? asked;
  const plainArn = functionArn(call, parts.functionName, parts.accountId ?? accountId);
  const arn = named === undefined ? plainArn : `${plainArn}:${named}`;
  if (parts.accountId !== undefined && parts.accountId !== accountId)
    throw new ServiceRefusal('AccessDeniedException', describeOtherAccount(call, operation, arn), 403);
  const qualifier = named === LATEST ? undefined : named;
  return { operation, members, functionName: parts.functionName, qualifier, named, plainArn, arn };
}

/**
 * Returns the refusal of a call to another account. The gateway does not know the policies of other accounts'
 * functions, so it treats them as if they do not allow the call.
 */
function describeOtherAccount({ caller }: AwsCall, operation: string, arn: string): string {
  const action = `lambda:${operation.startsWith('Invoke') ? 'InvokeFunction' : operation}`;
  return (
    `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${arn} ` +
    `because no resource-based policy allows the ${action} action`
  );
}

export type FoundFunction = {
  readonly definition: ResolvedStack['functions'][number];
  readonly stack: ResolvedStack;
};

export function findFunction(
  stacks: readonly ResolvedStack[],
  functionName: string,
): FoundFunction | undefined {
  for (const stack of stacks) {
    const definition = stack.functions.find(({ name }) => name === functionName);
    if (definition !== undefined) return { definition, stack };
  }
  return undefined;
}

/** Wraps a handler of calls. A ServiceRefusal that the handler throws becomes an error response. */
export function answering(answer: (call: AwsCall) => ControlReply | Promise<ControlReply>): AwsService {
  return async (call) => {
    try {
      return await answer(call);
    } catch (error) {
      if (!(error instanceof ServiceRefusal)) throw error;
      return refused(call, error.status, error.code, error.message);
    }
  };
}
