/** Calls to the embedded store: roles of functions and policies of identities decide, as on the control port. */
import { findDenial } from '../../../kernel/calls/aws-call.ts';
import { toPermissions } from '../../../kernel/calls/service-rights.ts';
import type { CallQuestion } from '@gatewright/dynamodb';
import type { LocalIdentity } from '../../../core/policy/identities.ts';

/** @returns why the call is refused, in AWS's wording */
export function authorizeDynamoDbCall(
  { accessKeyId, region, rights }: CallQuestion,
  identities: { find(accessKeyId: string): LocalIdentity | undefined },
  accountId: string,
): string | undefined {
  const caller = identities.find(accessKeyId);
  // Of a function removed by a reload, last calls may still arrive.
  if (caller === undefined) return 'The security token included in the request is invalid.';
  return findDenial(caller, toPermissions(rights, { region, accountId }));
}
