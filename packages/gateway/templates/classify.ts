/**
 * Classifies every resource and every property of a stack by the tables of resource types, so that nothing is ignored
 * without a message.
 */
import { isJsonList, isJsonObject, memberOf } from '@gatewright/aws/json-object';
import { findCustomCall } from './custom-calls.ts';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { NO_CONSEQUENCE } from '../core/errors.ts';
import type { DefinitionPlace } from '../core/errors.ts';
import type { ResourceTypes } from '../core/resource-types/resource-types.ts';
import type { TypeClass } from '../core/resource-types/type-class.ts';
import type { ResolvedResource, UnsupportedItem } from '../core/stack/model.ts';

/**
 * Matches the logical ids of osls's own helpers, such as its artifact bucket and the function that gives API Gateway a
 * log role.
 */
export const OSLS_HELPERS =
  /^(?:ServerlessDeploymentBucket(?:Policy)?|CustomApiGatewayAccountCloudWatchRole|CustomDashresourceDash\w+LambdaFunction)$/;

/** Whether the gateway reads this property, so that a missing value would affect requests. */
export function isRead(types: ResourceTypes, logicalId: string, type: string, property: string): boolean {
  const known = types.classOf(type);
  if (known === undefined || OSLS_HELPERS.test(logicalId)) return false;
  return known.noEffect?.includes(property) !== true && known.whereKnown?.includes(property) !== true;
}

type Classified = {
  readonly unsupported: readonly UnsupportedItem[];
  readonly noEffect: readonly UnsupportedItem[];
};

export function classifyResources(
  types: ResourceTypes,
  stackName: string,
  resources: Iterable<ResolvedResource>,
): Classified {
  const unsupported: UnsupportedItem[] = [];
  const noEffect: UnsupportedItem[] = [];
  for (const resource of resources) {
    const { logicalId, type, properties } = resource;
    const item = (consequence: string, property?: string): UnsupportedItem => ({
      stackName,
      logicalId,
      type,
      consequence,
      ...(property === undefined ? {} : { property }),
    });
    const ignore = (property?: string): void => {
      const place = resource.place(property);
      // File and line are getters because finding a line means parsing the JSON a second time, or reading the files
      // that a service includes. Nearly every template has resources or properties without effect, and their places are
      // rarely read.
      noEffect.push({
        ...item(NO_CONSEQUENCE, property),
        get file() {
          return place.file;
        },
        get line() {
          return place.line;
        },
      });
    };
    const report = (consequence: string, property?: string): void => {
      unsupported.push({ ...item(consequence, property), ...placeOf(resource.place(property)) });
    };
    const known = types.classOf(type);
    if (OSLS_HELPERS.test(logicalId) || types.isWithoutEffect(type)) ignore();
    else if (known === undefined) {
      const call = findCustomCall(resource);
      if (call === undefined) report(types.consequenceOf(type));
      else
        unsupported.push({
          ...item('the gateway does not make the call, so the data that the call would write is missing'),
          ...placeOf(resource.place()),
          message: `on AWS, the deployment calls ${call} for this custom resource`,
        });
    } else
      for (const [property, consequence] of classifyProperties(known, properties)) {
        if (consequence === undefined) ignore(property);
        else report(consequence, property);
      }
  }
  return { unsupported, noEffect };
}

function placeOf({ file, line }: DefinitionPlace): Pick<UnsupportedItem, 'file' | 'line'> {
  return line === undefined ? { file } : { file, line };
}

/**
 * Yields each property with its consequence, which is undefined if the property has no effect. Enforced properties are
 * omitted.
 */
function* classifyProperties(
  known: TypeClass,
  properties: JsonObject,
): Generator<[property: string, consequence: string | undefined]> {
  for (const [property, rule] of Object.entries(known.values ?? {})) {
    const value = property.split('.').reduce<unknown>(memberOf, properties);
    if (typeof value !== 'string') continue;
    const isAllowed = rule.allowed.some((allowed) => allowed.toLowerCase() === value.toLowerCase());
    if (!isAllowed) yield [property, `${value}: ${rule.consequence}`];
  }
  for (const [property, { value, consequence }] of Object.entries(known.except ?? {}))
    if (property.split('.').reduce<unknown>(memberOf, properties) === value) yield [property, consequence];
  for (const [name, value] of Object.entries(properties)) {
    const nested = isJsonObject(value) && hasNestedRules(known, name) ? value : undefined;
    if (nested === undefined) yield* classifyProperty(known, name, value);
    else {
      for (const [child, inner] of Object.entries(nested))
        yield* classifyProperty(known, `${name}.${child}`, inner);
    }
  }
}

function* classifyProperty(
  known: TypeClass,
  name: string,
  value: Json,
): Generator<[property: string, consequence: string | undefined]> {
  if (value === known.except?.[name]?.value) return;
  const isEnforced = known.enforced.includes(name) || known.whereKnown?.includes(name) === true;
  if (isSwitchedOff(value) || isEnforced || known.values?.[name] !== undefined) return;
  if (known.noEffect?.includes(name) === true) yield [name, undefined];
  else if (!holdsOnly(value, known.enforcedItems?.[name]))
    yield [name, known.unsupported?.[name] ?? 'this property is not applied'];
}

function holdsOnly(value: Json, keys: readonly string[] | undefined): boolean {
  if (keys === undefined || !isJsonList(value)) return false;
  return value.every((item) => isJsonObject(item) && Object.keys(item).every((key) => keys.includes(key)));
}

function hasNestedRules(known: TypeClass, name: string): boolean {
  const { enforced, noEffect = [], whereKnown = [], unsupported = {} } = known;
  const names = [...enforced, ...noEffect, ...whereKnown, ...Object.keys(unsupported)];
  return names.some((other) => other.startsWith(`${name}.`));
}

/**
 * Whether a value turns nothing on. For example, osls writes `Policy: ''` and `ApiKeyRequired: false`, which request
 * nothing.
 */
function isSwitchedOff(value: Json): boolean {
  if (value === '' || value === null || value === false || value === 'false') return true;
  if (isJsonList(value)) return value.length === 0;
  return isJsonObject(value) && Object.keys(value).length === 0;
}
