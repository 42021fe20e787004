/** Finds what makes CloudFront's CreateDistribution refuse a distribution. */
import { parseArn } from '@gatewright/aws/arn';
import { parseFunctionName } from '@gatewright/aws/function-name';
import {
  asOneOrMore,
  asText,
  isJsonObject,
  isTrue,
  mapOf,
  membersOf,
  textOf,
} from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedResource, ResolvedStack } from '../stack/model.ts';
import type { BrokenRelation } from './relation.ts';

type Refusal = { readonly at: string; readonly message: string; readonly remedy: string };

type Behavior = { readonly at: string; readonly behavior: JsonObject };

const CONFIG = 'DistributionConfig';

export function judgeDistribution(
  distribution: ResolvedResource,
  all: readonly ResolvedResource[],
  { source }: ResolvedStack,
): BrokenRelation | undefined {
  // Members whose value is unknown are null.
  const config = mapOf({ ...distribution.partial?.properties, ...distribution.properties }, CONFIG);
  const isConverted = source?.writtenAs !== undefined;
  const found =
    judgeCertificate(config) ??
    judgeOrigins(config) ??
    behaviorsOf(config)
      .map((one) => judgeBehavior(one, isConverted) ?? judgeFunctions(one, all, isConverted))
      .find((one) => one !== undefined) ??
    judgeWebAcl(config) ??
    judgeLogBucket(config, all);
  return found && { ...found, resource: distribution, property: `${CONFIG}.${found.at}` };
}

function behaviorsOf(config: JsonObject): readonly Behavior[] {
  const others = asOneOrMore(config['CacheBehaviors'] ?? []).map((one, index) => ({
    at: `CacheBehaviors.${index}`,
    behavior: membersOf(one),
  }));
  return [{ at: 'DefaultCacheBehavior', behavior: mapOf(config, 'DefaultCacheBehavior') }, ...others];
}

/**
 * Refuses a certificate of ACM that is not in us-east-1, and aliases without a certificate
 * (milliHQ/terraform-aws-next-js#61; CloudFront developer guide, "Requirements for using alternate domain names").
 */
function judgeCertificate(config: JsonObject): Refusal | undefined {
  if (config['ViewerCertificate'] === null) return undefined;
  const certificate = mapOf(config, 'ViewerCertificate');
  const arn = textOf(certificate, 'AcmCertificateArn');
  if (parseArn(arn)?.service === 'acm' && parseArn(arn)?.region !== 'us-east-1')
    return {
      at: 'ViewerCertificate.AcmCertificateArn',
      message:
        "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a valid certificate chain.",
      remedy: 'create the certificate in us-east-1 and specify its ARN',
    };
  const hasOwn = ['AcmCertificateArn', 'IamCertificateId'].some((name) => certificate[name] !== undefined);
  return asOneOrMore(config['Aliases'] ?? []).length > 0 && !hasOwn
    ? {
        at: 'Aliases',
        message:
          'To add an alternate domain name (CNAME) to a CloudFront distribution, you must attach a trusted certificate that validates your authorization to use the domain name.',
        remedy:
          'add ViewerCertificate with the AcmCertificateArn of a certificate in us-east-1 and SslSupportMethod: sni-only, or remove Aliases',
      }
    : undefined;
}

const ORIGIN_REMEDY =
  'add S3OriginConfig: { OriginAccessIdentity: "" } for a bucket (also with origin access control), or CustomOriginConfig: { OriginProtocolPolicy: https-only } for any other host';

const ORIGIN_CONFIGS = ['CustomOriginConfig', 'S3OriginConfig', 'VpcOriginConfig'];

function judgeOrigins(config: JsonObject): Refusal | undefined {
  for (const [index, one] of asOneOrMore(config['Origins'] ?? []).entries()) {
    if (one === null) continue;
    const origin = membersOf(one);
    const at = `Origins.${index}`;
    const given = ORIGIN_CONFIGS.filter((name) => origin[name] !== undefined);
    // See aws-cloudformation/cfn-lint#2878
    if (given.length !== 1)
      return {
        at,
        message: 'Exactly one of CustomOriginConfig, VpcOriginConfig and S3OriginConfig must be specified',
        remedy: given.length > 1 ? `keep only one of ${given.join(', ')}` : ORIGIN_REMEDY,
      };
    // See awsdocs/aws-cloudformation-user-guide#655, hashicorp/terraform-provider-aws#412
    if (given[0] === 'S3OriginConfig' && /\.s3-website[.-]/.test(textOf(origin, 'DomainName')))
      return {
        at: `${at}.DomainName`,
        message: 'The parameter Origin DomainName does not refer to a valid S3 bucket.',
        remedy:
          'use CustomOriginConfig: { OriginProtocolPolicy: http-only } for a website endpoint, or the domain of the bucket itself (RegionalDomainName)',
      };
  }
  return undefined;
}

/** CloudFront API reference, AllowedMethods */
const METHODS = ['GET,HEAD', 'GET,HEAD,OPTIONS', 'DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT'];

function judgeBehavior({ at, behavior }: Behavior, isConverted: boolean): Refusal | undefined {
  const { ForwardedValues: forwarded, CachePolicyId: policy, AllowedMethods: methods } = behavior;
  // CloudFormation templates of AWS itself have both, so only plans of Terraform are judged
  // (terraform-aws-modules/terraform-aws-cloudfront#40).
  if (isConverted && isJsonObject(forwarded) && typeof policy === 'string')
    return {
      at: `${at}.ForwardedValues`,
      message:
        'The parameter ForwardedValues cannot be used when a cache policy is associated to the cache behavior.',
      remedy: 'remove ForwardedValues, or CachePolicyId',
    };
  const given = asOneOrMore(methods ?? []);
  const sorted = given.map((one) => asText(one) ?? '');
  return sorted.length > 0 && !given.includes(null) && !METHODS.includes(sorted.toSorted().join(','))
    ? {
        at: `${at}.AllowedMethods`,
        message: `AllowedMethods must be GET and HEAD, or GET, HEAD and OPTIONS, or all seven methods, not ${sorted.join(', ')}`,
        remedy: `use one of ${METHODS.map((list) => `[${list.split(',').join(', ')}]`).join(', ')}`,
      }
    : undefined;
}

/**
 * The maximum timeout in seconds, and the maximum memory in MB, of a function for viewer events and for origin events.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-lambda-at-edge
 */
const LIMITS = {
  viewer: { Timeout: 5, MemorySize: 128 },
  origin: { Timeout: 30, MemorySize: 10_240 },
} as const;
const DEFAULTS = { Timeout: 3, MemorySize: 128 } as const;
const WORDS = { Timeout: 'timeout', MemorySize: 'memory size' } as const;

function judgeFunctions(
  { at, behavior }: Behavior,
  all: readonly ResolvedResource[],
  isConverted: boolean,
): Refusal | undefined {
  for (const [index, one] of asOneOrMore(behavior['LambdaFunctionAssociations'] ?? []).entries()) {
    const { EventType: event, LambdaFunctionARN: arn, IncludeBody: isIncluded } = membersOf(one);
    const place = `${at}.LambdaFunctionAssociations.${index}`;
    // See serverless-nextjs/serverless-next.js#533
    if (isTrue(isIncluded) && (asText(event) ?? '').endsWith('-response'))
      return {
        at: `${place}.IncludeBody`,
        message: 'The IncludeBody option can only be used with viewer-request or origin-request events.',
        remedy: 'remove IncludeBody, or set EventType to viewer-request or origin-request',
      };
    if (typeof arn !== 'string') continue;
    const refused = refusalOfFunction(arn, asText(event) ?? '', all, isConverted);
    if (refused !== undefined) return { at: `${place}.LambdaFunctionARN`, ...refused };
  }
  return undefined;
}

/**
 * Refuses a function that Lambda@Edge cannot run (chantzlarge/terraform-aws-hugo#43, serverless/serverless#7671,
 * silvermine/serverless-plugin-cloudfront-lambda-edge#63).
 */
function refusalOfFunction(
  arn: string,
  event: string,
  all: readonly ResolvedResource[],
  isConverted: boolean,
): Omit<Refusal, 'at'> | undefined {
  const { service, region } = parseArn(arn) ?? {};
  if (service !== 'lambda') return undefined;
  // A plan of Terraform does not say which version `qualified_arn` will name.
  if (!isConverted && !/:\d+$/.test(arn))
    return {
      message: `The function ARN must reference a specific function version. (The ARN must end with the version number.) ARN: ${arn}`,
      remedy:
        'refer to an AWS::Lambda::Version (Ref returns its ARN); in SAM, set AutoPublishAlias and refer to FUNCTION.Version',
    };
  if (region !== 'us-east-1')
    return {
      message: `The function must be in region 'us-east-1'. ARN: ${arn}`,
      remedy: 'deploy the function to us-east-1, and specify the ARN of the deployed function',
    };
  const { functionName } = parseFunctionName(arn);
  const called = all.find(
    ({ type, physicalId }) => type === 'AWS::Lambda::Function' && physicalId === functionName,
  );
  if (called === undefined || (called.unresolved ?? []).length > 0) return undefined;
  const { properties } = called;
  if (Object.keys(mapOf(mapOf(properties, 'Environment'), 'Variables')).length > 0)
    return {
      message: `The function cannot have environment variables. Function: ${arn}`,
      remedy: `remove Environment from ${called.logicalId}, and write the values into the code`,
    };
  const limits = event.startsWith('viewer') ? LIMITS.viewer : LIMITS.origin;
  for (const name of ['Timeout', 'MemorySize'] as const) {
    const value = Number(properties[name] ?? DEFAULTS[name]);
    if (value > limits[name])
      return {
        message: `The function ${WORDS[name]} is larger than the maximum allowed for functions that are triggered by a CloudFront event: ${value} Max allowed: ${limits[name]} Function: ${arn}`,
        remedy: `set ${name} of ${called.logicalId} to at most ${limits[name]}`,
      };
  }
  const role = all.find(
    ({ type, physicalId }) =>
      type === 'AWS::IAM::Role' && textOf(properties, 'Role').endsWith(`/${physicalId}`),
  );
  const trusted = JSON.stringify(role?.properties['AssumeRolePolicyDocument'] ?? '*');
  return trusted.includes('edgelambda.') || trusted.includes('"*"')
    ? undefined
    : {
        message: `The function execution role must be assumable with edgelambda.amazonaws.com as well as lambda.amazonaws.com principals. Update the IAM role and try again. Role: ${textOf(properties, 'Role')}`,
        remedy: `add edgelambda.amazonaws.com to Principal.Service in AssumeRolePolicyDocument of ${role?.logicalId ?? 'the role'}`,
      };
}

/**
 * Refuses a regional web ACL for an enabled distribution (CloudFront API reference, DistributionConfig, WebACLId: the
 * scope is CLOUDFRONT).
 */
function judgeWebAcl({ WebACLId: acl, Enabled: isEnabled }: JsonObject): Refusal | undefined {
  return typeof acl === 'string' && /^arn:[^:]+:wafv2:.*:regional\//.test(acl) && isTrue(isEnabled ?? true)
    ? {
        at: 'WebACLId',
        message:
          'A distribution needs a web ACL with the scope CLOUDFRONT; this web ACL has the scope REGIONAL',
        remedy: 'create the web ACL in us-east-1 with Scope: CLOUDFRONT and specify its ARN',
      }
    : undefined;
}

/**
 * Refuses a log bucket whose ACLs are disabled, because CloudFront needs an ACL to deliver the logs
 * (aws-samples/baseline-environment-on-aws#363). A new bucket has no ACLs unless its OwnershipControls enable them.
 */
function judgeLogBucket(config: JsonObject, all: readonly ResolvedResource[]): Refusal | undefined {
  const domain = textOf(mapOf(config, 'Logging'), 'Bucket');
  const bucket = all.find(
    ({ type, physicalId }) => type === 'AWS::S3::Bucket' && domain.startsWith(`${physicalId}.s3`),
  );
  if (
    bucket === undefined ||
    bucket.fault !== undefined ||
    bucket.unresolved?.includes('OwnershipControls') === true
  )
    return undefined;
  const rules = asOneOrMore(mapOf(bucket.properties, 'OwnershipControls')['Rules'] ?? []);
  const hasAcls = rules.some((rule) => membersOf(rule)['ObjectOwnership'] !== 'BucketOwnerEnforced');
  return hasAcls
    ? undefined
    : {
        at: 'Logging.Bucket',
        message: `The S3 bucket that you specified for CloudFront logs does not enable ACL access: ${domain}`,
        remedy:
          'add OwnershipControls: { Rules: [{ ObjectOwnership: BucketOwnerPreferred }] } to the bucket, or deliver the logs with AWS::Logs::Delivery',
      };
}
