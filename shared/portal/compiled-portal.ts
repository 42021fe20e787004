/**
 * The content of `access/portal.compiled.json`, compiled from `access/portal.yml`: what the owner of the APIs offers.
 */
import type { SecretPlace } from '../webhooks/compiled-webhooks.ts';
import type { SchemeName } from '../webhooks/signature-headers.ts';

export type CompiledPortal = {
  readonly offers: PortalOffers;
  /** How members sign in, by stage of the stack. In other stages, members sign in by invitation only. */
  readonly signIn: Readonly<Record<string, PortalSignIn>>;
  /** Absent if no emails are sent. */
  readonly mail?: { readonly from: string };
};

type PortalOffers = {
  /** The name of the portal, for use in emails. */
  readonly name: string;
  readonly plans: readonly OfferedPlan[];
  /** Absent if customers cannot create keys. */
  readonly keys?: OfferedKeys;
  /** Absent if customers send no webhooks. */
  readonly webhooks?: readonly OfferedWebhooks[];
};

export type OfferedPlan = {
  /** Id of the customer plan. */
  readonly plan: string;
  readonly title: string;
  readonly summary?: string;
  /** Ids of the plans to which a customer with this plan may change. */
  readonly changesTo: readonly string[];
  /** When a change to this plan comes into force: at once, or when the next month (UTC) begins. */
  readonly from: 'now' | 'next-month';
};

export type OfferedKeys = {
  readonly prefix: string;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  /** Maximum number of active keys of an organisation: keys that are neither revoked nor expired. */
  readonly most: number;
  readonly lifetimeSeconds?: number;
};

/** A webhook source to which customers send webhooks that they sign with their own secrets. */
export type OfferedWebhooks = {
  readonly source: string;
  readonly title: string;
  /** Maximum number of endpoints of an organisation, not counting revoked endpoints. */
  readonly most: number;
  /** Other stages do not have the source. */
  readonly stages: Readonly<Record<string, WebhooksOfStage>>;
};

type WebhooksOfStage = {
  readonly scheme: SchemeName;
  readonly masterSecret: SecretPlace;
  /** Absent if the receiver has no domain of its own. */
  readonly url?: string;
};

export type WebhooksInStage = Omit<OfferedWebhooks, 'stages'> & WebhooksOfStage;

/** Returns the sources that are offered in this stage. */
export function webhooksInStage(
  { offers: { webhooks = [] } }: Pick<CompiledPortal, 'offers'>,
  stage: string,
): readonly WebhooksInStage[] {
  return webhooks.flatMap(({ stages, ...offered }) => {
    const own = Object.hasOwn(stages, stage) ? stages[stage] : undefined;
    return own === undefined ? [] : [{ ...offered, ...own }];
  });
}

/** OpenID Connect: authorization code with PKCE. */
export type PortalSignIn = {
  /** The issuer's `iss`, exactly; `local` is the gateway's own issuer. */
  readonly issuer: string;
  readonly clientId: string;
  /** Absent for a public client. */
  readonly clientSecret?: SecretPlace;
  readonly scopes: readonly string[];
  /** Text of the button, such as `Sign in with Example`. */
  readonly label: string;
};

/** Returns the file as imported, because only the build writes and checks it. */
export function parseCompiledPortal(json: unknown): CompiledPortal {
  return json as CompiledPortal;
}

/** Returns the name of a plan as customers know it. */
export function titleOf({ offers }: Pick<CompiledPortal, 'offers'>, plan: string): string {
  return offers.plans.find((offered) => offered.plan === plan)?.title ?? plan;
}
