/** Finds what makes API Gateway refuse to create a custom domain name, or a mapping to it. */
import { parseArn } from '@gatewright/aws/arn';
import { asOneOrMore, asText, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { ResolvedResource, ResolvedStack } from '../stack/model.ts';
import { NOT_EDGE, NOT_TLS_1_0, USE_REGIONAL } from './call-words.ts';
import { knownRegionOf } from './judge-regions.ts';
import { writtenOf } from './relation.ts';
import type { BrokenRelation } from './relation.ts';

const CERTIFICATES = [
  ['EDGE', 'CertificateArn'],
  ['REGIONAL', 'RegionalCertificateArn'],
] as const;

/**
 * Refuses an ACM certificate outside us-east-1 for an edge-optimized domain, or outside the stack's region for a
 * Regional domain (architect/architect#25, serverless-components/express#10).
 */
export function judgeCertificate(
  domain: ResolvedResource,
  _all: unknown,
  stack: ResolvedStack,
): BrokenRelation | undefined {
  const types = asOneOrMore(mapOf(domain.properties, 'EndpointConfiguration')['Types'] ?? 'EDGE');
  for (const [endpoint, property] of CERTIFICATES) {
    // Another check refuses a certificate for another endpoint type, whatever its region is.
    if (!types.includes(endpoint)) continue;
    const needed = endpoint === 'EDGE' ? 'us-east-1' : knownRegionOf(domain, stack);
    if (needed === undefined) continue;
    const arn = asText(domain.properties[property]);
    const parsed = arn === undefined ? undefined : parseArn(arn);
    if (parsed?.service === 'acm' && parsed.region !== needed)
      return {
        resource: domain,
        property,
        message: `Invalid certificate ARN: ${arn ?? ''}. Certificate must be in '${needed}'.`,
        remedy: `specify the ARN of a certificate in ${needed}`,
      };
  }
  return undefined;
}

/**
 * Refuses a certificate for an endpoint type other than the domain's, and a domain without a certificate
 * (anomalyco/sst#4131, hashicorp/terraform-provider-aws#3276).
 */
export function judgeEndpoint(
  domain: ResolvedResource,
  _all: unknown,
  stack: ResolvedStack,
): BrokenRelation | undefined {
  const { properties, unresolved = [] } = domain;
  const written = mapOf(writtenOf(domain, stack), 'Properties');
  const types = asOneOrMore(mapOf(properties, 'EndpointConfiguration')['Types'] ?? 'EDGE');
  const [type] = types;
  // SAM refuses a domain without a certificate, so a domain that SAM generates always has one.
  if (stack.source?.made?.has(domain.logicalId) === true) return undefined;
  if (types.length !== 1 || unresolved.includes('EndpointConfiguration')) return undefined;
  const own = CERTIFICATES.find(([endpoint]) => endpoint === type);
  const other = CERTIFICATES.find(([endpoint]) => endpoint !== type);
  if (own === undefined || other === undefined) return undefined;
  if (properties[other[1]] !== undefined)
    return {
      resource: domain,
      property: other[1],
      message: `Cannot import certificates for ${other[0]} while ${own[0]} is active.`,
      remedy: `write ${own[1]} instead of ${other[1]}, or set EndpointConfiguration.Types to [${other[0]}]`,
    };
  return properties[own[1]] === undefined && written[own[1]] === undefined
    ? {
        resource: domain,
        property: own[1],
        message: `A certificate was not provided for the endpoint type ${own[0]}.`,
        remedy: `add ${own[1]} with the ARN of an ACM certificate`,
      }
    : undefined;
}

/** Refuses a V2 API mapping to an edge-optimized V1 domain name (aws/aws-cdk#15904). */
export function judgeMappedDomain(
  mapping: ResolvedResource,
  all: readonly ResolvedResource[],
): BrokenRelation | undefined {
  const name = mapping.properties['DomainName'];
  const domain = all.find(
    ({ type, physicalId }) => type === 'AWS::ApiGateway::DomainName' && physicalId === name,
  );
  if (domain === undefined || (domain.unresolved ?? []).includes('EndpointConfiguration')) return undefined;
  const types = asOneOrMore(mapOf(domain.properties, 'EndpointConfiguration')['Types'] ?? 'EDGE');
  return types.includes('EDGE')
    ? {
        resource: mapping,
        property: 'DomainName',
        message: NOT_EDGE,
        remedy: USE_REGIONAL,
      }
    : undefined;
}

/** Refuses EDGE and TLS 1.0 in V2 domain names (amplify-education/serverless-domain-manager#401, #381). */
export function judgeV2Endpoint(domain: ResolvedResource): BrokenRelation | undefined {
  for (const [index, one] of asOneOrMore(domain.properties['DomainNameConfigurations']).entries()) {
    const { EndpointType, SecurityPolicy } = membersOf(one);
    const property = `DomainNameConfigurations.${index}`;
    if (EndpointType === 'EDGE')
      return {
        resource: domain,
        property: `${property}.EndpointType`,
        message: NOT_EDGE,
        remedy: 'set EndpointType: REGIONAL, or use an AWS::ApiGateway::DomainName',
      };
    if (SecurityPolicy === 'TLS_1_0')
      return {
        resource: domain,
        property: `${property}.SecurityPolicy`,
        message: NOT_TLS_1_0,
        remedy: 'set SecurityPolicy: TLS_1_2',
      };
  }
  return undefined;
}

/**
 * Refuses a ValidationDomain that is neither the domain itself nor one of its parent domains.
 * @see https://docs.aws.amazon.com/acm/latest/APIReference/API_DomainValidationOption.html
 */
export function judgeValidationDomain(certificate: ResolvedResource): BrokenRelation | undefined {
  const options = asOneOrMore(certificate.properties['DomainValidationOptions'] ?? []).map(membersOf);
  for (const [index, { DomainName, ValidationDomain }] of options.entries()) {
    const [domain, asked] = [asText(DomainName), asText(ValidationDomain)];
    if (domain === undefined || asked === undefined) continue;
    if (domain.toLowerCase() === asked.toLowerCase()) continue;
    if (domain.toLowerCase().endsWith(`.${asked.toLowerCase()}`)) continue;
    return {
      resource: certificate,
      property: `DomainValidationOptions.${index}.ValidationDomain`,
      message: `ValidationDomain ${asked} must be ${domain} or one of its parent domains`,
      remedy: `set ValidationDomain to ${domain.replace(/^\*\./, '')} or to one of its parent domains`,
    };
  }
  return undefined;
}
