import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { concludeWatch } from '../../../../../packages/toolkit/operate/release/conclude-watch.ts';
import type { Watched } from '../../../../../packages/toolkit/operate/release/watch.ts';

type Row = {
  readonly when: string;
  readonly watched: Watched;
  readonly percent?: number;
  readonly errorPercent?: number;
  readonly verdict: 'well' | 'unknown';
  readonly says: RegExp;
};

const counted = (requests: number, most: number, stepMinutes = 1): Watched => ({
  kind: 'counted',
  requests,
  most,
  stepMinutes,
});

const ROWS: readonly Row[] = [
  {
    when: 'no request came',
    watched: counted(0, 0),
    errorPercent: 5,
    verdict: 'unknown',
    says: /^CloudWatch counted no request to the stage in the minutes that began in these 20 s, so the watch does not show whether the canary works; .*canary rollback.*canary promote$/,
  },
  {
    when: 'no request came, and only alarms are watched',
    watched: counted(0, 0),
    verdict: 'unknown',
    says: /^CloudWatch counted no request /,
  },
  {
    when: 'so few came that none probably went to the canary',
    watched: counted(15, 15),
    percent: 5,
    errorPercent: 5,
    verdict: 'unknown',
    says: /^CloudWatch counted only 15 requests to the stage in the minutes that began in these 20 s, and with 5 % of them probably none to the canary, so /,
  },
  {
    when: 'no minute had enough for a percentage',
    watched: counted(9, 9),
    errorPercent: 5,
    verdict: 'unknown',
    says: /^CloudWatch counted only 9 requests to the stage in the minutes that began in these 20 s, and fewer than 10 in each minute, which --watch-errors does not count, so /,
  },
  {
    when: 'few came, and only alarms are watched',
    watched: counted(9, 9),
    verdict: 'well',
    says: /^the canary had no problem in 20 s; CloudWatch counted 9 requests to the stage, about 5 of them to the canary; to complete it, /,
  },
  {
    when: 'enough came',
    watched: counted(300, 40),
    percent: 10,
    errorPercent: 5,
    verdict: 'well',
    says: /^the canary had no problem in 20 s; CloudWatch counted 300 requests to the stage, about 30 of them to the canary; to complete it, /,
  },
  {
    when: 'steps of five minutes leave open whether a minute had enough',
    watched: counted(900, 49, 5),
    errorPercent: 5,
    verdict: 'unknown',
    says: /^CloudWatch counted only 900 requests to the stage in the minutes that began in these 20 s, and at most 49 in 5 minutes, so perhaps fewer than 10 in each minute, which --watch-errors does not count, so /,
  },
  {
    when: 'a minute of the busiest five had enough',
    watched: counted(900, 50, 5),
    errorPercent: 5,
    verdict: 'well',
    says: /^the canary had no problem in 20 s; CloudWatch counted 900 requests /,
  },
  {
    when: 'the counts could not be read',
    watched: { kind: 'refused', why: 'AccessDenied: not authorized' },
    errorPercent: 5,
    verdict: 'unknown',
    says: /^the watch found no problem in 20 s, but the requests to the stage could not be counted \(AccessDenied: not authorized\), so the watch does not show whether any went to the canary; if some did, run gatewright canary promote to complete it; if not, run gatewright canary rollback$/,
  },
  {
    when: 'it was too short for CloudWatch, and only alarms are watched',
    watched: { kind: 'too short' },
    verdict: 'unknown',
    says: /^CloudWatch counts requests by the minute, and no minute began in these 20 s, so the watch does not show whether the canary works; .*longer --for/,
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
