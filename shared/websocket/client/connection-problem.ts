/** Describes to `onProblem` why a connection could not be made. */

/** Facts about a handshake that failed. Browsers reveal neither the status nor the reason to scripts. */
export type HandshakeFailure = {
  /** HTTP status of the server's refusal of the handshake. */
  readonly status?: number | undefined;
  /** The text of the error, such as `connect ECONNREFUSED 127.0.0.1:3001`. */
  readonly text?: string | undefined;
};

/**
 * A connection that could not be made.
 *
 * @example
 * ```ts
 * import { ConnectionProblem } from 'gatewright/websocket-client';
 *
 * new ConnectionProblem('refused', 'the server refused the connection', { status: 401, isFinal: true }).status // → 401
 * ```
 */
export class ConnectionProblem extends Error {
  override readonly name = 'ConnectionProblem';
  /**
   * `refused`: the server answered. `unreachable`: there was no connection, or the reason is hidden. `invalid`: the
   * address or the token cannot be used for a WebSocket, so no connection was tried.
   */
  readonly code: 'refused' | 'unreachable' | 'invalid';
  readonly status: number | undefined;
  /** Whether the client has given up, because another attempt is expected to fail too. */
  readonly isFinal: boolean;

  constructor(
    code: 'refused' | 'unreachable' | 'invalid',
    message: string,
    { status, isFinal = false }: { readonly status?: number | undefined; readonly isFinal?: boolean } = {},
  ) {
    super(message);
    this.code = code;
    this.status = status;
    this.isFinal = isFinal;
  }
}

/** Statuses that say that the request itself is wrong: its address, or its credential. */
const WRONG = new Set([400, 401, 403, 404]);
/** Number of consecutive refusals after which a new credential from `token()` or `url()` is not expected to help. */
const REFUSALS = 3;

const STOPS = 'The client stops';
const AGAIN = 'The client tries again';

/** @param refusals number of consecutive refusals, including this one */
export function describeFailure(
  { status, text }: HandshakeFailure,
  { isRenewable, refusals }: { readonly isRenewable: boolean; readonly refusals: number },
): ConnectionProblem {
  if (status === undefined) {
    const isHidden = text === undefined || text === '';
    const reason = isHidden ? 'the reason is hidden from scripts' : text;
    const hint = isHidden ? '; gatewright explain last prints why a handshake was refused' : '';
    return new ConnectionProblem('unreachable', `no connection: ${reason}. ${AGAIN}${hint}`);
  }
  const isFinal = isRefusal(status) && refusals >= (isRenewable ? REFUSALS : 1);
  const after = isFinal ? `${STOPS}: check the ${status === 401 ? '' : 'address and '}token` : AGAIN;
  return new ConnectionProblem(
    'refused',
    `the server refused the connection with status ${status}. ${after}; gatewright explain last prints the reason`,
    { status, isFinal },
  );
}

/**
 * Describes that the server ended the connection, because its credential had expired.
 * @param refusals number of consecutive refusals, including this one
 * @param hasFixedToken whether the credential is a text, not a function that returns one
 */
export function describeExpired(refusals: number, hasFixedToken: boolean): ConnectionProblem {
  const isFinal = hasFixedToken || refusals >= REFUSALS;
  const remedy = hasFixedToken
    ? 'pass a function that returns a new token'
    : 'token() or url() must return a valid credential';
  return new ConnectionProblem(
    'refused',
    `the credential has expired. ${isFinal ? STOPS : AGAIN}: ${remedy}`,
    { isFinal },
  );
}

/** Names of the errors that WebSocket classes throw for an address or a subprotocol that they do not accept. */
const UNUSABLE = new Set(['SyntaxError', 'TypeError', 'SecurityError']);

/** @returns the text of the error; undefined if the error has another cause, which may be temporary */
export function textOfUnusable(error: unknown): string | undefined {
  return error instanceof Error && UNUSABLE.has(error.name) ? error.message : undefined;
}

/** Characters of a subprotocol (RFC 9110, token). */
const SUBPROTOCOL = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * Describes that the WebSocket class did not accept the address or a subprotocol. The token itself is never part of the
 * text, nor is the query of the address, which may contain a ticket.
 * @param text what the class threw
 */
export function describeUnusable(
  {
    url,
    protocols,
    text,
  }: { readonly url: string; readonly protocols: readonly string[]; readonly text: string },
  { isRenewable, attempts }: { readonly isRenewable: boolean; readonly attempts: number },
): ConnectionProblem {
  const isFinal = attempts >= (isRenewable ? REFUSALS : 1);
  const [address = ''] = url.split('?');
  // Browsers name the subprotocol, which is the token, in their text.
  const fault =
    faultOfToken(protocols) ??
    `the WebSocket refuses the address ${JSON.stringify(address)} (${text.replaceAll(url, address)}): pass an address such as wss://example.com/prod`;
  return new ConnectionProblem('invalid', `${fault}. ${isFinal ? STOPS : AGAIN}`, { isFinal });
}

/** @returns what is wrong with the token; undefined if it can be sent, or there is none */
export function faultOfToken(protocols: readonly unknown[]): string | undefined {
  const [, token = 'none'] = protocols;
  if (typeof token !== 'string' || token === '')
    return `the token is ${token === '' ? 'empty' : 'not a text'}: pass a token, or leave the option out`;
  return SUBPROTOCOL.test(token)
    ? undefined
    : 'the token cannot be sent as a subprotocol: pass it without Bearer and without spaces';
}

export function isRefusal(status: number | undefined): boolean {
  return status !== undefined && WRONG.has(status);
}
