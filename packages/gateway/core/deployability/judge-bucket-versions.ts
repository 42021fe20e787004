/** Refuses bucket settings that need versioning if the bucket, or the bucket to which it is replicated, lacks it. */
import { asOneOrMore, isTrue, mapOf, membersOf, textOf } from '@gatewright/aws/json-object';
import type { ResolvedResource } from '../stack/model.ts';
import type { BrokenRelation } from './relation.ts';

/**
 * Returns whether it is certain that a bucket has no versioning. In Terraform, versioning is a separate resource; if it
 * cannot be resolved, nothing is known.
 */
function isUnversioned({ properties, unresolved = [] }: ResolvedResource): boolean {
  return (
    !unresolved.includes('VersioningConfiguration') &&
    mapOf(properties, 'VersioningConfiguration')['Status'] !== 'Enabled'
  );
}

const ENABLE = 'add VersioningConfiguration: { Status: Enabled } to the bucket';

/**
 * Refuses the replication of a bucket without versioning (localstack/localstack, test_s3.snapshot.json, recorded), or
 * to a bucket of the stack without versioning (nozaq/terraform-aws-remote-state-s3-backend#107).
 */
export function judgeReplication(
  bucket: ResolvedResource,
  all: readonly ResolvedResource[],
): BrokenRelation | undefined {
  const replication = bucket.properties['ReplicationConfiguration'];
  if (replication === undefined) return undefined;
  if (isUnversioned(bucket))
    return {
      resource: bucket,
      property: 'ReplicationConfiguration',
      message: "Versioning must be 'Enabled' on the bucket to apply a replication configuration",
      remedy: ENABLE,
    };
  const targets = asOneOrMore(membersOf(replication)['Rules'] ?? []).map((rule) =>
    textOf(mapOf(membersOf(rule), 'Destination'), 'Bucket').replace(/^arn:[^:]+:s3:::/, ''),
  );
  const target = all.find(
    (one) => one.type === bucket.type && targets.includes(one.physicalId) && isUnversioned(one),
  );
  return target === undefined
    ? undefined
    : {
        resource: target,
        property: 'VersioningConfiguration',
        message: `Destination bucket must have versioning enabled. (${bucket.logicalId} is replicated to this bucket.)`,
        remedy: ENABLE,
      };
}

/**
 * Refuses an object lock configuration of a bucket without versioning (badmintoncryer/cdk-preflight,
 * pf-s3-objectlock-requires-versioning, deployed).
 */
export function judgeObjectLock(bucket: ResolvedResource): BrokenRelation | undefined {
  const { properties, unresolved = [] } = bucket;
  return properties['ObjectLockConfiguration'] !== undefined &&
    !isTrue(properties['ObjectLockEnabled']) &&
    !unresolved.includes('ObjectLockEnabled') &&
    isUnversioned(bucket)
    ? {
        resource: bucket,
        property: 'ObjectLockConfiguration',
        message: "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
        remedy: 'add ObjectLockEnabled: true to the bucket, which also enables its versioning',
      }
    : undefined;
}
