/** An authorizer over one document with a quota, and the usage table that it charges. */
import { answer } from '#shared/access/answer.ts';
import { createAuthorizer } from '#shared/access/authorize.ts';
import type { AuthorizeRequest } from '#shared/access/authorize.ts';
import type { LoadQuotas } from '#shared/access/charge-quota.ts';
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import type { AuthorizerKind } from '#shared/aws/authorizer-event.ts';
import { createUsageReader } from '#shared/quota/usage/read-usage.ts';
import { readTokenHeader } from '#shared/access/credential.ts';
import { UNOBSERVED } from '#shared/unobserved.ts';
import { QuotaTable } from './quota-table.ts';
import { aDocument, ARN } from './an-access-document.ts';
import { aFetcher, aKeySet, aRsaKey, signToken, someClaims } from './signed-tokens.ts';

const KEY = aRsaKey();
const JWKS_URI = 'https://issuer.example/.well-known/jwks.json';
const LIMITS = [{ id: 'daily', level: 'key', quota: 3, period: 'DAY' }];
export const PLAN = { id: 'partner', version: 1, cost: { 'GET /users/{id}': 2 }, limits: LIMITS };
export const QUOTA = { plan: 'partner', tenant: 'acme', key: { claim: 'sub' }, plans: [PLAN] };

export type Given = {
  readonly quota?: object;
  readonly kind?: 'rest' | 'http' | 'websocket';
  readonly routes?: readonly string[];
  readonly over?: object;
  readonly load?: LoadQuotas | undefined;
  /** Ids of more APIs that the document protects. */
  readonly otherApiIds?: readonly string[];
};

/** An authorizer over one document with a quota, and the usage table that it charges. */
export function aCharging({ quota = QUOTA, kind = 'rest', over = {}, ...given }: Given = {}) {
  const { routes = kind === 'websocket' ? ['ANY $connect'] : ['GET /users', 'GET /users/{id}'] } = given;
  const rules = kind === 'websocket' ? { rules: [{ id: 'all', effect: 'allow', connect: true }] } : {};
  const alone = aDocument({ ...rules, quota, ...over }, routes, kind);
  const others = (given.otherApiIds ?? []).map((apiId) => ({ for: 'prod', apiId, stage: 'prod' }));
  const document: CompiledDocument = { ...alone, apis: [...alone.apis, ...others] };
  const table = new QuotaTable();
  const loads: unknown[] = [];
  const load: LoadQuotas = (plans) => {
    loads.push(plans);
    return Promise.resolve(keeperOf(table, plans));
  };
  const counts: string[] = [];
  const authorizer = createAuthorizer(
    { documents: [document] },
    { stage: 'prod', localIssuerUrl: undefined },
    {
      keySets: aFetcher(new Map([[JWKS_URI, aKeySet(KEY)]])),
      clock: { nowEpochMs: () => Date.now() },
      quotas: 'load' in given ? given.load : load,
    },
  );
  const ask = (target: string, claims: object = {}, asked: Partial<AuthorizeRequest> = {}) =>
    answer(
      authorizer,
      {
        kind: kindOf(kind),
        arn: { ...ARN, target },
        sourceIp: undefined,
        receivedAtEpochMs: table.nowMs,
        readCredential: (sources) => readTokenHeader(`Bearer ${tokenOf(claims)}`, sources),
        ...asked,
      },
      { ...UNOBSERVED, count: (outcome, reason) => counts.push([outcome, reason].filter(Boolean).join(' ')) },
    );
  return { ask, table, counts, loads, document };
}

export const keeperOf = (table: QuotaTable, plans: readonly unknown[]) => ({
  ...table.holder([], { plans }),
  ...createUsageReader({ store: table.store, clock: table.clock, plans }),
});

const kindOf = (kind: string): AuthorizerKind =>
  kind === 'http' ? 'http-2.0' : kind === 'websocket' ? 'websocket' : 'rest';
const tokenOf = (claims: object) => signToken(KEY, someClaims({ sub: 'alice', aud: 'api', ...claims }));

/**
 * `Allow` if the policy has any statement that allows. A policy that allows a wildcard also has statements that deny
 * disguised paths.
 */
export function effectOf(result: unknown): string {
  const { policyDocument } = result as { policyDocument: { Statement: { Effect: string }[] } };
  return policyDocument.Statement.some(({ Effect }) => Effect === 'Allow') ? 'Allow' : 'Deny';
}
export const contextOf = (result: unknown) => (result as { context: Record<string, unknown> }).context;
export const resourcesOf = (result: unknown) =>
  JSON.stringify((result as { policyDocument: unknown }).policyDocument);
