/** The ports of a start's APIs. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planPorts } from '../../../../packages/engine/compose/listing.ts';
import type { Parts } from '../../../../packages/engine/compose/parts.ts';

const functionOf = (isToolkit: boolean) => ({
  name: isToolkit ? 'authorizer' : 'orders',
  environment: isToolkit ? { GATEWRIGHT_STAGE: 'dev' } : {},
});
const stackOf = (stackName: string, isToolkit: boolean) => ({
  stackName,
  functions: [functionOf(isToolkit)],
});

/** Stacks that others import from are loaded first. */
function portsOf(apis: readonly (readonly [apiId: string, stackName: string])[]) {
  const parts = {
    options: { port: 3000 },
    served: {
      stacks: [stackOf('gatewright-dev', true), stackOf('shop', false)],
      all: apis.map(([apiId, stackName]) => ({ identity: { apiId, stackName } })),
      urls: [],
    },
    at: { findApi: () => undefined },
  } as unknown as Parts;
  return Object.fromEntries(planPorts(parts).map(({ port, apiIds }) => [apiIds.join(), port]));
}

describe('planPorts', () => {
  it('moves no port of a service when the stack beside it, or a part of it, comes or goes', () => {
    const own = [
      ['orders', 'shop'],
      ['chat', 'shop'],
    ] as const;
    const alone = { orders: 3000, chat: 3001 };

    assert.deepEqual(portsOf(own), alone);
    assert.deepEqual(portsOf([['hooks', 'gatewright-dev'], ...own]), { ...alone, hooks: 3002 });
    assert.deepEqual(portsOf([['hooks', 'gatewright-dev'], ['channels', 'gatewright-dev'], ...own]), {
      ...alone,
      hooks: 3002,
      channels: 3003,
    });
  });
});
