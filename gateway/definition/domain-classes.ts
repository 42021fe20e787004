/** Custom domains, public and private, and what leads from them to APIs. */
import { words } from './words.ts';

const MUTUAL_TLS = 'clients are not asked for a certificate: TLS ends in front of this gateway';
const ROUTING_RULES = 'requests follow the base path mappings only';

export const DOMAIN_CLASSES = {
  'AWS::ApiGateway::DomainName': {
    enforced: words('DomainName EndpointConfiguration.Types SecurityPolicy'),
    noEffect: words(
      `CertificateArn RegionalCertificateArn OwnershipVerificationCertificateArn Tags EndpointAccessMode
       EndpointConfiguration.IpAddressType EndpointConfiguration.VpcEndpointIds`,
    ),
    unsupported: { MutualTlsAuthentication: MUTUAL_TLS },
    values: { RoutingMode: { allowed: ['BASE_PATH_MAPPING_ONLY'], consequence: ROUTING_RULES } },
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
    enforced: words('DomainName DomainNameConfigurations'),
    noEffect: words('Tags'),
    unsupported: { MutualTlsAuthentication: MUTUAL_TLS },
    values: { RoutingMode: { allowed: ['API_MAPPING_ONLY'], consequence: ROUTING_RULES } },
  },
  'AWS::ApiGatewayV2::ApiMapping': { enforced: words('DomainName ApiMappingKey ApiId Stage') },
};
