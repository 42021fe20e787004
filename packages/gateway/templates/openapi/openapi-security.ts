import { isJsonList, isJsonObject, membersOf } from '@gatewright/aws/json-object';
import { lowerFirst } from '@gatewright/aws/violations';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { DocumentPath, Found, OpenApiDocument, Operation } from './openapi-document.ts';
import { present } from '../sam/sam-expansion.ts';

const AUTHORIZER = 'x-amazon-apigateway-authorizer';
const AUTH_TYPE = 'x-amazon-apigateway-authtype';
const OWN_AUTH = 'x-amazon-apigateway-auth';

type MethodSecurity = {
  readonly authorizationType: string;
  readonly authorizer: string | undefined;
  readonly scopes: readonly string[];
  readonly apiKeyRequired: boolean;
  /** The location of the requirement that names the authorizer or the signature; undefined if there is none. */
  readonly at?: DocumentPath | undefined;
  /** The location of the requirement that names the API key; undefined if there is none. */
  readonly keyAt?: DocumentPath | undefined;
};

type Scheme =
  | { readonly kind: 'authorizer'; readonly authorizationType: string }
  | { readonly kind: 'iam' }
  | { readonly kind: 'api-key' }
  | { readonly kind: 'unknown' };

export function securityAuthorizers(
  document: OpenApiDocument,
): readonly (Found & { readonly name: string })[] {
  const schemes = document.section('securitySchemes');
  return Object.keys(schemes.value).flatMap((name) => {
    const found = document.require([...schemes.at, name]);
    return isJsonObject(found.value[AUTHORIZER]) ? [{ ...found, name }] : [];
  });
}

/**
 * Reads the security requirement of one operation. An operation without a requirement gets the requirement at the root
 * of the document [obs: import of July 2025, though the guide says otherwise].
 * @throws DefinitionError for a scheme that the document does not define.
 */
export function readSecurity(document: OpenApiDocument, operation: Operation): MethodSecurity {
  const own = document.object([...operation.at, OWN_AUTH]);
  const ownType = own === undefined ? undefined : document.text(own, 'type');
  if (ownType?.toUpperCase() === 'AWS_IAM')
    return { authorizationType: 'AWS_IAM', authorizer: undefined, scopes: [], apiKeyRequired: false };
  const isOwn = operation.value['security'] !== undefined;
  const at = isOwn ? [...operation.at, 'security'] : ['security'];
  let result: MethodSecurity = {
    authorizationType: 'NONE',
    authorizer: undefined,
    scopes: [],
    apiKeyRequired: false,
  };
  for (const requirement of document.list(at))
    for (const [name, scopes] of Object.entries(requirement.value)) {
      if (isNoAuthorizer(document, name)) continue;
      const scheme = readScheme(document, name, [...requirement.at, name]);
      if (scheme.kind === 'api-key')
        result = { ...result, apiKeyRequired: true, keyAt: [...requirement.at, name] };
      else if (scheme.kind === 'unknown') document.report([...requirement.at, name]);
      else if (result.authorizationType !== 'NONE')
        document.report(
          [...requirement.at, name],
          'a method can have only one authorizer, so the first one listed is used',
        );
      else if (scheme.kind === 'iam')
        result = { ...result, authorizationType: 'AWS_IAM', at: [...requirement.at, name] };
      else
        result = {
          ...result,
          at: [...requirement.at, name],
          authorizationType: scheme.authorizationType,
          authorizer: name,
          // Whether an import refuses scopes of a Lambda authorizer, as PutMethod does, is not documented. No
          // authorizer checks them in any case.
          scopes: scheme.authorizationType === 'CUSTOM' ? [] : readScopes(scopes),
        };
    }
  return result;
}

/** Returns the location of the requirement from which an import makes a property of a method or route. */
export function placeOfSecurity(
  { at, keyAt }: Pick<MethodSecurity, 'at' | 'keyAt'>,
  property = '',
): DocumentPath | undefined {
  if (property === 'ApiKeyRequired') return keyAt;
  return property.startsWith('Auth') ? at : undefined;
}

/**
 * Whether a name is SAM's `NONE`, which no scheme has as its name. SAM writes `NONE: []` for a route without the
 * default authorizer.
 */
function isNoAuthorizer(document: OpenApiDocument, name: string): boolean {
  return name === 'NONE' && !Object.hasOwn(document.section('securitySchemes').value, name);
}

function readScheme(document: OpenApiDocument, name: string, at: readonly string[]): Scheme {
  const section = document.section('securitySchemes');
  if (!Object.hasOwn(section.value, name))
    return document.fail(at, `Invalid OpenAPI input. The security scheme "${name}" is not defined`);
  const scheme = document.require([...section.at, name]);
  const authorizer = document.object([...scheme.at, AUTHORIZER]);
  if (authorizer !== undefined) {
    const type = document.text(authorizer, 'type')?.toLowerCase();
    const authorizationType =
      type === 'cognito_user_pools' ? 'COGNITO_USER_POOLS' : type === 'jwt' ? 'JWT' : 'CUSTOM';
    return { kind: 'authorizer', authorizationType };
  }
  if (document.text(scheme, AUTH_TYPE)?.toLowerCase() === 'awssigv4') return { kind: 'iam' };
  const isApiKey =
    document.text(scheme, 'type') === 'apiKey' &&
    document.text(scheme, 'name')?.toLowerCase() === 'x-api-key';
  return isApiKey ? { kind: 'api-key' } : { kind: 'unknown' };
}

/** Maps the properties of an authorizer to members of the document, if more than the first letter differs. */
const MEMBERS: Readonly<Record<string, string>> = {
  AuthorizerType: 'type',
  AuthorizerCredentialsArn: 'authorizerCredentials',
  ProviderARNs: 'providerARNs',
};

/**
 * Returns the location of an authorizer's property in its scheme. The scheme itself contains the name of the header
 * with the token.
 */
export function placeOfAuthorizer({ at, value }: Found, property: string | undefined): DocumentPath {
  if (property === undefined) return at;
  const [head = '', ...rest] = property.split('.');
  const own = membersOf(value[AUTHORIZER]);
  if (head === 'IdentitySource' && (own['identitySource'] ?? '') === '' && own['type'] !== 'request')
    return [...at, 'name'];
  return [...at, AUTHORIZER, MEMBERS[head] ?? lowerFirst(head), ...rest.map(lowerFirst)];
}

function readScopes(scopes: Json): readonly string[] {
  return isJsonList(scopes) ? scopes.filter((scope) => typeof scope === 'string') : [];
}

export function restAuthorizer(
  document: OpenApiDocument,
  scheme: Found & { readonly name: string },
): JsonObject {
  const authorizer = document.require([...scheme.at, AUTHORIZER]);
  const type = document.text(authorizer, 'type')?.toUpperCase() ?? 'TOKEN';
  const header = document.text(scheme, 'name') ?? 'Authorization';
  const isRequest = type === 'REQUEST';
  const source = document.text(authorizer, 'identitySource');
  return present({
    Name: scheme.name,
    Type: type,
    AuthType: document.text(scheme, AUTH_TYPE),
    AuthorizerUri: authorizer.value['authorizerUri'],
    AuthorizerCredentials: authorizer.value['authorizerCredentials'],
    AuthorizerResultTtlInSeconds: authorizer.value['authorizerResultTtlInSeconds'],
    IdentityValidationExpression: authorizer.value['identityValidationExpression'],
    IdentitySource:
      // For a TOKEN authorizer, AWS treats an empty source as missing [obs: apigateway, `test_import_rest_api`].
      isRequest || (source ?? '') !== '' ? source : `method.request.header.${header}`,
    ProviderARNs: authorizer.value['providerARNs'],
  });
}

export function httpAuthorizer(
  document: OpenApiDocument,
  scheme: Found & { readonly name: string },
): JsonObject {
  const authorizer = document.require([...scheme.at, AUTHORIZER]);
  const jwt = document.object([...authorizer.at, 'jwtConfiguration']);
  return present({
    Name: scheme.name,
    AuthorizerType: document.text(authorizer, 'type')?.toUpperCase() ?? 'REQUEST',
    AuthorizerUri: authorizer.value['authorizerUri'],
    AuthorizerCredentialsArn: authorizer.value['authorizerCredentials'],
    AuthorizerPayloadFormatVersion: document.text(authorizer, 'authorizerPayloadFormatVersion'),
    AuthorizerResultTtlInSeconds: authorizer.value['authorizerResultTtlInSeconds'],
    EnableSimpleResponses: authorizer.value['enableSimpleResponses'],
    IdentitySource: splitSources(authorizer.value['identitySource']),
    JwtConfiguration: jwt && present({ Audience: jwt.value['audience'], Issuer: jwt.value['issuer'] }),
  });
}

/**
 * Returns whether this is a JWT authorizer without an issuer. An import leaves out such an authorizer and the routes
 * that need it, with a warning (aws/aws-sam-cli#2410).
 */
export function lacksIssuer(document: OpenApiDocument, scheme: Found): boolean {
  const authorizer = document.require([...scheme.at, AUTHORIZER]);
  const jwt = document.object([...authorizer.at, 'jwtConfiguration']);
  const issuer = jwt?.value['issuer'] ?? '';
  return document.text(authorizer, 'type')?.toLowerCase() === 'jwt' && issuer === '';
}

function splitSources(sources: Json | undefined): Json | undefined {
  return typeof sources === 'string' ? sources.split(',').map((source) => source.trim()) : sources;
}
