import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeEnd } from '../../layers/package-service.ts';

const PROGRESS = 'Packaging gatewright for stage prod (us-east-1)\n';

describe('describeEnd', () => {
  const rows = [
    {
      what: 'the message behind the word Error, and no frame',
      ended: {
        exitCode: 1,
        output: `${PROGRESS}\n✖ Error:\nACCESS_API_UNPROTECTED: no document\n    at x.js:1:1\n`,
      },
      says: /^ACCESS_API_UNPROTECTED: no document$/,
    },
    {
      what: 'the last line where osls does not call it an error',
      ended: { exitCode: 1, output: `${PROGRESS}Killed: no memory is left\n\n` },
      says: /^Killed: no memory is left$/,
    },
    {
      what: 'that nothing is known where it was ended for lack of time',
      ended: { exitCode: null, signal: 'SIGTERM', output: PROGRESS },
      says: /^osls was stopped \(SIGTERM\) .* 10 minutes: try again when the machine is less busy/,
    },
    {
      what: 'that it said nothing',
      ended: { exitCode: 1, output: '' },
      says: /^osls ended without an error message$/,
    },
  ] as const;
  for (const { what, ended, says } of rows)
    it(`tells ${what}`, () => assert.match(describeEnd({ signal: null, ...ended }), says));
});
