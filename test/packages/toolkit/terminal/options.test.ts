import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_ASSUMPTIONS } from '../../../../packages/gateway/core/deployment/assumptions.ts';
import { readDuration } from '@gatewright/aws/text/duration';
import { START_OPTIONS } from '../../../../packages/gateway/engine/start-options.ts';
import {
  collectPair,
  parserOf,
  readPort,
  readStageName,
} from '../../../../packages/toolkit/terminal/options.ts';
import type { Assumptions } from '../../../../packages/gateway/core/deployment/assumptions.ts';
import type { AccountQuotas } from '../../../../packages/gateway/control/api-quotas.ts';

const collectAssumption = parserOf<Assumptions>(START_OPTIONS.assume);
const collectQuota = parserOf<AccountQuotas>(START_OPTIONS['account-quota']);
const readSize = (text: string): number => parserOf<number>(START_OPTIONS['cache-memory'])(text, 0);

describe('readDuration', () => {
  const rows: [text: string, ms: number | undefined][] = [
    ['+1d', 86_400_000],
    ['-30m', -1_800_000],
    ['90s', 90_000],
    ['1.5h', 5_400_000],
    ['500ms', 500],
    ['2w', 1_209_600_000],
    ['1', undefined],
    ['tomorrow', undefined],
    ['1d2h', undefined],
    ['', undefined],
  ];
  for (const [text, ms] of rows)
    it(`reads "${text}" as ${ms === undefined ? 'no duration' : `${ms} ms`}`, () => {
      assert.equal(readDuration(text), ms);
    });
});

describe('readPort', () => {
  it('takes 0 to 65535 and nothing else', () => {
    assert.deepEqual([readPort('0'), readPort('65535')], [0, 65_535]);
    for (const text of ['65536', '-1', '1e3', ' 80', '']) assert.throws(() => readPort(text), /0 to 65535/);
  });
});

describe('--cache-memory', () => {
  it('takes megabytes and gigabytes, and at least one of the former', () => {
    assert.deepEqual(['64MB', '2GB', '0.5gb'].map(readSize), [67_108_864, 2_147_483_648, 536_870_912]);
    for (const text of ['64', '0.5MB', '-1GB', '1TB', '']) assert.throws(() => readSize(text), /64MB or 2GB/);
  });
});

describe('--max-body-memory', () => {
  it('accepts an amount of memory, but neither zero nor a text', () => {
    const read = parserOf<number>(START_OPTIONS['max-body-memory']);
    assert.equal(read('512MB', 0), 512 * 1024 ** 2);
    for (const text of ['0', '0MB', 'unlimited', '-1MB']) assert.throws(() => read(text, 0), /64MB or 2GB/);
  });
});

describe('--account-quota', () => {
  it('gathers what AWS has raised, and names what can be', () => {
    assert.deepEqual(collectQuota('stages=20', collectQuota('usage-plans=400', {})), {
      usagePlans: 400,
      stages: 20,
    });
    for (const text of ['api-keys=20000', 'stages=5', 'stages'])
      assert.throws(() => collectQuota(text, {}), /NAME=NUMBER.*AWS raises only these quotas: .*authorizers/);
  });
});

describe('collectPair', () => {
  it('splits at the first equals sign and keeps what came before', () => {
    assert.deepEqual(collectPair('b=c=d', { a: '1' }), { a: '1', b: 'c=d' });
    assert.deepEqual(collectPair('empty=', {}), { empty: '' });
    assert.throws(() => collectPair('=x', {}), /NAME=VALUE/);
  });
});

describe('--assume', () => {
  it('accepts one after the other, and lists the known ones for an unknown one', () => {
    const usual = DEFAULT_ASSUMPTIONS;
    const monday = collectAssumption('week-start=monday', usual);

    assert.deepEqual(collectAssumption('throttled-function-status=500', monday), {
      ...usual,
      'week-start': 'monday',
      'throttled-function-status': '500',
    });
    assert.throws(() => collectAssumption('week-start=friday', usual), /week-start=sunday\|monday/);
  });
});

describe('readStageName', () => {
  it('takes what API Gateway takes', () => {
    assert.equal(readStageName('pre_prod-1'), 'pre_prod-1');
    for (const text of ['', 'a/b', '$default', 'ä']) assert.throws(() => readStageName(text), /stage name/);
  });
});
