/**
 * Builds one reply from several backends.
 *
 * @module gatewright/gather
 */
export type { BackendErrorCode, DomainErrorCode } from '../errors.ts';
export type { BackendCalls, BackendInit, Fetch } from '../gather/backend-calls.ts';
export type { CreateGatherOptions, Gather } from '../gather/create-gather.ts';
export type { Gathered, GatherRules, Part, Parts, Source } from '../gather/gather.ts';
export type { FailureReason, PartFailure } from '../gather/part-failure.ts';

export { DomainError } from '../errors.ts';
export { BackendStatus } from '../gather/backend-calls.ts';
export { createGather } from '../gather/create-gather.ts';
export { GatherFailed } from '../gather/gather.ts';
