import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { McpGrants } from '#shared/mcp/grants.ts';
import { filterResult } from '#shared/mcp/filter-result.ts';

const grants: McpGrants = {
  document: 'orders',
  allow: { tools: ['get_*'], prompts: ['summary'], resources: ['orders://public/**'] },
  deny: { tools: ['get_secret'] },
  withScopes: [],
};
const requestFor = (method: string, id: string | number = 1) => ({
  kind: 'request' as const,
  id,
  method,
  params: {},
});
const passageFor = (method: string) => ({
  filters: true,
  requests: [requestFor(method)],
  grants,
});
const TOOLS = [{ name: 'get_user' }, { name: 'delete' }, { name: 'get_secret' }, { name: 'get_order' }, {}];
const answer = (result: object, id: string | number = 1) => ({ jsonrpc: '2.0', id, result });
const proxy = (body: unknown, over: object = {}) => ({
  statusCode: 200,
  headers: { 'Content-Type': 'application/json', 'Content-Length': '9' },
  body: JSON.stringify(body),
  ...over,
});

function bodyOf(result: unknown): unknown {
  const { body, isBase64Encoded } = result as { body: string; isBase64Encoded?: boolean };
  return JSON.parse(isBase64Encoded === true ? Buffer.from(body, 'base64').toString() : body);
}

describe('filterResult', () => {
  const LISTED = [{ name: 'get_order' }, { name: 'get_user' }];
  const lists: readonly [method: string, before: object, after: object][] = [
    ['tools/list', { tools: TOOLS, nextCursor: 'c' }, { tools: LISTED, nextCursor: 'c' }],
    // MCP 2026-07-28, Caching: an answer that differs by caller must not be public.
    [
      'tools/list',
      { resultType: 'complete', tools: TOOLS, ttlMs: 9, cacheScope: 'public' },
      { resultType: 'complete', tools: LISTED, ttlMs: 9, cacheScope: 'private' },
    ],
    ['prompts/list', { prompts: [{ name: 'x' }, { name: 'summary' }] }, { prompts: [{ name: 'summary' }] }],
    [
      'resources/list',
      { resources: [{ uri: 'orders://public/1' }, { uri: 'orders://private/1' }] },
      { resources: [{ uri: 'orders://public/1' }] },
    ],
    [
      'resources/templates/list',
      { resourceTemplates: [{ uriTemplate: 'orders://public/{id}' }, { uriTemplate: 'users://{id}' }] },
      { resourceTemplates: [{ uriTemplate: 'orders://public/{id}' }] },
    ],
    ['tools/list', { tools: TOOLS, cacheScope: 'public' }, { tools: LISTED, cacheScope: 'private' }],
    [
      'tools/list',
      { tools: TOOLS, resultType: 'complete' },
      { tools: LISTED, resultType: 'complete', cacheScope: 'private' },
    ],
    ['tools/list', { nextCursor: 'c' }, { nextCursor: 'c' }],
    // An answer of a tool belongs to its server.
    ['tools/call', { content: [], cacheScope: 'public' }, { content: [], cacheScope: 'public' }],
    [
      'prompts/list',
      { prompts: ['summary', 'x', 'summary'].map((name, n) => ({ name, n })) },
      { prompts: [0, 2].map((n) => ({ name: 'summary', n })) },
    ],
    [
      'tools/list',
      { tools: ['get_c', 'get_a', 'get_d', 'get_b'].map((name) => ({ name })) },
      { tools: ['get_a', 'get_b', 'get_c', 'get_d'].map((name) => ({ name })) },
    ],
    // Some URIs of the template are public.
    [
      'resources/templates/list',
      { resourceTemplates: [{ uriTemplate: 'orders://{space}/{id}' }] },
      { resourceTemplates: [{ uriTemplate: 'orders://{space}/{id}' }] },
    ],
    // … and an answer that clients may keep, but that names no scope, could be taken for public by a later revision.
    ['tools/list', { tools: TOOLS, ttlMs: 9 }, { tools: LISTED, ttlMs: 9, cacheScope: 'private' }],
    [
      'resources/read',
      { resultType: 'complete', contents: [], cacheScope: 'public' },
      { resultType: 'complete', contents: [], cacheScope: 'private' },
    ],
  ];
  for (const [method, before, after] of lists)
    it(`keeps in ${method} only what the caller may use`, () =>
      assert.deepEqual(bodyOf(filterResult(passageFor(method), proxy(answer(before)))), answer(after)));

  it('filters in every form of an answer', () => {
    const passage = passageFor('tools/list');
    const whole = answer({ tools: TOOLS });
    const kept = answer({ tools: LISTED });
    const base64 = Buffer.from(JSON.stringify(whole)).toString('base64');
    assert.deepEqual(bodyOf(filterResult(passage, proxy(0, { body: base64, isBase64Encoded: true }))), kept);
    assert.deepEqual(filterResult(passage, whole), kept);
    assert.equal(filterResult(passage, JSON.stringify(whole)), JSON.stringify(kept));
    const noted = { jsonrpc: '2.0', method: 'notifications/message', params: { data: 'x' } };
    const events = `: hello\r\n\r\nevent: message\nid: 1\ndata: ${JSON.stringify(noted)}\n\ndata: ${JSON.stringify(whole).slice(0, 17)}\ndata: ${JSON.stringify(whole).slice(17)}\n\n`;
    const stream = filterResult(
      passage,
      proxy(0, { headers: {}, multiValueHeaders: { 'content-type': ['text/event-stream'] }, body: events }),
    ) as { body: string };
    assert.equal(
      stream.body,
      `: hello\n\nevent: message\nid: 1\ndata: ${JSON.stringify(noted)}\n\ndata: ${JSON.stringify(kept)}\n\n`,
    );
  });

  // MCP 2025-11-25, Sending Messages to the Server: a stream may begin with an event without data.
  it('keeps an event without data', () => {
    const events = `id: 1\ndata:\n\ndata: ${JSON.stringify(answer({ tools: TOOLS }))}\n\n`;
    const headers = { 'content-type': 'text/event-stream' };
    const { body } = filterResult(passageFor('tools/list'), proxy(0, { headers, body: events })) as {
      body: string;
    };
    assert.equal(body, `id: 1\ndata: \n\ndata: ${JSON.stringify(answer({ tools: LISTED }))}\n\n`);
  });

  it('removes the length of the whole answer', () => {
    const { headers } = filterResult(passageFor('tools/list'), proxy(answer({ tools: [] }))) as {
      headers: object;
    };
    assert.deepEqual(headers, { 'Content-Type': 'application/json' });
  });

  it('filters an answer to a request that was not sent as every list', () => {
    const foreign = {
      tools: TOOLS,
      prompts: [{ name: 'x' }],
      resources: [{ uri: 'orders://private/1' }],
      resourceTemplates: [{ uriTemplate: 'users://{id}' }],
    };
    const nothing = { tools: LISTED, prompts: [], resources: [], resourceTemplates: [] };
    assert.deepEqual(
      bodyOf(filterResult(passageFor('resources/read'), proxy(answer(foreign, 99)))),
      answer(nothing, 99),
    );
  });

  it('removes the length from the headers with several values, too', () => {
    const multiValueHeaders = { 'content-length': ['9'], 'Content-Type': ['application/json'] };
    const result = filterResult(
      passageFor('tools/list'),
      proxy(answer({ tools: [] }), { headers: null, multiValueHeaders }),
    );
    assert.deepEqual((result as { multiValueHeaders: object }).multiValueHeaders, {
      'Content-Type': ['application/json'],
    });
  });

  it('shows nothing of a list that has another form than the protocol says', () => {
    const forms: readonly [whole: unknown, kept: unknown][] = [
      [answer({ tools: { get_secret: {} } }), answer({ tools: [] })],
      [answer(TOOLS), answer({})],
      [[[answer({ tools: TOOLS })]], [[answer({ tools: LISTED })]]],
    ];
    for (const [whole, kept] of forms)
      assert.deepEqual(bodyOf(filterResult(passageFor('tools/list'), proxy(whole))), kept);
  });

  // WHATWG HTML, Interpreting an event stream: one leading byte order mark is ignored.
  it('filters a stream that begins with a byte order mark', () => {
    const body = `\ufeffdata: ${JSON.stringify(answer({ tools: TOOLS }))}\n\n`;
    const stream = proxy(0, { headers: { 'content-type': 'text/event-stream' }, body });
    const filtered = filterResult(passageFor('tools/list'), stream) as { body: string };
    assert.equal(filtered.body, `data: ${JSON.stringify(answer({ tools: LISTED }))}\n\n`);
  });

  it('replaces an answer that it cannot read', () => {
    const unreadable = [
      proxy(0, { body: '<html>' }),
      proxy(answer({ tools: TOOLS }), { headers: { 'content-encoding': 'gzip' } }),
      proxy(0, { headers: { 'content-type': 'text/event-stream' }, body: 'data: {"jsonrpc"\n\n' }),
      // The last event may end without an empty line.
      proxy(0, { headers: { 'content-type': 'text/event-stream' }, body: 'data: {"jsonrpc"' }),
      'tools: get_secret',
    ];
    for (const result of unreadable)
      assert.equal(
        (filterResult(passageFor('tools/list'), result) as { statusCode: number }).statusCode,
        502,
      );
  });

  it('names the request in place of an answer that it cannot read', () => {
    const replaced = filterResult(passageFor('tools/list'), proxy(0, { body: '<html>' }));
    const { id, error } = bodyOf(replaced) as { id: unknown; error: { code: number } };
    assert.deepEqual([id, error.code], [1, -32_603]);
  });

  it('keeps a result without members, unless it answers a list', () => {
    const passage = { ...passageFor('tools/call'), requests: [requestFor('tools/call')] };
    const odd = { jsonrpc: '2.0', id: 1, result: 'done' };
    assert.deepEqual(bodyOf(filterResult(passage, proxy(odd))), odd);
    assert.deepEqual(bodyOf(filterResult(passageFor('tools/list'), proxy(odd))), { ...odd, result: {} });
  });

  it('does not change errors, empty answers, and answers to other methods', () => {
    const failed = proxy(0, { statusCode: 500, body: 'Internal Server Error' });
    assert.equal(filterResult(passageFor('tools/list'), failed), failed);
    const accepted = { statusCode: 202, body: '' };
    assert.equal(filterResult(passageFor('tools/list'), accepted), accepted);
    assert.equal(filterResult(passageFor('tools/list'), undefined), undefined);
    const other = proxy(answer({ content: [] }));
    assert.equal(filterResult({ ...passageFor('tools/call'), filters: false }, other), other);
  });
});
