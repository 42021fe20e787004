/**
 * Converts `Auth` of an `AWS::Serverless::Api` and of its events to security schemes, and to the requirement of each
 * method.
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-apiauth.html
 */
import { isJsonList, isJsonObject, isTrue, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { describeAuthorizers } from './sam-http-security.ts';
import { INTEGRATION, definitionsOf, mapMethods, putDefinitions } from './sam-document.ts';
import { invocationUri, present } from './sam-expansion.ts';
import type { SamExpansion, SamRoute } from './sam-expansion.ts';

const AUTH_TYPE = 'x-amazon-apigateway-authtype';
/**
 * This ARN means "Caller credentials are passed through". It is SAM's default for a method that requires signed
 * requests.
 */
const CALLER = { 'Fn::Sub': 'arn:${AWS::Partition}:iam::*:user/*' };

const SIGNED = { AWS_IAM: { type: 'apiKey', name: 'Authorization', in: 'header', [AUTH_TYPE]: 'awsSigv4' } };
const API_KEY = { api_key: { type: 'apiKey', name: 'x-api-key', in: 'header' } };

type Requirement = JsonObject;

/**
 * Returns `security` for the method of one event. A disabled API key is represented by a mark, which is removed when
 * the defaults are applied.
 */
export function eventSecurity(
  expansion: SamExpansion,
  apiAuth: JsonObject,
  route: SamRoute,
): readonly Requirement[] {
  const auth = route.properties['Auth'];
  if (!isJsonObject(auth)) return [];
  const authorizers = mapOf(apiAuth, 'Authorizers');
  const name = auth['Authorizer'];
  const scopes = auth['AuthorizationScopes'];
  const requirements: Requirement[] = [];
  const where = `event ${route.eventName}: `;
  if (name !== undefined && typeof name !== 'string')
    expansion.fail(
      route.ownerId,
      `${where}Auth.Authorizer must be the name of an authorizer, not ${JSON.stringify(name)}`,
    );
  if (typeof name === 'string') {
    const authorizer = authorizers[name];
    if (name === 'NONE' && apiAuth['DefaultAuthorizer'] === undefined)
      expansion.fail(
        route.ownerId,
        `${where}Authorizer NONE is allowed only if the API has a DefaultAuthorizer`,
      );
    if (name !== 'NONE' && name !== 'AWS_IAM' && !isJsonObject(authorizer))
      expansion.fail(
        route.ownerId,
        `${where}the API has no authorizer ${name}${describeAuthorizers(authorizers)}`,
      );
    const defaultScopes = membersOf(authorizer)['AuthorizationScopes'];
    const hasScopes = name !== 'NONE' && name !== 'AWS_IAM';
    requirements.push({ [name]: hasScopes ? (scopes ?? defaultScopes ?? []) : [] });
  }
  if (scopes !== undefined && name === undefined)
    expansion.fail(route.ownerId, `${where}AuthorizationScopes works only when Authorizer is set`);
  const key = auth['ApiKeyRequired'];
  if (key !== undefined && !isTrue(key) && !isTrue(apiAuth['ApiKeyRequired']))
    expansion.fail(
      route.ownerId,
      `${where}ApiKeyRequired can be false only if Auth of the API has ApiKeyRequired: true`,
    );
  if (key !== undefined) requirements.push(isTrue(key) ? { api_key: [] } : { api_key_false: [] });
  return requirements;
}

export function eventCredentials(apiAuth: JsonObject, eventAuth: Json | undefined): Json | undefined {
  const own = membersOf(eventAuth);
  const isSigned =
    own['Authorizer'] === 'AWS_IAM' ||
    (apiAuth['DefaultAuthorizer'] === 'AWS_IAM' && Object.keys(own).length === 0);
  if (!isSigned) return undefined;
  // `InvokeRole: null` is SAM's other spelling of NONE.
  const written = own['InvokeRole'] === undefined ? apiAuth['InvokeRole'] : own['InvokeRole'];
  const role = written === undefined ? 'CALLER_CREDENTIALS' : written;
  if (role === 'NONE' || role === null) return undefined;
  return role === 'CALLER_CREDENTIALS' ? CALLER : role;
}

export function addRestSecurity(
  expansion: SamExpansion,
  apiId: string,
  document: JsonObject,
  auth: JsonObject,
): JsonObject {
  const authorizers = mapOf(auth, 'Authorizers');
  const schemes = Object.entries(authorizers).map(([name, authorizer]) => {
    if (!isJsonObject(authorizer))
      return expansion.fail(
        apiId,
        `Auth.Authorizers.${name} must be a mapping, not ${JSON.stringify(authorizer)}`,
      );
    return [name, restScheme(expansion, apiId, name, authorizer)] as const;
  });
  const named = putDefinitions(document, 'schemes', Object.fromEntries(schemes));
  const authorized = withDefaultAuthorizer(expansion, apiId, named, auth, authorizers);
  const keyed = isTrue(auth['ApiKeyRequired']) ? withDefaultKey(authorized, auth) : authorized;
  return addUsedSchemes(keyed);
}

function restScheme(
  expansion: SamExpansion,
  apiId: string,
  name: string,
  authorizer: JsonObject,
): JsonObject {
  const identity = mapOf(authorizer, 'Identity');
  const { FunctionArn: functionArn, UserPoolArn: pools, FunctionPayloadType: payload } = authorizer;
  const isRequest = payload === 'REQUEST';
  if (pools === undefined && functionArn === undefined)
    return expansion.fail(apiId, `Auth.Authorizers.${name}: UserPoolArn or FunctionArn is required`);
  if (payload !== undefined && payload !== 'TOKEN' && !isRequest)
    expansion.fail(
      apiId,
      `Auth.Authorizers.${name}: FunctionPayloadType must be TOKEN or REQUEST, not ${JSON.stringify(payload)}`,
    );
  const role = authorizer['FunctionInvokeRole'];
  const details =
    pools === undefined
      ? {
          type: isRequest ? 'request' : 'token',
          authorizerUri: invocationUri(functionArn ?? ''),
          ...present({
            authorizerResultTtlInSeconds: identity['ReauthorizeEvery'],
            authorizerCredentials: role === 'NONE' ? undefined : role,
            identitySource: isRequest ? requestSources(identity) : undefined,
          }),
        }
      : { type: 'cognito_user_pools', providerARNs: isJsonList(pools) ? pools : [pools] };
  return {
    type: 'apiKey',
    name: pools === undefined && isRequest ? 'Unused' : (identity['Header'] ?? 'Authorization'),
    in: 'header',
    [AUTH_TYPE]: pools === undefined ? 'custom' : 'cognito_user_pools',
    'x-amazon-apigateway-authorizer': {
      ...details,
      ...present({ identityValidationExpression: isRequest ? undefined : identity['ValidationExpression'] }),
    },
  };
}

function requestSources(identity: JsonObject): string | undefined {
  const sources = [
    ['Headers', 'method.request.header.'],
    ['QueryStrings', 'method.request.querystring.'],
    ['StageVariables', 'stageVariables.'],
    ['Context', 'context.'],
  ].flatMap(([key = '', prefix = '']) => {
    const names = identity[key];
    return isJsonList(names)
      ? names.filter((name) => typeof name === 'string').map((name) => prefix + name)
      : [];
  });
  return sources.length === 0 ? undefined : sources.join(', ');
}

function withDefaultAuthorizer(
  expansion: SamExpansion,
  apiId: string,
  document: JsonObject,
  auth: JsonObject,
  authorizers: JsonObject,
): JsonObject {
  const name = auth['DefaultAuthorizer'];
  if (name === undefined) return document;
  // The translator sets a default only if the API has authorizers (tested with aws-sam-translator 1.110.0), so a
  // misspelled `aws_iam` leaves every route open.
  if (name !== 'AWS_IAM' && Object.keys(authorizers).length === 0) {
    expansion.report(
      apiId,
      'AWS::Serverless::Api',
      'Auth.DefaultAuthorizer',
      'SAM ignores this property, because Auth.Authorizers is empty: routes without another authorizer are open, in this gateway as on AWS',
    );
    return document;
  }
  if (typeof name !== 'string')
    return expansion.fail(apiId, `Auth.DefaultAuthorizer must be a string, not ${JSON.stringify(name)}`);
  const authorizer = authorizers[name];
  if (name !== 'AWS_IAM' && authorizer === undefined)
    return expansion.fail(apiId, `Auth.DefaultAuthorizer names ${name}, which is not in Auth.Authorizers`);
  const known = ['AWS_IAM', ...Object.keys(authorizers)];
  const scopes = isJsonObject(authorizer) ? (authorizer['AuthorizationScopes'] ?? []) : [];
  return mapMethods(document, (definition, key) => {
    if (key === 'options' && auth['AddDefaultAuthorizerToCorsPreflight'] === false) return definition;
    const written = requirementsOf(definition);
    const isNone = written.some((requirement) => Object.hasOwn(requirement, 'NONE'));
    const isOwn = written.some((requirement) => known.some((other) => Object.hasOwn(requirement, other)));
    if (isNone || isOwn) return definition;
    return { ...definition, security: [...written, { [name]: scopes }] };
  });
}

function withDefaultKey(document: JsonObject, auth: JsonObject): JsonObject {
  return mapMethods(document, (definition, key) => {
    const others = requirementsOf(definition).filter((requirement) => !Object.hasOwn(requirement, 'api_key'));
    const isOff =
      others.some((requirement) => Object.hasOwn(requirement, 'api_key_false')) ||
      (key === 'options' && auth['AddApiKeyRequiredToCorsPreflight'] === false);
    return isOff ? definition : { ...definition, security: [...others, { api_key: [] }] };
  });
}

/** Defines SAM's built-in schemes if a method uses them. It also removes the marks that `eventSecurity` has added. */
function addUsedSchemes(document: JsonObject): JsonObject {
  const used = new Set<string>();
  const cleaned = mapMethods(document, (definition) => {
    if (definition['security'] === undefined || definition[INTEGRATION] === undefined) return definition;
    const security = requirementsOf(definition).filter(
      (requirement) => !Object.hasOwn(requirement, 'api_key_false') && !Object.hasOwn(requirement, 'NONE'),
    );
    for (const requirement of security) for (const name of Object.keys(requirement)) used.add(name);
    return { ...definition, security };
  });
  const known = definitionsOf(cleaned, 'schemes');
  return putDefinitions(cleaned, 'schemes', {
    ...(used.has('AWS_IAM') && known['AWS_IAM'] === undefined ? SIGNED : {}),
    ...(used.has('api_key') && known['api_key'] === undefined ? API_KEY : {}),
  });
}

function requirementsOf(definition: JsonObject): readonly Requirement[] {
  const security = definition['security'];
  return isJsonList(security) ? security.filter(isJsonObject) : [];
}
