/** Calls that functions make of the embedded store directly: their roles decide, as they do on the control port. */
import { findDenial } from '../../kernel/calls/aws-call.ts';
import { toPermissions } from '../../kernel/calls/service-rights.ts';
import type { CallQuestion } from '@gatewright/dynamodb';
import type { LocalIdentity } from '../../core/policy/identities.ts';

/** @returns why the call is refused, in AWS's words */
export function judgeDynamoDbCall(
  { accessKeyId, region, rights }: CallQuestion,
  identities: { find(accessKeyId: string): LocalIdentity | undefined },
  accountId: string,
): string | undefined {
  const caller = identities.find(accessKeyId);
  // A function that a reload has taken away: its last calls may still be under way.
  if (caller === undefined) return 'The security token included in the request is invalid.';
  return findDenial(caller, toPermissions(rights, { region, accountId }));
}
