/**
 * The operations of other services that a Task of `arn:aws:states:::aws-sdk:…` can call here, by the name of the
 * service in such a resource. A test compares them with the operations that the services answer.
 */
import { words } from '../../core/resource-types/words.ts';

export const SDK_CALLS: Readonly<Record<string, readonly string[]>> = {
  dynamodb: words(`
    BatchExecuteStatement BatchGetItem BatchWriteItem CreateTable DeleteItem DeleteTable DescribeContinuousBackups
    DescribeEndpoints DescribeTable DescribeTimeToLive ExecuteStatement GetItem ListTables ListTagsOfResource
    PutItem Query Scan TagResource TransactGetItems TransactWriteItems UntagResource UpdateContinuousBackups
    UpdateItem UpdateTable UpdateTimeToLive
  `),
  sqs: words(`
    CancelMessageMoveTask ChangeMessageVisibility ChangeMessageVisibilityBatch CreateQueue DeleteMessage
    DeleteMessageBatch DeleteQueue GetQueueAttributes GetQueueUrl ListMessageMoveTasks ListQueueTags ListQueues
    PurgeQueue ReceiveMessage SendMessage SendMessageBatch SetQueueAttributes StartMessageMoveTask TagQueue
    UntagQueue
  `),
  eventbridge: words('PutEvents TestEventPattern'),
  kinesis: words(`
    AddTagsToStream CreateStream DeleteStream DescribeStream DescribeStreamSummary GetRecords GetShardIterator
    ListShards ListStreams ListTagsForStream PutRecord PutRecords RemoveTagsFromStream
  `),
  ssm: words('DeleteParameter DeleteParameters GetParameter GetParameters GetParametersByPath PutParameter'),
  secretsmanager: words(`
    BatchGetSecretValue DeleteSecret DescribeSecret GetSecretValue ListSecretVersionIds ListSecrets PutSecretValue
    RestoreSecret TagResource UntagResource UpdateSecret UpdateSecretVersionStage
  `),
  sfn: words('StartExecution StartSyncExecution StopExecution'),
};
