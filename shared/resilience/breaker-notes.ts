/** Describes table items that are circuit breakers of `gatewright/resilience`. */
import { isJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { breakerPartition, parseBreaker } from './breaker-item.ts';
import { parseItem } from '../table/dynamodb-expression.ts';
import type { DynamoDbItem } from '../table/dynamodb-expression.ts';
import { parseKeyPart } from '../table/item-write.ts';
import type { Item } from '../table/item-write.ts';

const BREAKER = /^BREAKER#(.+)$/;
const PARTITION = breakerPartition('');

/**
 * Returns one sentence per breaker in a response to Scan or Query: `Circuit breaker prices of shop: open until
 * 2026-11-23T12:00:03.000Z (calls-failed)`.
 */
export function noteBreakers({ Items: items }: UnknownMembers): readonly string[] {
  if (!Array.isArray(items)) return [];
  return items.filter(isJsonObject).flatMap((found) => {
    const item = found as object as DynamoDbItem;
    const [partition, sort] = [item['pk']?.S, item['sk']?.S];
    const [, name] = BREAKER.exec(sort ?? '') ?? [];
    if (name === undefined || partition?.startsWith(PARTITION) !== true) return [];
    const namespace = parseKeyPart(partition.slice(PARTITION.length));
    return [`Circuit breaker ${parseKeyPart(name)} of ${namespace}: ${describeState(parseItem(item))}`];
  });
}

function describeState(item: Item): string {
  const { state, openUntilEpochMs, taken, succeeded } = parseBreaker(item);
  const why = ` (${item['why'] ?? 'unknown'})`;
  if (state === 'half-open') return `half-open, ${succeeded} of ${taken} probes succeeded${why}`;
  if (openUntilEpochMs === undefined) return `${state}${why}`;
  return `${state} until ${new Date(openUntilEpochMs).toISOString()}${why}`;
}
