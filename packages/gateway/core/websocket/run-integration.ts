/**
 * Runs the integration of a WebSocket route. It builds the request, and makes a frame or a status from the response
 * (docs/aws §11.3). call-route.ts handles Lambda proxy integrations.
 */
import { gatewayError } from '../errors.ts';
import { HeaderList } from '../events/header-list.ts';
import { buildFrame, type MessageCall } from '../mapping/build-frame.ts';
import { buildOutgoing, type MappableFacts } from '../mapping/build-outgoing.ts';
import { configurationError, toMappingFailure } from '../mapping/mapping-failure.ts';
import { collectOverrides } from '../mapping/overrides.ts';
import { integrate, readAnswer } from '../phases/integrate.ts';
import { limitFrame, refuseUnpermitted } from './call-route.ts';
import type { Integration, RoutePlan } from '../deployment/model.ts';
import type { ConnectionEventFacts } from '../events/websocket-event.ts';
import type { ServedStage } from '../exchange.ts';
import type { MappedIntegration } from '../mapping/integration.ts';
import type { IntegrationAnswer } from '../mapping/outgoing.ts';
import type { Ports } from '../ports.ts';
import type { Trail } from '../trail.ts';

type RunnableIntegration = Exclude<MappedIntegration, { readonly kind: 'http-stream' }>;

export function isRunnable(integration: Integration): integration is RunnableIntegration {
  switch (integration.kind) {
    case 'mock':
    case 'function':
    case 'http':
    case 'http-proxy':
    case 'service':
      return true;
    default:
      return false;
  }
}

type RouteEvent = {
  readonly integration: RunnableIntegration;
  /** The parts of the route that determine how a response becomes a frame or a status. */
  readonly route: Pick<RoutePlan, 'routeKey' | 'frames' | 'ignoresStatusOverride' | 'encodesAnswers'>;
  readonly stage: ServedStage;
  readonly facts: MappableFacts;
  /** Returns `$context` for templates and parameter mappings. */
  readonly contextOf: () => Readonly<Record<string, unknown>>;
};

export type ServedEvent = ConnectionEventFacts & { readonly stage: ServedStage };

type EventParts = {
  readonly body: string | undefined;
  readonly traceHeader: string;
  readonly contextOf: RouteEvent['contextOf'];
};

/**
 * Builds the call for a message or disconnect event.
 * @throws GatewayError if the API may not invoke the function, or if the request cannot be built
 */
export function prepareEvent(
  event: ServedEvent,
  route: RoutePlan,
  integration: RunnableIntegration,
  { body, traceHeader, contextOf }: EventParts,
): PreparedCall {
  const facts = eventRequest(event, route, traceHeader, body);
  return prepareCall({ integration, route, stage: event.stage, facts, contextOf });
}

const OF_AN_EVENT = new HeaderList(['Content-Type', 'application/json']);

/**
 * Makes the input of mappings from a message or disconnect. The input has no query and no path, and its only header is
 * the content type.
 */
function eventRequest(
  { connection, api, stage, requestId, receivedAtEpochMs }: ConnectionEventFacts,
  route: RoutePlan,
  traceHeader: string,
  body: string | undefined,
): MappableFacts {
  return {
    method: 'POST',
    rawPath: '/',
    path: '/',
    rawQuery: '',
    pathParameters: null,
    protocol: 'WebSocket',
    api,
    stage,
    route,
    traceHeader,
    requestId,
    extendedRequestId: requestId,
    receivedAtEpochMs,
    headers: OF_AN_EVENT,
    body: body === undefined ? undefined : Buffer.from(body),
    sourceIp: connection.sourceIp,
    caller: connection.caller,
    apiKey: undefined,
  };
}

/** A call to the integration that is ready to be sent. `payload` is the call's input, which request records show. */
type PreparedCall = {
  readonly event: RouteEvent;
  readonly call: MessageCall;
  readonly payload: string;
};

/**
 * Builds the call to the integration.
 * @throws GatewayError if the API may not invoke the function, or if the request cannot be built
 */
export function prepareCall(event: RouteEvent): PreparedCall {
  const { integration, route, stage, facts, contextOf } = event;
  refuseUnpermitted(integration, route.routeKey, stage);
  try {
    const call = buildOutgoing(integration, facts, [], contextOf);
    if (call.kind === 'http-stream') throw new TypeError('WebSocket APIs do not support response streaming');
    return { event, call, payload: printCall(call) };
  } catch (error) {
    throw toMappingFailure(error, 'request');
  }
}

function printCall(call: MessageCall): string {
  if (call.kind === 'mock') return '';
  return call.kind === 'function' ? call.event : (call.request.body?.toString('utf8') ?? '');
}

/**
 * Returns the text for the client if the route sends responses. The integration is called before this function returns
 * its promise.
 */
export async function requestFrame(
  { event, call }: PreparedCall,
  repliesToClient: boolean,
  trail: Trail,
  at: Ports,
): Promise<string | undefined> {
  const answer = await send(event, call, trail, at);
  if (!repliesToClient || event.route.frames === undefined) refuseFailure(answer);
  if (!repliesToClient) return undefined;
  const text = frameOf(event, call, answer);
  return text === '' ? undefined : limitFrame(text);
}

/**
 * Returns the status of a handshake. It is derived from the status of the integration, or from the status that a
 * response template sets instead: 101 for 2xx, otherwise the same status.
 * @throws GatewayError if the function fails, a response template fails, or the status is not valid
 */
export async function requestStatus({ event, call }: PreparedCall, trail: Trail, at: Ports): Promise<number> {
  const answer = await send(event, call, trail, at);
  refuseFailure(answer);
  if (event.route.frames !== undefined) frameOf(event, call, answer);
  const mayOverride = call.input.hasContext && event.route.ignoresStatusOverride !== true;
  const overridden = mayOverride ? collectOverrides(call.input.context).response.status : undefined;
  const status = overridden ?? answer.status;
  if (status >= 200 && status <= 599) return status < 300 ? 101 : status;
  throw configurationError(`${status} is not a valid handshake status`);
}

function frameOf({ route, facts }: RouteEvent, call: MessageCall, answer: IntegrationAnswer): string {
  try {
    const message = facts.body?.toString('utf8') ?? '';
    return buildFrame(route.frames, call, answer, message, route.encodesAnswers);
  } catch (error) {
    throw toMappingFailure(error, 'response');
  }
}

async function send(
  { stage, facts: { traceHeader } }: RouteEvent,
  outgoing: MessageCall,
  trail: Trail,
  at: Ports,
): Promise<IntegrationAnswer> {
  const outcome = await integrate({ outgoing, stage, traceHeader, payload: '' }, at);
  trail.noteOutcome(outcome);
  const answer = readAnswer({ outgoing }, outcome);
  if (typeof answer === 'string' || 'head' in answer)
    throw new TypeError(`a ${outgoing.kind} call returned text or a stream`);
  return answer;
}

function refuseFailure({ errorMessage }: IntegrationAnswer): void {
  if (errorMessage !== undefined)
    throw gatewayError('FUNCTION_FAILED', { source: 'integration', reason: errorMessage });
}
