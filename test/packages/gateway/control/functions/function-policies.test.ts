import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FunctionPolicies } from '../../../../../packages/gateway/control/functions/function-policies.ts';

const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:list';
const LIST = { functionName: 'list', qualifier: undefined };
const GRANT = { Action: 'lambda:InvokeFunction', Principal: 's3.amazonaws.com' };
const QUESTION = {
  action: 'lambda:InvokeFunction',
  resource: ARN,
  principal: { arn: '', accountId: '', service: 's3.amazonaws.com' },
  conditions: new Map(),
} as const;

describe('FunctionPolicies', () => {
  // GetPolicy returns this Id: https://docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html
  it('prints the statements of one function as its policy, and nothing without statements', () => {
    const policies = new FunctionPolicies();
    assert.equal(policies.documentOf(LIST, ARN), undefined);
    policies.add(LIST, 'one', GRANT);
    policies.add({ functionName: 'other', qualifier: undefined }, 'two', GRANT);

    const { Statement, ...document } = policies.documentOf(LIST, ARN) as { Statement: { Sid: string }[] };

    assert.deepEqual(document, { Version: '2012-10-17', Id: 'default' });
    assert.deepEqual(
      Statement.map(({ Sid }) => Sid),
      ['one'],
    );
  });

  it('calls the place of a permission that a call added by the statement', () => {
    const made = new FunctionPolicies().add(LIST, 'one', GRANT);
    assert.deepEqual(made.place('Principal'), {
      file: 'API call',
      logicalId: 'one',
      property: 'Principal',
    });
  });

  it('decides by the statements of the moment', () => {
    const policies = new FunctionPolicies();
    const policyOf = policies.policyOf(LIST, ARN);
    const decide = (): unknown => policyOf()?.decide(QUESTION);

    assert.equal(policyOf(), undefined);
    policies.add(LIST, 'one', GRANT);
    assert.equal(decide(), 'allow');
    assert.equal(policies.remove(LIST, 'two'), false);
    assert.equal(policies.remove(LIST, 'one'), true);
    assert.equal(policyOf(), undefined);
    policies.add(LIST, 'one', GRANT);
    policies.forgetCalls();
    assert.equal(policyOf(), undefined);
  });
});
