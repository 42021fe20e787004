import * as servicediscovery from '../../../../../packages/gateway/services/servicediscovery/service.ts';
import { describeProperties, NAMED_BEFORE, ref } from '../../../../support/service-properties.ts';
import type { PropertyRow } from '../../../../support/service-properties.ts';

const NAMESPACE = { Type: 'AWS::ServiceDiscovery::HttpNamespace', Properties: { Name: 'n' } };
const MAPPED: readonly PropertyRow[] = [
  ...['HttpNamespace', 'PrivateDnsNamespace', 'PublicDnsNamespace'].map((name) => ({
    type: `AWS::ServiceDiscovery::${name}`,
    properties: { Name: 'n', Description: 'd' },
  })),
  {
    type: 'AWS::ServiceDiscovery::Service',
    properties: {
      Name: 's',
      NamespaceId: ref('Namespace'),
      Description: 'd',
      Type: 'HTTP',
      HealthCheckCustomConfig: { FailureThreshold: 1 },
    },
    unread: {
      Type: 'without DNS records a service can only be found by HTTP',
      'HealthCheckCustomConfig.FailureThreshold': 'it is always 1, on AWS too',
    },
    others: { Namespace: NAMESPACE },
  },
  {
    type: 'AWS::ServiceDiscovery::Instance',
    unread: { InstanceId: NAMED_BEFORE },
    // Cloud Map API reference, RegisterInstance
    values: {
      'InstanceAttributes.AWS_INSTANCE_PORT': {
        takes: ['1', '65535'],
        refuses: ['0', '65536', '080808', 'http'],
      },
      'InstanceAttributes.AWS_INSTANCE_IPV4': {
        takes: ['127.0.0.9'],
        refuses: ['10.1.2', '2001:db8::1', 'a.example'],
      },
    },
    properties: {
      InstanceId: 'i',
      ServiceId: ref('Service'),
      InstanceAttributes: { AWS_INSTANCE_IPV4: '127.0.0.1', AWS_INSTANCE_PORT: '80' },
    },
    others: {
      Namespace: NAMESPACE,
      Service: {
        Type: 'AWS::ServiceDiscovery::Service',
        Properties: { Name: 's', NamespaceId: ref('Namespace') },
      },
    },
  },
];

describeProperties('Cloud Map', { servicediscovery }, MAPPED);
