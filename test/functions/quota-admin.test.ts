import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { errorOf, resultOf, runInstance } from '../support/fresh-function.ts';
import { anAdminEvent } from '../support/quota-admin.ts';

const TABLE = { GATEWRIGHT_USAGE_TABLE: 'usage' };

type Reply = { readonly statusCode: number; readonly body: string };

describe('quota-admin', () => {
  it('answers by its table of routes, and counts answers and refusals', async () => {
    const ran = await runInstance(
      'quota-admin',
      TABLE,
      anAdminEvent('GET /quota/openapi.json'),
      anAdminEvent('GET /quota/plans', { signer: undefined }),
      anAdminEvent('ANY /quota/{proxy+}', { path: '/quota/none', parameters: { proxy: 'none' } }),
    );

    const replies = ran.map((one) => resultOf(one) as Reply);
    assert.deepEqual(
      replies.map(({ statusCode }) => statusCode),
      [200, 403, 404],
    );
    assert.match(replies[0]?.body ?? '', /^\{"openapi":"3\.1\.0"/);
    assert.deepEqual(
      ran.map(({ metrics }) => [...metrics.keys()].filter((name) => name !== 'ColdStart')),
      [['Answered'], ['Refused'], ['Refused']],
    );
  });

  it('does not start without its table', async () => {
    const [ran] = await runInstance('quota-admin', {}, anAdminEvent('GET /quota/plans'));

    assert.match(errorOf(ran) ?? '', /GATEWRIGHT_USAGE_TABLE/);
  });
});
