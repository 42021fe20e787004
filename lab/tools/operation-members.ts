/**
 * Written by `node --conditions=source lab/tools/write-operation-members.ts` from the API models in botocore 1.44.8.
 * Each line has a service, an operation, and its members; `Member=name` is a header or a parameter of the query.
 */
export const OPERATION_MEMBERS = `
Cloud Map: DeregisterInstance ServiceId InstanceId
Cloud Map: DiscoverInstances NamespaceName ServiceName MaxResults QueryParameters OptionalParameters HealthStatus OwnerAccount
Cloud Map: GetInstance ServiceId InstanceId
Cloud Map: GetOperation OperationId OwnerAccount
Cloud Map: ListInstances ServiceId NextToken MaxResults
Cloud Map: ListServices NextToken MaxResults Filters
Cloud Map: RegisterInstance ServiceId InstanceId CreatorRequestId Attributes
Cloud Map: UpdateInstanceCustomHealthStatus ServiceId InstanceId Status
CloudFormation: DescribeStackResource StackName LogicalResourceId
CloudFormation: DescribeStackResources StackName LogicalResourceId PhysicalResourceId
CloudFormation: DescribeStacks StackName NextToken
CloudFormation: GetTemplate StackName ChangeSetName TemplateStage
CloudFormation: ListExports NextToken
CloudFormation: ListStackResources StackName NextToken
CloudFormation: ListStacks NextToken StackStatusFilter
CloudWatch: DeleteAlarms AlarmNames
CloudWatch: DescribeAlarmHistory AlarmName AlarmContributorId AlarmTypes HistoryItemType StartDate EndDate MaxRecords NextToken ScanBy
CloudWatch: DescribeAlarms AlarmNames AlarmNamePrefix AlarmTypes ChildrenOfAlarmName ParentsOfAlarmName StateValue ActionPrefix MaxRecords NextToken
CloudWatch: DisableAlarmActions AlarmNames
CloudWatch: EnableAlarmActions AlarmNames
CloudWatch: GetMetricData MetricDataQueries StartTime EndTime NextToken ScanBy MaxDatapoints LabelOptions
CloudWatch: GetMetricStatistics Namespace MetricName Dimensions StartTime EndTime Period Statistics ExtendedStatistics Unit
CloudWatch: ListMetrics Namespace MetricName Dimensions NextToken RecentlyActive IncludeLinkedAccounts OwningAccount
CloudWatch: ListTagsForResource ResourceARN
CloudWatch: PutCompositeAlarm ActionsEnabled AlarmActions AlarmDescription AlarmName AlarmRule InsufficientDataActions OKActions Tags ActionsSuppressor ActionsSuppressorWaitPeriod ActionsSuppressorExtensionPeriod ActionConfiguration
CloudWatch: PutMetricAlarm AlarmName AlarmDescription ActionsEnabled OKActions AlarmActions InsufficientDataActions MetricName Namespace Statistic ExtendedStatistic Dimensions Period Unit EvaluationPeriods DatapointsToAlarm Threshold ComparisonOperator TreatMissingData EvaluateLowSampleCountPercentile Metrics Tags ThresholdMetricId EvaluationWindow WarmUpConfiguration EvaluationCriteria EvaluationInterval ActionConfiguration
CloudWatch: PutMetricData Namespace MetricData EntityMetricData StrictEntityValidation
CloudWatch: SetAlarmState AlarmName StateValue StateReason StateReasonData
CloudWatch: TagResource ResourceARN Tags
CloudWatch: UntagResource ResourceARN TagKeys
CloudWatch Logs: CreateLogGroup logGroupName kmsKeyId tags logGroupClass deletionProtectionEnabled
CloudWatch Logs: CreateLogStream logGroupName logStreamName
CloudWatch Logs: DeleteRetentionPolicy logGroupName
CloudWatch Logs: DescribeLogGroups accountIdentifiers logGroupNamePrefix logGroupNamePattern nextToken limit includeLinkedAccounts logGroupClass logGroupIdentifiers
CloudWatch Logs: DescribeLogStreams logGroupName logGroupIdentifier logStreamNamePrefix orderBy descending nextToken limit
CloudWatch Logs: FilterLogEvents logGroupName logGroupIdentifier logStreamNames logStreamNamePrefix startTime endTime filterPattern nextToken limit startFromHead interleaved unmask
CloudWatch Logs: GetLogEvents logGroupName logGroupIdentifier logStreamName startTime endTime nextToken limit startFromHead unmask
CloudWatch Logs: GetQueryResults queryId nextToken maxItems
CloudWatch Logs: ListTagsForResource resourceArn
CloudWatch Logs: PutLogEvents logGroupName logStreamName logEvents sequenceToken entity
CloudWatch Logs: PutRetentionPolicy logGroupName retentionInDays
CloudWatch Logs: StartQuery queryLanguage logGroupName logGroupNames logGroupIdentifiers startTime endTime queryString limit
CloudWatch Logs: StopQuery queryId
CloudWatch Logs: TagResource resourceArn tags
CloudWatch Logs: TestMetricFilter filterPattern logEventMessages
CloudWatch Logs: UntagResource resourceArn tagKeys
Cognito: AdminAddUserToGroup UserPoolId Username GroupName
Cognito: AdminConfirmSignUp UserPoolId Username ClientMetadata
Cognito: AdminCreateUser UserPoolId Username UserAttributes ValidationData TemporaryPassword ForceAliasCreation MessageAction DesiredDeliveryMediums ClientMetadata
Cognito: AdminDeleteUser UserPoolId Username
Cognito: AdminDisableUser UserPoolId Username
Cognito: AdminEnableUser UserPoolId Username
Cognito: AdminGetUser UserPoolId Username
Cognito: AdminInitiateAuth UserPoolId ClientId AuthFlow AuthParameters ClientMetadata AnalyticsMetadata ContextData Session
Cognito: AdminListGroupsForUser Username UserPoolId Limit NextToken
Cognito: AdminRemoveUserFromGroup UserPoolId Username GroupName
Cognito: AdminResetUserPassword UserPoolId Username ClientMetadata
Cognito: AdminRespondToAuthChallenge UserPoolId ClientId ChallengeName ChallengeResponses Session AnalyticsMetadata ContextData ClientMetadata
Cognito: AdminSetUserPassword UserPoolId Username Password Permanent
Cognito: AdminUpdateUserAttributes UserPoolId Username UserAttributes ClientMetadata
Cognito: AdminUserGlobalSignOut UserPoolId Username
Cognito: ChangePassword PreviousPassword ProposedPassword AccessToken
Cognito: ConfirmForgotPassword ClientId SecretHash Username ConfirmationCode Password AnalyticsMetadata UserContextData ClientMetadata
Cognito: ConfirmSignUp ClientId SecretHash Username ConfirmationCode ForceAliasCreation AnalyticsMetadata UserContextData ClientMetadata Session
Cognito: CreateGroup GroupName UserPoolId Description RoleArn Precedence
Cognito: DeleteUser AccessToken
Cognito: DescribeUserPool UserPoolId
Cognito: DescribeUserPoolClient UserPoolId ClientId
Cognito: ForgotPassword ClientId SecretHash UserContextData Username AnalyticsMetadata ClientMetadata
Cognito: GetTokensFromRefreshToken RefreshToken ClientId ClientSecret DeviceKey ClientMetadata
Cognito: GetUser AccessToken
Cognito: GetUserAttributeVerificationCode AccessToken AttributeName ClientMetadata
Cognito: GlobalSignOut AccessToken
Cognito: InitiateAuth AuthFlow AuthParameters ClientMetadata ClientId AnalyticsMetadata UserContextData Session
Cognito: ListGroups UserPoolId Limit NextToken
Cognito: ListUserPoolClients UserPoolId MaxResults NextToken ClientType
Cognito: ListUserPools NextToken MaxResults
Cognito: ListUsers UserPoolId AttributesToGet Limit PaginationToken Filter
Cognito: ListUsersInGroup UserPoolId GroupName Limit NextToken
Cognito: ResendConfirmationCode ClientId SecretHash UserContextData Username AnalyticsMetadata ClientMetadata
Cognito: RespondToAuthChallenge ClientId ChallengeName Session ChallengeResponses AnalyticsMetadata UserContextData ClientMetadata
Cognito: RevokeToken Token ClientId ClientSecret RevokeAssociatedSessions
Cognito: SignUp ClientId SecretHash Username Password UserAttributes ValidationData AnalyticsMetadata UserContextData ClientMetadata
Cognito: UpdateUserAttributes UserAttributes AccessToken ClientMetadata
Cognito: VerifyUserAttribute AccessToken AttributeName Code
DynamoDB: BatchGetItem RequestItems ReturnConsumedCapacity
DynamoDB: BatchExecuteStatement Statements ReturnConsumedCapacity
DynamoDB: BatchWriteItem RequestItems ReturnConsumedCapacity ReturnItemCollectionMetrics
DynamoDB: CreateTable AttributeDefinitions TableName KeySchema LocalSecondaryIndexes GlobalSecondaryIndexes BillingMode ProvisionedThroughput StreamSpecification SSESpecification Tags TableClass DeletionProtectionEnabled WarmThroughput ResourcePolicy OnDemandThroughput GlobalTableSourceArn GlobalTableSettingsReplicationMode VectorIndexes
DynamoDB: DeleteItem TableName Key Expected ConditionalOperator ReturnValues ReturnConsumedCapacity ReturnItemCollectionMetrics ConditionExpression ExpressionAttributeNames ExpressionAttributeValues ReturnValuesOnConditionCheckFailure
DynamoDB: DeleteTable TableName
DynamoDB: DescribeContinuousBackups TableName
DynamoDB: DescribeTable TableName
DynamoDB: DescribeTimeToLive TableName
DynamoDB: ExecuteStatement Statement Parameters ConsistentRead NextToken ReturnConsumedCapacity Limit ReturnValuesOnConditionCheckFailure
DynamoDB: GetItem TableName Key AttributesToGet ConsistentRead ReturnConsumedCapacity ProjectionExpression ExpressionAttributeNames
DynamoDB: ListTables ExclusiveStartTableName Limit
DynamoDB: ListTagsOfResource ResourceArn NextToken
DynamoDB: PutItem TableName Item Expected ReturnValues ReturnConsumedCapacity ReturnItemCollectionMetrics ConditionalOperator ConditionExpression ExpressionAttributeNames ExpressionAttributeValues ReturnValuesOnConditionCheckFailure
DynamoDB: Query TableName IndexName Select AttributesToGet Limit ConsistentRead KeyConditions QueryFilter ConditionalOperator ScanIndexForward ExclusiveStartKey ReturnConsumedCapacity ProjectionExpression FilterExpression KeyConditionExpression ExpressionAttributeNames ExpressionAttributeValues
DynamoDB: Scan TableName IndexName AttributesToGet Limit Select ScanFilter ConditionalOperator ExclusiveStartKey ReturnConsumedCapacity TotalSegments Segment ProjectionExpression FilterExpression ExpressionAttributeNames ExpressionAttributeValues ConsistentRead
DynamoDB: TagResource ResourceArn Tags
DynamoDB: TransactGetItems TransactItems ReturnConsumedCapacity
DynamoDB: TransactWriteItems TransactItems ReturnConsumedCapacity ReturnItemCollectionMetrics ClientRequestToken
DynamoDB: UntagResource ResourceArn TagKeys
DynamoDB: UpdateContinuousBackups TableName PointInTimeRecoverySpecification
DynamoDB: UpdateItem TableName Key AttributeUpdates Expected ConditionalOperator ReturnValues ReturnConsumedCapacity ReturnItemCollectionMetrics UpdateExpression ConditionExpression ExpressionAttributeNames ExpressionAttributeValues ReturnValuesOnConditionCheckFailure
DynamoDB: UpdateTable AttributeDefinitions TableName BillingMode ProvisionedThroughput GlobalSecondaryIndexUpdates StreamSpecification SSESpecification ReplicaUpdates TableClass DeletionProtectionEnabled MultiRegionConsistency GlobalTableWitnessUpdates OnDemandThroughput WarmThroughput GlobalTableSettingsReplicationMode DisassociationProtectionEnabled VectorIndexUpdates
DynamoDB: UpdateTimeToLive TableName TimeToLiveSpecification
DynamoDB Streams: DescribeStream StreamArn Limit ExclusiveStartShardId ShardFilter
DynamoDB Streams: GetRecords ShardIterator Limit
DynamoDB Streams: GetShardIterator StreamArn ShardId ShardIteratorType SequenceNumber Timestamp
DynamoDB Streams: ListStreams TableName Limit ExclusiveStartStreamArn
EventBridge: PutEvents Entries EndpointId
EventBridge: TestEventPattern EventPattern Event
Kinesis: AddTagsToStream StreamName Tags StreamARN StreamId
Kinesis: CreateStream StreamName ShardCount StreamModeDetails Tags WarmThroughputMiBps MaxRecordSizeInKiB RecordDistributionStrategy
Kinesis: DeleteStream StreamName EnforceConsumerDeletion StreamARN StreamId
Kinesis: DescribeStream StreamName Limit ExclusiveStartShardId StreamARN StreamId
Kinesis: DescribeStreamSummary StreamName StreamARN StreamId
Kinesis: GetRecords ShardIterator Limit StreamARN StreamId DryRun
Kinesis: GetShardIterator StreamName ShardId ShardIteratorType StartingSequenceNumber Timestamp StreamARN StreamId DryRun
Kinesis: ListShards StreamName NextToken ExclusiveStartShardId MaxResults StreamCreationTimestamp ShardFilter StreamARN StreamId
Kinesis: ListStreams Limit ExclusiveStartStreamName NextToken
Kinesis: ListTagsForStream StreamName ExclusiveStartTagKey Limit StreamARN StreamId
Kinesis: PutRecord StreamName Data PartitionKey ExplicitHashKey SequenceNumberForOrdering StreamARN StreamId DryRun
Kinesis: PutRecords Records StreamName StreamARN StreamId DryRun
Kinesis: RemoveTagsFromStream StreamName TagKeys StreamARN StreamId
Lambda: AddPermission FunctionName StatementId Action Principal SourceArn FunctionUrlAuthType InvokedViaFunctionUrl SourceAccount EventSourceToken Qualifier=Qualifier RevisionId PrincipalOrgID
Lambda: CreateEventSourceMapping EventSourceArn FunctionName Enabled BatchSize FilterCriteria KMSKeyArn MetricsConfig LoggingConfig ScalingConfig MaximumBatchingWindowInSeconds ParallelizationFactor StartingPosition StartingPositionTimestamp DestinationConfig MaximumRecordAgeInSeconds BisectBatchOnFunctionError MaximumRetryAttempts Tags TumblingWindowInSeconds Topics Queues SourceAccessConfigurations SelfManagedEventSource FunctionResponseTypes AmazonManagedKafkaEventSourceConfig SelfManagedKafkaEventSourceConfig DocumentDBEventSourceConfig ProvisionedPollerConfig
Lambda: DeleteEventSourceMapping UUID
Lambda: GetEventSourceMapping UUID
Lambda: GetFunction FunctionName Qualifier=Qualifier
Lambda: GetFunctionConfiguration FunctionName Qualifier=Qualifier
Lambda: GetFunctionUrlConfig FunctionName Qualifier=Qualifier
Lambda: GetPolicy FunctionName Qualifier=Qualifier
Lambda: Invoke FunctionName InvocationType=X-Amz-Invocation-Type LogType=X-Amz-Log-Type ClientContext=X-Amz-Client-Context DurableExecutionName=X-Amz-Durable-Execution-Name Payload Qualifier=Qualifier TenantId=X-Amz-Tenant-Id
Lambda: InvokeWithResponseStream FunctionName LogType=X-Amz-Log-Type ClientContext=X-Amz-Client-Context Qualifier=Qualifier Payload TenantId=X-Amz-Tenant-Id InvocationType=X-Amz-Invocation-Type
Lambda: ListEventSourceMappings EventSourceArn=EventSourceArn FunctionName=FunctionName Marker=Marker MaxItems=MaxItems
Lambda: ListFunctionUrlConfigs FunctionName Marker=Marker MaxItems=MaxItems
Lambda: ListFunctions MasterRegion=MasterRegion FunctionVersion=FunctionVersion Marker=Marker MaxItems=MaxItems
Lambda: RemovePermission FunctionName StatementId Qualifier=Qualifier RevisionId=RevisionId
Lambda: UpdateEventSourceMapping UUID FunctionName Enabled BatchSize FilterCriteria KMSKeyArn MetricsConfig LoggingConfig ScalingConfig MaximumBatchingWindowInSeconds ParallelizationFactor DestinationConfig MaximumRecordAgeInSeconds BisectBatchOnFunctionError MaximumRetryAttempts TumblingWindowInSeconds SourceAccessConfigurations FunctionResponseTypes AmazonManagedKafkaEventSourceConfig SelfManagedKafkaEventSourceConfig DocumentDBEventSourceConfig ProvisionedPollerConfig
Lambda: UpdateFunctionCode FunctionName ZipFile S3Bucket S3Key S3ObjectVersion S3ObjectStorageMode ImageUri Architectures Publish PublishTo DryRun RevisionId SourceKMSKeyArn
S3: AbortMultipartUpload Bucket Key UploadId=uploadId RequestPayer=x-amz-request-payer ExpectedBucketOwner=x-amz-expected-bucket-owner IfMatchInitiatedTime=x-amz-if-match-initiated-time
S3: CompleteMultipartUpload Bucket Key MultipartUpload UploadId=uploadId ChecksumCRC32=x-amz-checksum-crc32 ChecksumCRC32C=x-amz-checksum-crc32c ChecksumCRC64NVME=x-amz-checksum-crc64nvme ChecksumSHA1=x-amz-checksum-sha1 ChecksumSHA256=x-amz-checksum-sha256 ChecksumSHA512=x-amz-checksum-sha512 ChecksumMD5=x-amz-checksum-md5 ChecksumXXHASH64=x-amz-checksum-xxhash64 ChecksumXXHASH3=x-amz-checksum-xxhash3 ChecksumXXHASH128=x-amz-checksum-xxhash128 ChecksumType=x-amz-checksum-type MpuObjectSize=x-amz-mp-object-size RequestPayer=x-amz-request-payer ExpectedBucketOwner=x-amz-expected-bucket-owner IfMatch=If-Match IfNoneMatch=If-None-Match SSECustomerAlgorithm=x-amz-server-side-encryption-customer-algorithm SSECustomerKey=x-amz-server-side-encryption-customer-key SSECustomerKeyMD5=x-amz-server-side-encryption-customer-key-MD5
S3: CopyObject ACL=x-amz-acl Bucket CacheControl=Cache-Control ChecksumAlgorithm=x-amz-checksum-algorithm ContentDisposition=Content-Disposition ContentEncoding=Content-Encoding ContentLanguage=Content-Language ContentType=Content-Type CopySource=x-amz-copy-source CopySourceIfMatch=x-amz-copy-source-if-match CopySourceIfModifiedSince=x-amz-copy-source-if-modified-since CopySourceIfNoneMatch=x-amz-copy-source-if-none-match CopySourceIfUnmodifiedSince=x-amz-copy-source-if-unmodified-since Expires=Expires GrantFullControl=x-amz-grant-full-control GrantRead=x-amz-grant-read GrantReadACP=x-amz-grant-read-acp GrantWriteACP=x-amz-grant-write-acp IfMatch=If-Match IfNoneMatch=If-None-Match Key Metadata MetadataDirective=x-amz-metadata-directive TaggingDirective=x-amz-tagging-directive AnnotationDirective=x-amz-object-annotation-directive ServerSideEncryption=x-amz-server-side-encryption StorageClass=x-amz-storage-class WebsiteRedirectLocation=x-amz-website-redirect-location SSECustomerAlgorithm=x-amz-server-side-encryption-customer-algorithm SSECustomerKey=x-amz-server-side-encryption-customer-key SSECustomerKeyMD5=x-amz-server-side-encryption-customer-key-MD5 SSEKMSKeyId=x-amz-server-side-encryption-aws-kms-key-id SSEKMSEncryptionContext=x-amz-server-side-encryption-context BucketKeyEnabled=x-amz-server-side-encryption-bucket-key-enabled CopySourceSSECustomerAlgorithm=x-amz-copy-source-server-side-encryption-customer-algorithm CopySourceSSECustomerKey=x-amz-copy-source-server-side-encryption-customer-key CopySourceSSECustomerKeyMD5=x-amz-copy-source-server-side-encryption-customer-key-MD5 RequestPayer=x-amz-request-payer Tagging=x-amz-tagging ObjectLockMode=x-amz-object-lock-mode ObjectLockRetainUntilDate=x-amz-object-lock-retain-until-date ObjectLockLegalHoldStatus=x-amz-object-lock-legal-hold ObjectLockEventHold=x-amz-object-lock-event-hold ObjectLockEventHoldDurationDays=x-amz-object-lock-event-hold-duration-days ObjectLockEventHoldDurationYears=x-amz-object-lock-event-hold-duration-years ExpectedBucketOwner=x-amz-expected-bucket-owner ExpectedSourceBucketOwner=x-amz-source-expected-bucket-owner
S3: CreateMultipartUpload ACL=x-amz-acl Bucket CacheControl=Cache-Control ContentDisposition=Content-Disposition ContentEncoding=Content-Encoding ContentLanguage=Content-Language ContentType=Content-Type Expires=Expires GrantFullControl=x-amz-grant-full-control GrantRead=x-amz-grant-read GrantReadACP=x-amz-grant-read-acp GrantWriteACP=x-amz-grant-write-acp Key Metadata ServerSideEncryption=x-amz-server-side-encryption StorageClass=x-amz-storage-class WebsiteRedirectLocation=x-amz-website-redirect-location SSECustomerAlgorithm=x-amz-server-side-encryption-customer-algorithm SSECustomerKey=x-amz-server-side-encryption-customer-key SSECustomerKeyMD5=x-amz-server-side-encryption-customer-key-MD5 SSEKMSKeyId=x-amz-server-side-encryption-aws-kms-key-id SSEKMSEncryptionContext=x-amz-server-side-encryption-context BucketKeyEnabled=x-amz-server-side-encryption-bucket-key-enabled RequestPayer=x-amz-request-payer Tagging=x-amz-tagging ObjectLockMode=x-amz-object-lock-mode ObjectLockRetainUntilDate=x-amz-object-lock-retain-until-date ObjectLockLegalHoldStatus=x-amz-object-lock-legal-hold ObjectLockEventHold=x-amz-object-lock-event-hold ObjectLockEventHoldDurationDays=x-amz-object-lock-event-hold-duration-days ObjectLockEventHoldDurationYears=x-amz-object-lock-event-hold-duration-years ExpectedBucketOwner=x-amz-expected-bucket-owner ChecksumAlgorithm=x-amz-checksum-algorithm ChecksumType=x-amz-checksum-type
S3: DeleteObject Bucket Key MFA=x-amz-mfa VersionId=versionId RequestPayer=x-amz-request-payer BypassGovernanceRetention=x-amz-bypass-governance-retention ExpectedBucketOwner=x-amz-expected-bucket-owner IfMatch=If-Match IfMatchLastModifiedTime=x-amz-if-match-last-modified-time IfMatchSize=x-amz-if-match-size
S3: DeleteObjectTagging Bucket Key VersionId=versionId ExpectedBucketOwner=x-amz-expected-bucket-owner
S3: DeleteObjects Bucket Delete MFA=x-amz-mfa RequestPayer=x-amz-request-payer BypassGovernanceRetention=x-amz-bypass-governance-retention ExpectedBucketOwner=x-amz-expected-bucket-owner ChecksumAlgorithm=x-amz-sdk-checksum-algorithm
S3: GetObject Bucket IfMatch=If-Match IfModifiedSince=If-Modified-Since IfNoneMatch=If-None-Match IfUnmodifiedSince=If-Unmodified-Since Key Range=Range ResponseCacheControl=response-cache-control ResponseContentDisposition=response-content-disposition ResponseContentEncoding=response-content-encoding ResponseContentLanguage=response-content-language ResponseContentType=response-content-type ResponseExpires=response-expires VersionId=versionId SSECustomerAlgorithm=x-amz-server-side-encryption-customer-algorithm SSECustomerKey=x-amz-server-side-encryption-customer-key SSECustomerKeyMD5=x-amz-server-side-encryption-customer-key-MD5 RequestPayer=x-amz-request-payer PartNumber=partNumber ExpectedBucketOwner=x-amz-expected-bucket-owner ChecksumMode=x-amz-checksum-mode
S3: GetObjectTagging Bucket Key VersionId=versionId ExpectedBucketOwner=x-amz-expected-bucket-owner RequestPayer=x-amz-request-payer
S3: HeadBucket Bucket ExpectedBucketOwner=x-amz-expected-bucket-owner
S3: HeadObject Bucket IfMatch=If-Match IfModifiedSince=If-Modified-Since IfNoneMatch=If-None-Match IfUnmodifiedSince=If-Unmodified-Since Key Range=Range ResponseCacheControl=response-cache-control ResponseContentDisposition=response-content-disposition ResponseContentEncoding=response-content-encoding ResponseContentLanguage=response-content-language ResponseContentType=response-content-type ResponseExpires=response-expires VersionId=versionId SSECustomerAlgorithm=x-amz-server-side-encryption-customer-algorithm SSECustomerKey=x-amz-server-side-encryption-customer-key SSECustomerKeyMD5=x-amz-server-side-encryption-customer-key-MD5 RequestPayer=x-amz-request-payer PartNumber=partNumber ExpectedBucketOwner=x-amz-expected-bucket-owner ChecksumMode=x-amz-checksum-mode
S3: ListBuckets MaxBuckets=max-buckets ContinuationToken=continuation-token Prefix=prefix BucketRegion=bucket-region
S3: ListMultipartUploads Bucket Delimiter=delimiter EncodingType=encoding-type KeyMarker=key-marker MaxUploads=max-uploads Prefix=prefix UploadIdMarker=upload-id-marker ExpectedBucketOwner=x-amz-expected-bucket-owner RequestPayer=x-amz-request-payer
S3: ListObjects Bucket Delimiter=delimiter EncodingType=encoding-type Marker=marker MaxKeys=max-keys Prefix=prefix RequestPayer=x-amz-request-payer ExpectedBucketOwner=x-amz-expected-bucket-owner OptionalObjectAttributes=x-amz-optional-object-attributes
S3: ListObjectsV2 Bucket Delimiter=delimiter EncodingType=encoding-type MaxKeys=max-keys Prefix=prefix ContinuationToken=continuation-token FetchOwner=fetch-owner StartAfter=start-after RequestPayer=x-amz-request-payer ExpectedBucketOwner=x-amz-expected-bucket-owner OptionalObjectAttributes=x-amz-optional-object-attributes
S3: ListParts Bucket Key MaxParts=max-parts PartNumberMarker=part-number-marker UploadId=uploadId RequestPayer=x-amz-request-payer ExpectedBucketOwner=x-amz-expected-bucket-owner SSECustomerAlgorithm=x-amz-server-side-encryption-customer-algorithm SSECustomerKey=x-amz-server-side-encryption-customer-key SSECustomerKeyMD5=x-amz-server-side-encryption-customer-key-MD5
S3: PutObject ACL=x-amz-acl Body Bucket CacheControl=Cache-Control ContentDisposition=Content-Disposition ContentEncoding=Content-Encoding ContentLanguage=Content-Language ContentLength=Content-Length ContentMD5=Content-MD5 ContentType=Content-Type ChecksumAlgorithm=x-amz-sdk-checksum-algorithm ChecksumCRC32=x-amz-checksum-crc32 ChecksumCRC32C=x-amz-checksum-crc32c ChecksumCRC64NVME=x-amz-checksum-crc64nvme ChecksumSHA1=x-amz-checksum-sha1 ChecksumSHA256=x-amz-checksum-sha256 ChecksumSHA512=x-amz-checksum-sha512 ChecksumMD5=x-amz-checksum-md5 ChecksumXXHASH64=x-amz-checksum-xxhash64 ChecksumXXHASH3=x-amz-checksum-xxhash3 ChecksumXXHASH128=x-amz-checksum-xxhash128 Expires=Expires IfMatch=If-Match IfNoneMatch=If-None-Match GrantFullControl=x-amz-grant-full-control GrantRead=x-amz-grant-read GrantReadACP=x-amz-grant-read-acp GrantWriteACP=x-amz-grant-write-acp Key WriteOffsetBytes=x-amz-write-offset-bytes Metadata ServerSideEncryption=x-amz-server-side-encryption StorageClass=x-amz-storage-class WebsiteRedirectLocation=x-amz-website-redirect-location SSECustomerAlgorithm=x-amz-server-side-encryption-customer-algorithm SSECustomerKey=x-amz-server-side-encryption-customer-key SSECustomerKeyMD5=x-amz-server-side-encryption-customer-key-MD5 SSEKMSKeyId=x-amz-server-side-encryption-aws-kms-key-id SSEKMSEncryptionContext=x-amz-server-side-encryption-context BucketKeyEnabled=x-amz-server-side-encryption-bucket-key-enabled RequestPayer=x-amz-request-payer Tagging=x-amz-tagging ObjectLockMode=x-amz-object-lock-mode ObjectLockRetainUntilDate=x-amz-object-lock-retain-until-date ObjectLockLegalHoldStatus=x-amz-object-lock-legal-hold ObjectLockEventHold=x-amz-object-lock-event-hold ObjectLockEventHoldDurationDays=x-amz-object-lock-event-hold-duration-days ObjectLockEventHoldDurationYears=x-amz-object-lock-event-hold-duration-years ExpectedBucketOwner=x-amz-expected-bucket-owner
S3: PutObjectTagging Bucket Key VersionId=versionId ContentMD5=Content-MD5 ChecksumAlgorithm=x-amz-sdk-checksum-algorithm Tagging ExpectedBucketOwner=x-amz-expected-bucket-owner RequestPayer=x-amz-request-payer
S3: UploadPart Body Bucket ContentLength=Content-Length ContentMD5=Content-MD5 ChecksumAlgorithm=x-amz-sdk-checksum-algorithm ChecksumCRC32=x-amz-checksum-crc32 ChecksumCRC32C=x-amz-checksum-crc32c ChecksumCRC64NVME=x-amz-checksum-crc64nvme ChecksumSHA1=x-amz-checksum-sha1 ChecksumSHA256=x-amz-checksum-sha256 ChecksumSHA512=x-amz-checksum-sha512 ChecksumMD5=x-amz-checksum-md5 ChecksumXXHASH64=x-amz-checksum-xxhash64 ChecksumXXHASH3=x-amz-checksum-xxhash3 ChecksumXXHASH128=x-amz-checksum-xxhash128 Key PartNumber=partNumber UploadId=uploadId SSECustomerAlgorithm=x-amz-server-side-encryption-customer-algorithm SSECustomerKey=x-amz-server-side-encryption-customer-key SSECustomerKeyMD5=x-amz-server-side-encryption-customer-key-MD5 RequestPayer=x-amz-request-payer ExpectedBucketOwner=x-amz-expected-bucket-owner
S3: UploadPartCopy Bucket CopySource=x-amz-copy-source CopySourceIfMatch=x-amz-copy-source-if-match CopySourceIfModifiedSince=x-amz-copy-source-if-modified-since CopySourceIfNoneMatch=x-amz-copy-source-if-none-match CopySourceIfUnmodifiedSince=x-amz-copy-source-if-unmodified-since CopySourceRange=x-amz-copy-source-range Key PartNumber=partNumber UploadId=uploadId SSECustomerAlgorithm=x-amz-server-side-encryption-customer-algorithm SSECustomerKey=x-amz-server-side-encryption-customer-key SSECustomerKeyMD5=x-amz-server-side-encryption-customer-key-MD5 CopySourceSSECustomerAlgorithm=x-amz-copy-source-server-side-encryption-customer-algorithm CopySourceSSECustomerKey=x-amz-copy-source-server-side-encryption-customer-key CopySourceSSECustomerKeyMD5=x-amz-copy-source-server-side-encryption-customer-key-MD5 RequestPayer=x-amz-request-payer ExpectedBucketOwner=x-amz-expected-bucket-owner ExpectedSourceBucketOwner=x-amz-source-expected-bucket-owner
SNS: Publish TopicArn TargetArn PhoneNumber Message Subject MessageStructure MessageAttributes MessageDeduplicationId MessageGroupId
SNS: PublishBatch TopicArn PublishBatchRequestEntries
SQS: CancelMessageMoveTask TaskHandle
SQS: ChangeMessageVisibility QueueUrl ReceiptHandle VisibilityTimeout
SQS: ChangeMessageVisibilityBatch QueueUrl Entries
SQS: CreateQueue QueueName Attributes tags
SQS: DeleteMessage QueueUrl ReceiptHandle
SQS: DeleteMessageBatch QueueUrl Entries
SQS: DeleteQueue QueueUrl
SQS: GetQueueAttributes QueueUrl AttributeNames
SQS: GetQueueUrl QueueName QueueOwnerAWSAccountId
SQS: ListMessageMoveTasks SourceArn MaxResults
SQS: ListQueueTags QueueUrl
SQS: ListQueues QueueNamePrefix NextToken MaxResults
SQS: PurgeQueue QueueUrl
SQS: ReceiveMessage QueueUrl AttributeNames MessageSystemAttributeNames MessageAttributeNames MaxNumberOfMessages VisibilityTimeout WaitTimeSeconds ReceiveRequestAttemptId
SQS: SendMessage QueueUrl MessageBody DelaySeconds MessageAttributes MessageSystemAttributes MessageDeduplicationId MessageGroupId
SQS: SendMessageBatch QueueUrl Entries
SQS: SetQueueAttributes QueueUrl Attributes
SQS: StartMessageMoveTask SourceArn DestinationArn MaxNumberOfMessagesPerSecond
SQS: TagQueue QueueUrl Tags
SQS: UntagQueue QueueUrl TagKeys
STS: AssumeRole RoleArn RoleSessionName PolicyArns Policy DurationSeconds Tags TransitiveTagKeys ExternalId SerialNumber TokenCode SourceIdentity ProvidedContexts MinimumSessionTokenSize
Secrets Manager: BatchGetSecretValue SecretIdList Filters MaxResults NextToken
Secrets Manager: DeleteSecret SecretId RecoveryWindowInDays ForceDeleteWithoutRecovery
Secrets Manager: DescribeSecret SecretId
Secrets Manager: GetSecretValue SecretId VersionId VersionStage
Secrets Manager: ListSecretVersionIds SecretId MaxResults NextToken IncludeDeprecated
Secrets Manager: ListSecrets IncludePlannedDeletion MaxResults NextToken Filters SortOrder SortBy
Secrets Manager: PutSecretValue SecretId ClientRequestToken SecretBinary SecretString VersionStages RotationToken
Secrets Manager: RestoreSecret SecretId
Secrets Manager: TagResource SecretId Tags
Secrets Manager: UntagResource SecretId TagKeys
Secrets Manager: UpdateSecret SecretId ClientRequestToken Description KmsKeyId SecretBinary SecretString Type
Secrets Manager: UpdateSecretVersionStage SecretId VersionStage RemoveFromVersionId MoveToVersionId
Step Functions: StartExecution stateMachineArn name input traceHeader
Step Functions: StartSyncExecution stateMachineArn name input traceHeader includedData
Step Functions: StopExecution executionArn error cause
Systems Manager: DeleteParameter Name
Systems Manager: DeleteParameters Names
Systems Manager: GetParameter Name WithDecryption
Systems Manager: GetParameters Names WithDecryption
Systems Manager: GetParametersByPath Path Recursive ParameterFilters WithDecryption MaxResults NextToken
Systems Manager: PutParameter Name Description Value Type KeyId Overwrite AllowedPattern Tags Tier Policies DataType
WAFv2: CheckCapacity Scope Rules
WAFv2: GetIPSet Name Scope Id
WAFv2: GetSampledRequests WebAclArn RuleMetricName Scope TimeWindow MaxItems
WAFv2: GetWebACL Name Scope Id ARN
WAFv2: ListIPSets Scope NextMarker Limit
WAFv2: ListWebACLs Scope NextMarker Limit
WAFv2: UpdateIPSet Name Scope Id Description Addresses LockToken
X-Ray: BatchGetTraces TraceIds NextToken
X-Ray: GetTraceSummaries StartTime EndTime TimeRangeType Sampling SamplingStrategy FilterExpression NextToken
X-Ray: PutTraceSegments TraceSegmentDocuments
`;
