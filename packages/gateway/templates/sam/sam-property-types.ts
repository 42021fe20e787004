/**
 * The properties of SAM's resources and events, with the types of their values. SAM refuses any other property, and any
 * value of another type.
 * @see https://github.com/aws/serverless-application-model/blob/develop/samtranslator/model/sam_resources.py
 * @see https://github.com/aws/serverless-application-model/tree/develop/samtranslator/model/eventsources
 */
import { words } from '../../core/resource-types/words.ts';

/**
 * `s` is a string, `m` a map, `l` a list, `i` a number, `b` true or false, `u` a string or a map, and `a` a string or a
 * list.
 */
export type PropertyForm = 's' | 'm' | 'l' | 'i' | 'b' | 'u' | 'a';

type PropertyType = { readonly form: PropertyForm | undefined; readonly isRequired: boolean };

export type PropertyTypes = ReadonlyMap<string, PropertyType>;

/** Each line has a type and its properties: `Name`, `Name:form`, and `!` after a property that is required. */
const RESOURCES = `
  Api Name:u StageName:u! Tags:m PropagateTags:b DefinitionBody:m DefinitionUri:u MergeDefinitions:b CacheClusterEnabled:b CacheClusterSize:s Variables:m EndpointConfiguration:u MethodSettings:l BinaryMediaTypes:l MinimumCompressionSize:i Cors:u Auth:m GatewayResponses:m AccessLogSetting:m CanarySetting:m TracingEnabled:b OpenApiVersion:s Models:m Domain:m FailOnWarnings:b Description:s Mode:s DisableExecuteApiEndpoint:b ApiKeySourceType:s AlwaysDeploy:b Policy:u SecurityPolicy:s EndpointAccessMode:s
  Application Location! TemplateUrl:s Parameters:m NotificationARNs:l Tags:m TimeoutInMinutes:i
  CapacityProvider CapacityProviderName:u VpcConfig:m! OperatorRole:u Tags:m PropagateTags:b InstanceRequirements:m ScalingConfig:m KmsKeyArn:u
  Connector Source:m! Destination! Permissions:l!
  Function FunctionName:u Handler Runtime CodeUri ImageUri PackageType InlineCode DeadLetterQueue:m Description MemorySize Timeout VpcConfig Role:s AssumeRolePolicyDocument:m Policies RolePath PermissionsBoundary:s Environment:m Events:m Tags:m PropagateTags:b Tracing:u KmsKeyArn DeploymentPreference:m ReservedConcurrentExecutions Layers:l EventInvokeConfig:m EphemeralStorage AutoPublishAlias:s AutoPublishCodeSha256:s AutoPublishAliasAllProperties:b VersionDescription ProvisionedConcurrencyConfig FileSystemConfigs ImageConfig CodeSigningConfigArn Architectures SnapStart:m FunctionUrlConfig:m RuntimeManagementConfig LoggingConfig RecursiveLoop SourceKMSKeyArn CapacityProviderConfig:m FunctionScalingConfig:m VersionDeletionPolicy PublishToLatestPublished TenancyConfig DurableConfig:m
  GraphQLApi Name Tags:m XrayEnabled Auth:m! SchemaInline:s SchemaUri:s Logging DataSources:m Functions:m Resolvers:m ApiKeys:m DomainName:m Cache:m Visibility OwnerContact IntrospectionConfig QueryDepthLimit ResolverCountLimit
  HttpApi Name StageName:u Tags:m PropagateTags:b DefinitionBody:m DefinitionUri:u StageVariables:m CorsConfiguration AccessLogSettings:m DefaultRouteSettings:m Auth:m RouteSettings:m Domain:m FailOnWarnings:b Description:s DisableExecuteApiEndpoint:b
  LayerVersion LayerName:u Description:s PublishLambdaVersion:b ContentUri:u! CompatibleArchitectures:l CompatibleRuntimes:l LicenseInfo:s RetentionPolicy:s
  SimpleTable PointInTimeRecoverySpecification PrimaryKey:m ProvisionedThroughput:m TableName:u Tags:m SSESpecification:m
  StateMachine Definition:m DefinitionUri:u Logging Role:s RolePath DefinitionSubstitutions:m Events:m Name:s Type:s Tags:m PropagateTags:b Policies Tracing:m PermissionsBoundary:s AutoPublishAlias DeploymentPreference UseAliasAsEventTarget:b
  WebSocketApi ApiKeySelectionExpression:s AccessLogSettings:m Auth:m DefaultRouteSettings:m Description:s DisableExecuteApiEndpoint:b Domain:m DisableSchemaValidation:b FailOnWarnings:b IpAddressType:s Name:s PropagateTags:b Routes:m! RouteSettings:m RouteSelectionExpression:s! StageName:u StageVariables:m Tags:m
`;

/** The properties that every event source mapping can have. */
const OF_MAPPINGS =
  'BatchSize:i StartingPosition StartingPositionTimestamp Enabled:b MaximumBatchingWindowInSeconds:i MaximumRetryAttempts:i BisectBatchOnFunctionError:b MaximumRecordAgeInSeconds:i DestinationConfig:m ParallelizationFactor:i Topics:l Queues:l SourceAccessConfigurations:l SecretsManagerKmsKeyId:s TumblingWindowInSeconds:i FunctionResponseTypes:l KafkaBootstrapServers:l FilterCriteria:m KmsKeyArn ConsumerGroupId:s ScalingConfig:m ProvisionedPollerConfig:m SchemaRegistryConfig:m MetricsConfig:m LoggingConfig:m';
const OF_RULES =
  'EventBusName:s RuleName:s Pattern:m DeadLetterConfig:m RetryPolicy:m Input:s InputPath:s Target:m State:s InputTransformer:m';
const OF_SCHEDULES =
  'Schedule:s! Input:s Enabled:b State:s Name:s Description:s DeadLetterConfig:m RetryPolicy:m';
const SCHEDULE_V2 =
  'ScheduleV2 PermissionsBoundary:s ScheduleExpression:s! FlexibleTimeWindow:m Name:s State:s Description:s StartDate:s EndDate:s ScheduleExpressionTimezone:s GroupName:s KmsKeyArn:s Input:s RoleArn:s DeadLetterConfig:m RetryPolicy:m OmitName:b';

const EVENTS_OF_FUNCTIONS = `
  DocumentDB ${OF_MAPPINGS} Cluster! DatabaseName! CollectionName FullDocument
  DynamoDB ${OF_MAPPINGS} Stream! StartingPosition!
  Kinesis ${OF_MAPPINGS} Stream! StartingPosition!
  MQ ${OF_MAPPINGS} Broker! DynamicPolicyName:b
  MSK ${OF_MAPPINGS} Stream! StartingPosition!
  SQS ${OF_MAPPINGS} Queue!
  SelfManagedKafka ${OF_MAPPINGS}
  AlexaSkill SkillId:s
  Api Path:s! Method:s! RestApiId:s Stage:s Auth:m RequestModel:m RequestParameters:l TimeoutInMillis:i ResponseTransferMode:s
  HttpApi Path:s Method:s ApiId:s Stage:s Auth:m TimeoutInMillis:i RouteSettings:m PayloadFormatVersion:s
  CloudWatchEvent ${OF_RULES} Enabled:b
  EventBridgeRule ${OF_RULES} Enabled:b
  CloudWatchLogs LogGroupName:s! FilterPattern:s!
  Cognito UserPool:s! Trigger:a!
  IoTRule Sql:s! AwsIotSqlVersion:s
  S3 Bucket:s! Events:a! Filter:m
  SNS Topic:s! Region:s FilterPolicy FilterPolicyScope SqsSubscription RedrivePolicy:m
  Schedule ${OF_SCHEDULES} RuleName:s
  ${SCHEDULE_V2}
`;

const EVENTS_OF_STATE_MACHINES = `
  Api Path:s! Method:s! RestApiId:s Stage:s Auth:m UnescapeMappingTemplate:b
  CloudWatchEvent ${OF_RULES}
  EventBridgeRule ${OF_RULES}
  Schedule ${OF_SCHEDULES} Target:m RoleArn:s
  ${SCHEDULE_V2}
`;

function readTable(table: string): ReadonlyMap<string, PropertyTypes> {
  const lines = table
    .trim()
    .split('\n')
    .map((line) => words(line));
  return new Map(lines.map(([type = '', ...properties]) => [type, new Map(properties.map(readProperty))]));
}

function readProperty(word: string): readonly [string, PropertyType] {
  const [, name = '', form, required] = /^(\w+)(?::(\w))?(!)?$/.exec(word) ?? [];
  return [name, { form: form as PropertyForm | undefined, isRequired: required !== undefined }];
}

/** The properties of resources, by the part of their type after `AWS::Serverless::`. */
export const RESOURCE_PROPERTIES = readTable(RESOURCES);

/** The properties of the events of functions and of state machines, by the type of the event. */
export const EVENT_PROPERTIES: Readonly<Record<string, ReadonlyMap<string, PropertyTypes>>> = {
  Function: readTable(EVENTS_OF_FUNCTIONS),
  StateMachine: readTable(EVENTS_OF_STATE_MACHINES),
};

/**
 * The properties of an API that SAM writes into the OpenAPI document of the API. SAM cannot write them into a document
 * that is in S3.
 */
export const IN_DOCUMENT = ['Cors', 'Auth', 'GatewayResponses', 'Models'];
