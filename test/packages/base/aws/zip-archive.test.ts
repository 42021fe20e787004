import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { writeZip } from '../../../../packages/base/aws/zip-archive.ts';
import { readZip } from '../../../support/zip-entries.ts';

const files = fc.dictionary(fc.stringMatching(/^[a-zé][\w/.-]{0,20}$/), fc.uint8Array({ maxLength: 500 }));

describe('writeZip', () => {
  it('is read back as it was written, whatever the order of the files', () => {
    fc.assert(
      fc.property(files, (entries) => {
        const list = Object.entries(entries);
        const archive = writeZip(new Map(list));
        const read = [...readZip(archive)].map(([name, content]) => [name, [...content]]);
        const wanted = list.map(([name, content]) => [name, [...content]] as const);
        assert.deepEqual(
          read,
          wanted.sort(([a], [b]) => (a < b ? -1 : 1)),
        );
        assert.deepEqual(writeZip(new Map(list.reverse())), archive);
      }),
    );
  });

  it('is what another reader takes, checksums and permissions included', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatewright-zip-'));
    try {
      const file = join(folder, 'function.zip');
      const content = Buffer.from('export const handler = 1;\n'.repeat(100));
      writeFileSync(file, writeZip(new Map([['functions/a.mjs', content]])));
      // Node has no reader of zip; osls's own, by which it packs, comes with it.
      const script = `
        const yauzl = require('yauzl');
        yauzl.open(process.argv[1], { lazyEntries: true, validateEntrySize: true }, (error, zip) => {
          if (error) throw error;
          zip.on('entry', (entry) => zip.openReadStream(entry, (failed, stream) => {
            if (failed) throw failed;
            let size = 0;
            stream.on('data', (chunk) => (size += chunk.length));
            stream.on('end', () => console.log(entry.fileName, size, entry.crc32, (entry.externalFileAttributes >>> 16).toString(8)));
          }));
          zip.readEntry();
        });`;
      const checkout = join(import.meta.dirname, '../..');
      const printed = execFileSync(process.execPath, ['--eval', script, file], {
        cwd: checkout,
        encoding: 'utf8',
      });

      assert.match(printed, new RegExp(`^functions/a\\.mjs ${content.length} \\d+ 100644\\n$`));
      assert.ok(statSync(file).size < content.length);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
