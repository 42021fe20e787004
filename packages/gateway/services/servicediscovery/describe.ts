/** Namespaces, services and operations as calls answer them. Times are epoch seconds. */
import { parseArn } from '@gatewright/aws/arn';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { LocalService, NamespaceDefinition } from './local-service.ts';
import type { Operation, Registry } from './registry.ts';

export function describeNamespace(
  { id, arn, name, type, description, hostedZoneId }: NamespaceDefinition,
  registry: Registry,
): UnknownMembers {
  return {
    Id: id,
    Arn: arn,
    ResourceOwner: parseArn(arn)?.accountId,
    Name: name,
    Type: type,
    Description: description,
    ServiceCount: registry.servicesOf(id).length,
    Properties: {
      DnsProperties: hostedZoneId === undefined ? undefined : { HostedZoneId: hostedZoneId, SOA: {} },
      HttpProperties: { HttpName: name },
    },
    CreateDate: registry.ports.startedAt / 1000,
  };
}

/** @param isWhole of `GetService`; lists leave out the namespace */
export function describeService(
  { definition, instances }: LocalService,
  registry: Registry,
  isWhole: boolean,
): UnknownMembers {
  const { id, arn, name, namespace, description, type, configs } = definition;
  return {
    Id: id,
    Arn: arn,
    ResourceOwner: parseArn(arn)?.accountId,
    Name: name,
    ...(isWhole && { NamespaceId: namespace?.id }),
    Description: description,
    Type: type,
    InstanceCount: instances.length,
    ...configs,
    CreateDate: registry.ports.startedAt / 1000,
  };
}

export function describeOperation({ id, type, atMs, serviceId, instanceId }: Operation): UnknownMembers {
  return {
    Id: id,
    Type: type,
    Status: 'SUCCESS',
    CreateDate: atMs / 1000,
    UpdateDate: atMs / 1000,
    Targets: { SERVICE: serviceId, INSTANCE: instanceId },
  };
}
