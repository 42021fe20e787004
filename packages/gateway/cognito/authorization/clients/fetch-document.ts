/**
 * Fetches a client metadata document. The address is resolved once, checked, and then used for the connection, so that
 * a name cannot point to another address in between (DNS rebinding).
 */
import { lookup } from 'node:dns/promises';
import type { LookupAddress } from 'node:dns';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { LookupFunction } from 'node:net';
import { ClientMetadataError } from './client-metadata.ts';
import { isPublicAddress } from './public-address.ts';

export type FetchedDocument = {
  readonly text: string;
  /** The value of `Cache-Control`; undefined if there is none. */
  readonly cacheControl: string | undefined;
};

export interface DocumentFetcher {
  /** @throws ClientMetadataError if the document cannot be fetched */
  fetch(url: URL): Promise<FetchedDocument>;
}

export type FetchOptions = {
  /** Whether documents may be at addresses of this machine and its network. */
  readonly allowsPrivate: boolean;
  readonly resolve?: (hostname: string) => Promise<readonly LookupAddress[]>;
  /** Additional certificate authorities. */
  readonly ca?: string;
  /** The maximum time for one document. The default is 5 seconds. */
  readonly timeoutMs?: number;
};

/** The maximum size that draft-ietf-oauth-client-id-metadata-document §6.6 recommends. */
const MAX_BYTES = 5 * 1024;
const TIMEOUT_MS = 5_000;
/**
 * Maximum number of documents that are fetched at the same time. Any page on the internet can contain a link that
 * starts a fetch.
 */
const MAX_AT_ONCE = 4;

export function createDocumentFetcher(options: FetchOptions): DocumentFetcher {
  const { timeoutMs = TIMEOUT_MS } = options;
  const resolve = options.resolve ?? ((hostname) => lookup(hostname, { all: true }));
  let underWay = 0;
  return {
    async fetch(url) {
      if (underWay >= MAX_AT_ONCE) throw unreadable(url, 'too many documents are being fetched; try again');
      underWay += 1;
      try {
        const signal = AbortSignal.timeout(timeoutMs);
        const address = await chooseAddress(url, resolve, options, signal);
        return await read(url, address, signal, options.ca);
      } catch (error) {
        if (error instanceof ClientMetadataError) throw error;
        const isLate = error instanceof Error && ['AbortError', 'TimeoutError'].includes(error.name);
        throw unreadable(url, isLate ? `it did not arrive within ${timeoutMs / 1000} s` : reasonOf(error));
      } finally {
        underWay -= 1;
      }
    },
  };
}

/** If any address of a name is private, all of them are refused, because a public server has only public addresses. */
async function chooseAddress(
  url: URL,
  resolve: NonNullable<FetchOptions['resolve']>,
  { allowsPrivate }: FetchOptions,
  signal: AbortSignal,
): Promise<LookupAddress> {
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = await Promise.race([resolve(hostname), rejectAt(signal)]);
  const hidden = allowsPrivate ? undefined : addresses.find(({ address }) => !isPublicAddress(address));
  if (hidden !== undefined)
    throw unreadable(
      url,
      `its host is ${hidden.address}, an address of this machine or its network; to allow this, start the gateway with --allow-private-clients`,
    );
  const [first] = addresses;
  if (first === undefined) throw unreadable(url, 'its host has no address');
  return first;
}

function rejectAt(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

function read(url: URL, pinned: LookupAddress, signal: AbortSignal, ca?: string): Promise<FetchedDocument> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        // An agent could reuse a connection to an address that was not checked.
        agent: false,
        lookup: pinnedTo(pinned),
        headers: { Accept: 'application/json' },
        signal,
        ...(ca === undefined ? {} : { ca }),
      },
      (response) => {
        readBody(url, response)
          .then(resolve, reject)
          .finally(() => outgoing.destroy());
      },
    );
    outgoing.on('error', reject).end();
  });
}

function pinnedTo({ address, family }: LookupAddress): LookupFunction {
  return (_hostname, options, callback) => {
    if (options.all === true) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
}

/** Redirects are not followed, because they could lead to any address. */
async function readBody(url: URL, response: IncomingMessage): Promise<FetchedDocument> {
  const { statusCode, headers } = response;
  if (statusCode !== 200)
    throw unreadable(url, `the server responded with ${String(statusCode)} instead of 200`);
  const type = headers['content-type'] ?? '';
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type))
    throw unreadable(
      url,
      `its content type is ${JSON.stringify(type.slice(0, 100))} instead of application/json`,
    );
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BYTES) throw unreadable(url, `it is longer than ${MAX_BYTES} bytes`);
    parts.push(part);
  }
  return { text: Buffer.concat(parts).toString('utf8'), cacheControl: headers['cache-control'] };
}

function unreadable(url: URL, reason: string): ClientMetadataError {
  return new ClientMetadataError(
    'invalid_client_metadata',
    `The client metadata document ${url.href.slice(0, 300)} cannot be read: ${reason}`,
  );
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
