import { gatewayError } from '../errors.ts';
import type { MessageRoutePlan, MessageRouting, RoutePlan } from '../deployment/model.ts';
import type { Matched, Received } from '../exchange.ts';

/**
 * The route of APIs that have no `$connect` route. It admits every client, because `$connect` is optional
 * (docs/aws §11.1).
 */
const OPEN_CONNECT: RoutePlan = {
  routeKey: '$connect',
  resourceId: '$connect',
  resourcePath: '$connect',
  operationName: undefined,
  httpMethod: '$connect',
  logicalId: '$connect',
  authorization: { kind: 'none' },
  apiKeyRequired: false,
  integration: { kind: 'none' },
};

/**
 * Finds the stage and `$connect` route of a handshake to `/{stage}`.
 * @throws GatewayError STAGE_NOT_FOUND if there is no such stage or the API's own endpoint is disabled, or
 * RESOURCE_NOT_FOUND for a path below the stage
 */
export function matchConnect(received: Received): Matched {
  const { api } = received;
  const { stageName, path } = api.locate(received.rawPath, api.stages);
  const stage = api.stages.get(stageName);
  if (stage === undefined || api.disableExecuteApiEndpoint)
    throw gatewayError('STAGE_NOT_FOUND', {
      source: 'client',
      reason:
        stage === undefined ? `the API has no stage "${stageName}"` : 'DisableExecuteApiEndpoint is set',
    });
  received.onStage(stage, path);
  if (path !== '/')
    throw gatewayError('RESOURCE_NOT_FOUND', {
      source: 'client',
      reason: 'a WebSocket URL must end with its stage',
    });
  const plan = stage.deployment.messageRouting?.routes.get('$connect') ?? OPEN_CONNECT;
  return received.matched({ plan, pathParameters: null });
}

/** Returns the route of a message; undefined means that AWS responds with `Forbidden`. */
export function selectRoute(routing: MessageRouting | undefined, body: string): MessageRoutePlan | undefined {
  const key = routing?.select(body);
  const chosen = key === undefined ? undefined : routing?.routes.get(key);
  return chosen ?? routing?.routes.get('$default');
}
