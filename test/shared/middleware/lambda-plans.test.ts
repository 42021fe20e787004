import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  createLambdaPlanCatalogue,
  createLambdaQuotaAdminPorts,
} from '../../../shared/middleware/lambda-plans.ts';

describe('createLambdaPlanCatalogue', () => {
  // A stack of the authorizers alone has keys and no usage table: making one answered 500.
  it('needs the table once it is asked', async () => {
    const plans = createLambdaPlanCatalogue();

    await assert.rejects(plans.customerState('acme'), { code: 'CONFIG_INVALID' });
    await assert.rejects(plans.has('gold'), { code: 'CONFIG_INVALID' });
    await assert.rejects(plans.list(), { code: 'CONFIG_INVALID' });
  });
});

describe('createLambdaQuotaAdminPorts', () => {
  it('brings the plans of the documents, which are loaded when a plan is named and not before', async (t) => {
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
