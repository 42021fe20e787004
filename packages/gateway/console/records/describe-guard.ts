/**
 * Describes how the caller was identified and authorized: the identity sources, the token, the grant and the deciding
 * policies.
 */
import { findLine, READS_ROUTE } from './handler-lines.ts';
import { RETRY_AFTER } from '@gatewright/aws/access-decision';
import type { AccessDecision } from '@gatewright/aws/access-decision';
import { readDecision } from './read-decision.ts';
import { compileFullMatch } from '../../core/mapping/full-match.ts';
import { methodArn } from '../../core/events/authorizer-event.ts';
import { requestConditions } from '../../core/events/request-conditions.ts';
import { parseBearerToken } from '../../core/policy/bearer-token.ts';
import type { UncheckedToken } from '../../core/policy/bearer-token.ts';
import { tracePolicy } from '../../core/policy/trace-policy.ts';
import { duplicatesOf, readIdentity } from '../../core/events/identity-sources.ts';
import type {
  DecidedAccess,
  GuardCircumstances,
  GuardPolicy,
  TokenCircumstances,
} from '../explain/circumstances.ts';
import { readLeft } from './read-left.ts';
import type { IdentitySource, LambdaAuthorizer } from '../../core/deployment/model.ts';
import type { CallerFacts } from '../../core/events/request-facts.ts';
import type { AuthorizerGrant, Caller, Matched, Received } from '../../core/exchange.ts';
import type { CompiledPolicy, PolicyPrincipal } from '../../core/policy/model.ts';
import { findElsewhere } from './found-elsewhere.ts';
import { findAuthorizerRead } from './handler-misread.ts';
import type { ReadHandler } from './handler-misread.ts';
import { writeIdReference } from '../../core/stack/resource-reference.ts';
import { findToolkit } from '../../core/stack/own-first.ts';
import type { ResolvedStack } from '../../core/stack/model.ts';
import { localTokenOf } from '../../control/loading/inspect-apis.ts';
import type { LocalIssuers } from '../../control/loading/inspect-apis.ts';
import type { AskedOfServer } from '../endpoints/access-model.ts';
import type { AccessBook } from '../endpoints/show-access.ts';
import type { Redactor } from './redact.ts';
import type { RecordedRequest } from './recorded-request.ts';

export function isMatched(received: Received): received is Matched {
  return received.stage !== undefined && received.route !== undefined;
}

type GuardWith = {
  readonly redactor: Redactor;
  readonly access: AccessBook | undefined;
  readonly issuers: LocalIssuers | undefined;
  readonly readHandler: ReadHandler;
  readonly stacks: readonly ResolvedStack[];
};

/**
 * Describes how the caller was authorized. Returns undefined if no route was found.
 * @param message the message to an MCP server, if the request is one
 */
export function describeGuard(
  { received, authorizerCall, caller }: RecordedRequest,
  lines: readonly string[],
  message: AskedOfServer | undefined,
  { redactor, access, issuers, readHandler, stacks }: GuardWith,
): GuardCircumstances | undefined {
  if (!isMatched(received)) return undefined;
  const { authorization } = received.route;
  const { kind } = authorization;
  const grant = caller?.kind === 'lambda' ? caller.grant : undefined;
  const lambda = kind === 'lambda' ? authorization.authorizer : undefined;
  const token = kind === 'token' ? authorization.authorizer : undefined;
  const sources = lambda?.identitySources ?? (token === undefined ? [] : [token.identitySource]);
  const duplicates = lambda === undefined ? 'last' : duplicatesOf(lambda.payload);
  const trust = token?.issuersOf?.(received.stage.variables) ?? token?.trust.issuers ?? [];
  const given = grant?.givenAtEpochMs;
  const sent = readToken(received, sources, { grant, isLambda: lambda !== undefined });
  const from = authorizerCall !== undefined ? 'function' : grant === undefined ? undefined : 'cache';
  const decided = grant && describeDecided(grant, received, sources, { access, message });
  return {
    kind,
    name: lambda?.name ?? token?.name ?? (kind === 'iam' ? 'AWS_IAM' : 'none'),
    functionName: lambda?.functionName.render(received.stage.variables),
    places: sources.map((source) => ({
      ...source,
      isFound: readIdentity([source], received, duplicates) !== undefined,
      ...(source.kind === 'header' && received.headers.last(source.name) === '' && { isEmpty: true }),
    })),
    strayToken: findStrayToken(received, sources),
    strayValue: findStrayValue(received, sources),
    ttlSeconds: lambda?.ttlSeconds ?? 0,
    from,
    ageMs:
      authorizerCall === undefined && given !== undefined ? received.receivedAtEpochMs - given : undefined,
    givenFor: grant?.givenFor,
    madeFor: findOtherRequest(received, grant, redactor),
    routeReadAt: decided === undefined ? findRouteRead(from, lambda, received, readHandler) : undefined,
    principal: principalOf(caller),
    misread: findAuthorizerRead(authorizerCall, lines, { received, lambda, readHandler }),
    ...(lambda && describeSettings(lambda, received, readHandler)),
    decided,
    simpleAnswer: grant?.verdict.kind === 'simple' ? grant.verdict.isAuthorized : undefined,
    lines: lines.map((line) => redactor.text(line)),
    token: withNames(sent, stacks),
    localToken:
      kind === 'lambda'
        ? access?.localToken(
            { ...questionOf(received, sources), subject: sent?.subject },
            (issuer) => issuers?.includes(issuer) === true,
          )
        : issuers && localTokenOf(authorization, issuers, received.stage.variables),
    newKey: kind === 'lambda' ? newKeyOf(received, sources, { access, stacks }) : undefined,
    trusted: kind === 'token' ? describeTrusted(trust, authorization.scopes) : undefined,
  };
}

function describeTrusted(
  trust: readonly { readonly issuer: string; readonly audience: 'any' | readonly string[] }[],
  scopes: readonly string[],
): GuardCircumstances['trusted'] {
  return {
    issuers: trust.map(({ issuer }) => issuer),
    audiences: trust.flatMap(({ audience }) => (audience === 'any' ? [] : audience)),
    scopes,
  };
}

/** Returns the request for which a cached result was made; undefined if that request had the same method and path. */
function findOtherRequest(
  received: Matched,
  grant: AuthorizerGrant | undefined,
  redactor: GuardWith['redactor'],
): GuardCircumstances['madeFor'] {
  const arn = grant?.givenForArn;
  if (arn === undefined || arn === methodArn(received)) return undefined;
  const [, , method = '', ...path] = arn.split('/');
  return { request: redactor.text(`${method} /${path.join('/')}`), arn };
}

function findRouteRead(
  from: GuardCircumstances['from'],
  lambda: LambdaAuthorizer | undefined,
  { stage }: Matched,
  readHandler: ReadHandler,
): string | undefined {
  const name = lambda?.functionName.render(stage.variables);
  return name === undefined || from !== 'cache' ? undefined : findLine(readHandler(name), READS_ROUTE);
}

/** Returns the settings of an authorizer with a function that decide what it gets and may return. */
function describeSettings(
  { functionName, payload, simpleResponses, validationText, identitySources }: LambdaAuthorizer,
  received: Matched,
  readHandler: ReadHandler,
): Partial<GuardCircumstances> {
  const common = { simpleResponses, isPayload2: payload === 'http-2.0' };
  const [source] = identitySources;
  const value = source?.kind === 'header' ? received.headers.last(source.name.toLowerCase()) : undefined;
  return payload === 'rest-token'
    ? {
        ...common,
        isTokenType: true,
        identityExpression: validationText || undefined,
        ...(value?.startsWith('Bearer ') === true && {
          scheme:
            compileFullMatch(validationText ?? '')?.(value.slice('Bearer '.length)) === true
              ? 'refused'
              : 'sent',
        }),
      }
    : {
        ...common,
        readSources: findReadSources(received, functionName.render(received.stage.variables), readHandler),
      };
}

/** Returns the query parameters of the request that the code of an authorizer reads. */
function findReadSources(
  { rawQuery }: Matched,
  functionName: string,
  readHandler: ReadHandler,
): readonly string[] {
  // Code in an archive is not read, so the code may read any of the parameters.
  const text = readHandler(functionName)?.text;
  return [...new Set(new URLSearchParams(rawQuery).keys())].filter(
    (name) => /^[\w-]+$/.test(name) && (text === undefined || new RegExp(`['"\`.]${name}\\b`).test(text)),
  );
}

/** The form of a JSON Web Token, with or without the scheme before it. */
const TOKEN = /^(?:Bearer )?eyJ[\w-]+\.[\w-]+\.[\w-]*$/i;

/** Finds a token in a header or query parameter that is not an identity source. */
function findStrayToken(
  { headers, rawQuery }: Matched,
  sources: readonly IdentitySource[],
): string | undefined {
  const isRead = (kind: IdentitySource['kind'], name: string): boolean =>
    sources.some((source) => source.kind === kind && source.name === name);
  let found: string | undefined;
  headers.each((lower, name, value) => {
    if (found === undefined && TOKEN.test(value) && !isRead('header', lower)) found = `header ${name}`;
  });
  const [parameter] =
    [...new URLSearchParams(rawQuery)].find(
      ([name, value]) => TOKEN.test(value) && !isRead('querystring', name),
    ) ?? [];
  return found ?? (parameter === undefined ? undefined : `query parameter ${parameter}`);
}

/** Finds a missing identity source that the request has by the same name in another place. */
function findStrayValue(received: Matched, sources: readonly IdentitySource[]): string | undefined {
  for (const { kind, name } of sources) {
    if (kind !== 'header' && kind !== 'querystring') continue;
    if (readIdentity([{ kind, name }], received, 'last') !== undefined) continue;
    const at = findElsewhere(kind, name, received);
    const isRead = sources.some((one) => `${at}`.endsWith(` ${one.name}`) && one.kind !== kind);
    if (at !== undefined && !isRead) return at;
  }
  return undefined;
}

function questionOf(
  { api, stage, method, path }: Matched,
  places: readonly IdentitySource[],
): Parameters<AccessBook['localToken']>[0] {
  return { apiId: api.apiId, stage: stage.name, method, path, places };
}

function newKeyOf(
  received: Matched,
  sources: readonly IdentitySource[],
  { access, stacks }: Pick<GuardWith, 'access' | 'stacks'>,
): GuardCircumstances['newKey'] {
  const isOfHandler = isChargedByHandler(received, stacks);
  return access?.newKey({ ...questionOf(received, sources), isChargedByHandler: isOfHandler });
}

function isChargedByHandler(
  { route: { integration }, stage: { variables } }: Matched,
  stacks: readonly ResolvedStack[],
): boolean {
  return (
    'functionName' in integration && findToolkit(stacks).charges(integration.functionName.render(variables))
  );
}

/**
 * Reads what one of the toolkit's authorizers decided. The rules are evaluated again for this request, because a cached
 * result was made for another request and contains only ids.
 */
function describeDecided(
  { context, givenFor, principalId }: AuthorizerGrant,
  received: Matched,
  sources: readonly IdentitySource[],
  { access, message }: Pick<GuardWith, 'access'> & { readonly message: AskedOfServer | undefined },
): DecidedAccess | undefined {
  const decided = readDecision(context);
  if (decided === undefined) return undefined;
  const { method, path, sourceIp, receivedAtEpochMs } = received;
  const subject = subjectOf({ principalId, context }, decided);
  const token = findToken(received, sources, subject);
  const question = {
    document: decided.document,
    method,
    path,
    ip: sourceIp,
    ...(token === undefined
      ? {
          // The record of a key or a ticket has no other claims.
          claims: JSON.stringify({ sub: subject, tenant: decided.customer }),
          issuer: decided.issuer,
          roles: decided.roles,
          scopes: textsOf(context['scope']).flatMap((text) => text.split(' ')),
        }
      : { token, roles: [], scopes: [] }),
  };
  return {
    ...decided,
    routeKey: givenFor,
    verdict: access?.decide(question, Math.floor(receivedAtEpochMs / 1000), message),
    retryAfterSeconds: readSeconds(context[RETRY_AFTER]),
    left: readLeft(textsOf(context['rateLimit']), textsOf(context['rateLimitPolicy'])),
  };
}

/** A simple result has no principal, but the toolkit's context has the subject. */
function subjectOf(
  { principalId, context }: Pick<AuthorizerGrant, 'principalId' | 'context'>,
  { issuer }: AccessDecision,
): string | undefined {
  return principalId?.slice(issuer.length + 1) ?? textsOf(context['sub'])[0];
}

/** API Gateway converts numbers in the authorizer's context into strings. */
function readSeconds(value: unknown): number | undefined {
  const seconds = typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN;
  return Number.isFinite(seconds) ? seconds : undefined;
}

/** Returns the caller as the owner of the API knows it: the customer of the toolkit, or else the principal. */
export function nameOfCaller(caller: CallerFacts | undefined): string | undefined {
  const decided = caller?.kind === 'lambda' ? readDecision(caller.context) : undefined;
  return decided?.customer ?? principalOf(caller);
}

/**
 * Returns the principal; undefined for an anonymous or unknown caller. A Lambda authorizer may have used the token as
 * the principal.
 */
function principalOf(caller: CallerFacts | undefined): string | undefined {
  switch (caller?.kind) {
    case 'lambda':
      return caller.principalId;
    case 'jwt':
      return caller.claims['sub'];
    case 'iam':
      return caller.userArn;
    case 'anonymous':
    case undefined:
      return undefined;
  }
}

function readToken(
  received: Matched,
  sources: readonly IdentitySource[],
  { grant, isLambda }: { readonly grant: AuthorizerGrant | undefined; readonly isLambda: boolean },
): TokenCircumstances | undefined {
  // The toolkit's authorizers also read tokens from subprotocols, and say whose token they have read.
  const decided = grant && readDecision(grant.context);
  const found = grant && decided && findToken(received, sources, subjectOf(grant, decided));
  // A refused credential has no known subject. A Lambda authorizer may read the only token of the request from anywhere.
  const bearer = found ?? readBearer(received, sources);
  const usual = bearer === undefined ? undefined : parseBearerToken(bearer);
  const others =
    isLambda && !isToken(usual) ? valuesElsewhere(received).map(parseBearerToken).filter(isToken) : [];
  const token = isToken(usual) ? usual : others[0];
  if (token === undefined || others.length > 1) return undefined;
  const { sub, iss, aud, exp, nbf, iat, roles, scope, scp, client_id: clientId } = token.claims;
  const begins = [nbf, iat].filter((time) => typeof time === 'number');
  const now = received.receivedAtEpochMs;
  return {
    subject: typeof sub === 'string' ? sub : undefined,
    issuer: typeof iss === 'string' ? iss : undefined,
    audience: textsOf(aud ?? clientId),
    ...(aud !== undefined && typeof clientId === 'string' && { unreadClientId: clientId }),
    roles: [...textsOf(roles), ...textsOf(token.claims['cognito:groups'])],
    scopes: textsOf(scope ?? scp).flatMap((text) => text.split(' ')),
    ...(token.claims['token_use'] === 'id' && { isIdToken: true }),
    ...(token === usual && found === undefined && !/^bearer\s/i.test(bearer ?? '') && { isBare: true }),
    expiresAtEpochMs: typeof exp === 'number' ? exp * 1000 : undefined,
    validFromEpochMs: begins.length === 0 ? undefined : Math.max(...begins) * 1000,
    overForMs: typeof exp === 'number' && exp * 1000 <= now ? now - exp * 1000 : undefined,
  };
}

function withNames(
  token: TokenCircumstances | undefined,
  stacks: readonly ResolvedStack[],
): TokenCircumstances | undefined {
  const names = (token?.audience ?? []).flatMap((id) => {
    const name = writeIdReference(stacks, id);
    return name === undefined ? [] : [[id, name] as const];
  });
  return token === undefined || names.length === 0
    ? token
    : { ...token, audienceNames: Object.fromEntries(names) };
}

/** Finds the token of the caller, which may also be in the query or in a subprotocol. */
function findToken(
  received: Matched,
  sources: readonly IdentitySource[],
  subject: string | undefined,
): string | undefined {
  if (subject === undefined) return undefined;
  return [readBearer(received, sources), ...valuesElsewhere(received)].find((value) => {
    const token = value === undefined ? undefined : parseBearerToken(value);
    return token?.kind === 'token' && token.claims['sub'] === subject;
  });
}

/** Returns the values of the query and the subprotocols, in which clients without headers send their token. */
function valuesElsewhere({ rawQuery, headers }: Matched): string[] {
  const subprotocols = (headers.last('sec-websocket-protocol') ?? '').split(',').map((text) => text.trim());
  return [...new URLSearchParams(rawQuery).values(), ...subprotocols];
}

const isToken = (parsed: ReturnType<typeof parseBearerToken> | undefined): parsed is UncheckedToken =>
  parsed?.kind === 'token';

function readBearer(received: Matched, sources: readonly IdentitySource[]): string | undefined {
  const [text] = readIdentity(sources.slice(0, 1), received, 'last') ?? [];
  return text ?? readIdentity([{ kind: 'header', name: 'authorization' }], received, 'last')?.[0];
}

function textsOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((item) => typeof item === 'string');
}

/** Returns every evaluated policy, with the statement that decided. */
export function tracePolicies({ received, phase, caller }: RecordedRequest): readonly GuardPolicy[] {
  if (!isMatched(received)) return [];
  const { stage, api } = received;
  const { resourcePolicy } = stage.deployment;
  const vpcEndpoints = resourcePolicy?.kind === 'policy' ? resourcePolicy.vpcEndpoints : undefined;
  const principal = caller?.kind === 'iam' ? signerOf(caller) : undefined;
  const question = {
    action: 'execute-api:Invoke',
    resource: methodArn(received),
    conditions: requestConditions(received, { principal, vpcEndpoints }),
    ...(principal !== undefined && { principal }),
  };
  const ask = (of: GuardPolicy['of'], policy: CompiledPolicy): GuardPolicy[] => [
    { of, ...tracePolicy(policy, question) },
  ];
  const wasScreened = caller !== undefined || phase === 'screen';
  return [
    ...(resourcePolicy?.kind === 'policy' && wasScreened && api.protocol === 'rest'
      ? ask('resource', resourcePolicy.policy)
      : []),
    ...(caller?.kind === 'lambda' && caller.grant.verdict.kind === 'policy'
      ? ask('authorizer', caller.grant.verdict.policy)
      : []),
    ...(caller?.kind === 'iam' ? ask('identity', caller.permissions) : []),
  ];
}

type Signer = PolicyPrincipal & {
  readonly userId: string;
  readonly organizationId?: string | undefined;
  readonly tags?: ReadonlyMap<string, string> | undefined;
};

function signerOf({
  userArn,
  accountId,
  userId,
  organizationId,
  tags,
}: Extract<Caller, { kind: 'iam' }>): Signer {
  return { arn: userArn, accountId, userId, organizationId, tags };
}
