import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rightsOf, tablesOf } from '../../../../packages/gateway/dynamodb/rights.ts';

/** `orders` has `customer`, its index `by-day` has `day`; nothing else is known. */
const keys = (table: string, index: string | undefined): string | undefined =>
  table === 'orders' ? (index === 'by-day' ? 'day' : 'customer') : undefined;

const KEY = { customer: { S: 'ada' }, number: { N: '1' } };
const of = (operation: string, input: Readonly<Record<string, unknown>>) =>
  rightsOf(operation, input, keys).map(({ action, resource, conditions }) => [
    `${action} ${resource}`,
    conditions,
  ]);

describe('rightsOf', () => {
  // Service authorization reference, "Actions, resources, and condition keys for Amazon DynamoDB".
  for (const { operation, input, needs } of [
    {
      operation: 'GetItem',
      input: { TableName: 'orders', Key: KEY, ProjectionExpression: '#s, lines[0].price' },
      needs: [
        [
          'dynamodb:GetItem orders',
          {
            'dynamodb:leadingkeys': ['ada'],
            'dynamodb:attributes': ['customer', 'number', '#s', 'lines'],
          },
        ],
      ],
    },
    {
      operation: 'UpdateItem',
      input: {
        TableName: 'arn:aws:dynamodb:eu-west-1:123456789012:table/orders',
        Key: KEY,
        UpdateExpression: 'SET #s = if_not_exists(#s, :zero) REMOVE old',
        ConditionExpression: 'attribute_exists(customer) AND NOT size(note) > :n',
        ExpressionAttributeNames: { '#s': 'state' },
        ReturnValues: 'ALL_OLD',
        ReturnConsumedCapacity: 'TOTAL',
      },
      needs: [
        [
          'dynamodb:UpdateItem orders',
          {
            'dynamodb:leadingkeys': ['ada'],
            'dynamodb:attributes': ['customer', 'number', 'note', 'state', 'old'],
            'dynamodb:returnvalues': ['ALL_OLD'],
            'dynamodb:returnconsumedcapacity': ['TOTAL'],
          },
        ],
      ],
    },
    {
      operation: 'Query',
      input: {
        TableName: 'orders',
        IndexName: 'by-day',
        KeyConditionExpression: 'begins_with(#n, :p) AND #d = :d',
        ExpressionAttributeNames: { '#d': 'day', '#n': 'number' },
        ExpressionAttributeValues: { ':d': { S: '2026-11-20' }, ':p': { S: 'x' } },
        Select: 'COUNT',
      },
      needs: [
        [
          'dynamodb:Query orders/index/by-day',
          {
            'dynamodb:leadingkeys': ['2026-11-20'],
            'dynamodb:attributes': ['number', 'day'],
            'dynamodb:select': ['COUNT'],
          },
        ],
      ],
    },
    {
      operation: 'Query',
      input: {
        TableName: 'orders',
        KeyConditions: { customer: { ComparisonOperator: 'EQ', AttributeValueList: [{ S: 'ada' }] } },
      },
      needs: [
        ['dynamodb:Query orders', { 'dynamodb:leadingkeys': ['ada'], 'dynamodb:attributes': ['customer'] }],
      ],
    },
    // A scan names no key (developer guide, "Using IAM policy conditions").
    { operation: 'Scan', input: { TableName: 'orders' }, needs: [['dynamodb:Scan orders', {}]] },
    {
      operation: 'BatchWriteItem',
      input: {
        RequestItems: {
          orders: [
            { PutRequest: { Item: { ...KEY, a: { S: '1' } } } },
            { DeleteRequest: { Key: { ...KEY, customer: { S: 'bob' } } } },
          ],
        },
      },
      needs: [
        [
          'dynamodb:BatchWriteItem orders',
          { 'dynamodb:leadingkeys': ['ada', 'bob'], 'dynamodb:attributes': ['customer', 'number', 'a'] },
        ],
      ],
    },
    {
      operation: 'TransactWriteItems',
      input: {
        TransactItems: [
          { Put: { TableName: 'orders', Item: KEY } },
          { ConditionCheck: { TableName: 'orders', Key: KEY, ConditionExpression: 'x = :x' } },
        ],
      },
      needs: [
        [
          'dynamodb:PutItem orders',
          {
            'dynamodb:leadingkeys': ['ada'],
            'dynamodb:attributes': ['customer', 'number'],
            'dynamodb:enclosingoperation': ['TransactWriteItems'],
          },
        ],
        [
          'dynamodb:ConditionCheckItem orders',
          {
            'dynamodb:leadingkeys': ['ada'],
            'dynamodb:attributes': ['customer', 'number', 'x'],
            'dynamodb:enclosingoperation': ['TransactWriteItems'],
          },
        ],
      ],
    },
    {
      operation: 'ExecuteStatement',
      input: { Statement: 'SELECT * FROM "orders"."by-day" WHERE day = ?', Parameters: [{ S: 'd' }] },
      needs: [
        [
          'dynamodb:PartiQLSelect orders/index/by-day',
          {
            'dynamodb:leadingkeys': ['d'],
            'dynamodb:fulltablescan': ['false'],
            'dynamodb:attributes': ['day'],
          },
        ],
      ],
    },
    {
      operation: 'BatchExecuteStatement',
      input: {
        Statements: [
          { Statement: `SELECT * FROM orders` },
          { Statement: `DELETE FROM orders WHERE customer = 'ada' AND number = 1` },
        ],
      },
      needs: [
        [
          'dynamodb:PartiQLSelect orders',
          {
            'dynamodb:fulltablescan': ['true'],
            'dynamodb:enclosingoperation': ['BatchExecuteStatement'],
          },
        ],
        [
          'dynamodb:PartiQLDelete orders',
          {
            'dynamodb:leadingkeys': ['ada'],
            'dynamodb:attributes': ['customer', 'number'],
            'dynamodb:enclosingoperation': ['BatchExecuteStatement'],
          },
        ],
      ],
    },
    { operation: 'ListTables', input: { TableName: 'orders' }, needs: [['dynamodb:ListTables *', {}]] },
    {
      operation: 'TagResource',
      input: { ResourceArn: 'arn:aws:dynamodb:us-east-1:123456789012:table/orders', TableName: 'other' },
      needs: [['dynamodb:TagResource arn:aws:dynamodb:us-east-1:123456789012:table/orders', {}]],
    },
  ])
    it(`asks for what ${operation} needs: ${JSON.stringify(needs.map(([first]) => first))}`, () => {
      assert.deepEqual(of(operation, input), needs);
    });

  it('grants a key that only the pattern * matches if the key attribute is unknown', () => {
    for (const [operation, input] of [
      ['GetItem', { TableName: 'unknown', Key: KEY }],
      ['Query', { TableName: 'unknown', KeyConditionExpression: 'customer = :c' }],
      ['ExecuteStatement', { Statement: `DELETE FROM unknown WHERE customer = 'ada'` }],
    ] as const) {
      const [right] = rightsOf(operation, input, keys);
      assert.deepEqual(right?.conditions['dynamodb:leadingkeys'], ['\0'], operation);
    }
  });

  // Attack: the caller's own table next to the backup that is read, or the table that is written.
  for (const [operation, input] of [
    ['RestoreTableFromBackup', { TargetTableName: 'closed', BackupArn: 'closed' }],
    ['RestoreTableToPointInTime', { SourceTableName: 'closed', TargetTableName: 'copy' }],
    ['ExportTableToPointInTime', { TableArn: 'closed' }],
    ['ImportTable', { TableCreationParameters: { TableName: 'closed' } }],
    ['DescribeBackup', { BackupArn: 'closed' }],
  ] as const)
    it(`asks for any table if ${operation} names one that it does not read`, () => {
      const [right] = rightsOf(operation, { ...input, TableName: 'own' }, () => undefined);

      assert.equal(right?.resource, '*');
    });

  // Attack: a member that the store does not read names the caller's own item, and the member next to it another's.
  const OWN = { customer: { S: 'ada' } };
  const OTHER = { customer: { S: 'eve' } };
  const DISGUISED = { customer: { any: 'ada', S: 'eve' } };
  for (const { what, operation, input, asked } of [
    {
      what: 'the item of a put, whatever its key says',
      operation: 'PutItem',
      input: { TableName: 'orders', Key: OWN, Item: OTHER },
      asked: ['eve'],
    },
    {
      what: 'the item of a put in a transaction',
      operation: 'TransactWriteItems',
      input: { TransactItems: [{ Put: { TableName: 'orders', Key: OWN, Item: OTHER } }] },
      asked: ['eve'],
    },
    {
      what: 'the key of a deletion, whatever its item says',
      operation: 'DeleteItem',
      input: { TableName: 'orders', Key: OTHER, Item: OWN },
      asked: ['eve'],
    },
    {
      what: 'both halves of a request of a batch',
      operation: 'BatchWriteItem',
      input: { RequestItems: { orders: [{ PutRequest: { Item: OWN }, DeleteRequest: { Key: OTHER } }] } },
      asked: ['ada', 'eve'],
    },
    {
      what: 'the typed value of a key',
      operation: 'GetItem',
      input: { TableName: 'orders', Key: DISGUISED },
      asked: ['eve'],
    },
    {
      what: 'the typed value of a parameter',
      operation: 'ExecuteStatement',
      input: { Statement: 'SELECT * FROM orders WHERE customer = ?', Parameters: [DISGUISED.customer] },
      asked: ['eve'],
    },
    {
      what: 'the value of a query in front of its key',
      operation: 'Query',
      input: {
        TableName: 'orders',
        KeyConditionExpression: ':c = #k',
        ExpressionAttributeNames: { '#k': 'customer' },
        ExpressionAttributeValues: { ':c': { S: 'eve' } },
      },
      asked: ['eve'],
    },
    {
      // DynamoDB's placeholders are `#` and any letters, digits and underscores.
      what: 'the key of a query, whatever the end of a placeholder spells',
      operation: 'Query',
      input: {
        TableName: 'orders',
        KeyConditionExpression: '#0customer = :own AND #1 = :other',
        ExpressionAttributeNames: { '#0customer': 'number', '#1': 'customer' },
        ExpressionAttributeValues: { ':own': { S: 'ada' }, ':other': { S: 'eve' } },
      },
      asked: ['eve'],
    },
    {
      what: 'a query whose key is not found: only the pattern *',
      operation: 'Query',
      input: { TableName: 'orders', KeyConditionExpression: 'contains(customer, :c)' },
      asked: ['\0'],
    },
  ])
    it(`asks for ${what}`, () => {
      const [right] = rightsOf(operation, input, keys);
      assert.deepEqual(right?.conditions['dynamodb:leadingkeys'], asked);
    });

  // Attack: attributes that a policy does not list, behind a name that is read as none, or as another.
  for (const { what, input, asked } of [
    {
      what: 'placeholders of digits',
      input: {
        ProjectionExpression: '#0, #1a.b',
        ExpressionAttributeNames: { '#0': 'secret', '#1a': 'pin' },
      },
      asked: ['secret', 'pin'],
    },
    {
      what: 'both sides of a subtraction',
      input: { UpdateExpression: 'SET total=price-secret-:one' },
      asked: ['total', 'price', 'secret'],
    },
  ])
    it(`reads the names behind ${what}`, () => {
      const [right] = rightsOf('UpdateItem', { TableName: 'orders', Key: {}, ...input }, keys);
      assert.deepEqual(right?.conditions['dynamodb:attributes'], asked);
    });

  for (const { statement, asked } of [
    {
      statement: `SELECT secret, lines[0].price FROM orders WHERE customer = 'ada'`,
      asked: 'secret lines customer',
    },
    { statement: `INSERT INTO orders VALUE {'customer': 'ada', 'secret': 1}`, asked: 'customer secret' },
    {
      statement: `UPDATE orders SET secret = 1 REMOVE pin WHERE customer = 'ada'`,
      asked: 'secret pin customer',
    },
    {
      statement: `DELETE FROM orders WHERE customer = 'ada' AND secret IS NOT MISSING`,
      asked: 'customer secret',
    },
  ])
    it(`reads the names of ${statement}`, () => {
      const [right] = rightsOf('ExecuteStatement', { Statement: statement }, keys);
      assert.equal(right?.conditions['dynamodb:attributes']?.join(' '), asked);
    });

  // Attack: a member that the operation does not read lends the right to a table or index of one's own.
  const OWN_ARN = 'arn:aws:dynamodb:us-east-1:123456789012:table/own';
  for (const operation of ['DeleteTable', 'DescribeTable', 'UpdateTimeToLive'])
    it(`asks ${operation} for its table, whatever else the call names`, () => {
      const input = { TableName: 'orders', ResourceArn: OWN_ARN, IndexName: 'by-day' };
      assert.deepEqual(of(operation, input), [[`dynamodb:${operation} orders`, {}]]);
    });

  const STREAM = 'arn:aws:dynamodb:us-east-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000';
  for (const { operation, input, needs } of [
    { operation: 'DescribeStream', input: { StreamArn: STREAM, TableName: 'own' }, needs: STREAM },
    {
      operation: 'GetShardIterator',
      input: { StreamArn: STREAM, ShardIterator: `${OWN_ARN}|1|A` },
      needs: STREAM,
    },
    { operation: 'GetRecords', input: { StreamArn: OWN_ARN, ShardIterator: `${STREAM}|1|A` }, needs: STREAM },
    { operation: 'GetRecords', input: { ShardIterator: 'own' }, needs: '*' },
    { operation: 'ListStreams', input: { TableName: 'orders' }, needs: 'orders/stream/*' },
    { operation: 'ListStreams', input: {}, needs: '*/stream/*' },
  ])
    it(`asks ${operation} for ${needs}, which it reads, and for nothing else`, () =>
      assert.deepEqual(of(operation, input), [[`dynamodb:${operation} ${needs}`, {}]]));

  it('requires the index whose statistics a call reads', () => {
    const input = { TableName: 'orders', IndexName: 'by-day' };
    assert.deepEqual(of('DescribeContributorInsights', input), [
      ['dynamodb:DescribeContributorInsights orders/index/by-day', {}],
    ]);
  });

  it('wants every PartiQL right on every table for a statement that it cannot read', () => {
    assert.deepEqual(
      of('ExecuteStatement', { Statement: 'EXISTS (SELECT' }).map(([what]) => what),
      ['Select', 'Insert', 'Update', 'Delete'].map((verb) => `dynamodb:PartiQL${verb} *`),
    );
  });
});

describe('tablesOf', () => {
  it('names each table of a transaction once, and none for an operation on the account', () => {
    const member = (TableName: string) => ({ Get: { TableName, Key: KEY } });
    const TransactItems = [member('orders'), member('unknown'), member('orders')];
    assert.deepEqual(tablesOf('TransactGetItems', { TransactItems }), ['orders', 'unknown']);
    assert.deepEqual(tablesOf('ListTables', {}), []);
  });
});
