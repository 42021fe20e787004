/** Edits a REST API's resource tree, with AWS's checks and wording [obs unless noted]. */
import { checkResourceTree } from '../../core/routing/rest-routes.ts';
import { refuseBeyondQuota } from '../api-quotas.ts';
import { badRequest, conflict, orNotFound } from '../control-error.ts';
import { textOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { ApiResources } from '../api-state.ts';
import type { ControlResource, PathResource } from '../control-resource.ts';

/** Returns a resource that an API call created. Its location is the name of the call instead of a template file. */
export function callMadeResource(id: string, properties: JsonObject): ControlResource {
  return {
    id,
    logicalId: id,
    properties,
    place: (property) => ({ file: 'API call', logicalId: id, property }),
  };
}

/** @throws ControlError NotFoundException if there is no such resource */
export function getResource(from: ApiResources, id: string): PathResource {
  return orNotFound(from.resources.get(id), 'Invalid Resource identifier specified');
}

/**
 * Creates a child of `parentId`.
 * @throws ControlError for a call that AWS refuses
 */
export function createResource(
  from: ApiResources,
  { id, parentId, pathPart }: { readonly id: string; readonly parentId: string; readonly pathPart: string },
): ApiResources {
  const parent = getResource(from, parentId);
  refuseTakenName(from, parentId, pathPart);
  refuseBeyondQuota('resources', from.resources.size, from.quotas);
  const properties = { RestApiId: from.api.id, ParentId: parentId, PathPart: pathPart };
  const resource = { ...callMadeResource(id, properties), path: childPath(parent, pathPart) };
  return withTree(from, new Map([...from.resources, [id, resource]]));
}

export function moveResource(
  from: ApiResources,
  id: string,
  change: { readonly parentId?: string; readonly pathPart?: string },
): ApiResources {
  const resource = getResource(from, id);
  const parentId = change.parentId ?? parentOf(resource);
  const pathPart = change.pathPart ?? partOf(resource);
  if (parentId === undefined || resource.path === '/')
    throw badRequest(
      `Root resource cannot update its ${change.parentId === undefined ? 'pathPart' : 'parentId'}.`,
    );
  for (let up: string | undefined = getResource(from, parentId).id; up !== undefined;)
    if (up === id) throw badRequest('Resources cannot be cyclical.');
    else up = parentOf(getResource(from, up));
  refuseTakenName(from, parentId, pathPart, id);
  const properties = { ...resource.properties, ParentId: parentId, PathPart: pathPart };
  const tree = new Map(from.resources);
  tree.set(id, { ...resource, properties });
  return withTree(from, withPaths(tree));
}

export function deleteResource(from: ApiResources, id: string): ApiResources {
  if (getResource(from, id).path === '/') throw badRequest('Root resource cannot be deleted');
  const gone = new Set([id]);
  for (let before = 0; before < gone.size;) {
    before = gone.size;
    for (const resource of from.resources.values())
      if (gone.has(parentOf(resource) ?? '')) gone.add(resource.id);
  }
  return {
    ...from,
    resources: new Map([...from.resources].filter(([key]) => !gone.has(key))),
    methods: from.methods.filter((method) => !gone.has(textOf(method.properties, 'ResourceId'))),
  };
}

function refuseTakenName(from: ApiResources, parentId: string, pathPart: string, ownId?: string): void {
  for (const other of from.resources.values())
    if (other.id !== ownId && parentOf(other) === parentId && partOf(other) === pathPart)
      throw conflict(`Another resource with the same parent already has this name: ${pathPart}`);
}

/** @throws ControlError for a tree that AWS refuses */
function withTree(from: ApiResources, resources: ReadonlyMap<string, PathResource>): ApiResources {
  const [error] = checkResourceTree([...resources.values()].map(({ path }) => path));
  if (error !== undefined) throw badRequest(error.message);
  return { ...from, resources };
}

function withPaths(tree: ReadonlyMap<string, PathResource>): ReadonlyMap<string, PathResource> {
  const pathOf = (resource: PathResource): string => {
    const parent = tree.get(parentOf(resource) ?? '');
    return parent === undefined ? '/' : childPath({ path: pathOf(parent) }, partOf(resource));
  };
  return new Map([...tree].map(([id, resource]) => [id, { ...resource, path: pathOf(resource) }]));
}

function childPath(parent: Pick<PathResource, 'path'>, pathPart: string): string {
  return parent.path === '/' ? `/${pathPart}` : `${parent.path}/${pathPart}`;
}

/** Returns the id of the parent; undefined for the root. */
export function parentOf({ properties }: ControlResource): string | undefined {
  const id = textOf(properties, 'ParentId');
  return id === '' ? undefined : id;
}

export function partOf({ properties }: ControlResource): string {
  return textOf(properties, 'PathPart');
}
