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
  it('is the duration of the slowest call, or of all together', () => {
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

/** The quotas: the number of calls that is allowed in a number of seconds. */
const QUOTAS: readonly (readonly [call: string, count: number, seconds: number])[] = [
  ['CreateApiKey', 5, 1],
  ['CreateDeployment', 1, 5],
  ['CreateDocumentationVersion', 1, 20],
  ['CreateDomainName', 1, 30],
  ['CreateResource', 5, 1],
  ['CreateRestApi', 1, 3],
  ['CreateVpcLink', 1, 15],
  ['DeleteApiKey', 5, 1],
  ['DeleteDomainName', 1, 30],
  ['DeleteResource', 5, 1],
  ['DeleteRestApi', 1, 30],
  ['GetResources', 5, 2],
  ['ImportRestApi', 1, 3],
  ['PutRestApi', 1, 1],
  ['UpdateAccount', 1, 20],
  ['UpdateDomainName', 1, 30],
  ['UpdateUsagePlan', 1, 20],
  ['of other names', 10, 1],
];

describe('durationMs', () => {
  for (const [call, count, seconds] of QUOTAS)
    it(`gives ${count} calls ${call} ${seconds} s: ${SOURCE}`, () => {
      assert.equal(durationMs(new Map([[call, count]])), seconds * 1_000);
    });
});
