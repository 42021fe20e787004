/** Refuses resources of WAF's scope CLOUDFRONT outside of us-east-1, and ARNs with a region that cannot be right. */
import { parseArn } from '@gatewright/aws/arn';
import { asOneOrMore, asText, membersOf } from '@gatewright/aws/json-object';
import { isRegionKnown } from '../stack/home.ts';
import type { ResolvedResource, ResolvedStack } from '../stack/model.ts';
import type { BrokenRelation } from './relation.ts';

/**
 * Refuses a web ACL of the scope CLOUDFRONT outside of us-east-1 (aws-samples/aws-genai-llm-chatbot#585,
 * aws-solutions/aws-waf-security-automations#300).
 */
export function judgeScope(
  resource: ResolvedResource,
  _all: unknown,
  stack: ResolvedStack,
): BrokenRelation | undefined {
  const region = regionOf(resource, stack);
  return resource.properties['Scope'] === 'CLOUDFRONT' && region !== '' && region !== 'us-east-1'
    ? {
        resource,
        property: 'Scope',
        message:
          'Error reason: The scope is not valid., field: SCOPE_VALUE, parameter: CLOUDFRONT (resources of this scope are created in us-east-1)',
        remedy:
          'deploy the stack of the web ACL to us-east-1, or use Scope: REGIONAL if it does not protect a distribution',
      }
    : undefined;
}

type Row = {
  /** The member with the ARN, or the list of ARNs; `*` is any item of a list. */
  readonly path: readonly string[];
  readonly service: RegExp;
  readonly says: (region: string, arn: string) => string;
};

const same =
  (what: string) =>
  (region: string, arn: string): string =>
    `${what} must be in the region of the stack, ${region}, but ${arn} is in another region`;

/** The words with which Lambda's calls refuse a function of another region [obs]. */
const NAMED_FUNCTION: Omit<Row, 'path'> = {
  service: /^lambda$/,
  says: (region, arn) =>
    `Functions from '${parseArn(arn)?.region ?? ''}' are not reachable in this region ('${region}')`,
};

/** The ARNs that must be in the region in which the resource is created. */
const SAME_REGION: Readonly<Record<string, readonly Row[]>> = {
  'AWS::Lambda::Function': [
    {
      // See TotalTechGeek/elysia-lambda#2
      path: ['Layers', '*'],
      service: /^lambda$/,
      says: (region) =>
        `Layers are not in the same region as the function. Layers are expected to be in region ${region}.`,
    },
  ],
  'AWS::Lambda::EventSourceMapping': [
    {
      // See the Lambda developer guide, "Using Lambda with Amazon SQS", "… with Kinesis", "… with DynamoDB".
      path: ['EventSourceArn'],
      service: /^(?:sqs|kinesis|dynamodb)$/,
      says: same('the source of an event source mapping'),
    },
    { path: ['FunctionName'], ...NAMED_FUNCTION },
  ],
  'AWS::Lambda::Permission': [{ path: ['FunctionName'], ...NAMED_FUNCTION }],
  'AWS::Lambda::EventInvokeConfig': [{ path: ['FunctionName'], ...NAMED_FUNCTION }],
  'AWS::Lambda::Version': [{ path: ['FunctionName'], ...NAMED_FUNCTION }],
  'AWS::Lambda::Alias': [{ path: ['FunctionName'], ...NAMED_FUNCTION }],
  'AWS::Lambda::Url': [{ path: ['TargetFunctionArn'], ...NAMED_FUNCTION }],
  'AWS::ApiGatewayV2::DomainName': [
    {
      // See the API Gateway developer guide, "Set up a regional custom domain name".
      path: ['DomainNameConfigurations', '*', 'CertificateArn'],
      service: /^acm$/,
      says: same('the certificate of a regional domain'),
    },
  ],
  'AWS::WAFv2::WebACLAssociation': [
    {
      // WAF API reference, AssociateWebACL
      path: ['WebACLArn'],
      service: /^wafv2$/,
      says: same('the web ACL of a regional resource'),
    },
  ],
};

/** Refuses ARNs in a region other than the resource's. A template without a known region may be deployed anywhere. */
export function judgeRegions(
  resource: ResolvedResource,
  _all: unknown,
  stack: ResolvedStack,
): readonly BrokenRelation[] {
  const rows = Object.hasOwn(SAME_REGION, resource.type) ? (SAME_REGION[resource.type] ?? []) : [];
  const region = rows.length === 0 ? undefined : knownRegionOf(resource, stack);
  if (region === undefined) return [];
  return rows.flatMap(({ path, service, says }) =>
    textsAt(resource.properties, path).flatMap(({ at, text }) => {
      const arn = parseArn(text);
      if (arn === undefined || !service.test(arn.service) || arn.region === '' || arn.region === region)
        return [];
      // A web ACL of the scope CLOUDFRONT is always in us-east-1. `judgeGlobalAcl` refuses it with a better message.
      if (arn.resource.startsWith('global/')) return [];
      const remedy = `use the ARN of a resource in ${region}, or deploy the stack to ${arn.region}`;
      return [{ resource, property: at.join('.'), message: says(region, text), remedy }];
    }),
  );
}

type TextAt = { readonly at: readonly string[]; readonly text: string };

export function textsAt(
  value: unknown,
  path: readonly string[],
  at: readonly string[] = [],
): readonly TextAt[] {
  const [name, ...rest] = path;
  if (name === undefined) return typeof value === 'string' ? [{ at, text: value }] : [];
  if (name === '*')
    return asOneOrMore(value ?? []).flatMap((item, index) => textsAt(item, rest, [...at, String(index)]));
  return textsAt(membersOf(value)[name], rest, [...at, name]);
}

/**
 * Refuses the association of a web ACL of the scope CLOUDFRONT, which protects distributions only (WAF API reference,
 * AssociateWebACL).
 */
export function judgeGlobalAcl(resource: ResolvedResource): BrokenRelation | undefined {
  const arn = parseArn(asText(resource.properties['WebACLArn']) ?? '');
  return arn?.service === 'wafv2' && arn.resource.startsWith('global/')
    ? {
        resource,
        property: 'WebACLArn',
        message: 'a web ACL of the scope CLOUDFRONT cannot be associated with a regional resource',
        remedy:
          'use a web ACL with Scope: REGIONAL in the same region, or set WebACLId of a distribution to this web ACL',
      }
    : undefined;
}

/**
 * Refuses a subscription whose Region is not the region of its topic. Without Region, the topic is in the stack's
 * region (CloudFormation template reference, TopicArn and Region).
 */
export function judgeTopicRegion(resource: ResolvedResource): BrokenRelation | undefined {
  const { TopicArn, Region } = resource.properties;
  const arn = parseArn(asText(TopicArn) ?? '');
  const region = asText(Region);
  return arn?.service === 'sns' && region !== undefined && arn.region !== '' && arn.region !== region
    ? {
        resource,
        property: 'Region',
        message: `Invalid parameter: TopicArn (the topic is in ${arn.region}, but Region is ${region})`,
        remedy: `set Region: ${arn.region}`,
      }
    : undefined;
}

/**
 * Refuses a certificate that is not in us-east-1 (Cognito developer guide, "Using your own domain"). A certificate of
 * the same stacks is not judged, because its ARN is a placeholder.
 */
export function judgeUserPoolDomain(
  domain: ResolvedResource,
  all: readonly ResolvedResource[],
): BrokenRelation | undefined {
  const property = 'CustomDomainConfig.CertificateArn';
  const arn = asText(membersOf(domain.properties['CustomDomainConfig'])['CertificateArn']) ?? '';
  const { partition, service, region } = parseArn(arn) ?? {};
  if (partition !== 'aws' || service !== 'acm' || region === 'us-east-1') return undefined;
  if (all.some(({ physicalId }) => physicalId === arn)) return undefined;
  if ((domain.unresolved ?? []).some((path) => path.startsWith('CustomDomainConfig'))) return undefined;
  return {
    resource: domain,
    property,
    message: `the certificate of a domain of a user pool must be in us-east-1, but ${arn} is in another region`,
    remedy: 'request the certificate in us-east-1, and use its ARN',
  };
}

/** Returns the region in which a resource is created; undefined for a template that may be deployed anywhere. */
export function knownRegionOf(resource: ResolvedResource, stack: ResolvedStack): string | undefined {
  const region = regionOf(resource, stack);
  return isRegionKnown(stack) && region !== '' ? region : undefined;
}

/** Returns the region of a resource; empty if it is not known. */
function regionOf({ logicalId }: ResolvedResource, { region, source }: ResolvedStack): string {
  return source?.regionOf?.(logicalId) ?? region;
}
