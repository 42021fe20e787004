import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadOnce } from '../../../../packages/base/aws/load-once.ts';

describe('loadOnce', () => {
  it('loads on the first call, and keeps what came', async () => {
    let loads = 0;
    const load = loadOnce(() => Promise.resolve((loads += 1)));

    assert.equal(loads, 0);
    assert.deepEqual(await Promise.all([load(), load()]), [1, 1]);
    assert.equal(await load(), 1);
  });

  it('tries again after a load that failed', async () => {
    let loads = 0;
    const failure = new Error('the disk was busy');
    const load = loadOnce(() => ((loads += 1) === 1 ? Promise.reject(failure) : Promise.resolve('loaded')));

    await assert.rejects(load(), failure);
    assert.equal(await load(), 'loaded');
  });
});
