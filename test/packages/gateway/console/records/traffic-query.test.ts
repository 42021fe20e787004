import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  findUnread,
  matcherOf,
  parseTrafficQuery,
  printTrafficQuery,
  QUERY_FIELDS,
  suggestQueries,
} from '../../../../../packages/gateway/console/records/traffic-query.ts';
import type { QueryTerm } from '../../../../../packages/gateway/console/records/traffic-query.ts';

type Row = Parameters<ReturnType<typeof matcherOf>>[0];

function aRow(changed: Partial<Row> = {}): Row {
  return {
    id: '0f5b1c2d',
    method: 'POST',
    target: '/dev/orders?table=7',
    routeKey: 'POST /orders',
    status: 403,
    tookMs: 612,
    caller: 'alice b',
    customer: 'acme',
    api: 'shop',
    stage: 'dev',
    code: 'ACCESS_DENIED',
    cache: undefined,
    kind: 'request',
    responseBytes: 20_480,
    ...changed,
  };
}

const isFound = (text: string, row = aRow()): boolean => matcherOf(parseTrafficQuery(text))(row);

describe('a search for a customer that has a name', () => {
  const names = new Map([['c-17', 'Hanko Møbler']]);
  const find = (text: string): boolean =>
    matcherOf(parseTrafficQuery(text), names)(aRow({ customer: 'c-17' }));

  for (const text of ['customer:c-17', 'customer:"hanko møbler"', 'møbler', 'c-17', '-customer:hanko'])
    it(`finds the row with ${text}`, () => assert.ok(find(text)));

  it('does not find the rows of other customers', () => {
    assert.equal(matcherOf(parseTrafficQuery('møbler'), names)(aRow()), false);
    assert.equal(find('-møbler'), false);
  });
});

describe('a search of Traffic', () => {
  for (const text of [
    '',
    'status:4xx',
    'status:403',
    'status:>=400',
    'method:post',
    'route:/orders',
    'path:table=7',
    'took:>500',
    'took:<1s',
    'user:alice',
    'user:"alice b"',
    'api:shop stage:dev',
    'customer:acme',
    '-customer:acm',
    'code:denied',
    'size:>10kb',
    'size:20kb',
    'kind:request',
    '-status:2xx',
    '-user:carl -ping',
    'ORDERS alice',
    '"alice b"',
    'status:4xx took:',
    // A value that is not read has no effect.
    'took:long',
  ])
    it(`${text === '' ? 'without a term' : text} finds the row`, () => {
      assert.equal(isFound(text), true);
    });

  for (const text of [
    'status:4xx method:GET',
    'status:5xx',
    'took:>613',
    'size:<20kb',
    'user:carl',
    '-api:shop',
    '-alice',
    'cache:hit',
    '"alice orders"',
  ])
    it(`${text} does not find it`, () => {
      assert.equal(isFound(text), false);
    });

  it('takes a close code of a connection for no status of its first digit', () => {
    assert.equal(isFound('status:1xx', aRow({ status: 1006 })), false);
    assert.equal(isFound('status:1006', aRow({ status: 1006 })), true);
  });

  it('takes a caller without a name for anonymous', () => {
    assert.equal(isFound('user:anonymous', aRow({ caller: undefined })), true);
    // The walk of a user: a search for the visible reason found nothing.
    assert.equal(isFound('"over quota"', aRow({ notes: ['over quota'] })), true);
  });

  it('says which value cannot be read, and what to write', () => {
    assert.match(
      findUnread(parseTrafficQuery('status:4xx took:long')) ?? '',
      /^took:long has no effect; write/,
    );
    assert.equal(findUnread(parseTrafficQuery('took:> status:4xx')), undefined);
  });

  it('is read as it was printed', () => {
    const text = fc.string({ minLength: 1, unit: 'binary' });
    const term: fc.Arbitrary<QueryTerm> = fc.oneof(
      fc.record({ kind: fc.constant('word' as const), text, isNot: fc.boolean() }, { noNullPrototype: true }),
      fc.record(
        {
          kind: fc.constant('field' as const),
          field: fc.constantFrom(...QUERY_FIELDS),
          value: fc.oneof(fc.constant(''), text),
          isNot: fc.boolean(),
        },
        { noNullPrototype: true },
      ),
    );
    fc.assert(
      fc.property(fc.array(term, { maxLength: 6 }), (terms) => {
        assert.deepEqual(parseTrafficQuery(printTrafficQuery(terms)), terms);
      }),
    );
  });

  it('never fails, and finds with several terms what each of them finds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 100, max: 4999 }), (text, status) => {
        const terms = parseTrafficQuery(text);
        const row = aRow({ status });

        assert.equal(
          matcherOf(terms)(row),
          terms.every((term) => matcherOf([term])(row)),
        );
      }),
    );
  });
});

describe('suggestQueries', () => {
  const rows = [aRow(), aRow({ caller: 'carl', method: 'GET' }), aRow({ caller: 'carl' })];

  for (const [given, expected] of [
    ['st', ['status:', 'stage:']],
    ['status:', ['status:2xx', 'status:3xx', 'status:4xx', 'status:5xx']],
    ['user:', ['user:carl', 'user:"alice b"']],
    ['user:"al', ['user:"alice b"']],
    ['kind:', ['kind:request']],
    ['kind:m', []],
    ['api:', ['api:shop']],
    ['stage:d', ['stage:dev']],
    ['code:', ['code:ACCESS_DENIED']],
    ['route:', ['route:"POST /orders"']],
    ['cache:', ['cache:hit', 'cache:miss']],
    ['status:4xx -meth', ['status:4xx -method:']],
    ['status:4xx method:G', ['status:4xx method:GET']],
    ['method:GET', []],
    ['orders', []],
  ] as const)
    it(`completes ${given} to ${expected.join(' or ') || 'nothing'}`, () => {
      assert.deepEqual(suggestQueries(given, rows), expected);
    });

  it('offers every field if nothing is typed, and no more than eight', () => {
    assert.equal(suggestQueries('', rows).length, 8);
  });

  it('offers conditions that are true for a row', () => {
    fc.assert(
      fc.property(fc.constantFrom(...QUERY_FIELDS), fc.string({ minLength: 1 }), (field, caller) => {
        const row = aRow({ caller });
        for (const text of field === 'user' ? suggestQueries('user:', [row]) : [])
          assert.equal(isFound(text, row), true);
      }),
    );
  });
});
