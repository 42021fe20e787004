import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';

import { Keeper, MARK } from '../../../../../packages/gateway/lambda/process/keeper.ts';
import { aFolder } from '../start-runtime.ts';

/** A process of a group of its own; it would sleep longer than the test lasts. */
function aSleeper(mark: string): ReturnType<typeof spawn> {
  return spawn('/bin/sleep', ['300'], { detached: true, stdio: 'ignore', env: { [MARK]: mark } });
}

describe('the keeper', () => {
  it('ends what is left, and removes the folder, once its standard input is closed', async () => {
    const folder = aFolder({ 'bundles/one.js': '' });
    const keeper = new Keeper(folder);
    const [kept, dropped] = [aSleeper(keeper.mark()), aSleeper('of somebody else')];
    const ended = once(kept, 'exit');
    for (const { pid = 0 } of [kept, dropped]) keeper.add(pid);
    keeper.drop(dropped.pid ?? 0);

    keeper.close();

    assert.deepEqual(await ended, [null, 'SIGKILL']);
    assert.deepEqual([dropped.exitCode, dropped.signalCode], [null, null]);
    dropped.kill('SIGKILL');
    const deadline = Date.now() + 5_000;
    while (existsSync(folder) && Date.now() < deadline) await new Promise(setImmediate);
    assert.equal(existsSync(folder), false);
  });
});
