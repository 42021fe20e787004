/** Draws APIs, their routes and authorizers, functions, and the resources that functions name in their environment. */
import { relative } from 'node:path';
import type { ApiRoutes } from '../../control/loading/list-apis.ts';
import { KIND_NAMES } from '../records/api-labels.ts';
import type { ApiLabels } from '../records/api-labels.ts';
import type { ToolkitParts } from '../../core/stack/own-first.ts';
import type { EventSource } from '../../kernel/event-rows.ts';
import type { DefinitionPlace } from '../../core/errors.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import type { MapEdge, MapNode, StackMap } from './map-model.ts';

/** Maximum number of routes of an API. A map with more routes would be unreadable. */
const MAX_ROUTES = 40;

type Authorizers = (apiId: string, stage: string, routeIndex: number) => string | undefined;

type Drawing = {
  readonly stacks: readonly ResolvedStack[];
  readonly apis: readonly ApiRoutes[];
  readonly sources: readonly EventSource[];
  /** Returns the name of the function that guards a route. */
  readonly authorizerOf: Authorizers;
  /** The folder to which paths are relative. */
  readonly folder: string;
  readonly toolkit: ToolkitParts;
  readonly labels: ApiLabels;
};

export function showMap(given: Drawing): StackMap {
  const { stacks, apis, sources, folder } = given;
  const drawn = new Drawn();
  const places = placesOf(stacks, folder);
  for (const stack of stacks) drawFunctions(stack, given, drawn, places);
  for (const api of apis) drawApi(api, given, drawn, places);
  for (const source of sources) drawSource(source, given, drawn);
  return {
    nodes: drawn.nodes,
    edges: drawn.edges,
    left: apis.flatMap(({ id, name, stack, routes }) =>
      routes.length > MAX_ROUTES
        ? [
            {
              apiName: given.labels.of(id, name).label,
              routes: routes.length - MAX_ROUTES,
              isToolkit: given.toolkit.hasStack(stack),
            },
          ]
        : [],
    ),
  };
}

/** Collects nodes and edges, and adds each of them only once. */
class Drawn {
  readonly #nodes = new Map<string, MapNode>();
  readonly #edges = new Map<string, MapEdge>();

  node(node: MapNode): string {
    if (!this.#nodes.has(node.id)) this.#nodes.set(node.id, node);
    return node.id;
  }

  has(id: string): boolean {
    return this.#nodes.has(id);
  }

  edge(from: string, to: string): void {
    this.#edges.set(`${from}\n${to}`, { from, to });
  }

  /** Turns a function's node into an authorizer's node. Its edges stay. */
  guard(functionName: string): string {
    const id = functionId(functionName);
    const before = this.#nodes.get(id);
    this.#nodes.set(id, {
      ...(before ?? { id, name: functionName, place: undefined, isToolkit: false }),
      kind: 'authorizer',
      what: 'authorizer',
    });
    return id;
  }

  get nodes(): readonly MapNode[] {
    return [...this.#nodes.values()];
  }

  get edges(): readonly MapEdge[] {
    return [...this.#edges.values()];
  }
}

type Places = (stackName: string, logicalId: string) => string | undefined;

function placesOf(stacks: readonly ResolvedStack[], folder: string): Places {
  return (stackName, logicalId) => {
    const stack = stacks.find((one) => one.stackName === stackName);
    const resource = stack?.resources.get(logicalId);
    return resource === undefined ? undefined : printPlace(resource.place(), folder);
  };
}

function printPlace({ file, line }: DefinitionPlace, folder: string): string {
  const path = relative(folder, file);
  return `${path.startsWith('..') || path === '' ? file : path}${line === undefined ? '' : `:${line}`}`;
}

function functionId(name: string): string {
  return `function ${name}`;
}

/** Types of resources that functions use, with the displayed name of each. */
const USED: ReadonlyMap<string, string> = new Map([
  ['AWS::DynamoDB::Table', 'DynamoDB table'],
  ['AWS::DynamoDB::GlobalTable', 'DynamoDB table'],
  ['AWS::SQS::Queue', 'SQS queue'],
  ['AWS::SNS::Topic', 'SNS topic'],
  ['AWS::Events::EventBus', 'event bus'],
  ['AWS::S3::Bucket', 'S3 bucket'],
  ['AWS::Kinesis::Stream', 'Kinesis stream'],
  ['AWS::StepFunctions::StateMachine', 'state machine'],
]);

function drawFunctions(
  stack: ResolvedStack,
  { stacks, toolkit }: Drawing,
  drawn: Drawn,
  placeOf: Places,
): void {
  for (const { name, logicalId, environment } of stack.functions) {
    const from = drawn.node({
      id: functionId(name),
      kind: 'function',
      name,
      what: 'function',
      place: placeOf(stack.stackName, logicalId),
      isToolkit: toolkit.hasFunction(name),
    });
    const values = Object.values(environment);
    for (const { stackName, resources } of stacks)
      for (const resource of resources.values()) {
        const what = USED.get(resource.type);
        if (what === undefined || !values.some((value) => isNamed(value, resource))) continue;
        const used = nameOf(resource);
        const to = drawn.node({
          id: `resource ${used}`,
          kind: 'resource',
          name: used,
          what,
          place: placeOf(stackName, resource.logicalId),
          isToolkit: toolkit.hasStack(stackName),
        });
        drawn.edge(from, to);
      }
  }
}

/**
 * Returns the name of a resource. The physical id of a queue is a URL and the physical id of a topic is an ARN, both of
 * which end with the name.
 */
function nameOf({ physicalId }: ResolvedResource): string {
  return physicalId.split(/[:/]/).at(-1) ?? physicalId;
}

/** Returns whether the value is the name, the ARN or the URL of the resource. */
function isNamed(value: string, resource: ResolvedResource): boolean {
  const name = nameOf(resource);
  return (
    value === resource.physicalId ||
    value === name ||
    value.endsWith(`:${name}`) ||
    value.endsWith(`/${name}`)
  );
}

function drawApi(
  { stack, logicalId, id: apiId, name, kind, stage, routes }: ApiRoutes,
  { authorizerOf, toolkit, labels }: Drawing,
  drawn: Drawn,
  placeOf: Places,
): void {
  const isToolkit = toolkit.hasStack(stack);
  const at = `${apiId}/${stage}`;
  const api = drawn.node({
    id: `api ${at}`,
    kind: 'api',
    name: labels.of(apiId, name).label,
    what: kind === 'function-url' ? KIND_NAMES[kind] : `${KIND_NAMES[kind]}, stage ${stage}`,
    place: placeOf(stack, logicalId),
    isToolkit,
    api: at,
  });
  for (const [index, route] of routes.slice(0, MAX_ROUTES).entries()) {
    const routeKey = route.method === route.path ? route.path : `${route.method} ${route.path}`;
    const id = drawn.node({
      id: `route ${at} ${routeKey}`,
      kind: 'route',
      name: routeKey,
      what: route.authorizer ?? 'open',
      place: placeOf(stack, route.logicalId) ?? placeOf(stack, logicalId),
      route: { apiId, routeKey },
      api: at,
      isToolkit,
    });
    drawn.edge(api, id);
    const authorizer = authorizerOf(apiId, stage, index);
    if (authorizer !== undefined) drawn.edge(id, drawn.guard(authorizer));
    const to = targetOf(route, drawn);
    if (to !== undefined) drawn.edge(id, to);
  }
}

function targetOf({ functionName, target }: ApiRoutes['routes'][number], drawn: Drawn): string | undefined {
  if (functionName !== undefined) {
    const id = functionId(functionName);
    if (drawn.has(id)) return id;
    return drawn.node({
      id,
      kind: 'function',
      name: functionName,
      what: 'function outside the loaded stacks',
      place: undefined,
      isToolkit: false,
    });
  }
  // A mock integration responds without a target.
  if (target === undefined || target === 'MOCK') return undefined;
  return drawn.node({
    id: `resource ${target}`,
    kind: 'resource',
    name: target,
    what: 'integration',
    place: undefined,
    isToolkit: false,
  });
}

/** Draws a source that invokes functions. A queue or topic to which functions also write appears only once. */
function drawSource({ kind, name, targets }: EventSource, { stacks, toolkit }: Drawing, drawn: Drawn): void {
  const known = `resource ${name}`;
  const id = drawn.has(known)
    ? known
    : drawn.node({
        id: `source ${kind} ${name}`,
        kind: 'source',
        name,
        what: kind,
        place: undefined,
        isToolkit: stacks.some((stack) => toolkit.hasStack(stack.stackName) && hasResource(stack, name)),
      });
  for (const target of targets) {
    const [called, written] = [functionId(target), `resource ${target}`];
    if (drawn.has(called)) drawn.edge(id, called);
    else if (drawn.has(written)) drawn.edge(id, written);
  }
}

function hasResource({ resources }: ResolvedStack, name: string): boolean {
  return [...resources.values()].some((resource) => isNamed(name, resource) || nameOf(resource) === name);
}
