/**
 * Enforces customer plans for handlers that you write yourself.
 *
 * @module gatewright/quota
 */
export type { MetricSink } from '../observability/quota-metrics.ts';
export type { ProxyResult } from '../aws/proxy-result.ts';
export type { DynamoDbQuotaOptions } from '../quota/dynamodb-quotas.ts';
export type { LedgerId } from '../quota/ledger/ledger.ts';
export type { Period, PeriodRule } from '../quota/ledger/period.ts';
export type { QuotaEvent } from '../quota/holding/holder-ports.ts';
export type { LimitState, RefusalReason } from '../quota/holding/holding.ts';
export type {
  ConcurrencyLimit,
  Level,
  Limit,
  QuotaLimit,
  RateLimit,
  CustomerPlan as UsagePlan,
} from '../quota/plan/plan.ts';
export type { Admission, ConsumeRequest, Decision, Quotas, Rejection } from '../quota/quotas.ts';
export type { Subject } from '../quota/plan/subject.ts';
export type { DynamoDbTableOptions } from '../table/dynamodb-table.ts';
export type { DomainErrorCode, QuotaErrorCode } from '../errors.ts';
export type { QuotaHandler, QuotaMiddlewareOptions } from '../middleware/quota.ts';

export { DomainError, PlanInvalid } from '../errors.ts';
export { admissionOf, quota, withQuota } from '../middleware/quota.ts';
export { countQuotas } from '../observability/quota-metrics.ts';
export { createDynamoDbQuotas } from '../quota/dynamodb-quotas.ts';
export { parsePlan } from '../quota/plan/plan.ts';
export { rejectionReply } from '../quota/rejection-reply.ts';
