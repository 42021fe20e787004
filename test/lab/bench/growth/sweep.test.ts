import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { isComplete, measureAxes, readAxes } from '../../../../lab/bench/growth/sweep.ts';
import type { Axis, Point } from '../../../../lab/bench/growth/axis.ts';
import { ResumableWork } from '../../../../lab/tools/resumable-work.ts';

const SWEEP = { date: '2026-11-22', loadAverage: 0.1, seconds: 3 };
const QUIET = (): void => undefined;

describe('a sweep', () => {
  let folder = '';
  let measured: string[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sweep-'));
    measured = [];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const axis = (name: string, failsAt = 0): Axis => ({
    name,
    title: name,
    counts: 'things',
    sizes: [1, 10, 100],
    how: '',
    why: '',
    columns: [],
    measure: (size, seconds) => {
      if (size === failsAt) return Promise.reject(new Error('ended'));
      measured.push(`${name} ${size} ${seconds}`);
      return Promise.resolve({ startMs: size });
    },
  });
  const open = (): ResumableWork<Point> => ResumableWork.in(folder, 'commit');

  it('measures each size of each axis once', async () => {
    const kept = open();
    await measureAxes([axis('a'), axis('b')], kept, SWEEP, QUIET);

    assert.deepEqual(measured, ['a 1 3', 'a 10 3', 'a 100 3', 'b 1 3', 'b 10 3', 'b 100 3']);
    assert.deepEqual(readAxes([axis('b')], kept, 3)[0]?.points[1], {
      size: 10,
      figures: { startMs: 10 },
      date: '2026-11-22',
      loadAverage: 0.1,
    });
  });

  it('continues where an interrupted sweep ended', async () => {
    await assert.rejects(measureAxes([axis('a', 10)], open(), SWEEP, QUIET), /ended/);
    const kept = open();
    await measureAxes([axis('a')], kept, SWEEP, QUIET);

    assert.deepEqual(measured, ['a 1 3', 'a 10 3', 'a 100 3']);
  });

  it('measures a size once more if that failed once', async () => {
    const messages: string[] = [];
    const sound = axis('a');
    const failures = [new Error('stood still')];
    const failing: Axis = {
      ...sound,
      measure: (size, seconds) => {
        const failure = failures.pop();
        return failure === undefined ? sound.measure(size, seconds) : Promise.reject(failure);
      },
    };
    await measureAxes([failing], open(), SWEEP, (text) => messages.push(text));

    assert.deepEqual(measured, ['a 1 3', 'a 10 3', 'a 100 3']);
    assert.equal(messages[1], 'once more: stood still');
  });

  it('takes no point that was measured for another time', async () => {
    await measureAxes([axis('a')], open(), { ...SWEEP, seconds: 1 }, QUIET);
    await measureAxes([axis('a')], open(), SWEEP, QUIET);

    assert.equal(measured.length, 6);
  });

  it('is complete once every size has been measured', async () => {
    const kept = open();
    kept.keep('a 1, 3 s', { size: 1, figures: {}, date: '', loadAverage: 0 });

    assert.deepEqual(readAxes([axis('a')], kept, 3).map(isComplete), [false]);
    await measureAxes([axis('a')], kept, SWEEP, QUIET);
    assert.deepEqual(readAxes([axis('a')], kept, 3).map(isComplete), [true]);
  });
});
