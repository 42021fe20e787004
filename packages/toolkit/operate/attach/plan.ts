/** Creates the steps that attach an authorizer to the routes of an API. Each step contains how to undo it. */
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { listAt, textAt } from '../../terminal/aws-call.ts';
import { apiArnOf, permissionPart, statementId } from './authorizer-function.ts';
import type { AuthorizerFunction } from './authorizer-function.ts';
import type { AuthorizerSettings } from './choose-settings.ts';
import { authorizerPart, DEPLOYED_BY, deploymentPart, describeGuard, routePart } from './live-api.ts';
import type { LiveApi, LiveRoute } from './live-api.ts';
import type { Outcome, PlaneCall, Snapshot, Step } from './step.ts';

type StepsOptions = {
  readonly planId: string;
  readonly settings: AuthorizerSettings;
  readonly routes: readonly LiveRoute[];
  /** The percentage of requests that the new deployment gets at first. Only REST APIs support this. */
  readonly canaryPercent: number | undefined;
  /** The routes that must require an API key. Without the key, a quota could not respond with 429. */
  readonly keyed: ReadonlySet<string>;
};

type Patch = { readonly op: string; readonly path: string; readonly value?: string };

/** Returns the steps in an order in which the steps that affect callers come last. */
export function planSteps(
  live: LiveApi,
  authorizer: AuthorizerFunction,
  options: StepsOptions,
): readonly Step[] {
  if (options.routes.length === 0) return [];
  const steps = [
    ...(authorizer.isCallable ? [] : [permissionStep(live, authorizer)]),
    authorizerStep(live, options.settings.body),
    ...(options.keyed.size > 0 && live.api['apiKeySource'] !== 'AUTHORIZER'
      ? [keySourceStep(live, live.parts['api'] ?? {})]
      : []),
    ...options.routes.map(({ key, address, shown }) =>
      routeStep(live, { key, address, before: shown }, options.keyed.has(key)),
    ),
  ];
  if (live.isAutomatic) return steps;
  return [
    ...steps,
    deploymentStep(live, `${DEPLOYED_BY} ${options.planId}`),
    stageStep(live, live.parts['stage'] ?? {}, options.canaryPercent),
  ];
}

export function permissionStep(
  { apiId }: LiveApi,
  { arn, name, address, qualifier }: AuthorizerFunction,
): Step {
  const query = qualifier === undefined ? '' : `?Qualifier=${encodeURIComponent(qualifier)}`;
  const Sid = statementId(apiId);
  return {
    name: 'permission',
    part: permissionPart(apiId),
    before: null,
    after: { Sid },
    isLive: false,
    does: `allow API Gateway to call ${name} for this API`,
    apply: {
      service: 'lambda',
      method: 'POST',
      path: `${address}/policy${query}`,
      body: {
        StatementId: Sid,
        Action: 'lambda:InvokeFunction',
        Principal: 'apigateway.amazonaws.com',
        SourceArn: `${apiArnOf(arn, apiId)}/authorizers/*`,
      },
    },
    revert: { service: 'lambda', method: 'DELETE', path: `${address}/policy/${Sid}${query}` },
  };
}

export function authorizerStep({ address, kind }: LiveApi, body: UnknownMembers): Step {
  const name = String(body['name']);
  const ttl = body['authorizerResultTtlInSeconds'];
  const kept = kind === 'websocket' ? '' : `, and cache its results for ${String(ttl)} s`;
  const said = [body['identitySource']]
    .flat()
    .filter((one) => one !== undefined && one !== '')
    .map(String);
  return {
    name: 'authorizer',
    part: authorizerPart(name),
    before: null,
    makes: 'authorizer',
    isLive: false,
    does: `create the authorizer ${name}${said.length === 0 ? '' : ` with identity source ${said.join(' and ')}`}${kept}`,
    after: body,
    apply: { service: 'apigateway', method: 'POST', path: `${address}/authorizers`, body },
    revert: edit('DELETE', `${address}/authorizers/{authorizer}`),
  };
}

export function keySourceStep({ address }: LiveApi, before: UnknownMembers): Step {
  const was = textAt(before, 'apiKeySource') ?? 'HEADER';
  return {
    name: 'api key source',
    part: 'api',
    before,
    isLive: false,
    does: `read API keys from the authorizer’s result instead of ${was === 'HEADER' ? 'the x-api-key header' : was}`,
    after: { apiKeySource: 'AUTHORIZER' },
    apply: patch(address, [{ op: 'replace', path: '/apiKeySource', value: 'AUTHORIZER' }]),
    revert: patch(address, [{ op: 'replace', path: '/apiKeySource', value: was }]),
  };
}

/**
 * Creates the step that attaches the authorizer to a route.
 * @param route the route as it was before the attachment
 */
export function routeStep(
  { kind, isAutomatic, authorizers }: LiveApi,
  { key, address, before }: Pick<LiveRoute, 'key' | 'address'> & { readonly before: UnknownMembers },
  isKeyed: boolean,
): Step {
  const scopes = listAt(before, 'authorizationScopes').map(String);
  const asksKey = isKeyed && before['apiKeyRequired'] !== true;
  const type = textAt(before, 'authorizationType') ?? 'NONE';
  const id = textAt(before, 'authorizerId');
  const was = describeGuard(type, id, authorizers);
  const calls = kind === 'rest' ? restCalls : v2Calls;
  return {
    name: `route ${key}`,
    part: routePart(key),
    before,
    isLive: isAutomatic,
    does: `${key}: ${was} → ${asksKey ? 'the authorizer and an API key' : 'the authorizer'}`,
    after: {
      authorizationType: 'CUSTOM',
      authorizerId: '{authorizer}',
      ...(scopes.length === 0 ? {} : { authorizationScopes: null }),
      ...(asksKey ? { apiKeyRequired: true } : {}),
    },
    ...calls({ address, scopes, asksKey, type, id }),
  };
}

type RouteChange = {
  readonly address: string;
  readonly scopes: readonly string[];
  readonly asksKey: boolean;
  readonly type: string;
  readonly id: string | undefined;
};

type Calls = { readonly apply: PlaneCall; readonly revert: PlaneCall };

function restCalls({ address, scopes, asksKey, type, id }: RouteChange): Calls {
  const replace = (path: string, value: string): Patch => ({ op: 'replace', path, value });
  const scope = (op: string): Patch[] => scopes.map((value) => ({ op, path: '/authorizationScopes', value }));
  return {
    apply: patch(address, [
      replace('/authorizationType', 'CUSTOM'),
      replace('/authorizerId', '{authorizer}'),
      ...scope('remove'),
      ...(asksKey ? [replace('/apiKeyRequired', 'true')] : []),
    ]),
    revert: patch(address, [
      replace('/authorizationType', type),
      replace('/authorizerId', id ?? ''),
      ...scope('add'),
      ...(asksKey ? [replace('/apiKeyRequired', 'false')] : []),
    ]),
  };
}

function v2Calls({ address, scopes, type, id }: RouteChange): Calls {
  return {
    apply: edit('PATCH', address, {
      authorizationType: 'CUSTOM',
      authorizerId: '{authorizer}',
      ...(scopes.length === 0 ? {} : { authorizationScopes: [] }),
    }),
    revert: edit('PATCH', address, {
      authorizationType: type,
      authorizerId: id ?? '',
      ...(scopes.length === 0 ? {} : { authorizationScopes: scopes }),
    }),
  };
}

export function deploymentStep({ address }: LiveApi, description: string): Step {
  return {
    name: 'deployment',
    part: deploymentPart(description),
    before: null,
    makes: 'deployment',
    does: 'create a deployment of the current configuration',
    after: { description },
    isLive: false,
    apply: edit('POST', `${address}/deployments`, { description }),
    revert: edit('DELETE', `${address}/deployments/{deployment}`),
  };
}

export function stageStep(
  { kind, address, stage }: LiveApi,
  before: UnknownMembers,
  canaryPercent: number | undefined,
): Step {
  const path = `${address}/stages/${encodeURIComponent(stage)}`;
  const was = textAt(before, 'deploymentId') ?? '';
  const base = { name: 'stage', part: 'stage', before, isLive: true };
  if (kind !== 'rest')
    return {
      ...base,
      does: `point stage ${stage} at the new deployment`,
      after: { deploymentId: '{deployment}' },
      apply: edit('PATCH', path, { deploymentId: '{deployment}' }),
      revert: edit('PATCH', path, { deploymentId: was }),
    };
  const pointAt = (value: string): Patch => ({ op: 'replace', path: '/deploymentId', value });
  const moved: Outcome = { after: { deploymentId: '{deployment}' }, revert: patch(path, [pointAt(was)]) };
  if (canaryPercent === undefined)
    return {
      ...base,
      ...moved,
      does: `point stage ${stage} at the new deployment`,
      apply: patch(path, [pointAt('{deployment}')]),
    };
  return {
    ...base,
    canaryPercent,
    does: `send ${canaryPercent} % of the requests to stage ${stage} to the new deployment, as a canary`,
    after: { canarySettings: { deploymentId: '{deployment}' } },
    apply: patch(path, [
      // The operations are in the order of the developer guide. The first operation creates the canary.
      { op: 'replace', path: '/canarySettings/percentTraffic', value: String(canaryPercent) },
      { op: 'replace', path: '/canarySettings/deploymentId', value: '{deployment}' },
    ]),
    revert: patch(path, [{ op: 'remove', path: '/canarySettings' }]),
    orElse: [moved],
  };
}

function patch(path: string, patchOperations: readonly Patch[]): PlaneCall {
  return edit('PATCH', path, { patchOperations });
}

function edit(method: PlaneCall['method'], path: string, body?: UnknownMembers): PlaneCall {
  return { service: 'apigateway', method, path, ...(body !== undefined && { body }) };
}

export function partsOf(live: LiveApi, authorizer: AuthorizerFunction): Snapshot {
  return { ...live.parts, ...authorizer.parts };
}
