import { generated, given, id } from '../../core/resource-types/namers.ts';
import { words } from '../../core/resource-types/words.ts';
import { idOf } from './api-type.ts';
import { distributionDomainName, EDGE_ZONE, REGIONAL_ZONE, regionalDomainName } from './domain-addresses.ts';
import { ROUTING_MODES, ROUTING_MODES_V2 } from './constraints.ts';
import { block, field, fieldsOf } from './fields.ts';
import type { Namer } from '../../core/resource-types/namers.ts';
import type { ApiType } from './api-type.ts';

const ROUTING_RULES = 'requests are routed only by the base path mappings';

export const MUTUAL_TLS = block('mutualTlsAuthentication', fieldsOf('truststoreUri truststoreVersion'));
const TRUSTSTORE = words('MutualTlsAuthentication.TruststoreUri MutualTlsAuthentication.TruststoreVersion');

const REGIONAL: Readonly<Record<string, Namer>> = {
  RegionalDomainName: (resource) => regionalDomainName(given('DomainName')(resource), resource.region),
  RegionalHostedZoneId: () => REGIONAL_ZONE,
  DomainNameArn: (resource) =>
    `arn:${resource.partition}:apigateway:${resource.region}::/domainnames/${given('DomainName')(resource)}`,
};

/**
 * The ARN of a rule contains the account, unlike the ARN of the rule's domain (AWS CLI reference, get-routing-rule).
 */
const routingRuleArn: Namer = (resource) =>
  `${given('DomainNameArn')(resource).replace('::/', `:${resource.accountId}:/`)}/routingrules/${id(6)(resource)}`;

export const DOMAIN_TYPES = {
  'AWS::ApiGateway::DomainName': {
    names: {
      ref: given('DomainName'),
      attributes: {
        ...REGIONAL,
        DistributionDomainName: (resource) => distributionDomainName(given('DomainName')(resource)),
        DistributionHostedZoneId: () => EDGE_ZONE,
      },
    },
    fields: [
      ...fieldsOf('certificateName certificateArn regionalCertificateName regionalCertificateArn'),
      ...fieldsOf('securityPolicy ownershipVerificationCertificateArn routingMode'),
    ],
    enforced: ['DomainName', 'EndpointConfiguration.Types', ...TRUSTSTORE],
    // CloudFormation has no properties for the names of certificates.
    notApplied: words('CertificateName RegionalCertificateName'),
    noEffect: words(
      `CertificateArn RegionalCertificateArn OwnershipVerificationCertificateArn Tags EndpointAccessMode
       EndpointConfiguration.IpAddressType EndpointConfiguration.VpcEndpointIds`,
    ),
    values: { RoutingMode: { allowed: [...ROUTING_MODES, ...ROUTING_MODES_V2], consequence: ROUTING_RULES } },
  },
  'AWS::ApiGateway::BasePathMapping': {
    names: { ref: generated },
    enforced: words('DomainName BasePath RestApiId Stage'),
  },
  'AWS::ApiGateway::DomainNameV2': {
    enforced: words('DomainName EndpointConfiguration.Types Policy'),
    noEffect: words(
      'CertificateArn SecurityPolicy Tags EndpointAccessMode EndpointConfiguration.IpAddressType',
    ),
    values: { RoutingMode: { allowed: ['BASE_PATH_MAPPING_ONLY'], consequence: ROUTING_RULES } },
  },
  'AWS::ApiGateway::BasePathMappingV2': { enforced: words('DomainNameArn BasePath RestApiId Stage') },
  'AWS::ApiGateway::DomainNameAccessAssociation': {
    enforced: words('DomainNameArn AccessAssociationSource AccessAssociationSourceType'),
    noEffect: words('Tags'),
  },
  'AWS::ApiGatewayV2::DomainName': {
    names: { ref: given('DomainName'), attributes: REGIONAL },
    fields: [field('routingMode'), MUTUAL_TLS, field('tags', 'texts')],
    enforced: ['DomainName', 'DomainNameConfigurations', ...TRUSTSTORE],
    noEffect: words('Tags'),
    values: { RoutingMode: { allowed: ROUTING_MODES_V2, consequence: ROUTING_RULES } },
  },
  'AWS::ApiGatewayV2::RoutingRule': {
    names: {
      ref: routingRuleArn,
      attributes: { RoutingRuleArn: routingRuleArn, RoutingRuleId: id(6) },
    },
    enforced: words('DomainNameArn Priority Conditions Actions'),
  },
  'AWS::ApiGatewayV2::ApiMapping': {
    names: idOf(6, 'ApiMappingId'),
    enforced: words('DomainName ApiMappingKey ApiId Stage'),
  },
} as const satisfies Readonly<Record<string, ApiType>>;
