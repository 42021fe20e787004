/**
 * Members of calls that have no effect in the gateway, by the name of the service in the reference of operations. A
 * test compares them with the members that the gateway reads.
 */
type Unread = { readonly members: string; readonly of: string; readonly why: string };

export const UNREAD_MEMBERS: Readonly<Record<string, readonly Unread[]>> = {
  'Cloud Map': [
    {
      members: 'OwnerAccount',
      of: 'DiscoverInstances GetOperation',
      why: 'every namespace belongs to the account of the gateway',
    },
  ],
  CloudFormation: [
    { members: 'TemplateStage', of: 'GetTemplate', why: 'the template is returned as it was written' },
  ],
  CloudWatch: [
    {
      members: 'AlarmContributorId',
      of: 'DescribeAlarmHistory',
      why: 'the gateway’s alarms have no contributors',
    },
    { members: 'LabelOptions', of: 'GetMetricData', why: 'times in labels are in UTC' },
    { members: 'IncludeLinkedAccounts OwningAccount', of: 'ListMetrics', why: 'no account is linked' },
    { members: 'StrictEntityValidation', of: 'PutMetricData', why: 'entities are not kept' },
  ],
  'CloudWatch Logs': [
    { members: 'kmsKeyId', of: 'CreateLogGroup', why: 'nothing is encrypted' },
    {
      members: 'accountIdentifiers includeLinkedAccounts',
      of: 'DescribeLogGroups',
      why: 'no account is linked',
    },
    { members: 'interleaved', of: 'FilterLogEvents', why: 'AWS ignores it, too' },
    { members: 'unmask', of: 'FilterLogEvents GetLogEvents', why: 'nothing is masked' },
    { members: 'maxItems', of: 'GetQueryResults', why: 'all results are returned' },
    { members: 'sequenceToken', of: 'PutLogEvents', why: 'AWS ignores it, too' },
    { members: 'entity', of: 'PutLogEvents', why: 'entities are not kept' },
  ],
  Cognito: [
    {
      members: 'ForceAliasCreation',
      of: 'AdminCreateUser ConfirmSignUp',
      why: 'an alias stays with the user who has it',
    },
    { members: 'DesiredDeliveryMediums', of: 'AdminCreateUser', why: 'messages are printed' },
    {
      members: 'AnalyticsMetadata',
      of: 'AdminInitiateAuth AdminRespondToAuthChallenge ConfirmForgotPassword ConfirmSignUp ForgotPassword InitiateAuth ResendConfirmationCode RespondToAuthChallenge SignUp',
      why: 'nothing is sent to Pinpoint',
    },
    {
      members: 'ContextData',
      of: 'AdminInitiateAuth AdminRespondToAuthChallenge',
      why: 'risks are not judged',
    },
    {
      members: 'UserContextData',
      of: 'ConfirmForgotPassword ConfirmSignUp ForgotPassword InitiateAuth ResendConfirmationCode RespondToAuthChallenge SignUp',
      why: 'risks are not judged',
    },
    { members: 'DeviceKey', of: 'GetTokensFromRefreshToken', why: 'devices are not remembered' },
    { members: 'ClientType', of: 'ListUserPoolClients', why: 'all clients have the same type' },
    {
      members: 'RevokeAssociatedSessions',
      of: 'RevokeToken',
      why: 'a token is revoked together with the tokens that were made from it',
    },
  ],
  DynamoDB: [
    { members: 'GlobalTableSourceArn', of: 'CreateTable', why: 'tables have no replicas' },
    {
      members: 'GlobalTableSettingsReplicationMode',
      of: 'CreateTable UpdateTable',
      why: 'tables have no replicas',
    },
    { members: 'VectorIndexes', of: 'CreateTable', why: 'vectors are not indexed' },
    {
      members: 'ConditionalOperator',
      of: 'DeleteItem PutItem Query Scan UpdateItem',
      why: 'dynalite, which stores the items, reads the member',
    },
    { members: 'TagKeys', of: 'UntagResource', why: 'dynalite, which stores the items, reads the member' },
    {
      members: 'MultiRegionConsistency GlobalTableWitnessUpdates DisassociationProtectionEnabled',
      of: 'UpdateTable',
      why: 'tables have no replicas',
    },
    { members: 'VectorIndexUpdates', of: 'UpdateTable', why: 'vectors are not indexed' },
  ],
  EventBridge: [
    {
      members: 'EndpointId',
      of: 'PutEvents',
      why: 'the bus of the entry gets the event, whichever Region an endpoint would choose',
    },
  ],
  Kinesis: [
    {
      members: 'RecordDistributionStrategy',
      of: 'CreateStream',
      why: 'records are distributed by their keys',
    },
    { members: 'EnforceConsumerDeletion', of: 'DeleteStream', why: 'streams have no registered consumers' },
    {
      members: 'DryRun',
      of: 'GetRecords GetShardIterator PutRecord PutRecords',
      why: 'no client sends the member by itself, and no answer to it has been recorded',
    },
  ],
  Lambda: [
    { members: 'DurableExecutionName', of: 'Invoke', why: 'executions are not durable' },
    {
      members: 'TenantId',
      of: 'Invoke InvokeWithResponseStream',
      why: 'instances are not separated by tenants',
    },
    { members: 'S3ObjectStorageMode', of: 'UpdateFunctionCode', why: 'the code is read immediately' },
  ],
  S3: [
    {
      members: 'RequestPayer',
      of: 'AbortMultipartUpload CompleteMultipartUpload CopyObject CreateMultipartUpload DeleteObject DeleteObjects GetObject GetObjectTagging HeadObject ListMultipartUploads ListObjects ListObjectsV2 ListParts PutObject PutObjectTagging UploadPart UploadPartCopy',
      why: 'nobody pays',
    },
    {
      members: 'IfMatchInitiatedTime',
      of: 'AbortMultipartUpload',
      why: 'only directory buckets support the member',
    },
    {
      members: 'MultipartUpload',
      of: 'CompleteMultipartUpload',
      why: 'the member is the body, which is read as CompleteMultipartUpload',
    },
    {
      members: 'SSECustomerKey SSECustomerKeyMD5',
      of: 'CompleteMultipartUpload CopyObject CreateMultipartUpload GetObject HeadObject ListParts PutObject UploadPart UploadPartCopy',
      why: 'objects are not encrypted',
    },
    {
      members: 'GrantFullControl GrantRead GrantReadACP GrantWriteACP',
      of: 'CopyObject CreateMultipartUpload PutObject',
      why: 'rights come from policies, as in buckets without ACLs',
    },
    { members: 'AnnotationDirective', of: 'CopyObject', why: 'objects have no annotations' },
    {
      members: 'SSEKMSEncryptionContext',
      of: 'CopyObject CreateMultipartUpload PutObject',
      why: 'objects are not encrypted',
    },
    {
      members:
        'ObjectLockMode ObjectLockRetainUntilDate ObjectLockLegalHoldStatus ObjectLockEventHold ObjectLockEventHoldDurationDays ObjectLockEventHoldDurationYears',
      of: 'CopyObject CreateMultipartUpload PutObject',
      why: 'objects are not locked',
    },
    { members: 'MFA', of: 'DeleteObject DeleteObjects', why: 'deletes need no second factor' },
    {
      members: 'OptionalObjectAttributes',
      of: 'ListObjects ListObjectsV2',
      why: 'no object is restored from an archive',
    },
    { members: 'WriteOffsetBytes', of: 'PutObject', why: 'only directory buckets support the member' },
  ],
  SQS: [
    {
      members: 'ReceiveRequestAttemptId',
      of: 'ReceiveMessage',
      why: 'no client sends the member by itself, and a receive never fails half-way in the gateway',
    },
  ],
  STS: [{ members: 'MinimumSessionTokenSize', of: 'AssumeRole', why: 'session tokens have one size' }],
  'Systems Manager': [{ members: 'KeyId', of: 'PutParameter', why: 'nothing is encrypted' }],
  'X-Ray': [
    { members: 'Sampling SamplingStrategy', of: 'GetTraceSummaries', why: 'all traces are returned' },
  ],
};
