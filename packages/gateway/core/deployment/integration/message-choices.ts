/**
 * Applies `--assume` to the integration of a WebSocket route, for behavior that AWS does not document (docs/aws §11.3).
 */
import { parseParameterSource } from '../../mapping/parameter-source.ts';
import type { RequestMapping, RequestParameter } from '../../mapping/integration.ts';
import type { Assumptions } from '../assumptions.ts';
import type { Integration, MessageRoutePlan } from '../model.ts';

/** Applies the assumptions to a route. A route with a Lambda proxy, or without an integration, is not changed. */
export function assumeForRoute(plan: MessageRoutePlan, assumptions: Assumptions): MessageRoutePlan {
  const { integration } = plan;
  switch (integration.kind) {
    case 'mock':
    case 'function':
    case 'http':
    case 'service':
      return {
        ...plan,
        ...assumeForAnswer(plan, assumptions),
        integration: assumeForRequest(plan, assumptions),
      };
    case 'http-proxy':
      return {
        ...plan,
        ...runTimeChoices(plan, assumptions),
        integration: assumeForRequest(plan, assumptions),
      };
    default:
      return plan;
  }
}

type Answering = Pick<
  MessageRoutePlan,
  'frames' | 'repliesToClient' | 'ignoresStatusOverride' | 'encodesAnswers'
>;

function assumeForAnswer(plan: MessageRoutePlan, assumptions: Assumptions): Answering {
  const { repliesToClient, frames } = plan;
  const answering = { repliesToClient, ...runTimeChoices(plan, assumptions) };
  if (frames !== undefined)
    return {
      ...answering,
      frames: assumptions['matching-integration-responses'] === 'last' ? frames.toReversed() : frames,
    };
  // A handshake without integration responses has a reply with only a status, and needs no frame.
  const missing = plan.routeKey === '$connect' ? 'passed' : assumptions['missing-integration-response'];
  return {
    ...answering,
    // With an empty list no response matches, so a two-way route fails.
    frames: missing === 'failed' && repliesToClient ? [] : undefined,
    repliesToClient: repliesToClient && missing !== 'silent',
  };
}

function runTimeChoices(
  { routeKey }: MessageRoutePlan,
  assumptions: Assumptions,
): Omit<Answering, 'frames' | 'repliesToClient'> {
  return {
    ignoresStatusOverride: routeKey === '$connect' && assumptions['connect-status-override'] === 'ignored',
    encodesAnswers: assumptions['converted-answers'] === 'all',
  };
}

function assumeForRequest(
  { integration, routeKey }: MessageRoutePlan,
  assumptions: Assumptions,
): Integration {
  const type = routeKey === '$connect' ? 'application/json' : assumptions['message-content-type'];
  switch (integration.kind) {
    case 'http-proxy':
      return { ...integration, parameters: typed(integration.parameters, type) };
    case 'http': {
      const request = passOn(integration.request, assumptions);
      return { ...integration, request: { ...request, parameters: typed(request.parameters, type) } };
    }
    case 'mock':
    case 'function':
    case 'service':
      return { ...integration, request: passOn(integration.request, assumptions) };
    default:
      return integration;
  }
}

function passOn(request: RequestMapping, assumptions: Assumptions): RequestMapping {
  const isPassed = request.passthrough === 'NEVER' && assumptions['unmapped-messages'] === 'passed';
  return isPassed ? { ...request, passthrough: 'WHEN_NO_MATCH' } : request;
}

/**
 * Adds the content type for the backend. It is not added if the integration maps a content type, or if the type is
 * `application/json`, which the backend gets even without this parameter.
 */
function typed(parameters: readonly RequestParameter[], type: string): readonly RequestParameter[] {
  const source = parseParameterSource(`'${type}'`, 'route.request');
  const isMapped = parameters.some(
    ({ place, name }) => place === 'header' && name.toLowerCase() === 'content-type',
  );
  if (type === 'application/json' || isMapped || source === undefined) return parameters;
  return [{ place: 'header', name: 'Content-Type', source }, ...parameters];
}
