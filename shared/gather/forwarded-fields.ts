/**
 * Decides which parts of the caller's request are passed on to backends. The trace goes to all backends, and the
 * identity only to listed origins, because a backend that receives the caller's `Authorization` can act as the caller.
 */
import { headersOf, readRequest } from '../aws/read-request.ts';
import { DomainError } from '../errors.ts';

const TRACE = ['traceparent', 'tracestate', 'x-amzn-trace-id'];

/**
 * Checks that each string is an origin, such as `https://orders.example`, in the form in which origins are compared.
 * @throws DomainError CONFIG_INVALID if a string is not such an origin
 */
export function readOrigins(origins: readonly string[]): ReadonlySet<string> {
  for (const text of origins) {
    const isOrigin = URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
    if (!isOrigin || new URL(text).origin !== text)
      throw new DomainError(
        'CONFIG_INVALID',
        `identityTo must contain origins such as https://orders.example, not ${text}`,
      );
  }
  return new Set(origins);
}

export class ForwardedFields {
  readonly #identityTo: ReadonlySet<string>;
  readonly #received: ReadonlyMap<string, readonly string[]>;

  /**
   * Reads the header fields of the caller's request.
   * @throws DomainError EVENT_MALFORMED if the event is not an object
   */
  constructor(event: unknown, identityTo: ReadonlySet<string>) {
    this.#identityTo = identityTo;
    this.#received = headersOf(readRequest(event));
  }

  /**
   * Returns the header fields of a call. Fields that the part has set are not replaced.
   * @throws DomainError ORIGIN_UNLISTED if the part sets `Authorization` for an origin that is not listed
   */
  headersFor(url: URL, set: RequestInit['headers']): Headers {
    const headers = new Headers(set);
    const isListed = this.#identityTo.has(url.origin);
    if (headers.has('authorization') && !isListed)
      throw new DomainError(
        'ORIGIN_UNLISTED',
        `Authorization was set for ${url.origin}; add the origin to identityTo, or omit the header`,
      );
    for (const name of isListed ? [...TRACE, 'authorization'] : TRACE) {
      const values = this.#received.get(name);
      // A field with several values is not passed on, because the meaning of several values is not defined for these
      // fields.
      if (values?.length === 1 && !headers.has(name)) headers.set(name, values[0] ?? '');
    }
    return headers;
  }
}
