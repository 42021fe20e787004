/** Refusals with the error messages of Kinesis (API reference, "Errors" of each action). */
import { OperationRefused } from '../../kernel/calls/aws-operation.ts';

export function invalidArgument(message: string): OperationRefused {
  return new OperationRefused('InvalidArgumentException', message);
}

export function streamNotFound(name: string, accountId: string): OperationRefused {
  return new OperationRefused(
    'ResourceNotFoundException',
    `Stream ${name} under account ${accountId} not found.`,
  );
}

export function shardNotFound(shardId: string, name: string, accountId: string): OperationRefused {
  return new OperationRefused(
    'ResourceNotFoundException',
    `Shard ${shardId} in stream ${name} under account ${accountId} does not exist`,
  );
}

export function rateExceeded(shardId: string, name: string, accountId: string): OperationRefused {
  return new OperationRefused(
    'ProvisionedThroughputExceededException',
    `Rate exceeded for shard ${shardId} in stream ${name} under account ${accountId}.`,
  );
}
