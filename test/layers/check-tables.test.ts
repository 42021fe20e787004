import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { globalTables } from '../../layers/check-tables.ts';
import { aPlugin } from '../support/a-stack-plugin.ts';

const REFERS = {
  Variables: { GATEWRIGHT_USAGE_TABLE: { Ref: 'Ledger' }, GATEWRIGHT_ACCESS_TABLE: 'by-name' },
};
const withTable = (table: { Type: string; Properties?: Record<string, unknown> }) => ({
  Resources: {
    F: { Type: 'AWS::Lambda::Function', Properties: { Environment: REFERS } },
    Ledger: table,
    Others: { Type: 'AWS::DynamoDB::GlobalTable', Properties: { Replicas: [{ Region: 'us-east-1' }] } },
  },
});
const Replicas = [{ Region: 'us-east-1' }, { Region: 'eu-west-1' }];

describe('globalTables', () => {
  it('ignores a table of one region, and tables of others', () => {
    assert.deepEqual(globalTables(withTable({ Type: 'AWS::DynamoDB::Table', Properties: {} })), []);
  });

  for (const Type of ['AWS::DynamoDB::GlobalTable', 'AWS::DynamoDB::Table'])
    it(`names a table of ours with replicas, whatever its type: ${Type}`, () => {
      const [only, ...more] = globalTables(withTable({ Type, Properties: { Replicas } }));

      assert.match(only ?? '', /^Ledger is a global table in us-east-1, eu-west-1\. .*whole quota/);
      assert.deepEqual(more, []);
    });

  it('names a global table whose regions become known only at deployment', () => {
    const table = {
      Type: 'AWS::DynamoDB::GlobalTable',
      Properties: { Replicas: { 'Fn::If': ['A', [], []] } },
    };

    assert.match(globalTables(withTable(table))[0] ?? '', /^Ledger is a global table/);
  });

  it('ignores parameters that name something other than a table of the stack', () => {
    const { Resources } = withTable({ Type: 'AWS::SSM::Parameter', Properties: { Replicas } });

    assert.deepEqual(globalTables({ Resources }), []);
  });

  it('prevents such a stack from being packaged', () => {
    const { Resources } = withTable({ Type: 'AWS::DynamoDB::GlobalTable', Properties: { Replicas } });
    const hooks = aPlugin('dev', {}, {}, '/nowhere', Resources);

    assert.throws(() => hooks['after:aws:package:finalize:mergeCustomProviderResources']?.(), {
      code: 'GLOBAL_TABLE',
    });
  });
});
