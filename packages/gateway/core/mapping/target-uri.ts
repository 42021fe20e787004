/**
 * Renders the address of an integration. The stage variables of the address are already filled in, and `{name}` in it
 * is a placeholder for a path parameter.
 */

type TargetAddress = {
  /** For example `https://pets.example:8443`. */
  readonly origin: string;
  /** The path as sent on the wire, with the leading slash. */
  readonly path: string;
  /** The query without the question mark; empty if there is none. */
  readonly query: string;
};

/** Matches authority, path and query. Fragments are never sent. */
const PARTS = /^(https?:\/\/)([^/?#]+)([^?#]*)(?:\?([^#]*))?/i;
const PLACEHOLDER = /\{([^{}/]+?)\+?\}/g;
/** Allows only a host and a port, so that a path parameter cannot add credentials or another path on the host. */
const AUTHORITY = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

type PathParameters = Readonly<Record<string, string>>;

/**
 * Renders an address. Returns undefined if AWS would report "Invalid endpoint address", for example if the stage
 * variable of the host is not set.
 */
export function renderHttpAddress(uri: string, parameters: PathParameters): TargetAddress | undefined {
  const [, scheme = '', authority = '', path = '', query = ''] = PARTS.exec(uri) ?? [];
  const host = fill(authority, parameters, (value) => value);
  if (scheme === '' || !AUTHORITY.test(host) || !URL.canParse(`${scheme}${host}`)) return undefined;
  return {
    origin: new URL(`${scheme}${host}`).origin,
    path: renderPath(path, parameters),
    query: escapeFor(
      fill(query, parameters, (value) => escapeFor(value, IN_VALUE)),
      IN_QUERY,
    ),
  };
}

/** Returns the first placeholder in the path of an address for which no parameter is mapped, with its index. */
export function findUnmapped(
  uri: string,
  isMapped: (name: string) => boolean,
): { readonly name: string; readonly index: number } | undefined {
  if (!uri.includes('{')) return undefined;
  const [, scheme = '', authority = '', path = ''] = PARTS.exec(uri) ?? [];
  for (const { 1: name = '', index } of path.matchAll(PLACEHOLDER))
    if (!isMapped(name)) return { name, index: scheme.length + authority.length + index };
  return undefined;
}

/** Renders the path of an address or a service URI. Dot segments stay as sent, because the backend interprets them. */
export function renderPath(path: string, parameters: PathParameters): string {
  const filled = escapeFor(
    fill(path, parameters, (value) => escapeFor(value, IN_PATH)),
    IN_PATH,
  );
  return filled.startsWith('/') ? filled : `/${filled}`;
}

/** Returns `name=value`, with both parts escaped. */
export function printQueryPair(name: string, value: string): string {
  return `${encode(name)}=${encode(value)}`;
}

export function joinQuery(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('&');
}

/** Replaces the placeholders with the parameters' values. A placeholder without a mapped value stays unchanged. */
function fill(text: string, parameters: PathParameters, escape: (value: string) => string): string {
  if (!text.includes('{')) return text;
  return text.replace(PLACEHOLDER, (placeholder, name: string) => {
    const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    return value === undefined ? placeholder : escape(value);
  });
}

/**
 * Matches the characters that must be escaped in a path. `%` is not escaped, because path parameters of REST APIs are
 * still encoded.
 */
const IN_PATH = /[^!$%&'()*+,\-./0-9:;=@A-Z_a-z~]+/g;
const IN_QUERY = /[^!$%&'()*+,\-./0-9:;=?@A-Z_a-z~]+/g;
const IN_VALUE = /[^%\-.0-9A-Z_a-z~]+/g;

function escapeFor(text: string, unsafe: RegExp): string {
  return text.replace(unsafe, encode);
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
