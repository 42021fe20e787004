/** A deployment as routes, functions and settings, so that two deployments can be compared. */
import { createHash } from 'node:crypto';
import type { FunctionDefinition } from '../../core/stack/function.ts';
import type { ResolvedStack } from '../../core/stack/model.ts';
import type { ShownApi, ShownRoute } from '../endpoints/inspect-model.ts';
import type { Change } from './reload-model.ts';

type Part = Change['part'];

/**
 * A part of a deployment with the texts of its members. Texts that are long or may contain secrets are replaced by
 * hashes.
 */
type Item = {
  readonly part: Part;
  readonly name: string;
  readonly members: ReadonlyMap<string, string>;
};

export type Snapshot = ReadonlyMap<string, Item>;

/** Matches types of resources that are not listed separately, because they are shown as routes and functions. */
const SHOWN_OTHERWISE =
  /^AWS::(?:ApiGateway::(?:Method|Resource|Deployment)|ApiGatewayV2::(?:Route|Integration|Deployment)|Lambda::(?:Function|Version|Permission))$/;
const LONGEST = 80;
const HASHED = '#';

/**
 * Takes a snapshot of a deployment.
 * @param before a snapshot whose equal items are shared, so that many snapshots need little memory
 */
export function takeSnapshot(
  apis: readonly ShownApi[],
  stacks: readonly Pick<ResolvedStack, 'stackName' | 'resources' | 'functions'>[],
  before: Snapshot = new Map(),
): Snapshot {
  const items = [
    ...apis.flatMap((api) => api.routes.map((route) => itemOfRoute(api, route))),
    ...stacks.flatMap(({ functions }) => functions.map(itemOfFunction)),
    ...stacks.flatMap(itemsOfSettings),
  ];
  return new Map(
    items.map((item) => {
      const key = `${item.part} ${item.name}`;
      const same = before.get(key);
      return [key, same !== undefined && differingMembers(same, item).length === 0 ? same : item];
    }),
  );
}

export function compareSnapshots(before: Snapshot, after: Snapshot): readonly Change[] {
  const changes: Change[] = [];
  for (const [key, item] of after) {
    const earlier = before.get(key);
    if (earlier === item) continue;
    const members = earlier === undefined ? [] : differingMembers(earlier, item);
    if (earlier === undefined || members.length > 0)
      changes.push({ ...headOf(item), how: earlier === undefined ? 'added' : 'changed', members });
  }
  for (const [key, item] of before)
    if (!after.has(key)) changes.push({ ...headOf(item), how: 'removed', members: [] });
  return changes;
}

function headOf({ part, name }: Item): Pick<Change, 'part' | 'name'> {
  return { part, name };
}

function differingMembers(one: Item, other: Item): Change['members'] {
  const names = new Set([...one.members.keys(), ...other.members.keys()]);
  return [...names].flatMap((name) => {
    const [from = 'none', to = 'none'] = [one.members.get(name), other.members.get(name)];
    if (from === to) return [];
    const isShown = !from.startsWith(HASHED) && !to.startsWith(HASHED);
    return [isShown ? { name, from, to } : { name }];
  });
}

function itemOfRoute({ name: apiName, stage }: ShownApi, route: ShownRoute): Item {
  const { guard, throttle, target, timeoutMs, cacheSeconds, examples, apiKeyRequired, ...more } = route;
  return {
    part: 'route',
    name: `${more.routeKey} of ${apiName} / ${stage}`,
    members: readTexts({
      authorizer: guard.name,
      'authorizer settings': hashOf({ ...guard, name: '' }),
      integration: target,
      'timeout in ms': timeoutMs,
      'requests per second': throttle?.ratePerSecond,
      burst: throttle?.burst,
      'cache in s': cacheSeconds,
      'API key': apiKeyRequired ? 'required' : 'not required',
      'required parameters': more.required.join(', '),
      'checked bodies': more.checkedBodies.join(', '),
      models: hashOf(examples),
    }),
  };
}

function itemOfFunction(definition: FunctionDefinition): Item {
  const { runtime, handler, timeoutSeconds, memorySizeMb, reservedConcurrency, architecture } = definition;
  const variables = Object.entries(definition.environment).map(
    ([name, value]) => [`variable ${name}`, hashOf(value)] as const,
  );
  return {
    part: 'function',
    name: definition.name,
    members: new Map([
      ...readTexts({
        runtime,
        handler,
        'timeout in s': timeoutSeconds,
        'memory in MB': memorySizeMb,
        'reserved concurrency': reservedConcurrency,
        architecture,
        code: hashOf(definition.code),
        layers: hashOf(definition.layers),
      }),
      ...variables,
    ]),
  };
}

function itemsOfSettings({ stackName, resources }: Pick<ResolvedStack, 'stackName' | 'resources'>): Item[] {
  return [...resources.values()]
    .filter(({ type }) => !SHOWN_OTHERWISE.test(type))
    .map(({ logicalId, type, properties }) => ({
      part: 'setting',
      name: `${logicalId} (${type}) of ${stackName}`,
      members: new Map(Object.entries(properties).map(([name, value]) => [name, hashOf(value)])),
    }));
}

function readTexts(
  values: Readonly<Record<string, string | number | undefined>>,
): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(values).flatMap(([name, value]) => {
      if (value === undefined || value === '') return [];
      const text = String(value);
      return [[name, text.length <= LONGEST ? text : hashOf(text)]];
    }),
  );
}

function hashOf(value: unknown): string {
  return `${HASHED}${createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 16)}`;
}
