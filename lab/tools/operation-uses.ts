/**
 * For each operation that the gateway answers, what uses it. This use is the reason why the gateway answers the
 * operation.
 */
import { REST_CALLS, V2_CALLS } from './control-operations.ts';

const READ = 'programs and tests that read results';
const DEPLOY = 'Terraform, and scripts that set up a test';
const TAGS = 'Terraform, which reads and changes the tags of what it creates';
const CONSUMERS = 'consumers of queues';
const MOVERS = 'functions and scripts that move dead messages back';

const INSTANCES = 'programs that register or find instances of a service';
const SIGN_IN = 'front ends and back ends that sign users in';
const USERS = 'back ends and tests that administer users';
const OWN_ACCOUNT = 'front ends, for the signed-in user';
const STACKS = 'programs and deploy tools that read outputs and resources of a stack';
const EDGE = 'deployments that find a distribution and invalidate what it caches';
const WALL = 'scripts that look up a web ACL';
const BLOCKING = 'functions that block an address';

const FLUSHES = 'tests and deployments that empty a cache';
const DOCUMENTS = 'deployments from an OpenAPI document';
const GENERATORS = 'tools that make clients or documents from the API';
const TRIES = 'scripts that try one method or authorizer';
const RESOURCES = 'Terraform, for the resource of this type';

/** The operations of API Gateway that neither serve a resource type of Terraform nor list resources. */
const OF_APIS: Readonly<Record<string, string>> = {
  ExportApi: GENERATORS,
  FlushStageAuthorizersCache: FLUSHES,
  FlushStageCache: FLUSHES,
  GetExport: GENERATORS,
  GetTags: TAGS,
  GetUsage: 'back ends that show or extend the remaining quota of a key',
  ImportApi: DOCUMENTS,
  ImportApiKeys: 'scripts that move keys to another account',
  ImportDocumentationParts: DOCUMENTS,
  ImportRestApi: DOCUMENTS,
  PutRestApi: DOCUMENTS,
  ReimportApi: DOCUMENTS,
  ResetAuthorizersCache: FLUSHES,
  TagResource: TAGS,
  TestInvokeAuthorizer: TRIES,
  TestInvokeMethod: TRIES,
  UntagResource: TAGS,
  UpdateUsage: 'back ends that show or extend the remaining quota of a key',
};

function usesOfApis(operations: readonly string[]): Readonly<Record<string, string>> {
  const isList = (name: string): boolean => /^(?:Get|List)\w+s$/.test(name);
  const useOf = (name: string): string =>
    OF_APIS[name] ?? (isList(name) ? 'scripts and tests that look up what exists' : RESOURCES);
  return Object.fromEntries(operations.map((name) => [name, useOf(name)]));
}

const IN_PARTS =
  'uploads of large files: Upload of @aws-sdk/lib-storage, upload_file of boto3, and the AWS CLI';
const TAGGED = 'functions that mark objects, for example as scanned or processed';
const ITEMS = 'functions and tests that read or write items';
const STREAMS = 'consumers of table streams';

export const USES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'API Gateway (REST)': usesOfApis(REST_CALLS),
  'API Gateway (HTTP and WebSocket)': usesOfApis(V2_CALLS),
  'API Gateway (connections)': {
    DeleteConnection: 'back ends of WebSocket APIs',
    GetConnection: 'back ends of WebSocket APIs',
    PostToConnection: 'back ends of WebSocket APIs',
  },
  AppConfig: {
    GetLatestConfiguration: 'functions that read a configuration',
    StartConfigurationSession: 'functions that read a configuration',
  },
  'Cloud Map': {
    DeregisterInstance: INSTANCES,
    DiscoverInstances: INSTANCES,
    GetInstance: INSTANCES,
    GetOperation: INSTANCES,
    ListInstances: INSTANCES,
    ListServices: INSTANCES,
    RegisterInstance: INSTANCES,
    UpdateInstanceCustomHealthStatus: INSTANCES,
  },
  CloudFormation: {
    DescribeStackResource: STACKS,
    DescribeStackResources: STACKS,
    DescribeStacks: STACKS,
    GetTemplate: STACKS,
    ListExports: STACKS,
    ListStackResources: STACKS,
    ListStacks: STACKS,
  },
  CloudFront: {
    CreateInvalidation: EDGE,
    GetDistribution: EDGE,
    GetInvalidation: EDGE,
    ListDistributions: EDGE,
  },
  CloudWatch: {
    DeleteAlarms: DEPLOY,
    DescribeAlarmHistory: READ,
    DescribeAlarms: READ,
    DisableAlarmActions: 'deployments that silence alarms',
    EnableAlarmActions: 'deployments that silence alarms',
    GetMetricData: READ,
    GetMetricStatistics: READ,
    ListMetrics: READ,
    ListTagsForResource: TAGS,
    PutCompositeAlarm: DEPLOY,
    PutMetricAlarm: DEPLOY,
    PutMetricData: 'functions that measure',
    SetAlarmState: 'tests of what an alarm starts',
    TagResource: TAGS,
    UntagResource: TAGS,
  },
  'CloudWatch Logs': {
    CreateLogGroup: 'log libraries, Terraform',
    CreateLogStream: 'log libraries',
    DeleteRetentionPolicy: 'Terraform',
    DescribeLogGroups: READ,
    DescribeLogStreams: READ,
    FilterLogEvents: READ,
    GetLogEvents: READ,
    GetQueryResults: READ,
    ListTagsForResource: TAGS,
    PutLogEvents: 'log libraries',
    PutRetentionPolicy: 'Terraform',
    StartQuery: READ,
    StopQuery: READ,
    TestMetricFilter: 'tests of filter patterns',
    TagResource: TAGS,
    UntagResource: TAGS,
  },
  Cognito: {
    AdminAddUserToGroup: USERS,
    AdminConfirmSignUp: USERS,
    AdminCreateUser: USERS,
    AdminDeleteUser: USERS,
    AdminDisableUser: USERS,
    AdminEnableUser: USERS,
    AdminGetUser: USERS,
    AdminInitiateAuth: SIGN_IN,
    AdminListGroupsForUser: USERS,
    AdminRemoveUserFromGroup: USERS,
    AdminResetUserPassword: USERS,
    AdminRespondToAuthChallenge: SIGN_IN,
    AdminSetUserPassword: USERS,
    AdminUpdateUserAttributes: USERS,
    AdminUserGlobalSignOut: USERS,
    ChangePassword: OWN_ACCOUNT,
    ConfirmForgotPassword: SIGN_IN,
    ConfirmSignUp: SIGN_IN,
    CreateGroup: USERS,
    DeleteUser: OWN_ACCOUNT,
    DescribeUserPool: USERS,
    DescribeUserPoolClient: USERS,
    ForgotPassword: SIGN_IN,
    GetTokensFromRefreshToken: SIGN_IN,
    GetUser: OWN_ACCOUNT,
    GetUserAttributeVerificationCode: OWN_ACCOUNT,
    GlobalSignOut: OWN_ACCOUNT,
    InitiateAuth: SIGN_IN,
    ListGroups: USERS,
    ListUserPoolClients: USERS,
    ListUserPools: USERS,
    ListUsers: USERS,
    ListUsersInGroup: USERS,
    ResendConfirmationCode: SIGN_IN,
    RespondToAuthChallenge: SIGN_IN,
    RevokeToken: SIGN_IN,
    SignUp: SIGN_IN,
    UpdateUserAttributes: OWN_ACCOUNT,
    VerifyUserAttribute: OWN_ACCOUNT,
  },
  DynamoDB: {
    BatchGetItem: ITEMS,
    BatchExecuteStatement: ITEMS,
    BatchWriteItem: ITEMS,
    CreateTable: DEPLOY,
    DeleteItem: ITEMS,
    DeleteTable: DEPLOY,
    DescribeContinuousBackups: 'Terraform',
    DescribeEndpoints: 'SDKs with endpoint discovery',
    DescribeTable: 'waiters of SDKs, Terraform',
    DescribeTimeToLive: 'Terraform',
    ExecuteStatement: ITEMS,
    GetItem: ITEMS,
    ListTables: READ,
    ListTagsOfResource: TAGS,
    PutItem: ITEMS,
    Query: ITEMS,
    Scan: ITEMS,
    TagResource: TAGS,
    TransactGetItems: ITEMS,
    TransactWriteItems: ITEMS,
    UntagResource: TAGS,
    UpdateContinuousBackups: 'Terraform',
    UpdateItem: ITEMS,
    UpdateTable: DEPLOY,
    UpdateTimeToLive: DEPLOY,
  },
  'DynamoDB Streams': {
    DescribeStream: STREAMS,
    GetRecords: STREAMS,
    GetShardIterator: STREAMS,
    ListStreams: STREAMS,
  },
  EventBridge: {
    PutEvents: 'functions that send events',
    TestEventPattern: 'tests of patterns',
  },
  Kinesis: {
    AddTagsToStream: TAGS,
    CreateStream: DEPLOY,
    DeleteStream: DEPLOY,
    DescribeStream: 'consumers of streams',
    DescribeStreamSummary: 'consumers of streams, Terraform',
    GetRecords: 'consumers of streams',
    GetShardIterator: 'consumers of streams',
    ListShards: 'consumers of streams',
    ListStreams: 'consumers of streams',
    ListTagsForStream: TAGS,
    PutRecord: 'functions that send records',
    PutRecords: 'functions that send records',
    RemoveTagsFromStream: TAGS,
  },
  Lambda: {
    AddPermission: DEPLOY,
    CreateEventSourceMapping: DEPLOY,
    DeleteEventSourceMapping: DEPLOY,
    GetEventSourceMapping: DEPLOY,
    GetFunction: 'waiters of SDKs, deploy tools',
    GetFunctionConfiguration: 'waiters of SDKs, deploy tools',
    GetFunctionUrlConfig: 'tests that call a function URL',
    GetPolicy: DEPLOY,
    Invoke: 'functions, tests, the CLI',
    InvokeWithResponseStream: 'clients of streamed responses',
    ListEventSourceMappings: DEPLOY,
    ListFunctionUrlConfigs: 'tests that call a function URL',
    ListFunctions: 'deploy tools',
    RemovePermission: DEPLOY,
    UpdateEventSourceMapping: 'tests that pause a mapping',
    UpdateFunctionCode: 'tools that send code after a build',
  },
  S3: {
    AbortMultipartUpload: IN_PARTS,
    CompleteMultipartUpload: IN_PARTS,
    CopyObject: 'functions that move or rename what they stored',
    CreateMultipartUpload: IN_PARTS,
    DeleteObject: 'functions that store objects',
    DeleteObjectTagging: TAGGED,
    DeleteObjects: 'functions that delete what they stored',
    GetObject: 'functions that store objects',
    GetObjectTagging: TAGGED,
    HeadBucket: 'functions and tests that check whether a bucket exists',
    HeadObject: 'functions that store objects',
    ListBuckets: 'scripts that look up a bucket',
    ListObjects: 'functions that list what they stored',
    ListObjectsV2: 'functions that list what they stored',
    ListMultipartUploads: 'programs that end uploads which nobody completed',
    ListParts: 'pages that resume an upload',
    PutObject: 'functions that store objects',
    PutObjectTagging: TAGGED,
    UploadPart: IN_PARTS,
    UploadPartCopy: 'programs that copy large objects: copy of boto3, and aws s3 cp',
  },
  SNS: {
    Publish: 'functions that publish',
    PublishBatch: 'functions that publish',
  },
  SQS: {
    CancelMessageMoveTask: MOVERS,
    ChangeMessageVisibility: CONSUMERS,
    ChangeMessageVisibilityBatch: CONSUMERS,
    CreateQueue: DEPLOY,
    DeleteMessage: CONSUMERS,
    DeleteMessageBatch: CONSUMERS,
    DeleteQueue: DEPLOY,
    GetQueueAttributes: DEPLOY,
    GetQueueUrl: 'functions that know a queue by name',
    ListMessageMoveTasks: MOVERS,
    ListQueueTags: 'Terraform',
    ListQueues: READ,
    PurgeQueue: 'tests between two cases',
    ReceiveMessage: CONSUMERS,
    SendMessage: 'functions that send messages',
    SendMessageBatch: 'functions that send messages',
    SetQueueAttributes: 'Terraform',
    StartMessageMoveTask: MOVERS,
    TagQueue: 'Terraform',
    UntagQueue: 'Terraform',
  },
  STS: {
    AssumeRole: 'functions and tools with a role',
    GetCallerIdentity: 'deploy tools, the CLI',
  },
  'Secrets Manager': {
    BatchGetSecretValue: 'functions that read several secrets',
    DeleteSecret: 'functions that remove a secret, and tests that clean up',
    DescribeSecret: 'caching clients of AWS',
    GetSecretValue: 'functions that read a secret',
    ListSecretVersionIds: 'functions that rotate secrets',
    ListSecrets: 'functions and scripts that look up secrets',
    PutSecretValue: 'functions that store a renewed token, and tests that set a secret',
    RestoreSecret: 'functions that bring a deleted secret back',
    TagResource: TAGS,
    UntagResource: TAGS,
    UpdateSecret: 'functions that store a renewed token',
    UpdateSecretVersionStage: 'functions that rotate secrets',
  },
  'Step Functions': {
    StartExecution:
      'functions and integrations that start a state machine; the execution is recorded and does not run',
    StartSyncExecution:
      'integrations that wait for an express state machine; the gateway runs it if its definition uses JSONPath and services of the gateway',
    StopExecution: 'programs that stop executions they started',
  },
  'Systems Manager': {
    DeleteParameter: 'functions and scripts that write parameters',
    DeleteParameters: 'functions and scripts that write parameters',
    GetParameter: 'functions that read a parameter',
    GetParameters: 'functions that read parameters',
    GetParametersByPath: 'functions that read parameters',
    PutParameter: 'functions and scripts that write parameters',
  },
  WAFv2: {
    CheckCapacity: 'scripts that size a rule group before they deploy it',
    GetIPSet: BLOCKING,
    GetSampledRequests: 'tests of a web ACL',
    GetWebACL: WALL,
    ListIPSets: BLOCKING,
    ListWebACLs: WALL,
    UpdateIPSet: BLOCKING,
  },
  'X-Ray': {
    BatchGetTraces: READ,
    GetTraceSummaries: READ,
    PutTraceSegments: 'functions and SDKs that trace',
  },
};
