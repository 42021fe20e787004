/** Finds faults in bucket policies for which S3's PutBucketPolicy refuses them. */
import { asOneOrMore, asText, isJsonObject, isTrue, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedResource, ResolvedStack } from '../stack/model.ts';
import type { BrokenRelation } from './relation.ts';

export function judgeBucketPolicy(
  policy: ResolvedResource,
  all: readonly ResolvedResource[],
  { source }: ResolvedStack,
): BrokenRelation | undefined {
  const { properties, unresolved = [] } = policy;
  if (unresolved.length > 0) return undefined;
  const name = asText(properties['Bucket']) ?? '';
  const bucket = all.find(({ type, physicalId }) => type === 'AWS::S3::Bucket' && physicalId === name);
  const document = mapOf(properties, 'PolicyDocument');
  for (const [index, one] of asOneOrMore(document['Statement'] ?? []).entries()) {
    const statement = membersOf(one);
    const at = Array.isArray(document['Statement'])
      ? `PolicyDocument.Statement.${index}`
      : 'PolicyDocument.Statement';
    const refused = refusalOf(statement, name, bucket, source?.writtenAs !== undefined);
    if (refused !== undefined) return { resource: policy, property: at, ...refused };
  }
  return undefined;
}

function refusalOf(
  statement: JsonObject,
  name: string,
  bucket: ResolvedResource | undefined,
  isBlockedElsewhere: boolean,
): Pick<BrokenRelation, 'message' | 'remedy'> | undefined {
  const resources = asOneOrMore(statement['Resource'] ?? []).map((one) => asText(one) ?? '*');
  const ofBucket = resources.map((one) => /^arn:[\w-]+:s3:::([^/]*)(\/?)/.exec(one));
  // S3 user guide, troubleshooting bucket policies
  if (bucket !== undefined && ofBucket.some((one) => one !== null && !isLike(one[1] ?? '', name)))
    return {
      message: 'Policy has invalid resource',
      remedy: `name only the bucket of the policy: arn:aws:s3:::${name} for the bucket, arn:aws:s3:::${name}/* for its objects`,
    };
  const isAny = resources.some(
    (one, index) => ofBucket[index] === null || /^arn:[\w-]+:s3:::[^/]*[*?]/.test(one),
  );
  const levels = asOneOrMore(statement['Action'] ?? []).map((one) => levelOf(asText(one) ?? '*'));
  const has = (slash: string): boolean => isAny || ofBucket.some((one) => one?.[2] === slash);
  // ministryofjustice/modernisation-platform#10762, versity/versitygw#645
  if (
    resources.length > 0 &&
    levels.some((level) => (level === 'object' && !has('/')) || (level === 'bucket' && !has('')))
  )
    return {
      message: 'Action does not apply to any resource(s) in statement',
      remedy: `specify arn:aws:s3:::${name} in Resource for actions on the bucket, and arn:aws:s3:::${name}/* for actions on objects`,
    };
  return bucket !== undefined && !isBlockedElsewhere && isPublic(statement) && blocksPublic(bucket)
    ? {
        message:
          'API: s3:PutBucketPolicy Access Denied (the bucket blocks public policies, because its PublicAccessBlockConfiguration does not set BlockPublicPolicy to false)',
        remedy:
          'set PublicAccessBlockConfiguration: { BlockPublicPolicy: false, RestrictPublicBuckets: false } on the bucket, or name who may use it in Principal',
      }
    : undefined;
}

function isLike(pattern: string, name: string): boolean {
  return pattern === name || /[*?$]/.test(pattern) || name === '';
}

/**
 * Returns whether an action concerns objects or buckets; undefined for wildcards, and for actions that are not listed
 * here.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 */
function levelOf(action: string): 'object' | 'bucket' | undefined {
  const [, name = ''] = /^s3:(.+)$/i.exec(action) ?? [];
  if (
    /^(?:Get|Put|Delete)Object(?:Acl|Tagging|Version|Retention|LegalHold|Torrent|Attributes)?(?:Acl|Tagging|Torrent)?$/i.test(
      name,
    )
  )
    return 'object';
  if (/^(?:AbortMultipartUpload|ListMultipartUploadParts|RestoreObject)$/i.test(name)) return 'object';
  return /^(?:ListBucket(?:Versions|MultipartUploads)?|(?:Get|Put)Bucket\w+|GetLifecycleConfiguration)$/i.test(
    name,
  )
    ? 'bucket'
    : undefined;
}

/**
 * Returns whether a statement allows everyone an action without a condition (S3 user guide, "The meaning of public";
 * arielweinberger/sls-base#22).
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
 */
function isPublic({ Effect: effect, Principal: principal, Condition: condition }: JsonObject): boolean {
  const named = isJsonObject(principal) ? asOneOrMore(principal['AWS'] ?? []) : [principal];
  return effect === 'Allow' && named.includes('*') && condition === undefined;
}

/**
 * Returns whether the bucket blocks public policies. A bucket without a PublicAccessBlockConfiguration does, and a
 * bucket with one does only if it sets BlockPublicPolicy.
 */
function blocksPublic({ properties, unresolved = [] }: ResolvedResource): boolean {
  const block = properties['PublicAccessBlockConfiguration'];
  if (unresolved.includes('PublicAccessBlockConfiguration')) return false;
  return block === undefined || isTrue(membersOf(block)['BlockPublicPolicy']);
}
