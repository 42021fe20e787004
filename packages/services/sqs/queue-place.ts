import type { LocalQueue, Queues } from './queues.ts';
import { partitionOf } from '@gatewright/aws/arn';
import { missing } from './error.ts';
import { readTextField } from '../../kernel/calls/query-input.ts';
import type { JsonObject } from '@gatewright/aws/json-object';

export type QueuePlace = { readonly region: string; readonly accountId: string };

/** `https://sqs.eu-west-1.amazonaws.com/123456789012/orders`, or any other origin with that path. @throws SqsError */
export function findQueue(
  input: JsonObject,
  { region, accountId }: QueuePlace,
  queues: Queues,
): LocalQueue | undefined {
  const url = readTextField(input, 'QueueUrl');
  if (url === undefined || url === '') throw missing('QueueUrl');
  const [, owner = accountId, name = ''] = /(?:\/(\d{12}))?\/([^/]+)$/.exec(url) ?? [];
  const own = /^https?:\/\/sqs\.([a-z0-9-]+)\.amazonaws\.com/.exec(url)?.[1] ?? region;
  return queues.find(`arn:${partitionOf(own)}:sqs:${own}:${owner}:${name}`);
}
