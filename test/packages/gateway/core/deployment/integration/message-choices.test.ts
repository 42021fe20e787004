/** What `--assume` changes about the answer of a WebSocket route (docs/aws §11.3), for each kind of route. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_ASSUMPTIONS } from '../../../../../../packages/gateway/core/deployment/assumptions.ts';
import { assumeForRoute } from '../../../../../../packages/gateway/core/deployment/integration/message-choices.ts';
import type { MessageRoutePlan } from '../../../../../../packages/gateway/core/deployment/model.ts';

type Assumed = Parameters<typeof assumeForRoute>[1];

const aPlan = (over: object = {}): MessageRoutePlan =>
  ({
    routeKey: 'say',
    repliesToClient: true,
    frames: undefined,
    integration: { kind: 'mock', request: { passthrough: 'NEVER', parameters: [] } },
    ...over,
  }) as unknown as MessageRoutePlan;
const assume = (over: object, plan: object = {}) =>
  assumeForRoute(aPlan(plan), { ...DEFAULT_ASSUMPTIONS, ...over });

describe('a route without integration responses', () => {
  for (const [routeKey, repliesToClient, choice, frames, replies] of [
    ['say', true, 'passed', undefined, true],
    ['say', true, 'silent', undefined, false],
    ['say', true, 'failed', [], true],
    ['say', false, 'passed', undefined, false],
    ['say', false, 'failed', undefined, false],
    // The reply to a handshake needs no response.
    ['$connect', true, 'silent', undefined, true],
    ['$connect', true, 'failed', undefined, true],
  ] as const)
    it(`${routeKey}, ${repliesToClient ? 'two-way' : 'one-way'}, ${choice}`, () => {
      const plan = assume({ 'missing-integration-response': choice }, { routeKey, repliesToClient });
      assert.deepEqual([plan.frames, plan.repliesToClient], [frames, replies]);
    });
});

describe('a route with integration responses', () => {
  for (const [choice, expected] of [
    ['first', ['a', 'b']],
    ['last', ['b', 'a']],
  ] as const)
    it(`uses the ${choice} that matches`, () => {
      const plan = assume({ 'matching-integration-responses': choice }, { frames: ['a', 'b'] });
      assert.deepEqual([plan.frames, plan.repliesToClient], [expected, true]);
    });
});

describe('a choice that is made while a route runs', () => {
  for (const routeKey of ['$connect', 'say'])
    for (const choice of ['applied', 'ignored'])
      it(`connect-status-override ${choice} at ${routeKey}`, () => {
        const plan = assume({ 'connect-status-override': choice }, { routeKey });
        assert.equal(plan.ignoresStatusOverride, routeKey === '$connect' && choice === 'ignored');
      });

  for (const choice of ['binary', 'all'])
    it(`converted-answers ${choice}`, () => {
      assert.equal(assume({ 'converted-answers': choice }).encodesAnswers, choice === 'all');
    });

  for (const [passthrough, choice, expected] of [
    ['NEVER', 'passed', 'WHEN_NO_MATCH'],
    ['NEVER', 'refused', 'NEVER'],
    ['WHEN_NO_TEMPLATES', 'passed', 'WHEN_NO_TEMPLATES'],
  ] as const)
    it(`unmapped-messages ${choice} at passthrough ${passthrough}`, () => {
      const integration = { kind: 'function', request: { passthrough, parameters: [] } };
      const plan = assume({ 'unmapped-messages': choice }, { integration });
      assert.ok(plan.integration.kind === 'function');
      assert.equal(plan.integration.request.passthrough, expected);
    });

  it('changes nothing of a Lambda proxy', () => {
    const plan = aPlan({ integration: { kind: 'function-proxy' } });
    const changed = { ...DEFAULT_ASSUMPTIONS, 'converted-answers': 'all' } as Assumed;
    assert.equal(assumeForRoute(plan, changed), plan);
  });
});

describe('the content type of a message for an HTTP backend', () => {
  const mapped = [{ place: 'header', name: 'content-TYPE', source: undefined }];
  for (const [routeKey, choice, parameters, adds] of [
    ['say', 'text/plain', [], true],
    ['say', 'text/plain', mapped, false],
    ['say', 'application/json', [], false],
    ['$connect', 'text/plain', [], false],
  ] as const)
    it(`${choice} is ${adds ? 'added' : 'not added'} at ${routeKey}${parameters === mapped ? ' that maps one' : ''}`, () => {
      for (const integration of [
        { kind: 'http-proxy', parameters },
        { kind: 'http', request: { passthrough: 'NEVER', parameters } },
      ]) {
        const plan = assume({ 'message-content-type': choice }, { routeKey, integration }).integration;
        const found =
          plan.kind === 'http-proxy' ? plan.parameters : plan.kind === 'http' && plan.request.parameters;
        const names = (found || []).map(({ name }) => name);
        assert.deepEqual(names, [...(adds ? ['Content-Type'] : []), ...parameters.map(({ name }) => name)]);
      }
    });
});
