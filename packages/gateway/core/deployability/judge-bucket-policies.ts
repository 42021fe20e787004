/** Finds what makes S3's PutBucketPolicy refuse a bucket policy. */
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
    const isConverted = source?.writtenAs !== undefined;
    const refused = refusalOf(statement, { name, bucket, isConverted });
    if (refused !== undefined)
      return {
        resource: policy,
        property: [at, ...(refused.below === undefined ? [] : [refused.below])].join('.'),
        message: refused.message,
        remedy: refused.remedy,
      };
  }
  return undefined;
}

type Refusal = Pick<BrokenRelation, 'message' | 'remedy'> & {
  /** The path of the faulty part of the statement; absent if the statement as a whole is faulty. */
  readonly below?: string;
};

type Owner = {
  readonly name: string;
  readonly bucket: ResolvedResource | undefined;
  /** Whether the template was converted from another format, in which resources have other names. */
  readonly isConverted: boolean;
};

function refusalOf(statement: JsonObject, owner: Owner): Refusal | undefined {
  const { name, bucket, isConverted } = owner;
  const resources = asOneOrMore(statement['Resource'] ?? []).map((one) => asText(one) ?? '*');
  const ofBucket = resources.map((one) => /^arn:[\w-]+:s3:::([^/]*)(\/?)/.exec(one));
  const [whole, objects] = arnsOf(owner);
  // A name without ARN, or the ARN of another service (S3 user guide, resources of
  // policies; cloudtools/awacs#185)
  const noArn = resources.findIndex(
    (one) => !/^(?:arn:(?:[^:]*\*[^:]*|aws[\w-]*):(?:s3|[^:]*\*)|\*)/.test(one),
  );
  if (noArn >= 0)
    return {
      below: itemOf(statement, 'Resource', noArn),
      message: 'Policy has invalid resource',
      remedy: `write the ARN ${whole} for the bucket, or ${objects} for its objects`,
    };
  // S3 user guide, troubleshooting bucket policies
  const foreign = ofBucket.findIndex((one) => one !== null && !isLike(one[1] ?? '', name));
  if (bucket !== undefined && foreign >= 0)
    return {
      below: itemOf(statement, 'Resource', foreign),
      message: 'Policy has invalid resource',
      remedy: `name only the bucket of the policy: ${whole} for the bucket, ${objects} for its objects`,
    };
  const isAny = resources.some(
    (one, index) => ofBucket[index] === null || /^arn:[\w-]+:s3:::[^/]*[*?]/.test(one),
  );
  const levels = asOneOrMore(statement['Action'] ?? []).map((one) => levelOf(asText(one) ?? '*'));
  const has = (slash: string): boolean => isAny || ofBucket.some((one) => one?.[2] === slash);
  const isUnfit = levels.map(
    (level) => (level === 'object' && !has('/')) || (level === 'bucket' && !has('')),
  );
  // See ministryofjustice/modernisation-platform#10762, versity/versitygw#645
  if (resources.length > 0 && isUnfit.includes(true))
    return {
      below: isUnfit.includes(false) ? itemOf(statement, 'Action', isUnfit.indexOf(true)) : 'Resource',
      message: 'Action does not apply to any resource(s) in statement',
      remedy: `specify ${whole} in Resource for actions on the bucket, and ${objects} for actions on objects`,
    };
  return (
    refusedCondition(statement) ??
    (bucket !== undefined && !isConverted && isPublic(statement) && blocksPublic(bucket)
      ? {
          message:
            'API: s3:PutBucketPolicy Access Denied (the bucket blocks public policies, because its PublicAccessBlockConfiguration does not set BlockPublicPolicy to false)',
          remedy:
            'set PublicAccessBlockConfiguration: { BlockPublicPolicy: false, RestrictPublicBuckets: false } on the bucket, or set Principal to the accounts, roles or services that may use the bucket',
        }
      : undefined)
  );
}

/** Returns the ARNs of the bucket and of its objects, as the template can write them. */
function arnsOf({ name, bucket, isConverted }: Owner): readonly [whole: string, objects: string] {
  return bucket === undefined || isConverted
    ? [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`]
    : [`!GetAtt ${bucket.logicalId}.Arn`, `!Sub '\${${bucket.logicalId}.Arn}/*'`];
}

function itemOf(statement: JsonObject, name: string, index: number): string {
  return Array.isArray(statement[name]) ? `${name}.${index}` : name;
}

/** Condition keys that only the actions that list a bucket support (Service authorization reference, Amazon S3). */
const OF_LISTS = /^s3:(?:prefix|delimiter|max-keys)$/i;
const LISTS = /^(?:\*|s3:(?:.*\*.*|ListBucket|ListBucketVersions))$/i;

/** Finds a condition on one of these keys in a statement about other actions (humanmade/S3-Uploads#239). */
function refusedCondition(statement: JsonObject): Refusal | undefined {
  const actions = asOneOrMore(statement['Action'] ?? []).map((one) => asText(one) ?? '*');
  const other = actions.find((action) => !LISTS.test(action));
  const condition = membersOf(statement['Condition']);
  const [operator, key] =
    Object.entries(condition)
      .flatMap(([name, keys]) => Object.keys(membersOf(keys)).map((one) => [name, one] as const))
      .find(([, one]) => OF_LISTS.test(one)) ?? [];
  return other === undefined || operator === undefined || key === undefined
    ? undefined
    : {
        below: `Condition.${operator}.${key}`,
        message: 'Conditions do not apply to combination of actions and resources in statement',
        remedy: `move ${other} to a statement without ${key}, which only s3:ListBucket and s3:ListBucketVersions support`,
      };
}

function isLike(pattern: string, name: string): boolean {
  return pattern === name || /[*?$]/.test(pattern) || name === '';
}

/**
 * Returns whether an action concerns objects or buckets; undefined for wildcards, and for actions that match none of
 * the patterns.
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
 * Returns whether the bucket blocks public policies. A bucket without a PublicAccessBlockConfiguration blocks them; a
 * bucket with one blocks them only if it sets BlockPublicPolicy.
 */
function blocksPublic({ properties, unresolved = [] }: ResolvedResource): boolean {
  const block = properties['PublicAccessBlockConfiguration'];
  if (unresolved.includes('PublicAccessBlockConfiguration')) return false;
  return block === undefined || isTrue(membersOf(block)['BlockPublicPolicy']);
}
