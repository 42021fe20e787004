/** `@gatewright/dynamodb`: an embedded DynamoDB in a worker thread. */
export type {
  EmbeddedDynamoDb,
  EmbeddedDynamoDbErrorCode,
  EmbeddedDynamoDbOptions,
} from './embedded-dynamodb.ts';

export { EmbeddedDynamoDbError, startEmbeddedDynamoDb } from './embedded-dynamodb.ts';
