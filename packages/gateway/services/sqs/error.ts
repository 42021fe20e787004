/** Refusals of SQS with the names of the JSON protocol. The query protocol has older names for some of them. */
import type { OperationResult } from '../../kernel/calls/aws-operation.ts';

const QUERY_CODES: Readonly<Record<string, string>> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  QueueNameExists: 'QueueAlreadyExists',
  MessageNotInflight: 'AWS.SimpleQueueService.MessageNotInflight',
  InvalidBatchEntryId: 'AWS.SimpleQueueService.InvalidBatchEntryId',
  EmptyBatchRequest: 'AWS.SimpleQueueService.EmptyBatchRequest',
  TooManyEntriesInBatchRequest: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
  BatchEntryIdsNotDistinct: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
  BatchRequestTooLong: 'AWS.SimpleQueueService.BatchRequestTooLong',
  UnsupportedOperation: 'AWS.SimpleQueueService.UnsupportedOperation',
  PurgeQueueInProgress: 'AWS.SimpleQueueService.PurgeQueueInProgress',
  QueueDeletedRecently: 'AWS.SimpleQueueService.QueueDeletedRecently',
};

/**
 * Types of the JSON protocol for errors that are not in the service model (botocore, sqs/2012-11-05/service-2.json).
 * They were recorded in http4k/http4k#1336 and yavosh/pail, test/diff/testdata/golden/sqs-errors.json. The header still
 * contains the code of the query protocol.
 */
const UNMODELLED: Readonly<Record<string, string>> = {
  InvalidParameterValue: 'com.amazon.coral.service#InvalidParameterValueException',
  MissingParameter: 'com.amazon.coral.service#MissingRequiredParameterException',
};

/** Errors whose status is not 400 (docs/aws/calls.md). */
const STATUSES: Readonly<Record<string, number>> = {
  OverLimit: 403,
  PurgeQueueInProgress: 403,
  ReceiptHandleIsInvalid: 404,
  ResourceNotFoundException: 404,
};

export class SqsError extends Error {
  override readonly name = 'SqsError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }

  get queryCode(): string {
    return QUERY_CODES[this.code] ?? this.code;
  }

  toResult(protocol: 'json' | 'query'): OperationResult {
    const { code, queryCode } = this;
    const status = STATUSES[code] ?? 400;
    if (protocol === 'query') return { kind: 'error', status, code: queryCode, message: this.#queryMessage };
    const { message } = this;
    // SDKs written for the query protocol read the old name from this header.
    const headers = ['x-amzn-query-error', `${queryCode};Sender`];
    return { kind: 'error', status, code: UNMODELLED[code] ?? `com.amazonaws.sqs#${code}`, message, headers };
  }

  /** The query protocol has a different message for a queue that does not exist [obs]. */
  get #queryMessage(): string {
    return this.code === 'QueueDoesNotExist'
      ? 'The specified queue does not exist for this wsdl version.'
      : this.message;
  }
}

export function noSuchQueue(): SqsError {
  return new SqsError('QueueDoesNotExist', 'The specified queue does not exist.');
}

export function missing(parameter: string): SqsError {
  return new SqsError('MissingParameter', `The request must contain the parameter ${parameter}.`);
}

export function invalid(reason: string): SqsError {
  return new SqsError('InvalidParameterValue', reason);
}
