export type TableDescription = {
  readonly KeySchema: readonly KeyPart[];
  readonly AttributeDefinitions: readonly {
    readonly AttributeName: string;
    readonly AttributeType: 'S' | 'N' | 'B';
  }[];
  readonly GlobalSecondaryIndexes?: readonly IndexDescription[];
  readonly LocalSecondaryIndexes?: readonly IndexDescription[];
};

type KeyPart = { readonly AttributeName: string; readonly KeyType: 'HASH' | 'RANGE' };
type IndexDescription = { readonly IndexName: string; readonly KeySchema: readonly KeyPart[] };

export const OPERATORS = ['=', '<', '<=', '>', '>=', 'begins with', 'between'] as const;
type Operator = (typeof OPERATORS)[number];

export type TableQuestion = {
  /** Empty means the table itself. */
  readonly index: string;
  /** The value of the partition key; empty means all items. */
  readonly partition: string;
  readonly operator: Operator;
  /** The value of the sort key; empty means any value. */
  readonly sort: string;
  readonly sortTo: string;
  readonly limit: number;
  readonly isDescending: boolean;
};

export const FULL_SCAN: TableQuestion = {
  index: '',
  partition: '',
  operator: '=',
  sort: '',
  sortTo: '',
  limit: 50,
  isDescending: false,
};

type TableKeys = { readonly partition: string | undefined; readonly sort: string | undefined };

export function indexesOf(table: TableDescription): readonly string[] {
  const all = [...(table.LocalSecondaryIndexes ?? []), ...(table.GlobalSecondaryIndexes ?? [])];
  return all.map(({ IndexName }) => IndexName);
}

/** Returns the key names of the table, or of one of its indexes. */
export function keysOf(table: TableDescription, index: string): TableKeys {
  const indexes = [...(table.LocalSecondaryIndexes ?? []), ...(table.GlobalSecondaryIndexes ?? [])];
  const schema = indexes.find(({ IndexName }) => IndexName === index)?.KeySchema ?? table.KeySchema;
  const namesOf = (type: KeyPart['KeyType']): readonly string[] =>
    schema.filter(({ KeyType }) => KeyType === type).map(({ AttributeName }) => AttributeName);
  const [partition, another] = namesOf('HASH');
  // The form has only one field for the partition key. If the partition key of an index has several attributes, the
  // index is scanned.
  return { partition: another === undefined ? partition : undefined, sort: namesOf('RANGE')[0] };
}

type TableCall = {
  readonly operation: 'Query' | 'Scan';
  readonly input: Readonly<Record<string, unknown>>;
};

/** Returns a Query if a partition key is given, otherwise a Scan. */
export function toCall(name: string, table: TableDescription, question: TableQuestion): TableCall {
  const { index, partition, operator, sort, sortTo, limit, isDescending } = question;
  const common = { TableName: name, Limit: limit, ...(index !== '' && { IndexName: index }) };
  const keys = keysOf(table, index);
  if (partition === '' || keys.partition === undefined) return { operation: 'Scan', input: common };
  const typed = (attribute: string, value: string): Readonly<Record<string, string>> => {
    const found = table.AttributeDefinitions.find(({ AttributeName }) => AttributeName === attribute);
    return { [found?.AttributeType ?? 'S']: value };
  };
  const isSorted = keys.sort !== undefined && sort !== '';
  const sortName = keys.sort ?? '';
  const isBetween = isSorted && operator === 'between';
  return {
    operation: 'Query',
    input: {
      ...common,
      KeyConditionExpression: isSorted ? `#p = :p AND ${conditionOf(operator)}` : '#p = :p',
      ExpressionAttributeNames: { '#p': keys.partition, ...(isSorted && { '#s': sortName }) },
      ExpressionAttributeValues: {
        ':p': typed(keys.partition, partition),
        ...(isSorted && { ':s': typed(sortName, sort) }),
        ...(isBetween && { ':t': typed(sortName, sortTo) }),
      },
      ScanIndexForward: !isDescending,
    },
  };
}

function conditionOf(operator: Operator): string {
  if (operator === 'begins with') return 'begins_with(#s, :s)';
  return operator === 'between' ? '#s BETWEEN :s AND :t' : `#s ${operator} :s`;
}
