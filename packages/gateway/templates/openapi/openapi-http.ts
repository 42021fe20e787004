import { REFUSING } from '../../core/errors.ts';
import { PATH, VERB } from '../../core/stack/route-parts.ts';
import type { DefinitionError, Tolerance } from '../../core/errors.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import { closingError } from './closed-operation.ts';
import { findIntegration, httpIntegration } from './openapi-integration.ts';
import { importedId } from './openapi-resource.ts';
import {
  httpAuthorizer,
  lacksIssuer,
  placeOfAuthorizer,
  placeOfSecurity,
  readSecurity,
  securityAuthorizers,
} from './openapi-security.ts';
import type { DocumentPath, OpenApiDocument, Operation } from './openapi-document.ts';
import type { ImportedResource } from './openapi-resource.ts';
import { present } from '../sam/sam-expansion.ts';

/**
 * The member with the version of the import algorithm. Only one version exists (developer guide,
 * "x-amazon-apigateway-importexport-version").
 */
const ALGORITHM = 'x-amazon-apigateway-importexport-version';
const AUTHORIZER_TYPE = 'AWS::ApiGatewayV2::Authorizer';

/** AWS's words for a JWT authorizer without issuer, including the two full stops (aws/aws-sam-cli#2410). */
const NO_ISSUER = 'Invalid issuer: Issuer can not be empty for JWT Authorizer..';

/**
 * Imports an HTTP API's document. An operation that cannot be imported makes its route faulty.
 * @throws DefinitionError if AWS would refuse to import the document. If errors are not tolerated, this also applies to
 * each operation
 */
export function importHttpApi(
  document: OpenApiDocument,
  stackName: string,
  tolerance: Tolerance = REFUSING,
): readonly ImportedResource[] {
  if (document.version !== '3.0')
    return document.fail(['swagger'], 'Invalid OpenAPI input. HTTP APIs import openapi 3.0 only');
  const algorithm = document.text({ value: document.root, at: [] }, ALGORITHM);
  if (algorithm !== undefined && algorithm !== '1.0')
    return document.fail([ALGORITHM], `Invalid OpenAPI input. ${ALGORITHM} must be 1.0, not ${algorithm}`);
  const ApiId = document.api.physicalId;
  const schemes = securityAuthorizers(document);
  const leftOut = new Set(schemes.filter((scheme) => lacksIssuer(document, scheme)).map(({ name }) => name));
  for (const { name, at } of schemes)
    if (leftOut.has(name))
      document.warn(
        at,
        'the JWT authorizer has no issuer',
        `Unable to create Authorizer '${name}': ${NO_ISSUER} Ignoring.`,
      );
  const kept = schemes.filter(({ name }) => !leftOut.has(name));
  const authorizers = kept.map((scheme): ImportedResource => {
    const physicalId = importedId(document, stackName, AUTHORIZER_TYPE, scheme.name, 6);
    return {
      key: `Authorizer ${scheme.name}`,
      type: AUTHORIZER_TYPE,
      physicalId,
      properties: { ApiId, ...httpAuthorizer(document, scheme) },
      at: (property) => placeOfAuthorizer(scheme, property),
    };
  });
  const basePath = document.basePath(document.api.properties['BasePath'], 'BasePath');
  const routes = document.operations(basePath).flatMap((operation) =>
    tolerance.attempt(
      `${routeKeyOf(operation, basePath)} returns 500`,
      () => {
        const closed = closingError(operation.value, document.place(operation.at).file);
        if (closed !== undefined) throw closed;
        const { authorizer } = readSecurity(document, operation);
        if (authorizer !== undefined && leftOut.has(authorizer)) {
          document.report(
            operation.at,
            `on import, AWS leaves this operation out, because it also leaves out the authorizer ${authorizer}`,
            `Unable to put method '${operation.method}' on resource at path '${operation.path}': Invalid authorizer definition. Setting the authorization type to JWT requires a valid authorizer. Ignoring.`,
          );
          return [];
        }
        return importRoute(document, stackName, operation, basePath);
      },
      (fault) => [closedRoute(document, stackName, operation, basePath, fault)],
    ),
  );
  return [...authorizers, ...routes];
}

function routeKeyOf({ method, path }: Operation, basePath: string): string {
  return method === 'ANY' && path === `${basePath}/$default` ? '$default' : `${method} ${path}`;
}

function closedRoute(
  document: OpenApiDocument,
  stackName: string,
  operation: Operation,
  basePath: string,
  fault: DefinitionError,
): ImportedResource {
  const RouteKey = routeKeyOf(operation, basePath);
  return {
    key: RouteKey,
    type: 'AWS::ApiGatewayV2::Route',
    fault,
    physicalId: importedId(document, stackName, 'route', RouteKey, 7),
    properties: { ApiId: document.api.physicalId, RouteKey },
    at: () => operation.at,
  };
}

function importRoute(
  document: OpenApiDocument,
  stackName: string,
  operation: Operation,
  basePath: string,
): readonly ImportedResource[] {
  const { at } = operation;
  const RouteKey = routeKeyOf(operation, basePath);
  const ApiId = document.api.physicalId;
  const integration = findIntegration(document, operation);
  const integrationId = importedId(document, stackName, 'integration', RouteKey, 7);
  const security = readSecurity(document, operation);
  const route: ImportedResource = {
    key: RouteKey,
    type: 'AWS::ApiGatewayV2::Route',
    physicalId: importedId(document, stackName, 'route', RouteKey, 7),
    properties: present({
      ApiId,
      RouteKey,
      Target: integration && `integrations/${integrationId}`,
      OperationName: document.text(operation, 'operationId'),
      AuthorizationType: security.authorizationType,
      AuthorizerId:
        security.authorizer && importedId(document, stackName, AUTHORIZER_TYPE, security.authorizer, 6),
      AuthorizationScopes: security.scopes.length === 0 ? undefined : security.scopes,
      ApiKeyRequired: security.apiKeyRequired,
    }),
    at: (property) => placeOfSecurity(security, property) ?? placeOfRoute(at, property),
  };
  if (integration === undefined) return [route];
  return [
    {
      key: `Integration ${RouteKey}`,
      type: 'AWS::ApiGatewayV2::Integration',
      physicalId: integrationId,
      properties: { ApiId, ...httpIntegration(document, integration) },
      at: (property) =>
        property === undefined ? integration.at : [...integration.at, documentName(property)],
    },
    route,
  ];
}

/** The key of a route consists of the verb of the operation and of the path that has the operation. */
function placeOfRoute(operation: DocumentPath, property = ''): DocumentPath {
  if (property.startsWith('Auth')) return [...operation, 'security'];
  if (property === `RouteKey.${PATH}`) return operation.slice(0, -1);
  return property === `RouteKey.${VERB}` ? [...operation, VERB] : operation;
}

function documentName(property: string): string {
  const name = property.replace(/^Integration(?=Uri|Type)/, '').replace(/^IntegrationMethod$/, 'HttpMethod');
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** Returns the document's settings for the API itself. The template's own properties take precedence. */
export function httpApiProperties(document: OpenApiDocument): JsonObject {
  const own = Object.fromEntries(Object.entries(document.api.properties).filter(([name]) => name !== 'Body'));
  const info = document.object(['info']);
  const cors = document.object(['x-amazon-apigateway-cors']);
  return {
    ...present({
      Name: info && document.text(info, 'title'),
      Description: info && document.text(info, 'description'),
      Version: info && document.text(info, 'version'),
      DisableExecuteApiEndpoint: document.endpoint()['disableExecuteApiEndpoint'],
      CorsConfiguration:
        cors &&
        present({
          AllowOrigins: cors.value['allowOrigins'],
          AllowMethods: cors.value['allowMethods'],
          AllowHeaders: cors.value['allowHeaders'],
          ExposeHeaders: cors.value['exposeHeaders'],
          AllowCredentials: cors.value['allowCredentials'],
          MaxAge: cors.value['maxAge'],
        }),
    }),
    ProtocolType: 'HTTP',
    ...own,
  };
}
