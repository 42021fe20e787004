import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { until, within } from './stage.ts';

describe('a stage of a proof', () => {
  it('ends at its own time limit, and says what it waited for and how far it came', async () => {
    const never = new Promise<void>(() => undefined);
    const howFar = (): string => '3 of 4 do';

    await assert.rejects(within('all listen', 0, never, howFar), {
      message: 'all listen: not within 0 s; 3 of 4 do',
    });
    await assert.rejects(
      until('all hear', -1, () => false, howFar),
      {
        message: 'all hear: not within -0.001 s; 3 of 4 do',
      },
    );
  });

  it('returns the result that it waited for, or fails with the same error', async () => {
    assert.equal(await within('an answer', 60_000, Promise.resolve(42)), 42);
    await assert.rejects(within('an answer', 60_000, Promise.reject(new RangeError('none'))), RangeError);
    assert.equal(typeof (await until('it holds', 0, () => true)), 'number');
  });
});
