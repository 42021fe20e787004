import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  InvalidExpression,
  readFilterExpression,
} from '../../../../../packages/gateway/services/xray/filter-expression.ts';
import { readSegment } from '../../../../../packages/gateway/services/xray/traces.ts';
import type { Trace } from '../../../../../packages/gateway/services/xray/traces.ts';

function aTrace(...segments: readonly object[]): Trace {
  const read = segments.map((more, index) =>
    readSegment(
      JSON.stringify({
        name: 'shop/dev',
        id: `000000000000000${index}`,
        trace_id: '1-581cf771-a006649127e371903a2de979',
        start_time: 10,
        end_time: 10.5,
        ...more,
      }),
    ),
  );
  return {
    id: '1-581cf771-a006649127e371903a2de979',
    segments: new Map(read.flatMap((one) => (one ? [[one.id, one]] : []))),
  };
}

const FAILED = aTrace(
  {
    fault: true,
    http: {
      request: {
        method: 'GET',
        url: 'https://api.example.com/pets',
        user_agent: 'curl/8',
        client_ip: '10.0.0.1',
      },
      response: { status: 502 },
    },
  },
  {
    name: 'orders',
    parent_id: '0000000000000000',
    start_time: 10.1,
    end_time: 12,
    user: 'ann',
    annotations: { account: '12345', age: 25, isNew: true },
  },
);

/** X-Ray developer guide, "Use filter expressions". */
const CASES: readonly (readonly [expression: string, fits: boolean])[] = [
  ['fault', true],
  ['!fault', false],
  ['ok', false],
  ['error OR throttle', false],
  ['fault = true', true],
  ['fault != true', false],
  ['ok = false', true],
  ['responsetime > 0.4', true],
  ['responsetime > 0.5', false],
  ['duration >= 2 AND duration <= 8', true],
  ['http.status = 502', true],
  ['http.status != 200', true],
  ['http.url CONTAINS "/pets"', true],
  ['http.url BEGINSWITH "http:"', false],
  ['http.url ENDSWITH "pets"', true],
  ['http.method = "GET" AND http.clientip = "10.0.0.1"', true],
  ['user = "ann"', true],
  ['service("orders")', true],
  ['service("other")', false],
  ['service()', true],
  ['annotation.account = "12345"', true],
  ['annotation[age] > 29', false],
  ['annotation.age = 25', true],
  ['annotation.isNew = true', true],
  ['annotation.none != "x"', false],
  ['(error OR fault) AND !(http.status = 200)', true],
];

const REFUSED: readonly (readonly [expression: string, why: RegExp])[] = [
  ['edge("a", "b")', /edge is not supported/],
  ['service("a") { fault }', /service\(…\) \{ … \} is not supported/],
  ['group.name = "x"', /group\.name is not supported/],
  ['http.status', /operator such as = or > is missing/],
  ['http.status ~ 1', /unknown operator ~/],
  ['http.status = ok', /expected, not ok/],
  ['(fault', /"\)" is expected/],
  ['fault fault', /fault is unexpected/],
  ['!'.repeat(30), /deeper than 20 levels/],
  ['x'.repeat(2001), /longer than 2000/],
];

describe('a filter expression', () => {
  for (const [expression, fits] of CASES)
    it(`${expression} ${fits ? 'fits' : 'does not fit'}`, () => {
      assert.equal(readFilterExpression(expression)(FAILED), fits);
    });

  for (const [expression, why] of REFUSED)
    it(`is refused: ${expression.slice(0, 40)}`, () => {
      assert.throws(
        () => readFilterExpression(expression),
        (error) => error instanceof InvalidExpression && why.test(error.message),
      );
    });
});
