import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readTokenFile } from '../../../../packages/toolkit/terminal/read-token-file.ts';

describe('readTokenFile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-token-file-'));
  after(() => rmSync(folder, { recursive: true }));

  for (const text of ['a.b.c', 'Bearer a.b.c\n', 'bearer a.b.c', ' a.b.c '])
    it(`finds the token in ${JSON.stringify(text)}`, () => {
      const file = join(folder, 'token');
      writeFileSync(file, text);

      assert.equal(readTokenFile(file), 'a.b.c');
    });

  it('names the file that does not exist', () => {
    assert.throws(() => readTokenFile(join(folder, 'none')), /--token-file: .*none cannot be read/);
  });
});
