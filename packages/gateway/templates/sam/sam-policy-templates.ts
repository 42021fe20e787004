/**
 * Lists SAM's policy templates by name, with their parameters, actions and resources (SAM developer guide, "AWS SAM
 * policy templates"). Two templates also have a condition, which is left out, because the gateway does not have the
 * values of its condition keys.
 */
import { membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';

type Grant = readonly [actions: string, ...resources: string[]];

const GRANTS: ReadonlyMap<string, readonly Grant[]> = new Map(
  Object.entries<readonly Grant[]>({
    AMIDescribePolicy: [['ec2:DescribeImages', '*']],
    AWSSecretsManagerGetSecretValuePolicy: [['secretsmanager:GetSecretValue', '{SecretArn}']],
    AWSSecretsManagerRotationPolicy: [
      [
        'secretsmanager:DescribeSecret secretsmanager:GetSecretValue secretsmanager:PutSecretValue secretsmanager:UpdateSecretVersionStage',
        'secretsmanager:secret:*',
      ],
      ['secretsmanager:GetRandomPassword', '*'],
    ],
    AcmGetCertificatePolicy: [['acm:GetCertificate', '{CertificateArn}']],
    AthenaQueryPolicy: [
      [
        'athena:ListWorkGroups athena:GetExecutionEngine athena:GetExecutionEngines athena:GetNamespace athena:GetCatalogs athena:GetNamespaces athena:GetTables athena:GetTable',
        '*',
      ],
      [
        'athena:StartQueryExecution athena:GetQueryResults athena:DeleteNamedQuery athena:GetNamedQuery athena:ListQueryExecutions athena:StopQueryExecution athena:GetQueryResultsStream athena:ListNamedQueries athena:CreateNamedQuery athena:GetQueryExecution athena:BatchGetNamedQuery athena:BatchGetQueryExecution athena:GetWorkGroup',
        'athena:workgroup/{WorkGroupName}',
      ],
    ],
    CloudFormationDescribeStacksPolicy: [['cloudformation:DescribeStacks', 'cloudformation:stack/*']],
    CloudWatchDashboardPolicy: [
      [
        'cloudwatch:GetDashboard cloudwatch:ListDashboards cloudwatch:PutDashboard cloudwatch:ListMetrics',
        '*',
      ],
    ],
    CloudWatchDescribeAlarmHistoryPolicy: [['cloudwatch:DescribeAlarmHistory', '*']],
    CloudWatchPutMetricPolicy: [['cloudwatch:PutMetricData', '*']],
    CodeCommitCrudPolicy: [
      [
        'codecommit:GitPull codecommit:GitPush codecommit:CreateBranch codecommit:DeleteBranch codecommit:GetBranch codecommit:ListBranches codecommit:MergeBranchesByFastForward codecommit:MergeBranchesBySquash codecommit:MergeBranchesByThreeWay codecommit:UpdateDefaultBranch codecommit:BatchDescribeMergeConflicts codecommit:CreateUnreferencedMergeCommit codecommit:DescribeMergeConflicts codecommit:GetMergeCommit codecommit:GetMergeOptions codecommit:BatchGetPullRequests codecommit:CreatePullRequest codecommit:DescribePullRequestEvents codecommit:GetCommentsForPullRequest codecommit:GetCommitsFromMergeBase codecommit:GetMergeConflicts codecommit:GetPullRequest codecommit:ListPullRequests codecommit:MergePullRequestByFastForward codecommit:MergePullRequestBySquash codecommit:MergePullRequestByThreeWay codecommit:PostCommentForPullRequest codecommit:UpdatePullRequestDescription codecommit:UpdatePullRequestStatus codecommit:UpdatePullRequestTitle codecommit:DeleteFile codecommit:GetBlob codecommit:GetFile codecommit:GetFolder codecommit:PutFile codecommit:DeleteCommentContent codecommit:GetComment codecommit:GetCommentsForComparedCommit codecommit:PostCommentForComparedCommit codecommit:PostCommentReply codecommit:UpdateComment codecommit:BatchGetCommits codecommit:CreateCommit codecommit:GetCommit codecommit:GetCommitHistory codecommit:GetDifferences codecommit:GetObjectIdentifier codecommit:GetReferences codecommit:GetTree codecommit:GetRepository codecommit:UpdateRepositoryDescription codecommit:ListTagsForResource codecommit:TagResource codecommit:UntagResource codecommit:GetRepositoryTriggers codecommit:PutRepositoryTriggers codecommit:TestRepositoryTriggers codecommit:GetBranch codecommit:GetCommit codecommit:UploadArchive codecommit:GetUploadArchiveStatus codecommit:CancelUploadArchive',
        'codecommit:{RepositoryName}',
      ],
    ],
    CodeCommitReadPolicy: [
      [
        'codecommit:GitPull codecommit:GetBranch codecommit:ListBranches codecommit:BatchDescribeMergeConflicts codecommit:DescribeMergeConflicts codecommit:GetMergeCommit codecommit:GetMergeOptions codecommit:BatchGetPullRequests codecommit:DescribePullRequestEvents codecommit:GetCommentsForPullRequest codecommit:GetCommitsFromMergeBase codecommit:GetMergeConflicts codecommit:GetPullRequest codecommit:ListPullRequests codecommit:GetBlob codecommit:GetFile codecommit:GetFolder codecommit:GetComment codecommit:GetCommentsForComparedCommit codecommit:BatchGetCommits codecommit:GetCommit codecommit:GetCommitHistory codecommit:GetDifferences codecommit:GetObjectIdentifier codecommit:GetReferences codecommit:GetTree codecommit:GetRepository codecommit:ListTagsForResource codecommit:GetRepositoryTriggers codecommit:TestRepositoryTriggers codecommit:GetBranch codecommit:GetCommit codecommit:GetUploadArchiveStatus',
        'codecommit:{RepositoryName}',
      ],
    ],
    CodePipelineLambdaExecutionPolicy: [
      ['codepipeline:PutJobSuccessResult codepipeline:PutJobFailureResult', '*'],
    ],
    CodePipelineReadOnlyPolicy: [['codepipeline:ListPipelineExecutions', 'codepipeline:{PipelineName}']],
    ComprehendBasicAccessPolicy: [
      [
        'comprehend:BatchDetectKeyPhrases comprehend:DetectDominantLanguage comprehend:DetectEntities comprehend:BatchDetectEntities comprehend:DetectKeyPhrases comprehend:DetectSentiment comprehend:BatchDetectDominantLanguage comprehend:BatchDetectSentiment',
        '*',
      ],
    ],
    CostExplorerReadOnlyPolicy: [
      [
        'ce:GetCostAndUsage ce:GetDimensionValues ce:GetReservationCoverage ce:GetReservationPurchaseRecommendation ce:GetReservationUtilization ce:GetTags',
        '*',
      ],
    ],
    DynamoDBBackupFullAccessPolicy: [
      ['dynamodb:CreateBackup dynamodb:DescribeContinuousBackups', 'dynamodb:table/{TableName}'],
      [
        'dynamodb:DeleteBackup dynamodb:DescribeBackup dynamodb:ListBackups',
        'dynamodb:table/{TableName}/backup/*',
      ],
    ],
    DynamoDBCrudPolicy: [
      [
        'dynamodb:GetItem dynamodb:DeleteItem dynamodb:PutItem dynamodb:Scan dynamodb:Query dynamodb:UpdateItem dynamodb:BatchWriteItem dynamodb:BatchGetItem dynamodb:DescribeTable dynamodb:ConditionCheckItem',
        'dynamodb:table/{TableName}',
        'dynamodb:table/{TableName}/index/*',
      ],
    ],
    DynamoDBReadPolicy: [
      [
        'dynamodb:GetItem dynamodb:Scan dynamodb:Query dynamodb:BatchGetItem dynamodb:DescribeTable',
        'dynamodb:table/{TableName}',
        'dynamodb:table/{TableName}/index/*',
      ],
    ],
    DynamoDBReconfigurePolicy: [['dynamodb:UpdateTable', 'dynamodb:table/{TableName}']],
    DynamoDBRestoreFromBackupPolicy: [
      ['dynamodb:RestoreTableFromBackup', 'dynamodb:table/{TableName}/backup/*'],
      [
        'dynamodb:PutItem dynamodb:UpdateItem dynamodb:DeleteItem dynamodb:GetItem dynamodb:Query dynamodb:Scan dynamodb:BatchWriteItem',
        'dynamodb:table/{TableName}',
      ],
    ],
    DynamoDBStreamReadPolicy: [
      [
        'dynamodb:DescribeStream dynamodb:GetRecords dynamodb:GetShardIterator',
        'dynamodb:table/{TableName}/stream/{StreamName}',
      ],
      ['dynamodb:ListStreams', 'dynamodb:table/{TableName}/stream/*'],
    ],
    DynamoDBWritePolicy: [
      [
        'dynamodb:PutItem dynamodb:UpdateItem dynamodb:BatchWriteItem',
        'dynamodb:table/{TableName}',
        'dynamodb:table/{TableName}/index/*',
      ],
    ],
    EC2CopyImagePolicy: [['ec2:CopyImage', 'ec2:image/{ImageId}']],
    EC2DescribePolicy: [['ec2:DescribeRegions ec2:DescribeInstances', '*']],
    EFSWriteAccessPolicy: [
      [
        'elasticfilesystem:ClientMount elasticfilesystem:ClientWrite',
        'elasticfilesystem:file-system/{FileSystem}',
      ],
    ],
    EKSDescribePolicy: [['eks:DescribeCluster eks:ListClusters', '*']],
    EcsRunTaskPolicy: [['ecs:RunTask', 'ecs:task-definition/{TaskDefinition}']],
    ElasticMapReduceAddJobFlowStepsPolicy: [
      ['elasticmapreduce:AddJobFlowSteps', 'elasticmapreduce:cluster/{ClusterId}'],
    ],
    ElasticMapReduceCancelStepsPolicy: [
      ['elasticmapreduce:CancelSteps', 'elasticmapreduce:cluster/{ClusterId}'],
    ],
    ElasticMapReduceModifyInstanceFleetPolicy: [
      [
        'elasticmapreduce:ModifyInstanceFleet elasticmapreduce:ListInstanceFleets',
        'elasticmapreduce:cluster/{ClusterId}',
      ],
    ],
    ElasticMapReduceModifyInstanceGroupsPolicy: [
      [
        'elasticmapreduce:ModifyInstanceGroups elasticmapreduce:ListInstanceGroups',
        'elasticmapreduce:cluster/{ClusterId}',
      ],
    ],
    ElasticMapReduceSetTerminationProtectionPolicy: [
      ['elasticmapreduce:SetTerminationProtection', 'elasticmapreduce:cluster/{ClusterId}'],
    ],
    ElasticMapReduceTerminateJobFlowsPolicy: [
      ['elasticmapreduce:TerminateJobFlows', 'elasticmapreduce:cluster/{ClusterId}'],
    ],
    ElasticsearchHttpPostPolicy: [['es:ESHttpPost es:ESHttpPut', 'es:domain/{DomainName}/*']],
    EventBridgePutEventsPolicy: [['events:PutEvents', 'events:event-bus/{EventBusName}']],
    FilterLogEventsPolicy: [['logs:FilterLogEvents', 'logs:log-group:{LogGroupName}:log-stream:*']],
    FirehoseCrudPolicy: [
      [
        'firehose:CreateDeliveryStream firehose:DeleteDeliveryStream firehose:DescribeDeliveryStream firehose:PutRecord firehose:PutRecordBatch firehose:UpdateDestination',
        'firehose:deliverystream/{DeliveryStreamName}',
      ],
    ],
    FirehoseWritePolicy: [
      ['firehose:PutRecord firehose:PutRecordBatch', 'firehose:deliverystream/{DeliveryStreamName}'],
    ],
    KMSDecryptPolicy: [['kms:Decrypt', 'kms:key/{KeyId}']],
    KMSEncryptPolicy: [['kms:Encrypt', 'kms:key/{KeyId}']],
    KMSEncryptPolicy_v2: [
      [
        'kms:Encrypt kms:GenerateDataKey kms:GenerateDataKeyWithoutPlaintext kms:GenerateDataKeyPair kms:GenerateDataKeyPairWithoutPlaintext',
        'kms:key/{KeyId}',
      ],
    ],
    KinesisCrudPolicy: [
      [
        'kinesis:AddTagsToStream kinesis:CreateStream kinesis:DecreaseStreamRetentionPeriod kinesis:DeleteStream kinesis:DescribeStream kinesis:DescribeStreamSummary kinesis:GetShardIterator kinesis:IncreaseStreamRetentionPeriod kinesis:ListTagsForStream kinesis:MergeShards kinesis:PutRecord kinesis:PutRecords kinesis:SplitShard kinesis:RemoveTagsFromStream',
        'kinesis:stream/{StreamName}',
      ],
    ],
    KinesisStreamReadPolicy: [
      ['kinesis:ListStreams kinesis:DescribeLimits', 'kinesis:stream/*'],
      [
        'kinesis:DescribeStream kinesis:DescribeStreamSummary kinesis:GetRecords kinesis:GetShardIterator',
        'kinesis:stream/{StreamName}',
      ],
    ],
    LambdaInvokePolicy: [['lambda:InvokeFunction', 'lambda:function:{FunctionName}*']],
    MobileAnalyticsWriteOnlyAccessPolicy: [['mobileanalytics:PutEvents', '*']],
    OrganizationsListAccountsPolicy: [['organizations:ListAccounts', '*']],
    PinpointEndpointAccessPolicy: [
      [
        'mobiletargeting:GetEndpoint mobiletargeting:UpdateEndpoint mobiletargeting:UpdateEndpointsBatch',
        'mobiletargeting:apps/{PinpointApplicationId}/endpoints/*',
      ],
    ],
    PollyFullAccessPolicy: [
      ['polly:GetLexicon polly:DeleteLexicon', 'polly:lexicon/{LexiconName}'],
      ['polly:DescribeVoices polly:ListLexicons polly:PutLexicon polly:SynthesizeSpeech', 'polly:lexicon/*'],
    ],
    RekognitionDetectOnlyPolicy: [
      [
        'rekognition:DetectFaces rekognition:DetectLabels rekognition:DetectModerationLabels rekognition:DetectText',
        '*',
      ],
    ],
    RekognitionFacesManagementPolicy: [
      [
        'rekognition:IndexFaces rekognition:DeleteFaces rekognition:SearchFaces rekognition:SearchFacesByImage rekognition:ListFaces',
        'rekognition:collection/{CollectionId}',
      ],
    ],
    RekognitionFacesPolicy: [['rekognition:CompareFaces rekognition:DetectFaces', '*']],
    RekognitionLabelsPolicy: [['rekognition:DetectLabels rekognition:DetectModerationLabels', '*']],
    RekognitionNoDataAccessPolicy: [
      [
        'rekognition:CompareFaces rekognition:DetectFaces rekognition:DetectLabels rekognition:DetectModerationLabels',
        'rekognition:collection/{CollectionId}',
      ],
    ],
    RekognitionReadPolicy: [
      [
        'rekognition:ListCollections rekognition:ListFaces rekognition:SearchFaces rekognition:SearchFacesByImage',
        'rekognition:collection/{CollectionId}',
      ],
    ],
    RekognitionWriteOnlyAccessPolicy: [
      ['rekognition:CreateCollection rekognition:IndexFaces', 'rekognition:collection/{CollectionId}'],
    ],
    Route53ChangeResourceRecordSetsPolicy: [
      ['route53:ChangeResourceRecordSets', 'route53::hostedzone/{HostedZoneId}'],
    ],
    S3CrudPolicy: [
      [
        's3:GetObject s3:ListBucket s3:GetBucketLocation s3:GetObjectVersion s3:PutObject s3:PutObjectAcl s3:GetLifecycleConfiguration s3:PutLifecycleConfiguration s3:DeleteObject',
        's3::{BucketName}',
        's3::{BucketName}/*',
      ],
    ],
    S3FullAccessPolicy: [
      [
        's3:GetObject s3:GetObjectAcl s3:GetObjectVersion s3:PutObject s3:PutObjectAcl s3:DeleteObject s3:DeleteObjectTagging s3:DeleteObjectVersionTagging s3:GetObjectTagging s3:GetObjectVersionTagging s3:PutObjectTagging s3:PutObjectVersionTagging',
        's3::{BucketName}/*',
      ],
      [
        's3:ListBucket s3:GetBucketLocation s3:GetLifecycleConfiguration s3:PutLifecycleConfiguration',
        's3::{BucketName}',
      ],
    ],
    S3ReadPolicy: [
      [
        's3:GetObject s3:ListBucket s3:GetBucketLocation s3:GetObjectVersion s3:GetLifecycleConfiguration',
        's3::{BucketName}',
        's3::{BucketName}/*',
      ],
    ],
    S3WritePolicy: [
      ['s3:PutObject s3:PutObjectAcl s3:PutLifecycleConfiguration', 's3::{BucketName}', 's3::{BucketName}/*'],
    ],
    SESBulkTemplatedCrudPolicy: [
      [
        'ses:GetIdentityVerificationAttributes ses:SendEmail ses:SendRawEmail ses:SendTemplatedEmail ses:SendBulkTemplatedEmail ses:VerifyEmailIdentity',
        'ses:identity/{IdentityName}',
      ],
    ],
    SESBulkTemplatedCrudPolicy_v2: [
      [
        'ses:SendEmail ses:SendRawEmail ses:SendTemplatedEmail ses:SendBulkTemplatedEmail',
        'ses:identity/{IdentityName}',
        'ses:template/{TemplateName}',
      ],
      ['ses:GetIdentityVerificationAttributes ses:VerifyEmailIdentity', '*'],
    ],
    SESCrudPolicy: [
      [
        'ses:GetIdentityVerificationAttributes ses:SendEmail ses:SendRawEmail ses:VerifyEmailIdentity',
        'ses:identity/{IdentityName}',
      ],
    ],
    SESEmailTemplateCrudPolicy: [
      [
        'ses:CreateTemplate ses:GetTemplate ses:ListTemplates ses:UpdateTemplate ses:DeleteTemplate ses:TestRenderTemplate',
        '*',
      ],
    ],
    SESSendBouncePolicy: [['ses:SendBounce', 'ses:identity/{IdentityName}']],
    SNSCrudPolicy: [
      [
        'sns:ListSubscriptionsByTopic sns:CreateTopic sns:SetTopicAttributes sns:Subscribe sns:Publish',
        'sns:{TopicName}*',
      ],
    ],
    SNSPublishMessagePolicy: [['sns:Publish', 'sns:{TopicName}']],
    SQSPollerPolicy: [
      [
        'sqs:ChangeMessageVisibility sqs:ChangeMessageVisibilityBatch sqs:DeleteMessage sqs:DeleteMessageBatch sqs:GetQueueAttributes sqs:ReceiveMessage',
        'sqs:{QueueName}',
      ],
    ],
    SQSSendMessagePolicy: [['sqs:SendMessage*', 'sqs:{QueueName}']],
    SSMParameterReadPolicy: [
      ['ssm:DescribeParameters', '*'],
      ['ssm:GetParameters ssm:GetParameter ssm:GetParametersByPath', 'ssm:parameter/{ParameterName}'],
    ],
    SSMParameterWithSlashPrefixReadPolicy: [
      ['ssm:DescribeParameters', '*'],
      ['ssm:GetParameters ssm:GetParameter ssm:GetParametersByPath', 'ssm:parameter{ParameterName}'],
    ],
    SageMakerCreateEndpointConfigPolicy: [
      ['sagemaker:CreateEndpointConfig', 'sagemaker:endpoint-config/{EndpointConfigName}'],
    ],
    SageMakerCreateEndpointPolicy: [['sagemaker:CreateEndpoint', 'sagemaker:endpoint/{EndpointName}']],
    ServerlessRepoReadWriteAccessPolicy: [
      [
        'serverlessrepo:CreateApplication serverlessrepo:CreateApplicationVersion serverlessrepo:UpdateApplication serverlessrepo:GetApplication serverlessrepo:ListApplications serverlessrepo:ListApplicationVersions serverlessrepo:ListApplicationDependencies',
        'serverlessrepo:applications/*',
      ],
    ],
    StepFunctionsCallbackPolicy: [
      [
        'states:SendTaskFailure states:SendTaskHeartbeat states:SendTaskSuccess',
        'states:stateMachine:{StateMachineName}',
      ],
    ],
    StepFunctionsExecutionPolicy: [['states:StartExecution', 'states:stateMachine:{StateMachineName}']],
    StepFunctionsExecutionPolicy_v2: [
      ['states:StartExecution states:StartSyncExecution', 'states:stateMachine:{StateMachineName}'],
    ],
    TextractDetectAnalyzePolicy: [
      [
        'textract:DetectDocumentText textract:StartDocumentTextDetection textract:StartDocumentAnalysis textract:AnalyzeDocument',
        '*',
      ],
    ],
    TextractGetResultPolicy: [['textract:GetDocumentTextDetection textract:GetDocumentAnalysis', '*']],
    TextractPolicy: [['textract:*', '*']],
    VPCAccessPolicy: [
      [
        'ec2:CreateNetworkInterface ec2:DeleteNetworkInterface ec2:DescribeNetworkInterfaces ec2:DetachNetworkInterface',
        '*',
      ],
    ],
  }),
);

/** Parameters that only the condition of a statement uses. */
const OF_CONDITIONS: Readonly<Record<string, readonly string[]>> = {
  AWSSecretsManagerRotationPolicy: ['FunctionName'],
  EFSWriteAccessPolicy: ['AccessPoint'],
};

/** The names of all policy templates of SAM. */
export const POLICY_TEMPLATES: readonly string[] = [...GRANTS.keys()];

/** Returns whether SAM has a template with this name. No template has the name of a managed policy. */
export function isPolicyTemplate(name: string): boolean {
  return GRANTS.has(name);
}

/** Returns the parameters that SAM requires for a template. */
export function parametersOf(name: string): readonly string[] {
  const resources = (GRANTS.get(name) ?? []).flatMap(([, ...all]) => all).join(' ');
  const named = Array.from(resources.matchAll(/\{(\w+)\}/g), ([, parameter = '']) => parameter);
  const others = Object.hasOwn(OF_CONDITIONS, name) ? (OF_CONDITIONS[name] ?? []) : [];
  return [...new Set([...named, ...others])];
}

/** Returns the policy document of a template; undefined if SAM has no template with this name. */
export function expandPolicyTemplate(name: string, parameters: Json): JsonObject | undefined {
  const given = membersOf(parameters);
  const grants = GRANTS.get(name);
  return (
    grants && {
      Version: '2012-10-17',
      Statement: grants.map(([actions, ...resources]) => ({
        Effect: 'Allow',
        Action: actions.split(' '),
        Resource: resources.map((one) => toResource(one, given)),
      })),
    }
  );
}

/**
 * Converts a pattern such as `dynamodb:table/{TableName}` to an ARN. The parameter may have any value. Two colons in
 * the pattern mean that the ARN has neither a region nor an account.
 */
function toResource(pattern: string, parameters: JsonObject): Json {
  if (pattern === '*') return pattern;
  const names = [...pattern.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const text = pattern
    .replaceAll(/\{(\w+)\}/g, '${$1}')
    .replace(/^(\w+)::/, 'arn:${AWS::Partition}:$1:::')
    .replace(/^(?!arn:)(\w+):/, 'arn:${AWS::Partition}:$1:${AWS::Region}:${AWS::AccountId}:');
  if (names.length === 0) return { 'Fn::Sub': text };
  return { 'Fn::Sub': [text, Object.fromEntries(names.map((name) => [name, parameters[name] ?? '']))] };
}
