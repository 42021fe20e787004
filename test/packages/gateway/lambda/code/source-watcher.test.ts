/** Which changes on disk concern which function, with a file system whose news a test gives. */
import assert from 'node:assert/strict';
import fs, { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { listFolders, SourceWatcher } from '../../../../../packages/gateway/lambda/code/source-watcher.ts';
import { aFolder } from '../start-runtime.ts';

type Heard = (event: 'change' | 'rename', name: string | null) => void;

describe('SourceWatcher', () => {
  let watched: Map<string, Heard>;
  let changes: (readonly string[])[];
  let pauses: (readonly string[])[];
  let wereForeseen: boolean[];
  let watcher: SourceWatcher;
  let root: string;
  let unwatched: string[];
  beforeEach(() => {
    watched = new Map();
    changes = [];
    mock.timers.enable({ apis: ['setTimeout'] });
    mock.method(fs, 'watch', (folder: string, _: object, heard: Heard) => {
      watched.set(folder, heard);
      return { on: () => undefined, close: () => void watched.delete(folder) };
    });
    syncBuiltinESMExports();
    root = aFolder({
      'src/a.js': '',
      'src/deep/b.ts': '',
      'src/node_modules/c/index.js': '',
      'lib/d.js': '',
    });
    pauses = [];
    wereForeseen = [];
    watcher = new SourceWatcher({
      onPause: (names) => pauses.push(names.toSorted()),
      onChange: (names, isAfterPause) => {
        changes.push(names.toSorted());
        wereForeseen.push(isAfterPause);
      },
      onUnwatched: (name, message) => unwatched.push(`${name}: ${message}`),
    });
    unwatched = [];
  });
  afterEach(() => {
    watcher.close();
    mock.restoreAll();
    mock.timers.reset();
    syncBuiltinESMExports();
  });

  const news = (folder: string, name: string | null, event: 'change' | 'rename' = 'change'): void =>
    watched.get(join(root, folder))?.(event, name);
  const reported = (): readonly (readonly string[])[] => {
    mock.timers.tick(15);
    return changes.splice(0);
  };
  const folders = (): readonly string[] =>
    [...watched.keys()].map((folder) => folder.slice(root.length + 1)).toSorted();

  it('watches what was loaded from elsewhere, also after the code is built again, but no installed package', () => {
    const folder = join(root, 'src');
    watcher.watch('f', { kind: 'folder', folder });
    const installed = join(root, 'node_modules/pack/index.js');
    watcher.watchLoaded('f', [join(root, 'lib/d.js'), join(folder, 'a.js'), installed]);
    watcher.watch('f', { kind: 'folder', folder });

    assert.deepEqual(folders(), ['lib', 'src', 'src/deep']);
    news('lib', 'other.js');
    assert.deepEqual(reported(), []);
    news('lib', 'd.js');
    assert.deepEqual(reported(), [['f']]);
  });

  it('says once what it cannot watch: too many files and folders, and what the system refuses', () => {
    for (let at = 0; at < 500; at += 1) mkdirSync(join(root, 'src', `n${at}`));
    watcher.watch('f', { kind: 'folder', folder: join(root, 'src') });
    watcher.watch('f', { kind: 'folder', folder: join(root, 'src') });
    const files = Array.from({ length: 1_001 }, (_, at) => join(root, 'lib', `${at}.js`));
    watcher.watchLoaded('f', files);
    mock.method(fs, 'watch', () => {
      throw Object.assign(new Error('full'), { code: 'ENOSPC' });
    });
    syncBuiltinESMExports();
    watcher.watch('g', { kind: 'files', files: [join(root, 'x/y.js')] });

    assert.deepEqual(unwatched, [
      `f: only the first 500 folders in ${join(root, 'src')} are watched: after changes to other files, press r in the terminal of gatewright start`,
      'f: only the first 1000 files that the function has loaded from other folders are watched: after changes to other files, press r in the terminal of gatewright start',
      `g: ${join(root, 'x')} cannot be watched (ENOSPC): after changes to other files, press r in the terminal of gatewright start`,
    ]);
  });

  it('reports exactly the files of a list', () => {
    watcher.watch('one', { kind: 'files', files: [join(root, 'src/a.js'), join(root, 'lib/d.js')] });
    watcher.watch('two', { kind: 'files', files: [join(root, 'lib/d.js')] });
    assert.deepEqual(folders(), ['lib', 'src']);

    news('src', 'a.js');
    assert.deepEqual(reported(), [['one']]);
    news('src', 'other.js');
    assert.deepEqual(reported(), []);
    news('lib', 'd.js');
    assert.deepEqual(reported(), [['one', 'two']]);
  });

  it('reports a burst once, when it has ended', () => {
    watcher.watch('one', { kind: 'folder', folder: join(root, 'src') });
    news('src', 'a.js');
    mock.timers.tick(14);
    news('src', 'a.js', 'rename');
    mock.timers.tick(14);
    assert.deepEqual(changes, []);
    mock.timers.tick(1);

    assert.deepEqual(changes, [['one']]);
  });

  it('reports the first pause in a burst, and whether the burst ended with it', () => {
    watcher.watch('one', { kind: 'folder', folder: join(root, 'src') });
    news('src', 'a.js');
    news('src', 'a.js');
    mock.timers.tick(2);
    assert.deepEqual(pauses, [['one']]);
    mock.timers.tick(13);
    assert.deepEqual(wereForeseen, [true]);

    news('src', 'a.js');
    mock.timers.tick(2);
    news('src', 'a.js');
    mock.timers.tick(14);
    assert.equal(pauses.length, 2);
    mock.timers.tick(1);
    assert.deepEqual(wereForeseen, [true, false]);
  });

  it('reports one complete file at the first pause', () => {
    watcher.watch('one', { kind: 'folder', folder: join(root, 'src') });
    writeFileSync(join(root, 'src/a.js'), 'one');
    news('src', 'a.js');
    news('src', 'a.js');
    mock.timers.tick(1);
    assert.deepEqual(changes, []);
    mock.timers.tick(1);

    assert.deepEqual([pauses, changes, wereForeseen], [[['one']], [['one']], [true]]);
    mock.timers.tick(100);
    assert.equal(changes.length, 1);
  });

  it('waits if more is seen to come: an emptied, renamed or large file, or several files', () => {
    watcher.watch('one', { kind: 'folder', folder: join(root, 'src') });
    const saved: Record<string, () => void> = {
      emptied: () => writeFileSync(join(root, 'src/a.js'), ''),
      renamed: () => rmSync(join(root, 'src/a.js')),
      large: () => writeFileSync(join(root, 'src/a.js'), 'x'.repeat(65_536)),
      several: () => {
        writeFileSync(join(root, 'src/a.js'), 'one');
        news('src', 'other.js');
      },
    };
    for (const [name, save] of Object.entries(saved)) {
      save();
      news('src', 'a.js');
      mock.timers.tick(14);
      assert.deepEqual(changes, [], name);
      mock.timers.tick(1);
      assert.deepEqual(changes.splice(0), [['one']], name);
    }
  });

  it('waits for a file that was written again right after it was complete', () => {
    watcher.watch('one', { kind: 'folder', folder: join(root, 'src') });
    writeFileSync(join(root, 'src/a.js'), 'one');
    news('src', 'a.js');
    mock.timers.tick(2);
    news('src', 'a.js');
    assert.deepEqual(reported(), [['one'], ['one']]);

    news('src', 'a.js');
    mock.timers.tick(14);
    assert.deepEqual(changes, []);
    mock.timers.tick(1);
    assert.deepEqual(changes.splice(0), [['one']]);
  });

  it('takes two saves in short order for two', () => {
    watcher.watch('one', { kind: 'folder', folder: join(root, 'src') });
    writeFileSync(join(root, 'src/a.js'), 'one');
    for (let save = 0; save < 3; save += 1) {
      news('src', 'a.js');
      mock.timers.tick(2);
      assert.deepEqual(changes.splice(0), [['one']]);
      mock.timers.tick(15);
    }
  });

  for (const [folder, name, isCode] of [
    ['src', 'a.js', true],
    ['src', 'new.mts', true],
    ['src/deep', 'b.tsx', true],
    ['src/deep', 'data.json', true],
    ['src', 'README.md', false],
    ['src', null, false],
    ['src/node_modules/c', 'index.js', false],
  ] as const)
    it(`${isCode ? 'reports' : 'does not report'} ${name ?? 'a change without a name'} in ${folder} of a folder of code`, () => {
      watcher.watch('one', { kind: 'folder', folder: join(root, 'src') });
      news(folder, name);

      assert.deepEqual(reported(), isCode ? [['one']] : []);
    });

  it('reports the code of other languages by its names', () => {
    watcher.watch('one', { kind: 'folder', folder: join(root, 'src'), code: /\.py$/ });
    news('src', 'a.js');
    assert.deepEqual(reported(), []);
    news('src', 'a.py');
    assert.deepEqual(reported(), [['one']]);
  });

  it('reports and watches a new folder with code in it, and reports nothing for a folder without code', () => {
    watcher.watch('one', { kind: 'folder', folder: join(root, 'src') });
    mkdirSync(join(root, 'src/empty'));
    news('src', 'empty', 'rename');
    assert.deepEqual(reported(), []);
    mkdirSync(join(root, 'src/full'));
    writeFileSync(join(root, 'src/full/e.js'), '');
    news('src', 'full', 'rename');
    assert.deepEqual(reported(), [['one']]);
    mkdirSync(join(root, 'src/.git'));
    writeFileSync(join(root, 'src/.git/f.js'), '');
    news('src', '.git', 'rename');
    assert.deepEqual(reported(), []);
    assert.deepEqual(folders(), ['src', 'src/deep', 'src/empty', 'src/full']);
    news('src/full', 'e.js');
    assert.deepEqual(reported(), [['one']]);
  });

  it('reports no file that gatewright has written next to the code, unless a function has loaded it', () => {
    const invoice = '2026-11-0a1b2c3d4e5f-1.json';
    watcher.watch('f', { kind: 'folder', folder: join(root, 'src') });
    mkdirSync(join(root, 'src/invoices'));
    writeFileSync(join(root, 'src/invoices', invoice), '{}');
    news('src', 'invoices', 'rename');
    news('src/invoices', invoice);
    news('src', 'gatewright.requests.json');
    assert.deepEqual(reported(), []);

    news('src/invoices', 'prices.json');
    assert.deepEqual(reported(), [['f']]);
    watcher.watchLoaded('f', [join(root, 'src/invoices', invoice)]);
    news('src/invoices', invoice);
    assert.deepEqual(reported(), [['f']]);
  });

  it('waits for a missing folder that may be created', () => {
    watcher.watch('one', { kind: 'folder', folder: join(root, 'out/js') });
    assert.deepEqual(folders(), ['']);
    mkdirSync(join(root, 'out/js'), { recursive: true });
    writeFileSync(join(root, 'out/js/g.js'), '');
    news('', 'out', 'rename');

    assert.deepEqual(reported(), [['one']]);
    assert.deepEqual(folders(), ['out/js']);
  });

  it('watches a folder again that was removed and created again', () => {
    watcher.watch('one', { kind: 'folder', folder: join(root, 'src') });
    const before = watched.get(join(root, 'src/deep'));
    news('src', 'deep', 'rename');

    assert.deepEqual(reported(), [['one']]);
    assert.ok(watched.get(join(root, 'src/deep')) !== before);
  });

  it('watches nothing that no function needs any more', () => {
    watcher.watch('one', { kind: 'folder', folder: join(root, 'src') });
    watcher.watch('two', { kind: 'folder', folder: join(root, 'lib') });
    watcher.forget('one');
    assert.deepEqual(folders(), ['lib']);
    news('lib', 'd.js');
    watcher.close();

    assert.deepEqual([folders(), reported()], [[], []]);
  });

  it('lists folders of code, the root first, 500 at most', () => {
    assert.deepEqual(listFolders(join(root, 'src')), [join(root, 'src'), join(root, 'src/deep')]);
    assert.deepEqual(listFolders(join(root, 'src/a.js')), []);
    for (let count = 0; count < 501; count += 1) mkdirSync(join(root, 'lib', String(count)));
    assert.equal(listFolders(join(root, 'lib')).length, 500);
  });
});
