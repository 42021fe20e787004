/** Custom domains, public and private, and what leads from them to APIs. */
import { words } from './words.ts';

const ROUTING_RULES = 'requests follow the base path mappings only';
const MODES = ['BASE_PATH_MAPPING_ONLY', 'ROUTING_RULE_ONLY', 'ROUTING_RULE_THEN_BASE_PATH_MAPPING'];
const MODES_V2 = ['API_MAPPING_ONLY', 'ROUTING_RULE_ONLY', 'ROUTING_RULE_THEN_API_MAPPING'];

export const DOMAIN_CLASSES = {
  'AWS::ApiGateway::DomainName': {
    enforced: words(
      `DomainName EndpointConfiguration.Types SecurityPolicy MutualTlsAuthentication.TruststoreUri
       MutualTlsAuthentication.TruststoreVersion`,
    ),
    noEffect: words(
      `CertificateArn RegionalCertificateArn OwnershipVerificationCertificateArn Tags EndpointAccessMode
       EndpointConfiguration.IpAddressType EndpointConfiguration.VpcEndpointIds`,
    ),
    values: { RoutingMode: { allowed: [...MODES, ...MODES_V2], consequence: ROUTING_RULES } },
  },
  'AWS::ApiGateway::BasePathMapping': { enforced: words('DomainName BasePath RestApiId Stage') },
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
    enforced: words(
      `DomainName DomainNameConfigurations MutualTlsAuthentication.TruststoreUri
       MutualTlsAuthentication.TruststoreVersion`,
    ),
    noEffect: words('Tags'),
    values: { RoutingMode: { allowed: MODES_V2, consequence: ROUTING_RULES } },
  },
  'AWS::ApiGatewayV2::RoutingRule': {
    enforced: words('DomainNameArn Priority Conditions Actions'),
  },
  'AWS::ApiGatewayV2::ApiMapping': { enforced: words('DomainName ApiMappingKey ApiId Stage') },
};
