import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printClaim } from '@gatewright/aws/text/claim-text';

describe('a date in a claim behind a Cognito authorizer', () => {
  // ECMA-262, "Time Values and Time Range": 100,000,000 days on either side of 1970.
  for (const [seconds, text] of [
    [8.64e12, 'Sat Sep 13 00:00:00 UTC 275760'],
    [8.64e12 + 1, '8640000000001'],
    [0, 'Thu Jan 01 00:00:00 UTC 1970'],
  ] as const)
    it(`is ${text} for ${seconds}`, () => {
      assert.equal(printClaim('cognito', 'exp', seconds), text);
      assert.equal(printClaim('jwt', 'exp', seconds), String(seconds));
    });
});
