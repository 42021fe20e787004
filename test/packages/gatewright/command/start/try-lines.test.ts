import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeTries } from '../../../../../packages/gatewright/command/start/try-lines.ts';
import { UsageError } from '../../../../../packages/base/terminal/output.ts';
import type { ApiRoutes, ResolvedStack } from '../../../../../packages/gateway/engine/index.ts';

const API = { stack: 'shop-dev', logicalId: 'Api', url: 'http://127.0.0.1:3000/dev' } as unknown as ApiRoutes;

/** What the `Metadata` of a template suggests to paste. */
const linesOf = (metadata: Readonly<Record<string, unknown>>): readonly string[] =>
  describeTries(
    {
      stacks: [{ stackName: 'shop-dev', file: 'shop.yml', metadata } as unknown as ResolvedStack],
    },
    [{ ...API, stack: 'other-dev', url: 'http://other' }, API],
  );
const tried = (...entries: readonly unknown[]): readonly string[] => linesOf({ 'Gatewright::Try': entries });
const alice = { sub: 'alice', roles: ['admin', 7] };

describe('describeTries', () => {
  const rows: readonly { readonly name: string; readonly entry: object; readonly expected: RegExp }[] = [
    {
      name: 'asks for the root without a token if nothing else is said',
      entry: {},
      expected: /^# no token → an answer\ncurl -i http:\/\/127\.0\.0\.1:3000\/dev\/$/,
    },
    {
      name: 'shows the method unless it is GET, and the status that is expected',
      entry: { method: 'post', path: '/users', expect: 401 },
      expected: /^# no token → 401\ncurl -i -X POST http:\/\/127\.0\.0\.1:3000\/dev\/users$/,
    },
    {
      name: 'mints the token when the line runs',
      entry: { path: '/users', token: alice, expect: '200' },
      expected:
        /^# alice \(admin, 7\) → 200\ncurl -i -H "Authorization: Bearer \$\(.* token --sub alice --role admin 7\)" http:.*\/users$/,
    },
    {
      name: 'names a caller without roles',
      entry: { token: { sub: 'bob' } },
      expected: /^# bob \(\) → an answer\ncurl -i -H ".* token --sub bob\)" /,
    },
    {
      name: 'sends a message to a WebSocket API',
      entry: { send: '{"action":"ping"}' },
      expected: /^# no token → an answer\n.* send http:\/\/127\.0\.0\.1:3000\/dev '\{"action":"ping"\}'$/,
    },
    {
      name: 'sends it with a token in the query, since browsers cannot set any header',
      entry: { send: 'hi', token: alice },
      expected: /\n.* send "http:\/\/127\.0\.0\.1:3000\/dev\?token=\$\(.* token --sub alice .*\)" hi$/,
    },
  ];
  for (const { name, entry, expected } of rows)
    it(name, () => assert.match(tried({ api: 'Api', ...entry }).join('\n'), expected));

  it('is empty for a template without suggestions', () => {
    assert.deepEqual(linesOf({}), []);
    assert.deepEqual(tried(), []);
  });

  it('keeps the order of the entries', () => {
    assert.deepEqual(
      tried({ api: 'Api', path: '/a' }, { api: 'Api', path: '/b' }).map((line) => line.at(-1)),
      ['r', 'a', 'r', 'b'],
    );
  });

  for (const { what, value, says } of [
    { what: 'no list', value: { api: 'Api' }, says: /^shop\.yml: Metadata Gatewright::Try must be a list$/ },
    { what: 'an entry that is not a map', value: ['Api'], says: /has an entry that is not a map$/ },
    { what: 'nothing as an entry', value: [null], says: /has an entry that is not a map$/ },
    { what: 'an unknown field', value: [{ api: 'Api', url: '/' }], says: /has an unknown field url$/ },
    {
      what: 'a path that is a list',
      value: [{ api: 'Api', path: ['/'] }],
      says: /has a field path that is not a string$/,
    },
    {
      what: 'a flag as status',
      value: [{ api: 'Api', expect: true }],
      says: /has a field expect that is not a string$/,
    },
    {
      what: 'a token without sub',
      value: [{ api: 'Api', token: {} }],
      says: /has a token without sub or roles$/,
    },
    {
      what: 'a text as token',
      value: [{ api: 'Api', token: 'alice' }],
      says: /has a token without sub or roles$/,
    },
    {
      what: 'one role as a text',
      value: [{ api: 'Api', token: { sub: 'a', roles: 'admin' } }],
      says: /has a token without sub or roles$/,
    },
    { what: 'an API that is not there', value: [{ api: 'Web' }], says: /: the stack has no API Web$/ },
  ])
    it(`refuses ${what}`, () =>
      assert.throws(
        () => linesOf({ 'Gatewright::Try': value }),
        (error) => error instanceof UsageError && says.test(error.message),
      ));
});
