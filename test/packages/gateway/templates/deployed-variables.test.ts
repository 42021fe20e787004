import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withDeployedVariables } from '../../../../packages/gateway/templates/deployed-variables.ts';
import type { FunctionDefinition } from '../../../../packages/gateway/core/stack/function.ts';
import type { ResolvedResource } from '../../../../packages/gateway/core/stack/model.ts';

describe('withDeployedVariables', () => {
  const definition = {
    logicalId: 'Pay',
    name: 'shop-pay',
    environment: {
      TABLE: 'shop-Orders-LOCAL',
      BANK: '',
      LOCAL_ONLY: 'x',
      TOPIC: 'arn:aws:sns:us-east-1:1:shop-Paid-X',
    },
  } as unknown as FunctionDefinition;
  const resource = (physicalId: string) => ({ physicalId }) as ResolvedResource;
  const resources = new Map([
    ['Orders', resource('shop-Orders-LOCAL')],
    ['Paid', resource('arn:aws:sns:us-east-1:1:shop-Paid-X')],
    ['Short', resource('x')],
  ]);
  const deployed = new Map([
    ['Pay', { TABLE: 'shop-Orders-PROD', BANK: 'https://bank', TOPIC: 'arn:prod', NEW: 'n' }],
  ]);

  it('uses the deployed values, except those that name what is served here', () => {
    assert.deepEqual(withDeployedVariables(definition, deployed, [{ resources }]).environment, {
      TABLE: 'shop-Orders-LOCAL',
      TOPIC: 'arn:aws:sns:us-east-1:1:shop-Paid-X',
      BANK: 'https://bank',
      LOCAL_ONLY: 'x',
      NEW: 'n',
    });
  });

  it('does not change functions that are not deployed', () => {
    assert.equal(withDeployedVariables(definition, new Map(), [{ resources }]), definition);
  });
});
