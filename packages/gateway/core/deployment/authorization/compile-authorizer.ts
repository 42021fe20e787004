/** Compiles the Lambda authorizers of all three kinds of API for `authenticate`. */
import { DefinitionError } from '../../errors.ts';
import { compileFullMatch } from '../../mapping/full-match.ts';
import { DEFAULT_ASSUMPTIONS } from '../assumptions.ts';
import type { FunctionHome } from '@gatewright/aws/function-name';
import { readLambdaUri } from '../integration/integration-uri.ts';
import { sourceOfAuthorizer } from '../../routing/invoke-sources.ts';
import { ALL_PERMITTED, findInvokeCheck, readRole } from './invoke-permissions.ts';
import { readInteger, readText, readTextList } from '../properties.ts';
import type { Assumptions } from '../assumptions.ts';
import type { InvokePermissions } from './invoke-permissions.ts';
import type { FullMatch } from '../../mapping/full-match.ts';
import type { PropertyBag } from '../properties.ts';
import type { AuthorizerPayload, FunctionTarget, IdentitySource, LambdaAuthorizer } from '../model.ts';

/** The timeout of a REST or WebSocket authorizer. For HTTP APIs, the timeout is 10 s (docs/aws §4.3). */
const REST_TIMEOUT_MS = 29_000;
const HTTP_TIMEOUT_MS = 10_000;
const MAX_TTL_SECONDS = 3600;
const REGION_OF_URI = /^arn:[^:]+:apigateway:[a-z]{2}(?:-[a-z]+)+-\d:/;

export const REST_SOURCE =
  /^(method\.request\.header|method\.request\.querystring|stageVariables|context)\.(.+)$/;
const WEBSOCKET_SOURCE =
  /^(route\.request\.header|route\.request\.querystring|stageVariables|context)\.(.+)$/;
export const HTTP_SOURCE = /^\$(request\.header|request\.querystring|stageVariables|context)\.(.+)$/;

function parseSource(text: string, form: RegExp): IdentitySource | undefined {
  const [, where, name] = form.exec(text) ?? [];
  if (where === undefined || name === undefined) return undefined;
  if (where.endsWith('request.header')) return { kind: 'header', name: name.toLowerCase() };
  if (where.endsWith('request.querystring')) return { kind: 'querystring', name };
  if (where === 'stageVariables') return { kind: 'stageVariable', name };
  // AWS accepts an authorizer with an unknown `$context` variable, although no request has this variable
  // (aws/serverless-application-model, integration/resources/templates/combination/http_api_with_auth.yaml).
  return { kind: 'context', name };
}

/**
 * Parses the identity sources of an authorizer.
 * @throws DefinitionError for a source that AWS does not know.
 */
export function parseSources(bag: PropertyBag, texts: readonly string[], form: RegExp): IdentitySource[] {
  return texts.map((text) => {
    const source = parseSource(text, form);
    if (source !== undefined) return source;
    throw new DefinitionError(
      bag.place('IdentitySource'),
      `Invalid identity source "${text}". A source must be a header, query string, stage variable or context variable of the request`,
    );
  });
}

function readTtl(bag: PropertyBag, usual: number): number {
  return readInteger(bag, 'AuthorizerResultTtlInSeconds', { usual, min: 0, max: MAX_TTL_SECONDS });
}

function nameResults(authorizerId: string, sources: readonly IdentitySource[]): string {
  return `${authorizerId} ${JSON.stringify(sources)}`;
}

/**
 * Reads the URI of an authorizer of a REST API, with AWS's message for an invalid URI
 * (hashicorp/terraform-provider-aws#1757).
 */
function readRestTarget(bag: PropertyBag, home: FunctionHome | undefined): FunctionTarget {
  const uri = readText(bag, 'AuthorizerUri');
  const target = readLambdaUri(uri, false, home);
  if (target.kind === 'function' && REGION_OF_URI.test(uri)) return target.target;
  throw new DefinitionError(
    bag.place('AuthorizerUri'),
    `Invalid Authorizer URI: ${uri}. Authorizer URI should be a valid API Gateway ARN that represents a Lambda function invocation.`,
  );
}

/** Reads the URI of an authorizer of an HTTP or WebSocket API. AWS's message for an invalid URI is not recorded. */
function readTarget(bag: PropertyBag, home: FunctionHome | undefined): FunctionTarget {
  const target = readLambdaUri(readText(bag, 'AuthorizerUri'), false, home);
  if (target.kind === 'invalid') throw new DefinitionError(bag.place('AuthorizerUri'), target.message);
  return target.target;
}

/**
 * Reads `IdentityValidationExpression`.
 * @throws DefinitionError if it is not a Java regular expression that the gateway supports
 */
export function readValidation(bag: PropertyBag): FullMatch | undefined {
  const pattern = readText(bag, 'IdentityValidationExpression', '');
  if (pattern === '') return undefined;
  const matches = compileFullMatch(pattern);
  if (matches !== undefined) return matches;
  throw new DefinitionError(
    bag.place('IdentityValidationExpression'),
    `"${pattern}" is not a Java regular expression that the gateway supports`,
  );
}

type LambdaAuthorizerSources = {
  readonly assumptions: Assumptions;
  readonly invokePermissions: InvokePermissions;
  readonly functionHome?: FunctionHome | undefined;
};

/** Compiles a Lambda authorizer of a REST API, which has the type TOKEN or REQUEST (docs/aws §4.1, §4.2). */
export function compileRestLambdaAuthorizer(
  bag: PropertyBag,
  type: 'TOKEN' | 'REQUEST',
  { assumptions, invokePermissions, functionHome }: LambdaAuthorizerSources,
): LambdaAuthorizer {
  const isToken = type === 'TOKEN';
  const sourceText = readText(bag, 'IdentitySource', isToken ? 'method.request.header.Authorization' : '');
  const texts = sourceText
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '');
  const ttlSeconds = readTtl(bag, 300);
  const identitySources = parseSources(bag, texts, REST_SOURCE);
  if (isToken && (identitySources.length !== 1 || identitySources[0]?.kind !== 'header'))
    throw new DefinitionError(
      bag.place('IdentitySource'),
      `A TOKEN authorizer must have exactly one identity source of the form method.request.header.<Name>, not ${JSON.stringify(sourceText)}`,
    );
  if (!isToken && ttlSeconds > 0 && identitySources.length === 0)
    throw new DefinitionError(
      bag.place('IdentitySource'),
      'A REQUEST authorizer with a cache needs at least one identity source; add one, or set AuthorizerResultTtlInSeconds to 0',
    );
  const isIgnored = !isToken && ttlSeconds === 0 && assumptions['uncached-identity-sources'] === 'ignored';
  const target = readRestTarget(bag, functionHome);
  const role = bag.properties['AuthorizerCredentials'];
  return {
    mayInvoke: findInvokeCheck(invokePermissions, target, role, [sourceOfAuthorizer(bag.id)]),
    roleArn: readRole(role),
    authorizerId: bag.id,
    name: readText(bag, 'Name', bag.logicalId),
    payload: isToken ? 'rest-token' : 'rest-request',
    ...target,
    identitySources: isIgnored ? [] : identitySources,
    validation: isToken ? readValidation(bag) : undefined,
    validationText: isToken ? readText(bag, 'IdentityValidationExpression', '') : undefined,
    ttlSeconds,
    resultsName: nameResults(bag.id, identitySources),
    simpleResponses: false,
    timeoutMs: REST_TIMEOUT_MS,
  };
}

function readHttpPayload(bag: PropertyBag): AuthorizerPayload {
  const version = readText(bag, 'AuthorizerPayloadFormatVersion', '');
  if (version === '1.0') return 'http-1.0';
  if (version === '2.0') return 'http-2.0';
  throw new DefinitionError(
    bag.place('AuthorizerPayloadFormatVersion'),
    // AWS's wording (hashicorp/terraform-provider-aws#15181). The accepted values are "1.0" and "2.0".
    'AuthorizerPayloadFormatVersion is a required parameter for REQUEST authorizer',
  );
}

/** Compiles a Lambda authorizer of an HTTP or WebSocket API, which has the type REQUEST (docs/aws §4.5, §4.7). */
export function compileV2LambdaAuthorizer(
  bag: PropertyBag,
  protocol: 'http' | 'websocket',
  {
    assumptions = DEFAULT_ASSUMPTIONS,
    invokePermissions = ALL_PERMITTED,
    functionHome,
  }: Partial<LambdaAuthorizerSources> = {},
): LambdaAuthorizer {
  const payload = protocol === 'websocket' ? 'websocket' : readHttpPayload(bag);
  const texts = readTextList(bag, 'IdentitySource');
  const identitySources = parseSources(bag, texts, protocol === 'websocket' ? WEBSOCKET_SOURCE : HTTP_SOURCE);
  const simpleResponses = bag.properties['EnableSimpleResponses'] === true;
  if (simpleResponses && payload !== 'http-2.0')
    throw new DefinitionError(
      bag.place('EnableSimpleResponses'),
      'Simple responses need AuthorizerPayloadFormatVersion "2.0" on an HTTP API',
    );
  const ttlSeconds = protocol === 'websocket' ? 0 : readTtl(bag, 0);
  if (ttlSeconds > 0 && identitySources.length === 0)
    throw new DefinitionError(
      bag.place('IdentitySource'),
      'Identity source must be set if authorizer caching is enabled (TTL is greater than 0)',
    );
  const target = readTarget(bag, functionHome);
  const role = bag.properties['AuthorizerCredentialsArn'];
  return {
    mayInvoke: findInvokeCheck(invokePermissions, target, role, [sourceOfAuthorizer(bag.id)]),
    roleArn: readRole(role),
    authorizerId: bag.id,
    name: readText(bag, 'Name', bag.logicalId),
    payload,
    ...target,
    identitySources,
    validation: undefined,
    ttlSeconds,
    resultsName: nameResults(bag.id, identitySources),
    simpleResponses,
    unauthorizedStatus: protocol === 'http' ? readUnauthorizedStatus(assumptions) : undefined,
    timeoutMs: protocol === 'websocket' ? REST_TIMEOUT_MS : HTTP_TIMEOUT_MS,
  };
}

function readUnauthorizedStatus(assumptions: Assumptions): LambdaAuthorizer['unauthorizedStatus'] {
  switch (assumptions['http-unauthorized-status']) {
    case '401':
      return 401;
    case '500':
      return 500;
    case 'by-format':
      return undefined;
  }
}
