/**
 * The tags that CloudFormation puts on an API that a stack makes, beside those of the template (docs/aws §10.5). They are no
 * property of it: no call edits or deletes them, and they do not count towards the 50 that a resource may have.
 */
import { stackIdOf } from '../templates/pseudo-parameters.ts';
import { MADE_BY_CALL } from './make-api.ts';
import type { ApiIdentity } from '../core/deployment/model.ts';

const RESERVED = /^aws:/i;

/** None of an API that a call has made. */
export function stackTags(api: ApiIdentity): Readonly<Record<string, string>> {
  const { stackName, logicalId } = api;
  return stackName === MADE_BY_CALL
    ? {}
    : {
        'aws:cloudformation:logical-id': logicalId,
        'aws:cloudformation:stack-id': stackIdOf(api),
        'aws:cloudformation:stack-name': stackName,
      };
}

/** The first of these keys that only AWS itself may write. */
export function findReservedTag(keys: readonly string[]): string | undefined {
  return keys.find((key) => RESERVED.test(key));
}
