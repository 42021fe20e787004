import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLambdaPlanCatalogue } from '../../../shared/middleware/lambda-plans.ts';

describe('createLambdaPlanCatalogue', () => {
  // A stack with only the authorizers has keys and no usage table: creating a key answered 500.
  it('needs the table only when it is called', async () => {
    const plans = createLambdaPlanCatalogue();

    await assert.rejects(plans.customer('acme'), { code: 'CONFIG_INVALID' });
    await assert.rejects(plans.has('gold'), { code: 'CONFIG_INVALID' });
    await assert.rejects(plans.list(), { code: 'CONFIG_INVALID' });
  });
});
