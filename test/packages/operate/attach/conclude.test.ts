import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertClaimsChecked, undoIfWrong } from '../../../../packages/operate/attach/conclude.ts';
import { readAgain } from '../../../../packages/operate/attach/make-plan.ts';
import { aRestApiToAttach } from '../../../support/an-api-to-attach.ts';

// new-user 1: `--yes` ran past the warning, and every caller of a handler in Python became one.
describe('assertClaimsChecked', () => {
  for (const [type, isChecked, isRefused] of [
    ['COGNITO_USER_POOLS', false, true],
    ['JWT', false, true],
    ['JWT', true, false],
    ['CUSTOM', false, false],
    ['NONE', false, false],
  ] as const)
    it(`${isRefused ? 'refuses' : 'passes'} a route whose guard is ${type}, ${isChecked ? '' : 'not '}checked`, () => {
      const route = {
        name: 'route GET /seeds',
        part: 'route GET /seeds',
        before: { authorizationType: type },
        after: {},
        does: '',
        isLive: true,
        apply: { service: 'apigateway', method: 'PATCH', path: '/', body: {} },
        revert: { service: 'apigateway', method: 'PATCH', path: '/', body: {} },
      } as unknown as Parameters<typeof assertClaimsChecked>[0]['steps'][number];
      const refuse = () => {
        assertClaimsChecked({ steps: [route] }, isChecked);
      };

      if (isRefused) assert.throws(refuse, /route GET \/seeds would lose .* --claims-checked beside --yes/);
      else refuse();
    });
});

describe('undoIfWrong', () => {
  it('puts the route back where a check is wrong, and leaves it where all are good or open', async () => {
    await using api = await aRestApiToAttach({ resources: 1, methods: ['GET'] });
    const { plan } = await api.plan();
    await api.apply(plan);
    const work = {
      plane: api.plane,
      look: () => readAgain(api.plane, plan),
      journal: api.journal(),
      now: () => new Date(0),
      report: () => undefined,
    };
    const checkOf = (isGood: boolean | undefined) => ({ what: 'a good one is let in', isGood, saw: '502' });

    assert.equal(await undoIfWrong([checkOf(true), checkOf(undefined)], plan, work), false);
    assert.equal(await api.status('GET', '/things-1'), 401);
    assert.equal(await undoIfWrong([checkOf(true), checkOf(false)], plan, work), true);
    assert.equal(await api.status('GET', '/things-1'), 200);
    assert.equal(api.journal().undo(), undefined, 'there is nothing left to detach');
  });
});
