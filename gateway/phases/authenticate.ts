/**
 * Finds out who calls.
 * reads: identity sources, authorizer cache · adds: caller · may answer: no ·
 * fails with: UNAUTHORIZED, AUTHORIZER_FAILURE, AUTHORIZER_CONFIGURATION_ERROR, API_CONFIGURATION_ERROR
 * @see aws-behaviour §4.1–4.5, §4.7
 */
import { gatewayError } from '../errors.ts';
import { buildAuthorizerEvent } from '../events/authorizer-event.ts';
import { readAuthorizerResult } from '../events/authorizer-result.ts';
import { readIdentity } from '../events/identity-sources.ts';
import type { ConnectionStart } from '../events/websocket-event.ts';
import type { LambdaAuthorizer } from '../deployment/model.ts';
import type { AuthorizerGrant, Caller, Matched } from '../exchange.ts';
import type { InvocationResult, Ports } from '../ports.ts';

const ANONYMOUS: Caller = { kind: 'anonymous' };

/** The caller, where no function has to be asked: open routes and cached grants. */
export function knownCaller(matched: Matched, at: Ports): Caller | undefined {
  const { authorization } = matched.route;
  switch (authorization.kind) {
    case 'none':
      return ANONYMOUS;
    case 'unsupported':
      // Fail closed: a credential that nobody checks opens nothing.
      throw gatewayError('API_CONFIGURATION_ERROR', {
        source: 'gateway',
        reason: `authorization type ${authorization.type} of ${matched.route.logicalId} is not supported yet`,
      });
    case 'lambda':
      return cachedCaller(authorization.authorizer, matched, at);
  }
}

function cachedCaller(authorizer: LambdaAuthorizer, matched: Matched, at: Ports): Caller | undefined {
  const key = identityKey(authorizer, matched);
  if (authorizer.ttlSeconds === 0) return undefined;
  const now = at.clock.nowEpochMs();
  const grant = matched.stage.authorizerCache.get(authorizer.authorizerId, key, now);
  return grant === undefined ? undefined : callerOf(grant, 0);
}

/** The values of all identity sources as one unambiguous text; a missing or empty one is 401 without asking the function. */
function identityKey(authorizer: LambdaAuthorizer, matched: Matched): string {
  const values = readIdentity(authorizer.identitySources, matched);
  if (values === undefined) throw unauthorized('an identity source is missing or empty');
  const [first = ''] = values;
  if (authorizer.validation?.test(first) === false)
    throw unauthorized('the token does not match IdentityValidationExpression');
  // JSON keeps ["a\nb","c"] and ["a","b\nc"] apart: one credential pair must never answer for another.
  return values.length === 1 ? first : JSON.stringify(values);
}

function unauthorized(reason: string): Error {
  return gatewayError('UNAUTHORIZED', { source: 'client', reason });
}

function callerOf(grant: AuthorizerGrant, integrationLatencyMs: number): Caller {
  const { principalId, context } = grant;
  return { kind: 'lambda', principalId, context, integrationLatencyMs, grant };
}

/** Asks the authorizer's function. Called only when `knownCaller` knew none; `connection` on WebSocket handshakes. */
export async function authenticate(
  matched: Matched,
  at: Ports,
  connection?: ConnectionStart,
): Promise<Caller> {
  const { authorization } = matched.route;
  if (authorization.kind !== 'lambda') throw new TypeError(`nobody to ask for ${authorization.kind}`);
  const { authorizer } = authorization;
  const startedMs = at.clock.monotonicMs();
  const result = await at.invoker.invoke({
    functionName: authorizer.functionName.render(matched.stage.variables),
    payload: buildAuthorizerEvent(authorizer, matched, connection),
    timeoutMs: authorizer.timeoutMs,
    traceHeader: matched.traceHeader,
  });
  const grant = readGrant(result, authorizer);
  if (authorizer.ttlSeconds > 0)
    matched.stage.authorizerCache.put(
      authorizer.authorizerId,
      identityKey(authorizer, matched),
      grant,
      at.clock.nowEpochMs() + authorizer.ttlSeconds * 1000,
    );
  return callerOf(grant, Math.round(at.clock.monotonicMs() - startedMs));
}

function readGrant(result: InvocationResult, authorizer: LambdaAuthorizer): AuthorizerGrant {
  if (result.kind === 'returned') {
    const read = readAuthorizerResult(result.payload, authorizer);
    if (read.kind === 'grant') return read.grant;
    throw gatewayError('AUTHORIZER_CONFIGURATION_ERROR', {
      source: 'integration',
      reason: `authorizer ${authorizer.name} answered ${read.reason}`,
    });
  }
  // Only this exact text gives 401; any other failure is the authorizer's, not the caller's (§4.3).
  if (result.kind === 'failed' && result.errorMessage === 'Unauthorized' && authorizer.payload !== 'http-2.0')
    throw unauthorized(`authorizer ${authorizer.name} said Unauthorized`);
  const reason = result.kind === 'timed-out' ? 'did not answer in time' : describeFailure(result);
  const code = result.kind === 'refused' ? 'AUTHORIZER_CONFIGURATION_ERROR' : 'AUTHORIZER_FAILURE';
  throw gatewayError(code, { source: 'integration', reason: `authorizer ${authorizer.name} ${reason}` });
}

function describeFailure(result: Extract<InvocationResult, { kind: 'failed' | 'refused' }>): string {
  return result.kind === 'failed'
    ? `failed with ${result.errorType}: ${result.errorMessage}`
    : `could not be invoked: ${result.message}`;
}
