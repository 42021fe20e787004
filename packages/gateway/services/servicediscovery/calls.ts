/**
 * Cloud Map's API for SDKs. Changes take effect at once, while AWS applies them with a delay (Cloud Map API reference).
 */
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { OperationRefused } from '../../kernel/calls/aws-operation.ts';
import { InvalidMember, MemberReader } from '@gatewright/aws/member-reader';
import type { OperationResult } from '../../kernel/calls/aws-operation.ts';
import { InvalidInstance, readInstance, readAttributes } from './read-instance.ts';
import { shuffle } from './local-service.ts';
import type { LocalInstance, LocalService } from './local-service.ts';
import type { Registry, Operation } from './registry.ts';
import { parseArn } from '@gatewright/aws/arn';
import type { Attributes } from './read-instance.ts';
import type { InputPolicy } from '@gatewright/aws/call-input';
import { describeWrongType } from '@gatewright/aws/wrong-type';
import { CallModel } from '../../kernel/calls/call-model.ts';
import { SERVICEDISCOVERY_MODEL } from '../../kernel/calls/models/servicediscovery.ts';

type Call = (at: MemberReader, registry: Registry) => UnknownMembers;

const MODEL = new CallModel(SERVICEDISCOVERY_MODEL);
const POLICY: InputPolicy = {
  names: 'all',
  refuse: invalid,
  wrongType: (_message, value, wanted) =>
    new OperationRefused('SerializationException', describeWrongType(value, wanted)),
};

/** Quotas of an account ("AWS Cloud Map quotas"). */
const MAX_INSTANCES = { ofService: 1000, ofNamespace: 2000 };
const PAGE = 100;
const RESOURCE_OWNER = 'RESOURCE_OWNER';

export const MAP_CALLS: Readonly<Record<string, Call>> = {
  DiscoverInstances(at, registry) {
    const service = serviceByNames(at, registry);
    const pageSize = at.integer('MaxResults', 1, 1000, 100);
    const found = service.discover({
      query: readParameters(at, 'QueryParameters'),
      optional: readParameters(at, 'OptionalParameters'),
      // AWS documents no default. Only healthy instances can be called, so the gateway uses this default.
      health: at.oneOf('HealthStatus', ['HEALTHY', 'UNHEALTHY', 'ALL', 'HEALTHY_OR_ELSE_ALL'], 'HEALTHY'),
    });
    return {
      Instances: shuffle(found, registry.ports.random)
        .slice(0, pageSize)
        .map(({ registration, health }) => ({
          InstanceId: registration.id,
          NamespaceName: service.definition.namespace?.name,
          ServiceName: service.definition.name,
          HealthStatus: health,
          Attributes: registration.attributes,
        })),
      InstancesRevision: service.revision,
    };
  },
  RegisterInstance: registerInstance,
  DeregisterInstance(at, registry) {
    const service = serviceById(at, registry);
    const { registration } = instanceOf(at, service);
    service.deregister(registration.id);
    return noted(registry, 'DEREGISTER_INSTANCE', service, registration.id);
  },
  GetOperation(at, registry) {
    const operation = registry.findOperation(at.text('OperationId'));
    if (operation === undefined)
      throw new OperationRefused('OperationNotFound', 'There is no such operation.');
    return { Operation: describeOperation(operation) };
  },
  GetInstance(at, registry) {
    const service = serviceById(at, registry);
    const { registration } = instanceOf(at, service);
    const { id, attributes, creatorRequestId } = registration;
    return {
      ResourceOwner: ownerOf(service),
      Instance: {
        Id: id,
        CreatorRequestId: creatorRequestId,
        Attributes: attributes,
        CreatedByAccount: ownerOf(service),
      },
    };
  },
  ListInstances(at, registry) {
    const service = serviceById(at, registry);
    const { page, token } = pageOf(at, service.instances, ({ registration }) => registration.id);
    return {
      ResourceOwner: ownerOf(service),
      Instances: page.map(({ registration: { id, attributes } }) => ({
        Id: id,
        Attributes: attributes,
        CreatedByAccount: ownerOf(service),
      })),
      NextToken: token,
    };
  },
  UpdateInstanceCustomHealthStatus(at, registry) {
    const service = serviceById(at, registry);
    const instance = instanceOf(at, service);
    const status = at.oneOf('Status', ['HEALTHY', 'UNHEALTHY']);
    if (!service.definition.hasCustomHealth)
      throw new OperationRefused(
        'CustomHealthNotFound',
        `The service ${service.definition.id} has no HealthCheckCustomConfig.`,
      );
    service.setHealth(instance, status);
    return {};
  },
  ListServices(at, registry) {
    const filters = readFilters(at, ['NAMESPACE_ID', RESOURCE_OWNER]);
    const isWanted = filters.get('NAMESPACE_ID') ?? (() => true);
    const found = registry.services.filter(({ definition }) => isWanted(definition.namespace?.id ?? ''));
    const { page, token } = pageOf(at, found, ({ definition }) => definition.arn);
    return { Services: page.map((one) => describeService(one, registry)), NextToken: token };
  },
};

/**
 * Handles a call to Cloud Map.
 * @returns undefined for a call that the gateway does not support
 */
export function answerCloudMap(
  action: string,
  input: UnknownMembers,
  registry: Registry,
): OperationResult | undefined {
  const call = Object.hasOwn(MAP_CALLS, action) ? MAP_CALLS[action] : undefined;
  if (call === undefined) return undefined;
  try {
    MODEL.check(action, input, POLICY);
    return { kind: 'result', fields: call(new MemberReader(input, ''), registry) };
  } catch (error) {
    if (error instanceof OperationRefused) return error.toResult();
    if (error instanceof InvalidMember) return invalid(`${error.path} ${error.message}`).toResult();
    throw error;
  }
}

function registerInstance(at: MemberReader, registry: Registry): UnknownMembers {
  const service = serviceById(at, registry);
  const { recordTypes, namespace } = service.definition;
  const creatorRequestId = optionalText(at, 'CreatorRequestId');
  const registration = readRegistration(at, recordTypes);
  if (service.find(registration.id) === undefined) {
    const others = namespace === undefined ? [service] : registry.servicesOf(namespace.id);
    const count = others.reduce((sum, { instances }) => sum + instances.length, 0);
    if (service.instances.length >= MAX_INSTANCES.ofService || count >= MAX_INSTANCES.ofNamespace)
      throw new OperationRefused(
        'ResourceLimitExceeded',
        `A service can have at most ${MAX_INSTANCES.ofService} instances, and a namespace at most ${MAX_INSTANCES.ofNamespace}.`,
      );
  }
  service.register({ ...registration, creatorRequestId });
  return noted(registry, 'REGISTER_INSTANCE', service, registration.id);
}

function readRegistration(at: MemberReader, recordTypes: readonly string[]): ReturnType<typeof readInstance> {
  try {
    return readInstance(at.value('InstanceId'), at.value('Attributes'), recordTypes);
  } catch (error) {
    throw error instanceof InvalidInstance ? invalid(error.message) : error;
  }
}

function noted(
  registry: Registry,
  type: 'REGISTER_INSTANCE' | 'DEREGISTER_INSTANCE',
  { definition: { id: serviceId } }: LocalService,
  instanceId: string,
): UnknownMembers {
  return { OperationId: registry.note({ type, serviceId, instanceId }) };
}

function serviceById(at: MemberReader, registry: Registry): LocalService {
  const id = at.text('ServiceId');
  const found = registry.findService(id);
  if (found === undefined) throw notFound('Service', id);
  return found;
}

function serviceByNames(at: MemberReader, registry: Registry): LocalService {
  const [namespaceName, serviceName] = [at.text('NamespaceName'), at.text('ServiceName')];
  const namespaces = registry.namespaces.filter(({ name, arn }) => [name, arn].includes(namespaceName));
  if (namespaces.length === 0) throw new OperationRefused('NamespaceNotFound', 'Namespace not found');
  const found = namespaces
    .flatMap(({ id }) => registry.servicesOf(id))
    .find(({ definition }) => definition.name === serviceName);
  if (found === undefined) throw notFound('Service', serviceName);
  return found;
}

function instanceOf(at: MemberReader, service: LocalService): LocalInstance {
  const id = at.text('InstanceId');
  const found = service.find(id);
  if (found === undefined) throw notFound('Instance', id);
  return found;
}

/** AWS's messages for services and instances are not known. */
function notFound(what: 'Service' | 'Instance', wanted: string): OperationRefused {
  return new OperationRefused(`${what}NotFound`, `${what} not found: ${wanted}`);
}

/**
 * Returns one page. The token is the key of the last item, so no item appears twice if the list changes between calls.
 */
function pageOf<Item>(
  at: MemberReader,
  items: readonly Item[],
  keyOf: (item: Item) => string,
): { readonly page: readonly Item[]; readonly token: string | undefined } {
  const pageSize = at.integer('MaxResults', 1, PAGE, PAGE);
  const last = optionalText(at, 'NextToken');
  const from = last === undefined ? 0 : items.findIndex((item) => keyOf(item) === last) + 1;
  if (last !== undefined && from === 0) throw invalid('NextToken is not from an earlier response');
  const page = items.slice(from, from + pageSize);
  const end = page.at(-1);
  const hasMore = from + pageSize < items.length;
  return { page, token: hasMore && end !== undefined ? keyOf(end) : undefined };
}

/** Describes a service in the form that calls return. Times are in epoch seconds. */
function describeService(service: LocalService, registry: Registry): UnknownMembers {
  const { definition, instances } = service;
  const { id, arn, name, description, type, configs } = definition;
  return {
    Id: id,
    Arn: arn,
    ResourceOwner: ownerOf(service),
    Name: name,
    Description: description,
    Type: type,
    InstanceCount: instances.length,
    ...configs,
    CreateDate: registry.ports.startedAt / 1000,
    CreatedByAccount: ownerOf(service),
  };
}

/**
 * Returns the account that owns the namespace of a service. The same account has created the service and its instances.
 */
function ownerOf({ definition }: LocalService): string | undefined {
  return parseArn(definition.arn)?.accountId;
}

function describeOperation({ id, type, atMs, serviceId, instanceId }: Operation): UnknownMembers {
  return {
    Id: id,
    Type: type,
    Status: 'SUCCESS',
    CreateDate: atMs / 1000,
    UpdateDate: atMs / 1000,
    Targets: { SERVICE: serviceId, INSTANCE: instanceId },
  };
}

/** The maximum numbers of filters in a call and of values in a filter. */
const MOST = { filters: 10, values: 100 };

function invalid(message: string): OperationRefused {
  return new OperationRefused('InvalidInput', message);
}

function optionalText(at: MemberReader, name: string): string | undefined {
  return at.has(name) ? at.text(name) : undefined;
}

function readParameters(at: MemberReader, name: string): Attributes {
  try {
    return readAttributes(at.value(name) ?? {});
  } catch (error) {
    throw error instanceof InvalidInstance ? invalid(`${name}: ${error.message}`) : error;
  }
}

/** Reads the filters by their names. */
function readFilters(
  at: MemberReader,
  allowed: readonly string[],
): ReadonlyMap<string, (value: string) => boolean> {
  return new Map(
    at.objects('Filters', MOST.filters).map((filter) => {
      const name = filter.oneOf('Name', allowed);
      const values = filter.texts('Values', MOST.values);
      const condition = filter.oneOf('Condition', ['EQ', 'IN', 'BEGINS_WITH'], 'EQ');
      return condition === 'BEGINS_WITH'
        ? [name, (value) => values.some((start) => value.startsWith(start))]
        : [name, (value) => values.includes(value)];
    }),
  );
}
