/**
 * Draws SAM templates that SAM's translator accepts: every resource that is served here, in odd spellings, with
 * intrinsic functions and conditions. One seed gives one template on every machine.
 */
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { pickFrom } from '../../support/pick.ts';
import type { Pick } from '../../support/pick.ts';
import { drawApis } from './draw-apis.ts';
import type { DrawnApi } from './draw-apis.ts';
import { drawConnectors } from './draw-connectors.ts';
import { drawFunctionEvents, drawMachineEvents } from './draw-events.ts';
import { drawPolicies } from './draw-policies.ts';

/** Logical ids may consist of letters and digits only. */
const FUNCTION_IDS = ['Fn', 'fn', 'A', '1st', 'GetOrders', 'X'.repeat(62), 'prodStage'];
const MACHINE_IDS = ['Machine', 'm', 'Z'.repeat(58)];
const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:other';

/** Resources of CloudFormation to which the drawn ones refer. */
const GIVEN: JsonObject = {
  Bucket: { Type: 'AWS::S3::Bucket' },
  Pool: { Type: 'AWS::Cognito::UserPool', Properties: { LambdaConfig: { PreSignUp: ARN } } },
  Topic: { Type: 'AWS::SNS::Topic' },
  Fifo: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'orders.fifo', FifoTopic: true } },
  Queue: { Type: 'AWS::SQS::Queue' },
  Stream: { Type: 'AWS::Kinesis::Stream', Properties: { ShardCount: 1 } },
  Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'orders' } },
  Rule: {
    Type: 'AWS::Events::Rule',
    Properties: {
      EventPattern: { source: ['orders'] },
      Targets: [
        { Id: 'bus', Arn: { 'Fn::GetAtt': ['Bus', 'Arn'] }, RoleArn: { 'Fn::GetAtt': 'Runner.Arn' } },
        { Id: 'queue', Arn: { 'Fn::GetAtt': ['Queue', 'Arn'] } },
      ],
    },
  },
  Runner: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } },
  Plain: {
    Type: 'AWS::Lambda::Function',
    Properties: { Runtime: 'nodejs24.x', Handler: 'a.b', Role: 'role' },
  },
};

export function drawTemplate(seed: number): JsonObject {
  const pick = pickFrom(seed);
  const apis = drawApis(pick);
  const functions = pick.some(FUNCTION_IDS, 1).slice(0, 3);
  const machines = pick.some(MACHINE_IDS).slice(0, 1);
  const globals = drawGlobals(pick);
  return {
    Transform: 'AWS::Serverless-2016-10-31',
    Parameters: {
      Env: { Type: 'String', Default: pick.one(['dev', 'prod']) },
      Limit: { Type: 'Number', Default: 7 },
    },
    Conditions: {
      IsProd: { 'Fn::Equals': [{ Ref: 'Env' }, 'prod'] },
      IsBig: { 'Fn::Not': [{ Condition: 'IsProd' }] },
    },
    ...(globals !== undefined && { Globals: globals }),
    Resources: drawConnectors(pick, {
      ...GIVEN,
      ...Object.fromEntries(apis.map(({ id, resource }) => [id, resource])),
      ...Object.fromEntries(functions.map((id) => [id, drawFunction(pick, apis, globals !== undefined)])),
      ...Object.fromEntries(machines.map((id) => [id, drawMachine(pick, apis)])),
      ...(pick.chance(0.3) && { Table: drawTable(pick) }),
      ...(pick.chance(0.3) && { Shared: drawLayer(pick) }),
      ...(pick.chance(0.2) && { Nested: drawApplication(pick) }),
      ...(pick.chance(0.3) && drawOutputs(pick, functions)),
    }),
  };
}

function drawGlobals(pick: Pick): JsonObject | undefined {
  if (pick.chance(0.4)) return undefined;
  return {
    Function: {
      Timeout: pick.one<Json>([3, { Ref: 'Limit' }]),
      ...(pick.chance(0.3) && { Tracing: pick.one(['Active', 'PassThrough']) }),
      ...(pick.chance(0.3) && { Environment: { Variables: { STAGE: { Ref: 'Env' }, A: 'global' } } }),
      ...(pick.chance(0.2) && { AutoPublishAlias: 'live' }),
      ...(pick.chance(0.2) && { Layers: [ARN.replace('function:other', 'layer:base:1')] }),
      ...(pick.chance(0.2) && { VpcConfig: { SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] } }),
      ...(pick.chance(0.1) && { PermissionsBoundary: 'arn:aws:iam::123456789012:policy/edge' }),
    },
    ...(pick.chance(0.4) && {
      Api: pick.one<JsonObject>([
        { Cors: "'*'" },
        { Auth: { ApiKeyRequired: true } },
        { BinaryMediaTypes: ['image~1png'] },
        { TracingEnabled: true, OpenApiVersion: '3.0.1' },
      ]),
    }),
    ...(pick.chance(0.3) && {
      HttpApi: pick.one<JsonObject>([
        { CorsConfiguration: true },
        { StageVariables: { env: { Ref: 'Env' } } },
        { DefaultRouteSettings: { ThrottlingBurstLimit: 5 } },
      ]),
    }),
  };
}

/** Members of a resource that are not properties. */
function attributes(pick: Pick): JsonObject {
  return {
    ...(pick.chance(0.25) && { Condition: pick.one(['IsProd', 'IsBig']) }),
    ...(pick.chance(0.1) && { DependsOn: pick.one<Json>(['Topic', ['Topic', 'Queue']]) }),
    ...(pick.chance(0.1) && { DeletionPolicy: pick.one(['Retain', 'Delete']) }),
    ...(pick.chance(0.1) && { UpdateReplacePolicy: 'Retain' }),
  };
}

const CODE: readonly JsonObject[] = [
  { InlineCode: 'exports.b = async () => ({})' },
  { CodeUri: 's3://bucket/key.zip' },
  { CodeUri: 's3://bucket/a/key.zip?versionId=3' },
  { CodeUri: { Bucket: 'bucket', Key: 'key.zip', Version: '3' } },
  { CodeUri: { Bucket: { Ref: 'Bucket' }, Key: 'key.zip' } },
];

function drawFunction(pick: Pick, apis: readonly DrawnApi[], hasGlobals: boolean): JsonObject {
  const isImage = pick.chance(0.1);
  const alias = pick.chance(0.3);
  return {
    Type: 'AWS::Serverless::Function',
    ...attributes(pick),
    // The image of a function contains its layers.
    ...(hasGlobals &&
      (isImage || pick.chance(0.15)) && {
        IgnoreGlobals: isImage ? '*' : pick.one<Json>(['*', ['Timeout']]),
      }),
    Properties: {
      ...(isImage
        ? { PackageType: 'Image', ImageUri: '123456789012.dkr.ecr.us-east-1.amazonaws.com/shop:1' }
        : { Runtime: 'nodejs24.x', Handler: 'a.b', ...pick.one(CODE) }),
      ...drawSettings(pick, isImage),
      ...drawRole(pick),
      ...(alias && { AutoPublishAlias: pick.one<Json>(['live', 'v-1', 'Live_2', { Ref: 'Env' }]) }),
      ...(alias && pick.chance(0.4) && { DeploymentPreference: drawPreference(pick) }),
      ...(alias &&
        pick.chance(0.2) && { ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 1 } }),
      ...(alias && pick.chance(0.2) && { VersionDescription: 'first' }),
      ...(pick.chance(0.25) && { EventInvokeConfig: drawInvokeConfig(pick) }),
      ...(pick.chance(0.2) && { FunctionUrlConfig: drawUrl(pick) }),
      ...(pick.chance(0.85) && { Events: drawFunctionEvents(pick, apis) }),
    },
  };
}

function drawSettings(pick: Pick, isImage: boolean): JsonObject {
  return {
    ...(pick.chance(0.3) && {
      FunctionName: pick.one<Json>(['orders', { 'Fn::Sub': '${AWS::StackName}-orders' }]),
    }),
    ...(pick.chance(0.3) && {
      MemorySize: pick.one<Json>([256, { 'Fn::If': ['IsProd', 512, { Ref: 'AWS::NoValue' }] }]),
    }),
    ...(pick.chance(0.2) && { Environment: { Variables: { A: 'own', T: { Ref: 'Topic' } } } }),
    ...(pick.chance(0.15) && { Tags: { team: 'orders' } }),
    ...(pick.chance(0.2) && { Tracing: pick.one(['Active', 'PassThrough', 'Disabled']) }),
    ...(!isImage &&
      pick.chance(0.1) && {
        Layers: [{ 'Fn::Sub': 'arn:${AWS::Partition}:lambda:us-east-1:1:layer:own:1' }],
      }),
    ...(pick.chance(0.1) && { VpcConfig: { SubnetIds: ['subnet-2'], SecurityGroupIds: ['sg-2'] } }),
    ...(pick.chance(0.15) && {
      DeadLetterQueue: pick.one<JsonObject>([
        { Type: 'SQS', TargetArn: { 'Fn::GetAtt': ['Queue', 'Arn'] } },
        { Type: 'SNS', TargetArn: { Ref: 'Topic' } },
      ]),
    }),
    ...(pick.chance(0.1) && { ReservedConcurrentExecutions: { Ref: 'Limit' } }),
    ...(pick.chance(0.1) && { EphemeralStorage: { Size: 1024 }, RecursiveLoop: 'Allow' }),
    ...(pick.chance(0.1) && { LoggingConfig: { LogFormat: 'JSON' } }),
    ...(pick.chance(0.1) && { SnapStart: { ApplyOn: 'None' } }),
    ...(pick.chance(0.1) && {
      FileSystemConfigs: [{ Arn: 'arn:aws:elasticfilesystem:x', LocalMountPath: '/mnt/a' }],
    }),
  };
}

function drawRole(pick: Pick): JsonObject {
  if (pick.chance(0.2))
    return {
      Role: pick.one<Json>([
        'arn:aws:iam::123456789012:role/own',
        { 'Fn::Sub': 'arn:${AWS::Partition}:iam::1:role/r' },
      ]),
    };
  return {
    ...(pick.chance(0.6) && { Policies: drawPolicies(pick) }),
    ...(pick.chance(0.1) && { RolePath: '/shop/' }),
    ...(pick.chance(0.1) && { PermissionsBoundary: { 'Fn::Sub': 'arn:${AWS::Partition}:iam::1:policy/b' } }),
  };
}

function drawPreference(pick: Pick): JsonObject {
  return pick.one<JsonObject>([
    { Type: 'AllAtOnce' },
    { Type: 'Canary10Percent5Minutes', Alarms: ['alarm'] },
    { Enabled: false },
    { Type: 'Linear10PercentEvery1Minute', Hooks: { PreTraffic: { Ref: 'Plain' } } },
  ]);
}

function drawUrl(pick: Pick): JsonObject {
  return {
    AuthType: pick.one(['NONE', 'AWS_IAM']),
    ...(pick.chance(0.4) && { Cors: { AllowOrigins: ['*'], MaxAge: 5 } }),
    ...(pick.chance(0.3) && { InvokeMode: 'RESPONSE_STREAM' }),
  };
}

const DESTINATIONS: readonly JsonObject[] = [
  { Type: 'SQS' },
  { Type: 'SNS' },
  { Type: 'SQS', Destination: { 'Fn::GetAtt': ['Queue', 'Arn'] } },
  { Type: 'SNS', Destination: { Ref: 'Topic' } },
  { Type: 'Lambda', Destination: { 'Fn::GetAtt': ['Plain', 'Arn'] } },
  { Type: 'EventBridge', Destination: { 'Fn::GetAtt': ['Bus', 'Arn'] } },
  { Type: 'S3Bucket', Destination: { 'Fn::GetAtt': ['Bucket', 'Arn'] } },
];

function drawInvokeConfig(pick: Pick): JsonObject {
  return {
    ...(pick.chance(0.5) && { MaximumEventAgeInSeconds: 70 }),
    ...(pick.chance(0.5) && { MaximumRetryAttempts: pick.one([0, 1]) }),
    ...(pick.chance(0.8) && {
      DestinationConfig: {
        ...(pick.chance(0.7) && { OnFailure: pick.one(DESTINATIONS) }),
        ...(pick.chance(0.4) && { OnSuccess: pick.one(DESTINATIONS) }),
      },
    }),
  };
}

const DEFINITION: JsonObject = { StartAt: 'A', States: { A: { Type: 'Pass', End: true } } };

function drawMachine(pick: Pick, apis: readonly DrawnApi[]): JsonObject {
  const alias = pick.chance(0.3);
  return {
    Type: 'AWS::Serverless::StateMachine',
    ...attributes(pick),
    Properties: {
      ...pick.one<JsonObject>([{ Definition: DEFINITION }, { DefinitionUri: 's3://bucket/machine.json' }]),
      ...(pick.chance(0.3) && { Name: 'orders' }),
      ...(pick.chance(0.3) && { Type: pick.one(['EXPRESS', 'STANDARD']) }),
      ...(pick.chance(0.3) && { Tracing: pick.one<JsonObject>([{ Enabled: true }, { Enabled: false }]) }),
      ...(pick.chance(0.3) && { DefinitionSubstitutions: { Fn: { 'Fn::GetAtt': ['Plain', 'Arn'] } } }),
      ...(pick.chance(0.2) && { Logging: { Level: 'ALL', IncludeExecutionData: true } }),
      ...drawRole(pick),
      ...(alias && { AutoPublishAlias: pick.one(['live', 'v1']), UseAliasAsEventTarget: pick.chance(0.5) }),
      ...(pick.chance(0.7) && { Events: drawMachineEvents(pick, apis) }),
    },
  };
}

function drawTable(pick: Pick): JsonObject {
  return {
    Type: 'AWS::Serverless::SimpleTable',
    ...attributes(pick),
    ...(pick.chance(0.8) && {
      Properties: {
        ...(pick.chance(0.6) && {
          PrimaryKey: { Name: pick.one(['id', 'Order-Id']), Type: pick.one(['String', 'Number', 'Binary']) },
        }),
        ...(pick.chance(0.3) && { TableName: { 'Fn::Sub': '${AWS::StackName}-t' } }),
        ...(pick.chance(0.3) && {
          ProvisionedThroughput: pick.one<JsonObject>([
            { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
            { ReadCapacityUnits: 5 },
          ]),
        }),
        ...(pick.chance(0.3) && { SSESpecification: { SSEEnabled: true } }),
        ...(pick.chance(0.2) && { Tags: { team: 'orders' } }),
        ...(pick.chance(0.2) && { PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } }),
      },
    }),
  };
}

function drawLayer(pick: Pick): JsonObject {
  return {
    Type: 'AWS::Serverless::LayerVersion',
    ...attributes(pick),
    Properties: {
      ContentUri: pick.one<Json>(['s3://bucket/layer.zip', { Bucket: 'bucket', Key: 'layer.zip' }]),
      ...(pick.chance(0.4) && { LayerName: pick.one(['shared', 'shared_1']) }),
      ...(pick.chance(0.4) && { CompatibleRuntimes: ['nodejs24.x'], LicenseInfo: 'MIT' }),
      ...(pick.chance(0.3) && { RetentionPolicy: pick.one(['Retain', 'Delete', 'retain']) }),
    },
  };
}

function drawApplication(pick: Pick): JsonObject {
  return {
    Type: 'AWS::Serverless::Application',
    ...attributes(pick),
    Properties: {
      Location: 'https://bucket.s3.amazonaws.com/nested.yaml',
      ...(pick.chance(0.5) && { Parameters: { Env: { Ref: 'Env' } } }),
      ...(pick.chance(0.3) && { TimeoutInMinutes: 5 }),
    },
  };
}

/** A topic whose properties refer to resources that SAM generates. */
function drawOutputs(pick: Pick, functions: readonly string[]): JsonObject {
  const id = pick.one(functions);
  const name = pick.one<Json>([
    { 'Fn::GetAtt': [id, 'Arn'] },
    { 'Fn::Sub': `\${${id}.Arn}x` },
    { Ref: id },
    { Ref: `${id}Role` },
  ]);
  return { Referrer: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: name } } };
}
