import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deniesByHeaders } from '#shared/mcp/deny-by-headers.ts';
import type { McpGrants } from '#shared/mcp/grants.ts';

const GRANTS: McpGrants = {
  document: 'orders',
  allow: {
    tools: ['get_*', 'größe'],
    prompts: ['summary'],
    resources: ['orders://public/**'],
    methods: ['tasks/get'],
  },
  deny: { tools: ['get_secret'] },
  withScopes: [{ scopes: ['orders:refund'], allow: { tools: ['refund'] } }],
};
const NOTHING: McpGrants = { document: 'orders', allow: {}, deny: {}, withScopes: [] };

const REVISION = '2026-07-28';
const encoded = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`;

function headers(
  method: string | readonly string[] | undefined,
  name?: string | readonly string[],
  revision: string | readonly string[] | undefined = REVISION,
): ReadonlyMap<string, readonly string[]> {
  const all = { 'mcp-protocol-version': revision, 'mcp-method': method, 'mcp-name': name };
  return new Map(
    Object.entries(all).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, typeof value === 'string' ? [value] : value] as const],
    ),
  );
}

// An early refusal may only save a call of the function. What the headers do not tell is left to the wrapper.
describe('deniesByHeaders', () => {
  const denied = [
    { name: 'a tool that no rule allows', given: headers('tools/call', 'refund') },
    { name: 'a tool that a rule denies', given: headers('tools/call', 'get_secret') },
    { name: 'a tool in another case', given: headers('tools/call', 'GET_ORDER') },
    { name: 'an encoded name', given: headers('tools/call', encoded('refund')) },
    { name: 'another prompt', given: headers('prompts/get', 'other') },
    { name: 'another resource', given: headers('resources/read', 'orders://internal/a') },
    { name: 'a resource behind dot segments', given: headers('resources/read', 'orders://public/..%2fa') },
    { name: 'a method that no rule names', given: headers('tasks/cancel') },
    { name: 'a later revision', given: headers('tools/call', 'refund', '2027-01-01') },
    { name: 'a list for a caller without any right', given: headers('tools/list'), grants: NOTHING },
    {
      name: 'a message of the protocol for a caller without any right',
      given: headers('ping'),
      grants: NOTHING,
    },
  ];
  for (const { name, given, grants = GRANTS } of denied)
    it(`denies ${name}`, () => assert.equal(deniesByHeaders(grants, given), true));

  const left = [
    { name: 'a tool that a rule allows', given: headers('tools/call', 'get_order') },
    { name: 'an encoded name that a rule allows', given: headers('tools/call', encoded('größe')) },
    { name: 'a prompt that a rule allows', given: headers('prompts/get', 'summary') },
    { name: 'a resource that a rule allows', given: headers('resources/read', 'orders://public/a') },
    { name: 'a method that a rule names', given: headers('tasks/get') },
    { name: 'a list', given: headers('tools/list') },
    { name: 'an earlier revision', given: headers('tools/call', 'refund', '2025-11-25') },
    { name: 'a revision that is not a date', given: headers('tools/call', 'refund', 'latest') },
    { name: 'no revision', given: new Map([...headers('tools/call', 'refund')].slice(1)) },
    { name: 'no method', given: headers(undefined, 'refund') },
    { name: 'no name', given: headers('tools/call') },
    { name: 'two methods', given: headers(['tools/call', 'tools/call'], 'refund') },
    { name: 'two names', given: headers('tools/call', ['refund', 'refund']) },
    { name: 'two revisions', given: headers('tools/call', 'refund', [REVISION, REVISION]) },
    { name: 'a name with a damaged encoding', given: headers('tools/call', '=?base64?%?=') },
    {
      name: 'a method whose name no header repeats',
      given: headers('resources/subscribe', 'orders://internal/a'),
    },
    { name: 'a completion', given: headers('completion/complete'), grants: NOTHING },
    { name: 'a stream', given: headers('subscriptions/listen'), grants: NOTHING },
    { name: 'no header at all', given: new Map<string, readonly string[]>() },
  ];
  for (const { name, given, grants = GRANTS } of left)
    it(`leaves ${name} to the wrapper`, () => assert.equal(deniesByHeaders(grants, given), false));
});
