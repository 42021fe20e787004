/** Finds the places of the settings in the loaded stacks that decided about a request, by the phase that ended it. */
import { asText, isTrue } from '@gatewright/aws/json-object';
import {
  placesOfDefaultAuthorizer,
  placesOfIndex,
  placesOfKeySettings,
  placesOfOtherStages,
} from './find-distant-places.ts';
import { placesOfRights, placesWithoutRoute } from './find-policy-places.ts';
import { placesOfModel } from './model-faults.ts';
import {
  indexOfMissing,
  membersOfAuthorizer,
  membersOfIntegration,
  membersOfPlan,
  membersOfPolicy,
  membersOfRoute,
  membersOfThrottle,
} from './deciding-members.ts';
import {
  findByPhysicalId,
  named,
  placeOf,
  placeOfFirst,
  placesOfScreen,
  resourcesOf,
  findIntegration,
} from './find-places.ts';
import {
  placesOfBinary,
  placesOfCors,
  placesOfGatewayResponse,
  placesOfIntegrationResponse,
  placesOfResponseTemplate,
} from './find-reply-places.ts';
import { placesInTemplate, propertyOfRequestTemplate } from './template-lines.ts';
import type { ReadLines } from './template-lines.ts';
import {
  findStage,
  linesOfCode,
  OF_AUTHORIZER,
  placesOfFunction,
  placesOfHandshake,
  variableProperty,
} from './find-function-places.ts';
import type { FoundStage } from './find-function-places.ts';
import { lineOfFault } from './event-fault.ts';
import { requestTemplateOf } from './sent.ts';
import { isEvent } from './recorded-request.ts';
import { PATH, VERB } from '../../core/stack/route-parts.ts';
import { formatOf } from '../../core/stack/source-format.ts';
import { findMappings } from '../surprises/template-text.ts';
import type { ApiIdentity, RoutePlan } from '../../core/deployment/model.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import type { GuardPolicy, NamedPlace, NearMiss } from '../explain/circumstances.ts';
import type { ReadHandler } from './handler-misread.ts';
import type { FunctionLines } from './function-lines.ts';
import type { Recorded, RecordedRequest } from './recorded-request.ts';

/** The phases in which a route itself decides, by its own settings. */
const OF_ROUTE = new Set(['match', 'screen', 'preflight', 'validate']);
const AUTHORIZERS = ['AWS::ApiGateway::Authorizer', 'AWS::ApiGatewayV2::Authorizer'];

type At = {
  readonly stacks: readonly ResolvedStack[];
  /** The stack of the API. */
  readonly stack: ResolvedStack;
  readonly api: ApiIdentity;
  readonly own: ResolvedResource;
  readonly stage: FoundStage | undefined;
  readonly readHandler: ReadHandler;
  readonly readLines: ReadLines;
  readonly lines: FunctionLines;
  /** The resource policy, if it refused the request. */
  readonly policy: GuardPolicy | undefined;
};

export function findApiPlaces(
  recorded: Recorded,
  {
    stacks,
    readHandler,
    readLines,
    lines,
    nearest = [],
    policy,
    handshakeOf,
  }: Pick<At, 'stacks' | 'readHandler' | 'readLines' | 'lines' | 'policy'> & {
    /** The routes that a request without a route nearly matched, the nearest first. */
    readonly nearest?: readonly Near[];
    readonly handshakeOf?: ((connectionId: string) => RecordedRequest | undefined) | undefined;
  },
): readonly NamedPlace[] {
  const { api, stage, route } = isEvent(recorded)
    ? { ...recorded.found, route: recorded.route }
    : recorded.received;
  const stack = stacks.find(({ stackName }) => stackName === api?.stackName);
  const own = stack?.resources.get(api?.logicalId ?? '');
  if (api === undefined || stack === undefined || own === undefined || isUntrusted(recorded))
    return placesOfDomain(recorded, stacks);
  const at = { stacks, stack, api, own, stage, readHandler, readLines, lines, policy };
  const opened =
    isEvent(recorded) && recorded.kind === 'DISCONNECT' ? handshakeOf?.(recorded.connectionId) : recorded;
  const connect = opened === undefined || isEvent(opened) ? [] : placesOfHandshake(opened, at);
  const entrance = placesOfEntrance(recorded, at);
  if (route === undefined && isEvent(recorded) && recorded.kind === 'DISCONNECT') return connect;
  if (route === undefined && isEvent(recorded))
    return [...placesWithoutRoute(recorded, own, stacks), ...placesOfNearKey(nearest, at)];
  if (route === undefined)
    return unique([
      ...placesOfNearest(recorded, nearest, at),
      ...(stage === undefined ? placesOfStageNames(recorded, at) : []),
      ...entrance,
      ...placesOfGatewayResponse(recorded, at),
      ...placesOfCors(recorded, own),
    ]);
  return unique(placesOfServed(recorded, route, at, entrance, connect));
}

/** Returns the places of a request or message that has a route, by the phase that ended it. */
function placesOfServed(
  recorded: Recorded,
  route: RoutePlan,
  at: At,
  entrance: readonly NamedPlace[],
  connect: readonly NamedPlace[],
): readonly NamedPlace[] {
  const method = findMethod(route, at);
  const ofRoute = [
    ...placesOfRoute(recorded, route, at),
    ...entrance,
    ...placesOfEndpoint(at.own),
    ...placesOfGatewayResponse(recorded, at),
    ...placesOfCors(recorded, at.own, method),
    ...placesOfBinary(recorded, at.own),
  ];
  const { phase } = recorded;
  if (OF_ROUTE.has(phase)) return [...ofRoute, ...placesOfModel(recorded, at.stacks)];
  if (OF_AUTHORIZER.has(phase))
    return [
      ...ofRoute,
      ...placesOfAuthorizer(recorded, route, at),
      ...placesOfRights(recorded, at),
      ...linesOfCode(recorded, route, at),
    ];
  if (phase === 'meter') return [...ofRoute, ...placesOfMeter(recorded, route, at)];
  return [
    ...ofRoute,
    ...placesOfCachedResult(recorded, route, at),
    ...placesOfIntegration(recorded, route, method, at),
    ...connect,
    ...placesOfTemplate(recorded, method, at),
    ...placesOfLimit(recorded, route, at),
    ...linesOfCode(recorded, route, at),
    ...(isEvent(recorded) ? [] : placesOfIndex(recorded, at.stacks)),
  ];
}

/** For a path that begins with no stage, returns the places of the names of the API's stages. */
function placesOfStageNames(recorded: Recorded, { stack, api }: At): readonly NamedPlace[] {
  if (isEvent(recorded)) return [];
  // $default is in no path, and osls writes it for every HTTP API.
  return [...recorded.received.api.stages.values()].flatMap((stage) =>
    stage.name === '$default'
      ? []
      : named(`StageName ${stage.name}`, placeOf(findStage(stack, api, stage), 'StageName')),
  );
}

type Near = Pick<NearMiss, 'route' | 'otherMethod'>;

/**
 * For a request that has no route, returns the place of the part of the nearly matched route that differs, or else the
 * place of the API.
 */
function placesOfNearest(recorded: Recorded, [nearest]: readonly Near[], at: At): readonly NamedPlace[] {
  const { stage, api } = isEvent(recorded) ? {} : recorded.received;
  // A path without the name of a stage may resemble the routes of every stage.
  const searched = stage === undefined ? [...(api?.stages.values() ?? [])] : [stage];
  const near = searched
    .flatMap(({ deployment }) => deployment.routes.plans)
    .find(({ routeKey }) => routeKey === nearest?.route);
  const method = near && findMethod(near, at);
  if (near === undefined || nearest === undefined) return named(nameOwn(at.api), placeOf(at.own));
  if (method === undefined) return placesOfRoute(recorded, near, at);
  return named(`route ${near.routeKey}`, placeOfDifference(nearest, method, recorded, at));
}

const nameOwn = ({ functionUrl }: ApiIdentity): string =>
  functionUrl === undefined ? 'the API' : 'the function URL';

/**
 * Returns the place of the route of a WebSocket API that a message was probably meant for; none if several routes are
 * equally near.
 */
function placesOfNearKey(nearest: readonly Near[], { stack, api }: At): readonly NamedPlace[] {
  const [near, ...others] = new Set(nearest.map(({ route }) => route));
  const route = [...stack.resources.values()].find(
    ({ type, properties }) =>
      type === 'AWS::ApiGatewayV2::Route' &&
      properties['ApiId'] === api.apiId &&
      properties['RouteKey'] === near,
  );
  return others.length > 0 ? [] : named(`route ${near ?? ''}`, placeOf(route, 'RouteKey'));
}

/** A preflight is for the whole route. Another request differs in its method or in its path. */
function placeOfDifference(
  { otherMethod }: Near,
  method: ResolvedResource,
  recorded: Recorded,
  { stack }: At,
): string | undefined {
  const isPreflight =
    !isEvent(recorded) && recorded.received.headers.last('access-control-request-method') !== undefined;
  if (isPreflight && otherMethod !== undefined) return placeOf(method);
  const isOfKey = method.properties['RouteKey'] !== undefined;
  if (otherMethod !== undefined) return placeOf(method, `${isOfKey ? 'RouteKey' : 'HttpMethod'}.${VERB}`);
  if (isOfKey) return placeOf(method, `RouteKey.${PATH}`);
  const resource = [...stack.resources.values()].find(
    ({ type, physicalId }) =>
      type === 'AWS::ApiGateway::Resource' && physicalId === method.properties['ResourceId'],
  );
  // osls generates the parts of a path from a setting of the event.
  const isOfEvent = resource === undefined || formatOf(stack).kind === 'serverless';
  return isOfEvent ? placeOf(method, `ResourceId.${PATH}`) : placeOf(resource, 'PathPart');
}

function placesOfRoute(recorded: Recorded, route: RoutePlan, at: At): readonly NamedPlace[] {
  const { routeKey, resourcePath, httpMethod } = route;
  const method = findMethod(route, at);
  const path = `Body.paths.${resourcePath}.${httpMethod.toLowerCase()}`;
  const members = membersOfRoute(recorded);
  const { authorization } = route;
  // In an OpenAPI document, the list `security` of an operation names what guards it.
  const guard = members.includes('ApiKeyRequired')
    ? 'api_key'
    : members.includes('AuthorizationScopes') && 'authorizer' in authorization
      ? authorization.authorizer.name
      : undefined;
  const guards = guard === undefined ? [] : [0, 1].map((index) => `${path}.security.${index}.${guard}`);
  const place =
    method === undefined ? placeOfFirst(at.own, [...guards, path]) : placeOfFirst(method, members);
  return named(`route ${routeKey}`, place);
}

/** An API whose default endpoint is disabled is still served by the gateway, but not by AWS. */
function placesOfEndpoint(api: ResolvedResource): readonly NamedPlace[] {
  const property = 'DisableExecuteApiEndpoint';
  return isTrue(api.properties[property]) ? named(property, placeOf(api, property)) : [];
}

/** Returns the resource of the route; undefined for a route from an OpenAPI document. */
function findMethod({ logicalId }: RoutePlan, { stack, api }: At): ResolvedResource | undefined {
  return logicalId === api.logicalId ? undefined : stack.resources.get(logicalId);
}

function placesOfAuthorizer(recorded: Recorded, route: RoutePlan, at: At): readonly NamedPlace[] {
  const { authorization } = route;
  if (!('authorizer' in authorization)) {
    const [own, property] = [findMethod(route, at), 'AuthorizationType'];
    return own?.properties[property] === undefined ? [] : named(property, placeOf(own, property));
  }
  const { authorizer } = authorization;
  const found = findAuthorizer(authorizer.name, at);
  const result = isEvent(recorded) ? undefined : recorded.authorizerCall?.result;
  const ofFunction = 'functionName' in authorizer ? placesOfFunction(authorizer, result, at) : [];
  const missing = 'identitySources' in authorizer ? indexOfMissing(recorded, authorizer) : undefined;
  // In a REST API, the identity sources are one string, and in SAM, they are several lists, so the template need not
  // contain the item of a list.
  const place =
    found !== undefined && missing !== undefined && found.properties['IdentitySource'] !== undefined
      ? placeOf(found, `IdentitySource.${missing}`)
      : placeOfFirst(found, membersOfAuthorizer(recorded));
  return [
    ...placesOfDefaultAuthorizer(at.stack, at.own, authorizer.name),
    ...named(`authorizer ${authorizer.name}`, place),
    ...('identitySources' in authorizer && authorizer.identitySources[missing ?? -1]?.kind === 'stageVariable'
      ? placesOfVariables(at)
      : []),
    ...ofFunction,
  ];
}

/** Returns the places of the variables of the stage, one of which has no value. */
function placesOfVariables({ stack, api, stage }: At): readonly NamedPlace[] {
  const ofStage = findStage(stack, api, stage);
  return named('stage variables', placeOfFirst(ofStage, [variableProperty(ofStage)]));
}

/**
 * Returns the place of the authorizer of a request that was let through by a cached result: its identity sources, or
 * else its TTL.
 */
function placesOfCachedResult(
  recorded: Recorded,
  { authorization }: RoutePlan,
  at: At,
): readonly NamedPlace[] {
  if (isEvent(recorded) || authorization.kind !== 'lambda') return [];
  const { caller, authorizerCall, error } = recorded;
  const { authorizer } = authorization;
  if (caller?.kind !== 'lambda' || authorizerCall !== undefined || error !== undefined) return [];
  return named(
    `authorizer ${authorizer.name}`,
    placeOfFirst(findAuthorizer(authorizer.name, at), ['IdentitySource', 'AuthorizerResultTtlInSeconds']),
  );
}

/** The name of an authorizer is unique only within its API. */
function findAuthorizer(name: string, { stack, api }: At): ResolvedResource | undefined {
  return [...stack.resources.values()].find(
    ({ type, properties }) =>
      AUTHORIZERS.includes(type) &&
      asText(properties['Name']) === name &&
      [properties['RestApiId'], properties['ApiId']].includes(api.apiId),
  );
}

/**
 * Returns the places of the resources that a request passes before its route: the web ACL, the resource policy, and the
 * mapping of a custom domain.
 */
function placesOfEntrance(recorded: Recorded, { stacks, own, api, policy }: At): readonly NamedPlace[] {
  if (isEvent(recorded)) return [];
  const { error, received } = recorded;
  const defect = error?.detail.defect;
  const host = received.headers.last('host')?.replace(/:\d+$/, '');
  const mapping = findMappings(stacks, api.apiId).find(({ domain }) => domain === host);
  return [
    ...(defect?.kind === 'screen' ? placesOfScreen(defect.screen, stacks) : []),
    ...(defect?.kind === 'screen' && defect.isAtEdge === true
      ? named('EndpointConfiguration', placeOfFirst(own, ['EndpointConfiguration']))
      : []),
    ...(policy === undefined ? [] : placesOfPolicy(own, policy)),
    ...named(
      'mapping of the custom domain',
      placeOfFirst(mapping?.resource, ['BasePath', 'ApiMappingKey', 'DomainName']),
    ),
  ];
}

/**
 * Returns the place of the custom domain of a request that came to no API, because the domain has no mapping or does
 * not trust the client.
 */
function placesOfDomain(recorded: Recorded, stacks: readonly ResolvedStack[]): readonly NamedPlace[] {
  if (isEvent(recorded) || recorded.received.route !== undefined) return [];
  const host = recorded.received.headers.last('host')?.replace(/:\d+$/, '').toLowerCase();
  const domain = ['AWS::ApiGateway::DomainName', 'AWS::ApiGatewayV2::DomainName']
    .flatMap((type) => resourcesOf(stacks, type))
    .find(({ properties }) => asText(properties['DomainName'])?.toLowerCase() === host);
  const ofDomain = Object.entries(MAPPINGS).flatMap(([type, member]) =>
    resourcesOf(stacks, type)
      .filter(({ properties }) => asText(properties['DomainName'])?.toLowerCase() === host)
      .flatMap((mapping) => named('its mapping', placeOfFirst(mapping, [member]))),
  );
  return isUntrusted(recorded)
    ? named(
        'MutualTlsAuthentication of the custom domain',
        placeOfFirst(domain, ['MutualTlsAuthentication.TruststoreUri', 'MutualTlsAuthentication']),
      )
    : [...named('custom domain', placeOfFirst(domain, ['DomainName'])), ...unique(ofDomain)];
}

/** Whether the truststore of the custom domain decided. */
function isUntrusted({ error }: Recorded): boolean {
  const defect = error?.detail.defect;
  return defect?.kind === 'screen' && defect.isUntrusted === true;
}

/** The members of mappings that have the path at which a custom domain serves an API. */
const MAPPINGS = {
  'AWS::ApiGateway::BasePathMapping': 'BasePath',
  'AWS::ApiGatewayV2::ApiMapping': 'ApiMappingKey',
} as const;

function placesOfPolicy(own: ResolvedResource, policy: GuardPolicy): readonly NamedPlace[] {
  if (own.properties['Policy'] === undefined) return [];
  const members = membersOfPolicy(policy).map((member) => `Policy.${member}`);
  return named('resource policy', placeOfFirst(own, [...members, 'Policy']));
}

/**
 * Returns the place of the template that failed, or the request template that printed what an integration could not
 * use.
 */
function placesOfTemplate(
  recorded: Recorded,
  method: ResolvedResource | undefined,
  { readLines }: At,
): readonly NamedPlace[] {
  if (isEvent(recorded)) return [];
  const defect = recorded.error?.detail.defect;
  const failed = defect?.kind === 'template' ? defect : undefined;
  const within = { line: failed?.line ?? lineOfFault(recorded) };
  if (failed?.side === 'response') return placesOfResponseTemplate(recorded, method, { within, readLines });
  if (requestTemplateOf(recorded.received) === undefined) return [];
  const property = propertyOfRequestTemplate(recorded, method);
  return placesInTemplate('its request template', method, property, { within, readLines });
}

/** Returns the place of the limit of the function that ended or refused the call. */
function placesOfLimit(
  recorded: Recorded,
  { integration }: RoutePlan,
  { stacks, stage }: At,
): readonly NamedPlace[] {
  const { outcome } = recorded;
  const isTimeout = outcome?.kind === 'failed' && outcome.errorType === 'Sandbox.Timedout';
  const isThrottle = outcome?.kind === 'refused' && outcome.reason === 'throttled';
  if (!('functionName' in integration) || !(isTimeout || isThrottle)) return [];
  const name = integration.functionName.render(stage?.variables ?? null);
  const own = findByPhysicalId(stacks, 'AWS::Lambda::Function', name);
  const property = isTimeout ? 'Timeout' : 'ReservedConcurrentExecutions';
  return isTimeout || own?.properties[property] !== undefined
    ? named(`its ${property}`, placeOf(own, property))
    : [];
}

/**
 * The places of the key and of its plan. A key without a plan is also named, because the missing plan is the
 * cause.
 */
function placesOfMeter(
  recorded: Recorded,
  { routeKey }: RoutePlan,
  { stacks, own, stack, api, stage }: At,
): readonly NamedPlace[] {
  if (isEvent(recorded) || recorded.metered === undefined) return [];
  const ofStage = findStage(stack, api, stage);
  const throttle = membersOfThrottle(recorded.error?.detail.defect, ofStage?.properties ?? {}, routeKey);
  const { holder, keyFault } = recorded.metered;
  const keyId =
    holder?.apiKey.id ?? (keyFault !== undefined && 'keyId' in keyFault ? keyFault.keyId : undefined) ?? '';
  const key = findByPhysicalId(stacks, 'AWS::ApiGateway::ApiKey', keyId);
  const plan = findByPhysicalId(stacks, 'AWS::ApiGateway::UsagePlan', holder?.plan.id ?? '');
  return [
    ...placesOfKeySettings(recorded, stack, own),
    ...(throttle.length === 0
      ? []
      : named(`throttle of stage ${stage?.name ?? ''}`, placeOfFirst(ofStage, throttle))),
    ...named(
      `API key ${key?.logicalId ?? ''}`,
      placeOfFirst(key, keyFault !== undefined && keyFault.kind === 'disabled' ? ['Enabled'] : []),
    ),
    // StageKeys are from the time before usage plans.
    ...(keyFault?.kind === 'no-plan' && key?.properties['StageKeys'] !== undefined
      ? named('StageKeys, which has no effect', placeOf(key, 'StageKeys'))
      : []),
    ...named(`usage plan ${plan?.logicalId ?? ''}`, placeOfFirst(plan, membersOfPlan(recorded))),
    ...(keyFault?.kind === 'other-stages' ? placesOfOtherStages(keyId, stacks) : []),
  ];
}

function placesOfIntegration(
  recorded: Recorded,
  { integration }: RoutePlan,
  method: ResolvedResource | undefined,
  at: At,
): readonly NamedPlace[] {
  const separate = findIntegration(at.stack, method);
  const members = membersOfIntegration(recorded);
  const place =
    separate === undefined && method?.properties['Integration'] !== undefined
      ? placeOfFirst(method, [...members.map((member) => `Integration.${member}`), 'Integration'])
      : placeOfFirst(separate, members);
  const ofFunction = 'functionName' in integration ? placesOfFunction(integration, recorded.outcome, at) : [];
  const ofResponse = isEvent(recorded) ? [] : placesOfIntegrationResponse(recorded, method);
  return [...named('integration', place), ...ofFunction, ...ofResponse];
}

/**
 * Removes repeated places. A generated resource has the same place as the resource from which it was
 * generated.
 */
function unique(places: readonly NamedPlace[]): readonly NamedPlace[] {
  return places.filter(({ place }, index) => places.findIndex((one) => one.place === place) === index);
}
