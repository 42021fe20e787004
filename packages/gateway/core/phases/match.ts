/**
 * Finds stage and route.
 * reads: method, raw path · adds: stage, path below it, route, path parameters · may answer: no ·
 * fails with: STAGE_NOT_FOUND, MISSING_AUTHENTICATION_TOKEN (REST) or not found (HTTP), INVALID_SIGNATURE
 * @see docs/aws §2.1, §2.2
 */
import { describeMalformedAuthorization } from '@gatewright/aws/authorization-header';
import { gatewayError } from '../errors.ts';
import { isVpcEndpointHost, readApiIdFromHost } from '../routing/host.ts';
import type { Matched, Received, ServedStage } from '../exchange.ts';
import type { Random } from '../ports.ts';

export function match(received: Received, at: { readonly random: Random }): Matched {
  const { api } = received;
  const { stageName, path } = api.locate(received.rawPath, api.stages);
  const named = api.stages.get(stageName);
  if (named === undefined)
    throw gatewayError('STAGE_NOT_FOUND', {
      source: 'client',
      reason: `the API has no stage "${stageName}"`,
    });
  if (api.disableExecuteApiEndpoint && namesExecuteApi(received))
    throw gatewayError('STAGE_NOT_FOUND', { source: 'client', reason: 'DisableExecuteApiEndpoint is set' });
  const stage = chooseRelease(named, at.random);
  received.onStage(stage, path);
  const found = stage.deployment.routes.find(received.method, path);
  if (found === undefined) throw routeNotFound(received);
  return received.matched(found);
}

/**
 * Chooses between the stage and its canary. The choice is made for each request, because AWS does not bind a client to
 * the canary (docs/aws §10.2).
 */
function chooseRelease(stage: ServedStage, random: Random): ServedStage {
  const { canary } = stage;
  return canary === undefined || random.fraction() * 100 >= canary.percentTraffic ? stage : canary.stage;
}

/**
 * Whether the request came to the API's default endpoint. Only the default endpoint can be disabled; custom domains and
 * the plain local address still work.
 */
function namesExecuteApi(received: Received): boolean {
  const host = received.headers.last('host');
  return host !== undefined && (readApiIdFromHost(host) !== undefined || isVpcEndpointHost(host));
}

/**
 * On an unknown REST route, AWS parses `Authorization` as a SigV4 header before it responds with "Missing
 * Authentication Token". A bearer token therefore results in a message about key=value pairs (docs/aws §1.4).
 */
function routeNotFound(received: Received): Error {
  const reason = `no route for ${received.method} ${received.path}`;
  const authorization = received.headers.last('authorization');
  if (received.api.protocol === 'rest' && authorization !== undefined && authorization !== '')
    return gatewayError('INVALID_SIGNATURE', {
      source: 'client',
      reason,
      message: describeMalformedAuthorization(authorization),
      errorType: 'IncompleteSignatureException',
    });
  return gatewayError('MISSING_AUTHENTICATION_TOKEN', { source: 'client', reason });
}
