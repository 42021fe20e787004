/** Exports an HTTP API as an OpenAPI 3.0 document, in the form in which AWS exports and imports it. */
import { isTrue, listOf, mapOf, textOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { ApiIdentity } from '../../core/deployment/model.ts';
import type { ApiResources } from '../api-state.ts';
import type { ControlResource } from '../control-resource.ts';
import type { Draft } from './export-extensions.ts';
import { lowerFirst } from '@gatewright/aws/violations';
import { lowerNames, nameOf, omitEmpty } from './export-extensions.ts';

type HttpExportOptions = {
  /** The stage; undefined means that the document contains no stage name. */
  readonly stageName: string | undefined;
  /** The time of deployment or creation. It is the version of the document if the API has no version. */
  readonly version: string;
  /** Without extensions, the document has no integrations, no CORS and no settings of authorizers. */
  readonly withExtensions: boolean;
};

const PREFIX = 'x-amazon-apigateway-';

export function exportHttpApi(identity: ApiIdentity, from: ApiResources, options: HttpExportOptions): Draft {
  const { properties } = from.api;
  const { stageName, withExtensions } = options;
  const description = textOf(properties, 'Description');
  const schemes = omitEmpty(exportSchemes(from, withExtensions));
  const cors = omitEmpty(lowerNames(mapOf(properties, 'CorsConfiguration')));
  const path = stageName === undefined || stageName === '$default' ? '' : `/${stageName}`;
  return {
    openapi: '3.0.1',
    info: {
      title: textOf(properties, 'Name') || identity.name,
      description: description || undefined,
      version: textOf(properties, 'Version') || options.version,
    },
    servers: [
      {
        url: `https://${identity.domainName}/{basePath}`,
        variables: { basePath: { default: path.slice(1) } },
        ...(withExtensions &&
          isTrue(properties['DisableExecuteApiEndpoint']) && {
            [`${PREFIX}endpoint-configuration`]: { disableExecuteApiEndpoint: true },
          }),
      },
    ],
    paths: exportPaths(from, withExtensions),
    components: schemes && { securitySchemes: schemes },
    ...(withExtensions && { [`${PREFIX}cors`]: cors, [`${PREFIX}importexport-version`]: '1.0' }),
  };
}

function exportPaths(from: ApiResources, withExtensions: boolean): Draft {
  const paths: Record<string, Draft> = {};
  const routes = from.routes.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  for (const route of routes) {
    const [verb = '', path = '/$default'] = keyOf(route).split(' ');
    const isAny = verb === 'ANY' || verb === '$default';
    const name = isAny ? `${PREFIX}any-method` : verb.toLowerCase();
    (paths[path] ??= {})[name] = exportRoute(route, path, from, withExtensions);
  }
  return paths;
}

const keyOf = ({ properties }: ControlResource): string => textOf(properties, 'RouteKey');

function exportRoute(
  route: ControlResource,
  path: string,
  from: ApiResources,
  withExtensions: boolean,
): Draft {
  const { properties } = route;
  const key = keyOf(route);
  const operationId = textOf(properties, 'OperationName');
  const integration = from.integrations.get(textOf(properties, 'Target').replace(/^integrations\//, ''));
  const authorizer = from.authorizers.get(textOf(properties, 'AuthorizerId'));
  const parameters = [...path.matchAll(/\{([^}+]+)\+?\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    description: `Generated path parameter for ${name}`,
    required: true,
    schema: { type: 'string' },
  }));
  const isIam = textOf(properties, 'AuthorizationType') === 'AWS_IAM';
  return {
    operationId: operationId || undefined,
    parameters: omitEmpty(parameters),
    responses: { default: { description: `Default response for ${key}` } },
    security: authorizer && [{ [nameOf(authorizer)]: listOf(properties, 'AuthorizationScopes') }],
    ...(withExtensions && {
      [`${PREFIX}auth`]: isIam ? { type: 'AWS_IAM' } : undefined,
      isDefaultRoute: key === '$default' || undefined,
      [`${PREFIX}integration`]: integration && exportIntegration(integration.properties),
    }),
  };
}

function exportIntegration(properties: JsonObject): Draft {
  const { IntegrationType, ResponseParameters, ...others } = properties;
  const named: Draft = {};
  for (const [name, value] of Object.entries(others)) {
    if (name === 'ApiId') continue;
    named[DOCUMENT_NAMES[name] ?? lowerFirst(name)] = value;
  }
  const statuses = mapOf({ ResponseParameters: ResponseParameters ?? null }, 'ResponseParameters');
  const responses = Object.entries(statuses).map(([status, block]) => [
    status,
    Object.fromEntries(
      listOf(mapOf({ block }, 'block'), 'ResponseParameters').map((item) => {
        const change = mapOf({ item }, 'item');
        return [textOf(change, 'Destination'), change['Source']];
      }),
    ),
  ]);
  return {
    payloadFormatVersion: '1.0',
    type: typeof IntegrationType === 'string' ? IntegrationType.toLowerCase() : 'aws_proxy',
    connectionType: 'INTERNET',
    ...named,
    responseParameters: omitEmpty(Object.fromEntries(responses) as Draft),
  };
}

const DOCUMENT_NAMES: Readonly<Record<string, string>> = {
  IntegrationUri: 'uri',
  IntegrationMethod: 'httpMethod',
  CredentialsArn: 'credentials',
};

function exportSchemes({ routes, authorizers }: ApiResources, withExtensions: boolean): Draft {
  const needed = new Set(routes.map(({ properties }) => textOf(properties, 'AuthorizerId')));
  return Object.fromEntries(
    [...authorizers.values()]
      .filter(({ id }) => needed.has(id))
      .map((authorizer) => [nameOf(authorizer), exportScheme(authorizer.properties, withExtensions)]),
  );
}

function exportScheme(properties: JsonObject, withExtensions: boolean): Draft {
  const isJwt = textOf(properties, 'AuthorizerType') === 'JWT';
  const sources = listOf(properties, 'IdentitySource').map(String);
  const header = /^\$request\.header\.(.+)$/.exec(sources[0] ?? '')?.[1] ?? 'Authorization';
  const scheme = isJwt ? { type: 'oauth2' } : { type: 'apiKey', name: header, in: 'header' };
  if (!withExtensions) return scheme;
  const { JwtConfiguration, ...others } = properties;
  const named = Object.fromEntries(
    Object.entries(others)
      .filter(([name]) => !NOT_OF_AUTHORIZER.has(name))
      .map(([name, value]) => [lowerFirst(name), value]),
  );
  const credentials = textOf(properties, 'AuthorizerCredentialsArn');
  return {
    ...scheme,
    [`${PREFIX}authorizer`]: {
      ...named,
      authorizerCredentials: credentials || undefined,
      jwtConfiguration:
        JwtConfiguration === undefined ? undefined : lowerNames(mapOf(properties, 'JwtConfiguration')),
      identitySource: sources.join(','),
      type: isJwt ? 'jwt' : 'request',
    },
  };
}

const NOT_OF_AUTHORIZER = new Set([
  'ApiId',
  'Name',
  'AuthorizerType',
  'IdentitySource',
  'AuthorizerCredentialsArn',
]);
