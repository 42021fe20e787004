import {
  createResource,
  deleteResource,
  getResource,
  moveResource,
  parentOf,
  partOf,
} from '../../edits/edit-resources.ts';
import { methodsOf } from '../../edits/edit-methods.ts';
import { badRequest } from '../../control-error.ts';
import { listingRefusal, readPatch } from '../../edits/patch.ts';
import { textOf } from '@gatewright/aws/json-object';
import { jsonReply } from '../../../core/api-call.ts';
import { showMethod } from './method-shape.ts';
import { findApi } from './wire-api.ts';
import { emptyReply, listReply } from './wire-router.ts';
import { requiredText } from './wire-shape.ts';
import type { ApiResources } from '../../api-state.ts';
import type { PathResource } from '../../control-resource.ts';
import type { PatchRule } from '../../edits/patch.ts';
import type { RestControl } from './wire-api.ts';
import type { WireRoute } from './wire-router.ts';

const ID_LENGTH = 6;
const RESOURCE = '/restapis/{restApiId}/resources/{resourceId}';

export function resourceRoutes(control: RestControl): readonly WireRoute[] {
  return [
    {
      method: 'GET',
      path: '/restapis/{restApiId}/resources',
      serve(call) {
        const { resources } = findApi(control, call);
        const inOrder = [...resources.resources.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
        const withMethods = embeds(call.query);
        return listReply(
          inOrder.map((resource) => showResource(resource, resources, withMethods)),
          call.query,
        );
      },
    },
    {
      method: 'GET',
      path: RESOURCE,
      serve(call) {
        const { resources } = findApi(control, call);
        const resource = getResource(resources, call.path('resourceId'));
        return jsonReply(200, showResource(resource, resources, embeds(call.query)));
      },
    },
    {
      method: 'POST',
      path: '/restapis/{restApiId}/resources/{parentId}',
      serve(call) {
        const api = findApi(control, call);
        const id = control.random.hex(ID_LENGTH);
        const pathPart = requiredText(call.body, 'pathPart');
        api.edit(createResource(api.resources, { id, parentId: call.path('parentId'), pathPart }));
        return jsonReply(201, showResource(getResource(api.resources, id), api.resources, false));
      },
    },
    {
      method: 'PATCH',
      path: RESOURCE,
      serve(call) {
        const api = findApi(control, call);
        const { id } = getResource(api.resources, call.path('resourceId'));
        const refusal = listingRefusal(['/parentId', '/pathPart']);
        const patch = readPatch(call.body, 'updateResourceInput', treeRules(id), refusal);
        api.edit(patch(api.resources));
        return jsonReply(200, showResource(getResource(api.resources, id), api.resources, false));
      },
    },
    {
      method: 'DELETE',
      path: RESOURCE,
      serve(call) {
        const api = findApi(control, call);
        api.edit(deleteResource(api.resources, call.path('resourceId')));
        return emptyReply(202);
      },
    },
  ];
}

function treeRules(id: string): readonly PatchRule<ApiResources>[] {
  return [
    { path: '/parentId', on: { replace: (from, { value }) => moveResource(from, id, { parentId: value }) } },
    { path: '/pathPart', on: { replace: (from, { value }) => moveResource(from, id, { pathPart: value }) } },
  ];
}

function embeds(query: URLSearchParams): boolean {
  const embed = query.getAll('embed').join(',');
  if (embed !== '' && embed !== 'methods')
    throw badRequest('Invalid embed specified. Must be one of: [methods]');
  return embed === 'methods';
}

function showResource(resource: PathResource, from: ApiResources, withMethods: boolean): object {
  const methods = methodsOf(from, resource.id);
  return {
    id: resource.id,
    parentId: parentOf(resource),
    pathPart: resource.path === '/' ? undefined : partOf(resource),
    path: resource.path,
    resourceMethods:
      methods.length === 0
        ? undefined
        : Object.fromEntries(
            methods.map((method) => [
              textOf(method.properties, 'HttpMethod'),
              withMethods ? showMethod(method) : {},
            ]),
          ),
  };
}
