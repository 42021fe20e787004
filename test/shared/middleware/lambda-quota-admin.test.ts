import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLambdaQuotaAdminPorts } from '../../../shared/middleware/lambda-quota-admin.ts';

describe('createLambdaQuotaAdminPorts', () => {
  it('provides the plans of the documents, which are loaded only when a plan is named', async (t) => {
    process.env['GATEWRIGHT_USAGE_TABLE'] = 'usage';
    t.after(() => delete process.env['GATEWRIGHT_USAGE_TABLE']);
    let loads = 0;
    const load = () => {
      loads += 1;
      return Promise.resolve({ default: { documents: [{ quota: { plans: [{ id: 'gold' }] } }] } });
    };

    const { documentPlans } = createLambdaQuotaAdminPorts(load);

    assert.equal(loads, 0);
    for (let time = 0; time < 2; time += 1) assert.deepEqual(await documentPlans?.(), [{ id: 'gold' }]);
    assert.equal(loads, 1);
  });
});
