import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Template } from '../../layers/edit-template.ts';
import { deployedOutputs, protectByParameter, protectTables } from '../../layers/protect-tables.ts';

const aTable = (protection: unknown) => ({
  Type: 'AWS::DynamoDB::Table',
  Properties: { DeletionProtectionEnabled: protection },
});

describe('protectTables', () => {
  it('protects a table that is deployed, and none that this deployment makes', () => {
    const Resources = {
      AccessTable: aTable('afterFirst'),
      UsageTable: aTable('afterFirst'),
      Mine: aTable(true),
      Dev: aTable(false),
    };
    protectTables({ Resources }, ['AccessTableName', 'AccessTableArn']);
    assert.deepEqual(
      Object.values(Resources).map(({ Properties }) => Properties.DeletionProtectionEnabled),
      [true, false, true, false],
    );
  });
});

describe('protectByParameter', () => {
  it('leaves it to the deployment, which protects unless it is told otherwise', () => {
    const template: Template = { Resources: { AccessTable: aTable('afterFirst'), Mine: aTable(false) } };
    protectByParameter(template);
    assert.deepEqual(
      Object.values(template.Resources).map(({ Properties }) => Properties?.['DeletionProtectionEnabled']),
      [{ Ref: 'ProtectTables' }, false],
    );
    assert.partialDeepStrictEqual(template.Parameters, { ProtectTables: { Default: 'true' } });
  });

  it('adds no parameter where the stage decides', () => {
    const template: Template = { Resources: { Mine: aTable(true) } };
    protectByParameter(template);
    assert.equal(template.Parameters, undefined);
  });
});

describe('deployedOutputs', () => {
  it('names the outputs of the deployed stack', async () => {
    const asked: unknown[] = [];
    const request = (...given: unknown[]) => {
      asked.push(given);
      return Promise.resolve({ Stacks: [{ Outputs: [{ OutputKey: 'AccessTableName' }] }] });
    };
    assert.deepEqual(await deployedOutputs({ request }, 'gatewright-prod'), ['AccessTableName']);
    assert.deepEqual(asked, [['CloudFormation', 'describeStacks', { StackName: 'gatewright-prod' }]]);
  });

  it('has none where there is no stack, no answer, or no way to ask', async () => {
    const refuses = {
      request: () => Promise.reject(new Error('Stack with id gatewright-prod does not exist')),
    };
    assert.deepEqual(await deployedOutputs(refuses, 'gatewright-prod'), []);
    assert.deepEqual(await deployedOutputs({ request: () => Promise.resolve({ Stacks: [] }) }, 'x'), []);
    assert.deepEqual(await deployedOutputs({}, 'x'), []);
  });
});
