/** AWS's quotas that a template or a call can exceed (docs/aws §13), and AWS's words for it. */
import { DefinitionError } from '../core/errors.ts';
import { POLICY_CHARACTERS } from '../core/deployment/compile-resource-policy.ts';
import { ControlError } from './control-error.ts';
import type { DefinitionPlace } from '../core/errors.ts';

type Quota = {
  readonly most: number;
  /** As AWS's message calls what there are too many of. */
  readonly name: string;
  /** Of whom or what; absent = of the account in a region. */
  readonly of?: 'this API' | 'this API key';
  /** What `--account-quota` calls it; absent = AWS raises it for nobody. */
  readonly raisedAs?: string;
};

export const QUOTAS = {
  resources: { most: 300, name: 'Resources', of: 'this API', raisedAs: 'resources' },
  routes: { most: 300, name: 'Routes', of: 'this API', raisedAs: 'routes' },
  /** Those of WebSocket APIs alone can be raised. */
  integrations: { most: 300, name: 'Integrations', of: 'this API', raisedAs: 'websocket-integrations' },
  stages: { most: 10, name: 'Stages', of: 'this API', raisedAs: 'stages' },
  authorizers: { most: 10, name: 'Authorizers', of: 'this API', raisedAs: 'authorizers' },
  edgeApis: { most: 120, name: 'APIs' },
  /** HTTP and WebSocket APIs count among them. */
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

/** What AWS has raised for the account: how many there may be, by quota. */
export type AccountQuotas = Readonly<Partial<Record<QuotaName, number>>>;

/** Nobody has asked AWS for more. */
export const USUAL_QUOTAS: AccountQuotas = {};

/** Names for `--account-quota`. */
export const RAISABLE_QUOTAS: readonly string[] = [
  ...new Set(
    Object.values(QUOTAS).flatMap(({ raisedAs }: Quota) => (raisedAs === undefined ? [] : [raisedAs])),
  ),
];

/** Large enough for any account; without a bound a slip of the finger would be none. */
const MOST = 100_000;

/** `stages=20` over what was raised before; undefined for another name, and for a number that raises nothing. */
export function raiseQuota(text: string, before: AccountQuotas): AccountQuotas | undefined {
  const [, flag, digits = ''] = /^([a-z-]+)=(\d{1,6})$/.exec(text) ?? [];
  const raised = Object.entries(QUOTAS).filter(([, quota]: [string, Quota]) => quota.raisedAs === flag);
  const most = Number(digits);
  if (flag === undefined || raised.length === 0 || most > MOST) return undefined;
  if (raised.some(([, quota]) => most < quota.most)) return undefined;
  return { ...before, ...Object.fromEntries(raised.map(([name]) => [name, most])) };
}

/** Public threads quote these words of resources, authorizers and APIs, the two blanks included; the others by analogy. */
function describe({ name, of }: Quota): string {
  const whose = of === undefined ? '' : ` for ${of}`;
  return `Maximum number of ${name}${whose} has been reached.  Please contact AWS if you need additional ${name}.`;
}

/** How many there may be. */
export function mostOf(quota: QuotaName, raised: AccountQuotas): number {
  return raised[quota] ?? QUOTAS[quota].most;
}

/** Points at the first item of a template that is too many. @throws DefinitionError */
export function refuseOverQuota(
  quota: QuotaName,
  items: Iterable<{ place(): DefinitionPlace }>,
  raised: AccountQuotas,
): void {
  const excess = [...items][mostOf(quota, raised)];
  if (excess !== undefined) throw new DefinitionError(excess.place(), describe(QUOTAS[quota]));
}

/** Before one more is made where there are `count`. @throws ControlError LimitExceededException */
export function refuseOneMore(quota: QuotaName, count: number, raised: AccountQuotas): void {
  if (count >= mostOf(quota, raised))
    throw new ControlError('LimitExceededException', describe(QUOTAS[quota]));
}
