/**
 * How often each kind of call is repeated. The rules are separate constants, so that a bundle contains only
 * those that it uses.
 */
import type { CallFailure, RetryRule } from './retry.ts';

const BOTH: readonly CallFailure[] = ['busy', 'failed'];

/** A sender waits. The first TLS handshake from a cold network often fails, and GitHub never repeats a delivery. */
export const delivery: RetryRule = { attempts: 2, baseMs: 200, capMs: 1_000, repeats: BOTH };
/** Lambda's Invoke of an event. */
export const event: RetryRule = { attempts: 3, baseMs: 200, capMs: 1_000, repeats: BOTH };
/** A message to one WebSocket connection: API Gateway's bucket is refilled each second. */
export const message: RetryRule = { attempts: 2, baseMs: 600, capMs: 600, repeats: ['busy'] };
/** An entry of a stage cache, by a request that may be made twice. */
export const refresh: RetryRule = { attempts: 3, baseMs: 800, capMs: 5_000, repeats: BOTH };
/** The control plane allows 10 calls a second for the whole account, which others share. */
export const flush: RetryRule = { attempts: 3, baseMs: 2_000, capMs: 20_000, repeats: BOTH };
/** Any call of a command. */
export const command: RetryRule = { attempts: 4, baseMs: 500, capMs: 5_000, repeats: ['busy'] };
/** Items of a DynamoDB table, written so that a repeated write changes nothing. */
export const table: RetryRule = { attempts: 6, baseMs: 400, capMs: 20_000, repeats: BOTH };
/** Writes that DynamoDB has left out of a batch. */
export const batch: RetryRule = { attempts: 4, baseMs: 50, capMs: 1_000, repeats: ['busy'] };
