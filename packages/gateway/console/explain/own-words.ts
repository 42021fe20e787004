/**
 * Writes the names of CloudFormation as the owner of an API writes them: Terraform's arguments, the CDK's properties,
 * the settings of serverless.yml and the members of an OpenAPI document. `nameSetting` is for settings that differ from
 * CloudFormation in their form, and not only in their name.
 */
import type { Definition } from '../surprises/template-text.ts';

type Form = Definition['form'];
type Protocol = 'rest' | 'http' | 'websocket';
type Tool = 'terraform' | 'terraform-v2' | 'serverless' | 'cdk' | 'sam' | 'openapi';
type Own = Partial<Readonly<Record<Tool, string>>>;

/**
 * Properties that explanations name. If a property has no entry for a tool, Terraform uses the name in snake case, the
 * CDK uses it in camel case, and serverless.yml and SAM use it unchanged. A property without `openapi` is not part of
 * an OpenAPI document, so it is in the template around the document.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
 * @see https://registry.terraform.io/providers/hashicorp/aws/latest/docs
 * @see https://www.serverless.com/framework/docs/providers/aws/events/apigateway
 */
const PROPERTIES: Readonly<Record<string, Own>> = {
  AllowCredentials: { serverless: 'allowCredentials', openapi: 'allowCredentials' },
  AllowHeaders: { serverless: 'allowedHeaders', openapi: 'allowHeaders' },
  AllowMethods: { serverless: 'allowedMethods', openapi: 'allowMethods' },
  AllowOrigins: { serverless: 'allowedOrigins', openapi: 'allowOrigins' },
  ApiKeyRequired: { serverless: 'private' },
  ApiKeySourceType: {
    terraform: 'api_key_source',
    serverless: 'provider.apiGateway.apiKeySourceType',
    openapi: 'x-amazon-apigateway-api-key-source',
  },
  ApiStages: {},
  AuthType: { terraform: 'authorization_type', serverless: 'authorizer' },
  AuthorizationScopes: { serverless: 'scopes' },
  AuthorizationType: {
    terraform: 'authorization',
    'terraform-v2': 'authorization_type',
    openapi: 'x-amazon-apigateway-auth',
  },
  AuthorizerPayloadFormatVersion: { serverless: 'payloadVersion', openapi: 'authorizerPayloadFormatVersion' },
  AuthorizerResultTtlInSeconds: {
    serverless: 'resultTtlInSeconds',
    cdk: 'resultsCacheTtl',
    sam: 'ReauthorizeEvery (in Identity)',
    openapi: 'authorizerResultTtlInSeconds',
  },
  AutoDeploy: {},
  BinaryMediaTypes: {
    serverless: 'provider.apiGateway.binaryMediaTypes',
    openapi: 'x-amazon-apigateway-binary-media-types',
  },
  BisectBatchOnFunctionError: {},
  BurstLimit: { serverless: 'throttle.burstLimit' },
  CacheClusterEnabled: {},
  CacheClusterSize: {},
  CacheKeyParameters: { openapi: 'cacheKeyParameters' },
  CachePolicyId: {},
  CacheTtlInSeconds: {},
  CachingEnabled: {},
  ConnectionId: { openapi: 'connectionId' },
  ContentBasedDeduplication: {},
  ContentHandling: { openapi: 'contentHandling' },
  CorsConfiguration: {
    serverless: 'provider.httpApi.cors',
    cdk: 'corsPreflight',
    openapi: 'x-amazon-apigateway-cors',
  },
  DeadLetterConfig: {},
  DefaultRouteSettings: {},
  DeploymentId: {},
  DestinationConfig: {},
  DisableExecuteApiEndpoint: { serverless: 'disableDefaultEndpoint', openapi: 'disableExecuteApiEndpoint' },
  EnableSimpleResponses: { serverless: 'enableSimpleResponses', openapi: 'enableSimpleResponses' },
  EndpointConfiguration: { serverless: 'provider.endpointType' },
  EventInvokeConfig: { terraform: 'aws_lambda_function_event_invoke_config' },
  EventPattern: { serverless: 'pattern' },
  ExposeHeaders: { serverless: 'exposedResponseHeaders', openapi: 'exposeHeaders' },
  ExplicitAuthFlows: { cdk: 'authFlows' },
  FifoQueue: { cdk: 'fifo' },
  FilterCriteria: { serverless: 'filterPatterns', cdk: 'filters' },
  FilterPolicy: {},
  FilterPolicyScope: {},
  ForwardedValues: {},
  FunctionResponseTypes: {},
  GenerateSecret: {},
  IdentityValidationExpression: {
    serverless: 'identityValidationExpression',
    cdk: 'validationRegex',
    sam: 'ValidationExpression (in Identity)',
    openapi: 'identityValidationExpression',
  },
  InsecureSkipVerification: { openapi: 'insecureSkipVerification' },
  IntegrationHttpMethod: { openapi: 'httpMethod' },
  IntegrationMethod: { openapi: 'httpMethod' },
  IntegrationUri: { openapi: 'uri' },
  InvokeMode: { serverless: 'invokeMode' },
  JwtConfiguration: { openapi: 'jwtConfiguration' },
  LambdaConfig: { cdk: 'lambdaTriggers' },
  MaximumRetryAttempts: { serverless: 'maximumRetryAttempts', cdk: 'retryAttempts' },
  MemorySize: { serverless: 'memorySize' },
  MethodSettings: { terraform: 'aws_api_gateway_method_settings' },
  MinimumCompressionSize: {
    serverless: 'provider.apiGateway.minimumCompressionSize',
    openapi: 'x-amazon-apigateway-minimum-compression-size',
  },
  MutualTlsAuthentication: { cdk: 'mtls' },
  OriginRequestPolicyId: {},
  PassthroughBehavior: { serverless: 'passThrough', openapi: 'passthroughBehavior' },
  PayloadFormatVersion: { serverless: 'payload', openapi: 'payloadFormatVersion' },
  PreventUserExistenceErrors: {},
  QueryString: {},
  RateLimit: { serverless: 'throttle.rateLimit' },
  RawMessageDelivery: {},
  RedrivePolicy: { cdk: 'deadLetterQueue' },
  RequestModels: { serverless: 'request.schemas', openapi: 'content of the requestBody' },
  RequestParameters: { serverless: 'request.parameters', openapi: 'requestParameters' },
  RequestTemplates: { serverless: 'request.template', openapi: 'requestTemplates' },
  RequestValidatorId: { openapi: 'x-amazon-apigateway-request-validator' },
  ReservedConcurrentExecutions: { serverless: 'reservedConcurrency' },
  ResponsePagePath: {},
  ResponseParameters: { openapi: 'responseParameters' },
  ResponseTemplates: { serverless: 'response.template', openapi: 'responseTemplates' },
  ResponseTransferMode: { serverless: 'response.transferMode', openapi: 'responseTransferMode' },
  RouteResponseKey: {},
  RouteResponseSelectionExpression: { serverless: 'routeResponseSelectionExpression' },
  RouteSelectionExpression: { serverless: 'provider.websocketsApiRouteSelectionExpression' },
  RouteSettings: {},
  ScheduleExpressionTimezone: {},
  SelectionPattern: { serverless: 'pattern', openapi: 'response pattern' },
  SourceArn: {},
  StageVariables: {},
  SubnetIds: { cdk: 'vpcSubnets' },
  StreamViewType: { cdk: 'stream' },
  TemplateSelectionExpression: {},
  ApiKeySelectionExpression: {},
  ThrottlingBurstLimit: {},
  ThrottlingRateLimit: {},
  TimeoutInMillis: { terraform: 'timeout_milliseconds', cdk: 'timeout', openapi: 'timeoutInMillis' },
  TlsConfig: { openapi: 'tlsConfig' },
  ValidateRequestBody: { openapi: 'validateRequestBody' },
  ValidateRequestParameters: { openapi: 'validateRequestParameters' },
  VisibilityTimeout: { terraform: 'visibility_timeout_seconds' },
  VpcConfig: { serverless: 'vpc', cdk: 'vpc' },
};

/** Words that also occur in messages of functions and services, so that they are replaced in advice only. */
export const NAMED_PROPERTIES: Readonly<Record<string, Own>> = {
  ...PROPERTIES,
  Credentials: { 'terraform-v2': 'credentials_arn', cdk: 'credentialsRole', openapi: 'credentials' },
  Enabled: {},
  Handler: { serverless: 'handler' },
  Timeout: { serverless: 'timeout' },
  Uri: { openapi: 'uri' },
};

/** Settings that differ not only in the name, but also in the value or in the resource that has the setting. */
const PHRASES: Readonly<Record<string, Partial<Readonly<Record<Form | 'openapi', string>>>>> = {
  'AuthorizationType NONE': { openapi: 'security: []' },
  'AuthorizationType: NONE': { openapi: 'security: []' },
  // The parameters of a method are the parameters of an operation, and the integration has members of its own.
  'make it optional in the RequestParameters of': { openapi: 'set required: false in the parameters of' },
  'make them optional in the RequestParameters of': { openapi: 'set required: false in the parameters of' },
  'In the RequestParameters of': { openapi: 'In the parameters of' },
  'true in RequestParameters of the method': { openapi: 'required: true in the parameters of the operation' },
  'RequestParameters of the method': { openapi: 'parameters of the operation' },
  'RequestModels of the method': { openapi: 'content of the requestBody of the operation' },
  'ResponseParameters of the method response': { openapi: 'headers of the response of the operation' },
  // An integration response is a member of `responses`, whose key is the pattern.
  'an integration response without SelectionPattern, the default, to': {
    openapi: 'the integration response default (in responses of x-amazon-apigateway-integration) to',
  },
  "{ StatusCode: '200' }": { openapi: "default: { statusCode: '200' }" },
  'an integration response with the status 200 and without SelectionPattern, the default, to': {
    openapi:
      "the integration response default: { statusCode: '200' } (in responses of x-amazon-apigateway-integration) to",
  },
  'whose SelectionPattern matches': {
    openapi: '(in responses of x-amazon-apigateway-integration) whose key matches',
  },
  'or one without SelectionPattern, the default.': { openapi: 'or one with the key default.' },
  'an integration response with SelectionPattern': {
    openapi: 'to responses of x-amazon-apigateway-integration an entry with the key',
  },
  'and StatusCode': { openapi: 'and statusCode' },
  'EndpointConfiguration with Types: [REGIONAL]': ofEndpoint('REGIONAL'),
  'EndpointConfiguration with Types: [PRIVATE]': ofEndpoint('PRIVATE'),
  'remove X-Amz-Invocation-Type from RequestParameters of the integration of': {
    serverless:
      'remove async: true (or request.parameters with X-Amz-Invocation-Type) from the http event of',
  },
  'FunctionResponseTypes: [ReportBatchItemFailures]': {
    terraform: 'function_response_types = ["ReportBatchItemFailures"]',
    serverless: 'functionResponseType: ReportBatchItemFailures',
    cdk: 'reportBatchItemFailures: true',
  },
  'MaximumRetryAttempts: 0 in the EventInvokeConfig of': {
    terraform: 'maximum_retry_attempts = 0 in an aws_lambda_function_event_invoke_config of',
    serverless: 'maximumRetryAttempts: 0 of',
    cdk: 'retryAttempts: 0 of',
  },
  'an AWS::SNS::Subscription for the topic': {
    terraform: 'an aws_sns_topic_subscription for the topic',
    serverless: 'an sns event with the ARN of the topic to a function',
    cdk: 'a subscription to the topic (topic.addSubscription(…))',
    sam: 'an event of type SNS with the topic to a function',
    'sam-globals': 'an event of type SNS with the topic to a function',
  },
  'an AWS::Events::Rule with this EventBusName and an EventPattern': {
    terraform: 'an aws_cloudwatch_event_rule with this event_bus_name and an event_pattern',
    serverless: 'an eventBridge event with this eventBus and a pattern to a function',
    cdk: 'an events.Rule with this eventBus and an eventPattern',
    sam: 'an event of type EventBridgeRule with this EventBusName and a Pattern to a function',
    'sam-globals': 'an event of type EventBridgeRule with this EventBusName and a Pattern to a function',
  },
  'an AWS::Lambda::EventSourceMapping whose EventSourceArn is the StreamArn of the table': {
    terraform: 'an aws_lambda_event_source_mapping whose event_source_arn is the stream_arn of the table',
    serverless: 'a stream event of type dynamodb with the stream of the table to a function',
    cdk: 'a DynamoEventSource for the table to a function (fn.addEventSource(new DynamoEventSource(table, …)))',
    sam: 'an event of type DynamoDB with the stream of the table to a function',
    'sam-globals': 'an event of type DynamoDB with the stream of the table to a function',
  },
  'an AWS::Lambda::EventSourceMapping whose EventSourceArn is the ARN of the stream': {
    terraform: 'an aws_lambda_event_source_mapping whose event_source_arn is the ARN of the stream',
    serverless: 'a stream event of type kinesis with the stream to a function',
    cdk: 'a KinesisEventSource for the stream to a function (fn.addEventSource(new KinesisEventSource(stream, …)))',
    sam: 'an event of type Kinesis with the stream to a function',
    'sam-globals': 'an event of type Kinesis with the stream to a function',
  },
};

function ofEndpoint(type: 'REGIONAL' | 'PRIVATE'): Partial<Readonly<Record<Form, string>>> {
  return {
    terraform: `an endpoint_configuration block with types = ["${type}"]`,
    serverless: `endpointType: ${type} in provider`,
    cdk: `endpointTypes: [EndpointType.${type}] of the RestApi`,
    sam: `EndpointConfiguration: { Type: ${type} }`,
    'sam-globals': `EndpointConfiguration: { Type: ${type} } in Globals.Api`,
  };
}

/** Resource types of Terraform. The CDK and serverless.yml use CloudFormation's types. */
const TYPES: Readonly<Record<string, string>> = {
  'AWS::ApiGateway::': 'aws_api_gateway_',
  'AWS::ApiGatewayV2::': 'aws_apigatewayv2_',
  'AWS::Lambda::': 'aws_lambda_',
  'AWS::S3::': 'aws_s3_',
  'AWS::StepFunctions::StateMachine': 'aws_sfn_state_machine',
};

/**
 * Matches the name of a property as CloudFormation spells it, with its value if that follows, such as `ApiKeyRequired:
 * true` or `AuthorizationType NONE`. It does not match a name directly after a colon, which is part of a condition key
 * or an action, such as `aws:SourceArn`, because all formats write these alike. It also does not match a name before a
 * constant, such as `AuthorizationType.NONE`, because that is already the spelling of the CDK.
 */
const NAME =
  /(?<!\w:)\b([A-Z][a-z]+(?:[A-Z][a-z]+)*)\b(?!\.[A-Z]{2})(?:: (true|false|\d+)\b|:? ([A-Z][A-Z_]{3,})\b)?/g;
const TYPE = /\bAWS::(?:ApiGateway|ApiGatewayV2|Lambda|S3|StepFunctions)::\w+/g;

type Owner = {
  readonly definition?: Pick<Definition, 'form' | 'isDocument' | 'besideDocument'> | undefined;
  readonly protocol: Protocol;
  /** Messages of functions and services in the text, which stay as they are. */
  readonly quotes?: readonly string[];
  readonly localNames?: Readonly<Record<string, string>> | undefined;
  /** Whether the ARNs are in a policy that a function returned. The function gets them with the id of this machine. */
  readonly areArnsOfFunction?: boolean;
};

/** @param part only reasons quote messages of functions and services, which must not be translated */
export function inOwnWords(given: string, owner: Owner, part: 'because' | 'advice'): string {
  const form = owner.definition?.form ?? 'cloudformation';
  if (/^It printed: /.test(given)) return given;
  const quote =
    part === 'because' ? owner.quotes?.find((one) => one !== '' && given.includes(one)) : undefined;
  if (quote !== undefined)
    return given
      .split(quote)
      .map((own) => inOwnWords(own, owner, part))
      .join(quote);
  let text = nameIds(given, owner.localNames, owner.areArnsOfFunction);
  if (part === 'advice') text = text.replaceAll(ARN_OF_REFERENCE, AS_WRITTEN);
  const names = part === 'advice' ? NAMED_PROPERTIES : PROPERTIES;
  text = inDocument(text, owner.definition, names);
  if (form === 'cloudformation') return text;
  for (const [phrase, own] of Object.entries(PHRASES)) text = text.replaceAll(phrase, own[form] ?? phrase);
  if (form !== 'terraform')
    return text.replaceAll(NAME, (all: string, name: string) => {
      const own = ownName(name, names, form, owner.protocol);
      return own === undefined ? all : own + all.slice(name.length);
    });
  return text.replaceAll(TYPE, typeInTerraform).replaceAll(NAME, (all: string, name: string, plain, word) => {
    const own = ownName(name, names, form, owner.protocol);
    if (own === undefined) return all;
    if (plain !== undefined) return `${own} = ${String(plain)}`;
    return word === undefined ? own + all.slice(name.length) : `${own} = "${String(word)}"`;
  });
}

/**
 * Replaces the names of settings by the words of the OpenAPI document, except for settings that are in the template
 * outside of the document.
 */
function inDocument(
  given: string,
  definition: Owner['definition'],
  names: Readonly<Record<string, Own>>,
): string {
  if (definition?.isDocument !== true) return given;
  const beside = new Set(definition.besideDocument);
  // SAM writes its Auth into the document.
  const isInDocument = (name: string): boolean =>
    !beside.has(name) && !(beside.has('Auth') && OF_AUTHORIZERS.has(name));
  let text = given;
  for (const [phrase, { openapi }] of Object.entries(PHRASES))
    if (openapi !== undefined) text = text.replaceAll(phrase, openapi);
  return text.replaceAll(NAME, (all: string, name: string, ...rest: unknown[]) => {
    // A setting that is printed as lines of the template is a property beside the document.
    if (/\n *$/.test(text.slice(0, Number(rest.at(-2))))) return all;
    const own = Object.hasOwn(names, name) && isInDocument(name) ? names[name]?.openapi : undefined;
    return own === undefined ? all : own + all.slice(name.length);
  });
}

const OF_AUTHORIZERS: ReadonlySet<string> = new Set([
  'AuthorizationType',
  'AuthorizerPayloadFormatVersion',
  'AuthorizerResultTtlInSeconds',
  'EnableSimpleResponses',
  'IdentityValidationExpression',
]);

/** A command is run on this machine, where the id is the right one. */
const COMMAND = /(`(?:aws|gatewright|curl) [^`]*`)/;
const COMMAND_OR_ARN = /(`(?:aws|gatewright|curl) [^`]*`|arn:aws[\w-]*:execute-api:[^\s;]+)/;

/** Replaces ids of this machine by the names of the templates. */
export function nameIds(
  text: string,
  names: Owner['localNames'] = {},
  areArnsOfFunction: Owner['areArnsOfFunction'] = false,
): string {
  const ids = Object.keys(names).filter((id) => text.includes(id));
  if (ids.length === 0) return text;
  const id = new RegExp(`(?<![\\w-])(?:${ids.join('|')})(?![\\w-])`, 'g');
  return text
    .split(areArnsOfFunction ? COMMAND_OR_ARN : COMMAND)
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll(id, (found) => names[found] ?? found)))
    .join('');
}

/**
 * Matches the ARN of an API that a template names. A remedy must name the region and the account of the deployment, so
 * it refers to them. A sentence about what happened names the values that the gateway compared.
 */
const ARN_OF_REFERENCE = /arn:aws[\w-]*:execute-api:[a-z\d-]+:\d{12}:(?=\$\{\w+\})/g;
const AS_WRITTEN = (): string => 'arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:';

function ownName(
  name: string,
  names: Readonly<Record<string, Own>>,
  form: Form,
  protocol: Protocol,
): string | undefined {
  const own = Object.hasOwn(names, name) ? names[name] : undefined;
  if (own === undefined) return undefined;
  switch (form) {
    case 'terraform':
      return (protocol === 'rest' ? undefined : own['terraform-v2']) ?? own.terraform ?? toSnake(name);
    case 'cdk':
      return own.cdk ?? name.charAt(0).toLowerCase() + name.slice(1);
    case 'serverless':
      return own.serverless ?? name;
    case 'sam':
    case 'sam-globals':
      return own.sam ?? name;
    case 'cloudformation':
      return name;
  }
}

function typeInTerraform(type: string): string {
  const [, own] = Object.entries(TYPES).find(([start]) => type.startsWith(start)) ?? [];
  return own === undefined || !own.endsWith('_') ? (own ?? type) : own + toSnake(type.split('::')[2] ?? '');
}

function toSnake(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}
