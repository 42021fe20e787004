import type { LocalQueue, Queues } from './queues.ts';
import { parseArn } from '@gatewright/aws/arn';
import { arnOfQueueUrl } from '@gatewright/aws/queue-url';
import { readRequired } from './read-input.ts';
import { readTextField } from '../../kernel/calls/query-input.ts';
import type { UnknownMembers } from '@gatewright/aws/json-object';

export type QueuePlace = { readonly region: string; readonly accountId: string };

/**
 * Finds the queue that `QueueUrl` names.
 * @throws SqsError if `QueueUrl` is missing
 */
export function findQueue(input: UnknownMembers, place: QueuePlace, queues: Queues): LocalQueue | undefined {
  const url = readRequired(input, 'QueueUrl');
  return queues.find(arnOfQueueUrl(url, place) ?? '');
}

/** Returns the account of the queue that `QueueUrl` names. */
export function ownerOf(input: UnknownMembers, place: QueuePlace): string | undefined {
  const arn = arnOfQueueUrl(readTextField(input, 'QueueUrl') ?? '', place);
  return arn === undefined ? undefined : parseArn(arn)?.accountId;
}
