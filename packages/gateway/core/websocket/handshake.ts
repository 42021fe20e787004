/**
 * Checks whether a WebSocket handshake can succeed (RFC 6455 §4.2.1). This is checked before `$connect` runs, because
 * the function must not accept a client whose upgrade then fails.
 */
import { UPGRADE_PHASE } from '../events/header-phases.ts';
import { gatewayError } from '../errors.ts';
import type { GatewayError } from '../errors.ts';
import type { RequestFacts } from '../events/request-facts.ts';

/** Matches the base64 text of 16 bytes. */
const KEY = /^[+/0-9A-Za-z]{22}==$/;
/** Matches comma-separated tokens of RFC 9110 §5.6.2. */
const PROTOCOLS = /^\s*[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:\s*,\s*[!#$%&'*+\-.^_`|~0-9A-Za-z]+)*\s*$/;

/**
 * Checks the method and the headers of a handshake.
 * @throws GatewayError MALFORMED_REQUEST if the request is not a valid WebSocket upgrade
 */
export function checkHandshake(request: RequestFacts): void {
  const upgrade = request.headers.last('upgrade')?.trim().toLowerCase();
  if (request.method !== 'GET' || upgrade !== 'websocket')
    throw malformed('a WebSocket upgrade must be a GET request with Upgrade: websocket');
  const key = request.headers.last('sec-websocket-key');
  if (key === undefined) throw malformed('the header Sec-WebSocket-Key is missing');
  if (!KEY.test(key)) throw malformed('Sec-WebSocket-Key is not 16 bytes in base64');
  if (request.headers.last('sec-websocket-version')?.trim() !== '13')
    throw malformed('Sec-WebSocket-Version is not 13', ['Sec-WebSocket-Version', '13']);
  const protocols = request.headers.last('sec-websocket-protocol');
  if (protocols !== undefined && !PROTOCOLS.test(protocols))
    throw malformed('Sec-WebSocket-Protocol is not a list of tokens');
}

function malformed(reason: string, headers: readonly string[] = []): GatewayError {
  return gatewayError('MALFORMED_REQUEST', { source: 'client', reason, headers });
}

/**
 * Returns the function's headers for the 101 response. The headers of the upgrade itself are left out, because a second
 * `Upgrade`, or a `Content-Length` on a 101, makes clients give up. `Sec-WebSocket-Protocol` is included, because AWS
 * negotiates a subprotocol only if the function names one (docs/aws §11.1).
 */
export function toUpgradeHeaders(headers: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? '';
    if (!UPGRADE_PHASE.drops.has(name.toLowerCase())) kept.push(name, headers[index + 1] ?? '');
  }
  return kept;
}
