import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import {
  announce,
  listRunning,
  resolveGatewayName,
  runningFolder,
  defaultName,
} from '../../../../../packages/gateway/kernel/files/running-gateways.ts';
import { isGatewayName } from '../../../../../packages/gateway/kernel/files/model.ts';
import type { RunningGateway } from '../../../../../packages/gateway/kernel/files/running-gateways.ts';

const home = mkdtempSync(join(tmpdir(), 'gatewright-running-'));
after(() => rmSync(home, { recursive: true }));

let made = 0;
function aFolder(): string {
  made += 1;
  return join(home, `running-${made}`);
}

function aGateway(changes: Partial<RunningGateway> = {}): RunningGateway {
  return {
    name: 'shop',
    directory: '/srv/shop',
    pid: process.pid,
    accessKeyId: 'AKIALOCAL0000000',
    secretAccessKey: 'secret',
    controlUrl: 'http://127.0.0.1:4000',
    controlSecret: 'bearer',
    ...changes,
  };
}

describe('announce', () => {
  // Else the secrets of a start would be in the project's folder.
  it('has its folder in the home of the user if GATEWRIGHT_HOME is empty', () => {
    assert.equal(runningFolder({ GATEWRIGHT_HOME: '' }), join(homedir(), '.gatewright', 'running'));
  });

  it('says what to do if its folder cannot be created', async () => {
    const file = aFolder();
    writeFileSync(file, '');

    await assert.rejects(
      announce(join(file, 'running'), aGateway()),
      /^StartError: .*running cannot be written: ENOTDIR.*; set GATEWRIGHT_HOME to a folder that you own$/,
    );
  });

  it('shows a gateway only to its own user, until it is removed', async () => {
    const folder = aFolder();
    const shop = aGateway();
    const announcement = await announce(folder, shop);

    assert.deepEqual(await listRunning(folder), [shop]);
    if (process.platform !== 'win32') {
      assert.equal(statSync(folder).mode & 0o777, 0o700);
      assert.equal(statSync(join(folder, `${process.pid}-4000.json`)).mode & 0o777, 0o600);
    }

    await announcement.remove();
    assert.deepEqual(await listRunning(folder), []);
  });

  it('removes the announcement of a killed gateway, and files that are not announcements', async () => {
    const folder = aFolder();
    // No system gives a process so high a number.
    await announce(folder, aGateway({ pid: 2 ** 30, name: 'dead' }));
    writeFileSync(join(folder, '1-1.json'), '{"name":');
    writeFileSync(join(folder, 'notes.txt'), 'kept');

    assert.deepEqual(await listRunning(folder), []);
    assert.deepEqual(readdirSync(folder), ['notes.txt']);
  });

  it('refuses a link in the place of its folder', async () => {
    const elsewhere = mkdtempSync(join(home, 'elsewhere-'));
    const folder = aFolder();
    symlinkSync(elsewhere, folder, 'junction');

    await assert.rejects(announce(folder, aGateway()), /not a folder/);
    assert.deepEqual(readdirSync(elsewhere), []);
  });
});

describe('listRunning', () => {
  it('finds nothing if no gateway has ever run', async () => {
    assert.deepEqual(await listRunning(join(home, 'never')), []);
    assert.equal(existsSync(join(home, 'never')), false);
  });
});

describe('a file that is not an announcement of a gateway', () => {
  for (const [what, changes] of [
    ['no name', { name: 7 }],
    ['a name that does not stand on a command line', { name: '$(reboot)' }],
    ['no directory', { directory: null }],
    ['a process that is not a number', { pid: '1' }],
    ['no secret', { controlSecret: undefined }],
  ] as const)
    it(`is removed: ${what}`, async () => {
      const folder = aFolder();
      await announce(folder, { ...aGateway(), ...changes } as unknown as RunningGateway);

      assert.deepEqual(await listRunning(folder), []);
      assert.deepEqual(readdirSync(folder), []);
    });
});

describe('resolveGatewayName', () => {
  it('uses the name of the folder, with a number if it is taken', async () => {
    const folder = aFolder();
    assert.equal(await resolveGatewayName(folder, '/srv/shop', undefined), 'shop');
    await announce(folder, aGateway());
    assert.equal(await resolveGatewayName(folder, '/other/shop', undefined), 'shop-2');
    await announce(folder, aGateway({ name: 'shop-2', controlUrl: 'http://127.0.0.1:4001' }));
    assert.equal(await resolveGatewayName(folder, '/other/shop', undefined), 'shop-3');
  });

  it('refuses a chosen name that is taken', async () => {
    const folder = aFolder();
    await announce(folder, aGateway());
    assert.equal(await resolveGatewayName(folder, '/srv/shop', 'mine'), 'mine');
    await assert.rejects(
      resolveGatewayName(folder, '/other', 'shop'),
      /a gateway named shop is already running \(\/srv\/shop, http:\/\/127\.0\.0\.1:4000\)/,
    );
  });

  it('creates a name that is valid on a command line', () => {
    for (const directory of ['/srv/my shop', '/', '/srv/äöü', `/srv/${'x'.repeat(200)}`, '/srv/$(reboot)'])
      assert.ok(isGatewayName(defaultName(directory)), defaultName(directory));
  });
});
