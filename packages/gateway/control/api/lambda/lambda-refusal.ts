import { partitionOf } from '@gatewright/aws/arn';
import { type AwsCall, awsError } from '../../../kernel/calls/aws-call.ts';
import { errorMembers } from '../../../kernel/calls/error-shapes.ts';
import { describeUnserved, nameUnserved } from '../../../kernel/calls/unserved-call.ts';
import type { ControlReply } from '../../../core/api-call.ts';

/** Returns the caller's account. */
export function accountOf({ caller }: AwsCall): string {
  return caller.arn.split(':')[4] ?? '';
}

/** Returns the ARN of a function in the caller's account, even if the function does not exist. */
export function functionArn(call: AwsCall, name: string, accountId = accountOf(call)): string {
  const { region } = call;
  return `arn:${partitionOf(region)}:lambda:${region}:${accountId}:function:${name}`;
}

export function notFound(call: AwsCall, message: string): ControlReply {
  return refused(call, 404, 'ResourceNotFoundException', message);
}

/**
 * Refuses a call. As recorded on AWS, ValidationException and AccessDeniedException have no `Type`. The text is in
 * `message` or `Message`, as the service model specifies.
 */
export function refused(call: AwsCall, status: number, type: string, message: string): ControlReply {
  const isOfValidator = type === 'ValidationException' || type === 'AccessDeniedException';
  const members = isOfValidator ? {} : { Type: status === 500 ? 'Service' : 'User' };
  return lambdaError(call, status, type, message, members);
}

/** Returns an error of Lambda. `members` are its members other than its code and text. */
export function lambdaError(
  call: AwsCall,
  status: number,
  type: string,
  message: string,
  members: object,
): ControlReply {
  const { headers } = awsError(call.request, 'lambda', { status, type, message });
  const body = { ...members, ...errorMembers('lambda', { code: type, message }) };
  return { status, headers, body: JSON.stringify(body) };
}

/** Refuses an operation that is not supported. The call is not forwarded to AWS, even with `--aws lambda`. */
export function notServed(call: AwsCall): ControlReply {
  const message = describeUnserved('lambda', nameUnserved({ ...call.request, service: 'lambda' }));
  return refused(call, 501, 'NotImplementedException', message);
}

/**
 * Refuses a change that names an old revision, because another caller has made a change since then. `operation` is the
 * call that returns the latest revision.
 */
export function revisionMoved(call: AwsCall, operation: 'GetPolicy' | 'GetFunction/GetAlias'): ControlReply {
  const message = `The Revision Id provided does not match the latest Revision Id. Call the ${operation} API to retrieve the latest Revision Id`;
  return refused(call, 412, 'PreconditionFailedException', message);
}
