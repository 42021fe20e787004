import { partitionOf } from '@gatewright/aws/arn';

export type BusEvent = {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
};

/** Formats a time in whole seconds, as EventBridge does. */
export function printTime(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}

export function busArnOf(name: unknown, region: string, accountId: string): string {
  const given = typeof name === 'string' && name !== '' ? name : 'default';
  if (given.startsWith('arn:')) return given;
  return `arn:${partitionOf(region)}:events:${region}:${accountId}:event-bus/${given}`;
}
