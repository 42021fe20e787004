/**
 * The shipped code, broken in the ways that matter. Each must be caught by the model that is named with it: a rule that
 * no mutant breaks is unchecked.
 */
import { BILL_MUTANTS } from './bill-mutants.ts';
import { CONCURRENCY_MUTANTS } from './concurrency-mutants.ts';
import { CUSTOMER_MUTANTS } from './customer-mutants.ts';
import { NEWS_MUTANTS } from './news-mutants.ts';
import type { Mutant } from './patch.ts';
import { QUOTA_MUTANTS } from './quota-mutants.ts';
import { PLAN_MUTANTS } from './plan-mutants.ts';
import { RATE_MUTANTS } from './rate-mutants.ts';

export const MUTANTS: readonly Mutant[] = [
  ...QUOTA_MUTANTS,
  ...BILL_MUTANTS,
  ...PLAN_MUTANTS,
  ...CUSTOMER_MUTANTS,
  ...NEWS_MUTANTS,
  ...RATE_MUTANTS,
  ...CONCURRENCY_MUTANTS,
];
