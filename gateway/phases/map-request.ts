/**
 * Builds what the integration gets.
 * reads: everything so far · adds: payload · may answer: no · fails with: API_CONFIGURATION_ERROR, INTEGRATION_FAILURE
 * @see aws-behaviour §3.1–3.3
 */
import { gatewayError } from '../errors.ts';
import { buildHttp1Event, buildHttp2Event } from '../events/http-event.ts';
import { buildRestEvent } from '../events/rest-event.ts';
import type { ProxyPayload } from '../deployment/model.ts';
import type { Admitted, Mapped } from '../exchange.ts';

export function mapRequest(admitted: Admitted): Mapped {
  const { integration } = admitted.route;
  switch (integration.kind) {
    case 'lambda-proxy':
      return admitted.mapped(integration, buildEvent(integration.payload, admitted));
    case 'misconfigured':
      // AWS finds out only when it calls, and then says 500 where the type's own status is 504 [obs].
      throw gatewayError('INTEGRATION_FAILURE', {
        source: 'gateway',
        status: 500,
        reason: integration.reason,
      });
    case 'unsupported':
      throw misconfigured(integration.reason);
    case 'none':
      throw misconfigured('the route has no integration');
  }
}

function misconfigured(reason: string): Error {
  return gatewayError('API_CONFIGURATION_ERROR', { source: 'gateway', reason });
}

function buildEvent(payload: ProxyPayload, admitted: Admitted): string {
  const { caller, apiKey } = admitted;
  switch (payload) {
    case 'rest-1.0':
      return buildRestEvent(admitted, caller, apiKey, admitted.stage.deployment.binaryMediaTypes);
    case 'http-1.0':
      return buildHttp1Event(admitted, caller);
    case 'http-2.0':
      return buildHttp2Event(admitted, caller);
    case 'websocket':
      throw new TypeError('a WebSocket route is not served by the HTTP pipeline');
  }
}
