import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  isChannelName,
  isChannelPattern,
  matchesChannel,
  mayUseChannel,
  parseChannelGrants,
  printChannelGrants,
} from '#shared/aws/channel-grants.ts';
import type { ChannelGrants } from '#shared/aws/channel-grants.ts';

const segment = fc.constantFrom('a', 'b', 'c1', 'x|y');
const channel = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const pattern = fc
  .tuple(fc.array(fc.oneof(segment, fc.constant('*')), { minLength: 1, maxLength: 3 }), fc.boolean())
  .map(([parts, isDeep]) => [...parts, ...(isDeep ? ['**'] : [])].join('/'));

describe('matchesChannel', () => {
  for (const { name, given, expected } of [
    { name: 'rooms/1', given: 'rooms/1', expected: true },
    { name: 'rooms/*', given: 'rooms/1', expected: true },
    { name: 'rooms/*', given: 'rooms/1/2', expected: false },
    { name: 'rooms/*', given: 'rooms', expected: false },
    { name: 'rooms/**', given: 'rooms/1/2', expected: true },
    { name: 'rooms/**', given: 'rooms', expected: false },
    { name: '*/1', given: 'rooms/1', expected: true },
    { name: '**', given: 'rooms/1', expected: true },
  ])
    it(`says ${expected} of ${given} and ${name}`, () => {
      assert.equal(matchesChannel(name, given), expected);
    });

  it('agrees with a regular expression of the same meaning', () => {
    fc.assert(
      fc.property(pattern, channel, (wanted, given) => {
        const source = wanted
          .split('/')
          .map((part) => (part === '**' ? '.+' : part === '*' ? '[^/]+' : part.replace('|', '\\|')))
          .join('/');
        assert.equal(matchesChannel(wanted, given), new RegExp(`^${source}$`).test(given));
      }),
    );
  });
});

describe('what may be a name', () => {
  for (const bad of [
    '',
    '/',
    'a/',
    '/a',
    'a//b',
    'a b',
    'a#b',
    'a%b',
    'a!here',
    '*',
    'a/{x}',
    'a\u0000',
    'ä',
  ])
    it(`refuses ${JSON.stringify(bad)}`, () => {
      assert.equal(isChannelName(bad), false);
    });

  it('takes wildcards in patterns only, and ** at the end only', () => {
    assert.deepEqual(['a/*', '**', 'a/**', '**/a', 'a*'].map(isChannelPattern), [
      true,
      true,
      true,
      false,
      false,
    ]);
    assert.equal(isChannelName(Array(9).fill('a').join('/')), false);
  });
});

describe('grants', () => {
  const patterns = fc.array(pattern, { maxLength: 3 });
  const some = fc.record({ subscribe: patterns, publish: patterns, presence: patterns });
  const anyGrants: fc.Arbitrary<ChannelGrants> = fc.record({
    space: fc.constant('chat'),
    allow: some,
    deny: some,
  });

  it('mean the same after they were printed and read', () => {
    fc.assert(
      fc.property(anyGrants, channel, (grants, name) => {
        const read = parseChannelGrants(printChannelGrants(grants));
        for (const action of ['subscribe', 'publish', 'presence'] as const) {
          const may = mayUseChannel(grants, action, name);
          assert.equal(mayUseChannel(read, action, name), may);
          const names = (by: ChannelGrants['allow']) => by[action]!.some((one) => matchesChannel(one, name));
          assert.equal(may, names(grants.allow) && !names(grants.deny));
        }
      }),
    );
  });

  it('open nothing if they cannot be read', () => {
    for (const text of [
      undefined,
      '',
      'null',
      '[]',
      '{}',
      '{"space":"chat","subscribe":"**"}',
      '{"space":"a b","subscribe":["**"]}',
      '{"space":"chat","subscribe":["**"],"deny":{"subscribe":[7]}}',
      '{"space":"chat","subscribe":["**/a"]}',
    ])
      assert.equal(mayUseChannel(parseChannelGrants(text), 'subscribe', 'rooms/1'), false, text);
  });
});
