/** Groups the resources of all stacks by their API. A stack may extend an API of another stack. */
import { readText } from '../../core/deployment/properties.ts';
import { PATH_PART_RULE } from '../../core/routing/rest-routes.ts';
import { PART_NAMES } from '../resource-types/api-type.ts';
import { API_TYPES } from '../resource-types/api-types.ts';
import { DefinitionError, ruledFault } from '../../core/errors.ts';
import type { Tolerance } from '../../core/errors.ts';
import { toControlResource } from '../control-resource.ts';
import type { PartName } from '../resource-types/api-type.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import type { ApiProtocol } from '../../core/deployment/model.ts';
import type { ControlResource, PathResource } from '../control-resource.ts';

export type ApiGroup = {
  readonly stack: ResolvedStack;
  readonly api: ControlResource;
  readonly protocol: ApiProtocol;
  readonly parts: Readonly<Record<PartName, readonly ControlResource[]>>;
  /** The stack that defines each part. It may differ from the API's stack. */
  readonly stackOf: ReadonlyMap<ControlResource, ResolvedStack>;
};

/** Returns one group per API, in template order. Resources of an unknown or invalid API are omitted. */
export function groupByApi(stacks: readonly ResolvedStack[], tolerance: Tolerance): ApiGroup[] {
  const groups = new Map<string, OpenGroup>();
  for (const stack of stacks)
    for (const resource of stack.resources.values()) {
      const protocol = tolerance.attempt(
        'the API is not served',
        () => protocolOf(resource),
        () => undefined,
      );
      if (protocol !== undefined) groups.set(resource.physicalId, emptyGroup(stack, resource, protocol));
    }
  for (const stack of stacks)
    for (const resource of stack.resources.values()) {
      const { owner, part } = API_TYPES.get(resource.type) ?? {};
      if (owner === undefined || part === undefined) continue;
      const item = toControlResource(resource);
      tolerance.attempt(
        'this part of the API is omitted',
        () => {
          const group = findGroup(groups, item, owner);
          group.parts[part].push(item);
          group.stackOf.set(item, stack);
        },
        () => undefined,
      );
    }
  return [...groups.values()];
}

function findGroup(groups: ReadonlyMap<string, OpenGroup>, item: ControlResource, owner: string): OpenGroup {
  const group = groups.get(readText(item, owner));
  if (group !== undefined) return group;
  throw ruledFault(
    'export-elsewhere',
    item.place(owner),
    'Invalid API identifier specified: no loaded stack has this API',
  );
}

function protocolOf(resource: ResolvedResource): ApiProtocol | undefined {
  if (resource.type === 'AWS::ApiGateway::RestApi') return 'rest';
  if (resource.type !== 'AWS::ApiGatewayV2::Api') return undefined;
  const protocol = resource.properties['ProtocolType'];
  if (protocol === 'HTTP') return 'http';
  if (protocol === 'WEBSOCKET') return 'websocket';
  throw new DefinitionError(
    resource.place('ProtocolType'),
    `ProtocolType must be HTTP or WEBSOCKET, not ${JSON.stringify(protocol)}`,
  );
}

type OpenGroup = Omit<ApiGroup, 'parts' | 'stackOf'> & {
  readonly parts: Record<PartName, ControlResource[]>;
  readonly stackOf: Map<ControlResource, ResolvedStack>;
};

function emptyGroup(stack: ResolvedStack, resource: ResolvedResource, protocol: ApiProtocol): OpenGroup {
  const parts = {} as OpenGroup['parts'];
  for (const name of PART_NAMES) parts[name] = [];
  return { stack, api: toControlResource(resource), protocol, parts, stackOf: new Map() };
}

/**
 * Builds the paths of a REST API's resources from their parents. The root belongs to the API. Resources without a path
 * are omitted.
 */
export function readPathResources(
  group: ApiGroup,
  rootId: string,
  tolerance: Tolerance,
): ReadonlyMap<string, PathResource> {
  const byId = new Map(group.parts.resources.map((resource) => [resource.id, resource]));
  const paths = new Map<string, PathResource>([[rootId, { ...group.api, id: rootId, path: '/' }]]);
  const pathOf = (resource: ControlResource, depth: number): string => {
    const known = paths.get(resource.id);
    if (known !== undefined) return known.path;
    const parentId = readText(resource, 'ParentId');
    const parent = parentId === rootId ? undefined : byId.get(parentId);
    if ((parent === undefined && parentId !== rootId) || depth > byId.size)
      throw new DefinitionError(resource.place('ParentId'), 'Invalid Resource identifier specified');
    const base = parent === undefined ? '' : pathOf(parent, depth + 1);
    const part = readText(resource, 'PathPart');
    if (part.includes('/')) throw new DefinitionError(resource.place('PathPart'), PATH_PART_RULE);
    const path = `${base}/${part}`;
    paths.set(resource.id, { ...resource, path });
    return path;
  };
  for (const resource of byId.values())
    tolerance.attempt(
      'the methods of this resource are not served',
      () => pathOf(resource, 0),
      () => '',
    );
  return paths;
}
