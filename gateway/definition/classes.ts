/**
 * What this version does with every resource type and property: enforced, without effect on a request, or
 * unsupported (all that is not listed). A plain table: a feature that arrives moves its names between the columns.
 */

import { API_CLASSES, API_TYPES_WITHOUT_EFFECT } from './api-types/api-types.ts';
import { COGNITO_TYPES } from './cognito-classes.ts';
import { EVENT_TYPES, EVENT_TYPES_WITHOUT_EFFECT } from './event-classes.ts';
import { ROLE_CLASSES } from './role-classes.ts';
import { VALUE_TYPES } from './value-classes.ts';
import { words } from './words.ts';
import type { Consequence, TypeClass } from './type-class.ts';

export const TYPES: Readonly<Record<string, TypeClass>> = {
  ...ROLE_CLASSES,
  ...API_CLASSES,
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
  ...API_TYPES_WITHOUT_EFFECT,
  ...EVENT_TYPES_WITHOUT_EFFECT,
  ...words(
    `AWS::IAM::InstanceProfile
     AWS::Logs::LogGroup AWS::Logs::LogStream AWS::Logs::MetricFilter AWS::Logs::QueryDefinition
     AWS::Lambda::Version AWS::Lambda::LayerVersionPermission
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
