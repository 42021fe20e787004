/** The parameters of every CloudWatch call. */
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { Clock } from '../../../core/ports.ts';
import type { AlarmBoard } from '../alarms/alarm-board.ts';
import type { ResourceTags } from '../../../kernel/resource-tags.ts';
import type { MetricStore } from '../metrics/metric-store.ts';
import type { MemberReader } from '@gatewright/aws/member-reader';

export type CallPorts = {
  readonly store: MetricStore;
  readonly board: AlarmBoard;
  readonly tags: ResourceTags;
  readonly clock: Clock;
  readonly accountId: string;
  readonly region: string;
};

/**
 * Runs an operation. Returns undefined if the operation has no result.
 * @throws InvalidMember if a parameter is invalid
 */
export type Call = (at: MemberReader, ports: CallPorts) => UnknownMembers | undefined;
