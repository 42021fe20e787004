import { partitionOf } from './arn.ts';

/**
 * ARN of `https://sqs.eu-west-1.amazonaws.com/123456789012/orders`, or of any other origin with that path. Attack: the
 * permission is asked for one reading of an address, and another one is served.
 * @returns undefined for no address of a queue
 */
export function arnOfQueueUrl(
  url: string,
  { region, accountId }: { readonly region: string; readonly accountId: string },
): string | undefined {
  const [, owner = accountId, name] = /(?:\/(\d{12}))?\/([^/?#]+)$/.exec(url) ?? [];
  const own = /^https?:\/\/sqs\.([a-z0-9-]+)\.amazonaws\.com/.exec(url)?.[1] ?? region;
  return name === undefined ? undefined : `arn:${partitionOf(own)}:sqs:${own}:${owner}:${name}`;
}
