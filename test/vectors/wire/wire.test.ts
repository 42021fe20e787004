/** The wire contract (docs/reference/wire-contract.md): cases that every language's library runs. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  chargeInSteps,
  findPeriod,
  printHeaders,
  readClaims,
  readWireCases,
  requireAccess,
  verifyWebhook,
} from '../../support/wire-cases.ts';

function describeCases<Given>(file: string, carryOut: (given: Given) => unknown): void {
  describe(`test/vectors/wire/${file}`, () => {
    for (const { name, given, expected } of readWireCases<Given>(file))
      it(name, async () => {
        assert.deepEqual(await carryOut(given), expected);
      });
  });
}

describeCases('claims.json', readClaims);
describeCases('access.json', requireAccess);
describeCases('periods.json', findPeriod);
describeCases('headers.json', printHeaders);
describeCases('webhooks.json', verifyWebhook);
describeCases('quota.json', chargeInSteps);
