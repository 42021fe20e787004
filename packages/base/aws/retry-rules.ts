/**
 * Retry rules for each kind of call. Each rule is a separate constant, so that a bundle contains only the rules that it
 * uses.
 */
import type { CallFailure, RetryRule } from './retry.ts';

const BOTH: readonly CallFailure[] = ['busy', 'failed'];

/**
 * Retry rule for calls that a webhook sender waits for. The first TLS handshake from a cold network often fails, and
 * GitHub never repeats a delivery.
 */
export const delivery: RetryRule = { attempts: 2, baseMs: 200, capMs: 1_000, repeats: BOTH };
/** Retry rule for Lambda's Invoke with an event. */
export const event: RetryRule = { attempts: 3, baseMs: 200, capMs: 1_000, repeats: BOTH };
/** Retry rule for a message to one WebSocket connection. API Gateway's token bucket is refilled each second. */
export const message: RetryRule = { attempts: 2, baseMs: 600, capMs: 600, repeats: ['busy'] };
/** Retry rule for refreshing an entry of a stage cache with a request that may be sent twice. */
export const refresh: RetryRule = { attempts: 3, baseMs: 800, capMs: 5_000, repeats: BOTH };
/**
 * Retry rule for flushing a stage cache. The control plane allows 10 calls a second for the whole account, including
 * other users.
 */
export const flush: RetryRule = { attempts: 3, baseMs: 2_000, capMs: 20_000, repeats: BOTH };
/** Retry rule for any call by a command. */
export const command: RetryRule = { attempts: 4, baseMs: 500, capMs: 5_000, repeats: ['busy'] };
/** Retry rule for DynamoDB items, which are written so that a repeated write changes nothing. */
export const table: RetryRule = { attempts: 6, baseMs: 400, capMs: 20_000, repeats: BOTH };
/** Retry rule for writes that DynamoDB has left unprocessed in a batch. */
export const batch: RetryRule = { attempts: 4, baseMs: 50, capMs: 1_000, repeats: ['busy'] };
