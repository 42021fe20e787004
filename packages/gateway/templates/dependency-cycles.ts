/** Finds resources that depend on each other in a cycle, so that AWS cannot create any of them first. */
import { namesIn } from '../core/deployability/names-in.ts';
import { asOneOrMore, asText, isJsonList, isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';
import type { Path } from './cloudformation/template-source.ts';

/**
 * Returns the first cycle in order; empty if there is none. `needs` maps a logical id to the logical ids that come
 * before it.
 */
export function findCycle(needs: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
  const done = new Set<string>();
  const visit = (logicalId: string, path: readonly string[]): readonly string[] => {
    const start = path.indexOf(logicalId);
    if (start !== -1) return path.slice(start);
    if (done.has(logicalId)) return [];
    for (const next of needs.get(logicalId) ?? []) {
      const cycle = visit(next, [...path, logicalId]);
      if (cycle.length > 0) return cycle;
    }
    done.add(logicalId);
    return [];
  };
  for (const logicalId of needs.keys()) {
    const cycle = visit(logicalId, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

/**
 * Returns the path below a resource to its first reference to a name; empty if it has none, for example in `DependsOn`.
 */
function pathToReference(resource: Json, name: string): Path {
  const path: string[] = [];
  let value: Json | undefined = resource;
  while (value !== undefined && !isFunction(value)) {
    const members: readonly (readonly [string, Json])[] = isJsonList(value)
      ? value.map((item, index) => [String(index), item] as const)
      : isJsonObject(value)
        ? Object.entries(value)
        : [];
    const [key, inner] = members.find(([, member]) => namesIn(member).has(name)) ?? [];
    if (key !== undefined) path.push(key);
    value = inner;
  }
  return path;
}

function isFunction(value: Json): boolean {
  return isJsonObject(value) && Object.keys(value).some((key) => key === 'Ref' || key.startsWith('Fn::'));
}

export function describeCycle(names: readonly string[]): string {
  return `Circular dependency between resources: [${names.join(', ')}]`;
}

/** What a function can read from each event, so that it does not have to refer to the source of its events. */
const IN_EVENTS: Readonly<Record<string, string>> = {
  'AWS::ApiGateway::RestApi':
    'the event of each request contains the address of the API (requestContext.domainName and requestContext.stage)',
  'AWS::ApiGatewayV2::Api':
    'the event of each request contains the address of the API (requestContext.domainName and requestContext.stage)',
  'AWS::Cognito::UserPool': 'the event of each trigger contains the id of the user pool (userPoolId)',
  'AWS::S3::Bucket':
    'the event of each notification contains the name of the bucket (Records[].s3.bucket.name)',
};

type Pair = readonly [owner: string, next: string];

function pairsOf(cycle: readonly string[]): readonly Pair[] {
  return cycle.map((owner, index) => [owner, cycle[index + 1] ?? cycle[0] ?? '']);
}

/** Returns the first pair in which only DependsOn of the owner names the next resource. */
function findUnneeded(cycle: readonly string[], resourceOf: (logicalId: string) => Json): Pair | undefined {
  return pairsOf(cycle).find(([owner, next]) => {
    const { DependsOn: before, ...others } = membersOf(resourceOf(owner));
    return asOneOrMore(before).includes(next) && !namesIn(others).has(next);
  });
}

/** Returns the first pair of a function and the source of its events, to which the function refers. */
function findEventReader(
  cycle: readonly string[],
  resourceOf: (logicalId: string) => Json,
): Pair | undefined {
  const typeOf = (logicalId: string): string => asText(membersOf(resourceOf(logicalId))['Type']) ?? '';
  return pairsOf(cycle).find(
    ([owner, next]) => typeOf(owner) === 'AWS::Lambda::Function' && Object.hasOwn(IN_EVENTS, typeOf(next)),
  );
}

/**
 * Returns the path from Resources to the reference that the author can replace: the one that the remedy names, otherwise
 * the one in a policy, which can contain a fixed name, otherwise the first one.
 */
export function pathOfCycle(cycle: readonly string[], resourceOf: (logicalId: string) => Json): Path {
  const unneeded = findUnneeded(cycle, resourceOf);
  if (unneeded !== undefined) return [unneeded[0], 'DependsOn'];
  const inPolicy = pairsOf(cycle).find(([owner]) =>
    asText(membersOf(resourceOf(owner))['Type'])?.startsWith('AWS::IAM::'),
  );
  const [first = '', second = first] = findEventReader(cycle, resourceOf) ?? inPolicy ?? cycle;
  return [first, ...pathToReference(resourceOf(first), second)];
}

/**
 * Returns the remedy for a cycle that contains an unnecessary DependsOn, or a function that refers to the source of its
 * events; undefined for any other cycle.
 */
export function remedyOfCycle(
  cycle: readonly string[],
  resourceOf: (logicalId: string) => Json,
): string | undefined {
  const unneeded = findUnneeded(cycle, resourceOf);
  if (unneeded !== undefined) return `remove ${unneeded[1]} from DependsOn of ${unneeded[0]}`;
  const [owner, next] = findEventReader(cycle, resourceOf) ?? [];
  if (owner === undefined || next === undefined) return undefined;
  const instead = IN_EVENTS[asText(membersOf(resourceOf(next))['Type']) ?? ''] ?? '';
  return `remove the reference to ${next} from ${owner}, because ${instead}; if the function also runs without such an event, store the value in an AWS::SSM::Parameter, and let the function read the parameter at run time by its literal name instead of a Ref`;
}

/**
 * The names that are being resolved right now, outermost first. If a name is entered a second time, there is a cycle.
 */
export class OpenNames {
  readonly #open: string[] = [];

  has(name: string): boolean {
    return this.#open.includes(name);
  }

  enter<T>(name: string, work: () => T, refuse: (cycle: readonly string[]) => never): T {
    const start = this.#open.indexOf(name);
    if (start !== -1) refuse(this.#open.slice(start));
    this.#open.push(name);
    try {
      return work();
    } finally {
      this.#open.pop();
    }
  }
}
