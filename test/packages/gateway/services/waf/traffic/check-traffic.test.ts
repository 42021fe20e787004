import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HeaderList } from '../../../../../../packages/gateway/core/events/header-list.ts';
import { StackReading } from '../../../../../../packages/gateway/kernel/stack-reading.ts';
import { Faults } from '../../../../../../packages/gateway/core/errors.ts';
import { checkTraffic } from '../../../../../../packages/gateway/services/waf/traffic/check-traffic.ts';
import type { CheckedRequest } from '../../../../../../packages/gateway/kernel/service.ts';
import type { TrafficRequest } from '../../../../../../packages/gateway/services/waf/traffic/read-traffic.ts';
import type { RequestParts } from '../../../../../../packages/gateway/services/waf/evaluate/inspected-request.ts';
import { blocking, QUERY_X, stackOfWall } from '../a-wall.ts';

const RATE = '{ RateBasedStatement: { Limit: 10, AggregateKeyType: IP } }';
const BODY =
  '{ ByteMatchStatement: { FieldToMatch: { Body: {} }, SearchString: bad, PositionalConstraint: CONTAINS, TextTransformations: [{ Priority: 0, Type: NONE }] } }';

const recorded = (parts: Partial<RequestParts>, epochMs = 0): TrafficRequest => ({
  title: `GET /dev${parts.query === undefined ? '' : `?${parts.query}`}`,
  epochMs,
  parts: {
    method: 'GET',
    path: '/dev',
    query: '',
    headers: new HeaderList([]),
    body: undefined,
    sourceIp: '203.0.113.7',
    ...parts,
  },
});

function check(rules: string, traffic: readonly TrafficRequest[]): readonly CheckedRequest[] {
  const stacks = new StackReading([stackOfWall(rules)], {
    isElsewhere: () => false,
    tolerance: new Faults(false),
  });
  const [only] = checkTraffic(traffic, stacks, { settings: {}, countries: undefined });
  return only?.requests ?? [];
}

describe('checkTraffic', () => {
  it('names the rule that would block, and what passes', () => {
    const checked = check(`[${blocking('NoX', QUERY_X)}]`, [
      recorded({ query: 'x' }),
      recorded({ query: 'y' }),
    ]);

    assert.deepEqual(checked, [
      { title: 'GET /dev?x', verdict: 'refused', reason: 'rule NoX of web ACL wall' },
      { title: 'GET /dev?y', verdict: 'passed', reason: '' },
    ]);
  });

  it('does not judge what needs a part that the record has lost', () => {
    const [checked] = check(`[${blocking('NoBad', BODY)}]`, [recorded({ missing: new Set(['body']) })]);

    assert.equal(checked?.verdict, 'not judged');
    assert.match(checked.reason, /the body, which the recorded request does not include/);
  });

  it('judges in spite of a lost part that no rule needs', () => {
    const [checked] = check(`[${blocking('NoX', QUERY_X)}]`, [recorded({ missing: new Set(['body']) })]);

    assert.equal(checked?.verdict, 'passed');
  });

  it('counts rates in the order of the records, and by their times', () => {
    const burst = Array.from({ length: 11 }, (_, index) => recorded({}, 1_000_000 + index));
    const slow = Array.from({ length: 11 }, (_, index) => recorded({}, 1_000_000 + index * 60_000));
    const blocked = (traffic: readonly TrafficRequest[]): number =>
      check(`[${blocking('Rate', RATE)}]`, traffic).filter(({ verdict }) => verdict === 'refused').length;

    assert.equal(blocked(burst.toReversed()), 1);
    assert.equal(blocked(slow), 0);
  });

  it('does not judge rates by address without addresses', () => {
    const [checked] = check(`[${blocking('Rate', RATE)}]`, [recorded({ missing: new Set(['address']) })]);

    assert.equal(checked?.verdict, 'not judged');
  });
});
