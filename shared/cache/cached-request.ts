/** A request to the answer cache: the parts that are read by name, and whether the cache may be used for it at all. */
import { hasUnknownMember } from './known-members.ts';
import { hasBody, headersOf, methodOf, pathOf, queryOf, readRequest } from '../aws/read-request.ts';
import type { EventRequest, ValuesByName } from '../aws/read-request.ts';
import { DomainError } from '../errors.ts';

export type CachedRequest = {
  /** The event. The cache key is computed from it. */
  readonly event: EventRequest;
  readonly method: string;
  readonly apiId: string;
  readonly stage: string;
  /** The path as requested. API Gateway passes it unchanged. */
  readonly path: string;
  /** Values by name, in the order of the request. */
  readonly query: ValuesByName;
  /** Values by header name in lower case. */
  readonly headers: ValuesByName;
};

/**
 * Parses the event of a request.
 * @returns undefined if the event is not a request of API Gateway or a function URL. Its response is then not cached.
 */
export function parseCachedRequest(event: unknown): CachedRequest | undefined {
  try {
    const request = readRequest(event);
    const [method, path] = [methodOf(request), pathOf(request)];
    const { apiId, stage } = request.context;
    if (method === undefined || path === undefined || typeof apiId !== 'string') return undefined;
    return {
      event: request,
      method,
      path,
      apiId,
      stage: typeof stage === 'string' ? stage : '',
      query: queryOf(request),
      headers: headersOf(request),
    };
  } catch (error) {
    if (error instanceof DomainError) return undefined;
    throw error;
  }
}

/**
 * Returns the reason why a response must not be shared, in the form used in `Cache-Status`; undefined if it may be
 * shared. Neither the body nor unknown members are part of the cache key, so a request with a body or an unknown member
 * is not cached.
 */
export function refusalOf({ event }: CachedRequest): 'body' | 'unknown-member' | undefined {
  if (hasBody(event)) return 'body';
  return hasUnknownMember(event) ? 'unknown-member' : undefined;
}

/** Returns the values of a header, joined as one field. Returns undefined if the header was not sent. */
export function headerOf({ headers }: Pick<CachedRequest, 'headers'>, name: string): string | undefined {
  return headers.get(name.toLowerCase())?.join(', ');
}
