/** Formats claims as options of `gatewright token`, quoted for a shell. */

export type TokenText = {
  readonly sub?: string;
  readonly roles?: readonly string[];
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
  readonly scope?: string | undefined;
  readonly tokenUse?: string | undefined;
  /** Other claims. A value that is not a string is written as JSON. */
  readonly claims?: Readonly<Record<string, unknown>>;
};

export function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Returns options such as ` --audience shop --scope orders:read`; empty if the token needs no options. */
export function tokenOptions({
  sub,
  roles = [],
  issuer,
  audience,
  scope,
  tokenUse,
  claims = {},
}: TokenText): string {
  const option = (name: string, value: string | undefined): string[] =>
    value === undefined ? [] : [` --${name} ${quote(value)}`];
  return [
    ...option('sub', sub),
    ...(roles.length === 0 ? [] : [` --role ${roles.map(quote).join(' ')}`]),
    ...option('issuer', issuer),
    ...option('audience', audience),
    ...option('scope', scope),
    ...option('claim', tokenUse === undefined ? undefined : `token_use=${tokenUse}`),
    ...Object.entries(claims).flatMap(([name, value]) => option('claim', `${name}=${printClaim(value)}`)),
  ].join('');
}

/** Formats a claim as `gatewright token --claim` reads it: JSON, or plain text that is not JSON. */
function printClaim(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  try {
    JSON.parse(value);
    return JSON.stringify(value);
  } catch {
    return value;
  }
}
