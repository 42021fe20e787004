/**
 * Lists the members of a resource that may have caused a request's outcome, by the phase and error that ended it. An
 * explanation names the line of the first of these members that the resource has, instead of the resource's first line.
 * A missing member has no line, so the next member of the list is named, such as the type of an authorizer that has its
 * identity source by default.
 */
import { asList, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { Defect, MappingDefect } from '../../core/defect.ts';
import type { GuardPolicy } from '../explain/circumstances.ts';
import { lastQueryValue } from '../../core/events/query-text.ts';
import { isEvent } from './recorded-request.ts';
import type { IdentitySource } from '../../core/deployment/model.ts';
import type { Recorded, RecordedOutcome, RecordedRequest } from './recorded-request.ts';

type Ended = Pick<RecordedRequest, 'phase' | 'error' | 'outcome'>;
type Members = readonly string[];

/** Returns the members of an AWS::ApiGateway::Method or an AWS::ApiGatewayV2::Route. */
export function membersOfRoute({ phase, error }: Pick<Ended, 'phase' | 'error'>): Members {
  const { defect, validationErrorString } = error?.detail ?? {};
  if (defect?.kind === 'token' && (defect.code === 'scope' || defect.code === 'token-use'))
    return ['AuthorizationScopes'];
  switch (phase) {
    case 'match':
      return ['RouteKey', 'HttpMethod'];
    case 'meter':
      return error?.code === 'INVALID_API_KEY' ? ['ApiKeyRequired'] : [];
    case 'preflight':
    case 'authenticate':
    case 'authorize':
      return ['AuthorizationType'];
    case 'validate':
      return error?.code === 'BAD_REQUEST_PARAMETERS'
        ? [...parametersIn(validationErrorString ?? error.message), 'RequestParameters', 'RequestValidatorId']
        : ['RequestModels', 'RequestValidatorId'];
    default:
      return [];
  }
}

/**
 * “Missing required request parameters: [articleid]” does not say in which part of the request the parameter is
 * expected.
 */
function parametersIn(message: string): Members {
  const [, names = ''] = /\[([^\]]*)\]/.exec(message) ?? [];
  return names
    .split(', ')
    .filter((name) => name !== '')
    .flatMap((name) =>
      ['querystring', 'header', 'path'].map((place) => `RequestParameters.method.request.${place}.${name}`),
    );
}

/** A REST API’s authorizer has Type, and an HTTP or WebSocket API’s has AuthorizerType. */
const TYPES = ['AuthorizerType', 'Type'];

const OF_TOKEN: Readonly<Record<string, Members>> = {
  missing: ['IdentitySource', ...TYPES],
  audience: ['JwtConfiguration.Audience', 'ProviderARNs'],
  issuer: ['JwtConfiguration.Issuer', 'ProviderARNs'],
  'audience-form': ['IdentityValidationExpression'],
  'issuer-unreachable': ['JwtConfiguration.Issuer', 'ProviderARNs'],
};

/** Returns the position of the identity source that the request does not have; undefined if another check decided. */
export function indexOfMissing(
  recorded: Recorded,
  { identitySources }: { readonly identitySources: readonly IdentitySource[] },
): number | undefined {
  const defect = recorded.error?.detail.defect;
  if (isEvent(recorded) || defect?.kind !== 'authorizer' || defect.code !== 'identity-missing')
    return undefined;
  const { headers, rawQuery, stage } = recorded.received;
  const at = identitySources.findIndex(({ kind, name }) =>
    kind === 'header'
      ? (headers.last(name) ?? '') === ''
      : kind === 'querystring'
        ? (lastQueryValue(rawQuery, name) ?? '') === ''
        : kind === 'stageVariable' && (stage?.variables?.[name] ?? '') === '',
  );
  return at === -1 ? undefined : at;
}

export function membersOfAuthorizer({ phase, error }: Pick<Ended, 'phase' | 'error'>): Members {
  const defect = error?.detail.defect;
  if (defect?.kind === 'token') return OF_TOKEN[defect.code] ?? [];
  if (defect?.kind === 'permission') return ['AuthorizerUri'];
  if (defect?.kind === 'role') return ['AuthorizerCredentials', 'AuthorizerCredentialsArn', 'AuthorizerUri'];
  if (phase === 'authorize') return ['AuthorizerResultTtlInSeconds'];
  if (defect?.kind !== 'authorizer') return [];
  switch (defect.code) {
    case 'identity-missing':
      return ['IdentitySource', ...TYPES];
    case 'identity-mismatch':
      return ['IdentityValidationExpression'];
    case 'malformed':
      return defect.given?.kind === 'simple' ||
        defect.given?.kind === 'policy' ||
        defect.part === 'isAuthorized'
        ? ['EnableSimpleResponses', 'AuthorizerPayloadFormatVersion', ...TYPES]
        : [];
    case 'refused':
      return ['AuthorizerUri'];
    default:
      return [];
  }
}

/** Lambda reads these members before it calls the code of a function. */
export function membersOfFunction(outcome: RecordedOutcome | undefined): Members {
  if (outcome?.kind !== 'failed') return [];
  return OF_FUNCTION[outcome.errorType] ?? [];
}

const OF_FUNCTION: Readonly<Record<string, Members>> = {
  'Runtime.HandlerNotFound': ['Handler'],
  'Runtime.MalformedHandlerName': ['Handler'],
  'Runtime.ImportModuleError': ['Handler'],
  'Runtime.CallbackHandlerDeprecated': ['Runtime'],
  'Runtime.OutOfMemory': ['MemorySize'],
};

/**
 * Returns the members of an integration. An AWS::ApiGateway::Method has them below `Integration`; for HTTP and
 * WebSocket APIs they are the properties of an AWS::ApiGatewayV2::Integration.
 */
export function membersOfIntegration({ phase, error, outcome }: Ended): Members {
  const defect = error?.detail.defect;
  if (defect?.kind === 'role') return ['Credentials', 'CredentialsArn'];
  if (defect?.kind === 'mapping') return membersOfMapping(defect);
  if (defect?.kind === 'template')
    return defect.side === 'request' ? ['RequestTemplates'] : ['IntegrationResponses'];
  if (defect?.kind === 'proxy-response') return ['PayloadFormatVersion'];
  if (error?.code === 'INTEGRATION_TIMEOUT') return ['TimeoutInMillis'];
  // Lambda accepted an asynchronous call.
  if (outcome?.kind === 'answered' && outcome.status === 202 && error === undefined)
    return ['RequestParameters.integration.request.header.X-Amz-Invocation-Type'];
  const isUncalled = outcome?.kind === 'unreachable' || outcome?.kind === 'refused';
  return isUncalled || (phase === 'map-request' && error !== undefined) ? ['Uri', 'IntegrationUri'] : [];
}

function membersOfMapping(defect: MappingDefect): Members {
  switch (defect.problem) {
    case 'no-template':
      return ['PassthroughBehavior', 'RequestTemplates'];
    case 'mock-status':
      return ['RequestTemplates'];
    case 'no-response':
    case 'no-method-response':
      return ['IntegrationResponses'];
    case 'verb':
      return ['IntegrationHttpMethod', 'IntegrationMethod'];
    case 'no-value':
      return [`RequestParameters.${defect.name}`, 'RequestParameters'];
    case 'header':
      return [`RequestParameters.integration.request.header.${defect.name}`, 'RequestParameters'];
    case 'path':
    case 'address':
      return ['Uri', 'IntegrationUri'];
    case 'body':
    case 'binary-body':
    case 'base64':
      return ['ContentHandling', 'ContentHandlingStrategy'];
  }
}

/** Returns the members of a usage plan, or of the API key, that refuse a request. */
export function membersOfPlan({ error }: Pick<Ended, 'error'>): Members {
  if (error?.code === 'QUOTA_EXCEEDED') return ['Quota.Limit'];
  if (error?.code === 'THROTTLED') return ['Throttle.RateLimit', 'Throttle.BurstLimit'];
  return ['ApiStages'];
}

/**
 * Returns the path of the part of a policy that decided: a condition that is not met, or else the part that does not
 * match.
 */
export function membersOfPolicy({ statements, decidedBy }: GuardPolicy): Members {
  const nearest = statements
    .map(({ effect, fails }, index) => ({ index, effect, fails }))
    .filter(({ effect }) => effect === 'Allow')
    .toSorted((one, other) => one.fails.length - other.fails.length)[0];
  const index = decidedBy ?? nearest?.index;
  const statement = statements[index ?? -1];
  if (statement === undefined) return [];
  const at = `Statement.${index ?? 0}`;
  const isUnmet = decidedBy === undefined;
  const [first] = statement.fails;
  const deciding = statement.conditions
    .filter(({ holds }) => holds !== isUnmet)
    .map(({ operator, key }) => `${at}.Condition.${operator}.${key}`);
  const part = first === undefined ? 'effect' : first;
  return [
    ...(!isUnmet || first === 'condition' ? deciding : []),
    `${at}.${part.charAt(0).toUpperCase()}${part.slice(1)}`,
    at,
  ];
}

/** The member of a statement of AWS WAF that says what the statement looks for. */
const OF_SCREEN: Readonly<Record<string, string>> = {
  ByteMatchStatement: 'SearchString',
  GeoMatchStatement: 'CountryCodes',
  IPSetReferenceStatement: 'Arn',
  LabelMatchStatement: 'Key',
  ManagedRuleGroupStatement: 'Name',
  RateBasedStatement: 'Limit',
  RegexMatchStatement: 'RegexString',
  RuleGroupReferenceStatement: 'Arn',
  SizeConstraintStatement: 'Size',
};

/**
 * Returns the path of the member that decided in a rule of a web ACL. For a statement that combines other statements,
 * it is the path of the combining statement.
 */
export function memberOfScreen(rule: unknown, isOversize?: boolean): string {
  const oversize = isOversize === true ? pathTo('OversizeHandling', rule) : undefined;
  if (oversize !== undefined) return oversize;
  const [kind = ''] = Object.keys(membersOf(membersOf(rule)['Statement']));
  const member = OF_SCREEN[kind];
  return member === undefined ? 'Statement' : `Statement.${kind}.${member}`;
}

/** Returns the path to the first member of this name at any depth; undefined if there is none. */
function pathTo(name: string, value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    if (key === name) return key;
    const below = pathTo(name, inner);
    if (below !== undefined) return `${key}.${below}`;
  }
  return undefined;
}

/** Returns the path of a setting of a REST route in its stage: in the settings of the route, or else of all routes. */
export function memberOfSettings(
  { MethodSettings: settings }: UnknownMembers,
  routeKey: string,
  name: string,
): Members {
  const index = indexOfSettings(settings, routeKey);
  return index === undefined ? [] : [`MethodSettings.${index}.${name}`, `MethodSettings.${index}`];
}

function indexOfSettings(settings: unknown, routeKey: string): number | undefined {
  const [method = '', path = ''] = routeKey.split(' ');
  const all = asList(settings).map(membersOf);
  return [
    all.findIndex(({ HttpMethod, ResourcePath }) => HttpMethod === method && ResourcePath === path),
    all.findIndex(({ HttpMethod }) => HttpMethod === '*'),
  ].find((found) => found !== -1);
}

/** Returns where a stage limits a route: in the settings of the route, or else in the settings of all routes. */
export function membersOfThrottle(
  defect: Defect | undefined,
  stage: UnknownMembers,
  routeKey: string,
): Members {
  if (defect?.kind !== 'throttle' || defect.of !== 'route') return [];
  return [
    `RouteSettings.${routeKey}.ThrottlingRateLimit`,
    'DefaultRouteSettings.ThrottlingRateLimit',
    ...memberOfSettings(stage, routeKey, 'ThrottlingRateLimit'),
  ];
}
