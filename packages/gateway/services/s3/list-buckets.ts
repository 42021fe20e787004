/** Handles ListBuckets. It returns the buckets of the loaded stacks, in pages if the call requests pages. */
import { escapeXml } from '../../kernel/calls/aws-operation.ts';
import { element, ownerId, printDocument } from './s3-xml.ts';
import type { Encryption } from './encryption.ts';

export type Bucket = {
  readonly name: string;
  readonly region: string;
  readonly isVersioned: boolean;
  readonly hasObjectLock: boolean;
  readonly encryption?: Encryption | undefined;
};
type Account = { readonly id: string; readonly createdMs: number };

const DEFAULT_PAGE = 10_000;

/**
 * Creates the response of ListBuckets.
 * @returns the body of the response; undefined for a query that AWS refuses
 */
export function listBuckets(buckets: readonly Bucket[], query: string, account: Account): string | undefined {
  const asked = new URLSearchParams(query);
  const size = Number(asked.get('max-buckets') ?? DEFAULT_PAGE);
  if (!Number.isInteger(size) || size < 1 || size > DEFAULT_PAGE) return undefined;
  const prefix = asked.get('prefix');
  const region = asked.get('bucket-region');
  const after = Buffer.from(asked.get('continuation-token') ?? '', 'base64url').toString();
  const isPaged = ['max-buckets', 'prefix', 'bucket-region', 'continuation-token'].some((name) =>
    asked.has(name),
  );
  const left = buckets
    .filter((bucket) => bucket.name.startsWith(prefix ?? '') && bucket.region === (region ?? bucket.region))
    .filter(({ name }) => name > after)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const page = left.slice(0, size);
  const last = left.length > page.length ? page.at(-1) : undefined;
  const created = new Date(account.createdMs).toISOString();
  const listed = page.map((bucket) =>
    element(
      'Bucket',
      element('Name', escapeXml(bucket.name)) +
        element('CreationDate', created) +
        (isPaged ? element('BucketRegion', bucket.region) : ''),
    ),
  );
  return printDocument(
    'ListAllMyBucketsResult',
    element('Owner', element('ID', ownerId(account.id))) +
      element('Buckets', listed.join('')) +
      (last === undefined ? '' : element('ContinuationToken', Buffer.from(last.name).toString('base64url'))) +
      (prefix === null ? '' : element('Prefix', escapeXml(prefix))),
  );
}
