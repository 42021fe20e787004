import { ResourceTypes } from '../../../core/resource-types/resource-types.ts';
import { CONTROL_TYPES } from '../../resource-types/api-types.ts';
import { badRequest, notFound } from '../../control-error.ts';
import { callMadeResource } from '../../edits/edit-resources.ts';
import { classifyResources } from '../../../templates/classify.ts';
import { jsonReply } from '../../../core/api-call.ts';
import { collectionRoutes } from '../rest/wire-collection.ts';
import { cutPage } from '../rest/wire-router.ts';
import type { ApiState } from '../../api-state.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { ControlReply } from '../../../core/api-call.ts';
import type { RestControl } from '../rest/wire-api.ts';
import type { Collection } from '../rest/wire-collection.ts';
import type { WireCall, WireRoute } from '../rest/wire-router.ts';

export const APIS = '/v2/apis';
export const API = `${APIS}/{apiId}`;

/**
 * Finds an HTTP or WebSocket API.
 * @throws ControlError NotFoundException if there is none
 */
export function findV2Api({ apis, accountId }: RestControl, { path }: WireCall): ApiState {
  const apiId = path('apiId');
  const api = apis.state(apiId);
  if (api === undefined || api.identity.protocol === 'rest')
    throw notFound(`Invalid API identifier specified ${accountId}:${apiId}`);
  return api;
}

/**
 * Requires members in a body.
 * @throws ControlError for a missing member, with AWS's validation message
 */
export function requireMembers(body: WireCall['body'], names: readonly string[]): void {
  for (const name of names)
    if (body[name] === undefined || body[name] === null || body[name] === '')
      throw badRequest(`${name} is required`);
}

const OWN_TYPES = new ResourceTypes([CONTROL_TYPES]);

/**
 * Refuses properties that have no effect in this gateway. In a template, the same properties are only reported.
 * @throws ControlError for the first such property
 */
export function refuseUnenforced(type: string, properties: JsonObject): void {
  const resource = { ...callMadeResource(type, properties), type, physicalId: type, dependsOn: [] };
  const [item] = classifyResources(OWN_TYPES, '', [resource]).unsupported;
  if (item !== undefined)
    throw badRequest(`The gateway does not support ${item.property ?? type}: ${item.consequence}`);
}

export function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Returns one page of a list in the form of apigatewayv2: `items`, and `nextToken` if there are more items. */
export function pageReply(items: readonly unknown[], query: URLSearchParams, name = 'items'): ControlReply {
  const { page, next } = cutPage(items, query.get('maxResults'), query.get('nextToken'));
  return jsonReply(200, { [name]: page, nextToken: next });
}

export function v2Collection<Item>(
  collection: Collection<Item>,
  deleted: 202 | 204 = 204,
): readonly WireRoute[] {
  return collectionRoutes(collection, { listed: pageReply, deleted });
}
