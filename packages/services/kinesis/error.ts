/** Refusals in the words of Kinesis (API reference, "Errors" of each action). */
import { refuse } from '../../kernel/calls/aws-operation.ts';
import type { OperationResult } from '../../kernel/calls/aws-operation.ts';

export class KinesisError extends Error {
  override readonly name = 'KinesisError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }

  toResult(): OperationResult {
    return refuse(this.code, this.message);
  }
}

export function invalidArgument(message: string): KinesisError {
  return new KinesisError('InvalidArgumentException', message);
}

export function streamNotFound(name: string, accountId: string): KinesisError {
  return new KinesisError(
    'ResourceNotFoundException',
    `Stream ${name} under account ${accountId} not found.`,
  );
}

export function shardNotFound(shardId: string, name: string, accountId: string): KinesisError {
  return new KinesisError(
    'ResourceNotFoundException',
    `Shard ${shardId} in stream ${name} under account ${accountId} does not exist`,
  );
}

export function rateExceeded(shardId: string, name: string, accountId: string): KinesisError {
  return new KinesisError(
    'ProvisionedThroughputExceededException',
    `Rate exceeded for shard ${shardId} in stream ${name} under account ${accountId}.`,
  );
}
