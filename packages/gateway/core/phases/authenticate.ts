/**
 * Identifies the caller.
 * reads: identity sources, authorizer cache, keys of token issuers, signature · adds: caller · may answer: no ·
 * fails with: UNAUTHORIZED, ACCESS_DENIED, MISSING_AUTHENTICATION_TOKEN, INVALID_SIGNATURE, EXPIRED_TOKEN,
 * AUTHORIZER_FAILURE, AUTHORIZER_CONFIGURATION_ERROR
 * @see docs/aws §4.1–4.7
 */
import { sourceOfAuthorizer } from '../routing/invoke-sources.ts';
import { gatewayError } from '../errors.ts';
import { describeLate } from '../events/late-answer.ts';
import { ownerOf, printFunctionName } from '../routing/function-name.ts';
import {
  describeAuthorizerFailure,
  describeNotPermitted,
  describeRefusedRole,
  describeWrongForm,
} from '../events/authorizer-error.ts';
import { buildAuthorizerEvent, methodArn } from '../events/authorizer-event.ts';
import { readAuthorizerResult } from '../events/authorizer-result.ts';
import { printCognitoClaims, printHttpClaims } from '../events/claim-text.ts';
import { duplicatesOf, readIdentity, readKeyedIdentity } from '../events/identity-sources.ts';
import { KEY_UNKNOWN, parseBearerToken, tokenDefect } from '../policy/bearer-token.ts';
import { describeIdentity, permissionsOf } from '../policy/identities.ts';
import { verifyByAnyClock } from '@gatewright/aws/signing-clock';
import { tokenRefusal } from '../policy/token-refusal.ts';
import { chooseIssuer, findTokenDefect, tokenScopes } from '../policy/token-trust.ts';
import type { Defect } from '../defect.ts';
import type { Authorization, LambdaAuthorizer } from '../deployment/model.ts';
import type { AuthorizerGrant, Caller, Matched } from '../exchange.ts';
import type { ApiKeyFacts } from '../events/request-facts.ts';
import type { ConnectionStart } from '../events/websocket-event.ts';
import type { TokenDefect, UncheckedToken } from '../policy/bearer-token.ts';
import type { TrustedIssuer, VerificationKey } from '../policy/token-trust.ts';
import type { InvocationResult, Ports, RequestIdOf } from '../ports.ts';

type TokenAuthorization = Extract<Authorization, { kind: 'token' }>;
type IamAuthorization = Extract<Authorization, { kind: 'iam' }>;

const ANONYMOUS: Caller = { kind: 'anonymous' };

/**
 * Returns the caller if it is known without waiting, as for open routes, cached grants, signatures, and tokens whose
 * key is available; otherwise undefined.
 */
export function knownCaller(matched: Matched, at: Ports): Caller | undefined {
  const { authorization } = matched.route;
  switch (authorization.kind) {
    case 'none':
      return ANONYMOUS;
    case 'lambda':
      return cachedCaller(authorization.authorizer, matched, at);
    case 'token': {
      const presented = readToken(authorization, matched);
      const key = at.keySets.known(presented.issuer.issuer, presented.token.keyId);
      return key && tokenCaller(authorization, presented, key, at);
    }
    case 'iam':
      return signedCaller(authorization, matched, at);
  }
}

function cachedCaller(authorizer: LambdaAuthorizer, matched: Matched, at: Ports): Caller | undefined {
  const key = identityKey(authorizer, matched);
  if (authorizer.ttlSeconds === 0) return undefined;
  const now = at.clock.nowEpochMs();
  const grant = matched.stage.authorizerCache.get(authorizer.resultsName, key, now);
  return grant === undefined ? undefined : callerOf(grant, 0);
}

/**
 * Returns the values of all identity sources as one unambiguous string. If a value is missing or empty, or does not
 * match IdentityValidationExpression, the result is 401 and the function is not called.
 */
function identityKey(authorizer: LambdaAuthorizer, matched: Matched): string {
  const identity = readKeyedIdentity(authorizer.identitySources, matched, duplicatesOf(authorizer.payload));
  if (identity === undefined)
    throw unauthorized('identity-missing', 'an identity source is missing or empty');
  const [first = ''] = identity.values;
  if (authorizer.validation?.(first) === false)
    throw unauthorized('identity-mismatch', 'the token does not match IdentityValidationExpression');
  return identity.key;
}

type AuthorizerDefect = Exclude<Extract<Defect, { kind: 'authorizer' }>, { code: 'malformed' }>;

function unauthorized(code: AuthorizerDefect['code'], reason: string, logged?: string): Error {
  const defect: AuthorizerDefect = { kind: 'authorizer', code };
  return gatewayError('UNAUTHORIZED', { source: 'client', reason, logged, defect });
}

function callerOf(grant: AuthorizerGrant, integrationLatencyMs: number, requestId?: RequestIdOf): Caller {
  const { principalId, context } = grant;
  return { kind: 'lambda', principalId, context, integrationLatencyMs, requestId, grant };
}

/**
 * Identifies the caller by calling the authorizer's function, or by fetching the issuer's keys. This function is called
 * only if `knownCaller` returned undefined. `connection` is set for WebSocket handshakes.
 */
export function authenticate(matched: Matched, at: Ports, connection?: ConnectionStart): Promise<Caller> {
  const { authorization } = matched.route;
  switch (authorization.kind) {
    case 'lambda':
      return askFunction(authorization.authorizer, matched, at, connection);
    case 'token':
      return askIssuer(authorization, matched, at);
    case 'none':
    case 'iam':
      throw new TypeError(`no authorizer to call for ${authorization.kind}`);
  }
}

/**
 * Returns the stage's API key whose value is in the request's header. Returns undefined if the method requires no key
 * in the header. Also returns undefined if the key is missing or the stage does not accept it; `meter` then refuses the
 * request later.
 */
function findSentKey({ api, stage, route, headers }: Matched): ApiKeyFacts {
  if (!route.apiKeyRequired || stage.deployment.apiKeySource === 'AUTHORIZER') return undefined;
  const value = headers.last('x-api-key');
  return value === undefined ? undefined : stage.keys.holderOf(api.apiId, stage.name, value)?.apiKey;
}

async function askFunction(
  authorizer: LambdaAuthorizer,
  matched: Matched,
  at: Ports,
  connection: ConnectionStart | undefined,
): Promise<Caller> {
  if (authorizer.mayInvoke?.(matched.stage) === false) throw notPermitted(authorizer, matched);
  const startedMs = at.clock.monotonicMs();
  const payload = buildAuthorizerEvent(authorizer, matched, connection, findSentKey(matched));
  if (matched.notes !== undefined) matched.notes.authorizerCall = { event: payload, result: undefined };
  const result = await at.invoker.invoke({
    functionName: authorizer.functionName.render(matched.stage.variables),
    qualifier: authorizer.qualifier?.render(matched.stage.variables),
    payload,
    timeoutMs: authorizer.timeoutMs,
    traceHeader: matched.traceHeader,
    roleArn: authorizer.roleArn,
  });
  if (matched.notes?.authorizerCall !== undefined) matched.notes.authorizerCall.result = result;
  const grant = {
    ...readGrant(result, authorizer),
    givenAtEpochMs: at.clock.nowEpochMs(),
    givenFor: matched.route.routeKey,
    givenForArn: methodArn(matched),
  };
  if (authorizer.ttlSeconds > 0)
    matched.stage.authorizerCache.put(
      authorizer.resultsName,
      identityKey(authorizer, matched),
      grant,
      at.clock.nowEpochMs() + authorizer.ttlSeconds * 1000,
    );
  const latencyMs = Math.round(at.clock.monotonicMs() - startedMs);
  return callerOf(grant, latencyMs, result.kind === 'returned' ? result.requestId : undefined);
}

function notPermitted(authorizer: LambdaAuthorizer, { stage }: Matched): Error {
  const invoked = printFunctionName(ownerOf(authorizer, stage.variables));
  const reason = `no AWS::Lambda::Permission lets authorizer ${authorizer.name} invoke ${invoked}`;
  const logged = describeNotPermitted(authorizer);
  return gatewayError('AUTHORIZER_CONFIGURATION_ERROR', {
    source: 'gateway',
    reason,
    logged,
    defect: { kind: 'permission', invoked, source: sourceOfAuthorizer(authorizer.authorizerId) },
  });
}

function readGrant(result: InvocationResult, authorizer: LambdaAuthorizer): AuthorizerGrant {
  if (result.kind === 'returned') {
    const read = readAuthorizerResult(result.payload, authorizer);
    if (read.kind === 'grant') return read.grant;
    throw gatewayError('AUTHORIZER_CONFIGURATION_ERROR', {
      source: 'integration',
      reason: `authorizer ${authorizer.name} returned ${read.reason}`,
      logged: describeWrongForm(authorizer),
      defect: {
        kind: 'authorizer',
        code: 'malformed',
        part: read.part,
        member: read.member,
        given: read.given,
      },
    });
  }
  if (result.kind === 'refused' && result.reason === 'role')
    throw gatewayError('AUTHORIZER_CONFIGURATION_ERROR', {
      source: 'gateway',
      reason: `authorizer ${authorizer.name} cannot be called: ${result.message}`,
      logged: describeRefusedRole(authorizer, result),
      defect: { kind: 'role', ...result.role },
    });
  // Only the exact text `Unauthorized` results in 401. With payload format 2.0, by default even this text does not
  // result in 401. All other failures are the authorizer's fault, not the caller's (docs/aws §4.3).
  const { unauthorizedStatus = authorizer.payload === 'http-2.0' ? 500 : 401 } = authorizer;
  if (result.kind === 'failed' && result.errorMessage === 'Unauthorized' && unauthorizedStatus === 401)
    throw unauthorized(
      'unauthorized',
      `authorizer ${authorizer.name} refused the request with Unauthorized`,
      result.errorMessage,
    );
  const how =
    result.kind === 'timed-out'
      ? describeLate(`did not respond within ${authorizer.timeoutMs} ms`, result)
      : describeFailure(result);
  const code = result.kind === 'refused' ? 'AUTHORIZER_CONFIGURATION_ERROR' : 'AUTHORIZER_FAILURE';
  const reason = `authorizer ${authorizer.name} ${how}`;
  const logged = describeAuthorizerFailure(result);
  const defect: AuthorizerDefect = {
    kind: 'authorizer',
    code: result.kind,
    ...(result.kind === 'failed' && {
      errorType: result.errorType,
      ...(/^\W*unauthori[sz]ed\b/i.test(result.errorMessage) && { meansRefusal: true }),
    }),
  };
  throw gatewayError(code, { source: 'integration', reason, logged, defect });
}

function describeFailure(result: Extract<InvocationResult, { kind: 'failed' | 'refused' }>): string {
  return result.kind === 'failed'
    ? `failed with ${result.errorType}: ${result.errorMessage}`
    : `could not be invoked: ${result.message}`;
}

type PresentedToken = { readonly token: UncheckedToken; readonly issuer: TrustedIssuer };

/** Reads the token and the issuer that must have signed it. Neither is verified yet. */
function readToken(authorization: TokenAuthorization, matched: Matched): PresentedToken {
  const { identitySource, trust, issuersOf, dialect } = authorization.authorizer;
  const duplicates = dialect === 'http-jwt' ? 'joined' : 'last';
  const [text] = readIdentity([identitySource], matched, duplicates) ?? [];
  if (text === undefined) throw refuse(authorization, TOKEN_MISSING);
  const token = parseBearerToken(text);
  if (token.kind === 'defect') throw refuse(authorization, token);
  const ofStage = issuersOf === undefined ? trust : { issuers: issuersOf(matched.stage.variables) };
  const issuer = chooseIssuer(token, ofStage);
  if ('kind' in issuer) throw refuse(authorization, issuer);
  return { token, issuer };
}

const TOKEN_MISSING = tokenDefect('missing', 'the identity source is missing or empty');

async function askIssuer(authorization: TokenAuthorization, matched: Matched, at: Ports): Promise<Caller> {
  const presented = readToken(authorization, matched);
  const found = await at.keySets.find(presented.issuer.issuer, presented.token.keyId);
  if (found.kind === 'unknown') throw refuse(authorization, KEY_UNKNOWN);
  // AWS responds with 401 even if the issuer cannot be reached, because an unverified token must not admit anyone.
  if (found.kind === 'unreachable')
    throw refuse(authorization, ISSUER_UNREACHABLE, describeUnreachable(presented.issuer, found.reason));
  return tokenCaller(authorization, presented, found.key, at);
}

function describeUnreachable({ issuer }: TrustedIssuer, reason: string): string {
  return `${reason}; to work without a network, start with --issuer ${issuer}=local`;
}

const ISSUER_UNREACHABLE = tokenDefect('issuer-unreachable', 'OIDC discovery endpoint communication error');

function tokenCaller(
  authorization: TokenAuthorization,
  { token, issuer }: PresentedToken,
  key: VerificationKey,
  at: Ports,
): Caller {
  const { authorizer, scopes } = authorization;
  const defect = findTokenDefect(token, key, issuer, authorizer.trust, at.clock.nowEpochMs());
  if (defect !== undefined) throw refuse(authorization, defect);
  const held = tokenScopes(token.claims);
  if (scopes.length > 0 && !scopes.some((name) => held.includes(name)))
    throw refuse(authorization, SCOPE_MISSING);
  const print = authorizer.dialect === 'cognito' ? printCognitoClaims : printHttpClaims;
  return { kind: 'jwt', claims: print(token.claims), scopes: scopes.length === 0 ? null : held };
}

const SCOPE_MISSING = tokenDefect('scope', 'the token has none of the scopes that the route needs');

function refuse(authorization: TokenAuthorization, defect: TokenDefect, why?: string): Error {
  return tokenRefusal(authorization.authorizer, defect, authorization.scopes, why);
}

/** Identifies the caller of an AWS_IAM route by the access key of the signature. */
function signedCaller(authorization: IamAuthorization, matched: Matched, at: Ports): Caller {
  const { method, rawPath, sentPath: path = rawPath, rawQuery: query, headers } = matched;
  const { service = 'execute-api' } = authorization;
  // The signature covers the body as sent, before decompression.
  const body = matched.packed?.sent ?? matched.body ?? '';
  const signature = verifyByAnyClock(
    { method, path, query, rawHeaders: headers.lines, body },
    {
      service,
      region: matched.api.region,
      secretOf: (accessKeyId) => at.identities.secretOf(accessKeyId),
      sessionOf: (accessKeyId) => at.identities.sessionOf(accessKeyId, at.clock.nowEpochMs()),
    },
    at.clock,
  );
  if (signature.kind === 'unsigned')
    throw gatewayError(authorization.unsigned, {
      source: 'client',
      reason: 'the request is not signed',
      defect: { kind: 'signature', faults: [], region: matched.api.region, service },
    });
  if (signature.kind === 'refused') {
    const { code, message, errorType, faults, accessKeyId, scope } = signature;
    const { region } = matched.api;
    const signer = accessKeyId === undefined ? undefined : at.identities.find(accessKeyId)?.name;
    const defect = { kind: 'signature', faults, region, service, scope, accessKeyId, signer } as const;
    throw gatewayError(code, { source: 'client', reason: message, message, errorType, defect });
  }
  const identity = at.identities.find(signature.accessKeyId);
  if (identity === undefined) throw new TypeError('no identity has the access key of the verified signature');
  const { arn: userArn, roleArn, accountId, userId, organizationId, tags } = describeIdentity(identity);
  return {
    kind: 'iam',
    accessKey: identity.accessKeyId,
    accountId,
    callerId: userId,
    userArn,
    userId,
    roleArn,
    organizationId,
    tags,
    permissions: permissionsOf(identity),
  };
}
