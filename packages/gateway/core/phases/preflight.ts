/**
 * Replies to a CORS preflight. A function URL with `Cors` replies to all of them. An HTTP API with a
 * `CorsConfiguration` replies unless the request matches an OPTIONS route, or an ANY or $default route that has an
 * authorizer.
 * reads: method, path, Origin, Access-Control-Request-Method · adds: nothing · may answer: 204, a function URL 200 ·
 * fails with: nothing
 * @see docs/aws §12
 */
import { preflightHeaders } from '../events/cors-headers.ts';
import type { Received, Reply } from '../exchange.ts';

export function preflight(received: Received): Reply | undefined {
  if (received.method !== 'OPTIONS') return undefined;
  const { api } = received;
  const { stageName, path } = api.locate(received.rawPath, api.stages);
  const deployment = api.stages.get(stageName)?.deployment;
  if (deployment?.cors === undefined) return undefined;
  const origin = received.headers.last('origin');
  if (origin === undefined || received.headers.last('access-control-request-method') === undefined)
    return undefined;
  // A function URL has only one route. It responds to a preflight itself, without authorization.
  if (api.functionUrl !== undefined)
    return { status: 200, headers: preflightHeaders(deployment.cors, origin), body: '' };
  // An OPTIONS route handles the preflight itself, even if the route has an authorizer. AWS therefore advises users to
  // add an OPTIONS route without authorization.
  const route = deployment.routes.find('OPTIONS', path)?.plan;
  if (route !== undefined && (route.httpMethod === 'OPTIONS' || route.authorization.kind !== 'none'))
    return undefined;
  return { status: 204, headers: preflightHeaders(deployment.cors, origin), body: '' };
}
