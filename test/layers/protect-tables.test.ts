import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Template } from '../../layers/edit-template.ts';
import {
  deployedIds,
  findWrongSetting,
  protectByParameter,
  protectTables,
} from '../../layers/protect-tables.ts';

const aTable = (protection: unknown) => ({
  Type: 'AWS::DynamoDB::Table',
  Properties: { DeletionProtectionEnabled: protection },
});

describe('protectTables', () => {
  it('protects a deployed table, but not a table that this deployment creates', () => {
    const Resources = {
      AccessTable: aTable('afterFirst'),
      UsageTable: aTable('afterFirst'),
      Mine: aTable(true),
      Dev: aTable(false),
    };
    protectTables({ Resources }, ['AccessTable', 'AccessTableThrottledAlarm']);
    assert.deepEqual(
      Object.values(Resources).map(({ Properties }) => Properties.DeletionProtectionEnabled),
      [true, false, true, false],
    );
  });
});

describe('findWrongSetting', () => {
  const settings: readonly (readonly [setting: unknown, isWrong: boolean])[] = [
    ['afterFirst', false],
    [true, false],
    [false, false],
    // --param protectTables=true
    ['true', false],
    ['false', false],
    [undefined, false],
    [{ Ref: 'ProtectTables' }, false],
    ['afterfirst', true],
    ['', true],
  ];
  for (const [setting, isWrong] of settings)
    it(`${isWrong ? 'refuses' : 'accepts'} ${JSON.stringify(setting)}`, () => {
      const found = findWrongSetting({ Resources: { AccessTable: aTable(setting) } });
      assert.equal(found !== undefined, isWrong);
    });
});

describe('protectByParameter', () => {
  it('leaves it to the deployment, which protects the tables unless its parameter says otherwise', () => {
    const template: Template = { Resources: { AccessTable: aTable('afterFirst'), Mine: aTable(false) } };
    protectByParameter(template);
    assert.deepEqual(
      Object.values(template.Resources).map(({ Properties }) => Properties?.['DeletionProtectionEnabled']),
      [{ Ref: 'ProtectTables' }, false],
    );
    assert.partialDeepStrictEqual(template.Parameters, { ProtectTables: { Default: 'true' } });
  });

  it('adds no parameter if the stage decides', () => {
    const template: Template = { Resources: { Mine: aTable(true) } };
    protectByParameter(template);
    assert.equal(template.Parameters, undefined);
  });
});

describe('deployedIds', () => {
  const listing = (...rows: readonly (readonly [id: string, status: string])[]) => {
    return {
      getStackResources: () =>
        Promise.resolve(
          rows.map(([LogicalResourceId, ResourceStatus]) => ({ LogicalResourceId, ResourceStatus })),
        ),
    };
  };
  const failing = (message: string) => {
    return { getStackResources: () => Promise.reject(new Error(message)) };
  };

  it('names what is deployed, and nothing that was deleted or never made', async () => {
    const stack = listing(
      ['AccessTable', 'UPDATE_COMPLETE'],
      ['UsageTable', 'DELETE_COMPLETE'],
      ['Topic', 'CREATE_FAILED'],
      ['Alarm', 'UPDATE_ROLLBACK_COMPLETE'],
    );
    assert.deepEqual(await deployedIds(stack, 'gatewright-prod'), ['AccessTable', 'Alarm']);
  });

  it('names nothing if there is no stack with that name', async () => {
    const missing = failing('Stack with id gatewright-prod does not exist');
    assert.deepEqual(await deployedIds(missing, 'gatewright-prod'), []);
  });

  const unknown = [
    ['another failure of the same kind', failing('Role arn:aws:iam::1:role/x does not exist')],
    ['another stack', failing('Stack with id gatewright-dev does not exist')],
    ['no credentials', failing('credentials not found.\nLearn more')],
    ['an osls that cannot ask', {}],
    ['an answer of another shape', { getStackResources: () => Promise.resolve({} as never) }],
  ] as const;
  for (const [name, provider] of unknown)
    it(`is an error, and tables are protected with a warning: ${name}`, async () => {
      const refused = await deployedIds(provider, 'gatewright-prod');
      assert.ok(refused instanceof Error);
      const Resources = { AccessTable: aTable('afterFirst'), Dev: aTable(false) };
      assert.match(
        protectTables({ Resources }, refused) ?? '',
        /^the resources of the deployed stack could not be read: .*[^.\n]; AccessTable get deletion protection/,
      );
      assert.equal(Resources.AccessTable.Properties.DeletionProtectionEnabled, true);
    });
});
