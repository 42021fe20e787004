import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isRemovedBy, removalOf, removeMade } from '../../../../packages/conformance/play/control-removal.ts';
import type { Made } from '../../../../packages/conformance/play/control-removal.ts';
import type { SdkCall } from '../../../../packages/conformance/play/client.ts';
import type { ControlReply } from '../../../../packages/conformance/schema/control-case.ts';

const made = (call: string, body: Made['body'], service: Made['service'] = 'apigateway'): Made => ({
  service,
  call,
  body,
});

/** API references of API Gateway and Lambda: what each Delete call asks for. */
const ROWS: readonly (readonly [made: Made, removal: SdkCall | undefined])[] = [
  [made('CreateRestApi', { id: 'a' }), { call: 'DeleteRestApi', input: { restApiId: 'a' } }],
  [made('ImportRestApi', { id: 'a' }), { call: 'DeleteRestApi', input: { restApiId: 'a' } }],
  [made('CreateApi', { ApiId: 'a' }, 'apigatewayv2'), { call: 'DeleteApi', input: { ApiId: 'a' } }],
  [made('ImportApi', { ApiId: 'a' }, 'apigatewayv2'), { call: 'DeleteApi', input: { ApiId: 'a' } }],
  [made('CreateApiKey', { id: 'k' }), { call: 'DeleteApiKey', input: { apiKey: 'k' } }],
  [made('CreateUsagePlan', { id: 'p' }), { call: 'DeleteUsagePlan', input: { usagePlanId: 'p' } }],
  [made('CreateQueue', { QueueUrl: 'u' }, 'sqs'), { call: 'DeleteQueue', input: { QueueUrl: 'u' } }],
  [
    made('CreateFunction', { FunctionName: 'f' }, 'lambda'),
    { call: 'DeleteFunction', input: { FunctionName: 'f' } },
  ],
  [
    made('CreateDomainName', { domainName: 'd' }),
    { call: 'DeleteDomainName', input: { domainName: 'd', DomainName: 'd' } },
  ],
  [
    made('CreateDomainName', { DomainName: 'd' }, 'apigatewayv2'),
    { call: 'DeleteDomainName', input: { domainName: 'd', DomainName: 'd' } },
  ],
  [made('CreateRestApi', {}), { call: 'DeleteRestApi', input: { restApiId: '' } }],
  [made('CreateResource', { id: 'r' }), undefined],
];

describe('removalOf', () => {
  for (const [one, removal] of ROWS)
    it(`removes ${one.call} of ${JSON.stringify(one.body)} by ${removal?.call ?? 'no call'}`, () => {
      assert.deepEqual(removalOf(one), removal && { service: one.service, ...removal });
    });
});

describe('isRemovedBy', () => {
  const api = made('CreateRestApi', { id: 'a' });
  for (const [call, input, is] of [
    ['DeleteRestApi', { restApiId: 'a' }, true],
    ['DeleteRestApi', { restApiId: 'b' }, false],
    ['GetRestApi', { restApiId: 'a' }, false],
  ] as const)
    it(`${is ? 'recognizes' : 'does not accept'} ${call} of ${input.restApiId} as the removal of a`, () => {
      assert.equal(isRemovedBy(api, { call, input }), is);
    });
});

describe('removeMade', () => {
  function aTarget(answers: Readonly<Record<string, Partial<ControlReply>>> = {}) {
    const sent: (readonly [service: string, call: string, input: unknown])[] = [];
    const send = (service: string, { call, input }: SdkCall): Promise<ControlReply> => {
      sent.push([service, call, input]);
      return Promise.resolve({ status: 200, body: {}, ...answers[call] });
    };
    return { sent, target: { send } };
  }

  it('removes in the order given, and leaves out what goes with something else', async () => {
    const { sent, target } = aTarget();
    const all = [made('CreateResource', { id: 'r' }), made('CreateRestApi', { id: 'a' })];

    assert.equal(
      await removeMade(target, [...all, made('CreateApi', { ApiId: 'b' }, 'apigatewayv2')]),
      undefined,
    );
    assert.deepEqual(sent, [
      ['apigateway', 'DeleteRestApi', { restApiId: 'a' }],
      ['apigatewayv2', 'DeleteApi', { ApiId: 'b' }],
    ]);
  });

  it('takes the stages of a usage plan away first', async () => {
    const apiStages = [{ apiId: 'a', stage: 'dev' }];
    const { sent, target } = aTarget({ GetUsagePlan: { body: { apiStages } } });

    await removeMade(target, [made('CreateUsagePlan', { id: 'p' })]);

    const patchOperations = [{ op: 'remove', path: '/apiStages', value: 'a:dev' }];
    assert.deepEqual(sent, [
      ['apigateway', 'GetUsagePlan', { usagePlanId: 'p' }],
      ['apigateway', 'UpdateUsagePlan', { usagePlanId: 'p', patchOperations }],
      ['apigateway', 'DeleteUsagePlan', { usagePlanId: 'p' }],
    ]);
  });

  it('changes no usage plan without stages', async () => {
    const { sent, target } = aTarget();

    await removeMade(target, [made('CreateUsagePlan', { id: 'p' })]);

    assert.deepEqual(
      sent.map(([, call]) => call),
      ['GetUsagePlan', 'DeleteUsagePlan'],
    );
  });

  for (const { code, left } of [
    { code: 'NotFoundException', left: undefined },
    { code: 'ResourceNotFoundException', left: undefined },
    {
      code: 'TooManyRequestsException',
      left: 'a resource was left behind, because DeleteApiKey failed: TooManyRequestsException "x"',
    },
  ])
    it(`says ${left === undefined ? 'nothing about' : 'what is left after'} ${code}, and continues`, async () => {
      const error = { code, message: 'x' };
      const { sent, target } = aTarget({ DeleteApiKey: { error }, DeleteRestApi: { error } });
      const all = [made('CreateApiKey', { id: 'k' }), made('CreateRestApi', { id: 'a' })];

      assert.equal(await removeMade(target, all), left);
      assert.equal(sent.length, 2);
    });
});
