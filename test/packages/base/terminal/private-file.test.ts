/** Files that commands write on request. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { writePrivateFile } from '../../../../packages/base/terminal/private-file.ts';

describe('a file that a command was asked to write', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-private-'));
  after(() => rmSync(folder, { recursive: true }));

  it('is readable only by its owner', async () => {
    const file = join(folder, 'out.json');
    await writePrivateFile(file, '{}\n');
    assert.equal(readFileSync(file, 'utf8'), '{}\n');
    if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  const REFUSED = [
    { rule: 'in a folder that is not there', path: 'missing/out.json', reason: /its folder does not exist$/ },
    { rule: 'in the place of a folder', path: '.', reason: /it is a folder$/ },
  ];
  for (const { rule, path, reason } of REFUSED)
    it(`${rule} is refused with the reason, and does not count as a bug`, async () => {
      await assert.rejects(writePrivateFile(join(folder, path), ''), { name: 'UsageError', message: reason });
    });
});
