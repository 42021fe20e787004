import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { statementId } from '../../../../packages/operate/attach/authorizer-function.ts';
import { findUnexpectedCall } from '../../../../packages/operate/attach/check-calls.ts';
import type { Undo } from '../../../../packages/operate/attach/journal.ts';
import type { PlaneCall } from '../../../../packages/operate/attach/step.ts';

const REST = { apiId: 'abcdefghij', kind: 'rest', stage: 'prod' } as const;
const HTTP = { ...REST, kind: 'http' } as const;
const FUNCTION = '/2015-03-31/functions/guard/policy';
const INVOKE_PERMISSION = {
  StatementId: statementId('abcdefghij'),
  Action: 'lambda:InvokeFunction',
  Principal: 'apigateway.amazonaws.com',
  SourceArn: 'arn:aws:execute-api:us-east-1:123456789012:abcdefghij/authorizers/*',
};

const api = (method: PlaneCall['method'], path: string, body?: PlaneCall['body']): PlaneCall => ({
  service: 'apigateway',
  method,
  path,
  ...(body !== undefined && { body }),
});
const lambda = (method: PlaneCall['method'], path: string, body?: PlaneCall['body']): PlaneCall => ({
  ...api(method, path, body),
  service: 'lambda',
});
const patch = (path: string, changed: string): PlaneCall =>
  api('PATCH', path, { patchOperations: [{ op: 'replace', path: changed, value: 'x' }] });
const stepsOf = (call: PlaneCall): Undo['steps'] => {
  const step = { name: 'a', does: 'b', part: 'c', before: null, after: {}, isLive: false };
  const ours = api('DELETE', '/restapis/abcdefghij/authorizers/{authorizer}');
  return [{ ...step, apply: ours, revert: ours, orElse: [{ after: {}, revert: call }] }];
};

describe('a call that an attachment may make', () => {
  const OWN: readonly (readonly [string, PlaneCall])[] = [
    ['a method', patch('/restapis/abcdefghij/resources/a1b2c3/methods/GET', '/authorizerId')],
    ['the source of keys', patch('/restapis/abcdefghij', '/apiKeySource')],
    ['its stage', patch('/restapis/abcdefghij/stages/prod', '/canarySettings/percentTraffic')],
    ['a new authorizer', api('POST', '/restapis/abcdefghij/authorizers', { name: 'a', type: 'TOKEN' })],
    ['a deployment', api('POST', '/restapis/abcdefghij/deployments', { description: 'a' })],
    ['leave', lambda('POST', `${FUNCTION}?Qualifier=live`, INVOKE_PERMISSION)],
    ['leave taken back', lambda('DELETE', `${FUNCTION}/${statementId('abcdefghij')}`)],
  ];
  for (const [what, call] of OWN)
    it(`changes ${what}`, () =>
      assert.equal(findUnexpectedCall({ ...REST, steps: stepsOf(call) }), undefined));

  const STRANGE: readonly (readonly [string, PlaneCall])[] = [
    ['deletes the API', api('DELETE', '/restapis/abcdefghij')],
    ['leads to another API', patch('/restapis/zzzzzzzzzz/stages/prod', '/deploymentId')],
    ['leads to an API whose id only begins so', patch('/restapis/abcdefghijk', '/apiKeySource')],
    ['climbs', patch('/restapis/abcdefghij/../zzzzzzzzzz/stages/prod', '/deploymentId')],
    ['changes another stage', patch('/restapis/abcdefghij/stages/dev', '/deploymentId')],
    ['changes the policy of the API', patch('/restapis/abcdefghij', '/policy')],
    ['changes variables of the stage', patch('/restapis/abcdefghij/stages/prod', '/variables/url')],
    ['is of the other kind of API', api('PATCH', '/v2/apis/abcdefghij/routes/r1', { authorizerId: 'a' })],
    ['deletes a function', lambda('DELETE', '/2015-03-31/functions/guard')],
    ['takes another statement away', lambda('DELETE', `${FUNCTION}/others`)],
    [
      'gives leave to an account',
      lambda('POST', FUNCTION, { ...INVOKE_PERMISSION, Principal: '210987654321' }),
    ],
    ['gives leave for everything', lambda('POST', FUNCTION, { ...INVOKE_PERMISSION, Action: 'lambda:*' })],
    [
      'gives leave to another API',
      lambda('POST', FUNCTION, { ...INVOKE_PERMISSION, SourceArn: 'arn:aws:execute-api:::z/*' }),
    ],
    ['gives leave to a URL', lambda('POST', FUNCTION, { ...INVOKE_PERMISSION, FunctionUrlAuthType: 'NONE' })],
  ];
  for (const [what, call] of STRANGE)
    it(`is none that ${what}`, () =>
      assert.equal(findUnexpectedCall({ ...REST, steps: stepsOf(call) }), call));

  it('changes routes of an HTTP API', () => {
    const call = api('PATCH', '/v2/apis/abcdefghij/routes/r1', { authorizerId: 'a' });
    const [step] = stepsOf(call);
    const { apply, ...rest } = step ?? assert.fail();

    assert.equal(findUnexpectedCall({ ...HTTP, steps: [{ ...rest, apply: call, revert: call }] }), undefined);
    assert.equal(findUnexpectedCall({ ...HTTP, steps: [{ ...rest, apply, revert: call }] }), apply);
  });
});
