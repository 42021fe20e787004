/** Finds where the settings stand that decided about a request: in the loaded stacks, by the phase that ended it. */
import { basename } from 'node:path';
import { asText, isTrue } from '@gatewright/aws/json-object';
import { variablesIn } from '../../core/deployment/integration/stage-text.ts';
import { findByPhysicalId, placeOf, resourcesOf } from './find-places.ts';
import { isEvent } from './recorded-request.ts';
import type { ApiIdentity, FunctionTarget, RoutePlan } from '../../core/deployment/model.ts';
import type { StageVariables } from '../../core/deployment/stage/stage-variables.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import type { NamedPlace } from '../explain/circumstances.ts';
import type { ReadHandler } from './handler-misread.ts';
import type { Recorded } from './recorded-request.ts';

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
};

/** @param nearest the keys of the routes that a request without a route nearly matched, the nearest first */
export function findApiPlaces(
  stacks: readonly ResolvedStack[],
  recorded: Recorded,
  readHandler: ReadHandler,
  nearest: readonly string[] = [],
): readonly NamedPlace[] {
  const { api, stage, route } = isEvent(recorded)
    ? { ...recorded.found, route: recorded.route }
    : recorded.received;
  const stack = stacks.find(({ stackName }) => stackName === api?.stackName);
  const own = stack?.resources.get(api?.logicalId ?? '');
  if (api === undefined || stack === undefined || own === undefined) return [];
  const at = { stacks, stack, api, own, stage, readHandler };
  if (route === undefined && isEvent(recorded))
    return named('RouteSelectionExpression', placeOf(own, 'RouteSelectionExpression'));
  if (route === undefined) {
    const near = stage?.deployment.routes.plans.find(({ routeKey }) => routeKey === nearest[0]);
    return near === undefined ? named('the API', placeOf(own)) : placesOfRoute(near, at);
  }
  const method = findMethod(route, at);
  const ofRoute = [...placesOfRoute(route, at), ...placesOfEndpoint(own)];
  const { phase } = recorded;
  if (OF_ROUTE.has(phase)) return ofRoute;
  if (OF_AUTHORIZER.has(phase))
    return unique([...ofRoute, ...placesOfAuthorizer(route, at), ...linesOfAuthorizer(route, recorded, at)]);
  if (phase === 'meter') return unique([...ofRoute, ...placesOfMeter(recorded, at)]);
  return unique([
    ...ofRoute,
    ...placesOfIntegration(route, method, at),
    ...placesOfTimeout(recorded, route, at),
  ]);
}

function placesOfRoute(route: RoutePlan, at: At): readonly NamedPlace[] {
  const { routeKey, resourcePath, httpMethod } = route;
  const method = findMethod(route, at);
  const path = `Body.paths.${resourcePath}.${httpMethod.toLowerCase()}`;
  return named(`route ${routeKey}`, method === undefined ? placeOf(at.own, path) : placeOf(method));
}

/** An API without its default endpoint is served here all the same, and not on AWS. */
function placesOfEndpoint(api: ResolvedResource): readonly NamedPlace[] {
  const property = 'DisableExecuteApiEndpoint';
  return isTrue(api.properties[property]) ? named(property, placeOf(api, property)) : [];
}

/** Returns the resource of the route; undefined for a route of a document. */
function findMethod({ logicalId }: RoutePlan, { stack, api }: At): ResolvedResource | undefined {
  return logicalId === api.logicalId ? undefined : stack.resources.get(logicalId);
}

function placesOfAuthorizer({ authorization }: RoutePlan, at: At): readonly NamedPlace[] {
  if (!('authorizer' in authorization)) return [];
  const { authorizer } = authorization;
  const found = [...at.stack.resources.values()].find(
    ({ type, properties }) => AUTHORIZERS.includes(type) && asText(properties['Name']) === authorizer.name,
  );
  const ofFunction = 'functionName' in authorizer ? placesOfFunction(authorizer, at) : [];
  return [...named(`authorizer ${authorizer.name}`, placeOf(found)), ...ofFunction];
}

/** The line of the authorizer's code that made the result: the one ARN of a policy, or a status that has no effect. */
function linesOfAuthorizer(
  { authorization }: RoutePlan,
  recorded: Recorded,
  { stage, readHandler }: At,
): readonly NamedPlace[] {
  if (!('authorizer' in authorization) || !('functionName' in authorization.authorizer)) return [];
  const source = readHandler(authorization.authorizer.functionName.render(stage?.variables ?? null));
  if (source === undefined) return [];
  const read =
    recorded.phase === 'authenticate' ? /status_?code/i : /Resource['"]?\s*[:=].*(?:methodArn|routeArn)/;
  const line = source.text.split('\n').findIndex((text) => read.test(text));
  return line === -1 ? [] : [{ what: 'its code', place: `${basename(source.file)}:${line + 1}` }];
}

/** The timeout that ended the call: the function's own, or the integration's. */
function placesOfTimeout(
  recorded: Recorded,
  { integration }: RoutePlan,
  { stacks, stage }: At,
): readonly NamedPlace[] {
  const { outcome } = recorded;
  if (outcome?.kind !== 'failed' || outcome.errorType !== 'Sandbox.Timedout') return [];
  if (!('functionName' in integration)) return [];
  const name = integration.functionName.render(stage?.variables ?? null);
  return named('its Timeout', placeOf(findByPhysicalId(stacks, 'AWS::Lambda::Function', name), 'Timeout'));
}

/** The key and its plan. A key that no plan has is named, too, because it is what lacks the plan. */
function placesOfMeter(recorded: Recorded, { stacks }: At): readonly NamedPlace[] {
  if (isEvent(recorded) || recorded.metered === undefined) return [];
  const { holder, keyFault } = recorded.metered;
  const keyId =
    holder?.apiKey.id ?? (keyFault !== undefined && 'keyId' in keyFault ? keyFault.keyId : undefined) ?? '';
  const key = findByPhysicalId(stacks, 'AWS::ApiGateway::ApiKey', keyId);
  const plan = findByPhysicalId(stacks, 'AWS::ApiGateway::UsagePlan', holder?.plan.id ?? '');
  return [
    ...named(`API key ${key?.logicalId ?? ''}`, placeOf(key)),
    ...named(`usage plan ${plan?.logicalId ?? ''}`, placeOf(plan)),
  ];
}

function placesOfIntegration(
  { integration }: RoutePlan,
  method: ResolvedResource | undefined,
  at: At,
): readonly NamedPlace[] {
  const target = asText(method?.properties['Target']);
  const separate = target === undefined ? undefined : findIntegration(at.stack, target);
  const place =
    separate === undefined && method?.properties['Integration'] !== undefined
      ? placeOf(method, 'Integration')
      : placeOf(separate);
  const ofFunction = 'functionName' in integration ? placesOfFunction(integration, at) : [];
  return [...named('integration', place), ...ofFunction];
}

/** A route of API Gateway v2 names its integration as `integrations/{id}`. */
function findIntegration(stack: ResolvedStack, target: string): ResolvedResource | undefined {
  const id = target.replace(/^integrations\//, '');
  return [...stack.resources.values()].find(
    ({ type, physicalId }) => type === 'AWS::ApiGatewayV2::Integration' && physicalId === id,
  );
}

/** The function, the alias by which it is called, and the stage variables that choose it. */
function placesOfFunction(
  { functionName, qualifier }: Pick<FunctionTarget, 'functionName' | 'qualifier'>,
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
  const ofStage = [...stack.resources.values()].find(
    ({ type, properties }) =>
      /^AWS::ApiGateway(?:V2)?::Stage$/.test(type) &&
      properties['StageName'] === stage?.name &&
      [properties['RestApiId'], properties['ApiId']].includes(api.apiId),
  );
  return [
    ...(variable === undefined
      ? []
      : named(`stage variable ${variable}`, placeOf(ofStage, `${variableProperty(ofStage)}.${variable}`))),
    ...(foundAlias === undefined
      ? []
      : named(`alias ${alias ?? ''}`, placeOf(foundAlias, 'FunctionVersion'))),
    ...named(`function ${name}`, placeOf(found)),
  ];
}

function variableProperty(stage: ResolvedResource | undefined): string {
  return stage?.type === 'AWS::ApiGatewayV2::Stage' ? 'StageVariables' : 'Variables';
}

function isOf(given: unknown, functionName: string): boolean {
  return typeof given === 'string' && (given === functionName || given.endsWith(`:${functionName}`));
}

function named(what: string, place: string | undefined): readonly NamedPlace[] {
  return place === undefined ? [] : [{ what, place }];
}

/** A generated resource has the place of what it was generated from, which is then named once. */
function unique(places: readonly NamedPlace[]): readonly NamedPlace[] {
  return places.filter(({ place }, index) => places.findIndex((one) => one.place === place) === index);
}
