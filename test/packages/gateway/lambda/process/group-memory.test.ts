/** Whether a group of processes takes more than it may: the first process at each look, all of them at every fourth. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { readIfReadable } from '@gatewright/aws/readable-files';
import { GroupMemory } from '../../../../../packages/gateway/lambda/process/group-memory.ts';
import { findPrograms } from '../../../../../packages/gateway/lambda/process/machine.ts';
import { thisMachine } from '../../../../../packages/gateway/lambda/process/find-toolchain.ts';
import { asGlobals } from '../../../../support/as-globals.ts';

const HERE = process.platform;

const NO_PS = findPrograms(thisMachine(), /^ps$/).length === 0 ? 'no ps on this machine' : false;

describe('the memory of a group of processes', { skip: HERE !== 'linux' }, () => {
  /** That of this process, which is never empty: `4711 (name) S 4000 4700 …`. */
  const own = Number(readIfReadable('/proc/self/stat')?.split(') ')[1]?.split(' ')[2]);
  const timers: Disposable[] = [];
  let tick: () => void;

  beforeEach(() => {
    const ticking = new Set<() => void>();
    const setInterval = (run: () => void) => {
      ticking.add(run);
      return { unref: () => run };
    };
    const clearInterval = (run: () => void) => ticking.delete(run);
    timers.push(asGlobals({ setInterval, clearInterval }));
    tick = () => {
      for (const run of ticking) run();
    };
  });
  afterEach(() => {
    for (const one of timers.splice(0)) one[Symbol.dispose]();
    Object.defineProperty(process, 'platform', { value: HERE });
  });

  /**
   * How often it was too large after so many looks.
   * @param expected is waited for: `ps` is another process
   */
  async function looks(count: number, id: number, limitBytes: number, expected = 0): Promise<number> {
    const memory = new GroupMemory();
    let found = 0;
    const leave = memory.watch({ id, limitBytes, onTooLarge: () => (found += 1) });
    for (let look = 0; look < count; look += 1) {
      tick();
      await turn();
    }
    for (let turns = 0; turns < 500_000 && found < expected; turns += 1) await turn();
    leave();
    tick();
    return found;
  }

  it('is the memory of the first process, according to the system, at each check', async () => {
    assert.equal(await looks(3, process.pid, 1), 3);
    assert.equal(await looks(3, process.pid, 1024 ** 4), 0);
  });

  it('is the memory of all of them at every fourth check', async () => {
    assert.equal((await looks(4, own, 1)) > 0, true);
    assert.equal(await looks(4, 2 ** 22 + 1, 1), 0);
  });

  it('is what ps reports if there is no /proc', { skip: NO_PS }, async () => {
    Object.defineProperty(process, 'platform', { value: 'darwin' });

    assert.equal(await looks(3, own, 1), 0);
    assert.equal(await looks(4, own, 1, 1), 1);
    assert.equal(await looks(4, own, 1024 ** 4), 0);
  });
});
