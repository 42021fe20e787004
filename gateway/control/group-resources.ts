/** Sorts the resources of all stacks by the API they belong to; an API may be extended from another stack. */
import { readText } from '../deployment/properties.ts';
import { DefinitionError } from '../errors.ts';
import type { Tolerance } from '../errors.ts';
import { toControlResource } from './control-resource.ts';
import type { ResolvedResource, ResolvedStack } from '../definition/model.ts';
import type { ApiProtocol } from '../deployment/model.ts';
import type { ControlResource, PathResource } from './control-resource.ts';

export type ApiGroup = {
  readonly stack: ResolvedStack;
  readonly api: ControlResource;
  readonly protocol: ApiProtocol;
  readonly pathResources: ControlResource[];
  readonly methods: ControlResource[];
  readonly routes: ControlResource[];
  readonly integrations: Map<string, ControlResource>;
  readonly authorizers: Map<string, ControlResource>;
  readonly routeResponses: ControlResource[];
  readonly integrationResponses: ControlResource[];
  readonly gatewayResponses: ControlResource[];
  readonly models: ControlResource[];
  readonly validators: Map<string, ControlResource>;
  readonly documentationParts: ControlResource[];
  readonly documentationVersions: ControlResource[];
  readonly deployments: ControlResource[];
  readonly stages: ControlResource[];
};

/** Which property names the API, and which list of its group takes the resource. */
const KINDS: Readonly<
  Record<string, { apiProperty: string; add(group: ApiGroup, item: ControlResource): void }>
> = {
  'AWS::ApiGateway::Resource': { apiProperty: 'RestApiId', add: (g, r) => g.pathResources.push(r) },
  'AWS::ApiGateway::Method': { apiProperty: 'RestApiId', add: (g, r) => g.methods.push(r) },
  'AWS::ApiGateway::Authorizer': { apiProperty: 'RestApiId', add: (g, r) => g.authorizers.set(r.id, r) },
  'AWS::ApiGateway::GatewayResponse': { apiProperty: 'RestApiId', add: (g, r) => g.gatewayResponses.push(r) },
  'AWS::ApiGateway::Model': { apiProperty: 'RestApiId', add: (g, r) => g.models.push(r) },
  'AWS::ApiGateway::RequestValidator': { apiProperty: 'RestApiId', add: (g, r) => g.validators.set(r.id, r) },
  'AWS::ApiGateway::DocumentationPart': {
    apiProperty: 'RestApiId',
    add: (g, r) => g.documentationParts.push(r),
  },
  'AWS::ApiGateway::DocumentationVersion': {
    apiProperty: 'RestApiId',
    add: (g, r) => g.documentationVersions.push(r),
  },
  'AWS::ApiGateway::Deployment': { apiProperty: 'RestApiId', add: (g, r) => g.deployments.push(r) },
  'AWS::ApiGateway::Stage': { apiProperty: 'RestApiId', add: (g, r) => g.stages.push(r) },
  'AWS::ApiGatewayV2::Route': { apiProperty: 'ApiId', add: (g, r) => g.routes.push(r) },
  'AWS::ApiGatewayV2::Integration': { apiProperty: 'ApiId', add: (g, r) => g.integrations.set(r.id, r) },
  'AWS::ApiGatewayV2::Authorizer': { apiProperty: 'ApiId', add: (g, r) => g.authorizers.set(r.id, r) },
  'AWS::ApiGatewayV2::RouteResponse': { apiProperty: 'ApiId', add: (g, r) => g.routeResponses.push(r) },
  'AWS::ApiGatewayV2::IntegrationResponse': {
    apiProperty: 'ApiId',
    add: (g, r) => g.integrationResponses.push(r),
  },
  'AWS::ApiGatewayV2::Model': { apiProperty: 'ApiId', add: (g, r) => g.models.push(r) },
  'AWS::ApiGatewayV2::Deployment': { apiProperty: 'ApiId', add: (g, r) => g.deployments.push(r) },
  'AWS::ApiGatewayV2::Stage': { apiProperty: 'ApiId', add: (g, r) => g.stages.push(r) },
};

/** One group per API, in template order. Left out is what belongs to an API that no stack has, or that is none. */
export function groupByApi(stacks: readonly ResolvedStack[], tolerance: Tolerance): ApiGroup[] {
  const groups = new Map<string, ApiGroup>();
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
      const kind = KINDS[resource.type];
      if (kind === undefined) continue;
      const item = toControlResource(resource);
      tolerance.attempt(
        'it is left out',
        () => {
          kind.add(findGroup(groups, item, kind.apiProperty), item);
        },
        () => undefined,
      );
    }
  return [...groups.values()];
}

function findGroup(
  groups: ReadonlyMap<string, ApiGroup>,
  item: ControlResource,
  apiProperty: string,
): ApiGroup {
  const group = groups.get(readText(item, apiProperty));
  if (group !== undefined) return group;
  throw new DefinitionError(
    item.place(apiProperty),
    'Invalid API identifier specified: no loaded stack has this API',
  );
}

function protocolOf(resource: ResolvedResource): ApiProtocol | undefined {
  if (resource.type === 'AWS::ApiGateway::RestApi') return 'rest';
  if (resource.type !== 'AWS::ApiGatewayV2::Api') return undefined;
  const protocol = resource.properties['ProtocolType'];
  if (protocol === 'HTTP') return 'http';
  if (protocol === 'WEBSOCKET') return 'websocket';
  throw new DefinitionError(resource.place('ProtocolType'), 'ProtocolType must be HTTP or WEBSOCKET');
}

function emptyGroup(stack: ResolvedStack, resource: ResolvedResource, protocol: ApiProtocol): ApiGroup {
  return {
    stack,
    api: toControlResource(resource),
    protocol,
    pathResources: [],
    methods: [],
    routes: [],
    integrations: new Map(),
    authorizers: new Map(),
    routeResponses: [],
    integrationResponses: [],
    gatewayResponses: [],
    models: [],
    validators: new Map(),
    documentationParts: [],
    documentationVersions: [],
    deployments: [],
    stages: [],
  };
}

/** Paths of a REST API's resources by following their parents; the root is the API's own. Left out is what has none. */
export function readPathResources(
  group: ApiGroup,
  rootId: string,
  tolerance: Tolerance,
): ReadonlyMap<string, PathResource> {
  const byId = new Map(group.pathResources.map((resource) => [resource.id, resource]));
  const paths = new Map<string, PathResource>([[rootId, { ...group.api, id: rootId, path: '/' }]]);
  const pathOf = (resource: ControlResource, depth: number): string => {
    const known = paths.get(resource.id);
    if (known !== undefined) return known.path;
    const parentId = readText(resource, 'ParentId');
    const parent = parentId === rootId ? undefined : byId.get(parentId);
    if ((parent === undefined && parentId !== rootId) || depth > byId.size)
      throw new DefinitionError(resource.place('ParentId'), 'Invalid Resource identifier specified');
    const base = parent === undefined ? '' : pathOf(parent, depth + 1);
    const path = `${base}/${readText(resource, 'PathPart')}`;
    paths.set(resource.id, { ...resource, path });
    return path;
  };
  for (const resource of byId.values())
    tolerance.attempt(
      'its methods do not exist',
      () => pathOf(resource, 0),
      () => '',
    );
  return paths;
}
