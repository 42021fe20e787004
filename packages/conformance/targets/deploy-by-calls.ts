/**
 * Creates a fragment's resources with calls to AWS, in the order of the fragment. Each resource refers only to
 * resources before it. The calls use CloudFormation's property names: unchanged in `apigatewayv2` and Lambda, with a
 * lower-case first letter in `apigateway` (AWS's API references).
 */
import { removeMade } from '../play/control-removal.ts';
import { zipOf } from './zip.ts';
import { NotAsked } from '../play/not-asked.ts';
import type { SdkService } from '../play/client.ts';
import type { SdkTarget } from '../play/control-target.ts';
import type { Made } from '../play/control-removal.ts';
import type { ControlReply } from '../schema/control-case.ts';
import { asText } from '../schema/parity-case.ts';
import type { Json, JsonObject } from '../schema/parity-case.ts';
import type { Resource } from '../template/draft.ts';

export type Account = {
  readonly target: SdkTarget;
  /** Prefix of the names of functions. */
  readonly prefix: string;
  /** Returns the execution role of functions, which is created when first needed. */
  role(): Promise<string>;
};

type Outcome =
  | { readonly kind: 'made'; readonly apiId: string; readonly made: readonly Made[] }
  | { readonly kind: 'refused'; readonly message: string; readonly made: readonly Made[] };

/** The values of `Ref` and `Fn::GetAtt` for a created resource. */
type Known = { readonly ref: string; readonly attributes: Readonly<Record<string, string>> };

type Build = {
  readonly account: Account;
  readonly known: Map<string, Known>;
  readonly made: Made[];
  api: string;
};

/** @throws NotAsked for a resource type or property that this function does not support */
export async function deployByCalls(template: string, account: Account): Promise<Outcome> {
  const { Resources } = JSON.parse(template) as { readonly Resources: Readonly<Record<string, Resource>> };
  const build: Build = { account, known: new Map(), made: [], api: '' };
  try {
    for (const [logicalId, { Type, Properties = {} }] of Object.entries(Resources)) {
      const make = MAKERS[Type];
      if (make === undefined) throw new NotAsked(`the runner cannot create ${Type} with API calls`);
      build.known.set(logicalId, await make(build, resolve(Properties, build) as JsonObject, logicalId));
    }
    return { kind: 'made', apiId: build.api, made: build.made };
  } catch (error) {
    if (error instanceof Refused) return { kind: 'refused', message: error.message, made: build.made };
    await removeMade(account.target, build.made.toReversed());
    throw error;
  }
}

class Refused extends Error {}

async function send(build: Build, service: SdkService, call: string, input: JsonObject): Promise<JsonObject> {
  const reply: ControlReply = await build.account.target.send(service, { call, input });
  if (reply.error !== undefined) throw new Refused(`${call}: ${reply.error.code}: ${reply.error.message}`);
  build.made.push({ service, call, body: reply.body });
  return reply.body;
}

type Maker = (build: Build, properties: JsonObject, logicalId: string) => Promise<Known>;

const known = (ref: Json | undefined, attributes: Readonly<Record<string, string>> = {}): Known => {
  return { ref: asText(ref), attributes };
};

/**
 * Converts names such as `RestApiId` to `restApiId`. Names in a nested value are converted only if the value is a
 * structure of the API and not a user's map.
 */
function asRest(properties: JsonObject, inside: readonly string[] = []): JsonObject {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => {
      const lower = name.charAt(0).toLowerCase() + name.slice(1);
      return [lower, inside.includes(name) ? deepRest(value) : value];
    }),
  );
}

function deepRest(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(deepRest);
  return value !== null && typeof value === 'object'
    ? asRest(value as JsonObject, Object.keys(value))
    : value;
}

/**
 * Returns a function that creates a resource with a single call. The properties of the resource are the input of the
 * call. `id` is the member of the response that contains the resource's id.
 */
function plain(service: SdkService, call: string, id: string, inside: readonly string[] = []): Maker {
  return async (build, properties) => {
    const input = service === 'apigateway' ? asRest(properties, inside) : properties;
    return known((await send(build, service, call, input))[id]);
  };
}

const MAKERS: Readonly<Record<string, Maker>> = {
  'AWS::Lambda::Function': makeFunction,
  'AWS::Lambda::Permission': allow,
  'AWS::ApiGateway::RestApi': makeRestApi,
  'AWS::ApiGateway::Resource': plain('apigateway', 'CreateResource', 'id'),
  'AWS::ApiGateway::Authorizer': plain('apigateway', 'CreateAuthorizer', 'id'),
  'AWS::ApiGateway::Model': async (
    build,
    { Schema = {}, ContentType = 'application/json', ...properties },
  ) => {
    const schema = typeof Schema === 'string' ? Schema : JSON.stringify(Schema);
    refuseLaterModels(schema, build);
    const input = { ...asRest(properties), contentType: ContentType, schema };
    return known((await send(build, 'apigateway', 'CreateModel', input))['name']);
  },
  'AWS::ApiGateway::RequestValidator': plain('apigateway', 'CreateRequestValidator', 'id'),
  'AWS::ApiGateway::GatewayResponse': plain('apigateway', 'PutGatewayResponse', 'responseType'),
  'AWS::ApiGateway::Method': makeMethod,
  'AWS::ApiGateway::Deployment': plain('apigateway', 'CreateDeployment', 'id'),
  'AWS::ApiGateway::Stage': async (build, properties) => {
    onlyKnown(properties, ['RestApiId', 'DeploymentId', 'StageName', 'Variables'], 'Stage');
    return known((await send(build, 'apigateway', 'CreateStage', asRest(properties)))['stageName']);
  },
  'AWS::ApiGateway::ApiKey': (build, properties) =>
    plain('apigateway', 'CreateApiKey', 'id', ['StageKeys'])(build, { Enabled: true, ...properties }, ''),
  'AWS::ApiGateway::UsagePlan': async (build, { UsagePlanName = '', ...properties }) => {
    const input = { name: UsagePlanName, ...asRest(properties, ['ApiStages', 'Throttle', 'Quota']) };
    return known((await send(build, 'apigateway', 'CreateUsagePlan', input))['id']);
  },
  'AWS::ApiGateway::UsagePlanKey': plain('apigateway', 'CreateUsagePlanKey', 'id'),
  'AWS::ApiGatewayV2::Api': async (build, properties) => {
    onlyWithout(properties, ['Body'], 'Api');
    const { ApiId } = await send(build, 'apigatewayv2', 'CreateApi', properties);
    build.api = asText(ApiId);
    return known(ApiId);
  },
  'AWS::ApiGatewayV2::Authorizer': plain('apigatewayv2', 'CreateAuthorizer', 'AuthorizerId'),
  'AWS::ApiGatewayV2::Model': async (build, { Schema = {}, ...properties }) => {
    const schema = typeof Schema === 'string' ? Schema : JSON.stringify(Schema);
    return known(
      (await send(build, 'apigatewayv2', 'CreateModel', { ...properties, Schema: schema }))['ModelId'],
    );
  },
  'AWS::ApiGatewayV2::Integration': (build, properties, logicalId) => {
    // CloudFormation uses a list for this property, and the call uses a map.
    onlyWithout(properties, ['ResponseParameters'], 'Integration');
    return plain('apigatewayv2', 'CreateIntegration', 'IntegrationId')(build, properties, logicalId);
  },
  'AWS::ApiGatewayV2::IntegrationResponse': plain(
    'apigatewayv2',
    'CreateIntegrationResponse',
    'IntegrationResponseId',
  ),
  'AWS::ApiGatewayV2::Route': plain('apigatewayv2', 'CreateRoute', 'RouteId'),
  'AWS::ApiGatewayV2::RouteResponse': plain('apigatewayv2', 'CreateRouteResponse', 'RouteResponseId'),
  'AWS::ApiGatewayV2::Deployment': plain('apigatewayv2', 'CreateDeployment', 'DeploymentId'),
  'AWS::ApiGatewayV2::Stage': plain('apigatewayv2', 'CreateStage', 'StageName'),
};

/**
 * Refuses models that refer to each other. One of them would need a later update; AWS's own suites make this update,
 * but CloudFormation does not.
 */
function refuseLaterModels(schema: string, { made }: Build): void {
  const names = new Set(made.filter(({ call }) => call === 'CreateModel').map(({ body }) => body['name']));
  for (const [, name = ''] of schema.matchAll(/\/restapis\/[^/"]+\/models\/(\w+)/g))
    if (!names.has(name))
      throw new NotAsked(
        'the runner cannot create a model with API calls if the model refers to a model that is created later',
      );
}

async function makeFunction(
  { account, made }: Build,
  properties: JsonObject,
  logicalId: string,
): Promise<Known> {
  const { Code, ...others } = properties;
  const source = asText((Code as JsonObject)['ZipFile']);
  const input = {
    ...others,
    FunctionName: `${account.prefix}-${logicalId}`,
    Role: await account.role(),
    Code: { ZipFile: zipOf('index.js', source) as unknown as Json },
  };
  const { error, body } = await account.target.send('lambda', { call: 'CreateFunction', input });
  // A target without Lambda may still emulate API Gateway correctly, so the case does not count as failed.
  if (error !== undefined) throw new NotAsked(`CreateFunction: ${error.code}: ${error.message}`);
  made.push({ service: 'lambda', call: 'CreateFunction', body });
  return known(body['FunctionName'], { Arn: asText(body['FunctionArn']) });
}

async function allow(build: Build, properties: JsonObject, logicalId: string): Promise<Known> {
  await send(build, 'lambda', 'AddPermission', { ...properties, StatementId: logicalId });
  return known(logicalId);
}

async function makeRestApi(build: Build, properties: JsonObject): Promise<Known> {
  onlyWithout(properties, ['Body', 'BodyS3Location', 'Parameters'], 'RestApi');
  const { ApiKeySourceType, ...others } = properties;
  const input = {
    ...asRest(others, ['EndpointConfiguration']),
    ...(ApiKeySourceType === undefined ? {} : { apiKeySource: ApiKeySourceType }),
  };
  const { id, rootResourceId } = await send(build, 'apigateway', 'CreateRestApi', input);
  build.api = asText(id);
  return known(id, { RootResourceId: asText(rootResourceId) });
}

async function makeMethod(build: Build, properties: JsonObject, logicalId: string): Promise<Known> {
  const { Integration = {}, MethodResponses = [], ...method } = properties;
  const at = asRest({
    RestApiId: method['RestApiId'] ?? '',
    ResourceId: method['ResourceId'] ?? '',
    HttpMethod: method['HttpMethod'] ?? '',
  });
  await send(build, 'apigateway', 'PutMethod', { ...at, ...asRest(method) });
  for (const response of MethodResponses as readonly JsonObject[])
    await send(build, 'apigateway', 'PutMethodResponse', { ...at, ...asRest(response) });
  const { IntegrationResponses = [], ...integration } = Integration as JsonObject;
  await send(build, 'apigateway', 'PutIntegration', { ...at, ...asRest(integration) });
  for (const response of IntegrationResponses as readonly JsonObject[])
    await send(build, 'apigateway', 'PutIntegrationResponse', { ...at, ...asRest(response) });
  return known(logicalId);
}

function onlyKnown(properties: JsonObject, names: readonly string[], what: string): void {
  const other = Object.keys(properties).find((name) => !names.includes(name));
  if (other !== undefined) throw new NotAsked(`the runner cannot set ${what}.${other} with API calls`);
}

function onlyWithout(properties: JsonObject, names: readonly string[], what: string): void {
  const found = names.find((name) => properties[name] !== undefined);
  if (found !== undefined) throw new NotAsked(`the runner cannot set ${what}.${found} with API calls`);
}

/**
 * Resolves Ref, Fn::GetAtt, Fn::Join, and Fn::Sub of pseudo parameters. The builder of fragments uses no other
 * intrinsic functions.
 */
function resolve(value: Json, build: Build): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => resolve(item, build));
  if (value === null || typeof value !== 'object') return value;
  const [first, ...others] = Object.entries(value as JsonObject);
  if (first !== undefined && others.length === 0) {
    const [name, argument] = first;
    if (name === 'Ref') return build.known.get(asText(argument))?.ref ?? pseudo(asText(argument), build);
    if (name === 'Fn::Sub')
      return asText(argument).replaceAll(/\$\{(AWS::\w+)\}/g, (_, parameter: string) =>
        pseudo(parameter, build),
      );
    if (name === 'Fn::GetAtt') {
      const [id = '', attribute = ''] = argument as readonly string[];
      return build.known.get(id)?.attributes[attribute] ?? '';
    }
    if (name === 'Fn::Join') {
      const [glue, parts] = argument as readonly [string, readonly Json[]];
      return parts.map((part) => asText(resolve(part, build))).join(glue);
    }
  }
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([key, item]) => [key, resolve(item, build)]),
  );
}

function pseudo(name: string, { account: { target } }: Build): string {
  if (name === 'AWS::Region') return target.region;
  return name === 'AWS::AccountId' ? target.accountId : '';
}
