/**
 * CloudFormation's own tags on an API that a stack created (docs/aws §10.5). Calls cannot edit or delete
 * them, and they do not count towards the 50 tags of a resource.
 */
import { stackIdOf } from '../../templates/pseudo-parameters.ts';
import { MADE_BY_CALL } from '../edits/make-api.ts';
import type { ApiIdentity } from '../../core/deployment/model.ts';
import { RESERVED_KEY } from '../../core/deployability/judge-tags.ts';

/** Returns the tags of an API; empty for an API that was created with an API call. */
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

export function findReservedTag(keys: readonly string[]): string | undefined {
  return keys.find((key) => RESERVED_KEY.test(key));
}
