/** Checks a refused body again, to find what does not match its model and where the model says so. */
import { asText, mapOf, membersOf, parseJson } from '@gatewright/aws/json-object';
import { bareType } from '../../core/events/media-types.ts';
import { placeOfFirst } from './find-places.ts';
import { isEvent } from './recorded-request.ts';
import type { MessageCheck, MessageRoutePlan, RoutePlan } from '../../core/deployment/model.ts';
import type { SchemaCheck } from '../../core/deployment/models/json-schema.ts';
import type { SchemaFault } from '../../core/deployment/models/schema-wording.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import type { NamedPlace, NullMember } from '../explain/circumstances.ts';
import type { Recorded } from './recorded-request.ts';

type ModelFaults = {
  /** The members of the body that do not match, each with its value. */
  readonly members: readonly string[];
  readonly rules: readonly SchemaFault[];
};

const NONE: ModelFaults = { members: [], rules: [] };

export function findModelFaults(recorded: Recorded): ModelFaults {
  const { error, sizes } = recorded;
  const body = isEvent(recorded) ? recorded.body : recorded.received.body;
  if (error?.code !== 'BAD_REQUEST_BODY' || body === undefined || sizes.request > Buffer.byteLength(body))
    return NONE;
  const checks = checksOf(recorded);
  const check = checks?.get(modelKeyOf(recorded) ?? '$default') ?? checks?.get('$default');
  const value = parseJson(body.toString());
  const verdict = value === undefined ? undefined : check?.(value, body.length);
  return verdict?.isValid === false
    ? { members: verdict.places?.() ?? [], rules: verdict.faults?.() ?? [] }
    : NONE;
}

/** Returns the checks of the route, by the keys of its `RequestModels`. */
function checksOf(recorded: Recorded): ReadonlyMap<string, SchemaCheck> | undefined {
  return isEvent(recorded)
    ? checkOfMessages(recorded.route)?.checks
    : recorded.received.route?.validation?.bodies;
}

/** Returns the key of `RequestModels` that the request or message selects; undefined if its expression selects none. */
function modelKeyOf(recorded: Recorded): string | undefined {
  return isEvent(recorded)
    ? checkOfMessages(recorded.route)?.select(recorded.body?.toString() ?? '')
    : bareType(recorded.received.headers.last('content-type') ?? 'application/json');
}

function checkOfMessages(route: RoutePlan | MessageRoutePlan | undefined): MessageCheck | undefined {
  return route !== undefined && 'messageCheck' in route ? route.messageCheck : undefined;
}

/** Finds the members of the body that are null, and are neither required nor allowed to be null. */
export function findNulls(recorded: Recorded, stacks: readonly ResolvedStack[]): readonly NullMember[] {
  return findModelFaults(recorded).rules.flatMap(({ member, model, path, insteadOfNull }) => {
    if (insteadOfNull === undefined || path.at(-1) !== 'type' || path.at(-3) !== 'properties') return [];
    const found = findModel(recorded, model, stacks);
    const parent = found === undefined ? undefined : path.slice(0, -3).reduce(stepInto, found.schema);
    const { required } = membersOf(parent);
    const isRequired = Array.isArray(required) && required.includes(path.at(-2) ?? '');
    return [{ member, types: insteadOfNull, isRequired }];
  });
}

/** Returns the places of the rules of models that the body of a refused request violates. */
export function placesOfModel(recorded: Recorded, stacks: readonly ResolvedStack[]): readonly NamedPlace[] {
  return findModelFaults(recorded).rules.flatMap(({ model, path }) => {
    const found = findModel(recorded, model, stacks);
    if (found === undefined) return [];
    const { resource, name } = found;
    // `required` of an object is one list, and each other rule has a line of its own.
    const members = path.map((_, index) => ['Schema', ...path.slice(0, path.length - index)].join('.'));
    const place = placeOfFirst(resource, [...members, 'Schema']);
    return place === undefined ? [] : [{ what: `model ${name}`, place }];
  });
}

type FoundModel = {
  readonly resource: ResolvedResource;
  readonly name: string;
  readonly schema: unknown;
};

const MODELS = new Set(['AWS::ApiGateway::Model', 'AWS::ApiGatewayV2::Model']);

/** @param model the name of the model; undefined for the model of the body */
function findModel(
  recorded: Recorded,
  model: string | undefined,
  stacks: readonly ResolvedStack[],
): FoundModel | undefined {
  const { api, route } = isEvent(recorded)
    ? { api: recorded.found?.api, route: recorded.route }
    : recorded.received;
  const stack = stacks.find(({ stackName }) => stackName === api?.stackName);
  if (api === undefined || stack === undefined || route === undefined) return undefined;
  const method = stack.resources.get(route.logicalId);
  const models = mapOf(method?.properties ?? {}, 'RequestModels');
  const name = model ?? asText(models[modelKeyOf(recorded) ?? '$default'] ?? models['$default']);
  const resource = [...stack.resources.values()].find(
    ({ type: kind, physicalId, properties }) =>
      MODELS.has(kind) &&
      [properties['RestApiId'], properties['ApiId']].includes(api.apiId) &&
      (physicalId === name || properties['Name'] === name),
  );
  return resource === undefined || name === undefined
    ? undefined
    : {
        resource,
        name: asText(resource.properties['Name']) ?? resource.logicalId,
        schema: resource.properties['Schema'],
      };
}

function stepInto(value: unknown, step: string): unknown {
  return Array.isArray(value) ? (value[Number(step)] as unknown) : membersOf(value)[step];
}
