/** Determines the plan in force for a request: the recorded plan, or else the plan that the request names. */
import { DomainError } from '../../errors.ts';
import type { TermsBook, Terms } from './terms-book.ts';
import { planOfTerm } from './customer.ts';
import type { Term } from './customer.ts';
import type { CustomerPlan } from './plan.ts';
import type { TermSubject } from './subject.ts';

type Named = { readonly tenant: string; readonly key: string; readonly plan?: string | undefined };

export type PlanTerms = {
  readonly kind: 'terms';
  readonly plan: string;
  /**
   * The term from which the plan comes. Absent if the request names the plan, or if the time of the assignment was not
   * stored.
   */
  readonly term?: TermSubject['term'];
  /** The customer's own quotas. */
  readonly limits?: Term['limits'];
  readonly isOnRecord?: true;
};

export type TermsInForce =
  | PlanTerms
  /** No request is admitted. Requests that were already served are charged by `terms`. */
  | { readonly kind: 'halted'; readonly terms: PlanTerms | undefined }
  | { readonly kind: 'unavailable' };

export class TermsReader {
  readonly #book: TermsBook | undefined;
  /**
   * Plans with customers' own quotas. Such a plan is parsed only once for each time that the plan or the quotas are
   * read.
   */
  readonly #own = new WeakMap<CustomerPlan, WeakMap<object, CustomerPlan>>();

  /** @param book the records of customers; undefined if no customer has a record */
  constructor(book: TermsBook | undefined) {
    this.#book = book;
  }

  /**
   * Returns the terms synchronously, or undefined if they were not read recently.
   * @throws the errors of `read`
   */
  peek(named: Named, atEpochMs: number): TermsInForce | undefined {
    if (this.#book === undefined) return toTerms({ kind: 'none' }, named);
    const found = this.#book.peek(named.tenant, named.key, atEpochMs);
    return found && toTerms(found, named);
  }

  /**
   * Reads the terms in force for a request.
   * @throws DomainError SUBJECT_INVALID if no plan is named and none is recorded; STORE_UNAVAILABLE if a record is
   * malformed
   */
  async read(named: Named, atEpochMs: number): Promise<TermsInForce> {
    const found = await this.#book?.read(named.tenant, named.key, atEpochMs);
    return toTerms(found ?? { kind: 'none' }, named);
  }

  /** @see TermsBook.hear */
  hear(tenant: string, version: number | undefined): void {
    this.#book?.hear(tenant, version);
  }

  /** Whether the tenant's record is known to have changed since it was read. */
  isOutdated(tenant: string): boolean {
    return this.#book?.isOutdated(tenant) === true;
  }

  /**
   * Returns the plan with the customer's own quotas.
   * @throws DomainError LIMIT_UNKNOWN, PLAN_INVALID if the plan does not allow these quotas
   */
  planOf(saved: CustomerPlan, { limits }: Pick<PlanTerms, 'limits'>): CustomerPlan {
    if (limits === undefined) return saved;
    const known = this.#own.get(saved) ?? new WeakMap<object, CustomerPlan>();
    this.#own.set(saved, known);
    const own = known.get(limits) ?? planOfTerm(saved, limits);
    known.set(limits, own);
    return own;
  }
}

function toTerms(found: Terms, { plan: named }: Named): TermsInForce {
  switch (found.kind) {
    case 'unavailable':
      return found;
    case 'halted':
      return { kind: 'halted', terms: found.term && toPlanTerms('customer', found.term) };
    case 'none':
      if (named !== undefined) return { kind: 'terms', plan: named };
      throw new DomainError(
        'SUBJECT_INVALID',
        'the request names no plan, and no plan is recorded for its tenant',
      );
    case 'term':
      return toPlanTerms(found.by, found.term);
  }
}

function toPlanTerms(
  by: 'customer' | 'key',
  { plan, fromEpochMs, limits }: Extract<Terms, { kind: 'term' }>['term'],
): PlanTerms {
  return {
    kind: 'terms',
    plan,
    isOnRecord: true,
    ...(fromEpochMs !== undefined && { term: { by, fromEpochMs } }),
    ...(limits !== undefined && { limits }),
  };
}
