/** Customers of the toolkit's customer plans, as the console shows them. Plain JSON, without any secret. */

/** Use of a limit in one of its periods. Without overage and suspension, `allowance - counted = left`. */
export type ShownUse = {
  readonly limit: string;
  /** The id of the API key; absent for a limit of the whole customer. */
  readonly key?: string | undefined;
  /** The route; absent unless the limit is per route. */
  readonly route?: string | undefined;
  /** ISO 8601, UTC; absent if nothing was counted in the period yet. */
  readonly periodStart?: string | undefined;
  readonly periodEnd?: string | undefined;
  readonly state?: string | undefined;
  readonly allowance: number;
  readonly counted: number;
  readonly left: number;
  /**
   * Set if the limit refuses requests now, because neither units nor overage are left, its period is closed, or it is
   * suspended.
   */
  readonly refuses?: true;
};

export type ShownCustomerRow = {
  readonly tenant: string;
  readonly name?: string | undefined;
  /** `active`, `suspended` or `closed`; `no record` for a tenant of which only usage is known. */
  readonly state: string;
  readonly plan?: string | undefined;
  readonly from?: string | undefined;
  /** The limit with the greatest used share; absent if nothing was counted. */
  readonly fullest?: ShownUse | undefined;
  /** Set if the use was not read yet, or is not read because there are too many customers. */
  readonly isUseUnread?: true;
};

export type ShownCustomers = {
  readonly customers: readonly ShownCustomerRow[];
  /** Set if not all customers, or not all of their usage, was read. */
  readonly isCut?: true;
};

export type ShownCustomerKey = {
  readonly keyId: string;
  readonly name?: string | undefined;
  readonly state: string;
  readonly createdAt?: string | undefined;
  readonly lastUsedAt?: string | undefined;
};

export type ShownCost = {
  /** `2026-11` */
  readonly month: string;
  /** Totals as decimal text, one for each invoice; empty if nothing has a price. */
  readonly totals: readonly { readonly total: string; readonly currency: string }[];
  /** Whether periods of the month are still open. */
  readonly isDraft: boolean;
  /** Why the cost is not known; undefined if the cost is known. */
  readonly problem?: string | undefined;
};

export type ShownChange = {
  readonly at: string;
  readonly by: string;
  /** The kind of change: `set-plan`, `set-customer-state`, `top-up` … */
  readonly kind: string;
  /** The plan or the state before and after the change; absent if neither was changed. */
  readonly before?: string | undefined;
  readonly after?: string | undefined;
};

export type ShownCustomer = ShownCustomerRow & {
  readonly currency?: string | undefined;
  readonly plans: readonly { readonly plan: string; readonly from: string }[];
  readonly keys: readonly ShownCustomerKey[];
  /** The time of the last use of a key is recorded at most this often. */
  readonly lastUseEverySeconds: number;
  /** The use in the current period of each limit. */
  readonly uses: readonly ShownUse[];
  /** Earlier and current periods, oldest first. */
  readonly history: readonly ShownUse[];
  /** Set if there are more periods, which were not read. */
  readonly isHistoryCut?: true;
  readonly cost: ShownCost;
  /** The last changes, newest first. */
  readonly changes: readonly ShownChange[];
  /** The start of the time for which changes were read; older changes are not in the list. */
  readonly changesSince: string;
};
