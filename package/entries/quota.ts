/** `gatewright/quota`: usage plans in front of handlers of your own (docs/quota.md). */
export type { MetricSink } from '#shared/observability/quota-metrics.ts';
export type { ProxyResult } from '#shared/aws/proxy-result.ts';
export type { DynamoDbQuotaOptions } from '#shared/quota/dynamodb-quotas.ts';
export type { LedgerId } from '#shared/quota/ledger.ts';
export type { Period, PeriodRule } from '#shared/quota/period.ts';
export type { QuotaEvent } from '#shared/quota/holder-ports.ts';
export type { KeyPlanRead, KeyPlans } from '#shared/quota/key-plans.ts';
export type { LimitState, RefusalReason } from '#shared/quota/holding.ts';
export type { ConcurrencyLimit, Level, Limit, QuotaLimit, RateLimit, UsagePlan } from '#shared/quota/plan.ts';
export type { Admission, ConsumeRequest, Decision, Quotas, Rejection } from '#shared/quota/quotas.ts';
export type { Subject } from '#shared/quota/subject.ts';
export type { DynamoDbTableOptions } from '#shared/table/dynamodb-table.ts';
export type { DomainErrorCode, QuotaErrorCode } from '#shared/errors.ts';
export type { QuotaHandler, QuotaMiddlewareOptions } from '#shared/middleware/quota.ts';

export { DomainError, PlanInvalid } from '#shared/errors.ts';
export { admissionOf, quota, withQuota } from '#shared/middleware/quota.ts';
export { countQuotas } from '#shared/observability/quota-metrics.ts';
export { createDynamoDbKeyPlans, createDynamoDbQuotas } from '#shared/quota/dynamodb-quotas.ts';
export { parsePlan } from '#shared/quota/plan.ts';
export { rejectionReply } from '#shared/quota/rejection-reply.ts';
