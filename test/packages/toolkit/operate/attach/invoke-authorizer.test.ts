import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  findProbeRoute,
  findBreaking,
  headerOf,
  invokeAuthorizer,
} from '../../../../../packages/toolkit/operate/attach/invoke-authorizer.ts';
import { PlaneError } from '../../../../../packages/toolkit/operate/attach/control-plane.ts';
import { API_ID, aRestApiToAttach } from '../../../../support/an-api-to-attach.ts';
import type { ControlPlane } from '../../../../../packages/toolkit/operate/attach/control-plane.ts';
import type { Plan } from '../../../../../packages/toolkit/operate/attach/journal.ts';

const one = { resources: 1, methods: ['GET'] };

/** Returns a control plane in which Lambda gives this answer instead of the function's. */
const answering = (plane: ControlPlane, answer: () => Promise<Record<string, unknown>>): ControlPlane => ({
  ...plane,
  write: (call) => (call.path.endsWith('/invocations') ? answer() : plane.write(call)),
});

describe('a function that would answer 500 to everybody', () => {
  it('is found before anything is changed', async () => {
    await using api = await aRestApiToAttach(one);
    const { plan } = await api.plan();
    assert.equal(await findBreaking(plan, api.plane), undefined, 'this one refuses a bad credential');

    const failing = answering(api.plane, () =>
      Promise.resolve({ errorType: 'Error', errorMessage: 'no access document protects the API' }),
    );
    assert.match(
      (await findBreaking(plan, failing)) ?? '',
      /fails for stage prod of this API \(no access document protects the API\), so every caller would get 500/,
    );
    assert.equal(await findBreaking({ ...plan, isWithoutDocument: true }, failing), undefined);
    assert.equal(await findBreaking({ ...plan, steps: [] }, failing), undefined, 'nothing would be attached');
    assert.notEqual(await findBreaking({ ...plan, steps: plan.steps.slice(0, 1) }, failing), undefined);
    const closed = answering(api.plane, () =>
      Promise.reject(new PlaneError('POST', 'AccessDeniedException', 'not you')),
    );
    assert.equal(await findBreaking(plan, closed), undefined, 'whoever may not ask does not know');
  });
});

describe('the answer of a function', () => {
  const wrong = /the function returned a result that is not the result of an authorizer/;
  for (const { answer, says } of [
    { answer: { isAuthorized: false }, says: undefined },
    { answer: { errorMessage: 'Unauthorized' }, says: undefined },
    { answer: { policyDocument: { Statement: [{ Effect: 'Deny' }] } }, says: undefined },
    { answer: {}, says: wrong },
    { answer: { isAuthorized: 'yes' }, says: wrong },
  ])
    it(`${says === undefined ? 'is' : 'is not'} an authorizer's answer: ${JSON.stringify(answer)}`, async () => {
      await using api = await aRestApiToAttach(one);
      const { plan } = await api.plan();

      const breaking = await findBreaking(
        plan,
        answering(api.plane, () => Promise.resolve(answer)),
      );

      if (says === undefined) assert.equal(breaking, undefined);
      else assert.match(breaking ?? '', says);
    });
});

describe('what the answer of a function says', () => {
  const statement = (Effect: string) => ({ policyDocument: { Statement: [{ Effect }] } });
  for (const [answer, said] of [
    [{ isAuthorized: true }, { kind: 'allowed' }],
    [{ isAuthorized: false }, { kind: 'denied' }],
    [statement('Allow'), { kind: 'allowed' }],
    [statement('Deny'), { kind: 'denied' }],
    [{ errorMessage: 'Unauthorized' }, { kind: 'unauthorized' }],
    [{ errorMessage: 'boom' }, { kind: 'failed', message: 'boom' }],
    [
      { isAuthorized: 'true' },
      { kind: 'failed', message: 'the function returned a result that is not the result of an authorizer' },
    ],
  ] as const)
    it(`is ${said.kind}: ${JSON.stringify(answer)}`, async () => {
      const plane = { read: undefined, list: undefined, write: () => Promise.resolve(answer) };
      const about = { steps: [], kind: 'http', apiId: API_ID, stage: 'prod', functionArn: 'arn:f' } as const;

      assert.deepEqual(
        await invokeAuthorizer(about, plane as unknown as ControlPlane, {
          value: 'Bearer t',
          headers: {},
          query: {},
        }),
        said,
      );
    });
});

describe('what a function is asked', () => {
  const step = (part: string, more: object = {}) => ({ part, name: '', does: '', after: {}, ...more });
  const asking = (...steps: object[]): Pick<Plan, 'steps'> => ({ steps: steps as Plan['steps'] });
  const rows = [
    { steps: [step('route GET /a/{id}'), step('route POST /b')], method: 'POST', path: '/b' },
    { steps: [step('route GET /a/{id}')], method: 'GET', path: '/' },
    { steps: [step('route ANY /c')], method: 'GET', path: '/c' },
    { steps: [step('route $connect')], method: 'GET', path: '/' },
  ];
  for (const { steps, method, path } of rows)
    it(`is ${method} ${path} of ${steps.map(({ part }) => part).join(', ')}`, () => {
      assert.deepEqual(findProbeRoute(asking(...steps)), { method, path });
    });

  const sources = [
    { identitySource: 'method.request.header.X-Api-Key,method.request.header.Other', header: 'X-Api-Key' },
    { identitySource: ['$request.header.Token'], header: 'Token' },
    { identitySource: [], header: 'Authorization' },
    { identitySource: undefined, header: 'Authorization' },
  ];
  for (const { identitySource, header } of sources)
    it(`carries its credential in ${header} if the source is ${JSON.stringify(identitySource)}`, () => {
      const made = step(`authorizer ${API_ID}`, { makes: 'authorizer', after: { identitySource } });
      assert.equal(headerOf(asking(made)), header);
    });
});
