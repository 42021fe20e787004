/**
 * Adds the headers of every reply: request ids, trace id, CORS.
 * reads: reply, Origin · adds: headers · may answer: no · fails with: nothing
 * @see docs/aws §1.6, §12
 */
import { isCorsHeader, replyCorsHeaders } from '../events/cors-headers.ts';
import type { Received, Reply } from '../exchange.ts';
import type { Trail } from '../trail.ts';

type Ended = Pick<Trail, 'phase' | 'failure' | 'error'>;

export function finish(received: Received, reply: Reply, trail: Ended): void {
  if (received.api.functionUrl !== undefined) {
    finishUrl(received, reply, trail);
    return;
  }
  if (received.api.protocol === 'http') {
    if (trail.phase !== 'preflight') applyCors(received, reply);
    reply.headers.push('Apigw-Requestid', received.requestId);
    return;
  }
  reply.headers.push('x-amzn-RequestId', received.requestId, 'x-amz-apigw-id', received.extendedRequestId);
  if (carriesTrace(received, trail)) reply.headers.push('X-Amzn-Trace-Id', received.traceHeader);
}

/**
 * Adds the headers of a function URL. The CORS headers of the URL are added to the CORS headers of the function, so the
 * reply may contain the same header twice [obs].
 */
function finishUrl(received: Received, reply: Reply, trail: Ended): void {
  const cors = received.stage?.deployment.cors;
  const origin = received.headers.last('origin');
  if (cors !== undefined && origin !== undefined) {
    if (trail.phase !== 'preflight') reply.headers.push(...replyCorsHeaders(cors, origin));
    reply.headers.push('vary', 'Origin');
  }
  reply.headers.push('x-amzn-RequestId', received.requestId);
  if (trail.error?.code !== 'ACCESS_DENIED') reply.headers.push('X-Amzn-Trace-Id', received.traceHeader);
}

/**
 * Whether the gateway adds a trace id to the reply. It adds none to gateway errors and to replies of MOCK integrations.
 * An HTTP_PROXY's reply has a trace id only if the backend sent one [obs].
 */
function carriesTrace(received: Received, trail: Ended): boolean {
  if (trail.failure !== undefined) return false;
  const kind = received.route?.integration.kind;
  return kind !== 'mock' && kind !== 'http-proxy' && kind !== 'http-stream';
}

/** Adds the API's CORS headers. If the API has a `CorsConfiguration`, the function's own CORS headers are dropped. */
function applyCors(received: Received, reply: Reply): void {
  const cors = received.stage?.deployment.cors;
  if (cors === undefined) return;
  const kept: string[] = [];
  for (let index = 0; index < reply.headers.length; index += 2) {
    const name = reply.headers[index] ?? '';
    if (!isCorsHeader(name)) kept.push(name, reply.headers[index + 1] ?? '');
  }
  const origin = received.headers.last('origin');
  if (origin !== undefined) kept.push(...replyCorsHeaders(cors, origin));
  reply.headers = kept;
}
