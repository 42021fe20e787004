/**
 * Finds the line of serverless.yml for a resource that osls generates. osls does not say from which event a resource
 * comes, so the text of the property is looked up in the events of the functions and in the provider.
 */
import { namesIn } from '../../core/deployability/names-in.ts';
import { isDeepStrictEqual } from 'node:util';
import { asOneOrMore, asText, isJsonList, isJsonObject, mapOf, membersOf } from '@gatewright/aws/json-object';
import { lowerFirst } from '@gatewright/aws/violations';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { Path, SourceTree } from '../cloudformation/template-source.ts';
import { memberAt } from '../template-place.ts';
import { canResultIn, sharedLength } from './written-variables.ts';
import { findApiSetting, findModelSetting, findProviderPart } from './generated-apis.ts';
import { findKeySetting } from './generated-keys.ts';
import { findAuthorizerSetting, findRouteSetting } from './generated-routes.ts';
import type { PackagedService } from './packaged-service.ts';

/** Properties of functions that the service contains under another name. */
const OF_FUNCTION: Readonly<Record<string, readonly string[]>> = {
  'Environment.Variables': ['environment'],
  VpcConfig: ['vpc'],
  FunctionName: ['name'],
  ReservedConcurrentExecutions: ['reservedConcurrency'],
};
const MIN_PART = 3;

/** Returns the line of a property of a function, or of the function itself. */
export function findFunctionLine(tree: SourceTree, name: string, property: Path): number | undefined {
  const [first = '', second = '', ...rest] = property;
  const nested = OF_FUNCTION[`${first}.${second}`];
  const own =
    nested === undefined
      ? [...(OF_FUNCTION[first] ?? [lowerFirst(first)]), ...property.slice(1)]
      : [...nested, ...rest];
  const ofFunction = spelt(tree.value, ['functions', name, ...own]);
  const ofProvider = spelt(tree.value, ['provider', ...own]);
  const isOfProvider =
    memberAt(tree.value, ofFunction) === undefined && memberAt(tree.value, ofProvider) !== undefined;
  return tree.lineOf(isOfProvider ? ofProvider : ofFunction);
}

/** Returns the path as the service spells it: `subnetIds` for SubnetIds. */
function spelt(value: JsonObject, path: Path): Path {
  return path.reduce<Path>((found, step) => {
    const [exact, lower] = [step, lowerFirst(step)].map((one) => [...found, one]);
    return memberAt(value, exact ?? []) === undefined && memberAt(value, lower ?? []) !== undefined
      ? (lower ?? [])
      : (exact ?? []);
  }, []);
}

/** Returns the line from which osls generates a property of a resource; undefined if the line is not found. */
export function findGeneratedLine(
  [, logicalId = '', , ...property]: Path,
  tree: SourceTree,
  { template, functions }: Pick<PackagedService, 'template' | 'functions'>,
): number | undefined {
  const resources = mapOf(template, 'Resources');
  if (resources[logicalId] === undefined) return undefined;
  // osls generates the log group of a function, and derives its name from the function's name.
  const [, ofGroup = ''] = /^(.+)LogGroup$/.exec(logicalId) ?? [];
  const logging = functions.get(`${ofGroup}LambdaFunction`)?.name;
  if (logging !== undefined && property[0] === 'LogGroupName')
    return findFunctionLine(tree, logging, ['FunctionName']);
  const setting =
    findApiSetting(tree, logicalId, property) ??
    findModelSetting(tree, logicalId, property, { template, functions }) ??
    findProvisioned(tree, property, functionsBehind(logicalId, resources, functions)) ??
    findKeySetting(tree, logicalId, property) ??
    findAuthorizerSetting(tree, resources[logicalId], property) ??
    findRouteSetting(tree, resources[logicalId], property, { template, functions });
  if (setting !== undefined) return tree.lineOf(setting);
  const value = memberAt(resources[logicalId], ['Properties', ...property]);
  const named = functionsBehind(logicalId, resources, functions);
  const places = [...named.map((name) => ['functions', name, 'events']), ['functions'], ['provider']];
  const text = typeof value === 'string' ? value : undefined;
  const counted =
    typeof value === 'number' ? findSetting(tree, places, value, property.at(-1) ?? '') : undefined;
  if (counted !== undefined) return tree.lineOf(counted);
  const found =
    text === undefined
      ? undefined
      : (findText(tree, places, (one) => one === text) ??
        (text.length < MIN_PART ? undefined : findText(tree, places, (one) => one.includes(text))) ??
        findVariable(tree, places, text, property.at(-1) ?? ''));
  if (found !== undefined) return tree.lineOf(found);
  const ofDestination = findDestination(tree, value, { first: named, functions });
  if (ofDestination !== undefined) return tree.lineOf(ofDestination);
  const ofPart = findPart(tree, value, resources, functions);
  if (ofPart !== undefined) return tree.lineOf(ofPart);
  const event = findRouteSetting(tree, resources[logicalId], [], { template, functions });
  if (event !== undefined) return tree.lineOf(event);
  const part = findProviderPart(tree, logicalId);
  if (part !== undefined) return tree.lineOf(part);
  const [only, ...others] = named;
  return only === undefined || others.length > 0
    ? undefined
    : tree.lineOf(pathOfEvent(tree, ['functions', only, 'events'], ofTarget(resources[logicalId], property)));
}

/** Returns the path of the provisioned concurrency, which osls writes into an alias of the function. */
function findProvisioned(tree: SourceTree, [first]: Path, named: readonly string[]): Path | undefined {
  if (first !== 'ProvisionedConcurrencyConfig') return undefined;
  return named
    .map((name) => ['functions', name, 'provisionedConcurrency'])
    .find((path) => memberAt(tree.value, path) !== undefined);
}

/**
 * Returns the path of a property of a rule's target without the path of the target itself, because an event of osls is
 * both the rule and its target.
 */
function ofTarget(resource: Json | undefined, property: Path): Path {
  const isOfTarget = membersOf(resource)['Type'] === 'AWS::Events::Rule' && property[0] === 'Targets';
  return isOfTarget && property.length > 2 ? property.slice(2) : property;
}

/**
 * Returns the path of the destination of a function that has this reference. osls writes it into the configuration of
 * asynchronous invocations, and into a statement of the role. A destination can also be the name of a function of the
 * service, of which osls writes the ARN.
 * @param first the functions that are searched before the others
 */
export function findDestination(
  tree: SourceTree,
  value: Json | undefined,
  { first = [], functions }: { readonly first?: readonly string[] } & Pick<PackagedService, 'functions'>,
): Path | undefined {
  const [only, ...others] = asOneOrMore(value);
  if (!isJsonObject(only) || others.length > 0) return undefined;
  const [, target] =
    [...functions].find(([logicalId]) => isDeepStrictEqual(only, { 'Fn::GetAtt': [logicalId, 'Arn'] })) ?? [];
  for (const name of new Set([...first, ...Object.keys(mapOf(tree.value, 'functions'))])) {
    const at = ['functions', name, 'destinations'];
    const isMeant = (one: Json): boolean => isDeepStrictEqual(one, only) || one === target?.name;
    const found = search(memberAt(tree.value, at), at, isMeant);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Finds the last string of a part, such as the prefix of a notification, in the events of the only function to which
 * the part refers. Returns its path.
 */
function findPart(
  tree: SourceTree,
  part: Json | undefined,
  resources: JsonObject,
  functions: PackagedService['functions'],
): Path | undefined {
  if (typeof part !== 'object' || part === null) return undefined;
  const [only, ...others] = [...namesIn(part)].flatMap((name) => functions.get(name)?.name ?? []);
  if (only === undefined || others.length > 0) return undefined;
  return textsIn(part)
    .filter((text) => resources[text] === undefined)
    .toReversed()
    .map((text) => findText(tree, [['functions', only, 'events']], (one) => one === text))
    .find((found) => found !== undefined);
}

function textsIn(value: Json): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null
    ? (isJsonList(value) ? value : Object.values(value)).flatMap((inner) => textsIn(inner))
    : [];
}

/**
 * Returns the path of the setting, in the events of a function, from which osls generates a property. If there is no
 * such setting, or more than one, returns the path of the only event, or else of the list of events.
 */
function pathOfEvent(tree: SourceTree, at: Path, [property = '', ...below]: Path): Path {
  const events = memberAt(tree.value, at);
  const named = isJsonList(events)
    ? events.flatMap((event, index) =>
        Object.entries(mapOf({ event }, 'event')).flatMap(([kind, settings]) =>
          Object.keys(mapOf({ settings }, 'settings'))
            // `maximumBatchingWindow` becomes MaximumBatchingWindowInSeconds, and `pattern` becomes EventPattern.
            .filter((name) => isMadeFrom(property.toLowerCase(), name.toLowerCase()))
            .map((name) => [...at, String(index), kind, name]),
        ),
      )
    : [];
  const [found, ...others] = named;
  if (found !== undefined && others.length === 0) {
    const nested = spelt(tree.value, [...found, ...below]);
    return memberAt(tree.value, nested) === undefined ? found : nested;
  }
  return isJsonList(events) && events.length === 1 ? [...at, '0'] : at;
}

/** Returns the names of the functions that a resource refers to, directly or through one other resource. */
function functionsBehind(
  logicalId: string,
  resources: JsonObject,
  functions: PackagedService['functions'],
): readonly string[] {
  const direct = [...namesIn(resources[logicalId])];
  const behind = direct.flatMap((name) => (functions.has(name) ? [] : [...namesIn(resources[name])]));
  const nameOf = (one: string): readonly string[] => {
    const known = functions.get(one);
    return known === undefined ? [] : [known.name];
  };
  const found = direct.flatMap(nameOf);
  return [...new Set(found.length > 0 ? found : behind.flatMap(nameOf))];
}

/**
 * Returns the path of a setting with this number as its value and a name that ends with the property's name, such as
 * `logRetentionInDays` for RetentionInDays; undefined if there is none.
 */
function findSetting(
  tree: SourceTree,
  places: readonly Path[],
  value: number,
  property: string,
): Path | undefined {
  for (const place of places) {
    const found = search(
      memberAt(tree.value, place),
      place,
      (one, key) =>
        one === value && key.toLowerCase().endsWith(property.toLowerCase()) && key.length > property.length,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Returns the path of the setting that is named after the property and whose variables can have resulted in this text:
 * `topicName: ${self:service}-orders` for the TopicName `shop-orders`. If several settings match, returns the path of
 * the setting that shares the most text with the value; undefined if two share equally much.
 */
function findVariable(
  tree: SourceTree,
  places: readonly Path[],
  text: string,
  property: string,
): Path | undefined {
  const meant = (place: Path): readonly Path[] =>
    searchAll(
      memberAt(tree.value, place),
      place,
      (one, key) =>
        typeof one === 'string' &&
        isNamedAfter(key.toLowerCase(), property.toLowerCase()) &&
        canResultIn(one, text),
    );
  const ofEvents = places.filter((place) => place.at(-1) === 'events').flatMap(meant);
  const found = (ofEvents.length > 0 ? ofEvents : places.flatMap(meant))
    .map((path) => ({ path, shared: sharedLength(asText(memberAt(tree.value, path)) ?? '') }))
    .toSorted((one, other) => other.shared - one.shared);
  const [best, next] = found;
  return best?.shared === next?.shared ? undefined : best?.path;
}

function isNamedAfter(setting: string, property: string): boolean {
  if (!/[a-z]/.test(property)) return false;
  if (property === 'scheduleexpression' && (setting === 'rate' || setting === 'schedule')) return true;
  return setting.endsWith(property) || (setting.length >= MIN_PART && property.includes(setting));
}

function findText(
  tree: SourceTree,
  places: readonly Path[],
  isMeant: (text: string) => boolean,
): Path | undefined {
  for (const place of places) {
    const found = search(
      memberAt(tree.value, place),
      place,
      (one) => typeof one === 'string' && isMeant(one),
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

function search(
  value: Json | undefined,
  at: Path,
  isMeant: (value: Json, key: string) => boolean,
): Path | undefined {
  return searchAll(value, at, isMeant)[0];
}

function searchAll(
  value: Json | undefined,
  at: Path,
  isMeant: (value: Json, key: string) => boolean,
): readonly Path[] {
  if (value !== undefined && isMeant(value, at.at(-1) ?? '')) return [at];
  if (typeof value !== 'object' || value === null) return [];
  const entries: readonly (readonly [string, Json])[] = isJsonList(value)
    ? value.map((item, index) => [String(index), item] as const)
    : Object.entries(value);
  return entries.flatMap(([key, inner]) => searchAll(inner, [...at, key], isMeant));
}

function isMadeFrom(property: string, setting: string): boolean {
  return property.startsWith(setting) || property === `event${setting}`;
}
