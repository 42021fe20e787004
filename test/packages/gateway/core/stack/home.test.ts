import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isRegion, readHome, resolveHome } from '../../../../../packages/gateway/core/stack/home.ts';

const usual = { region: 'us-east-1', accountId: '123456789012' };

describe('readHome', () => {
  const rows: readonly [environment: Record<string, string>, home: object | RegExp, source: string][] = [
    [{}, usual, 'nothing is set'],
    [{ AWS_REGION: 'eu-west-1' }, { ...usual, region: 'eu-west-1' }, 'SDKs read AWS_REGION'],
    [{ AWS_DEFAULT_REGION: 'eu-west-2' }, { ...usual, region: 'eu-west-2' }, 'boto3 reads this one alone'],
    [
      { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-2' },
      { ...usual, region: 'eu-west-1' },
      'AWS command line 2: AWS_REGION overrides AWS_DEFAULT_REGION',
    ],
    [{ AWS_REGION: '' }, usual, 'an empty variable says nothing'],
    [{ AWS_ACCOUNT_ID: '210987654321' }, { ...usual, accountId: '210987654321' }, 'ours'],
    [{ AWS_REGION: 'Frankfurt' }, /AWS_REGION is not an AWS region/, 'refused'],
    [{ AWS_DEFAULT_REGION: 'eu' }, /AWS_DEFAULT_REGION is not an AWS region/, 'refused'],
    [{ AWS_ACCOUNT_ID: '1' }, /AWS_ACCOUNT_ID is not an AWS account/, 'refused'],
  ];
  for (const [environment, expected, source] of rows)
    it(`reads ${JSON.stringify(environment)} (${source})`, () => {
      const home = readHome(environment);
      if (expected instanceof RegExp) assert.match(typeof home === 'string' ? home : '', expected);
      else assert.deepEqual(home, expected);
    });
});

describe('isRegion', () => {
  it('accepts the forms of all partitions', () => {
    for (const region of ['us-east-1', 'us-gov-west-1', 'us-isob-east-1', 'cn-north-1', 'eusc-de-east-1'])
      assert.equal(isRegion(region), true, region);
    for (const text of ['', 'eu', 'us-east', 'US-EAST-1', 'us-east-1a', 'unknown-region', 'a b'])
      assert.equal(isRegion(text), false, text);
  });
});

describe('resolveHome', () => {
  it('prefers the command line to the stack, and the stack to the environment', () => {
    const chosen = { region: 'eu-west-3' };
    const own = { region: 'eu-north-1', accountId: '210987654321' };

    assert.deepEqual(resolveHome({ ...usual, chosen }, own), { ...own, ...chosen });
    assert.deepEqual(resolveHome(usual, own), own);
    assert.deepEqual(resolveHome(usual, {}), usual);
  });
});
