import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { announce, runningFolder } from '../../../../packages/gateway/kernel/files/running-gateways.ts';
import { chooseGateway, findGateway } from '../../../../packages/toolkit/terminal/running-gateway.ts';

describe('findGateway', () => {
  const usual = process.env['GATEWRIGHT_HOME'];
  let home = '';
  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'gatewright-home-'));
    process.env['GATEWRIGHT_HOME'] = home;
    for (const port of [4000, 4001])
      await announce(runningFolder(process.env), {
        name: 'shop',
        directory: `/app/${port}`,
        pid: process.pid,
        controlUrl: `http://127.0.0.1:${port}`,
        controlSecret: 's'.repeat(43),
        accessKeyId: 'AKIALOCAL',
        secretAccessKey: 'local',
      });
  });
  afterEach(() => {
    if (usual === undefined) delete process.env['GATEWRIGHT_HOME'];
    else process.env['GATEWRIGHT_HOME'] = usual;
    chooseGateway({});
    rmSync(home, { recursive: true, force: true });
  });

  it('says how to choose among several of one name', async () => {
    chooseGateway({ gateway: 'shop' });

    await assert.rejects(
      findGateway(),
      /^UsageError: several gateways with the name or folder shop are running: shop \(\/app\/4000, control port 4000\); shop \(\/app\/4001, control port 4001\); choose one with --control-port N$/,
    );
  });

  it('takes the one that is chosen so', async () => {
    chooseGateway({ gateway: 'shop', controlPort: 4001 });

    assert.equal((await findGateway()).controlUrl, 'http://127.0.0.1:4001');
  });
});
