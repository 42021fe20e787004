/**
 * The header for calls that do not count as traffic. It has its own file, so that the code that sends it does not have
 * to load the engine.
 */

/**
 * The header of calls that are not a stack's own traffic, such as seeds and manual lookups.
 *
 * @example
 * ```ts
 * import { UNCOUNTED } from '@gatewright/dynamodb';
 *
 * UNCOUNTED // → 'x-gatewright-uncounted'
 * ```
 */
export const UNCOUNTED = 'x-gatewright-uncounted';
