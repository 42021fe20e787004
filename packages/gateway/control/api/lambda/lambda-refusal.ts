import { type AwsCall, awsError } from '../../../kernel/calls/aws-call.ts';
import type { ControlReply } from '../../../core/api-call.ts';

/** Returns the ARN of a function in the caller's account, even if the function does not exist. */
export function functionArn({ region, caller }: AwsCall, name: string): string {
  return `arn:aws:lambda:${region}:${caller.arn.split(':')[4] ?? ''}:function:${name}`;
}

export function notFound(call: AwsCall, message: string): ControlReply {
  return refused(call, 404, 'ResourceNotFoundException', message);
}

export function refused(call: AwsCall, status: number, type: string, message: string): ControlReply {
  const { headers } = awsError(call.request, 'lambda', { status, type, message });
  return { status, headers, body: JSON.stringify({ Type: 'User', Message: message, message }) };
}
