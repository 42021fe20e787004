/** AWS Cloud Map: its API for SDKs, and the instances that HTTP APIs reach through a VPC link. */
import { asText } from '@gatewright/aws/json-object';
import { ownFault } from '../../core/errors.ts';
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import type { EventSource } from '../../kernel/event-rows.ts';
import type { Service, ServicePorts } from '../../kernel/service.ts';
import { answerCloudMap } from './calls.ts';
import { chooseInstance, isEjected } from './choose-instance.ts';
import { readDefinitions, textsOf } from './read-stacks.ts';
import { Registry } from './registry.ts';
import type { LocalService, ServiceDefinition } from './local-service.ts';
import { readFileSync } from 'node:fs';
import { parseArn } from '@gatewright/aws/arn';
import { LinedText } from '../../kernel/files/lined-text.ts';
import type { Member } from '../../kernel/files/lined-text.ts';
import { InvalidInstance, readInstance } from './read-instance.ts';
import type { Definitions } from './read-stacks.ts';
import type { Registration } from './read-instance.ts';

export function open(ports: ServicePorts): Service {
  const { settings, clock } = ports;
  const registry = new Registry(ports);
  return {
    api: {
      answer({ operation }) {
        if (operation.protocol !== 'json') return undefined;
        return answerCloudMap(operation.action, operation.input ?? {}, registry);
      },
      resourceOf: (operation) => arnOfCall(operation, registry),
    },
    prepare(stacks) {
      // During a reset no stacks are loaded for a while, so nothing is replaced.
      if (stacks.isEmpty) return () => undefined;
      const { cloudMap } = settings;
      if (cloudMap !== undefined && stacks.isElsewhere('servicediscovery'))
        throw ownFault(
          { file: cloudMap, line: undefined },
          'calls to Cloud Map go to the endpoint that you set, so --cloud-map has no effect; remove one of the two settings',
        );
      const defined = readDefinitions(stacks);
      const all = cloudMap === undefined ? defined : addInstancesOfFile(cloudMap, defined);
      return () => registry.replace(all);
    },
    instanceOf(wanted) {
      const [arn = '', query = ''] = wanted.split('?');
      const service = registry.findService(arn);
      if (service === undefined) return undefined;
      return chooseInstance(service, Object.fromEntries(new URLSearchParams(query)), clock);
    },
    rows: () => registry.services.map((service) => rowOf(service, clock.nowEpochMs())),
    reset: () => registry.reset(),
  };
}

/** The operations that name a service by `ServiceId`. Other members must not affect permissions. */
const OF_SERVICE = new Set([
  'RegisterInstance',
  'DeregisterInstance',
  'GetInstance',
  'ListInstances',
  'UpdateInstanceCustomHealthStatus',
]);

function arnOfCall(operation: AwsOperation, registry: Registry): string | undefined {
  if (operation.protocol !== 'json' || !OF_SERVICE.has(operation.action)) return undefined;
  const id = asText(operation.input?.['ServiceId']);
  return id === undefined ? undefined : registry.findService(id)?.definition.arn;
}

function rowOf(service: LocalService, nowMs: number): EventSource {
  const { fullName: name, instances } = service;
  const unhealthy = instances.filter(({ health }) => health === 'UNHEALTHY').length;
  const ejected = instances.filter((one) => isEjected(one, nowMs)).length;
  const state = `${instances.length - unhealthy} healthy, ${unhealthy} unhealthy, ${ejected} excluded after failed connections`;
  return { kind: 'service', name, targets: instances.map(({ registration: { id } }) => id), state };
}

/** The maximum size of the --cloud-map file in bytes. */
const MAX_BYTES = 1024 * 1024;

/**
 * Adds the instances of the file to the services. They replace the instances of templates that have the same id.
 * @returns the new definitions
 * @throws DefinitionError if the file is invalid
 */
function addInstancesOfFile(file: string, definitions: Definitions): Definitions {
  const source = new LinedText(file, readText(file));
  const services = new Map(definitions.services);
  for (const member of source.named(source.contents, 'the file', 'services, each with a list of instances')) {
    const service = findService(source, member, services);
    const added = source.items(member).map((item) => readOne(source, item, service));
    const instances = new Map([...service.instances, ...added].map((one) => [one.id, one]));
    services.set(service.arn, { ...service, instances: [...instances.values()] });
  }
  return { ...definitions, services };
}

function readText(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw ownFault({ file, line: undefined }, `the --cloud-map file cannot be read: ${why}`);
  }
  if (bytes.length <= MAX_BYTES) return bytes.toString('utf8');
  throw ownFault(
    { file, line: undefined },
    `the --cloud-map file has ${bytes.length} bytes; at most ${MAX_BYTES} are allowed`,
  );
}

function readOne(source: LinedText, item: unknown, { recordTypes }: ServiceDefinition): Registration {
  const members = source.members(item, 'an instance', ['InstanceId', 'Attributes']);
  const [id, attributes] = [members.get('InstanceId'), members.get('Attributes')];
  try {
    const read = readInstance(id?.value, textsOf(attributes?.value), recordTypes);
    return { ...read, isOfFile: true };
  } catch (error) {
    if (!(error instanceof InvalidInstance)) throw error;
    throw source.error(members.line, error.message);
  }
}

/**
 * Finds a service by `name.namespace`, by a unique name, or by the ARN of a service, which may belong to another stack.
 */
function findService(
  source: LinedText,
  { name, line }: Member,
  services: ReadonlyMap<string, ServiceDefinition>,
): ServiceDefinition {
  const all = [...services.values()];
  const fullNameOf = (one: ServiceDefinition): string =>
    one.namespace === undefined ? one.name : `${one.name}.${one.namespace.name}`;
  const exact = all.find((one) => one.arn === name || one.id === name || fullNameOf(one) === name);
  if (exact !== undefined) return exact;
  const [first, second] = all.filter((one) => one.name === name);
  if (first !== undefined && second === undefined) return first;
  if (second !== undefined)
    throw source.error(line, `several services are called ${name}; write ${name}.<namespace>`);
  const elsewhere = ofAnotherStack(name);
  if (elsewhere !== undefined) return elsewhere;
  const known = all.map(fullNameOf).join(', ');
  throw source.error(
    line,
    `unknown service ${name}; ${known === '' ? 'no loaded stack defines a service' : `expected one of ${known}`}. Use the ARN for a service of another stack`,
  );
}

function ofAnotherStack(arn: string): ServiceDefinition | undefined {
  const { service, resource = '' } = parseArn(arn) ?? {};
  const [, id] = /^service\/(srv-[a-z0-9]+)$/.exec(resource) ?? [];
  if (service !== 'servicediscovery' || id === undefined) return undefined;
  return {
    id,
    arn,
    name: id,
    namespace: undefined,
    description: undefined,
    type: 'HTTP',
    configs: {},
    recordTypes: [],
    hasCustomHealth: false,
    instances: [],
  };
}
