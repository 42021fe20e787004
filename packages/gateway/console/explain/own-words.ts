/**
 * Writes the names of CloudFormation as the owner of an API writes them: Terraform's arguments, the CDK's
 * properties and the settings of serverless.yml. `nameSetting` is for settings whose form differs there, not
 * only their name.
 */
import type { Definition } from '../surprises/template-text.ts';

type Form = Definition['form'];
type Protocol = 'rest' | 'http' | 'websocket';
type Own = Partial<Readonly<Record<'terraform' | 'terraform-v2' | 'serverless' | 'cdk' | 'sam', string>>>;

/**
 * Properties that explanations name. If a property has no entry for a tool here, Terraform uses the name in
 * snake case, the CDK uses it in camel case, and serverless.yml and SAM use it unchanged.
 * @see https://registry.terraform.io/providers/hashicorp/aws/latest/docs
 * @see https://www.serverless.com/framework/docs/providers/aws/events/apigateway
 */
const PROPERTIES: Readonly<Record<string, Own>> = {
  AllowCredentials: { serverless: 'allowCredentials' },
  AllowHeaders: { serverless: 'allowedHeaders' },
  AllowMethods: { serverless: 'allowedMethods' },
  AllowOrigins: { serverless: 'allowedOrigins' },
  ApiKeyRequired: { serverless: 'private' },
  ApiKeySourceType: { terraform: 'api_key_source', serverless: 'provider.apiGateway.apiKeySourceType' },
  ApiStages: {},
  AuthType: { terraform: 'authorization_type', serverless: 'authorizer' },
  AuthorizationScopes: { serverless: 'scopes' },
  AuthorizationType: { terraform: 'authorization', 'terraform-v2': 'authorization_type' },
  AuthorizerPayloadFormatVersion: { serverless: 'payloadVersion' },
  AuthorizerResultTtlInSeconds: {
    serverless: 'resultTtlInSeconds',
    cdk: 'resultsCacheTtl',
    sam: 'ReauthorizeEvery (in Identity)',
  },
  BinaryMediaTypes: { serverless: 'provider.apiGateway.binaryMediaTypes' },
  BisectBatchOnFunctionError: {},
  BurstLimit: { serverless: 'throttle.burstLimit' },
  CacheClusterEnabled: {},
  CacheClusterSize: {},
  CacheKeyParameters: {},
  CachePolicyId: {},
  CachingEnabled: {},
  ContentBasedDeduplication: {},
  ContentHandling: {},
  CorsConfiguration: { serverless: 'provider.httpApi.cors', cdk: 'corsPreflight' },
  DeadLetterConfig: {},
  DefaultRouteSettings: {},
  DestinationConfig: {},
  DisableExecuteApiEndpoint: { serverless: 'disableDefaultEndpoint' },
  EnableSimpleResponses: { serverless: 'enableSimpleResponses' },
  EndpointConfiguration: { serverless: 'provider.endpointType' },
  EventInvokeConfig: { terraform: 'aws_lambda_function_event_invoke_config' },
  EventPattern: { serverless: 'pattern' },
  ExposeHeaders: { serverless: 'exposedResponseHeaders' },
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
  },
  InsecureSkipVerification: {},
  IntegrationHttpMethod: {},
  IntegrationUri: {},
  InvokeMode: { serverless: 'invokeMode' },
  JwtConfiguration: {},
  LambdaConfig: { cdk: 'lambdaTriggers' },
  MaximumRetryAttempts: { serverless: 'maximumRetryAttempts', cdk: 'retryAttempts' },
  MemorySize: { serverless: 'memorySize' },
  MethodSettings: { terraform: 'aws_api_gateway_method_settings' },
  MinimumCompressionSize: { serverless: 'provider.apiGateway.minimumCompressionSize' },
  MutualTlsAuthentication: { cdk: 'mtls' },
  OriginRequestPolicyId: {},
  PassthroughBehavior: { serverless: 'passThrough' },
  PayloadFormatVersion: { serverless: 'payload' },
  PreventUserExistenceErrors: {},
  QueryString: {},
  RateLimit: { serverless: 'throttle.rateLimit' },
  RawMessageDelivery: {},
  RedrivePolicy: { cdk: 'deadLetterQueue' },
  RequestModels: { serverless: 'request.schemas' },
  RequestParameters: { serverless: 'request.parameters' },
  RequestTemplates: { serverless: 'request.template' },
  RequestValidatorId: {},
  ReservedConcurrentExecutions: { serverless: 'reservedConcurrency' },
  ResponsePagePath: {},
  ResponseParameters: {},
  ResponseTemplates: { serverless: 'response.template' },
  ResponseTransferMode: { serverless: 'response.transferMode' },
  RouteResponseKey: {},
  RouteResponseSelectionExpression: { serverless: 'routeResponseSelectionExpression' },
  RouteSelectionExpression: { serverless: 'provider.websocketsApiRouteSelectionExpression' },
  RouteSettings: {},
  ScheduleExpressionTimezone: {},
  SelectionPattern: { serverless: 'pattern' },
  SourceArn: {},
  StageVariables: {},
  SubnetIds: { cdk: 'vpcSubnets' },
  StreamViewType: { cdk: 'stream' },
  TemplateSelectionExpression: {},
  ThrottlingBurstLimit: {},
  ThrottlingRateLimit: {},
  TimeoutInMillis: { terraform: 'timeout_milliseconds', cdk: 'timeout' },
  TlsConfig: {},
  ValidateRequestBody: {},
  ValidateRequestParameters: {},
  VisibilityTimeout: { terraform: 'visibility_timeout_seconds' },
  VpcConfig: { serverless: 'vpc', cdk: 'vpc' },
};

/** Words that also occur in messages of functions and services, so that they are replaced in advice only. */
export const NAMED_PROPERTIES: Readonly<Record<string, Own>> = {
  ...PROPERTIES,
  Credentials: { 'terraform-v2': 'credentials_arn', cdk: 'credentialsRole' },
  Enabled: {},
  Handler: { serverless: 'handler' },
  Timeout: { serverless: 'timeout' },
  Uri: {},
};

/** Settings that differ not only in the name, but also in the value or in the resource that has the setting. */
const PHRASES: Readonly<Record<string, Partial<Readonly<Record<Form, string>>>>> = {
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
 * A name, with its value if that follows, such as `ApiKeyRequired: true` or `AuthorizationType NONE`. A name directly
 * after a colon is part of a condition key or an action, such as `aws:SourceArn`, which all formats write alike. A name before
 * a constant, such as `AuthorizationType.NONE`, is already the CDK's.
 */
const NAME =
  /(?<!\w:)\b([A-Z][a-z]+(?:[A-Z][a-z]+)*)\b(?!\.[A-Z]{2})(?:: (true|false|\d+)\b|:? ([A-Z][A-Z_]{3,})\b)?/g;
const TYPE = /\bAWS::(?:ApiGateway|ApiGatewayV2|Lambda|S3|StepFunctions)::\w+/g;

type Owner = {
  readonly definition?: Pick<Definition, 'form'> | undefined;
  readonly protocol: Protocol;
  /** Messages of functions and services in the text, which stay as they are. */
  readonly quotes?: readonly string[];
  readonly localNames?: Readonly<Record<string, string>> | undefined;
  /** Whether ARNs are in the policy that a function returned, which gets them with the id of this machine. */
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
  if (form === 'cloudformation') return text;
  for (const [phrase, own] of Object.entries(PHRASES)) text = text.replaceAll(phrase, own[form] ?? phrase);
  const names = part === 'advice' ? NAMED_PROPERTIES : PROPERTIES;
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
    .map((part, index) =>
      index % 2 === 1
        ? part
        : part.replaceAll(id, (found) => names[found] ?? found).replaceAll(ARN_OF_REFERENCE, AS_WRITTEN),
    )
    .join('');
}

/** The ARN of an API that a template names: region and account of this machine differ on AWS, as the id does. */
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
