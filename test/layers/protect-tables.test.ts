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
  const KEYS = { accessKeyId: 'AKIA', secretAccessKey: 's' };
  const provider = {
    getStage: () => 'prod',
    getRegion: () => 'eu-central-1',
    getAwsSdkV3CredentialsProvider: () => () => Promise.resolve(KEYS),
    // As osls 4 has it: it throws, and returns no promise.
    request: (): never => assert.fail('provider.request() is no longer available'),
  };
  const outputsOf = (from: Partial<typeof provider> = {}) =>
    deployedOutputs({ ...provider, ...from }, 'gatewright-prod', {});

  it('names the outputs of the deployed stack', async (t) => {
    const Outputs = [{ OutputKey: 'AccessTableName', OutputValue: 'access' }];
    const answer = { DescribeStacksResponse: { DescribeStacksResult: { Stacks: [{ Outputs }] } } };
    let asked = '';
    t.mock.method(globalThis, 'fetch', (url: URL) => {
      asked = String(url);
      return Promise.resolve(Response.json(answer));
    });

    assert.deepEqual(await outputsOf(), ['AccessTableName']);
    assert.match(
      asked,
      /^https:\/\/cloudformation\.eu-central-1\.amazonaws\.com\/\?Action=DescribeStacks&.*StackName=gatewright-prod$/,
    );
  });

  it('has none where there is no stack', async (t) => {
    const text = 'Stack with id gatewright-prod does not exist';
    t.mock.method(globalThis, 'fetch', () => Promise.resolve(new Response(text, { status: 400 })));
    assert.deepEqual(await outputsOf(), []);
  });

  it('says why AWS could not be asked, and the tables are protected then', async (t) => {
    t.mock.method(globalThis, 'fetch', () => Promise.resolve(new Response('Rate exceeded', { status: 400 })));
    const refused = await outputsOf();
    const without = await outputsOf({
      getAwsSdkV3CredentialsProvider: () => () => Promise.reject(new Error('no credentials.\nLearn more')),
    });

    assert.ok(refused instanceof Error && without instanceof Error);
    assert.match(without.message, /^no credentials\./);
    const Resources = { AccessTable: aTable('afterFirst'), Dev: aTable(false) };
    assert.match(
      protectTables({ Resources }, refused) ?? '',
      /could not be read: .*Rate exceeded; AccessTable will be created with deletion protection/,
    );
    assert.equal(Resources.AccessTable.Properties.DeletionProtectionEnabled, true);
  });
});
