import { createHash } from 'node:crypto';
import type { TableChange } from '@gatewright/dynamodb';

/** Changes of one item are always in the same lane. */
export function laneOf({ keys }: Pick<TableChange, 'keys'>, lanes: number): number {
  if (lanes === 1) return 0;
  return createHash('md5').update(JSON.stringify(keys)).digest().readUInt32BE(0) % lanes;
}
