import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { LoadFlags } from '../../../../packages/gateway/engine/start-settings.ts';
import { homeOfEnvironment, toLoadOptions } from '../../../../packages/toolkit/terminal/load-options.ts';
import { withEnvironment } from '../../../support/fresh-function.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-load-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const load = (flags: Partial<LoadFlags> = {}, environment: Record<string, string> = {}) =>
  withEnvironment({ AWS_REGION: '', AWS_DEFAULT_REGION: '', AWS_ACCOUNT_ID: '', ...environment }, () =>
    Promise.resolve(toLoadOptions({ param: {}, ...flags } as LoadFlags, [folder])),
  );

describe('toLoadOptions', () => {
  it('names nothing as chosen that no flag says', async () => {
    const { stage, region, accountId, chosen, environment } = await load();

    assert.deepEqual(
      { stage, region, accountId, chosen, environment },
      { stage: 'dev', region: 'us-east-1', accountId: '123456789012', chosen: {}, environment: {} },
    );
  });

  it('has what flags say, for the stage and as chosen', async () => {
    const { stage, chosen } = await load({ stage: 'qa', region: 'eu-west-1', account: '210987654321' });

    assert.equal(stage, 'qa');
    assert.deepEqual(chosen, { stage: 'qa', region: 'eu-west-1', accountId: '210987654321' });
  });

  it('takes region and account from the environment', async () => {
    const { region, accountId } = await load(
      {},
      { AWS_REGION: 'eu-north-1', AWS_ACCOUNT_ID: '111122223333' },
    );

    assert.deepEqual([region, accountId], ['eu-north-1', '111122223333']);
  });

  it('reads the file of variables, and names one that cannot be read', async () => {
    const file = join(folder, 'local.env');
    writeFileSync(file, '# of this machine\nTABLE=orders\nURL="http://localhost:1"\n');

    assert.deepEqual((await load({ envFile: file })).environment, {
      TABLE: 'orders',
      URL: 'http://localhost:1',
    });
    await assert.rejects(load({ envFile: join(folder, 'none.env') }), {
      name: 'UsageError',
      message: `--env-file: ${join(folder, 'none.env')} cannot be read: ENOENT: no such file or directory, open '${join(folder, 'none.env')}'`,
    });
  });
});

describe('homeOfEnvironment', () => {
  it('refuses an invalid region and an invalid account', async () => {
    await assert.rejects(load({}, { AWS_REGION: 'Frankfurt' }), {
      name: 'UsageError',
      message: /AWS_REGION/,
    });
    await assert.rejects(
      withEnvironment({ AWS_ACCOUNT_ID: '1' }, () => Promise.resolve(homeOfEnvironment())),
      { name: 'UsageError', message: /12 digits/ },
    );
  });
});
