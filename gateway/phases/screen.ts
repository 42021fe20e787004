/**
 * What holds whoever calls: hard limits before any route is looked up, then the resource policy as far as
 * AWS reads it before it asks who calls.
 * reads: URL, headers, body; route, resource policy · adds: nothing · may answer: no ·
 * fails with: URI_TOO_LONG, HEADERS_TOO_LARGE, REQUEST_TOO_LARGE, ACCESS_DENIED
 * @see aws-behaviour §1.1 steps 1 and 4, §1.2, §2.5
 */
import { gatewayError } from '../errors.ts';
import { methodArn } from '../events/authorizer-event.ts';
import { describeDenial } from '../events/denial-text.ts';
import { requestConditions } from '../events/request-conditions.ts';
import type { Matched, Received } from '../exchange.ts';

/** Bytes. One more than the body limit may arrive: that is how the server says "too long" without reading on. */
export const MAX_BODY_BYTES = 10 * 1024 * 1024;
const MAX_HEADER_BYTES = 10_240;
const MAX_URL_BYTES = 10_240;
const MAX_ARN_BYTES = 1600;
/** The ARN of a shorter path is within its limit, whatever region and stage: nothing has to be printed to know it. */
const SHORT_PATH = 1300;

export function screen(received: Received): void {
  const urlBytes = received.rawPath.length + received.rawQuery.length;
  if (urlBytes > MAX_URL_BYTES)
    throw gatewayError('URI_TOO_LONG', { source: 'client', reason: `URL of ${urlBytes} bytes` });
  let headerBytes = 0;
  for (const text of received.rawHeaders) headerBytes += text.length + 2;
  if (headerBytes > MAX_HEADER_BYTES)
    throw gatewayError('HEADERS_TOO_LARGE', { source: 'client', reason: `headers of ${headerBytes} bytes` });
  if (received.body !== undefined && received.body.length > MAX_BODY_BYTES)
    throw gatewayError('REQUEST_TOO_LARGE', { source: 'client', reason: 'body over 10 MB' });
}

/**
 * The length of the ARN, then the policy: an open method needs an explicit allow, one behind a Lambda authorizer
 * only no explicit deny; all others are decided once the caller is known, in `authorize`.
 */
export function screenByPolicy(matched: Matched): void {
  if (matched.path.length > SHORT_PATH) refuseLongArn(matched);
  const { resourcePolicy } = matched.stage.deployment;
  if (resourcePolicy === undefined) return;
  if (resourcePolicy.kind === 'closed')
    throw denied(matched, false, 'the API is private and has no resource policy');
  const { kind } = matched.route.authorization;
  if (kind !== 'none' && kind !== 'lambda') return;
  const decision = resourcePolicy.policy.decide({
    action: 'execute-api:Invoke',
    resource: methodArn(matched),
    conditions: requestConditions(matched, resourcePolicy),
  });
  if (decision === 'explicit-deny') throw denied(matched, true, 'the resource policy denies it');
  if (decision === 'implicit-deny' && kind === 'none')
    throw denied(matched, false, 'the resource policy does not allow it');
}

/** Of a REST method that anybody decides about; an open one has no use for its ARN. */
function refuseLongArn(matched: Matched): void {
  const { authorization } = matched.route;
  if (matched.api.protocol !== 'rest' || authorization.kind === 'none') return;
  const { length } = methodArn(matched);
  if (length > MAX_ARN_BYTES)
    throw gatewayError('URI_TOO_LONG', { source: 'client', reason: `method ARN of ${length} bytes` });
}

function denied(matched: Matched, isExplicit: boolean, reason: string): Error {
  const message = describeDenial(matched, undefined, isExplicit);
  return gatewayError('ACCESS_DENIED', { source: 'client', reason, message });
}
