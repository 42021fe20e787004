/** Authorizers, models and request validators in AWS's REST API. All three have the same set of calls. */
import { refuseBeyondQuota } from '../../api-quotas.ts';
import { partsOf, withParts } from '../../api-parts.ts';
import { conflict, orNotFound } from '../../control-error.ts';
import { callMadeResource } from '../../edits/edit-resources.ts';
import { readPatch } from '../../edits/patch.ts';
import { textOf } from '@gatewright/aws/json-object';
import { readFields, showFields } from './field-table.ts';
import { REST_PARTS } from './rest-parts.ts';
import { findApi, stateOf } from './wire-api.ts';
import { collectionRoutes } from './wire-collection.ts';
import { requiredText } from './wire-shape.ts';
import type { ApiResources, ApiState } from '../../api-state.ts';
import type { ControlResource } from '../../control-resource.ts';
import type { RestPart } from './rest-parts.ts';
import type { RestControl } from './wire-api.ts';
import type { WireCall, WireRoute } from './wire-router.ts';

export function restPartRoutes(control: RestControl): readonly WireRoute[] {
  return Object.values(REST_PARTS).flatMap((part) => routesOf(part, control));
}

function routesOf(part: RestPart, control: RestControl): readonly WireRoute[] {
  const { path: name, idName, noun } = part.calls;
  const all = `/restapis/{restApiId}/${name}`;
  return collectionRoutes<ControlResource>({
    all,
    one: `${all}/{${idName}}`,
    show: (item) => show(part, item),
    create: (call) => create(part, call, control),
    list: (call) => allParts(part, findApi(control, call).resources),
    get: (call) => getPart(part, findOwner(part, call, control).resources, call),
    change(call) {
      const api = findOwner(part, call, control);
      const item = getPart(part, api.resources, call);
      const patch = readPatch(call.body, `update${noun}Input`, part.rules, part.refusal);
      const { spell = asIs, read = asIs } = part;
      return put(part, api, { ...item, properties: read(patch(spell(item.properties))) });
    },
    remove(call) {
      const api = findOwner(part, call, control);
      const { resources } = api;
      const item = getPart(part, resources, call);
      refuseInUse(part, resources, item);
      const before = partsOf(resources, part.part);
      const kept = before.filter((other) => other !== item);
      const isOwn = part.withoutDefault === undefined || kept.length < before.length;
      api.edit(isOwn ? withParts(resources, part.part, kept) : part.withoutDefault(resources, item));
    },
  });
}

/** Finds the API of a part. If the API is missing, AWS's message is about the part [obs]. */
function findOwner(part: RestPart, call: WireCall, control: RestControl): ApiState {
  return orNotFound(stateOf(control, call), part.missing(call.path(part.calls.idName)));
}

const asIs = <T>(value: T): T => value;

function create(part: RestPart, call: WireCall, control: RestControl): ControlResource {
  if (part.withoutApi !== undefined && stateOf(control, call) === undefined) throw part.withoutApi();
  const api = findApi(control, call);
  const { quota, required = [], idLength } = part.calls;
  for (const name of required) requiredText(call.body, name);
  const { read = asIs } = part;
  const properties = { ...readFields(call.body, part.fields), RestApiId: api.identity.apiId };
  const item = callMadeResource(control.random.hex(idLength), read(properties));
  part.refuseNew?.(api.resources, item);
  if (quota !== undefined)
    refuseBeyondQuota(quota, partsOf(api.resources, part.part).length, api.resources.quotas);
  return put(part, api, item);
}

/** Replaces the part that has the same id, or adds it. */
function put(part: RestPart, api: ApiState, item: ControlResource): ControlResource {
  const before = partsOf(api.resources, part.part);
  const isThere = before.some(({ id }) => id === item.id);
  const items = isThere ? before.map((one) => (one.id === item.id ? item : one)) : [...before, item];
  const next = withParts(api.resources, part.part, items);
  part.check?.(next, item);
  api.edit(next);
  return item;
}

function allParts(part: RestPart, from: ApiResources): readonly ControlResource[] {
  return part.withDefaults?.(from) ?? partsOf(from, part.part);
}

/** @throws ControlError NotFoundException if there is no such part */
function getPart(part: RestPart, from: ApiResources, { path }: WireCall): ControlResource {
  const key = path(part.calls.idName);
  return orNotFound(
    allParts(part, from).find((one) => part.keyOf(one) === key),
    part.missing(key),
  );
}

function refuseInUse(part: RestPart, { methods, resources }: ApiResources, item: ControlResource): void {
  // If several methods use the part, AWS names the method that was added last [obs].
  for (const { properties } of methods.toReversed()) {
    const path = resources.get(textOf(properties, 'ResourceId'))?.path ?? '';
    const refusal = part.inUse(item, properties, path);
    if (refusal !== undefined) throw conflict(refusal);
  }
}

function show(part: RestPart, item: ControlResource): object {
  const { spell = asIs } = part;
  return {
    id: part.shownId?.(item) ?? item.id,
    ...part.usual(item),
    ...showFields(spell(item.properties), part.fields),
  };
}
