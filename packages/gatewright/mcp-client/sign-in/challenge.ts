/** Reads `WWW-Authenticate` of a refused request (RFC 9110 §11.6.1, RFC 6750 §3, RFC 9728 §5.1). */

export type Challenge = {
  readonly error: string | undefined;
  readonly scopes: readonly string[];
  /** The address of the protected resource metadata. */
  readonly resourceMetadata: string | undefined;
};

const NONE: Challenge = { error: undefined, scopes: [], resourceMetadata: undefined };

/** A parameter of a challenge: a name, and a token or a quoted string. */
const PARAMETER =
  /^\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([\w!#$%&'*+.^`|~/:=-]+))\s*(?:,|$)/;

/** Returns the first Bearer challenge; all its members are empty if the response has none. */
export function readChallenge(headers: Headers): Challenge {
  const text = headers.get('www-authenticate') ?? '';
  const [start] = /(?:^|,)\s*Bearer(?:\s+|$)/i.exec(text) ?? [];
  if (start === undefined) return NONE;
  let rest = text.slice(text.indexOf(start) + start.length);
  const parameters = new Map<string, string>();
  for (let found = PARAMETER.exec(rest); found !== null; found = PARAMETER.exec(rest)) {
    const [whole, name = '', quoted, token = ''] = found;
    parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? token);
    rest = rest.slice(whole.length);
  }
  return {
    error: parameters.get('error'),
    scopes: splitScopes(parameters.get('scope')),
    resourceMetadata: parameters.get('resource_metadata'),
  };
}

function splitScopes(text: string | undefined): readonly string[] {
  return [...new Set((text ?? '').split(' ').filter((scope) => scope !== ''))];
}
