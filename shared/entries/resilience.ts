/**
 * Circuit breaker, retries, bulkhead and deadlines for calls to backends.
 *
 * @module gatewright/resilience
 */
export type { BackendErrorCode, DomainErrorCode } from '../errors.ts';
export type { MetricSink } from '../observability/quota-metrics.ts';
export type { CallResult } from '../resilience/call-result.ts';
export type { CreatePolicyOptions } from '../resilience/create-policy.ts';
export type { DynamoDbBreakersOptions, SharedBreakers } from '../resilience/dynamodb-breakers.ts';
export type { Attempt, CallOptions, CallPolicy } from '../resilience/policy.ts';
export type { BreakerOptions, PolicyOptions, RetryOptions } from '../resilience/policy-rules.ts';
export type { ResilienceEvent } from '../resilience/resilience-event.ts';

export { DomainError } from '../errors.ts';
export { countResilience } from '../observability/resilience-metrics.ts';
export { createPolicy } from '../resilience/create-policy.ts';
export { createDynamoDbBreakers } from '../resilience/dynamodb-breakers.ts';
