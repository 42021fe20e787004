/**
 * Derives the facts about a request from its log line and the control plane. The gateway's explanations need these
 * facts. All functions are pure.
 */
import {
  ACCESS_DECISION,
  parseAccessDecision,
  QUOTA_REFUSAL,
  RETRY_AFTER,
} from '@gatewright/aws/access-decision';
import type {
  Circumstances,
  Defect,
  GuardCircumstances,
  IntegrationCircumstances,
} from '../../../gateway/engine/index.ts';
import { findNearMisses, INTEGRATION_TIMEOUTS } from '../../../gateway/engine/index.ts';
import { textAt } from '../../terminal/aws-call.ts';
import { cacheSecondsOf } from '../attach/live-api.ts';
import type { LiveApi, LiveRoute } from '../attach/live-api.ts';
import { functionIn } from '../doctor/read-api-view.ts';
import { describeMeter } from './line-meter.ts';
import type { KeyFacts } from './line-meter.ts';
import type { LogFields } from './log-line.ts';

export type LineFacts = {
  readonly fields: LogFields;
  readonly live: LiveApi;
  readonly stages: readonly string[];
  /** Settings of the route's integration. */
  readonly integration: Readonly<Record<string, unknown>>;
  readonly key: KeyFacts | undefined;
};

/** The phase of request processing for each gateway response type (docs/aws §1.3). */
const PHASES: Readonly<Record<string, string>> = {
  MISSING_AUTHENTICATION_TOKEN: 'match',
  RESOURCE_NOT_FOUND: 'match',
  REQUEST_TOO_LARGE: 'screen',
  WAF_FILTERED: 'screen',
  UNAUTHORIZED: 'authenticate',
  AUTHORIZER_FAILURE: 'authenticate',
  AUTHORIZER_CONFIGURATION_ERROR: 'authenticate',
  EXPIRED_TOKEN: 'authenticate',
  INVALID_SIGNATURE: 'authenticate',
  ACCESS_DENIED: 'authorize',
  INVALID_API_KEY: 'meter',
  THROTTLED: 'meter',
  QUOTA_EXCEEDED: 'meter',
  BAD_REQUEST_PARAMETERS: 'validate',
  BAD_REQUEST_BODY: 'validate',
  UNSUPPORTED_MEDIA_TYPE: 'map-request',
  API_CONFIGURATION_ERROR: 'map-request',
  INTEGRATION_TIMEOUT: 'integrate',
  INTEGRATION_FAILURE: 'integrate',
};

export function findRoute({ routes }: LiveApi, fields: LogFields): LiveRoute | undefined {
  const key = fields.get('routeKey');
  const [method, path] = [fields.get('httpMethod'), fields.get('resourcePath')];
  return routes.find(
    (route) =>
      route.key === key ||
      (path !== undefined && route.path === path && (route.method === method || route.method === 'ANY')),
  );
}

export function describeLine(facts: LineFacts): Circumstances {
  const { fields, live, stages, key } = facts;
  const status = Number(fields.get('status') ?? 0);
  const route = findRoute(live, fields);
  const said = judge(facts, status, route);
  const path = fields.get('path') ?? fields.get('resourcePath') ?? '/';
  const stagePrefix = `/${live.stage}`;
  const below =
    path === stagePrefix ? '/' : path.startsWith(`${stagePrefix}/`) ? path.slice(stagePrefix.length) : path;
  const method = fields.get('httpMethod') ?? 'GET';
  return {
    kind: live.kind === 'websocket' ? kindOfEvent(fields.get('eventType')) : 'request',
    protocol: live.kind,
    method,
    path: below,
    status,
    tookMs: Number(fields.get('responseLatency') ?? 0),
    apiId: live.apiId,
    apiName: live.name,
    stageName: live.stage,
    release: releaseOf(fields),
    stages,
    routeKey: route?.key,
    ...said,
    defect: said.failure === undefined ? undefined : findDefect(said.failure),
    isDeployed: true,
    nearMisses:
      said.phase === 'match'
        ? findNearMisses(
            live.routes.map(({ method: httpMethod, path: resourcePath }) => ({ httpMethod, resourcePath })),
            method,
            below,
            undefined,
          )
        : [],
    screened: [],
    injected: [],
    guard: describeGuard(facts, route),
    policies: [],
    meter: describeMeter(facts, route, key),
    validation: fields.get('error.validationErrorString'),
    cache: undefined,
    integration: describeIntegration(facts, status),
  };
}

/** Only a format with `isCanaryRequest` says which release served the request. Its value is absent without a canary. */
function releaseOf(fields: LogFields): Circumstances['release'] {
  const given = fields.get('isCanaryRequest');
  return given === undefined
    ? undefined
    : { isCanary: given === 'true', deploymentId: fields.get('deploymentId') };
}

/** Returns the kind of a WebSocket event from `$context.eventType`. */
function kindOfEvent(type: string | undefined): Circumstances['kind'] {
  return type === 'MESSAGE' ? 'message' : type === 'DISCONNECT' ? 'disconnect' : 'handshake';
}

type Verdict = Pick<Circumstances, 'phase' | 'code' | 'failure'>;

function judge({ fields, live }: LineFacts, status: number, route: LiveRoute | undefined): Verdict {
  const type = fields.get('error.responseType');
  const message = fields.get('error.message') ?? fields.get('error.messageString');
  const integrationError = fields.get('integration.error') ?? fields.get('integrationErrorMessage');
  const integrationStatus = fields.get('integration.status') ?? fields.get('integrationStatus');
  const authorizerError = fields.get('authorizer.error') ?? fields.get('authenticate.error');
  if (status < 400) return { phase: 'map-response', code: undefined, failure: undefined };
  const charge = fields.get(`authorizer.${QUOTA_REFUSAL}`);
  const reason =
    authorizerError ??
    fields.get('authorize.error') ??
    integrationError ??
    message ??
    `the gateway answered ${status}`;
  const failure = charge === undefined || reason.endsWith(charge) ? reason : `${reason}: ${charge}`;
  if (integrationError !== undefined && status >= 500) return verdictOfIntegration(integrationError, status);
  if (type === 'MISSING_AUTHENTICATION_TOKEN' && route?.authorizationType === 'AWS_IAM')
    return { phase: 'authenticate', code: type, failure: 'The request is not signed' };
  if (type === 'ACCESS_DENIED' && route !== undefined && route.authorizationType === 'NONE')
    return {
      phase: 'screen',
      code: type,
      failure:
        'The API’s resource policy does not allow the caller, and the route has no authorizer that could allow it',
    };
  if (type !== undefined && PHASES[type] !== undefined) return { phase: PHASES[type], code: type, failure };
  // The log line does not contain a message from API Gateway, so the client received the integration's response.
  if (type === undefined && message === undefined && integrationStatus !== undefined)
    return { phase: 'map-response', code: undefined, failure: undefined };
  return verdictByStatus(live, status, route, failure, authorizerError !== undefined);
}

function verdictOfIntegration(error: string, status: number): Verdict {
  const code =
    status === 504 || /timed out|Timeout/i.test(error) ? 'INTEGRATION_TIMEOUT' : 'INTEGRATION_FAILURE';
  if (/transform|template/i.test(error))
    return { phase: 'map-request', code: 'API_CONFIGURATION_ERROR', failure: error };
  return { phase: /Malformed/i.test(error) ? 'map-response' : 'integrate', code, failure: error };
}

const PERMISSION =
  /have permissions to call the (?:integration|authorizer)|Invalid permissions on Lambda function/;

/** The role is named in execution logs only (docs/aws §8). */
const UNTRUSTING = /permissions? to assume the (?:provided role (arn:\S+)|IAM role configured)/;

/** Finds the defect that an error message describes. A log line contains no code, only API Gateway's wording. */
function findDefect(error: string): Defect | undefined {
  if (PERMISSION.test(error)) return { kind: 'permission' };
  const [isRole, roleArn = ''] = UNTRUSTING.exec(error) ?? [];
  if (isRole !== undefined) return { kind: 'role', lacks: 'trust', roleArn };
  const [, side, broken = ''] = /Unable to transform (request|response): (.*)$/s.exec(error) ?? [];
  if (side === 'request' || side === 'response') return { kind: 'template', side, problem: broken };
  const [, problem] = /Malformed Lambda proxy response: (.*)$/s.exec(error) ?? [];
  return problem === undefined
    ? (findMappingDefect(error) ?? findAuthorizerDefect(error))
    : { kind: 'proxy-response', problem };
}

/** Recognizes two messages, which are known from execution logs in public threads (docs/aws §7.7). */
function findMappingDefect(error: string): Defect | undefined {
  const [, status] = /Output mapping refers to an invalid method response: (\d+)/.exec(error) ?? [];
  if (status !== undefined) return { kind: 'mapping', problem: 'no-method-response', status: Number(status) };
  const [, selectBy] =
    /No match for output mapping and no default output mapping configured\. Endpoint Response Status Code: (\d+)/.exec(
      error,
    ) ?? [];
  return selectBy === undefined
    ? undefined
    : { kind: 'mapping', problem: 'no-response', selectBy, patterns: [] };
}

/** Recognizes a message of HTTP APIs (docs/aws §10.3). */
function findAuthorizerDefect(error: string): Defect | undefined {
  if (!/doesn't match the format that API Gateway expects/.test(error)) return undefined;
  const part = /did not include 'isAuthorized'/.test(error) ? 'isAuthorized' : 'result';
  return { kind: 'authorizer', code: 'malformed', part };
}

/** Determines the verdict from the status. It is used if no gateway response type is known, as for all HTTP APIs. */
function verdictByStatus(
  live: LiveApi,
  status: number,
  route: LiveRoute | undefined,
  failure: string,
  hasAuthorizerError: boolean,
): Verdict {
  if (route === undefined) return { phase: 'match', code: 'RESOURCE_NOT_FOUND', failure };
  if (hasAuthorizerError && status === 500)
    return { phase: 'authenticate', code: 'AUTHORIZER_FAILURE', failure };
  switch (status) {
    case 401:
      return { phase: 'authenticate', code: 'UNAUTHORIZED', failure };
    case 403:
      return {
        phase: route.authorizationType === 'NONE' ? 'meter' : 'authorize',
        code: 'ACCESS_DENIED',
        failure,
      };
    case 429:
      return { phase: 'meter', code: 'THROTTLED', failure };
    case 413:
      return { phase: 'screen', code: 'REQUEST_TOO_LARGE', failure };
    case 503:
    case 504:
      return { phase: 'integrate', code: 'INTEGRATION_TIMEOUT', failure };
    default:
      return {
        phase: live.kind === 'rest' && status === 400 ? 'validate' : 'integrate',
        code: 'INTEGRATION_FAILURE',
        failure,
      };
  }
}

function describeGuard(
  { fields, live }: LineFacts,
  route: LiveRoute | undefined,
): GuardCircumstances | undefined {
  if (route === undefined || route.authorizationType === 'NONE') return undefined;
  const known = live.authorizers.find((one) => (one['id'] ?? one['authorizerId']) === route.authorizerId);
  const shown = known ?? {};
  const isIam = route.authorizationType === 'AWS_IAM';
  const isToken = ['COGNITO_USER_POOLS', 'JWT'].includes(route.authorizationType);
  const sources = [shown['identitySource']]
    .flat()
    .filter((one): one is string => typeof one === 'string' && one !== '');
  const places = sources
    .flatMap((source) => source.split(','))
    .map((source) => placeOf(source.trim(), isFound(fields)));
  return {
    kind: isIam ? 'iam' : isToken ? 'token' : 'lambda',
    name: isIam ? 'AWS_IAM' : (textAt(shown, 'name') ?? 'of the route'),
    functionName: functionIn(textAt(shown, 'authorizerUri') ?? ''),
    places,
    ttlSeconds: known === undefined ? 0 : cacheSecondsOf(known, live.kind),
    // A latency of 0 means that the function was not invoked and its result came from the cache.
    from:
      fields.get('authorizer.principalId') === undefined
        ? undefined
        : fields.get('authorizer.latency') === '0'
          ? 'cache'
          : 'function',
    ageMs: undefined,
    principal: fields.get('authorizer.principalId'),
    decided: describeDecided(fields, route),
    simpleAnswer: undefined,
    lines: [],
    token: undefined,
    trusted: undefined,
  };
}

/**
 * Returns the decision of the authorizer. If the function was invoked, the decision was made for this route. For a
 * cached result, it is not known for which route it was made.
 */
function describeDecided(fields: LogFields, { key }: LiveRoute): GuardCircumstances['decided'] {
  const decided = parseAccessDecision(fields.get(`authorizer.${ACCESS_DECISION}`));
  const isCached = fields.get('authorizer.latency') === '0';
  const seconds = Number(fields.get(`authorizer.${RETRY_AFTER}`) ?? Number.NaN);
  return (
    decided && {
      ...decided,
      routeKey: isCached ? undefined : key,
      verdict: undefined,
      retryAfterSeconds: Number.isNaN(seconds) ? undefined : seconds,
    }
  );
}

/**
 * Whether the request had the authorizer's identity source. If it is missing, the authorizer is not called, and the log
 * line does not contain the authorizer's latency.
 */
function isFound(fields: LogFields): boolean {
  const error = fields.get('authorizer.error');
  if (error !== undefined && /identity source/i.test(error)) return false;
  return error !== undefined || fields.has('authorizer.latency') || fields.has('authorizer.principalId');
}

function placeOf(source: string, found: boolean) {
  const [, kind = 'header', name = source] =
    /(?:request|route\.request|method\.request)\.(header|querystring)\.(.+)$/.exec(source) ?? [];
  return {
    kind: kind === 'querystring' ? ('querystring' as const) : ('header' as const),
    name,
    isFound: found,
  };
}

function describeIntegration(
  { fields, integration, live }: LineFacts,
  status: number,
): IntegrationCircumstances | undefined {
  const uri = textAt(integration, 'uri') ?? textAt(integration, 'integrationUri');
  const type = textAt(integration, 'type') ?? textAt(integration, 'integrationType');
  if (type === undefined) return undefined;
  const functionName = functionIn(uri ?? '');
  const error = fields.get('integration.error') ?? fields.get('integrationErrorMessage');
  const [, thrown] = /customer function error: (.*)$/s.exec(error ?? '') ?? [];
  const timeout = Number(integration['timeoutInMillis'] ?? INTEGRATION_TIMEOUTS[live.kind].usual);
  const isTimeout =
    status === 504 || (status === 503 && live.kind === 'http') || /timed out/i.test(error ?? '');
  const latency = fields.get('integration.latency') ?? fields.get('integrationLatency');
  return {
    kind: type === 'MOCK' ? 'mock' : functionName === undefined ? 'http' : 'lambda-proxy',
    target: functionName ?? uri,
    timeoutMs: timeout,
    outcome: isTimeout ? 'timed-out' : outcomeOf(fields, error, thrown, functionName),
    errorType: undefined,
    errorMessage: thrown ?? error,
    lines: [],
    tookMs: latency === undefined ? undefined : Number(latency),
  };
}

function outcomeOf(
  fields: LogFields,
  error: string | undefined,
  thrown: string | undefined,
  functionName: string | undefined,
): IntegrationCircumstances['outcome'] {
  if (thrown !== undefined) return 'failed';
  if (error === undefined)
    return fields.has('integration.status') || fields.has('integrationStatus') ? 'answered' : 'not called';
  if (/malformed/i.test(error)) return 'answered';
  // The function was not reached if it was not found or if API Gateway is not allowed to call it. It was reached if it
  // threw an error.
  return functionName !== undefined && !/permission|not found|ResourceNotFound/i.test(error)
    ? 'failed'
    : 'unreachable';
}
