import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { LateLogGroups } from '../../../../../packages/gateway/engine/compose/observers.ts';
import type { GatewayOptions } from '../../../../../packages/gateway/engine/gateway.ts';

/** The maximum number of lines that wait. */
const HELD = 10_000;

type OpenFiles = NonNullable<ConstructorParameters<typeof LateLogGroups>[1]>;

/** Log groups whose files open after some tries, with what was logged and what reached the files. */
function lateGroups({ failures = 0 } = {}) {
  const [log, written]: [string[], string[]] = [[], []];
  let tries = 0;
  const open: OpenFiles = async () => {
    await nextTurn();
    tries += 1;
    if (tries <= failures) throw new Error('EMFILE: too many open files');
    return {
      write: (group, line) => void written.push(`${group}: ${line}`),
      close: () => Promise.resolve(),
    };
  };
  const options = { log: { write: (line: string) => void log.push(line) } } as unknown as GatewayOptions;
  const groups = new LateLogGroups(options, open);
  return { groups, log, written, tries: () => tries };
}

async function turns(count = 4): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await nextTurn();
}

describe('LateLogGroups', () => {
  it('says in the log why its files cannot be opened, once, and writes all lines when they can', async () => {
    const { groups, log, written } = lateGroups({ failures: 2 });

    for (const line of ['one', 'two', 'three']) {
      groups.write('access', line);
      await turns();
    }

    assert.deepEqual(log, [
      'the files of the log groups cannot be opened; log lines wait for the next attempt: EMFILE: too many open files',
    ]);
    assert.deepEqual(written, ['access: one', 'access: two', 'access: three']);
  });

  it('counts the lines for which there is no room while its files are being opened, and reports it in one line', async () => {
    const { groups, log, written } = lateGroups();

    for (let line = 0; line < HELD + 3; line += 1) groups.write('access', String(line));
    await turns();

    assert.equal(written.length, HELD);
    assert.deepEqual(log, [
      `3 log lines are lost, because they were written while the log files were still being opened, and at most ${HELD} lines can wait`,
    ]);
  });

  it('says on close how many lines were never written', async () => {
    const { groups, log } = lateGroups({ failures: 9 });

    groups.write('access', 'one');
    groups.write('access', 'two');
    await groups.close();

    assert.deepEqual(log, [
      'the files of the log groups cannot be opened; log lines wait for the next attempt: EMFILE: too many open files',
      '2 log lines are lost, because the files of the log groups could not be opened',
    ]);
  });

  it('prints nothing on close if nothing was lost', async () => {
    const { groups, log, written } = lateGroups();

    groups.write('access', 'one');
    await groups.close();

    assert.deepEqual([log, written], [[], ['access: one']]);
  });
});
