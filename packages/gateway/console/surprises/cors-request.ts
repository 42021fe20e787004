/**
 * Reads the headers in which a browser sends the origin of a page, and the method that the page wants to use
 * (docs/aws §12.1).
 */
import type { SurpriseFacts } from './surprise-facts.ts';

/**
 * Returns the Origin of the request; undefined without one, and for a page of the API's own host, which is not subject
 * to CORS.
 */
export function originOf({ recorded }: SurpriseFacts): string | undefined {
  const { headers } = recorded.received;
  const origin = headers.last('origin');
  const host = headers.last('host');
  return origin !== undefined && host !== undefined && origin.endsWith(`://${host}`) ? undefined : origin;
}

/** Returns the method that a preflight asks for; undefined if the request is not a preflight. */
export function askedMethod(facts: SurpriseFacts): string | undefined {
  const { method, headers } = facts.recorded.received;
  if (method !== 'OPTIONS' || originOf(facts) === undefined) return undefined;
  return headers.last('access-control-request-method');
}

export function isOriginAllowed(facts: SurpriseFacts): boolean {
  const [allowed, ...others] = facts.reply.all('access-control-allow-origin');
  return others.length === 0 && (allowed === '*' || allowed === originOf(facts));
}

/** Whether a MOCK integration answers the preflight, with headers that are written in the template. */
export function isFixedPreflight({ integration, recorded }: SurpriseFacts): boolean {
  return (
    integration?.kind === 'mock' &&
    recorded.received.route?.httpMethod === 'OPTIONS' &&
    recorded.received.api.protocol === 'rest'
  );
}
