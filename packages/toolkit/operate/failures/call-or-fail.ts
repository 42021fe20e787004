import type { Aws, AwsAnswer, AwsRequest } from '../../terminal/aws-call.ts';
import { UsageError } from '../../../base/terminal/output.ts';

type Answered = Extract<AwsAnswer, { readonly kind: 'answer' }>;

/**
 * Calls AWS.
 * @throws UsageError if AWS refuses the call or does not respond. The message contains AWS's message and the required
 * IAM action
 */
export async function callOrFail(aws: Aws, permission: string, request: AwsRequest): Promise<Answered> {
  const answer = await ask(aws, permission, request, undefined);
  if (answer === undefined) throw new UsageError(`AWS did not respond to ${permission}`);
  return answer;
}

/**
 * Like `callOrFail`, but returns undefined if the resource does not exist.
 * @throws UsageError if AWS refuses the call for any other reason or does not respond
 */
export async function ask(
  aws: Aws,
  permission: string,
  request: AwsRequest,
  absent: RegExp | undefined,
): Promise<Answered | undefined> {
  const answer = await aws.call(request);
  if (answer.kind === 'answer') return answer;
  if (answer.kind === 'silent') throw new UsageError(answer.message);
  if (absent?.test(`${answer.code}: ${answer.message}`) === true) return undefined;
  throw new UsageError(`AWS refused ${permission} with ${answer.code}: ${answer.message}`);
}
