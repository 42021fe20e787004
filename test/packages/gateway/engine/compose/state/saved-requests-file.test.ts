import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { savedRequestsFile } from '../../../../../../packages/gateway/engine/compose/state/saved-requests-file.ts';

const NAME = 'gatewright.requests.json';

describe('the file of saved requests', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatewright-saved-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is created with the first request, and then changed by one call at a time', async () => {
    const file = savedRequestsFile(folder);
    assert.equal(await file.read(), undefined);

    await Promise.all(['a', 'b', 'c'].map((one) => file.change((text = '') => text + one)));

    assert.equal(await file.read(), 'abc');
    assert.deepEqual(readdirSync(folder), [NAME]);
  });

  it('does not change if a change is refused, and accepts the next one', async () => {
    const file = savedRequestsFile(folder);
    await file.change(() => 'kept');

    await assert.rejects(
      file.change(() => {
        throw new Error('refused');
      }),
      /refused/,
    );
    await file.change((text = '') => `${text} and changed`);

    assert.equal(readFileSync(join(folder, NAME), 'utf8'), 'kept and changed');
  });

  it('is not a link, which could lead out of the project', async () => {
    const outside = join(folder, 'outside');
    writeFileSync(outside, 'secret');
    symlinkSync(outside, join(folder, NAME));
    const file = savedRequestsFile(folder);

    await assert.rejects(file.read(), /not a regular file/);
    await assert.rejects(
      file.change(() => 'overwritten'),
      /not a regular file/,
    );
    assert.equal(readFileSync(outside, 'utf8'), 'secret');
  });

  it('has 8 MB at most', async () => {
    writeFileSync(join(folder, NAME), Buffer.alloc(8 * 1024 * 1024 + 1));

    await assert.rejects(savedRequestsFile(folder).read(), /larger than 8 MB/);
  });
});
