/**
 * An embedded DynamoDB in a worker thread.
 *
 * @module @gatewright/dynamodb
 */
export type {
  EmbeddedDynamoDb,
  EmbeddedDynamoDbErrorCode,
  EmbeddedDynamoDbOptions,
} from './embedded-dynamodb.ts';
export type { LateDynamoDb, LateDynamoDbOptions } from './late-dynamodb.ts';
export type { TableUnits } from './capacity.ts';
export type { TableChange, TableStream } from './stream-record.ts';
export type { CallFault, CallQuestion, CallVerdict, RefusedCall } from './front.ts';
export type { DynamoDbSigner } from './worker.ts';

export { UNCOUNTED } from './uncounted.ts';
export { EmbeddedDynamoDbError, startEmbeddedDynamoDb } from './embedded-dynamodb.ts';
export { openLateDynamoDb } from './late-dynamodb.ts';
