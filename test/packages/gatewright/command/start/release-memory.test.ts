import assert from 'node:assert/strict';
import { createHook } from 'node:async_hooks';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  collectAll,
  settleWhenIdle,
} from '../../../../../packages/gatewright/command/start/release-memory.ts';

/** Returns what is done, and after how many seconds, if the event loop is busy for these shares of each second. */
function settled(shares: readonly number[]): readonly string[] {
  const done: string[] = [];
  const waiting: (() => void)[] = [];
  let seen = 0;
  settleWhenIdle({
    utilization: (since) => {
      const utilization = since === undefined ? 0 : (shares[seen++] ?? 0);
      return { idle: 0, active: 0, utilization };
    },
    later: (run) => void waiting.push(run),
    store: () => void done.push(`stored in second ${seen}`),
    collect: () => void done.push(`collected in second ${seen}`),
  });
  for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) run();
  return done;
}

describe('a start that is idle', () => {
  it('stores its code and then gives memory back, once, in the first second without work', () => {
    assert.deepEqual(settled([0.9, 0.4, 0.001, 0.001]), ['stored in second 3', 'collected in second 3']);
  });

  it('gives memory back after five seconds with work at most, since a collection slows the next requests', () => {
    assert.deepEqual(settled([0.9, 0.4, 0.5, 0.9, 0.001]), ['stored in second 5', 'collected in second 5']);
    assert.deepEqual(settled([0.9, 0.4, 0.5, 0.9, 0.2, 0.001]), ['stored in second 6']);
  });

  // V8 forgets the shape of objects of which none is left, and each later tick would take five times as long.
  it('is collected except for one of the objects that Node creates for ticks', async () => {
    const ticks: WeakRef<object>[] = [];
    const init = (_id: number, type: string, _cause: number, resource: object): void => {
      if (type === 'TickObject') ticks.push(new WeakRef(resource));
    };
    const hook = createHook({ init }).enable();
    collectAll();
    hook.disable();
    // A weak reference stays valid until the turn of the loop in which it was created ends.
    await nextTurn();
    collectAll();
    assert.ok(ticks.some((tick) => tick.deref() !== undefined));
  });

  // Node's hooks would follow promises as well, and V8 would not optimise awaiting for the rest of the process.
  it('leaves promises as fast as they were', () => {
    const file = new URL(
      '../../../../../packages/gatewright/command/start/release-memory.ts',
      import.meta.url,
    );
    const program = `import { collectAll } from ${JSON.stringify(file.href)}; collectAll();`;
    const flags = ['--trace-protector-invalidation', '--input-type=module', '--eval', program];
    const printed = execFileSync(process.execPath, flags, { encoding: 'utf8' });
    assert.doesNotMatch(printed, /PromiseHook/);
  });
});
