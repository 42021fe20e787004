/** The key of the console's page: stored over starts, only for this user, machine and folder. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { PageKey, pageKeyFolder } from '../../../../../packages/gateway/console/endpoints/page-key.ts';
import { sign } from '../../../../../packages/gateway/console/page/connection/sign.ts';

const HOST = '127.0.0.1:4000';
const root = mkdtempSync(join(tmpdir(), 'gatewright-page-key-'));
after(() => rmSync(root, { recursive: true }));
let count = 0;

function aHome() {
  const home = join(root, String((count += 1)));
  const [keys, shop, other] = ['keys', 'shop', 'other'].map((name) => join(home, name));
  for (const folder of [shop, other]) mkdirSync(folder ?? '', { recursive: true });
  const reports: string[] = [];
  return {
    keys: keys ?? '',
    shop: shop ?? '',
    reports,
    open: (directory = shop) => new PageKey(keys, directory ?? '', (sentence) => reports.push(sentence)),
    openOther: () => new PageKey(keys, other ?? '', (sentence) => reports.push(sentence)),
    /** The only kept file. */
    file: () => join(keys ?? '', readdirSync(keys ?? '')[0] ?? ''),
  };
}

async function admits(page: PageKey, key: string, { start = page.start, host = HOST } = {}) {
  return page.admits(await sign(key, start, host), HOST);
}

describe('the key of the page', () => {
  it('is the same after a restart, in a file that only its owner can read', async () => {
    const at = aHome();
    const key = at.open().open();
    const restarted = at.open();

    assert.equal(restarted.open(), key);
    assert.ok(await admits(restarted, key));
    assert.deepEqual([lstatSync(at.keys).mode & 0o777, lstatSync(at.file()).mode & 0o777], [0o700, 0o600]);
    assert.deepEqual(at.reports, []);
  });

  it('belongs to its folder: another folder has another key, and neither opens the other console', async () => {
    const at = aHome();
    const [own, other] = [at.open(), at.openOther()];
    const [key, otherKey] = [own.open(), other.open()];

    assert.notEqual(key, otherKey);
    assert.deepEqual([await admits(own, otherKey), await admits(other, key)], [false, false]);
  });

  it('is not sent: its signature is of one start and one address', async () => {
    const at = aHome();
    const [before, page] = [at.open(), at.open()];
    const key = page.open();

    assert.equal(await admits(page, key), true);
    assert.equal(page.admits(key, HOST), false, 'the key itself');
    assert.equal(await admits(page, key, { start: before.start }), false, 'of the start before');
    assert.equal(await admits(page, key, { host: '127.0.0.1:4001' }), false, 'for another port');
    assert.equal(await admits(page, key, { host: 'localhost:4000' }), false, 'for another name');
  });

  it('is refused as soon as it is renewed, also by other gateways of the folder', async () => {
    const at = aHome();
    const [one, other] = [at.open(), at.open()];
    const before = one.open();
    const key = other.renew();

    assert.notEqual(key, before);
    assert.deepEqual([await admits(one, before), await admits(other, before)], [false, false]);
    assert.deepEqual([await admits(one, key), one.open()], [true, key]);
  });

  it('opens nothing when its file is gone', async () => {
    const at = aHome();
    const page = at.open();
    const key = page.open();
    rmSync(at.file());

    assert.equal(await admits(page, key), false);
  });

  const planted: readonly {
    readonly name: string;
    readonly plant: (file: string) => void;
    readonly isFor?: 'root';
  }[] = [
    { name: 'readable by others', plant: (file) => chmodSync(file, 0o644) },
    {
      name: 'a link',
      plant(file) {
        const target = `${file}-target`;
        writeFileSync(target, readFileSync(file), { mode: 0o600 });
        rmSync(file);
        symlinkSync(target, file);
      },
    },
    { name: 'of another user', plant: (file) => chownSync(file, 12_345, 12_345), isFor: 'root' },
    { name: 'changed', plant: (file) => writeFileSync(file, readFileSync(file, 'utf8').replace(/.$/, '!')) },
    { name: 'no text of a key', plant: (file) => writeFileSync(file, 'guessed') },
  ];
  for (const { name, plant, isFor } of planted)
    it(`is refused and renewed with a line if its file is ${name}`, async (t) => {
      if (process.platform === 'win32' || (isFor === 'root' && process.getuid?.() !== 0)) {
        t.skip('Windows has no modes and owners; only root can give files away');
        return;
      }
      const at = aHome();
      const page = at.open();
      const before = page.open();
      const file = at.file();
      plant(file);

      assert.equal(await admits(page, before), false);
      const restarted = at.open();
      const key = restarted.open();
      assert.notEqual(key, before);
      assert.deepEqual([await admits(restarted, key), await admits(restarted, before)], [true, false]);
      assert.deepEqual(at.reports, [
        `${file} is damaged, is a link, belongs to another user or is accessible to others, so the console has a new key`,
      ]);
      assert.ok(lstatSync(file).isFile());
      if (name === 'a link') assert.ok(!readFileSync(`${file}-target`, 'utf8').includes(key));
    });

  const folders: readonly { readonly name: string; readonly plant: (folder: string) => void }[] = [
    { name: 'open to others', plant: (folder) => mkdirSync(folder, { mode: 0o755 }) },
    {
      name: 'a link',
      plant(folder) {
        mkdirSync(`${folder}-target`, { mode: 0o700 });
        symlinkSync(`${folder}-target`, folder);
      },
    },
    { name: 'a file', plant: (folder) => writeFileSync(folder, '') },
  ];
  for (const { name, plant } of folders)
    it(`ends with the start, with a line, if its folder is ${name}`, async (t) => {
      if (process.platform === 'win32') {
        t.skip('Windows has no modes');
        return;
      }
      const at = aHome();
      plant(at.keys);
      const page = at.open();
      const key = page.open();

      assert.ok(await admits(page, key));
      assert.notEqual(at.open().open(), key);
      assert.match(
        at.reports[0] ?? '',
        /^the key of the console is valid only until this gateway ends; .* only you/,
      );
    });

  it('is stored below GATEWRIGHT_HOME, or below the home of the user', () => {
    assert.equal(pageKeyFolder({ GATEWRIGHT_HOME: '/state' }), join('/state', 'console'));
    assert.match(pageKeyFolder({ GATEWRIGHT_HOME: '' }), /\.gatewright.console$/);
  });
});
