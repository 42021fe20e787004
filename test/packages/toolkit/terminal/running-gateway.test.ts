import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { announce, runningFolder } from '../../../../packages/gateway/kernel/files/running-gateways.ts';
import {
  chooseGateway,
  findGateway,
  readMember,
} from '../../../../packages/toolkit/terminal/running-gateway.ts';

describe('findGateway', () => {
  const usual = process.env['GATEWRIGHT_HOME'];
  let home = '';
  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'gatewright-home-'));
    process.env['GATEWRIGHT_HOME'] = home;
    for (const port of [4000, 4001]) await run(port, `/app/${port}`);
  });
  const run = (port: number, directory: string): Promise<unknown> =>
    announce(runningFolder(process.env), {
      name: 'shop',
      directory,
      pid: process.pid,
      controlUrl: `http://127.0.0.1:${port}`,
      controlSecret: 's'.repeat(43),
      accessKeyId: 'AKIALOCAL',
      secretAccessKey: 'local',
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

  for (const [what, choice, message] of [
    [
      'of that name',
      { gateway: 'desk' },
      /^UsageError: there is no running gateway with the name or folder desk; choose a running one with --gateway NAME: shop \(\/app\/4000, control port 4000\); shop \(\/app\/4001, control port 4001\)$/,
    ],
    ['of that port', { controlPort: 4002 }, /no running gateway with control port 4002; choose/],
    [
      'of both',
      { gateway: 'shop', controlPort: 4002 },
      /no running gateway with the name or folder shop and with control port 4002; choose/,
    ],
  ] as const)
    it(`lists the running gateways if there is none ${what}`, async () => {
      chooseGateway(choice);

      await assert.rejects(findGateway(), message);
    });

  // A gateway that was started later in the folder, and has ended, has taken its credentials along.
  it('finds the one of this folder without credentials in the folder', async () => {
    await run(4002, realpathSync(process.cwd()));

    assert.equal((await findGateway()).controlUrl, 'http://127.0.0.1:4002');
  });

  it('says how to choose among several of this folder', async () => {
    for (const port of [4002, 4003]) await run(port, realpathSync(process.cwd()));

    await assert.rejects(
      findGateway(),
      /several gateways were started from this folder: .*control port 4002.*control port 4003.*; choose one with --control-port N$/,
    );
  });

  it('says how to start one if none is running', async () => {
    process.env['GATEWRIGHT_HOME'] = join(home, 'empty');
    chooseGateway({ gateway: 'shop' });

    await assert.rejects(findGateway(), /shop; start one with `gatewright start`$/);
  });

  it('takes a folder for the gateway that was started there, by any path to it', async () => {
    chooseGateway({ gateway: '/app/4001' });
    assert.equal((await findGateway()).controlUrl, 'http://127.0.0.1:4001');
    chooseGateway({ gateway: '/app/other/../4000' });

    assert.equal((await findGateway()).controlUrl, 'http://127.0.0.1:4000');
  });

  it('asks for a folder if two gateways have one control port', async () => {
    await announce(runningFolder(process.env), {
      name: 'shop',
      directory: '/app/twin',
      // The number of a gateway that was killed may belong to another process by now.
      pid: process.ppid,
      controlUrl: 'http://127.0.0.1:4000',
      controlSecret: 's'.repeat(43),
      accessKeyId: 'AKIALOCAL',
      secretAccessKey: 'local',
    });
    chooseGateway({ controlPort: 4000 });

    await assert.rejects(
      findGateway(),
      /several gateways with control port 4000 .*; choose one with --gateway FOLDER$/,
    );
  });
});

describe('a member of an answer', () => {
  it('is read if the answer has it, and missed by name otherwise', () => {
    assert.equal(readMember({ apis: 7 }, 'apis'), 7);
    for (const answer of [{}, null, 'apis', Object.create({ apis: 7 })])
      assert.throws(() => readMember(answer, 'apis'), { message: "the gateway's response has no apis" });
  });
});
