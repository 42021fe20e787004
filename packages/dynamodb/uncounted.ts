/** By itself, since whoever sends it need not load the engine. */

/**
 * Header of calls that are no traffic of anybody's stack: seeds, what a person looks up.
 *
 * @example
 * ```ts
 * import { UNCOUNTED } from '@gatewright/dynamodb';
 *
 * UNCOUNTED // → 'x-gatewright-uncounted'
 * ```
 */
export const UNCOUNTED = 'x-gatewright-uncounted';
