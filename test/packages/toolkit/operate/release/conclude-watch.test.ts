import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { concludeWatch } from '../../../../../packages/toolkit/operate/release/conclude-watch.ts';
import type { Watched } from '../../../../../packages/toolkit/operate/release/watch.ts';

type Row = {
  readonly when: string;
  readonly watched: Watched | undefined;
  readonly percent?: number;
  readonly errorPercent?: number;
  readonly verdict: 'well' | 'unknown';
  readonly says: RegExp;
};

const ROWS: readonly Row[] = [
  {
    when: 'no request came',
    watched: { requests: 0, most: 0 },
    errorPercent: 5,
    verdict: 'unknown',
    says: /^CloudWatch counted no request to the stage in 20 s, so the watch does not show whether the canary works; .*canary rollback.*canary promote$/,
  },
  {
    when: 'no request came, and only alarms are watched',
    watched: { requests: 0, most: 0 },
    verdict: 'unknown',
    says: /^CloudWatch counted no request /,
  },
  {
    when: 'so few came that none probably went to the canary',
    watched: { requests: 15, most: 15 },
    percent: 5,
    errorPercent: 5,
    verdict: 'unknown',
    says: /^CloudWatch counted only 15 requests to the stage in 20 s, and with 5 % of them probably none to the canary, so /,
  },
  {
    when: 'no minute had enough for a percentage',
    watched: { requests: 9, most: 9 },
    errorPercent: 5,
    verdict: 'unknown',
    says: /^CloudWatch counted only 9 requests to the stage in 20 s, and fewer than 10 in each minute, which --watch-errors does not count, so /,
  },
  {
    when: 'few came, and only alarms are watched',
    watched: { requests: 9, most: 9 },
    verdict: 'well',
    says: /^the canary had no problem in 20 s; CloudWatch counted 9 requests to the stage, about 5 of them to the canary; to complete it, /,
  },
  {
    when: 'enough came',
    watched: { requests: 300, most: 40 },
    percent: 10,
    errorPercent: 5,
    verdict: 'well',
    says: /^the canary had no problem in 20 s; CloudWatch counted 300 requests to the stage, about 30 of them to the canary; to complete it, /,
  },
  {
    when: 'CloudWatch did not say how many came',
    watched: undefined,
    errorPercent: 5,
    verdict: 'well',
    says: /^the canary had no problem in 20 s; to complete it, run gatewright canary promote$/,
  },
];

describe('the end of a watch without a problem', () => {
  for (const { when, watched, percent = 50, errorPercent, verdict, says } of ROWS)
    it(`says what it shows if ${when}`, () => {
      const concluded = concludeWatch(watched, { forMs: 20_000, errorPercent }, percent);

      assert.equal(concluded.verdict, verdict);
      assert.match(concluded.text, says);
    });
});
