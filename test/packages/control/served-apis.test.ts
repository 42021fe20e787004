import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { labelApis } from '../../../packages/control/served-apis.ts';

const api = (apiId: string, name: string, protocol: 'rest' | 'http' | 'websocket') => ({
  apiId,
  name,
  protocol,
});

describe('labelApis', () => {
  it('says nothing of one API alone', () => {
    assert.deepEqual([...labelApis([api('a', 'shop', 'rest')])], []);
  });

  it('distinguishes several in as few words as possible', () => {
    const labels = labelApis([
      api('a', 'shop', 'rest'),
      api('b', 'shop', 'http'),
      api('c', 'chat', 'websocket'),
      api('d', 'shop', 'rest'),
    ]);

    assert.deepEqual(
      [...labels],
      [
        ['a', 'shop (REST a) '],
        ['b', 'shop (HTTP) '],
        ['c', 'chat '],
        ['d', 'shop (REST d) '],
      ],
    );
  });
});
