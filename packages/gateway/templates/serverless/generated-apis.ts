/** Finds the settings of serverless.yml from which osls generates an API, and the models of its bodies. */
import { asText, mapOf, membersOf } from '@gatewright/aws/json-object';
import { existingPath, memberAt } from '../template-place.ts';
import { findRouteSetting } from './generated-routes.ts';
import type { Json } from '@gatewright/aws/json-object';
import type { Path, SourceTree } from '../cloudformation/template-source.ts';
import type { PackagedService } from './packaged-service.ts';

/** The settings of each API that osls generates, by the property and, for a map of settings, by its member. */
const OF_APIS: Readonly<Record<string, Readonly<Record<string, Path>>>> = {
  ApiGatewayRestApi: {
    ApiKeySourceType: ['provider', 'apiGateway', 'apiKeySourceType'],
    BinaryMediaTypes: ['provider', 'apiGateway', 'binaryMediaTypes'],
    DisableExecuteApiEndpoint: ['provider', 'apiGateway', 'disableDefaultEndpoint'],
    EndpointConfiguration: ['provider', 'endpointType'],
    MinimumCompressionSize: ['provider', 'apiGateway', 'minimumCompressionSize'],
    Policy: ['provider', 'apiGateway', 'resourcePolicy'],
  },
  HttpApi: {
    CorsConfiguration: ['provider', 'httpApi', 'cors'],
    DisableExecuteApiEndpoint: ['provider', 'httpApi', 'disableDefaultEndpoint'],
  },
  WebsocketsApi: { RouteSelectionExpression: ['provider', 'websocketsApiRouteSelectionExpression'] },
};
/** Members of CorsConfiguration that the service contains under another name. */
const OF_CORS: Readonly<Record<string, Path>> = {
  AllowCredentials: ['allowCredentials'],
  AllowHeaders: ['allowedHeaders'],
  AllowMethods: ['allowedMethods'],
  AllowOrigins: ['allowedOrigins'],
  ExposeHeaders: ['exposedResponseHeaders'],
  MaxAge: ['maxAge'],
};

/** @returns undefined if the service has no such API, or if the service does not have the setting */
export function findApiSetting(
  tree: SourceTree,
  logicalId: string,
  [property = '', ...within]: Path,
): Path | undefined {
  const setting = OF_APIS[logicalId]?.[property];
  if (setting === undefined || memberAt(tree.value, setting) === undefined) return undefined;
  const [first = '', ...below] = within;
  if (property === 'CorsConfiguration') return [...setting, ...(OF_CORS[first] ?? []), ...below];
  // In the service, the policy is only the list of its statements.
  return [...setting, ...(property === 'Policy' ? below : within)];
}

/** The parts of the provider with the settings of a resource that osls generates for the whole service. */
const OF_PROVIDER: Readonly<Record<string, Path>> = {
  ApiGatewayRestApi: ['provider', 'apiGateway'],
  HttpApi: ['provider', 'httpApi'],
  HttpApiStage: ['provider', 'httpApi'],
  WebsocketsApi: ['provider'],
  WebsocketsDeploymentStage: ['provider'],
  IamRoleLambdaExecution: ['provider', 'iam', 'role'],
};

/**
 * Returns the part of the provider to which a setting of the resource has to be added if the service does not have the
 * setting: `provider.apiGateway`, or `provider` if the service has no such part.
 */
export function findProviderPart({ value }: SourceTree, logicalId: string): Path | undefined {
  const part = existingPath(value, OF_PROVIDER[logicalId] ?? []);
  return part.length === 0 ? undefined : part;
}

/** Returns the schema of the event, or of the provider, from which osls generates a model. */
export function findModelSetting(
  tree: SourceTree,
  logicalId: string,
  [property = '', ...within]: Path,
  { template, functions }: Pick<PackagedService, 'template' | 'functions'>,
): Path | undefined {
  const resources = mapOf(template, 'Resources');
  if (membersOf(resources[logicalId])['Type'] !== 'AWS::ApiGateway::Model') return undefined;
  for (const resource of Object.values(resources)) {
    const models = mapOf(mapOf(membersOf(resource), 'Properties'), 'RequestModels');
    const [type] = Object.entries(models).find(([, model]) => membersOf(model)['Ref'] === logicalId) ?? [];
    const at =
      type === undefined
        ? undefined
        : findRouteSetting(tree, resource, ['RequestModels', type], { template, functions });
    if (at !== undefined) return [...schemaAt(tree, at), ...(property === 'Schema' ? within : [])];
  }
  return undefined;
}

/** The text of a schema may be the name of a schema of the provider, and a schema may have a name of its own. */
function schemaAt(tree: SourceTree, at: Path): Path {
  const ofProvider = ['provider', 'apiGateway', 'request', 'schemas', asText(memberAt(tree.value, at)) ?? ''];
  const found: Path = memberAt(tree.value, ofProvider) === undefined ? at : ofProvider;
  const written: Json | undefined = memberAt(tree.value, found);
  return membersOf(written)['schema'] === undefined ? found : [...found, 'schema'];
}
