import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeRefusal } from '../../../../../packages/gateway/core/events/quota-refusal.ts';

describe('describeRefusal', () => {
  const rows = [
    { name: 'a charge', context: { quotaRefusal: 'over quota' }, said: ': over quota' },
    {
      name: 'a claim that is missing',
      context: { claimRefusal: 'no claim email' },
      said: ': no claim email',
    },
    { name: 'nothing if it contains nothing', context: { sub: 'ada', quotaRefusal: '' }, said: '' },
    { name: 'nothing of text that is not text', context: { claimRefusal: 1 }, said: '' },
  ];
  for (const { name, context, said } of rows)
    it(`says ${name}`, () => {
      assert.equal(describeRefusal({ context }), said);
    });
});
