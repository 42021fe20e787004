/** The settings of a table that dynalite does not handle, in the form of DescribeTable. */
import { isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';

type TableSettings = {
  readonly TableClassSummary?: UnknownMembers;
  readonly SSEDescription?: UnknownMembers;
  readonly DeletionProtectionEnabled?: boolean;
  readonly OnDemandThroughput?: UnknownMembers;
  readonly WarmThroughput?: UnknownMembers;
};

/** The members of CreateTable and UpdateTable that change settings. */
export const SETTING_MEMBERS = [
  'TableClass',
  'SSESpecification',
  'DeletionProtectionEnabled',
  'StreamSpecification',
  'OnDemandThroughput',
  'WarmThroughput',
];
/** Settings of tables and global indexes that DescribeTable returns, but that the embedded DynamoDB ignores. */
const THROUGHPUTS = ['OnDemandThroughput', 'WarmThroughput'];

/**
 * Reads the settings that the call contains. If the call selects the AWS owned key (`Enabled: false`), the table's
 * description contains no encryption settings.
 */
export function readTableSettings(
  input: UnknownMembers,
  tableArn: string,
  nowEpochMs: number,
): TableSettings {
  const { TableClass: tableClass, SSESpecification: encryption, DeletionProtectionEnabled: isKept } = input;
  const [, , , region = '', account = ''] = tableArn.split(':');
  const { Enabled: isEnabled, KMSMasterKeyId: key = 'alias/aws/dynamodb' } = membersOf(encryption);
  const keyArn = String(key).startsWith('arn:')
    ? String(key)
    : `arn:aws:kms:${region}:${account}:${String(key).startsWith('alias/') ? '' : 'key/'}${String(key)}`;
  return {
    ...(typeof tableClass === 'string'
      ? { TableClassSummary: { TableClass: tableClass, LastUpdateDateTime: nowEpochMs / 1000 } }
      : {}),
    ...(isEnabled === true
      ? { SSEDescription: { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: keyArn } }
      : {}),
    ...(typeof isKept === 'boolean' ? { DeletionProtectionEnabled: isKept } : {}),
    ...throughputsOf(input),
  };
}

/**
 * Returns the call's global indexes with the throughputs that the caller gave.
 * @param checked the indexes as dynalite accepted them, without throughputs
 */
export function withThroughputs(checked: unknown, given: unknown): readonly UnknownMembers[] | undefined {
  if (!Array.isArray(checked)) return undefined;
  const all: readonly unknown[] = Array.isArray(given) ? given : [];
  return checked.map((index: unknown, at) => ({
    ...membersOf(index),
    ...throughputsOf(membersOf(all[at])),
  }));
}

/** DeleteTable shows less of the table than the other calls [obs: dynamodb, `test_table_crud`]. */
export function descriptionOfDeleted(described: UnknownMembers): UnknownMembers {
  const {
    AttributeDefinitions: _definitions,
    CreationDateTime: _created,
    KeySchema: _keys,
    ...shown
  } = described;
  return shown;
}

/**
 * Adds the warm throughput to a description of a table and its indexes. If none is given, DynamoDB reports the
 * provisioned throughput, or its default for a table on demand [obs: dynamodb, `test_table_crud`,
 * `test_gsi_with_billing_mode`].
 */
export function withWarmThroughput(described: UnknownMembers): UnknownMembers {
  const { BillingModeSummary: summary, GlobalSecondaryIndexes: indexes } = described;
  const isOnDemand = membersOf(summary)['BillingMode'] === 'PAY_PER_REQUEST';
  const warmed = (one: UnknownMembers): UnknownMembers => {
    const { ReadCapacityUnits: read, WriteCapacityUnits: write } = membersOf(one['ProvisionedThroughput']);
    const usual = isOnDemand
      ? { ReadUnitsPerSecond: 12_000, WriteUnitsPerSecond: 4000 }
      : { ReadUnitsPerSecond: read, WriteUnitsPerSecond: write };
    return { ...one, WarmThroughput: { ...usual, ...membersOf(one['WarmThroughput']), Status: 'ACTIVE' } };
  };
  return {
    ...warmed(described),
    ...(Array.isArray(indexes) && {
      GlobalSecondaryIndexes: indexes.map((index) => warmed(membersOf(index))),
    }),
  };
}

function throughputsOf(input: UnknownMembers): UnknownMembers {
  const given = THROUGHPUTS.flatMap((name) => {
    const value = input[name];
    if (!isJsonObject(value)) return [];
    // A warm throughput is shown as being changed until DescribeTable shows it [obs: dynamodb].
    return [[name, name === 'WarmThroughput' ? { ...value, Status: 'UPDATING' } : value]];
  });
  return Object.fromEntries(given) as UnknownMembers;
}
