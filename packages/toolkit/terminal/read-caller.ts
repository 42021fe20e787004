import { memberAt, textAt } from './aws-call.ts';
import type { Aws } from './aws-call.ts';

export type Caller = { readonly accountId: string; readonly arn: string };

/** Returns the identity of the credentials, or the reason why AWS STS did not return it. */
export async function readCaller(aws: Aws): Promise<Caller | { readonly refused: string }> {
  const answer = await aws.call({
    service: 'sts',
    protocol: 'query',
    action: 'GetCallerIdentity',
    version: '2011-06-15',
  });
  if (answer.kind === 'silent') return { refused: answer.message };
  if (answer.kind === 'refused') return { refused: `${answer.code}: ${answer.message}` };
  const result = memberAt(answer.body, 'GetCallerIdentityResponse', 'GetCallerIdentityResult');
  const [accountId, arn] = [textAt(result, 'Account'), textAt(result, 'Arn')];
  return accountId === undefined || arn === undefined
    ? { refused: 'AWS STS returned no account' }
    : { accountId, arn };
}
