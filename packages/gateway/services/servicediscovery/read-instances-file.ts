/** The file of `--cloud-map`: instances by service. */
import { readFileSync } from 'node:fs';
import { parseArn } from '@gatewright/aws/arn';
import { DefinitionError } from '../../core/errors.ts';
import { LinedText } from '../../kernel/files/lined-text.ts';
import type { Member } from '../../kernel/files/lined-text.ts';
import type { ServiceDefinition } from './local-service.ts';
import { InvalidInstance, readInstance } from './read-instance.ts';
import { textsOf } from './read-stacks.ts';
import type { Definitions } from './read-stacks.ts';
import type { Registration } from './read-instance.ts';

const MAX_BYTES = 1024 * 1024;

/** @returns with the file's instances, in place of those of a template with the same id. @throws DefinitionError */
export function addInstancesOfFile(file: string, definitions: Definitions): Definitions {
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
    throw new DefinitionError({ file, line: undefined }, `the file of --cloud-map cannot be read: ${why}`);
  }
  if (bytes.length <= MAX_BYTES) return bytes.toString('utf8');
  throw new DefinitionError(
    { file, line: undefined },
    `the file of --cloud-map has ${bytes.length} bytes; ${MAX_BYTES} are allowed`,
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

/** By `name.namespace`, by a name that only one has, or by ARN: an ARN may be of another stack. */
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
    `there is no service ${name}; there ${known === '' ? 'are none' : `are ${known}`}. One of another stack is written as its ARN`,
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
