/** What a plan says about the order in which Terraform creates the parts of an API. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aPlan, refs } from '../../../../support/a-terraform-plan.ts';
import { loadPlan } from './load-plan.ts';
import type { Planned } from '../../../../support/a-terraform-plan.ts';

const OF_API = { rest_api_id: refs('aws_api_gateway_rest_api.api.id') };
const API: Planned = { type: 'aws_api_gateway_rest_api', name: 'api', values: { name: 'salaries' } };
const POLICY: Planned = {
  type: 'aws_api_gateway_rest_api_policy',
  name: 'office',
  values: { policy: '{"Version":"2012-10-17","Statement":[]}' },
  expressions: OF_API,
};
const deployment = (expressions: object): Planned => ({
  type: 'aws_api_gateway_deployment',
  name: 'd',
  values: {},
  expressions: { ...OF_API, ...expressions },
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-create-attach.html
describe('a resource policy of a REST API', () => {
  it('is said to have no effect yet, if the deployment does not wait for it', async () => {
    const { stack } = await loadPlan(aPlan({ resources: [API, POLICY, deployment({})] }));

    assert.match(
      JSON.stringify(stack.unsupported),
      /the policy takes effect only with the next deployment, and aws_api_gateway_deployment\.d does not wait for the policy/,
    );
  });

  it('is not mentioned, if the triggers of the deployment refer to it', async () => {
    const triggers = refs('aws_api_gateway_rest_api_policy.office.policy');
    const { stack } = await loadPlan(aPlan({ resources: [API, POLICY, deployment({ triggers })] }));

    assert.doesNotMatch(JSON.stringify(stack.unsupported), /from the next deployment on/);
  });
});
