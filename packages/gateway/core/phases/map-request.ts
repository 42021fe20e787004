/**
 * Builds the integration request.
 * reads: everything so far · adds: outgoing call, payload · may answer: no · fails with: UNSUPPORTED_MEDIA_TYPE,
 * BAD_REQUEST_PARAMETERS, API_CONFIGURATION_ERROR, INTEGRATION_FAILURE, DEFAULT_4XX
 * @see docs/aws §3.1–3.3, §7, §8
 */
import { gatewayError } from '../errors.ts';
import { ownerOf, printFunctionName } from '../routing/function-name.ts';
import { sourcesOfMethod, sourcesOfRoute } from '../routing/invoke-sources.ts';
import { buildHttp1Event, buildHttp2Event } from '../events/http-event.ts';
import { buildFunctionUrlEvent } from '../events/function-url-event.ts';
import { buildRestEvent } from '../events/rest-event.ts';
import { buildOutgoing } from '../mapping/build-outgoing.ts';
import { buildHttpApiRequest } from '../mapping/http-api-call.ts';
import { applyRequestChanges } from '../mapping/apply-changes.ts';
import { MAY_NOT_CALL } from '../mapping/refused-role.ts';
import { toMappingFailure } from '../mapping/mapping-failure.ts';
import { buildServiceRequest } from '../mapping/service-subtype.ts';
import type { Defect } from '../defect.ts';
import type { LambdaProxyIntegration, LambdaStreamIntegration, ProxyPayload } from '../deployment/model.ts';
import type { RoutedFacts } from '../events/request-facts.ts';
import type { ParameterChanges } from '../mapping/parameter-change.ts';
import type {
  FunctionIntegration,
  HttpApiProxyIntegration,
  HttpApiServiceIntegration,
  MappedIntegration,
} from '../mapping/integration.ts';
import type { Admitted, Mapped } from '../exchange.ts';

export function mapRequest(admitted: Admitted): Mapped {
  const { integration } = admitted.route;
  switch (integration.kind) {
    case 'lambda-proxy':
    case 'lambda-stream':
      if (integration.mayInvoke?.(admitted.stage) === false) throw notPermitted(integration, admitted);
      return admitted.mapped(integration, buildProxyEvent(integration, admitted));
    case 'function':
      if (integration.mayInvoke?.(admitted.stage) === false) throw notPermitted(integration, admitted);
      return mapByTemplates(integration, admitted);
    case 'mock':
    case 'http':
    case 'http-proxy':
    case 'http-stream':
    case 'service':
    case 'http-api-proxy':
    case 'http-api-service':
      return mapByTemplates(integration, admitted);
    case 'misconfigured':
      throw failedCall(integration.reason, integration.defect);
    case 'unsupported':
      throw misconfigured(integration.reason);
    case 'none':
      throw misconfigured('the route has no integration');
  }
}

/**
 * Builds the function's event, whether or not the API may invoke the function. This code also rebuilds the event of a
 * recorded request.
 */
export function buildProxyEvent(
  integration: LambdaProxyIntegration | LambdaStreamIntegration,
  admitted: Admitted,
): string {
  const { payload } = integration;
  return integration.kind === 'lambda-stream' || integration.changes === undefined
    ? buildEvent(payload, admitted)
    : buildChangedEvent(payload, integration.changes, admitted);
}

function mapByTemplates(
  integration: MappedIntegration | HttpApiProxyIntegration | HttpApiServiceIntegration,
  admitted: Admitted,
): Mapped {
  try {
    if (integration.kind === 'http-api-proxy') {
      const request = buildHttpApiRequest(integration, admitted);
      return admitted.mapped({ kind: 'http-api', plan: integration, request }, '');
    }
    if (integration.kind === 'http-api-service') {
      const request = buildServiceRequest(integration, admitted);
      return admitted.mapped({ kind: 'http-api-service', plan: integration, request }, '');
    }
    const { binaryMediaTypes } = admitted.stage.deployment;
    return admitted.mapped(buildOutgoing(integration, admitted, binaryMediaTypes), '');
  } catch (error) {
    throw toMappingFailure(error, 'request');
  }
}

/**
 * Returns the failure of a call that cannot be made. AWS detects this failure only when it calls the integration, and
 * then responds with 500, although the default status of this gateway response is 504 [obs].
 */
function failedCall(reason: string, defect?: Defect): Error {
  return gatewayError('INTEGRATION_FAILURE', {
    source: 'gateway',
    status: 500,
    reason,
    ...(defect !== undefined && { defect }),
  });
}

function notPermitted(
  integration: LambdaProxyIntegration | LambdaStreamIntegration | FunctionIntegration,
  { api, route, stage }: Admitted,
): Error {
  const invoked = printFunctionName(ownerOf(integration, stage.variables));
  const [source] =
    api.protocol === 'rest'
      ? sourcesOfMethod(route.httpMethod, route.resourcePath)
      : sourcesOfRoute(route.routeKey);
  const reason = `no AWS::Lambda::Permission lets the API invoke ${invoked}`;
  const isHttpApi = integration.kind === 'lambda-proxy' && integration.payload !== 'rest-1.0';
  const defect: Defect = { kind: 'permission', invoked, ...(source !== undefined && { source }) };
  if (!isHttpApi) return failedCall(reason, defect);
  return gatewayError('API_CONFIGURATION_ERROR', {
    source: 'integration',
    reason,
    logged: MAY_NOT_CALL,
    defect,
  });
}

function misconfigured(reason: string): Error {
  return gatewayError('API_CONFIGURATION_ERROR', { source: 'gateway', reason });
}

/** Builds the event with the parameter mapping applied. A mapped path replaces the client's path. */
function buildChangedEvent(payload: ProxyPayload, changes: ParameterChanges, admitted: Admitted): string {
  try {
    return buildEvent(payload, applyRequestChanges(changes.request, admitted));
  } catch (error) {
    throw toMappingFailure(error, 'request');
  }
}

type Described = RoutedFacts & Pick<Admitted, 'caller' | 'apiKey' | 'stage'>;

function buildEvent(payload: ProxyPayload, facts: Described): string {
  const { caller, apiKey } = facts;
  switch (payload) {
    case 'rest-1.0':
      return buildRestEvent(facts, caller, apiKey, facts.stage.deployment.binaryMediaTypes);
    case 'http-1.0':
      return buildHttp1Event(facts, caller);
    case 'http-2.0':
      return buildHttp2Event(facts, caller);
    case 'function-url':
      return buildFunctionUrlEvent(facts, caller);
    case 'websocket':
      throw new TypeError('a WebSocket route is not served by the HTTP pipeline');
  }
}
