/** Calls a route's function and reads the part of its response that is for the client. */
import { sourcesOfRoute } from '../routing/invoke-sources.ts';
import { gatewayError } from '../errors.ts';
import { ownerOf, printFunctionName } from '../routing/function-name.ts';
import { readConnectResult, readMessageResult } from '../events/proxy-result.ts';
import { malformedProxyResponse } from '../mapping/mapping-failure.ts';
import { readOutcome } from '../phases/integrate.ts';
import { toUpgradeHeaders } from './handshake.ts';
import { MESSAGE_LIMIT_BYTES } from './limits.ts';
import type { Integration, RoutePlan } from '../deployment/model.ts';
import type { Reply, ServedStage } from '../exchange.ts';
import type { Ports } from '../ports.ts';
import type { Trail } from '../trail.ts';

type RouteCall = {
  readonly route: RoutePlan;
  readonly stage: ServedStage;
  readonly payload: string;
  readonly traceHeader: string;
};

/**
 * Returns the response as JSON text. The function is called before the promise is returned, so the messages of a
 * connection reach the function in the order in which they were sent.
 * @throws GatewayError FUNCTION_FAILED, INTEGRATION_TIMEOUT, API_CONFIGURATION_ERROR, … if the call fails
 */
export async function callRoute(
  { route: { integration, routeKey }, stage, payload, traceHeader }: RouteCall,
  trail: Trail,
  at: Ports,
): Promise<string> {
  if (integration.kind !== 'lambda-proxy')
    throw gatewayError('API_CONFIGURATION_ERROR', {
      source: 'gateway',
      reason:
        'reason' in integration ? integration.reason : 'the integration of the route is not a Lambda proxy',
    });
  refuseUnpermitted(integration, routeKey, stage);
  const result = await at.invoker.invoke({
    functionName: integration.functionName.render(stage.variables),
    qualifier: integration.qualifier?.render(stage.variables),
    payload,
    timeoutMs: integration.timeoutMs,
    traceHeader,
    roleArn: integration.roleArn,
  });
  trail.noteOutcome(result);
  return readOutcome(result);
}

/**
 * Checks that the API may invoke the integration's function.
 * @throws GatewayError API_CONFIGURATION_ERROR if the API has no permission to invoke the function
 */
export function refuseUnpermitted(
  integration: Integration,
  routeKey: string,
  stage: Pick<ServedStage, 'name' | 'variables'>,
): void {
  if (!('mayInvoke' in integration) || integration.mayInvoke?.(stage) !== false) return;
  const invoked = printFunctionName(ownerOf(integration, stage.variables));
  const [source] = sourcesOfRoute(routeKey);
  throw gatewayError('API_CONFIGURATION_ERROR', {
    source: 'gateway',
    reason: `no AWS::Lambda::Permission lets the API invoke ${invoked}`,
    defect: { kind: 'permission', invoked, ...(source !== undefined && { source }) },
  });
}

/**
 * Converts the function's response to the reply of a handshake. A 2xx status opens the connection with the function's
 * headers. Any other status becomes the status of the reply. A body is never sent.
 * @throws GatewayError FUNCTION_FAILED for a malformed response
 */
export function toHandshakeReply(answer: string): Reply {
  const result = readConnectResult(answer);
  if (result.kind !== 'reply') throw malformedProxyResponse(result);
  const status = result.status < 300 ? 101 : result.status;
  return { status, headers: toUpgradeHeaders(result.headers), body: '' };
}

/**
 * Returns the text of the frame, whatever the status; undefined means that there is nothing to send (docs/aws §11.3).
 * @throws GatewayError FUNCTION_FAILED for a malformed response
 */
export function toFrame(answer: string): string | undefined {
  const result = readMessageResult(answer);
  if (result.kind === 'malformed') throw malformedProxyResponse(result);
  if (result.kind === 'silent') return undefined;
  return limitFrame(result.body);
}

/**
 * Returns the text if it is short enough for a message.
 * @throws GatewayError FUNCTION_FAILED if the text is longer than a message may be
 */
export function limitFrame(text: string): string {
  if (Buffer.byteLength(text) > MESSAGE_LIMIT_BYTES)
    throw gatewayError('FUNCTION_FAILED', {
      source: 'integration',
      reason: 'the body is over 128 KB',
      defect: { kind: 'proxy-response', problem: 'the body is over 128 KB', part: 'frame-size' },
    });
  return text;
}
