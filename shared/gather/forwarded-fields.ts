/**
 * Which parts of the caller's request are passed on to backends: the trace to all, the identity to listed
 * origins only. Anybody else who received the caller's `Authorization` could act as the caller.
 */
import { headersOf, readRequest } from '../aws/read-request.ts';
import { DomainError } from '../errors.ts';

const TRACE = ['traceparent', 'tracestate', 'x-amzn-trace-id'];

/** @throws DomainError CONFIG_INVALID unless each is an origin as it is compared: `https://orders.example` */
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
   * Header fields of a call; fields that its caller sets are not replaced.
   * @throws DomainError ORIGIN_UNLISTED when its caller sets `Authorization` for an origin that is not listed
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
      // The meaning of several values of one of these fields is not defined.
      if (values?.length === 1 && !headers.has(name)) headers.set(name, values[0] ?? '');
    }
    return headers;
  }
}
