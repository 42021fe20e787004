import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { filterRows } from '../../../../../packages/gateway/console/records/row-filter.ts';
import type { RequestRow } from '../../../../../packages/gateway/console/records/model.ts';
import type { RowFilter } from '../../../../../packages/gateway/console/records/row-filter.ts';

const ROW = {
  id: '7f3a',
  method: 'GET',
  target: '/dev/users/7?LATE=1',
  routeKey: 'GET /users/{id}',
  status: 404,
  caller: 'alice',
  customer: 'acme',
  code: 'RESOURCE_NOT_FOUND',
  notes: ['over quota', 'cached'],
} as Partial<RequestRow> as RequestRow;

describe('the filter of requests', () => {
  const rows: readonly (RowFilter & { matches: boolean })[] = [
    { matches: true },
    { route: 'get /USERS', matches: true },
    { route: 'POST', matches: false },
    { route: 'alice', matches: false },
    { status: '404', matches: true },
    { status: '4XX', matches: true },
    { status: '5xx', matches: false },
    { status: '40', matches: false },
    { search: '', matches: true },
    { search: 'late=', matches: true },
    { search: 'ALICE', matches: true },
    { search: '7f3', matches: true },
    { search: 'not_found', matches: true },
    // The walk of a user: a search for the visible reason found nothing.
    { search: 'Over Quota', matches: true },
    { search: 'bob', matches: false },
    // The language of the search field of the console.
    { search: 'customer:acme', matches: true },
    { search: 'customer:acm', matches: false },
    { search: 'status:4xx method:get -user:bob', matches: true },
    { search: 'status:>=500', matches: false },
    { search: 'route:"GET /users"', matches: true },
    { search: 'late= -cached', matches: false },
    { route: '/users', status: '4xx', search: 'bob', matches: false },
  ];
  for (const { matches, ...filter } of rows)
    it(`${JSON.stringify(filter)} ${matches ? 'accepts' : 'refuses'} the row`, () => {
      assert.equal(filterRows(filter)(ROW), matches);
    });

  it('counts no close code of a WebSocket as a class of statuses', () => {
    assert.equal(filterRows({ status: '1xx' })({ ...ROW, status: 1001 }), false);
  });
});
