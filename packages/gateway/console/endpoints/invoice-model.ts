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
  /** Sentences about changes of plan within a period. */
  readonly notes: readonly string[];
};

export type ShownInvoices = {
  readonly month: string;
  readonly invoices: readonly ShownInvoice[];
  /** A sentence about periods that are still open, which make the invoices drafts. */
  readonly notClosed: string | undefined;
  /** Names the periods that appear on no invoice, because their plans have no price; undefined if there are none. */
  readonly unpriced: string | undefined;
};
