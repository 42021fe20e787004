/** `gatewright access explain`: one caller under one document, in words. */
import { compilePolicy } from '#shared/access/compile-policy.ts';
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import { decide } from '#shared/access/decide.ts';
import type { Decision } from '#shared/access/decide.ts';
import { describeAccess } from '#shared/access/describe-access.ts';
import { toPrincipal } from '#shared/access/principal.ts';
import type { Principal } from '#shared/access/principal.ts';
import { DomainError } from '#shared/errors.ts';
import { ACCOUNT_ID, REGION } from './load-options.ts';
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
  const ask = (target: string) =>
    decide(document, principal, { target, sourceIp: flags.ip, nowEpochSeconds });
  const parts: string[] = [];
  if (method !== undefined || document.kind === 'websocket') {
    const target = document.kind === 'websocket' ? '$connect' : targetOf(method ?? '', path);
    const decision = ask(target);
    parts.push(flags.json ? JSON.stringify(decision) : describeDecision(document, target, decision));
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
  if (flags.policy) parts.push(policyText(document, principal, nowEpochSeconds));
  return parts.join('\n');
}

function targetOf(method: string, path: string | undefined): string {
  if (path?.startsWith('/') === true) return `${method.toUpperCase()}${path}`;
  throw new UsageError('write the path below the stage too, as in: explain orders GET /orders/7');
}

function describeDecision(document: CompiledDocument, target: string, decision: Decision): string {
  const [verdict, reason] = wordsOf(decision);
  const { route } = decision;
  const rows = describeAccess(document).rows.filter(
    (row) =>
      document.kind === 'websocket' || (row.route.path === route?.path && row.route.method === route.method),
  );
  return [
    `${verdict}  ${target.replace('/', ' /')}  ${reason}`.trimEnd(),
    ...(route === undefined ? [] : [`route  ${route.method} ${route.path}`]),
    ...rows.flatMap(({ rules }) => rules.map((rule) => `rule   ${rule}`)),
  ].join('\n');
}

function wordsOf(decision: Decision): readonly [string, string] {
  const rules = decision.rules.join(', ');
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
  }
}

function policyText(document: CompiledDocument, principal: Principal, nowEpochSeconds: number): string {
  const [api] = document.apis;
  const arn = {
    partition: 'aws',
    region: REGION,
    accountId: ACCOUNT_ID,
    apiId: api?.apiId ?? 'api',
    stage: api?.stage ?? 'prod',
    target: '',
  };
  const outcome = compilePolicy(document, principal, arn, { nowEpochSeconds });
  return JSON.stringify(outcome.kind === 'policy' ? outcome.policy : outcome, null, 2);
}

function toCaller(document: CompiledDocument, flags: ExplainFlags, nowEpochSeconds: number): Principal {
  const claims = readClaims(flags);
  const issuer = document.issuers.find(({ id, trust }) =>
    flags.issuer === undefined ? trust.issuer === claims['iss'] : id === flags.issuer,
  );
  const [first] = document.issuers;
  if ((flags.issuer !== undefined || flags.token !== undefined) && issuer === undefined)
    throw new UsageError(
      `the document trusts no such issuer; it has ${document.issuers.map(({ id, trust }) => `${id} (${trust.issuer})`).join(', ')}`,
    );
  const chosen = issuer ?? first;
  if (chosen === undefined)
    throw new UsageError('the document trusts no tokens; certificates cannot be explained');
  try {
    const principal = toPrincipal(
      { sub: 'somebody', exp: nowEpochSeconds + 3600, ...claims },
      chosen,
      document.roles,
    );
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

function readClaims({ token, claims }: ExplainFlags): Record<string, unknown> {
  const text =
    token === undefined
      ? (claims ?? '{}')
      : Buffer.from(token.replace(/^Bearer /i, '').split('.')[1] ?? '', 'base64url').toString();
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Said below, for both ways of not being claims.
  }
  throw new UsageError(token === undefined ? '--claims is no JSON object' : '--token is no JWT');
}
