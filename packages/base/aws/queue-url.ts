import { partitionOf } from './arn.ts';

/**
 * Returns the ARN for `https://sqs.eu-west-1.amazonaws.com/123456789012/orders`, or for the same path at any other
 * origin. A name alone is the address of a queue of this account [obs]. Attack: if two functions read the address
 * differently, the permission could be checked for one queue, while the call uses another queue.
 * @returns undefined if the text is not the address of a queue
 */
export function arnOfQueueUrl(
  url: string,
  { region, accountId }: { readonly region: string; readonly accountId: string },
): string | undefined {
  const [, owner = accountId, name] = /(?:(?:\/(\d{12}))?\/|^)([^/?#]+)$/.exec(url) ?? [];
  const own = /^https?:\/\/sqs\.([a-z0-9-]+)\.amazonaws\.com/.exec(url)?.[1] ?? region;
  return name === undefined ? undefined : `arn:${partitionOf(own)}:sqs:${own}:${owner}:${name}`;
}
