/**
 * Converts `Auth` of an `AWS::Serverless::HttpApi` and of its events to security schemes, and to the requirement of
 * each route.
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-httpapi-httpapiauth.html
 */
import { isJsonList, isJsonObject, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { mapMethods, putDefinitions } from './sam-document.ts';
import { invocationUri, present } from './sam-expansion.ts';
import type { SamExpansion, SamRoute } from './sam-expansion.ts';

const SIGNED = {
  type: 'apiKey',
  name: 'Authorization',
  in: 'header',
  'x-amazon-apigateway-authtype': 'awsSigv4',
};
/** SAM's mark of a route without an authorizer. With an empty list, the default authorizer would still apply. */
const OPEN = [{ NONE: [] }];

/** Lists the authorizers of an API for a message about a name that is not one of them. */
export function describeAuthorizers(authorizers: JsonObject): string {
  const names = Object.keys(authorizers);
  return names.length === 0 ? '' : ` (its authorizers are ${names.join(', ')})`;
}

/** Returns the requirements that the event adds to `security` of its route; empty if the API's default applies. */
export function httpEventSecurity(
  expansion: SamExpansion,
  apiAuth: JsonObject,
  { ownerId, eventName, properties }: SamRoute,
): readonly Json[] {
  const auth = properties['Auth'];
  if (!isJsonObject(auth) || Object.keys(auth).length === 0) return [];
  const name = auth['Authorizer'] ?? apiAuth['DefaultAuthorizer'];
  const where = `event ${eventName}: `;
  if (typeof name !== 'string')
    return expansion.fail(
      ownerId,
      `${where}Auth must name an Authorizer, because the API has no DefaultAuthorizer`,
    );
  if (name === 'NONE') {
    if (apiAuth['DefaultAuthorizer'] === undefined)
      expansion.fail(ownerId, `${where}Authorizer NONE is allowed only if the API has a DefaultAuthorizer`);
    return OPEN;
  }
  const authorizer = authorizersOf(apiAuth)[name];
  if (name !== 'AWS_IAM' && !isJsonObject(authorizer))
    return expansion.fail(
      ownerId,
      `${where}the API has no authorizer ${name}${describeAuthorizers(authorizersOf(apiAuth))}`,
    );
  const defaultScopes = membersOf(authorizer)['AuthorizationScopes'];
  return [{ [name]: auth['AuthorizationScopes'] ?? defaultScopes ?? [] }];
}

export function addHttpSecurity(
  expansion: SamExpansion,
  apiId: string,
  document: JsonObject,
  auth: JsonObject,
): JsonObject {
  const authorizers = authorizersOf(auth);
  const schemes = Object.entries(authorizers).map(
    ([name, authorizer]) => [name, httpScheme(expansion, apiId, name, authorizer)] as const,
  );
  const guarded = withDefaultAuthorizer(expansion, apiId, document, auth);
  let usesSignatures = auth['EnableIamAuthorizer'] === true;
  mapMethods(guarded, (definition) => {
    const security = definition['security'];
    const requirements = isJsonList(security) ? security.filter(isJsonObject) : [];
    usesSignatures ||= requirements.some((requirement) => Object.hasOwn(requirement, 'AWS_IAM'));
    return definition;
  });
  return putDefinitions(guarded, 'schemes', {
    ...(usesSignatures ? { AWS_IAM: SIGNED } : {}),
    ...Object.fromEntries(schemes),
  });
}

function withDefaultAuthorizer(
  expansion: SamExpansion,
  apiId: string,
  document: JsonObject,
  auth: JsonObject,
): JsonObject {
  const name = auth['DefaultAuthorizer'];
  if (name === undefined || (isJsonObject(name) && name['Ref'] === 'AWS::NoValue')) return document;
  if (typeof name !== 'string')
    return expansion.fail(apiId, `Auth.DefaultAuthorizer must be a string, not ${JSON.stringify(name)}`);
  const authorizer = authorizersOf(auth)[name];
  const isSigned = name === 'AWS_IAM' && auth['EnableIamAuthorizer'] === true;
  if (!isSigned && authorizer === undefined)
    return expansion.fail(apiId, `Auth.DefaultAuthorizer names ${name}, which is not in Auth.Authorizers`);
  const scopes = isJsonObject(authorizer) ? (authorizer['AuthorizationScopes'] ?? []) : [];
  return mapMethods(document, (definition, key) => {
    const { security } = definition;
    const hasOwn = security !== undefined && !(isJsonList(security) && security.length === 0);
    return key === 'options' || hasOwn ? definition : { ...definition, security: [{ [name]: scopes }] };
  });
}

/**
 * The members that only one kind of authorizer has.
 * @see https://github.com/aws/serverless-application-model/blob/develop/samtranslator/model/apigatewayv2.py
 */
const ONLY_OF = {
  OAuth2: ['AuthorizationScopes', 'IdentitySource'],
  Lambda: [
    'FunctionArn',
    'FunctionInvokeRole',
    'Identity',
    'AuthorizerPayloadFormatVersion',
    'EnableSimpleResponses',
    'EnableFunctionDefaultPermissions',
  ],
} as const;

function refuseMembersOfOther(
  expansion: SamExpansion,
  apiId: string,
  name: string,
  authorizer: JsonObject,
): void {
  const other = authorizer['JwtConfiguration'] === undefined ? 'OAuth2' : 'Lambda';
  const excess = ONLY_OF[other].find((member) => authorizer[member] !== undefined);
  if (excess !== undefined)
    expansion.refuse(
      apiId,
      ['Auth', 'Authorizers', name, excess],
      `${excess} is only supported for ${other} Authorizer.`,
      `remove ${excess} from Auth.Authorizers.${name}`,
    );
}

function httpScheme(expansion: SamExpansion, apiId: string, name: string, authorizer: Json): JsonObject {
  if (!isJsonObject(authorizer))
    return expansion.fail(
      apiId,
      `Auth.Authorizers.${name} must be a mapping, not ${JSON.stringify(authorizer)}`,
    );
  const jwt = authorizer['JwtConfiguration'];
  refuseMembersOfOther(expansion, apiId, name, authorizer);
  if (jwt !== undefined)
    return {
      type: 'oauth2',
      'x-amazon-apigateway-authorizer': {
        type: 'jwt',
        jwtConfiguration: lowerKeys(jwt),
        ...present({ identitySource: authorizer['IdentitySource'] }),
      },
    };
  const functionArn = authorizer['FunctionArn'];
  const version = authorizer['AuthorizerPayloadFormatVersion'];
  if (functionArn === undefined)
    return expansion.fail(apiId, `Auth.Authorizers.${name}: JwtConfiguration or FunctionArn is required`);
  if (version === undefined)
    return expansion.fail(apiId, `Auth.Authorizers.${name}: AuthorizerPayloadFormatVersion is required`);
  const identity = mapOf(authorizer, 'Identity');
  const role = authorizer['FunctionInvokeRole'];
  return {
    type: 'apiKey',
    name: 'Unused',
    in: 'header',
    'x-amazon-apigateway-authorizer': {
      type: 'request',
      authorizerUri: invocationUri(functionArn),
      authorizerPayloadFormatVersion: version,
      ...present({
        enableSimpleResponses: authorizer['EnableSimpleResponses'],
        authorizerCredentials: role === 'NONE' ? undefined : role,
        authorizerResultTtlInSeconds: identity['ReauthorizeEvery'],
        identitySource: identitySources(identity),
      }),
    },
  };
}

function identitySources(identity: JsonObject): readonly string[] | undefined {
  const sources = [
    ['Headers', '$request.header.'],
    ['QueryStrings', '$request.querystring.'],
    ['StageVariables', '$stageVariables.'],
    ['Context', '$context.'],
  ].flatMap(([key = '', prefix = '']) => {
    const names = identity[key];
    return isJsonList(names)
      ? names.filter((name) => typeof name === 'string').map((name) => prefix + name)
      : [];
  });
  return sources.length === 0 ? undefined : sources;
}

/**
 * Converts member names such as `Issuer` to `issuer`. SAM accepts both spellings, because CloudFormation itself uses
 * the first spelling.
 */
function lowerKeys(configuration: Json): Json {
  if (!isJsonObject(configuration)) return configuration;
  return Object.fromEntries(
    Object.entries(configuration).map(([name, value]) => [
      name === 'Ref' || name.startsWith('Fn::') ? name : name.toLowerCase(),
      value,
    ]),
  );
}

function authorizersOf(auth: JsonObject): JsonObject {
  return mapOf(auth, 'Authorizers');
}
