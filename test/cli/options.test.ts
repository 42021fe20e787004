import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { collectPair, readDuration, readPort, readStageName } from '../../cli/options.ts';

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

describe('collectPair', () => {
  it('splits at the first equals sign and keeps what came before', () => {
    assert.deepEqual(collectPair('b=c=d', { a: '1' }), { a: '1', b: 'c=d' });
    assert.deepEqual(collectPair('empty=', {}), { empty: '' });
    assert.throws(() => collectPair('=x', {}), /NAME=VALUE/);
  });
});

describe('readStageName', () => {
  it('takes what API Gateway takes', () => {
    assert.equal(readStageName('pre_prod-1'), 'pre_prod-1');
    for (const text of ['', 'a/b', '$default', 'ä']) assert.throws(() => readStageName(text), /stage name/);
  });
});
