/** In its own file, so that senders need not load the engine. */

/**
 * Header of calls that are not a stack's own traffic: seeds, manual lookups.
 *
 * @example
 * ```ts
 * import { UNCOUNTED } from '@gatewright/dynamodb';
 *
 * UNCOUNTED // → 'x-gatewright-uncounted'
 * ```
 */
export const UNCOUNTED = 'x-gatewright-uncounted';
