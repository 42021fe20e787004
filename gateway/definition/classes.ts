/**
 * What this version does with every resource type and property: enforced, without effect on a request, or
 * unsupported (all that is not listed). A plain table: a feature that arrives moves its names between the columns.
 */

import { COGNITO_TYPES } from './cognito-classes.ts';
import { DOMAIN_CLASSES } from './domain-classes.ts';
import { EVENT_TYPES, EVENT_TYPES_WITHOUT_EFFECT } from './event-classes.ts';
import { ROLE_CLASSES } from './role-classes.ts';
import { VALUE_TYPES } from './value-classes.ts';
import { words } from './words.ts';

/** What a request misses, as half a sentence. */
type Consequence = string;

export type TypeClass = {
  /** Enforced as far as it can be resolved: what is not known of it allows more, so nothing depends on it. */
  readonly whereKnown?: readonly string[];
  /** Property names; `Integration.Uri` for a nested one. A listed parent covers its children unless they are listed. */
  readonly enforced: readonly string[];
  readonly noEffect?: readonly string[];
  readonly unsupported?: Readonly<Record<string, Consequence>>;
  /** Lists that are enforced as long as their items hold nothing else than these. */
  readonly enforcedItems?: Readonly<Record<string, readonly string[]>>;
  /** Values other than these are unsupported, by property. */
  readonly values?: Readonly<
    Record<string, { readonly allowed: readonly string[]; readonly consequence: Consequence }>
  >;
  /** The one value of a property that is unsupported, whatever the others are. */
  readonly except?: Readonly<Record<string, { readonly value: string; readonly consequence: Consequence }>>;
};

const METHOD_SETTINGS = 'what it says beside the settings that AWS has is not applied';
const METHOD_ITEMS = words(
  `HttpMethod ResourcePath LoggingLevel DataTraceEnabled MetricsEnabled ThrottlingBurstLimit ThrottlingRateLimit
   CachingEnabled CacheTtlInSeconds CacheDataEncrypted`,
);
/** "Caller credentials are passed through": AWS then asks the caller's own policies, too. */
export const CALLER_CREDENTIALS = {
  value: 'arn:aws:iam::*:user/*',
  consequence:
    'integrations do not run with the permissions of the caller: who may call the method gets through',
};
const OPENAPI =
  'routes of a document in S3 are not served; gatewright.values.yml may say where it lies: s3: { BUCKET: { KEY: !file … } }';

export const TYPES: Readonly<Record<string, TypeClass>> = {
  ...ROLE_CLASSES,
  'AWS::ApiGateway::RestApi': {
    enforced: words(
      `Name Parameters BinaryMediaTypes MinimumCompressionSize DisableExecuteApiEndpoint ApiKeySourceType Policy
       EndpointConfiguration.Types SecurityPolicy`,
    ),
    noEffect: words(
      `Description Tags FailOnWarnings Mode EndpointConfiguration.VpcEndpointIds
       EndpointConfiguration.IpAddressType`,
    ),
    unsupported: {
      BodyS3Location: OPENAPI,
      CloneFrom: 'the API stays empty',
      EndpointAccessMode:
        'calls by every host of a VPC endpoint get through (access modes: new at AWS on 19 Nov 2025)',
    },
  },
  'AWS::ApiGateway::Resource': { enforced: words('RestApiId ParentId PathPart') },
  'AWS::ApiGateway::Method': {
    enforced: words(
      `RestApiId ResourceId HttpMethod AuthorizationType AuthorizerId AuthorizationScopes ApiKeyRequired
       RequestParameters RequestModels RequestValidatorId MethodResponses
       Integration.Type Integration.Uri Integration.IntegrationHttpMethod Integration.TimeoutInMillis
       Integration.RequestTemplates Integration.RequestParameters Integration.IntegrationResponses
       Integration.PassthroughBehavior Integration.ContentHandling Integration.ConnectionType
       Integration.ConnectionId Integration.CacheNamespace Integration.CacheKeyParameters
       Integration.ResponseTransferMode`,
    ),
    // Calls of functions need no role here; those of services have the rights of theirs, with --roles on.
    whereKnown: ['Integration.Credentials'],
    noEffect: words('OperationName'),
    unsupported: {
      'Integration.IntegrationTarget':
        'the link leads where --vpc-link says, whatever load balancer is named (VPC links V2 of REST APIs: new at AWS on 21 Nov 2025)',
    },
    except: { 'Integration.Credentials': CALLER_CREDENTIALS },
  },
  'AWS::ApiGateway::Authorizer': {
    enforced: words(
      `RestApiId Name Type AuthorizerUri IdentitySource IdentityValidationExpression AuthorizerResultTtlInSeconds
       ProviderARNs JwtConfiguration`,
    ),
    noEffect: words('AuthType AuthorizerCredentials'),
  },
  'AWS::ApiGateway::Model': {
    enforced: words('RestApiId Name Schema'),
    noEffect: words('ContentType Description'),
  },
  'AWS::ApiGateway::RequestValidator': {
    enforced: words('RestApiId ValidateRequestBody ValidateRequestParameters'),
    noEffect: words('Name'),
  },
  'AWS::ApiGatewayV2::Model': {
    enforced: words('ApiId Name Schema'),
    noEffect: words('ContentType Description'),
  },
  'AWS::ApiGateway::Deployment': {
    enforced: words(
      `RestApiId StageName StageDescription.Variables StageDescription.ThrottlingBurstLimit
       StageDescription.ThrottlingRateLimit StageDescription.AccessLogSetting
       StageDescription.CanarySetting DeploymentCanarySettings StageDescription.CacheClusterEnabled
       StageDescription.CacheClusterSize StageDescription.CachingEnabled StageDescription.CacheTtlInSeconds
       StageDescription.TracingEnabled StageDescription.LoggingLevel StageDescription.MetricsEnabled
       StageDescription.DataTraceEnabled StageDescription.ClientCertificateId`,
    ),
    noEffect: words(
      `Description StageDescription.Description StageDescription.Tags StageDescription.DocumentationVersion
       StageDescription.CacheDataEncrypted`,
    ),
    unsupported: {
      'StageDescription.MethodSettings': METHOD_SETTINGS,
    },
    enforcedItems: { 'StageDescription.MethodSettings': METHOD_ITEMS },
  },
  'AWS::ApiGateway::Stage': {
    enforced: words(
      `RestApiId DeploymentId StageName Variables AccessLogSetting CanarySetting CacheClusterEnabled
       CacheClusterSize TracingEnabled ClientCertificateId`,
    ),
    noEffect: words('Description Tags DocumentationVersion'),
    unsupported: {
      MethodSettings: METHOD_SETTINGS,
    },
    enforcedItems: { MethodSettings: METHOD_ITEMS },
  },
  'AWS::ApiGateway::ClientCertificate': { enforced: [], noEffect: words('Description Tags') },
  'AWS::ApiGateway::ApiKey': {
    enforced: words('Enabled Name Value'),
    // A stage is opened to a key by a usage plan; stage keys are from before those.
    noEffect: words('Description CustomerId GenerateDistinctId StageKeys Tags'),
  },
  'AWS::ApiGateway::UsagePlan': {
    enforced: words('UsagePlanName ApiStages Quota Throttle'),
    noEffect: words('Description Tags'),
  },
  'AWS::ApiGateway::UsagePlanKey': { enforced: words('KeyId KeyType UsagePlanId') },
  'AWS::ApiGateway::GatewayResponse': {
    enforced: words('RestApiId ResponseType StatusCode ResponseParameters ResponseTemplates'),
  },
  ...DOMAIN_CLASSES,
  'AWS::ApiGatewayV2::Api': {
    enforced: words(
      `Name ProtocolType CorsConfiguration RouteSelectionExpression DisableExecuteApiEndpoint
       ApiKeySelectionExpression BasePath Target RouteKey`,
    ),
    noEffect: words(
      'Description Tags Version FailOnWarnings DisableSchemaValidation IpAddressType CredentialsArn',
    ),
    unsupported: { BodyS3Location: OPENAPI },
  },
  'AWS::ApiGatewayV2::Route': {
    enforced: words(
      `ApiId RouteKey Target AuthorizationType AuthorizerId AuthorizationScopes ApiKeyRequired
       RouteResponseSelectionExpression ModelSelectionExpression RequestModels RequestParameters`,
    ),
    noEffect: words('OperationName'),
  },
  'AWS::ApiGatewayV2::RouteResponse': {
    enforced: words('ApiId RouteId RouteResponseKey'),
    noEffect: words('ResponseModels'),
  },
  'AWS::ApiGatewayV2::Integration': {
    enforced: words(
      `ApiId IntegrationType IntegrationUri IntegrationMethod PayloadFormatVersion TimeoutInMillis
       ConnectionType ConnectionId RequestParameters ResponseParameters IntegrationSubtype
       RequestTemplates TemplateSelectionExpression PassthroughBehavior ContentHandlingStrategy`,
    ),
    noEffect: words('Description TlsConfig'),
    // Of service integrations; calls of functions need none here.
    whereKnown: ['CredentialsArn'],
    except: { CredentialsArn: CALLER_CREDENTIALS },
  },
  'AWS::ApiGatewayV2::IntegrationResponse': {
    enforced: words(
      `ApiId IntegrationId IntegrationResponseKey ResponseTemplates TemplateSelectionExpression
       ContentHandlingStrategy`,
    ),
    unsupported: { ResponseParameters: 'answers are passed on without these headers' },
  },
  'AWS::ApiGatewayV2::Authorizer': {
    enforced: words(
      `ApiId Name AuthorizerType AuthorizerUri IdentitySource AuthorizerPayloadFormatVersion
       AuthorizerResultTtlInSeconds EnableSimpleResponses JwtConfiguration`,
    ),
    noEffect: words('AuthorizerCredentialsArn'),
  },
  'AWS::ApiGatewayV2::Stage': {
    enforced: words(
      `ApiId StageName DeploymentId AutoDeploy StageVariables RouteSettings AccessLogSettings
       DefaultRouteSettings.ThrottlingBurstLimit DefaultRouteSettings.ThrottlingRateLimit
       DefaultRouteSettings.DetailedMetricsEnabled DefaultRouteSettings.LoggingLevel
       DefaultRouteSettings.DataTraceEnabled`,
    ),
    noEffect: words('Description Tags'),
    unsupported: {
      ClientCertificateId: 'no client certificate is shown to backends',
    },
  },
  'AWS::ApiGatewayV2::Deployment': { enforced: words('ApiId StageName'), noEffect: words('Description') },
  'AWS::Lambda::Function': {
    enforced: words(
      `FunctionName Handler Runtime Code Timeout MemorySize Environment Layers DeadLetterConfig
       ReservedConcurrentExecutions`,
    ),
    whereKnown: ['Role'],
    noEffect: words(
      `Description Tags TracingConfig Architectures KmsKeyArn LoggingConfig RuntimeManagementConfig VpcConfig
       EphemeralStorage SnapStart CodeSigningConfigArn RecursiveLoop`,
    ),
    unsupported: {
      ImageConfig: 'the function has no instance here',
      FileSystemConfigs: 'the file system is not mounted',
      TenancyConfig: 'tenants share instances (tenant isolation: new at AWS on 19 Nov 2025)',
      CapacityProviderConfig: 'it runs on this machine (Managed Instances: new at AWS on 1 Dec 2025)',
      DurableConfig: 'its steps are neither kept nor resumed (durable functions: new at AWS on 2 Dec 2025)',
    },
    values: { PackageType: { allowed: ['Zip'], consequence: 'the function has no instance here' } },
  },
  'AWS::Lambda::Alias': {
    enforced: words('FunctionName FunctionVersion Name RoutingConfig'),
    noEffect: words('Description'),
    unsupported: { ProvisionedConcurrencyConfig: 'no instance is kept warm for it' },
  },
  'AWS::Lambda::Url': {
    enforced: words('TargetFunctionArn Qualifier AuthType Cors InvokeMode'),
    noEffect: [],
  },
  // Every API may invoke every function of the loaded stacks, unless --roles on asks for AWS::Lambda::Permission.
  'AWS::Lambda::Permission': {
    enforced: [],
    noEffect: words(
      `Action FunctionName Principal SourceArn SourceAccount EventSourceToken FunctionUrlAuthType
       PrincipalOrgID InvokedViaFunctionUrl`,
    ),
  },
  'AWS::Logs::SubscriptionFilter': {
    enforced: words('LogGroupName DestinationArn FilterPattern'),
    noEffect: words('FilterName Distribution RoleArn'),
    unsupported: {
      ApplyOnTransformedLogs: 'lines are handed on as they were written',
      FieldSelectionCriteria: 'every line is handed on',
      EmitSystemFields: 'only time and message are handed on',
    },
    values: {
      FilterPattern: { allowed: [''], consequence: 'every line is handed on, whatever the pattern' },
    },
  },
  'AWS::Lambda::LayerVersion': {
    enforced: words('LayerName Content'),
    noEffect: words('Description LicenseInfo CompatibleRuntimes CompatibleArchitectures'),
  },
  ...COGNITO_TYPES,
  ...EVENT_TYPES,
  ...VALUE_TYPES,
  'AWS::DynamoDB::Table': {
    enforced: words(
      `TableName KeySchema AttributeDefinitions GlobalSecondaryIndexes LocalSecondaryIndexes BillingMode
       ProvisionedThroughput TimeToLiveSpecification StreamSpecification`,
    ),
    noEffect: words(
      `PointInTimeRecoverySpecification SSESpecification Tags TableClass DeletionProtectionEnabled
       ContributorInsightsSpecification OnDemandThroughput WarmThroughput`,
    ),
    unsupported: {
      KinesisStreamSpecification: 'changes of items are not streamed',
      ResourcePolicy: 'only the policies of the caller are evaluated',
      ImportSourceSpecification: 'the table starts empty',
    },
  },
};

/** Types that change nothing for a request. */
export const TYPES_WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  ...EVENT_TYPES_WITHOUT_EFFECT,
  ...words(
    `AWS::IAM::InstanceProfile
     AWS::Logs::LogGroup AWS::Logs::LogStream AWS::Logs::MetricFilter AWS::Logs::QueryDefinition
     AWS::Lambda::Version AWS::Lambda::LayerVersionPermission AWS::ApiGateway::Account
     AWS::ApiGateway::DocumentationPart AWS::ApiGateway::DocumentationVersion
     AWS::CloudWatch::Alarm AWS::CloudWatch::CompositeAlarm AWS::CloudWatch::Dashboard AWS::CDK::Metadata
     AWS::CloudFormation::WaitConditionHandle AWS::ResourceGroups::Group AWS::CertificateManager::Certificate
     AWS::Route53::RecordSet AWS::Route53::RecordSetGroup AWS::Route53::HostedZone
     AWS::Serverless::Connector`,
  ),
]);

/** osls's own helpers by logical id: its bucket for artifacts, and the function that gives API Gateway a log role. */
export const OSLS_HELPERS =
  /^(?:ServerlessDeploymentBucket(?:Policy)?|CustomApiGatewayAccountCloudWatchRole|CustomDashresourceDash\w+LambdaFunction)$/;

const RECORDED = 'calls to it are answered and recorded, and nothing more happens';

/** Consequence of a type that is not run at all; the last entry is for all the others. */
export const TYPE_CONSEQUENCES: readonly (readonly [prefix: string, consequence: Consequence])[] = [
  ['AWS::ApiGatewayV2::Portal', 'there is no portal (new at AWS on 19 Nov 2025); requests do not need one'],
  ['AWS::ApiGatewayV2::Product', 'there is no portal (new at AWS on 19 Nov 2025); requests do not need one'],
  [
    'AWS::Lambda::CapacityProvider',
    'functions run on this machine (Managed Instances: new at AWS on 1 Dec 2025)',
  ],
  ['AWS::ApiGateway::GatewayResponse', 'failures keep their default status, headers and body'],
  ['AWS::CloudFormation::Stack', 'resources of the nested stack do not exist'],
  ['AWS::Cognito::UserPoolIdentityProvider', 'nobody can sign in by it'],
  ['AWS::Cognito::UserPoolUser', 'the user is not there; write it into users.yml'],
  ['AWS::Cognito::', 'nothing of it is here: calls to it fail'],
  ['AWS::WAFv2::', 'no request is filtered by it'],
  ['Custom::', 'the function of the custom resource is not called'],
  ['AWS::CloudFormation::CustomResource', 'the function of the custom resource is not called'],
  ['AWS::Kinesis::Stream', RECORDED],
  ['AWS::SNS::', RECORDED],
  ['AWS::SQS::', RECORDED],
  ['AWS::StepFunctions::StateMachine', RECORDED],
  ['', 'nothing of this type runs here: calls to it fail'],
];
