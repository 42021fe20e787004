/**
 * The responses of the portal's functions, as listed in docs/design/portal.md. The functions return them, and the page
 * reads them.
 */
import type { Change } from './change-log.ts';
import type { Role as MemberRole } from './members.ts';

export type Role = MemberRole;

/** The kind of change that an entry of the log describes. */
export type LoggedChange = Change['what'];

/** The content of `portal.json`. */
export type About = {
  readonly name: string;
  readonly colour: string;
  readonly logo?: string;
  readonly welcome?: string;
  readonly help?: string;
  readonly terms?: string;
  /** Whether customers can create secrets in the portal for the webhooks that they send. */
  readonly hasWebhooks?: true;
  readonly signIn: { readonly kind: 'oidc'; readonly label: string } | { readonly kind: 'invitation' };
  readonly apis: readonly OfferedApi[];
};

export type OfferedApi = {
  readonly id: string;
  readonly title: string;
  readonly url: string;
  readonly reference: string;
};

type Organisation = { readonly id: string; readonly name: string };

export type SessionAnswer = {
  readonly csrf: string;
  readonly member: {
    readonly id: string;
    readonly name: string;
    readonly email?: string;
    readonly role: Role;
  };
  readonly organisation: Organisation & { readonly state: string };
  readonly organisations: readonly Organisation[];
};

/** The content of an invitation that has not been accepted yet. */
export type SeenInvitation = {
  readonly organisation: Organisation;
  readonly role: Role;
  /** The member or administrator who created the invitation. */
  readonly by: string;
  /** Whether the invitation renews the sign-in of an existing member. */
  readonly renews: boolean;
  readonly expiresAt: string;
};

export type ApiKey = {
  readonly keyId: string;
  readonly name?: string | undefined;
  readonly state: string;
  readonly createdAt: string;
  readonly lastUsedAt?: string | undefined;
  readonly notAfter?: string | undefined;
  readonly revokedAt?: string | undefined;
  readonly secrets: readonly { readonly createdAt: string; readonly notAfter?: string | undefined }[];
  /** Whether the owner of the APIs manages the key, so that members cannot change it. */
  readonly isManaged: boolean;
};

export type Keys = { readonly keys: readonly ApiKey[]; readonly most: number; readonly left: number };

/** `key` is present only in the first response to a change that creates a secret. */
export type ChangedKey = ApiKey & { readonly key?: string };

export type WebhookSource = {
  readonly source: string;
  readonly title: string;
  readonly scheme: string;
  readonly most: number;
  readonly left: number;
};

export type Endpoint = {
  readonly endpointId: string;
  readonly source: string;
  readonly name: string;
  readonly address?: string;
  readonly state: string;
  readonly createdAt: string;
  readonly revokedAt?: string;
  readonly secrets: readonly { readonly createdAt: string; readonly notAfter?: string }[];
};

export type Webhooks = {
  readonly sources: readonly WebhookSource[];
  readonly endpoints: readonly Endpoint[];
};

/** `secret` is present only in the first response to a change that creates one. */
export type ChangedEndpoint = Endpoint & { readonly secret?: string };

export type Use = {
  readonly limit: string;
  readonly key?: string;
  readonly keyName?: string;
  readonly route?: string;
  readonly plan: string;
  readonly periodStart: string;
  readonly periodEnd: string;
  readonly state: string;
  readonly allowance: number;
  /** Units of the period, whatever plan admitted them: `allowance - counted = left`. */
  readonly counted: number;
  /** Units that were served under this plan. Invoices bill them. */
  readonly used: number;
  readonly left: number;
  readonly over: number;
  /** A sentence about a spent or suspended limit. */
  readonly says?: string;
};

export type Usage = {
  readonly at: string;
  readonly current: readonly Use[];
  readonly history: readonly Use[];
  /** Limits without a period. */
  readonly paces: readonly { readonly limit: string; readonly says: string }[];
};

type Start = 'now' | 'next-month';

export type Plan = {
  readonly plan: string;
  readonly title: string;
  readonly summary?: string;
  readonly limits: readonly { readonly id: string; readonly text: string }[];
  readonly prices: readonly { readonly limit: string; readonly text: string }[];
  readonly from: Start;
};

export type PlanState = {
  readonly version: number;
  readonly state: string;
  readonly current?: Plan;
  readonly planned: readonly { readonly plan: string; readonly title: string; readonly from: string }[];
  readonly offers: readonly Plan[];
  /**
   * Present if the owner of the APIs has agreed on quotas or a later plan with the customer, who can therefore not
   * choose another plan.
   */
  readonly agreed?: 'quotas' | 'later-plan';
};

export type PlanPreview = {
  readonly plan: string;
  readonly title: string;
  readonly from: string;
  readonly everywhereBy: string;
  readonly costs: readonly string[];
};

export type PlanChange = {
  readonly plan: string;
  readonly from: string;
  readonly everywhereBy: string;
  readonly version: number;
};

export type Months = { readonly months: readonly string[] };

type Amount = string | number;

export type Invoice = {
  readonly number: string;
  readonly currency: string;
  readonly total: Amount;
  readonly isDraft: boolean;
  readonly lines: readonly {
    readonly what: string;
    readonly plan: string;
    readonly periods: Amount;
    readonly used: Amount;
    readonly included: Amount;
    readonly amount: Amount;
  }[];
  /** Sentences about changes of plan within a period. Older stacks do not send this member. */
  readonly notes?: readonly string[];
};

export type InvoicesOfMonth = { readonly month: string; readonly invoices: readonly Invoice[] };

export type Alert = { readonly limit: string; readonly percent: number };

export type Alerts = {
  readonly version: number;
  readonly alerts: readonly Alert[];
  readonly limits: readonly string[];
  readonly recipients: readonly { readonly member: string; readonly name: string; readonly email: string }[];
  readonly sent: readonly (Alert & { readonly periodStart: string; readonly at: string })[];
  readonly hasMail: boolean;
  /** The minimum and the maximum percentage of an alert. */
  readonly percent: { readonly min: number; readonly max: number };
};

export type Member = {
  readonly id: string;
  readonly name: string;
  readonly email?: string;
  readonly role: Role;
  readonly since: string;
  readonly version: number;
  readonly isYou: boolean;
};

export type Invitation = {
  readonly id: string;
  /** Set if the sign-in of a member is renewed. */
  readonly member?: string;
  readonly role: Role;
  readonly by: string;
  readonly expiresAt: string;
};

export type Members = { readonly members: readonly Member[]; readonly invitations: readonly Invitation[] };

export type NewInvitation = {
  readonly id: string;
  readonly role: Role;
  readonly expiresAt: string;
  /** The invitation's secret, which is shown only once. */
  readonly invitation?: string;
};

export type LogPage = {
  readonly entries: readonly {
    readonly at: string;
    readonly byName: string;
    /** A `LoggedChange`. The page shows any other text unchanged. */
    readonly what: string;
    readonly on: string;
    /** When the change takes effect, if that is later than `at`. */
    readonly from?: string;
  }[];
  readonly next?: string;
};
