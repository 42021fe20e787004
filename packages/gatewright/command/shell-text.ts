import { commandName } from '../../base/terminal/output.ts';

export type TokenText = {
  readonly sub?: string;
  readonly roles?: readonly string[];
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
  readonly scope?: string | undefined;
  readonly tokenUse?: string | undefined;
  /** Other claims by their names. */
  readonly claims?: Readonly<Record<string, unknown>>;
};

export function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * Returns `$(gatewright token …)` for a shell command. The token is created when the user runs the command. The command
 * is therefore short, and its token has not expired.
 */
export function tokenCommand(token: TokenText): string {
  return `$(${tokenLine(token)})`;
}

export type LoadText = {
  readonly sources: readonly string[];
  readonly stage?: string | undefined;
  readonly param: Readonly<Record<string, string>>;
};

export function routesLine({ sources, stage, param }: LoadText): string {
  const isHere = sources.length === 1 && sources[0] === '.';
  return [
    `${commandName()} routes`,
    ...(isHere ? [] : sources.map(quote)),
    ...(stage === undefined ? [] : [`--stage ${quote(stage)}`]),
    ...Object.entries(param).map(([name, value]) => `--param ${quote(`${name}=${value}`)}`),
  ].join(' ');
}

export function tokenLine(token: TokenText): string {
  const { sub, roles = [], issuer, audience, scope, tokenUse, claims = {} } = token;
  const option = (name: string, value: string | undefined): string[] =>
    value === undefined ? [] : [`--${name} ${quote(value)}`];
  return [
    `${commandName()} token`,
    ...option('sub', sub),
    ...(roles.length === 0 ? [] : [`--role ${roles.map(quote).join(' ')}`]),
    ...option('issuer', issuer),
    ...option('audience', audience),
    ...option('scope', scope),
    ...option('claim', tokenUse === undefined ? undefined : `token_use=${tokenUse}`),
    ...Object.entries(claims).flatMap(([name, value]) => option('claim', `${name}=${printClaim(value)}`)),
  ].join(' ');
}

/** Prints a claim as `gatewright token --claim` reads it: JSON, or plain text that is not JSON. */
function printClaim(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  try {
    JSON.parse(value);
    return JSON.stringify(value);
  } catch {
    return value;
  }
}
