/** `gatewright access explain`: one caller under one document, in words. */
import { isIP } from 'node:net';
import { chargedAs, isCharged, isChargedCaller } from '#shared/access/charge-quota.ts';
import { toKeyPrincipal } from '#shared/access/keys/api-key-principal.ts';
import type { Claims } from '#shared/access/decide/claims.ts';
import { compilePolicy } from '#shared/access/decide/compile-policy.ts';
import type {
  CompiledDocument,
  CompiledKeyIssuer,
  CompiledRoute,
  CompiledTicketIssuer,
} from '#shared/access/compiled-document.ts';
import { decide } from '#shared/access/decide/decide.ts';
import type { Decision } from '#shared/access/decide/decide.ts';
import { showControls } from '#shared/visible-text.ts';
import { describeAccess } from '@gatewright/authoring/describe-access';
import { assertClaims } from '#shared/access/tokens/token-claims.ts';
import { assertHeader, parseToken } from '#shared/access/tokens/token-shape.ts';
import { toPrincipal } from '#shared/access/decide/principal.ts';
import type { Principal } from '#shared/access/decide/principal.ts';
import { toTicketPrincipal } from '#shared/access/tickets/ticket-principal.ts';
import { parseJsonObject } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { DomainError } from '#shared/errors.ts';
import { homeOfEnvironment } from './load-options.ts';
import { table, UsageError } from './output.ts';

export type ExplainFlags = {
  readonly token?: string;
  readonly claims?: string;
  readonly issuer?: string;
  readonly role: readonly string[];
  readonly scope: readonly string[];
  readonly ip?: string;
  readonly policy: boolean;
  readonly json: boolean;
};

/** With method and path: the decision and its reason; without: one line per route. @throws UsageError */
export function explain(
  document: CompiledDocument,
  method: string | undefined,
  path: string | undefined,
  flags: ExplainFlags,
): string {
  const nowEpochSeconds = Math.floor(Date.now() / 1000);
  const principal = toCaller(document, flags, nowEpochSeconds);
  if (flags.ip !== undefined && isIP(flags.ip) === 0)
    throw new UsageError(`--ip "${flags.ip}" is no address; write it as 203.0.113.7`);
  const refusal = findRefusal(document, flags, nowEpochSeconds);
  const ask = (target: string): Verdict =>
    toVerdict(decide(document, principal, { target, sourceIp: flags.ip, nowEpochSeconds }), refusal);
  const parts: string[] = [];
  if (method !== undefined || document.kind === 'websocket') {
    const target = document.kind === 'websocket' ? '$connect' : targetOf(method ?? '', path);
    const decision = ask(target);
    parts.push(
      flags.json
        ? JSON.stringify({ ...decision, ...chargeOf(document, principal, decision) })
        : describeDecision(document, principal, target, decision),
    );
  } else {
    const decisions = document.routes.map(({ method: verb, path: template }) => ({
      route: `${verb} ${template}`,
      decision: ask(`${verb}${template === '$default' ? '/any' : template}`),
    }));
    parts.push(
      flags.json
        ? JSON.stringify(decisions)
        : table(decisions.map(({ route, decision }) => [route, ...wordsOf(decision)])).join('\n'),
    );
  }
  if (refusal !== undefined && !flags.json)
    parts.push(`but the caller is refused before any rule: ${refusal}`);
  if (flags.policy) parts.push(policyText(document, principal, nowEpochSeconds));
  return parts.join('\n');
}

/** What becomes of one request; `refusal` where the token is no good whatever the rules say. */
type Verdict = (
  Decision | { readonly kind: 'open'; readonly route: CompiledRoute; readonly rules: readonly [] }
) & { readonly refusal?: string };

/** The rules speak about open routes too, but nobody asks them. */
function toVerdict(decision: Decision, refusal: string | undefined): Verdict {
  const { route } = decision;
  if (route?.isOpen === true) return { kind: 'open', route, rules: [] };
  return refusal === undefined ? decision : { ...decision, refusal };
}

type Charge = { readonly quota?: ReturnType<typeof chargedAs>; readonly isDeniedUncharged?: boolean };

/** What the quota makes of a caller whom the rules let in. */
function chargeOf(
  document: CompiledDocument,
  principal: Principal,
  { kind, route }: Pick<Verdict, 'kind' | 'route'>,
): Charge {
  const { quota } = document;
  if (quota === undefined || kind !== 'allow' || route === undefined) return {};
  if (!isCharged(document, route) || !isChargedCaller(quota, principal)) return {};
  const subject = chargedAs(quota, principal);
  const isWhole = Object.values(subject).every((name) => name !== undefined);
  return { quota: subject, ...(!isWhole && { isDeniedUncharged: true }) };
}

function describeCharge(
  document: CompiledDocument,
  principal: Principal,
  route: CompiledRoute | undefined,
): readonly string[] {
  const { quota } = document;
  if (quota === undefined || route === undefined || !isCharged(document, route)) return [];
  if (!isChargedCaller(quota, principal))
    return [`quota  not charged: ${principal.issuerId} is none of quota.when.issuers`];
  const subject = chargedAs(quota, principal);
  const missing = (['plan', 'tenant', 'key'] as const).filter((part) => subject[part] === undefined);
  if (missing.length === 0)
    return [
      showControls(
        `quota  charged: plan ${subject.plan ?? ''}, tenant ${subject.tenant ?? ''}, key ${subject.key ?? ''}`,
      ),
    ];
  const claims = missing.map((part) => {
    const from = quota[part];
    const path = from === undefined || 'name' in from ? [part] : 'claim' in from ? from.claim : from;
    return `no claim ${path.join('.')}`;
  });
  return [`quota  charged: ${claims.join(', ')}, so the authorizer answers 403 although the rules allow it`];
}

/** What the authorizer has against the token, but for its signature, key and revocation. */
function findRefusal(
  { issuers }: CompiledDocument,
  { token }: ExplainFlags,
  nowEpochSeconds: number,
): string | undefined {
  if (token === undefined) return undefined;
  const claims = readClaims({ token });
  const trust = issuers.find((issuer) => issuer.trust.issuer === claims['iss'])?.trust;
  if (trust === undefined) return undefined;
  try {
    assertHeader(parseToken(bareToken(token)), trust);
    assertClaims(claims, trust, nowEpochSeconds);
    return undefined;
  } catch (error) {
    if (error instanceof DomainError) return error.message;
    throw error;
  }
}

function targetOf(method: string, path: string | undefined): string {
  if (path?.startsWith('/') === true) return `${method.toUpperCase()}${path}`;
  throw new UsageError('write the path below the stage too, as in: explain orders GET /orders/7');
}

function describeDecision(
  document: CompiledDocument,
  principal: Principal,
  target: string,
  decision: Verdict,
): string {
  const [verdict, reason] = wordsOf(decision);
  const { route } = decision;
  const rows = describeAccess(document).rows.filter(
    (row) =>
      document.kind === 'websocket' || (row.route.path === route?.path && row.route.method === route.method),
  );
  return [
    `${verdict}  ${target.replace('/', ' /')}  ${reason}`.trimEnd(),
    // Nobody looks at who calls an open route.
    ...(decision.kind === 'open' ? [] : [describeCaller(document, principal)]),
    ...(route === undefined ? [] : [`route  ${route.method} ${route.path}`]),
    ...(decision.kind === 'allow' ? describeCharge(document, principal, decision.route) : []),
    ...rows.flatMap(({ rules }) => rules.map((rule) => `rule   ${rule}`)),
  ].join('\n');
}

/** As whom the rules see the caller, and where that was looked for: most refusals are a claim of another name. */
function describeCaller(
  { issuers }: CompiledDocument,
  { subject, issuerId, roles, scopes }: Principal,
): string {
  const trust = issuers.find(({ id }) => id === issuerId)?.trust;
  const tell = (what: 'roles' | 'scopes', found: ReadonlySet<string>): string => {
    const places = trust?.[what].map((claim) => claim.join('.')) ?? [];
    const looked = places.length === 0 ? '' : ` (looked in ${places.join(', ')})`;
    return `${what}: ${[...found].sort().join(', ') || 'none'}${looked}`;
  };
  const shown = `sub=${subject}  issuer: ${issuerId}  ${tell('roles', roles)}  ${tell('scopes', scopes)}`;
  return `caller ${showControls(shown)}`;
}

function wordsOf(decision: Verdict): readonly [string, string] {
  const rules = decision.rules.join(', ');
  if (decision.kind === 'open') return ['OPEN', 'it has no authorizer, so nothing asks the rules'];
  if (decision.kind === 'allow') return ['ALLOW', `by ${rules}`];
  switch (decision.reason) {
    case 'no-route':
      return ['DENY', 'the API has no such route'];
    case 'no-rule':
      return ['DENY', 'no rule allows it'];
    case 'deny-rule':
      return ['DENY', `by ${rules}`];
    case 'not-owner':
      return ['DENY', `${rules} allows it to its owner only`];
    case 'dot-segment':
      return [
        'DENY',
        'a server behind the API may resolve its dots, backslashes or double escapes to another path',
      ];
  }
}

function policyText(document: CompiledDocument, principal: Principal, nowEpochSeconds: number): string {
  const [api] = document.apis;
  const arn = {
    partition: 'aws',
    ...homeOfEnvironment(),
    apiId: api?.apiId ?? 'api',
    stage: api?.stage ?? 'prod',
    target: '',
  };
  const outcome = compilePolicy(document, principal, arn, { nowEpochSeconds });
  return JSON.stringify(outcome.kind === 'policy' ? outcome.policy : outcome, null, 2);
}

function toCaller(document: CompiledDocument, flags: ExplainFlags, nowEpochSeconds: number): Principal {
  try {
    const principal = toHolder(document, flags, nowEpochSeconds);
    const roles = flags.role.flatMap((role) => {
      const declared = document.roles[role];
      if (declared !== undefined) return [declared];
      throw new UsageError(
        `no role "${role}"; the document declares ${Object.keys(document.roles).join(', ') || 'none'}`,
      );
    });
    return {
      ...principal,
      roles: new Set([...principal.roles, ...roles.flatMap((role) => role.roles)]),
      scopes: new Set([...principal.scopes, ...flags.scope, ...roles.flatMap((role) => role.scopes)]),
    };
  } catch (error) {
    throw error instanceof DomainError ? new UsageError(error.message) : error;
  }
}

/** Whom the claims speak for: the holder of a token, or of an API key. */
function toHolder(document: CompiledDocument, flags: ExplainFlags, nowEpochSeconds: number): Principal {
  const claims = readClaims(flags);
  const keyIssuer = document.apiKeys.find(({ id }) => id === flags.issuer);
  const hasOthers = document.issuers.length + document.apiKeys.length > 0;
  const ticketIssuer = document.tickets.find(
    ({ id }) => id === flags.issuer || (flags.issuer === undefined && !hasOthers),
  );
  if (ticketIssuer !== undefined) return toTicketHolder(document, ticketIssuer, claims);
  const issuer = document.issuers.find(({ id, trust }) =>
    flags.issuer === undefined ? trust.issuer === claims['iss'] : id === flags.issuer,
  );
  if (
    (flags.issuer !== undefined || flags.token !== undefined) &&
    issuer === undefined &&
    keyIssuer === undefined
  )
    throw new UsageError(
      `the document trusts no such issuer; it has ${listIssuers(document)}${slashHint(document, claims)}`,
    );
  const chosenKey = keyIssuer ?? (document.issuers.length === 0 ? document.apiKeys[0] : undefined);
  if (chosenKey !== undefined) return toKeyHolder(document, chosenKey, claims);
  const chosen = issuer ?? document.issuers[0];
  if (chosen === undefined)
    throw new UsageError('the document trusts no tokens and no API keys; certificates cannot be explained');
  return toPrincipal({ sub: 'somebody', exp: nowEpochSeconds + 3600, ...claims }, chosen, document.roles);
}

/** As whoever asked for a ticket; roles and scopes are said by flags, other claims are not carried. */
function toTicketHolder(
  document: CompiledDocument,
  issuer: CompiledTicketIssuer,
  { sub = 'somebody', iss = '' }: Claims,
): Principal {
  const [subject, name] = [String(sub), String(iss)];
  const caller = { principalId: subject, subject, issuer: name, roles: [], scopes: [] };
  return toTicketPrincipal(caller, issuer, document);
}

/** As a key with these claims would be; what is not said of its record is nothing. */
function toKeyHolder(document: CompiledDocument, issuer: CompiledKeyIssuer, claims: Claims): Principal {
  const texts = Object.entries(claims).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  const { sub = 'somebody', tenant = 'some-tenant', owner, plan, ...metadata } = Object.fromEntries(texts);
  const record = {
    ...{ keyId: sub, tenant, prefix: issuer.prefix, metadata, roles: [], scopes: [], secrets: [] },
    ...(owner !== undefined && { owner }),
    ...(plan !== undefined && { plan }),
    createdAtEpochSeconds: 0,
  };
  return toKeyPrincipal({ record, notAfterEpochSeconds: undefined }, issuer, document.roles);
}

/** With and without the slash are two issuers, and nobody sees the difference. */
function slashHint({ issuers }: CompiledDocument, { iss }: Claims): string {
  if (typeof iss !== 'string') return '';
  const bare = (name: string) => name.replace(/\/$/, '');
  const meant = issuers.find(({ trust }) => trust.issuer !== iss && bare(trust.issuer) === bare(iss));
  if (meant === undefined) return '';
  return `\nthe token says iss "${iss}", the document "${meant.trust.issuer}": write it exactly so`;
}

function listIssuers({ issuers, apiKeys, tickets }: CompiledDocument): string {
  return [
    ...issuers.map(({ id, trust }) => `${id} (${trust.issuer})`),
    ...apiKeys.map(({ id, prefix }) => `${id} (keys ${prefix}_…)`),
    ...tickets.map(({ id }) => `${id} (tickets)`),
  ].join(', ');
}

function bareToken(token: string): string {
  return token.replace(/^Bearer /i, '');
}

function readClaims({ token, claims }: Pick<ExplainFlags, 'token' | 'claims'>): JsonObject {
  const text =
    token === undefined
      ? (claims ?? '{}')
      : Buffer.from(bareToken(token).split('.')[1] ?? '', 'base64url').toString();
  const read = parseJsonObject(text);
  if (read !== undefined) return read;
  throw new UsageError(token === undefined ? '--claims is no JSON object' : '--token is no JWT');
}
