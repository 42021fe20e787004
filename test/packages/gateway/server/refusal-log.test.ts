import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RefusalLog } from '../../../../packages/gateway/server/refusal-log.ts';

describe('RefusalLog', () => {
  it('writes the first refusal at once, and each second how many more there were', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const lines: string[] = [];
    const log = new RefusalLog({ write: (line) => lines.push(line) });

    for (let count = 0; count < 3; count += 1) log.note('menu (a1)', 'too many');
    log.note('menu (a1)', 'no memory');
    const atOnce = [...lines];
    t.mock.timers.tick(1_000);
    const after = lines.splice(0).slice(atOnce.length);
    t.mock.timers.tick(1_000);
    log.note('menu (a1)', 'too many');

    assert.deepEqual(atOnce, ['503 menu (a1): too many', '503 menu (a1): no memory']);
    assert.deepEqual(after, ['503 menu (a1): too many; 2 more within a second']);
    assert.deepEqual(lines, ['503 menu (a1): too many']);
  });
});
