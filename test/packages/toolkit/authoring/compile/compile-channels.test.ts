import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeAccess } from '../../../../../packages/toolkit/authoring/find/describe-access.ts';
import { anInventory, compile, documentText } from '../../../../support/an-access-document.ts';

const RULE = { id: 'r', effect: 'allow', actions: ['subscribe'], channels: ['orders/{org.tenant}/*'] };
const compiled = (rules: readonly object[], over: object = {}, kind: 'websocket' | 'http' = 'websocket') =>
  compile(
    documentText({
      rules: [{ id: 'all', effect: 'allow', connect: true }],
      channels: { rules, ...over },
    }),
    anInventory(kind === 'websocket' ? ['ANY $connect'] : ['GET /orders'], kind),
  );
const problemsOf = (...args: Parameters<typeof compiled>) => {
  const compilation = compiled(...args);
  return compilation.kind === 'invalid' ? compilation.problems.map(({ message }) => message).join('\n') : '';
};

describe('channels of an access document', () => {
  it('become patterns with claims, in a space of the document', () => {
    const compilation = compiled([{ ...RULE, when: { roles: { any: ['support'] } } }]);
    assert.ok(compilation.kind === 'compiled');
    assert.deepEqual(compilation.document.channels, {
      space: 'orders',
      rules: [
        {
          id: 'r',
          effect: 'allow',
          actions: ['subscribe'],
          patterns: [['orders', { claim: ['org', 'tenant'] }, '*']],
          when: { is: 'role', name: 'support' },
        },
      ],
    });
    assert.deepEqual(describeAccess(compilation.document).notes, [
      'channels orders: r: allow subscribe on orders/{org.tenant}/* if role support',
    ]);
  });

  it('may share a space with the channels of another document', () => {
    const compilation = compiled([RULE], { space: 'shop' });
    assert.equal(compilation.kind === 'compiled' && compilation.document.channels?.space, 'shop');
  });

  for (const { name, rules, expected } of [
    {
      name: 'an invalid pattern',
      rules: [{ ...RULE, channels: ['a/**/b'] }],
      expected: /must be a channel/,
    },
    { name: 'a claim in a deny rule', rules: [{ ...RULE, effect: 'deny' }], expected: /deny rule/ },
    {
      name: 'an invalid action',
      rules: [{ ...RULE, actions: ['shout'] }],
      expected: /subscribe, publish, presence/,
    },
    { name: 'an id twice', rules: [RULE, { ...RULE, actions: ['publish'] }], expected: /earlier rule/ },
    {
      name: 'a role that is not declared',
      rules: [{ ...RULE, when: { roles: { any: ['boss'] } } }],
      expected: /not declared/,
    },
  ])
    it(`refuse ${name}`, () => {
      assert.match(problemsOf(rules), expected);
    });

  it('are refused if a caller would have more than can be granted', () => {
    const many = Array.from({ length: 4 }, (_, index) => ({
      ...RULE,
      id: `many-${index}`,
      when: { roles: { any: ['support'] } },
      channels: Array.from({ length: 20 }, (__, part) => `department-${index}-${part}/{org.tenant}/*`),
    }));
    assert.match(
      problemsOf([RULE, ...many]),
      /the patterns for role support have \d{4} characters, more than the limit of 2048, so nothing would be granted/,
    );
    assert.equal(problemsOf([RULE, ...many.slice(0, 1)]), '');
  });

  it('are refused for an API without a WebSocket, if nothing would read them', () => {
    assert.match(problemsOf([RULE], {}, 'http'), /channels: are for WebSocket APIs/);
  });
});
