/** The stream of a table, as CreateTable and UpdateTable set it and DescribeTable shows it. */
import { partitionOf } from '@gatewright/aws/arn';
import { membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { Table } from './dynalite-store.ts';
import type { StreamLog } from './stream-log.ts';
import { isViewType } from './stream-record.ts';

type DescribedStream = Pick<Table, 'StreamSpecification' | 'LatestStreamArn' | 'LatestStreamLabel'>;

/** Returns the stream members of the table's description. They are empty unless the call switches a stream on. */
export function readStream(input: UnknownMembers, tableArn: string, label: string): DescribedStream {
  const { StreamEnabled: isEnabled, StreamViewType: viewType } = membersOf(input['StreamSpecification']);
  if (isEnabled !== true || !isViewType(viewType)) return {};
  const [, , , region = ''] = tableArn.split(':');
  const arn = tableArn.replace(/^arn:[^:]*/, `arn:${partitionOf(region)}`);
  return {
    StreamSpecification: { StreamEnabled: true, StreamViewType: viewType },
    LatestStreamArn: `${arn}/stream/${label}`,
    LatestStreamLabel: label,
  };
}

/**
 * Returns the error for a change of the stream by UpdateTable that AWS refuses; undefined for any other call. There are
 * two errors. The message of the first is AWS's, as users quote it (hashicorp/terraform-provider-aws issue 18402).
 * AWS's message for the second is not known.
 */
export function wrongStreamUpdate(input: UnknownMembers, table: Table): string | undefined {
  const { StreamEnabled: isEnabled } = membersOf(input['StreamSpecification']);
  const isOn = table.StreamSpecification !== undefined;
  if (isEnabled === true && isOn) return `Table already has an enabled stream: TableName: ${table.TableName}`;
  return isEnabled === false && !isOn
    ? `Table has no stream to disable: TableName: ${table.TableName}`
    : undefined;
}

/** Starts to record the table's changes, if the table has a stream. */
export function openStream(table: Table, streams: StreamLog): void {
  const {
    TableName,
    TableArn = '',
    KeySchema,
    StreamSpecification,
    LatestStreamArn,
    LatestStreamLabel,
  } = table;
  if (StreamSpecification === undefined || LatestStreamArn === undefined || LatestStreamLabel === undefined)
    return;
  streams.open({
    tableName: TableName,
    streamArn: LatestStreamArn,
    label: LatestStreamLabel,
    region: TableArn.split(':')[3] ?? '',
    viewType: StreamSpecification.StreamViewType,
    keySchema: KeySchema,
  });
}
