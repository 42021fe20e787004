import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ArchiveError, unpackArchive } from '../../../../../packages/gateway/lambda/code/unpack-archive.ts';
import { writeZip } from '../../../../../packages/base/aws/zip-archive.ts';
import { aFolder } from '../start-runtime.ts';

const ENTRY = Buffer.from('PK\x01\x02', 'latin1');

/** A zip of these texts, its bytes changed by `change`, in a folder of its own. */
function anArchive(
  files: Readonly<Record<string, string>>,
  change: (zip: Buffer, entry: number) => void = () => undefined,
): { readonly file: string; readonly folder: string } {
  const root = aFolder({});
  const zip = writeZip(new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])));
  change(zip, zip.indexOf(ENTRY));
  const file = join(root, 'code.zip');
  writeFileSync(file, zip);
  return { file, folder: join(root, 'unpacked', 'code') };
}

describe('an archive of a function', () => {
  it('is unpacked with its folders, and with its own package.json', () => {
    const { file, folder } = anArchive({ 'a.js': 'exports.a = 1', 'lib/deep/b.js': '' });

    unpackArchive(file, folder);

    assert.equal(readFileSync(join(folder, 'a.js'), 'utf8'), 'exports.a = 1');
    assert.equal(readFileSync(join(folder, 'lib/deep/b.js'), 'utf8'), '');
    assert.equal(readFileSync(join(folder, 'package.json'), 'utf8'), '{}\n');
  });

  it('keeps the package.json that it contains', () => {
    const { file, folder } = anArchive({ 'package.json': '{"type":"module"}' });

    unpackArchive(file, folder);

    assert.equal(readFileSync(join(folder, 'package.json'), 'utf8'), '{"type":"module"}');
  });

  const hostile: readonly [what: string, files: Readonly<Record<string, string>>, says: RegExp][] = [
    ['climbs out', { '../a.js': '' }, /"\.\.\/a\.js" would lie outside/],
    ['climbs out later', { 'lib/../../a.js': '' }, /would lie outside/],
    ['begins at the root', { '/etc/a.js': '' }, /would lie outside/],
    ['begins at a drive', { 'C:/a.js': '' }, /would lie outside/],
    ['climbs out on Windows', { '..\\a.js': '' }, /would lie outside/],
    ['has no name', { '': '' }, /would lie outside/],
    ['is in another file', { a: 'file', 'a/b.js': '' }, /"a\/b\.js": E/],
  ];
  for (const [what, files, says] of hostile)
    it(`is refused if a file ${what}, and nothing of it is left`, () => {
      const { file, folder } = anArchive(files);

      assert.throws(
        () => {
          unpackArchive(file, folder);
        },
        (error) => error instanceof ArchiveError && says.test(error.message),
      );
      assert.ok(!existsSync(folder) && !existsSync(`${folder}.unfinished`));
    });

  const damaged: readonly [what: string, change: (zip: Buffer, entry: number) => void, says: RegExp][] = [
    [
      'contains a link',
      (zip, at) => zip.writeUInt32LE((0o120777 << 16) >>> 0, at + 38),
      /is a symbolic link/,
    ],
    ['is encrypted', (zip, at) => zip.writeUInt16LE(1, at + 8), /is encrypted/],
    ['is packed by another method', (zip, at) => zip.writeUInt16LE(93, at + 10), /method .* \(93\)/],
    ['unpacks to more than it says', (zip, at) => zip.writeUInt32LE(2, at + 24), /"a\.js"/],
    [
      'says that it unpacks to more than Lambda accepts',
      (zip, at) => zip.writeUInt32LE(262_144_001, at + 24),
      /Lambda's quota/,
    ],
    ['has another checksum', (zip, at) => zip.writeUInt32LE(1, at + 16), /checksum/],
    ['points outside of itself', (zip, at) => zip.writeUInt32LE(0xfffffff0, at + 42), /damaged/],
    ['has no file where it says one is', (zip) => zip.writeUInt32LE(0, 0), /damaged/],
    ['is cut off', (zip, at) => zip.fill(0, at), /not a zip archive/],
  ];
  for (const [what, change, says] of damaged)
    it(`is refused if it ${what}`, () => {
      const { file, folder } = anArchive({ 'a.js': 'exports.handler = 1' }, change);

      assert.throws(
        () => {
          unpackArchive(file, folder);
        },
        (error) => error instanceof ArchiveError && says.test(error.message),
      );
      assert.ok(!existsSync(folder));
    });

  it('is refused if it is something else', () => {
    const folder = aFolder({ 'code.zip': 'no zip' });

    assert.throws(() => {
      unpackArchive(join(folder, 'code.zip'), join(folder, 'out'));
    }, ArchiveError);
  });
});
