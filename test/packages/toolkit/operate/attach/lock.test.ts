import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { withLock } from '../../../../../packages/toolkit/operate/attach/lock.ts';

const root = mkdtempSync(join(tmpdir(), 'gatewright-lock-'));
after(() => rmSync(root, { recursive: true }));

const shop = { api: 'abcdefghij', stage: 'prod' };
const run = (where = shop): Promise<string> => withLock(root, where, () => Promise.resolve('ran'));

describe('the lock of an attachment', () => {
  it('keeps a second run from the same API and stage, and only from that, until the first is done', async () => {
    await withLock(root, shop, async () => {
      await assert.rejects(run(), new RegExp(`process ${process.pid}`));
      assert.equal(await run({ ...shop, stage: '$default' }), 'ran');
    });
    await assert.rejects(
      withLock(root, shop, () => Promise.reject(new Error('lost'))),
      /lost/,
    );
    assert.equal(await run(), 'ran');
    assert.equal(existsSync(join(root, 'abcdefghij-prod', 'lock')), false);
  });

  it('no longer belongs to a run that was killed', async () => {
    mkdirSync(join(root, 'abcdefghij-prod'), { recursive: true });
    writeFileSync(join(root, 'abcdefghij-prod', 'lock'), '999999999');
    assert.equal(await run(), 'ran');
  });
});
