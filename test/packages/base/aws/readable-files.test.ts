import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { entriesOf, readIfReadable } from '@gatewright/aws/readable-files';

describe('files that may be missing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-readable-'));
  after(() => rmSync(folder, { recursive: true }));
  for (const name of ['b.py', 'a.py']) writeFileSync(join(folder, name), name);

  it('are read if they are there, and are undefined if not', () => {
    assert.equal(readIfReadable(join(folder, 'a.py')), 'a.py');
    assert.equal(readIfReadable(join(folder, 'c.py')), undefined);
    assert.equal(readIfReadable(folder), undefined);
  });

  it('are listed by name; for something that is not a folder, the list is empty', () => {
    assert.deepEqual(
      entriesOf(folder).map(({ name }) => name),
      ['a.py', 'b.py'],
    );
    assert.deepEqual(entriesOf(join(folder, 'a.py')), []);
    assert.deepEqual(entriesOf(join(folder, 'none')), []);
  });
});
