import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findSilent } from '../../../../../../packages/gateway/engine/compose/checking/judge-silent.ts';
import { aStack } from '../../../../../support/a-stack.ts';

const busNamed = (name: string) => ({
  type: 'AWS::Events::EventBus',
  id: name,
  properties: { Name: name },
});
const put = (EventBusName: string) => ({
  type: 'AWS::ApiGatewayV2::Integration',
  properties: { IntegrationSubtype: 'EventBridge-PutEvents', RequestParameters: { EventBusName } },
});

// https://github.com/aws/aws-sdk/issues/186: an entry for a bus that does not exist is accepted.
describe('findSilent', () => {
  for (const [what, named, others, remedies] of [
    ['a bus with almost this name', 'order-1', [], ['write orders-1 in place of order-1']],
    ['this bus', 'orders-1', [], []],
    ['no bus with a similar name', 'invoices', [], []],
    ['a bus with almost this name, and another stack has this bus', 'orders-2', ['orders-2'], []],
  ] as const)
    it(`judges the bus that an integration names if the stack has ${what}`, () => {
      const stack = aStack({ Bus: busNamed('orders-1'), Put: put(named) });
      const loaded = [stack, ...others.map((name) => aStack({ Bus: busNamed(name) }))];

      assert.deepEqual(
        findSilent(stack, loaded).map(({ remedy }) => remedy),
        remedies,
      );
    });
});
