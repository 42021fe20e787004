import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ADDRESS_KINDS } from '../../../../../packages/gateway/console/surprises/address-kinds.ts';
import type { SurpriseKind } from '../../../../../packages/gateway/console/surprises/surprise.ts';

// osls writes StageName into the Deployment of each service. In a service with an AWS::ApiGateway::Stage in resources,
// every explanation advised to delete the service's own stage.
for (const [form, isTold] of [
  ['serverless', false],
  ['cloudformation', true],
  ['sam', true],
] as const)
  it(`a stage that the Deployment creates is ${isTold ? '' : 'not '}told in the format ${form}`, () => {
    const kind = ADDRESS_KINDS.find(({ code }) => code === 'EXTRA_STAGE');
    const definition = {
      form,
      file: 'a.yml',
      logicalId: 'Api',
      stages: { fast: '!Ref Fast' },
      extraStages: ['dev'],
    };
    const facts = { recorded: { received: { stage: { name: 'dev' } } }, definition } as unknown;

    assert.equal(kind?.find(facts as Parameters<SurpriseKind['find']>[0]) !== undefined, isTold);
  });
