/** Checks key policies for what KMS's CreateKey refuses. */
import { asOneOrMore, asText, isJsonObject, isTrue, membersOf } from '@gatewright/aws/json-object';
import type { ResolvedResource } from '../stack/model.ts';
import type { BrokenRelation } from './relation.ts';

/**
 * Refuses a policy by which no principal of IAM may change the policy again (widdix/aws-cf-templates#259,
 * aws-solutions/innovation-sandbox-on-aws#31). A single role or user may be the one that deploys the stack.
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html#prevent-unmanageable-key
 */
export function judgeKeyPolicy(key: ResolvedResource): BrokenRelation | undefined {
  const { properties, unresolved = [] } = key;
  const { KeyPolicy: policy, BypassPolicyLockoutSafetyCheck: bypass } = properties;
  if (!isJsonObject(policy) || isTrue(bypass) || unresolved.length > 0) return undefined;
  const statements = asOneOrMore(policy['Statement'] ?? []).map(membersOf);
  return statements.some(permitsChange)
    ? undefined
    : {
        resource: key,
        property: 'KeyPolicy',
        message: 'The new key policy will not allow you to update the key policy in the future.',
        remedy:
          'add a statement with Effect: Allow, Principal: { AWS: arn:aws:iam::ACCOUNT:root }, Action: kms:* and Resource: "*" (the account with Fn::Sub and ${AWS::AccountId})',
      };
}

const CHANGE = 'kms:putkeypolicy';

function permitsChange(statement: Readonly<Record<string, unknown>>): boolean {
  const { Effect: effect, Principal: principal, NotPrincipal: others, Action: action } = statement;
  if (effect !== 'Allow') return false;
  const isOfIam = principal === '*' || others !== undefined || membersOf(principal)['AWS'] !== undefined;
  if (!isOfIam) return false;
  return (
    action === undefined ||
    asOneOrMore(action).some((one) => {
      const pattern = (asText(one) ?? '*').toLowerCase().replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
      return new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(CHANGE);
    })
  );
}
