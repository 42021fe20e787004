import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { Pick } from '../../support/pick.ts';
import type { DrawnApi } from './draw-apis.ts';

const EVENT_NAMES = ['Get', 'get', 'E', '1', 'Api', 'ListOrders', 'Y'.repeat(24)];
const PATHS = [
  '/',
  '/orders',
  '/orders/',
  '/orders/{id}',
  '/{proxy+}',
  '/a-b/{x_1}',
  '/Orders/{id}/items/{item}',
  '/a.b',
  '/~x',
];
const METHODS = [
  'get',
  'GET',
  'Post',
  'any',
  'ANY',
  'delete',
  'options',
  'patch',
  'x-amazon-apigateway-any-method',
];
const PATTERN: JsonObject = { source: ['orders'], detail: { total: [{ numeric: ['>', 0.000001] }] } };

const STREAM_SETTINGS: readonly JsonObject[] = [
  {},
  { BatchSize: 5, MaximumBatchingWindowInSeconds: 0, Enabled: false },
  { ParallelizationFactor: 2, BisectBatchOnFunctionError: true, MaximumRetryAttempts: 0 },
  {
    FilterCriteria: { Filters: [{ Pattern: '{"data":{"a":[1]}}' }] },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  },
  { DestinationConfig: { OnFailure: { Type: 'SQS', Destination: { 'Fn::GetAtt': ['Queue', 'Arn'] } } } },
  { DestinationConfig: { OnFailure: { Type: 'SNS', Destination: { Ref: 'Topic' } } } },
  { DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['Queue', 'Arn'] } } } },
  {
    TumblingWindowInSeconds: 30,
    MaximumRecordAgeInSeconds: 60,
    Enabled: { 'Fn::If': ['IsProd', true, false] },
  },
];

const DEAD_LETTERS: readonly JsonObject[] = [
  { Arn: { 'Fn::GetAtt': ['Queue', 'Arn'] } },
  { Type: 'SQS' },
  { Type: 'SQS', QueueLogicalId: 'NamedDeadLetters' },
];

type DrawSource = (pick: Pick) => JsonObject;

const SOURCES: Readonly<Record<string, DrawSource>> = {
  SQS: (pick) => ({
    Queue: pick.one<Json>([{ 'Fn::GetAtt': ['Queue', 'Arn'] }, 'arn:aws:sqs:us-east-1:123456789012:q']),
    ...pick.one<JsonObject>([
      {},
      { BatchSize: 1 },
      { ScalingConfig: { MaximumConcurrency: 2 }, Enabled: true },
      { FilterCriteria: { Filters: [{ Pattern: '{"body":["a"]}' }] } },
    ]),
  }),
  Kinesis: (pick) => ({
    Stream: { 'Fn::GetAtt': ['Stream', 'Arn'] },
    ...pick.one<JsonObject>([
      { StartingPosition: 'LATEST' },
      { StartingPosition: 'AT_TIMESTAMP', StartingPositionTimestamp: 1 },
    ]),
    ...pick.one(STREAM_SETTINGS),
  }),
  DynamoDB: (pick) => ({
    Stream: 'arn:aws:dynamodb:us-east-1:123456789012:table/t/stream/1',
    StartingPosition: 'TRIM_HORIZON',
    ...pick.one(STREAM_SETTINGS),
  }),
  SNS: drawTopic,
  S3: (pick) => ({
    Bucket: { Ref: 'Bucket' },
    Events: pick.one<Json>(['s3:ObjectCreated:*', ['s3:ObjectRemoved:*', 's3:ObjectCreated:Put']]),
    ...(pick.chance(0.4) && { Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'a/' }] } } }),
  }),
  Schedule: (pick) => ({
    Schedule: pick.one<Json>(['rate(1 minute)', 'cron(0 12 * * ? *)', { 'Fn::Sub': 'rate(${Limit} hours)' }]),
    ...(pick.chance(0.3) && { Name: 'nightly', Description: 'runs' }),
    ...drawState(pick),
    ...drawTarget(pick),
  }),
  ScheduleV2: (pick) => ({
    ScheduleExpression: 'rate(1 minute)',
    ...pick.one<JsonObject>([{}, { Name: 'nightly' }, { OmitName: true }]),
    ...pick.one<JsonObject>([
      {},
      { State: 'DISABLED', GroupName: 'g' },
      { FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 5 } },
    ]),
    ...pick.one<JsonObject>([
      {},
      { RoleArn: 'arn:aws:iam::123456789012:role/own' },
      { PermissionsBoundary: 'arn:aws:iam::1:policy/b' },
    ]),
    ...drawTarget(pick),
  }),
  EventBridgeRule: drawRule,
  CloudWatchEvent: drawRule,
  CloudWatchLogs: (pick) => ({
    LogGroupName: pick.one<Json>(['/app/log', { 'Fn::Sub': '/app/${Env}' }]),
    FilterPattern: pick.one(['', 'ERROR']),
  }),
  Cognito: (pick) => ({
    UserPool: { Ref: 'Pool' },
    Trigger: pick.one<Json>(['PostConfirmation', ['CustomMessage']]),
  }),
};

function drawTopic(pick: Pick): JsonObject {
  const isFifo = pick.chance(0.2);
  return {
    Topic: isFifo
      ? { Ref: 'Fifo' }
      : pick.one<Json>([
          { Ref: 'Topic' },
          'arn:aws:sns:us-east-1:123456789012:t',
          'arn:aws:sns:us-east-1:123456789012:t.fifo',
        ]),
    ...(pick.chance(0.3) && { FilterPolicy: { kind: ['a'] }, FilterPolicyScope: 'MessageBody' }),
    ...(pick.chance(0.2) && {
      Region: 'us-east-1',
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Queue', 'Arn'] } },
    }),
    ...(pick.chance(0.6) && {
      SqsSubscription: pick.one<Json>([
        true,
        false,
        { QueueArn: { 'Fn::GetAtt': ['Queue', 'Arn'] }, QueueUrl: { Ref: 'Queue' } },
        {
          QueueArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
          QueueUrl: { Ref: 'Queue' },
          QueuePolicyLogicalId: 'NamedPolicy',
          BatchSize: 3,
          Enabled: false,
        },
      ]),
    }),
  };
}

function drawRule(pick: Pick): JsonObject {
  return {
    Pattern: pick.one<Json>([PATTERN, { 'detail-type': ['x'] }]),
    ...(pick.chance(0.3) && { EventBusName: pick.one<Json>([{ Ref: 'Bus' }, 'default']) }),
    ...(pick.chance(0.2) && { RuleName: 'rule' }),
    ...(pick.chance(0.2) && { Target: { Id: 'mine' } }),
    ...(pick.chance(0.2) && { InputPath: '$.detail' }),
    ...drawState(pick),
    ...drawTarget(pick),
  };
}

function drawState(pick: Pick): JsonObject {
  return pick.one<JsonObject>([{}, {}, { Enabled: true }, { Enabled: false }, { State: 'DISABLED' }]);
}

function drawTarget(pick: Pick): JsonObject {
  return {
    ...(pick.chance(0.3) && { Input: '{"a":1}' }),
    ...(pick.chance(0.3) && { RetryPolicy: { MaximumRetryAttempts: 0 } }),
    ...(pick.chance(0.3) && { DeadLetterConfig: pick.one(DEAD_LETTERS) }),
  };
}

export function drawFunctionEvents(pick: Pick, apis: readonly DrawnApi[]): JsonObject {
  const names = pick.some(EVENT_NAMES, 1).slice(0, 4);
  let hasTrigger = false;
  return Object.fromEntries(
    names.map((name): [string, Json] => {
      if (pick.chance(0.5))
        return [name, pick.chance(0.5) ? drawApiEvent(pick, apis) : drawHttpEvent(pick, apis)];
      const drawn = pick.one(Object.keys(SOURCES));
      // A trigger can have one function only.
      const type = drawn === 'Cognito' && hasTrigger ? 'SQS' : drawn;
      hasTrigger ||= type === 'Cognito';
      return [name, { Type: type, Properties: (SOURCES[type] as DrawSource)(pick) }];
    }),
  );
}

/** Draws only routes. */
export function drawMachineEvents(pick: Pick, apis: readonly DrawnApi[]): JsonObject {
  const names = pick.some(EVENT_NAMES, 1).slice(0, 2);
  return Object.fromEntries(names.map((name) => [name, drawMachineRoute(pick, apis)]));
}

function drawMachineRoute(pick: Pick, apis: readonly DrawnApi[]): JsonObject {
  const api = pick.chance(0.6) ? undefined : apis.find(({ kind }) => kind === 'rest');
  return {
    Type: 'Api',
    Properties: {
      ...drawPlace(pick),
      ...(api !== undefined && { RestApiId: { Ref: api.id } }),
      ...(pick.chance(0.2) && { UnescapeMappingTemplate: true }),
    },
  };
}

function drawPlace(pick: Pick): JsonObject {
  return { Path: pick.one(PATHS), Method: pick.one(METHODS) };
}

function drawApiEvent(pick: Pick, apis: readonly DrawnApi[]): JsonObject {
  const api = pick.chance(0.3) ? undefined : apis.find(({ kind }) => kind === 'rest');
  const auth = drawEventAuth(pick, api);
  return {
    Type: 'Api',
    Properties: {
      ...drawPlace(pick),
      ...(api !== undefined && { RestApiId: pick.chance(0.8) ? { Ref: api.id } : api.id }),
      ...(auth !== undefined && { Auth: auth }),
      ...(pick.chance(0.2) && { TimeoutInMillis: 3000 }),
      ...(pick.chance(0.1) && { ResponseTransferMode: pick.one(['STREAM', 'RESPONSE_STREAM', 'BUFFERED']) }),
      ...(pick.chance(0.2) && {
        RequestParameters: pick.one<Json>([
          ['method.request.querystring.page'],
          [{ 'method.request.header.X-Token': { Required: true, Caching: true } }, 'method.request.path.id'],
        ]),
      }),
      ...(api?.hasModels === true && pick.chance(0.5) && { RequestModel: drawRequestModel(pick) }),
    },
  };
}

function drawRequestModel(pick: Pick): JsonObject {
  return {
    Model: 'Order',
    ...(pick.chance(0.5) && { Required: pick.chance(0.5) }),
    ...(pick.chance(0.5) && { ValidateBody: true }),
    ...(pick.chance(0.5) && { ValidateParameters: pick.chance(0.5) }),
  };
}

function drawEventAuth(pick: Pick, api: DrawnApi | undefined): JsonObject | undefined {
  if (pick.chance(0.5)) return undefined;
  const names = [...(api?.authorizers ?? []), 'AWS_IAM', ...(api?.hasDefault === true ? ['NONE'] : [])];
  const isNamed = pick.chance(0.7);
  return {
    ...(isNamed && { Authorizer: pick.one(names) }),
    ...(isNamed && pick.chance(0.2) && { AuthorizationScopes: ['orders/read'] }),
    ...(pick.chance(0.3) && { ApiKeyRequired: api?.hasKey !== true || pick.chance(0.7) }),
    ...(pick.chance(0.2) && {
      InvokeRole: pick.one<Json>(['NONE', 'CALLER_CREDENTIALS', 'arn:aws:iam::1:role/r']),
    }),
    ...(pick.chance(0.15) && {
      ResourcePolicy: pick.one<JsonObject>([
        { IpRangeWhitelist: ['10.0.0.0/8'] },
        { AwsAccountBlacklist: ['123456789012'] },
        { SourceVpcBlacklist: ['vpc-1', 'vpce-2'] },
      ]),
    }),
  };
}

function drawHttpEvent(pick: Pick, apis: readonly DrawnApi[]): JsonObject {
  const api = pick.chance(0.3) ? undefined : apis.find(({ kind }) => kind === 'http');
  if (pick.chance(0.15)) return { Type: 'HttpApi', ...(api && { Properties: { ApiId: { Ref: api.id } } }) };
  const names = [...(api?.authorizers ?? []), ...(api?.hasDefault === true ? ['NONE'] : [])];
  const isDefault = pick.chance(0.1);
  const Method = isDefault ? 'ANY' : pick.one(METHODS);
  return {
    Type: 'HttpApi',
    Properties: {
      Path: isDefault ? '$default' : pick.one(PATHS),
      Method,
      ...(api !== undefined && { ApiId: { Ref: api.id } }),
      ...(names.length > 0 && pick.chance(0.5) && { Auth: { Authorizer: pick.one(names) } }),
      ...(pick.chance(0.3) && { PayloadFormatVersion: pick.one(['1.0', '2.0']) }),
      ...(pick.chance(0.2) && { TimeoutInMillis: 3000 }),
      // SAM names no route of every method.
      ...(!/any/i.test(Method) && pick.chance(0.3) && { RouteSettings: { ThrottlingRateLimit: 0.000001 } }),
    },
  };
}
