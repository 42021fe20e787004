/** Reads namespaces, services and instances of the loaded stacks. */
import { membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { makeId, makeName } from '@gatewright/aws/physical-ids';
import { partitionOf } from '@gatewright/aws/arn';
import type { ResourceReader } from '../../kernel/read-resource.ts';
import type { StackReading } from '../../kernel/stack-reading.ts';
import { originOf } from './choose-instance.ts';
import { InvalidInstance, readInstance } from './read-instance.ts';
import type { NamespaceDefinition, ServiceDefinition } from './local-service.ts';
import type { Registration } from './read-instance.ts';

export type Definitions = {
  /** The namespaces by id. */
  readonly namespaces: ReadonlyMap<string, NamespaceDefinition>;
  /** The services by ARN. */
  readonly services: ReadonlyMap<string, ServiceDefinition>;
};

const NAMESPACE_TYPES: readonly (readonly [type: string, NamespaceDefinition['type']])[] = [
  ['AWS::ServiceDiscovery::HttpNamespace', 'HTTP'],
  ['AWS::ServiceDiscovery::PrivateDnsNamespace', 'DNS_PRIVATE'],
  ['AWS::ServiceDiscovery::PublicDnsNamespace', 'DNS_PUBLIC'],
];

export function readDefinitions(stacks: StackReading): Definitions {
  if (stacks.isElsewhere('servicediscovery')) return { namespaces: new Map(), services: new Map() };
  const namespaces = new Map(
    NAMESPACE_TYPES.flatMap(([name, type]) =>
      stacks.ofType(name).map((reader) => readNamespace(reader, type)),
    ).map((one) => [one.id, one]),
  );
  const services = new Map(
    stacks
      .ofType('AWS::ServiceDiscovery::Service')
      .map((reader) => readService(reader, namespaces))
      .map((one) => [one.arn, one]),
  );
  for (const reader of stacks.ofType('AWS::ServiceDiscovery::Instance')) {
    const id = reader.text('ServiceId');
    const service = [...services.values()].find((one) => one.id === id || one.arn === id);
    const instance = service && readStackInstance(reader, service);
    if (service === undefined)
      reader.unsupported(
        'ServiceId',
        'the service is not in a loaded stack, so the instance is not registered',
      );
    else if (instance !== undefined)
      services.set(service.arn, { ...service, instances: [...service.instances, instance] });
  }
  return { namespaces, services };
}

function readNamespace(reader: ResourceReader, type: NamespaceDefinition['type']): NamespaceDefinition {
  const { stack, resource } = reader;
  const { physicalId: id, logicalId } = resource;
  return {
    id,
    arn: arnOf(reader, `namespace/${id}`),
    name: nameOf(reader),
    type,
    description: reader.text('Description'),
    hostedZoneId: type === 'HTTP' ? undefined : `Z${makeId(20, stack.stackName, logicalId).toUpperCase()}`,
  };
}

function readService(
  reader: ResourceReader,
  namespaces: ReadonlyMap<string, NamespaceDefinition>,
): ServiceDefinition {
  const { physicalId: id } = reader.resource;
  const namespace = namespaces.get(reader.text('NamespaceId') ?? reader.text('DnsConfig.NamespaceId') ?? '');
  const records = reader.list('DnsConfig.DnsRecords').map(readRecord);
  const isHttp = records.length === 0 || reader.text('Type') === 'HTTP';
  return {
    id,
    arn: arnOf(reader, `service/${id}`),
    name: nameOf(reader),
    namespace,
    description: reader.text('Description'),
    type: isHttp ? 'HTTP' : 'DNS_HTTP',
    configs: {
      ...(records.length > 0 && {
        DnsConfig: {
          NamespaceId: namespace?.id,
          RoutingPolicy: reader.text('DnsConfig.RoutingPolicy') ?? 'MULTIVALUE',
          DnsRecords: records,
        },
      }),
      HealthCheckConfig: reader.value('HealthCheckConfig'),
      HealthCheckCustomConfig: reader.value('HealthCheckCustomConfig'),
    },
    recordTypes: records.map(({ Type }) => Type),
    hasCustomHealth: reader.value('HealthCheckCustomConfig') !== undefined,
    instances: [],
  };
}

function readRecord(given: unknown): UnknownMembers & { readonly Type: string } {
  const { Type, TTL } = membersOf(given);
  return { Type: typeof Type === 'string' ? Type : '', TTL: Number(TTL) };
}

function readStackInstance(reader: ResourceReader, service: ServiceDefinition): Registration | undefined {
  const { physicalId } = reader.resource;
  try {
    const attributes = textsOf(reader.value('InstanceAttributes'));
    const instance = readInstance(physicalId, attributes, service.recordTypes);
    if (originOf(instance) === 'not of this machine')
      reader.unsupported(
        'InstanceAttributes',
        `the address of the instance is not on this machine: integrations call the instance only if the --cloud-map file lists it`,
      );
    return instance;
  } catch (error) {
    if (!(error instanceof InvalidInstance)) throw error;
    reader.note('InstanceAttributes', error.message, 'the instance is not registered');
    return undefined;
  }
}

/** Converts numbers and booleans of YAML to strings. */
export function textsOf(given: unknown): unknown {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return given;
  return Object.fromEntries(
    Object.entries(given).map(([key, value]: [string, unknown]) => [
      key,
      typeof value === 'number' || typeof value === 'boolean' ? String(value) : value,
    ]),
  );
}

function nameOf(reader: ResourceReader): string {
  return reader.text('Name') ?? makeName(reader.stack.stackName, reader.resource.logicalId);
}

function arnOf({ stack: { region, accountId } }: ResourceReader, resource: string): string {
  return `arn:${partitionOf(region)}:servicediscovery:${region}:${accountId}:${resource}`;
}
