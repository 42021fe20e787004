import { arnOf, generated, id, named, row } from '../../core/resource-types/namers.ts';
import { words } from '../../core/resource-types/words.ts';
import type { Namer, NamesOfType } from '../../core/resource-types/namers.ts';
import type { ResourceTypeTable } from '../../core/resource-types/resource-types.ts';
import type { ResolvedResource } from '../../core/stack/model.ts';

const prefixed =
  (prefix: string, of: Namer): Namer =>
  (resource) =>
    `${prefix}${of(resource)}`;
const namespaceId = prefixed('ns-', id(16));
const serviceId = prefixed('srv-', id(16));
const hostedZoneId: Namer = (resource) => `Z${id(20)(resource).toUpperCase()}`;

const NO_DNS =
  'the gateway does not resolve names by DNS: use DiscoverInstances, or an integration through a VPC link';

function namesOfNamespace(attributes: NamesOfType['attributes'] = {}): NamesOfType {
  return row(namespaceId, {
    Id: namespaceId,
    Arn: arnOf('servicediscovery', namespaceId, 'namespace/'),
    ...attributes,
  });
}

export const SERVICE_DISCOVERY_TYPES = {
  'AWS::ServiceDiscovery::HttpNamespace': {
    enforced: words('Name Description'),
    noEffect: words('Tags'),
    names: namesOfNamespace(),
  },
  'AWS::ServiceDiscovery::PrivateDnsNamespace': {
    enforced: words('Name Description'),
    noEffect: words('Tags Vpc Properties'),
    names: namesOfNamespace({ HostedZoneId: hostedZoneId }),
  },
  'AWS::ServiceDiscovery::PublicDnsNamespace': {
    enforced: words('Name Description'),
    noEffect: words('Tags Properties'),
    names: namesOfNamespace({ HostedZoneId: hostedZoneId }),
  },
  'AWS::ServiceDiscovery::Service': {
    enforced: words('Name NamespaceId Description Type DnsConfig.NamespaceId HealthCheckCustomConfig'),
    // AWS also ignores the failure threshold of a custom health check. The threshold is always 1.
    noEffect: words('Tags DnsConfig.RoutingPolicy'),
    unsupported: {
      'DnsConfig.DnsRecords': NO_DNS,
      HealthCheckConfig: 'the health of instances is not checked, so all instances count as healthy',
      ServiceAttributes: 'the attributes are not returned',
    },
    names: row(serviceId, {
      Id: serviceId,
      Arn: arnOf('servicediscovery', serviceId, 'service/'),
      Name: named('Name'),
    }),
  },
  'AWS::ServiceDiscovery::Instance': {
    enforced: words('InstanceId InstanceAttributes ServiceId'),
    names: row((resource) => resource.text('InstanceId') ?? generated(resource)),
  },
} satisfies ResourceTypeTable;

const SERVICE_ARN = /^arn:[^:]+:servicediscovery:/;

/**
 * Whether a resource needs Cloud Map, either because it is a Cloud Map resource, or because it is an integration with a
 * Cloud Map service. The service may belong to another stack.
 */
export function needsDiscovery({ type, properties }: ResolvedResource): boolean {
  if (type !== 'AWS::ApiGatewayV2::Integration') return Object.hasOwn(SERVICE_DISCOVERY_TYPES, type);
  const { IntegrationUri: uri } = properties;
  return typeof uri === 'string' && SERVICE_ARN.test(uri);
}
