import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readListed, readNumber, readSignerConfig } from '../../../shared/config/environment.ts';

describe('readNumber', () => {
  const read = (value: string | undefined): number => readNumber({ N: value }, 'N', [2, 240], 60);

  for (const [value, expected] of [
    [undefined, 60],
    ['', 60],
    ['2', 2],
    ['240', 240],
  ] as const)
    it(`reads ${value ?? 'nothing'} as ${expected}`, () => {
      assert.equal(read(value), expected);
    });

  for (const value of ['1', '241', '-2', '2.5', '0x10', ' 2', 'many'])
    it(`refuses "${value}"`, () => {
      assert.throws(() => read(value), {
        code: 'CONFIG_INVALID',
        message: 'N must be a whole number from 2 to 240',
      });
    });
});

describe('readListed', () => {
  const read = (value: string | undefined): ReadonlySet<string> =>
    readListed({ LIST: value }, 'LIST', /^[a-z]+$/, 'must be words');

  it('has what stands between commas, without blanks', () => {
    assert.deepEqual([undefined, '', 'a', 'a, b,,a'].map(read), [
      new Set(),
      new Set(),
      new Set(['a']),
      new Set(['a', 'b']),
    ]);
  });

  it('is refused as a whole where one of it has another form', () => {
    assert.throws(() => read('a,B'), { code: 'CONFIG_INVALID', message: 'LIST must be words' });
  });
});

describe('readSignerConfig', () => {
  const set = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'key' };

  it('has no session token unless there is one', () => {
    assert.deepEqual(readSignerConfig(set), {
      region: 'eu-west-1',
      credentials: { accessKeyId: 'AKID', secretAccessKey: 'key' },
    });
  });

  it('fails without any of the others', () => {
    for (const missing of Object.keys(set))
      assert.throws(() => readSignerConfig({ ...set, [missing]: undefined }), {
        code: 'CONFIG_INVALID',
        message: `${missing} is missing or malformed`,
      });
  });
});
