/** The common part of the authorization requests of pools and of the local issuer (RFC 6749 §4.1.1). */

export type AuthorizationRead<Request> =
  | { readonly kind: 'request'; readonly request: Request }
  /** The error is reported to the client by a redirect. */
  | {
      readonly kind: 'error';
      readonly redirectUri: string;
      readonly state: string | undefined;
      readonly error: string;
      readonly description: string;
    }
  /** The error is shown without a redirect, because a browser must not be sent to an unregistered address. */
  | Refused;

type Refused = { readonly kind: 'refused'; readonly text: string };

const MAX_QUERY = 8_192;
const SHOWN_NAME = 100;

export function refused(text: string): Refused {
  return { kind: 'refused', text };
}

/**
 * Parses the query of an authorization request. Parameters may not be repeated (RFC 6749 §3.1).
 * @param repeatable the parameter that may be repeated
 */
export function readAuthorizationFields(query: string, repeatable?: string): URLSearchParams | Refused {
  if (query.length > MAX_QUERY) return refused('The address is too long.');
  const fields = new URLSearchParams(query);
  const repeated = [...new Set(fields.keys())].find(
    (name) => name !== repeatable && fields.getAll(name).length > 1,
  );
  return repeated === undefined
    ? fields
    : refused(`The parameter ${repeated.slice(0, SHOWN_NAME)} is repeated.`);
}
