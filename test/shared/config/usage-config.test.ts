import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readUsageTableConfig, readUsageTrackerConfig } from '../../../shared/config/usage-config.ts';
import { DEFAULT_FIELDS } from '../../../shared/quota/access-log-line.ts';

const TABLE = { GATEWRIGHT_USAGE_TABLE: 'usage' };

describe('readUsageTrackerConfig', () => {
  it('counts what has reached the integration, by the usual fields', () => {
    const usual = { tableName: 'usage', counts: 'reached', fields: DEFAULT_FIELDS };

    assert.deepEqual(readUsageTrackerConfig(TABLE), usual);
    assert.deepEqual(readUsageTrackerConfig({ ...TABLE, GATEWRIGHT_USAGE_FIELDS: '' }), usual);
  });

  it('takes other names of some fields', () => {
    const { fields } = readUsageTrackerConfig({
      ...TABLE,
      GATEWRIGHT_USAGE_FIELDS: 'key=sub, route = routeKey,',
    });

    assert.deepEqual(fields, { ...DEFAULT_FIELDS, key: 'sub', route: 'routeKey' });
  });

  for (const [variable, value] of [
    ['GATEWRIGHT_USAGE_COUNTS', 'some'],
    ['GATEWRIGHT_USAGE_FIELDS', 'colour=sub'],
    ['GATEWRIGHT_USAGE_FIELDS', 'key'],
    ['GATEWRIGHT_USAGE_FIELDS', 'toString=sub'],
  ] as const)
    it(`refuses ${variable}=${value}`, () => {
      assert.throws(() => readUsageTrackerConfig({ ...TABLE, [variable]: value }), {
        code: 'CONFIG_INVALID',
        message: new RegExp(`^${variable} must be`),
      });
    });

  for (const counts of ['reached', 'succeeded', 'all'] as const)
    it(`counts ${counts}`, () => {
      assert.equal(readUsageTrackerConfig({ ...TABLE, GATEWRIGHT_USAGE_COUNTS: counts }).counts, counts);
    });
});

describe('readUsageTableConfig', () => {
  it('fails without a table', () => {
    assert.throws(() => readUsageTableConfig({}), { code: 'CONFIG_INVALID' });
  });
});
