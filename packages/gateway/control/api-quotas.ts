/** AWS's quotas that a template or a call can exceed (docs/aws §13), with AWS's error messages. */
import { ruledFault } from '../core/errors.ts';
import { POLICY_CHARACTERS } from '../core/deployment/authorization/compile-resource-policy.ts';
import { ControlError } from './control-error.ts';
import type { DefinitionPlace } from '../core/errors.ts';

type Quota = {
  readonly most: number;
  readonly name: string;
  /** What the quota applies to; by default, the account in a region. */
  readonly of?: 'this API' | 'this API key';
  /** The name for `--account-quota`; absent for a quota that AWS does not raise. */
  readonly raisedAs?: string;
};

export const QUOTAS = {
  resources: { most: 300, name: 'Resources', of: 'this API', raisedAs: 'resources' },
  routes: { most: 300, name: 'Routes', of: 'this API', raisedAs: 'routes' },
  /** AWS raises this quota only for WebSocket APIs. */
  integrations: { most: 300, name: 'Integrations', of: 'this API', raisedAs: 'websocket-integrations' },
  stages: { most: 10, name: 'Stages', of: 'this API', raisedAs: 'stages' },
  authorizers: { most: 10, name: 'Authorizers', of: 'this API', raisedAs: 'authorizers' },
  edgeApis: { most: 120, name: 'APIs' },
  /** Regional REST APIs, HTTP APIs and WebSocket APIs count towards this quota. */
  regionalApis: { most: 600, name: 'APIs' },
  privateApis: { most: 600, name: 'APIs' },
  restVpcLinks: { most: 20, name: 'VPC Links', raisedAs: 'vpc-links' },
  httpVpcLinks: { most: 10, name: 'VPC Links', raisedAs: 'http-vpc-links' },
  apiKeys: { most: 10_000, name: 'API Keys' },
  usagePlans: { most: 300, name: 'Usage Plans', raisedAs: 'usage-plans' },
  domains: { most: 120, name: 'Custom Domain Names', raisedAs: 'domain-names' },
  policyCharacters: {
    most: POLICY_CHARACTERS,
    name: 'Characters of the Resource Policy',
    of: 'this API',
    raisedAs: 'resource-policy-length',
  },
  plansOfKey: { most: 10, name: 'Usage Plans', of: 'this API key', raisedAs: 'usage-plans-per-key' },
} satisfies Readonly<Record<string, Quota>>;

export type QuotaName = keyof typeof QUOTAS;

export type AccountQuotas = Readonly<Partial<Record<QuotaName, number>>>;

/** The quotas of an account for which AWS has not raised any. */
export const DEFAULT_QUOTAS: AccountQuotas = {};

/** The names that `--account-quota` accepts. */
export const RAISABLE_QUOTAS: readonly string[] = [
  ...new Set(
    Object.values(QUOTAS).flatMap(({ raisedAs }: Quota) => (raisedAs === undefined ? [] : [raisedAs])),
  ),
];

/** The highest accepted value. It is large enough for any account, and limits the effect of a typing error. */
const MOST = 100_000;

/**
 * Adds an entry such as `stages=20` to the raised quotas. Returns undefined for an unknown name, and for a number that
 * is lower than AWS's own quota or higher than `MOST`.
 */
export function raiseQuota(text: string, before: AccountQuotas): AccountQuotas | undefined {
  const [, flag, digits = ''] = /^([a-z-]+)=(\d{1,6})$/.exec(text) ?? [];
  const raised = Object.entries(QUOTAS).filter(([, quota]: [string, Quota]) => quota.raisedAs === flag);
  const most = Number(digits);
  if (flag === undefined || raised.length === 0 || most > MOST) return undefined;
  if (raised.some(([, quota]) => most < quota.most)) return undefined;
  return { ...before, ...Object.fromEntries(raised.map(([name]) => [name, most])) };
}

/**
 * Returns AWS's error message. Public threads quote this wording, including the two spaces, for resources, authorizers
 * and APIs. For other items, the same wording is assumed.
 */
function describe({ name, of }: Quota): string {
  const whose = of === undefined ? '' : ` for ${of}`;
  return `Maximum number of ${name}${whose} has been reached.  Please contact AWS if you need additional ${name}.`;
}

export function limitOfQuota(quota: QuotaName, raised: AccountQuotas): number {
  return raised[quota] ?? QUOTAS[quota].most;
}

/**
 * Refuses a template with more items than the quota allows.
 * @throws DefinitionError for the first item that exceeds the quota
 */
export function refuseOverQuota(
  quota: QuotaName,
  items: Iterable<{ place(): DefinitionPlace }>,
  raised: AccountQuotas,
): void {
  const excess = [...items][limitOfQuota(quota, raised)];
  if (excess !== undefined) throw ruledFault('quota', excess.place(), describe(QUOTAS[quota]));
}

/**
 * Refuses to create another item if there are as many as the quota allows.
 * @throws ControlError LimitExceededException
 */
export function refuseBeyondQuota(quota: QuotaName, count: number, raised: AccountQuotas): void {
  if (count >= limitOfQuota(quota, raised))
    throw new ControlError('LimitExceededException', describe(QUOTAS[quota]));
}
