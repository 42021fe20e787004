/** Finds the places of the settings in the loaded stacks that decided about a request, by the phase that ended it. */
import { asText, isTrue } from '@gatewright/aws/json-object';
import { variablesIn } from '../../core/deployment/integration/stage-text.ts';
import { bareType } from '../../core/events/media-types.ts';
import { requestIdOf } from './describe-integration.ts';
import {
  placesOfDefaultAuthorizer,
  placesOfIndex,
  placesOfKeySettings,
  placesOfOtherStages,
} from './find-distant-places.ts';
import { placesOfRights, placesWithoutRoute } from './find-policy-places.ts';
import { placesOfModel } from './model-faults.ts';
import { findAuthorizerLine, findHandlerLine } from './find-code-places.ts';
import {
  membersOfAuthorizer,
  membersOfMissing,
  membersOfFunction,
  membersOfIntegration,
  membersOfPlan,
  membersOfPolicy,
  membersOfRoute,
  membersOfThrottle,
} from './deciding-members.ts';
import {
  findByPhysicalId,
  hasMember,
  named,
  placeOf,
  placeOfFirst,
  placesOfScreen,
  resourcesOf,
} from './find-places.ts';
import { placesOfBinary, placesOfCors, placesOfIntegrationResponse } from './find-reply-places.ts';
import { findLine } from './handler-lines.ts';
import { HeaderList } from '../../core/events/header-list.ts';
import { requestTemplateOf } from './sent.ts';
import { isEvent } from './recorded-request.ts';
import { findMappings } from '../surprises/template-text.ts';
import type { ApiIdentity, FunctionTarget, RoutePlan } from '../../core/deployment/model.ts';
import type { StageVariables } from '../../core/deployment/stage/stage-variables.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import type { GuardPolicy, NamedPlace } from '../explain/circumstances.ts';
import type { ReadHandler } from './handler-misread.ts';
import type { FunctionLines } from './function-lines.ts';
import type { Recorded, RecordedOutcome, RecordedRequest } from './recorded-request.ts';

/** The phases in which a route itself decides, by its own settings. */
const OF_ROUTE = new Set(['match', 'screen', 'preflight', 'validate']);
const OF_AUTHORIZER = new Set(['authenticate', 'authorize']);
const AUTHORIZERS = ['AWS::ApiGateway::Authorizer', 'AWS::ApiGatewayV2::Authorizer'];

type At = {
  readonly stacks: readonly ResolvedStack[];
  /** The stack of the API. */
  readonly stack: ResolvedStack;
  readonly api: ApiIdentity;
  readonly own: ResolvedResource;
  readonly stage: { readonly name: string; readonly variables: StageVariables | null } | undefined;
  readonly readHandler: ReadHandler;
  readonly lines: FunctionLines;
  /** The resource policy, if it refused the request. */
  readonly policy: GuardPolicy | undefined;
};

export function findApiPlaces(
  recorded: Recorded,
  {
    stacks,
    readHandler,
    lines,
    nearest = [],
    policy,
    handshakeOf,
  }: Pick<At, 'stacks' | 'readHandler' | 'lines' | 'policy'> & {
    /** The keys of the routes that a request without a route nearly matched, the nearest first. */
    readonly nearest?: readonly string[];
    readonly handshakeOf?: ((connectionId: string) => RecordedRequest | undefined) | undefined;
  },
): readonly NamedPlace[] {
  const { api, stage, route } = isEvent(recorded)
    ? { ...recorded.found, route: recorded.route }
    : recorded.received;
  const stack = stacks.find(({ stackName }) => stackName === api?.stackName);
  const own = stack?.resources.get(api?.logicalId ?? '');
  if (api === undefined || stack === undefined || own === undefined) return placesOfDomain(recorded, stacks);
  const at = { stacks, stack, api, own, stage, readHandler, lines, policy };
  const opened =
    isEvent(recorded) && recorded.kind === 'DISCONNECT' ? handshakeOf?.(recorded.connectionId) : recorded;
  const connect = opened === undefined || isEvent(opened) ? [] : placesOfHandshake(opened, at);
  const entrance = placesOfEntrance(recorded, at);
  if (route === undefined && isEvent(recorded) && recorded.kind === 'DISCONNECT') return connect;
  if (route === undefined && isEvent(recorded)) return placesWithoutRoute(recorded, own, stacks);
  if (route === undefined)
    return unique([...placesOfNearest(recorded, nearest, at), ...entrance, ...placesOfCors(recorded, own)]);
  const method = findMethod(route, at);
  const ofRoute = [
    ...placesOfRoute(recorded, route, at),
    ...entrance,
    ...placesOfEndpoint(own),
    ...placesOfCors(recorded, own),
    ...placesOfBinary(recorded, own),
  ];
  const { phase } = recorded;
  if (OF_ROUTE.has(phase))
    return unique([...ofRoute, ...(isEvent(recorded) ? [] : placesOfModel(recorded, stacks))]);
  if (OF_AUTHORIZER.has(phase))
    return unique([
      ...ofRoute,
      ...placesOfAuthorizer(recorded, route, at),
      ...placesOfRights(recorded, at),
      ...linesOfCode(recorded, route, at),
    ]);
  if (phase === 'meter') return unique([...ofRoute, ...placesOfMeter(recorded, route, at)]);
  return unique([
    ...ofRoute,
    ...placesOfCachedResult(recorded, route, at),
    ...placesOfIntegration(recorded, route, method, at),
    ...connect,
    ...placesOfTemplate(recorded, route, method, at),
    ...placesOfLimit(recorded, route, at),
    ...linesOfCode(recorded, route, at),
    ...(isEvent(recorded) ? [] : placesOfIndex(recorded, stacks)),
  ]);
}

/** For a request that has no route: the route that it nearly matched, or else the API. */
function placesOfNearest(recorded: Recorded, [nearest]: readonly string[], at: At): readonly NamedPlace[] {
  const { stage, api } = isEvent(recorded) ? {} : recorded.received;
  // A path without the name of a stage may resemble the routes of every stage.
  const searched = stage === undefined ? [...(api?.stages.values() ?? [])] : [stage];
  const near = searched
    .flatMap(({ deployment }) => deployment.routes.plans)
    .find(({ routeKey }) => routeKey === nearest);
  return near === undefined ? named('the API', placeOf(at.own)) : placesOfRoute(recorded, near, at);
}

function placesOfRoute(recorded: Recorded, route: RoutePlan, at: At): readonly NamedPlace[] {
  const { routeKey, resourcePath, httpMethod } = route;
  const method = findMethod(route, at);
  const path = `Body.paths.${resourcePath}.${httpMethod.toLowerCase()}`;
  const members = membersOfRoute(recorded);
  const { authorization } = route;
  // A document has what guards an operation in its list security.
  const guard = members.includes('ApiKeyRequired')
    ? 'api_key'
    : members.includes('AuthorizationScopes') && 'authorizer' in authorization
      ? authorization.authorizer.name
      : undefined;
  const guards = guard === undefined ? [] : [0, 1].map((index) => `${path}.security.${index}.${guard}`);
  // The path itself decided that a request did not match.
  const unmatched = recorded.phase === 'match' ? [`Body.paths.${resourcePath}`] : [];
  const place =
    method === undefined
      ? placeOfFirst(at.own, [...unmatched, ...guards, path])
      : placeOfFirst(method, members);
  return named(`route ${routeKey}`, place);
}

/** An API whose default endpoint is disabled is still served here, but not on AWS. */
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
  const place = placeOfFirst(found, [
    ...('identitySources' in authorizer ? membersOfMissing(recorded, authorizer) : []),
    ...membersOfAuthorizer(recorded),
  ]);
  return [
    ...placesOfDefaultAuthorizer(at.stack, at.own, authorizer.name),
    ...named(`authorizer ${authorizer.name}`, place),
    ...ofFunction,
  ];
}

/** The authorizer of a request that was let through by a cached result: its identity sources, or else its TTL. */
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

function findAuthorizer(name: string, { stack }: At): ResolvedResource | undefined {
  return [...stack.resources.values()].find(
    ({ type, properties }) => AUTHORIZERS.includes(type) && asText(properties['Name']) === name,
  );
}

/** Returns the line of code that decided, in the authorizer's function or in the route's function. */
function linesOfCode(
  recorded: Recorded,
  { authorization, integration }: RoutePlan,
  { stage, readHandler, lines }: At,
): readonly NamedPlace[] {
  if (isEvent(recorded)) return [];
  const sourceOf = ({ functionName }: Pick<FunctionTarget, 'functionName'>) =>
    readHandler(functionName.render(stage?.variables ?? null));
  const printed = (outcome: RecordedOutcome | undefined): readonly string[] =>
    lines.ofInvocation(requestIdOf(outcome) ?? '').map(({ message }) => message);
  if (OF_AUTHORIZER.has(recorded.phase))
    return 'authorizer' in authorization && 'functionName' in authorization.authorizer
      ? findAuthorizerLine(
          recorded,
          sourceOf(authorization.authorizer),
          printed(recorded.authorizerCall?.result),
        )
      : [];
  return 'functionName' in integration
    ? findHandlerLine(recorded, sourceOf(integration), printed(recorded.outcome))
    : [];
}

/** The code of $connect that confirmed no subprotocol, although the client asked for one. */
function placesOfHandshake(
  { received, replyHeaders, status }: RecordedRequest,
  { readHandler, stage }: At,
): readonly NamedPlace[] {
  const header = 'sec-websocket-protocol';
  const isUnconfirmed =
    status === 101 &&
    received.headers.last(header) !== undefined &&
    new HeaderList(replyHeaders).last(header) === undefined;
  const integration = received.route?.integration;
  if (!isUnconfirmed || integration === undefined || !('functionName' in integration)) return [];
  const line = findLine(
    readHandler(integration.functionName.render(stage?.variables ?? null)),
    /\breturn\b|=>\s*\(?\{/,
  );
  return line === undefined ? [] : [{ what: 'the code of $connect', place: line }];
}

/**
 * The resources that a request passes before its route: the web ACL, the resource policy, and the mapping of
 * a custom domain.
 */
function placesOfEntrance(recorded: Recorded, { stacks, own, api, policy }: At): readonly NamedPlace[] {
  if (isEvent(recorded)) return [];
  const { error, received } = recorded;
  const defect = error?.detail.defect;
  const host = received.headers.last('host')?.replace(/:\d+$/, '');
  const mapping = findMappings(stacks, api.apiId).find(({ domain }) => domain === host);
  return [
    ...(defect?.kind === 'screen' ? placesOfScreen(defect.screen, stacks) : []),
    ...(policy === undefined ? [] : placesOfPolicy(own, policy)),
    ...named(
      'mapping of the custom domain',
      placeOfFirst(mapping?.resource, ['BasePath', 'ApiMappingKey', 'DomainName']),
    ),
  ];
}

/** The custom domain of a request that came to no API, because the domain has no mapping. */
function placesOfDomain(recorded: Recorded, stacks: readonly ResolvedStack[]): readonly NamedPlace[] {
  if (isEvent(recorded) || recorded.received.route !== undefined) return [];
  const host = recorded.received.headers.last('host')?.replace(/:\d+$/, '').toLowerCase();
  const domain = ['AWS::ApiGateway::DomainName', 'AWS::ApiGatewayV2::DomainName']
    .flatMap((type) => resourcesOf(stacks, type))
    .find(({ properties }) => asText(properties['DomainName'])?.toLowerCase() === host);
  return named('custom domain', placeOfFirst(domain, ['DomainName']));
}

function placesOfPolicy(own: ResolvedResource, policy: GuardPolicy): readonly NamedPlace[] {
  if (own.properties['Policy'] === undefined) return [];
  const members = membersOfPolicy(policy).map((member) => `Policy.${member}`);
  const place = placeOfFirst(own, [...members, 'Policy']);
  if (own.isImported !== true) return named('resource policy', place);
  // An import makes the policy of the document the policy of the API.
  const inBody = members
    .filter((member) => hasMember(own.properties, member.split('.')))
    .map((member) =>
      placeOf(
        own,
        member.replace('Policy', () => `Body.${BODY_POLICY}`),
      ),
    )
    .find((found) => found !== placeOf(own, 'Body'));
  return named('resource policy', inBody ?? place);
}

const BODY_POLICY = 'x-amazon-apigateway-policy';

/** The request template that printed what an integration could not use. */
function placesOfTemplate(
  recorded: Recorded,
  { resourcePath, httpMethod }: RoutePlan,
  method: ResolvedResource | undefined,
  { own }: At,
): readonly NamedPlace[] {
  if (isEvent(recorded)) return [];
  const template = requestTemplateOf(recorded.received);
  if (template === undefined) return [];
  const type = bareType(recorded.received.headers.last('content-type') ?? 'application/json');
  const path = `Body.paths.${resourcePath}.${httpMethod.toLowerCase()}.x-amazon-apigateway-integration.requestTemplates.${type}`;
  const place =
    method === undefined ? placeOf(own, path) : placeOf(method, `Integration.RequestTemplates.${type}`);
  return named('its request template', place);
}

/** The limit of the function that ended or refused the call. */
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
  const target = asText(method?.properties['Target']);
  const separate = target === undefined ? undefined : findIntegration(at.stack, target);
  const members = membersOfIntegration(recorded);
  const place =
    separate === undefined && method?.properties['Integration'] !== undefined
      ? placeOfFirst(method, [...members.map((member) => `Integration.${member}`), 'Integration'])
      : placeOfFirst(separate, members);
  const ofFunction = 'functionName' in integration ? placesOfFunction(integration, recorded.outcome, at) : [];
  const ofResponse = isEvent(recorded) ? [] : placesOfIntegrationResponse(recorded, method);
  return [...named('integration', place), ...ofFunction, ...ofResponse];
}

/** A route of API Gateway v2 names its integration as `integrations/{id}`. */
function findIntegration(stack: ResolvedStack, target: string): ResolvedResource | undefined {
  const id = target.replace(/^integrations\//, '');
  return [...stack.resources.values()].find(
    ({ type, physicalId }) => type === 'AWS::ApiGatewayV2::Integration' && physicalId === id,
  );
}

/** The function, the alias through which it is called, and the stage variables that choose it. */
function placesOfFunction(
  { functionName, qualifier }: Pick<FunctionTarget, 'functionName' | 'qualifier'>,
  outcome: RecordedOutcome | undefined,
  { stacks, stack, api, stage }: At,
): readonly NamedPlace[] {
  const variables = stage?.variables ?? null;
  const name = functionName.render(variables);
  const alias = qualifier?.render(variables);
  const used = [...variablesIn(functionName.source), ...variablesIn(qualifier?.source ?? '')];
  const [variable] = used;
  const found = findByPhysicalId(stacks, 'AWS::Lambda::Function', name);
  const foundAlias = resourcesOf(stacks, 'AWS::Lambda::Alias').find(
    ({ properties }) => properties['Name'] === alias && isOf(properties['FunctionName'], name),
  );
  const ofStage = findStage(stack, api, stage);
  return [
    ...(variable === undefined
      ? []
      : named(`stage variable ${variable}`, placeOf(ofStage, `${variableProperty(ofStage)}.${variable}`))),
    ...(foundAlias === undefined
      ? []
      : named(`alias ${alias ?? ''}`, placeOf(foundAlias, 'FunctionVersion'))),
    ...named(`function ${name}`, placeOfFirst(found, membersOfFunction(outcome))),
  ];
}

function findStage(
  { resources }: ResolvedStack,
  { apiId }: ApiIdentity,
  stage: At['stage'],
): ResolvedResource | undefined {
  return [...resources.values()].find(
    ({ type, properties }) =>
      /^AWS::ApiGateway(?:V2)?::Stage$/.test(type) &&
      properties['StageName'] === stage?.name &&
      [properties['RestApiId'], properties['ApiId']].includes(apiId),
  );
}

function variableProperty(stage: ResolvedResource | undefined): string {
  return stage?.type === 'AWS::ApiGatewayV2::Stage' ? 'StageVariables' : 'Variables';
}

function isOf(given: unknown, functionName: string): boolean {
  return typeof given === 'string' && (given === functionName || given.endsWith(`:${functionName}`));
}

/**
 * Removes repeated places. A generated resource has the same place as the resource from which it was
 * generated.
 */
function unique(places: readonly NamedPlace[]): readonly NamedPlace[] {
  return places.filter(({ place }, index) => places.findIndex((one) => one.place === place) === index);
}
