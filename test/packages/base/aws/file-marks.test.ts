import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import {
  hash,
  isFresh,
  isSame,
  markOf,
  packageFrom,
  packageNames,
  statOf,
} from '../../../../packages/base/aws/file-marks.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'file-marks-')));
after(() => rmSync(root, { recursive: true, force: true }));
const file = join(root, 'file.ts');
writeFileSync(file, 'one');

describe('the mark of a file', () => {
  it('of its text is valid for another age, but not for another text', () => {
    const mark = markOf(file, 'content');
    utimesSync(file, 1, 1);
    assert.equal(isSame(mark), true);
    writeFileSync(file, 'two');
    assert.equal(isSame(mark), false);
  });

  it('of a folder’s names is valid until a name is added or removed', () => {
    const mark = markOf(root, 'names');
    writeFileSync(file, 'three');
    assert.equal(isSame(mark), true);
    writeFileSync(join(root, 'file.js'), '');
    assert.equal(isSame(mark), false);
  });

  it('of a missing file is valid until the file exists', () => {
    const mark = markOf(join(root, 'later'), 'there');
    assert.equal(isSame(mark), true);
    writeFileSync(join(root, 'later'), '');
    assert.equal(isSame(mark), false);
  });

  it('of the names of installed packages is valid whatever else tools keep in the folder', () => {
    const installed = join(root, 'service', 'node_modules');
    mkdirSync(join(installed, 'one'), { recursive: true });
    const mark = { file: installed, look: 'names', value: packageNames(installed) } as const;
    mkdirSync(join(installed, '.cache'));
    assert.equal(isSame(mark), true);
    mkdirSync(join(installed, 'two'));
    assert.equal(isSame(mark), false);
  });

  it('says what exists in place of a file', () => {
    assert.equal(markOf(root, 'there').value, 'folder');
    assert.equal(markOf('/dev/null', 'content').value, 'device');
    assert.equal(markOf(file, 'names').value, 'file');
  });

  it('counts what was written in the moment of the look as newer', () => {
    assert.equal(isFresh(file, statOf(file), Date.now() - 60_000), true);
    assert.equal(isFresh(file, statOf(file), Date.now() + 60_000), false);
  });
});

describe('packageFrom', () => {
  it('changes with a version, a nearer copy, and the target of a link', () => {
    const [inner, outer, linked] = ['a/node_modules/p', 'node_modules/p', 'linked'].map((name) =>
      join(root, name),
    );
    const from = (): string => packageFrom(join(root, 'a'), 'p');
    assert.equal(from(), 'absent');
    const seen = new Set<string>();
    const look = (): void => {
      assert.equal(seen.has(from()), false);
      seen.add(from());
    };
    mkdirSync(outer ?? '', { recursive: true });
    writeFileSync(join(outer ?? '', 'package.json'), '{"version":"1"}');
    look();
    writeFileSync(join(outer ?? '', 'package.json'), '{"version":"2"}');
    look();
    mkdirSync(inner ?? '', { recursive: true });
    look();
    rmSync(inner ?? '', { recursive: true });
    mkdirSync(linked ?? '');
    symlinkSync(linked ?? '', inner ?? '');
    look();
  });
});

describe('hash', () => {
  it('keeps parts apart', () => {
    assert.notEqual(hash(['ab', 'c']), hash(['a', 'bc']));
  });
});
