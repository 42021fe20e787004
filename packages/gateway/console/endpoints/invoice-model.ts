export type ShownInvoice = {
  readonly number: string;
  readonly tenant: string;
  readonly customer: string;
  readonly currency: string;
  /** The total as decimal text, like the amounts. */
  readonly total: string;
  readonly lines: readonly {
    readonly what: string;
    readonly plan: string;
    readonly periods: number;
    readonly used: number;
    readonly included: number;
    readonly amount: string;
  }[];
};

export type ShownInvoices = {
  readonly month: string;
  readonly invoices: readonly ShownInvoice[];
  /** A sentence about periods that are still open, which make the invoices drafts. */
  readonly notClosed: string | undefined;
  readonly unpriced: number;
};
