import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { durationMs, makePace } from '../../../../packages/conformance/account/pace.ts';

/** Developer guide, "API Gateway quotas for creating, deploying and managing an API". */
const SOURCE = 'limits.html';

describe('makePace', () => {
  it('makes calls at the pace of the quotas of an account', async () => {
    let now = 0;
    const made: [string, number][] = [];
    const pace = makePace({
      now: () => now,
      wait(ms) {
        now += ms;
        return Promise.resolve();
      },
    });
    for (const call of ['CreateRestApi', 'CreateRestApi', 'DeleteRestApi', 'GetStage', 'DeleteRestApi']) {
      await pace(call);
      made.push([call, now]);
    }

    assert.deepEqual(
      made,
      [
        ['CreateRestApi', 0],
        ['CreateRestApi', 3_000],
        ['DeleteRestApi', 3_100],
        ['GetStage', 3_200],
        ['DeleteRestApi', 33_100],
      ],
      SOURCE,
    );
  });
});

describe('durationMs', () => {
  it('is that of the slowest call, or of all together', () => {
    assert.equal(
      durationMs(
        new Map([
          ['DeleteRestApi', 10],
          ['GetStage', 5],
        ]),
      ),
      300_000,
    );
    assert.equal(
      durationMs(
        new Map([
          ['GetStage', 50],
          ['GetApi', 50],
        ]),
      ),
      10_000,
    );
  });
});
