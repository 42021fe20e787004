/**
 * Finds faults in key policies: KMS refuses to create the key (CreateKey), or CloudWatch Logs refuses a log group that
 * uses the key.
 */
import { parseArn } from '@gatewright/aws/arn';
import { compileGlob } from '@gatewright/aws/glob';
import { asOneOrMore, asText, isJsonObject, isTrue, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { ResolvedResource, ResolvedStack } from '../stack/model.ts';
import type { BrokenRelation } from './relation.ts';

/**
 * Refuses a policy that permits no IAM principal to change the policy later (widdix/aws-cf-templates#259,
 * aws-solutions/innovation-sandbox-on-aws#31). A statement for a single role or user is accepted, because the stack may
 * be deployed by this role or user.
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
          'add a statement with Effect: Allow, Principal: { AWS: arn:aws:iam::ACCOUNT:root }, Action: kms:* and Resource: "*" (write ACCOUNT as ${AWS::AccountId} within Fn::Sub)',
      };
}

/**
 * Refuses a log group whose key, made in the same stack, does not permit CloudWatch Logs to use it
 * (hashicorp/terraform-provider-aws#29282).
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
export function judgeKeyOfLogs(
  group: ResolvedResource,
  all: readonly ResolvedResource[],
  { region, accountId }: ResolvedStack,
): BrokenRelation | undefined {
  const { KmsKeyId: arn } = group.properties;
  const name = typeof arn === 'string' ? parseArn(arn)?.resource : undefined;
  const key = all.find(({ type, physicalId }) => type === 'AWS::KMS::Key' && name === `key/${physicalId}`);
  const policy = key?.properties['KeyPolicy'];
  if (key === undefined || !isJsonObject(policy) || (key.unresolved ?? []).length > 0) return undefined;
  const statements = asOneOrMore(policy['Statement'] ?? []).map(membersOf);
  return statements.some((one) => permitsLogs(one, region))
    ? undefined
    : {
        resource: group,
        property: 'KmsKeyId',
        message: `The specified KMS key does not exist or is not allowed to be used with Arn 'arn:aws:logs:${region}:${accountId}:log-group:${group.physicalId}'`,
        remedy: `add this statement to KeyPolicy of ${key.logicalId}: { Effect: Allow, Principal: { Service: logs.${region}.amazonaws.com }, Action: [kms:Encrypt*, kms:Decrypt*, kms:ReEncrypt*, kms:GenerateDataKey*, kms:Describe*], Resource: "*" }. Within Fn::Sub, the region can also be \${AWS::Region}`,
      };
}

function permitsLogs(statement: UnknownMembers, region: string): boolean {
  const { Effect: effect, Principal: principal, NotPrincipal: others } = statement;
  const names = [`logs.${region}.amazonaws.com`, 'logs.amazonaws.com', '*'];
  const isForLogs =
    principal === '*' ||
    membersOf(principal)['AWS'] === '*' ||
    others !== undefined ||
    asOneOrMore(membersOf(principal)['Service'] ?? []).some((one) => names.includes(String(one)));
  return effect === 'Allow' && isForLogs && permits(statement, 'kms:encrypt');
}

function permitsChange(statement: UnknownMembers): boolean {
  const { Effect: effect, Principal: principal, NotPrincipal: others } = statement;
  if (effect !== 'Allow') return false;
  const isOfIam = principal === '*' || others !== undefined || membersOf(principal)['AWS'] !== undefined;
  return isOfIam && permits(statement, 'kms:putkeypolicy') && mayNameKey(statement);
}

/**
 * Whether a resource of the statement may be the key: "*", or an ARN of KMS. The ARN of the key is not known before the
 * key is created (ministryofjustice/modernisation-platform#1046).
 */
function mayNameKey({ Resource: resources }: UnknownMembers): boolean {
  return (
    resources === undefined ||
    asOneOrMore(resources).some((one) => /^(?:\*|arn:[^:]*:(?:kms|[^:]*\*))/.test(asText(one) ?? '*'))
  );
}

/** @param action in lower case */
function permits({ Action: actions }: UnknownMembers, action: string): boolean {
  return (
    actions === undefined ||
    asOneOrMore(actions).some((one) => compileGlob((asText(one) ?? '*').toLowerCase())(action))
  );
}
