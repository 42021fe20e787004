/**
 * Decides which parts of the caller's request are passed on to backends: the trace to all, the identity only to listed
 * origins. Any other backend that received the caller's `Authorization` could act as the caller.
 */
import { headersOf, readRequest } from '../aws/read-request.ts';
import { DomainError } from '../errors.ts';

const TRACE = ['traceparent', 'tracestate', 'x-amzn-trace-id'];

/**
 * @throws DomainError CONFIG_INVALID unless each text is an origin in the form in which it is compared, such as
 * `https://orders.example`
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

  /** @throws DomainError EVENT_MALFORMED */
  constructor(event: unknown, identityTo: ReadonlySet<string>) {
    this.#identityTo = identityTo;
    this.#received = headersOf(readRequest(event));
  }

  /**
   * Returns the header fields of a call. Fields that the part sets itself are not replaced.
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
      // If one of these fields has several values, their meaning is not defined, so the field is not passed on.
      if (values?.length === 1 && !headers.has(name)) headers.set(name, values[0] ?? '');
    }
    return headers;
  }
}
