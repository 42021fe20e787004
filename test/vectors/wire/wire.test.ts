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

const RUNS = {
  'claims.json': readClaims,
  'access.json': requireAccess,
  'periods.json': findPeriod,
  'headers.json': printHeaders,
  'webhooks.json': verifyWebhook,
  'quota.json': chargeInSteps,
};

for (const [file, carryOut] of Object.entries(RUNS))
  describe(`test/vectors/wire/${file}`, () => {
    for (const { name, given, expected } of readWireCases(file))
      it(name, async () => {
        assert.deepEqual(await carryOut(given as never), expected);
      });
  });
