import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { McpGrants } from '#shared/mcp/grants.ts';
import { guardRequest } from '#shared/mcp/guard.ts';

const GRANTS: McpGrants = {
  document: 'orders',
  allow: {
    tools: ['get_*'],
    prompts: ['summary'],
    resources: ['orders://public/**'],
    methods: ['tasks/get', 'subscriptions/listen jobIds'],
  },
  deny: { tools: ['get_secret'], resources: ['orders://public/hidden/**'] },
  withScopes: [{ scopes: ['orders:refund'], allow: { tools: ['refund_order'] } }],
};
const NOTHING: McpGrants = { document: 'orders', allow: {}, deny: {}, withScopes: [] };
const VERSION = 'io.modelcontextprotocol/protocolVersion';

type Sent = { readonly headers?: Record<string, string | string[]>; readonly grants?: McpGrants };

function post(body: unknown, { headers = {}, grants = GRANTS }: Sent = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const all = { 'content-type': 'application/json', ...headers };
  const values = Object.entries(all).map(([name, value]) => [name, [value].flat()] as const);
  return guardRequest(grants, { method: 'POST', headers: new Map(values), body: Buffer.from(text) });
}

function statusOf(guarded: ReturnType<typeof post>): number {
  return guarded.kind === 'passed' ? 200 : guarded.reply.statusCode;
}

function codeOf(guarded: ReturnType<typeof post>): unknown {
  if (guarded.kind === 'passed') return undefined;
  const { error } = JSON.parse(guarded.reply.body ?? '') as { error: { code: unknown } };
  return error.code;
}

const request = (method: string, params?: object) => ({ jsonrpc: '2.0', id: 1, method, params });
const inParams = (members: string) =>
  `{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{${members}}}`;
const call = (name: unknown) => request('tools/call', { name });

describe('guardRequest', () => {
  describe('decides each method from the body', () => {
    const cases: readonly [what: string, message: object, status: number][] = [
      ['a tool that a rule allows', call('get_order'), 200],
      ['a tool that no rule names', call('delete_order'), 403],
      ['a tool that a deny rule names', call('get_secret'), 403],
      ['a denied tool in another case', call('get_SECRET'), 403],
      ['a denied tool in another Unicode form', call('get_ｓecret'), 403],
      ['a call without a name', request('tools/call', {}), 403],
      ['a call whose name is a list', call(['get_order']), 403],
      ['a prompt that a rule allows', request('prompts/get', { name: 'summary' }), 200],
      ['a prompt that no rule names', request('prompts/get', { name: 'summary2' }), 403],
      ['a resource below a pattern', request('resources/read', { uri: 'orders://public/a/b' }), 200],
      ['a resource elsewhere', request('resources/read', { uri: 'orders://private/a' }), 403],
      [
        'a resource that a deny rule names',
        request('resources/read', { uri: 'orders://public/hidden/a' }),
        403,
      ],
      [
        'a subscription to an allowed resource',
        request('resources/subscribe', { uri: 'orders://public/a' }),
        200,
      ],
      ['a subscription to another', request('resources/subscribe', { uri: 'orders://private/a' }), 403],
      [
        'the end of a subscription to another',
        request('resources/unsubscribe', { uri: 'orders://x/a' }),
        403,
      ],
      ['a list', request('tools/list'), 200],
      ['the handshake', request('initialize', { protocolVersion: '2025-11-25' }), 200],
      ['discovery', request('server/discover'), 200],
      ['a ping', request('ping'), 200],
      ['an extension that a rule names', request('tasks/get', { taskId: 't' }), 200],
      ['an extension that no rule names', request('tasks/cancel', { taskId: 't' }), 403],
      ['the log level, which no rule names', request('logging/setLevel', { level: 'debug' }), 403],
      ['a method in another case', request('Tools/Call', { name: 'get_order' }), 403],
      ['a name that every object has', request('constructor'), 403],
      [
        'completion for an allowed prompt',
        request('completion/complete', { ref: { type: 'ref/prompt', name: 'summary' } }),
        200,
      ],
      [
        'completion for another prompt',
        request('completion/complete', { ref: { type: 'ref/prompt', name: 'other' } }),
        403,
      ],
      [
        'completion for a template that a deny rule touches',
        request('completion/complete', { ref: { type: 'ref/resource', uri: 'orders://public/{id}' } }),
        403,
      ],
      [
        'completion for another template',
        request('completion/complete', { ref: { type: 'ref/resource', uri: 'orders://{id}' } }),
        403,
      ],
      [
        'completion for a template that rules allow as a whole',
        request('completion/complete', { ref: { type: 'ref/resource', uri: 'orders://public/open/{id}' } }),
        200,
      ],
      [
        'completion for a resource that is not a template',
        request('completion/complete', { ref: { type: 'ref/resource', uri: 'orders://public/a' } }),
        200,
      ],
      [
        'completion for a resource without a URI',
        request('completion/complete', { ref: { type: 'ref/resource' } }),
        403,
      ],
      [
        'completion for a reference of another type',
        request('completion/complete', { ref: { type: 'ref/tool', uri: 'orders://public/a' } }),
        403,
      ],
      ['completion without a reference', request('completion/complete', {}), 403],
      [
        'a stream of list changes',
        request('subscriptions/listen', { notifications: { toolsListChanged: true } }),
        200,
      ],
      [
        'a stream about an allowed resource',
        request('subscriptions/listen', { notifications: { resourceSubscriptions: ['orders://public/a'] } }),
        200,
      ],
      [
        'a stream about another resource',
        request('subscriptions/listen', {
          notifications: { resourceSubscriptions: ['orders://public/a', 'orders://private/a'] },
        }),
        403,
      ],
      [
        'a stream whose resources are no list',
        request('subscriptions/listen', { notifications: { resourceSubscriptions: 'orders://public/a' } }),
        403,
      ],
      // The extension for tasks reports their states in the same stream.
      [
        'a stream about tasks, which no rule names',
        request('subscriptions/listen', { notifications: { taskIds: ['t'] } }),
        403,
      ],
      [
        'a stream about what a rule names',
        request('subscriptions/listen', { notifications: { jobIds: ['j'], toolsListChanged: true } }),
        200,
      ],
      [
        'a stream whose filter is a list',
        request('subscriptions/listen', { notifications: [{ resourceSubscriptions: ['orders://x/a'] }] }),
        403,
      ],
      ['a notification', { jsonrpc: '2.0', method: 'notifications/initialized' }, 200],
      [
        'a call without an id',
        { jsonrpc: '2.0', method: 'tools/call', params: { name: 'delete_order' } },
        403,
      ],
      ["the client's answer to the server", { jsonrpc: '2.0', id: 1, result: {} }, 200],
    ];
    for (const [what, message, status] of cases)
      it(`${status === 200 ? 'passes' : 'refuses'} ${what}`, () =>
        assert.equal(statusOf(post(message)), status));
  });

  it('refuses everything but a preflight for a caller to whom the document grants nothing', () => {
    for (const method of ['ping', 'tools/list', 'initialize', 'subscriptions/listen'])
      assert.equal(statusOf(post(request(method), { grants: NOTHING })), 403, method);
    assert.equal(statusOf(post({ jsonrpc: '2.0', id: 1, result: {} }, { grants: NOTHING })), 403);
    const without = (method: string) =>
      guardRequest(NOTHING, { method, headers: new Map(), body: new Uint8Array() });
    assert.equal(statusOf(without('OPTIONS')), 200);
    for (const method of ['GET', 'DELETE']) assert.equal(statusOf(without(method)), 403, method);
    for (const method of ['PUT', 'PATCH', 'HEAD', 'QUERY'])
      assert.equal(statusOf(without(method)), 405, method);
  });

  describe('refuses a body that servers may read differently', () => {
    const good = '"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_order"}';
    const cases: readonly [what: string, text: string | Uint8Array, code: number][] = [
      ['a doubled method', `{${good},"method":"tools/call"}`, -32_600],
      [
        'a doubled name',
        '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_order","name":"x"}}',
        -32_600,
      ],
      [
        'a name doubled by an escape',
        String.raw`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_order","n\u0061me":"x"}}`,
        -32_600,
      ],
      ['a method in another case', `{${good},"Method":"tools/call"}`, -32_600],
      [
        'a name in another case',
        '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_order","NAME":"x"}}',
        -32_600,
      ],
      [
        'a member in long-s spelling',
        '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_order","_meta":{}},"re\u017fult":1}',
        -32_600,
      ],
      // Decoders without case: Go's encoding/json, and JsonSerializerDefaults.Web of the C# SDK.
      [
        'a reference in another case',
        inParams('"ref":{"type":"ref/prompt","name":"summary","Name":"x"}'),
        -32_600,
      ],
      [
        'a filter in another case',
        inParams('"notifications":{"resourceSubscriptions":[],"ResourceSubscriptions":["orders://x/a"]}'),
        -32_600,
      ],
      [
        'a revision in another case',
        inParams('"_meta":{"IO.modelcontextprotocol/protocolVersion":"x"}'),
        -32_600,
      ],
      // Java's equalsIgnoreCase.
      ['a member with an i without a dot', '{"jsonrpc":"2.0","id":1,"\u0131d":2,"method":"ping"}', -32_600],
      ['a member with a dotted capital i', inParams('"ur\u0130":"orders://x/a"'), -32_600],
      // Object.assign({}, message) gives the copy that prototype.
      [
        'a prototype of the message',
        '{"__proto__":{"method":"tools/call"},"jsonrpc":"2.0","id":1,"method":"ping"}',
        -32_600,
      ],
      ['a prototype of the parameters', inParams('"__proto__":{"name":"x"}'), -32_600],
      [
        'a prototype of a filter',
        inParams('"notifications":{"__proto__":{"resourceSubscriptions":["orders://x/a"]}}'),
        -32_600,
      ],
      ['a constructor in a reference', inParams('"ref":{"constructor":{"prototype":{}}}'), -32_600],
      [
        'a batch with equal ids',
        '[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":1,"method":"tools/list"}]',
        -32_600,
      ],
      [
        'a batch with ids of equal text',
        '[{"jsonrpc":"2.0","id":"1","method":"ping"},{"jsonrpc":"2.0","id":1,"method":"tools/list"}]',
        -32_600,
      ],
      [
        'more resources than a stream may report',
        inParams(
          `"notifications":{"resourceSubscriptions":${JSON.stringify(Array(1_001).fill('orders://public/a'))}}`,
        ),
        -32_600,
      ],
      ['a fraction as id', '{"jsonrpc":"2.0","id":1.5,"method":"ping"}', -32_600],
      ['a method with an error', `{${good},"error":{"code":1}}`, -32_600],
      ['an id of null', '{"jsonrpc":"2.0","id":null,"method":"ping"}', -32_600],
      ['another version of JSON-RPC', '{"jsonrpc":"1.0","id":1,"method":"ping"}', -32_600],
      ['a text', '"ping"', -32_600],
      ['params that are a list', '{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', -32_600],
      ['a method with a result', `{${good},"result":{}}`, -32_600],
      ['an empty batch', '[]', -32_600],
      ['a byte order mark', `\ufeff{${good}}`, -32_700],
      ['no body', '', -32_700],
    ];
    for (const [what, text, code] of cases)
      it(what, () => {
        const guarded = post(text);
        assert.equal(statusOf(guarded), 400);
        assert.equal(codeOf(guarded), code);
      });

    it('text that is not UTF-8', () => {
      const body = Buffer.concat([Buffer.from(`{${good},"x":"`), Buffer.from([0xff]), Buffer.from('"}')]);
      const headers = new Map([['content-type', ['application/json']]]);
      assert.equal(statusOf(guardRequest(GRANTS, { method: 'POST', headers, body })), 400);
    });
  });

  describe('refuses content that the function may decode', () => {
    const cases: readonly [headers: Record<string, string | string[]>, status: number][] = [
      [{ 'content-encoding': 'gzip' }, 415],
      [{ 'content-encoding': 'identity' }, 200],
      [{ 'content-type': 'text/plain' }, 415],
      [{ 'content-type': 'application/json; charset=utf-16' }, 415],
      [{ 'content-type': 'application/json; charset=utf-8' }, 200],
      [{ 'content-type': ['application/json', 'text/plain'] }, 415],
    ];
    for (const [headers, status] of cases)
      it(JSON.stringify(headers), () => assert.equal(statusOf(post(call('get_order'), { headers })), status));
  });

  // Streamable HTTP of revision 2026-07-28, Server Validation.
  describe('compares the headers of revision 2026-07-28 with the body', () => {
    const meta = { _meta: { [VERSION]: '2026-07-28' } };
    const modern = request('tools/call', { name: 'get_order', arguments: { id: '7', n: 42 }, ...meta });
    const mirrored = {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'get_order',
    };
    const cases: readonly [
      what: string,
      body: object,
      headers: Record<string, string | string[]>,
      status: number,
    ][] = [
      ['passes equal headers', modern, mirrored, 200],
      ['refuses another method', modern, { ...mirrored, 'mcp-method': 'tools/list' }, 400],
      [
        'passes the URI of a resource',
        request('resources/read', { uri: 'orders://public/a', name: 'x', ...meta }),
        { ...mirrored, 'mcp-method': 'resources/read', 'mcp-name': 'orders://public/a' },
        200,
      ],
      [
        'refuses another URI',
        request('resources/read', { uri: 'orders://public/a', name: 'x', ...meta }),
        { ...mirrored, 'mcp-method': 'resources/read', 'mcp-name': 'x' },
        400,
      ],
      ['refuses two parameters of one name', modern, { ...mirrored, 'mcp-param-id': ['7', '7'] }, 400],
      ['refuses a parameter that is not an argument', modern, { ...mirrored, 'mcp-param-id': 'id' }, 400],
      ['refuses another name', modern, { ...mirrored, 'mcp-name': 'delete_order' }, 400],
      ['refuses a name in another case', modern, { ...mirrored, 'mcp-name': 'GET_ORDER' }, 400],
      ['refuses a missing name', modern, { ...mirrored, 'mcp-name': [] }, 400],
      ['refuses a missing method', modern, { ...mirrored, 'mcp-method': [] }, 400],
      ['refuses a missing version', modern, { ...mirrored, 'mcp-protocol-version': [] }, 400],
      ['refuses an older version', modern, { ...mirrored, 'mcp-protocol-version': '2025-11-25' }, 400],
      ['refuses a doubled name', modern, { ...mirrored, 'mcp-name': ['get_order', 'get_order'] }, 400],
      [
        'refuses names that an HTTP API joined',
        modern,
        { ...mirrored, 'mcp-name': 'get_order,get_order' },
        400,
      ],
      [
        'passes a name in Base64',
        modern,
        { ...mirrored, 'mcp-name': `=?base64?${Buffer.from('get_order').toString('base64')}?=` },
        200,
      ],
      ['refuses damaged Base64', modern, { ...mirrored, 'mcp-name': '=?base64?Z2V0X29yZGVy=?=' }, 400],
      ['passes a parameter', modern, { ...mirrored, 'mcp-param-id': '7' }, 200],
      ['passes a number written otherwise', modern, { ...mirrored, 'mcp-param-n': '42.0' }, 200],
      ['refuses a parameter of another value', modern, { ...mirrored, 'mcp-param-id': '8' }, 400],
      [
        'refuses a name that the body lacks',
        request('ping', meta),
        { ...mirrored, 'mcp-method': 'ping' },
        400,
      ],
      ['passes an old client without headers', call('get_order'), {}, 200],
      [
        'passes an old client with its version',
        call('get_order'),
        { 'mcp-protocol-version': '2025-11-25' },
        200,
      ],
      ['refuses an old client whose headers differ', call('get_order'), { 'mcp-name': 'get_secret' }, 400],
      [
        'refuses a new version without the other headers',
        call('get_order'),
        { 'mcp-protocol-version': '2026-07-28' },
        400,
      ],
    ];
    for (const [what, body, headers, status] of cases)
      it(what, () => {
        const guarded = post(body, { headers });
        assert.equal(statusOf(guarded), status);
        if (status === 400) assert.equal(codeOf(guarded), -32_020);
      });
  });

  it('runs no message of a batch in which one is denied', () => {
    assert.equal(statusOf(post([call('get_order'), { ...call('get_user'), id: 2 }])), 200);
    const guarded = post([call('get_order'), { ...call('delete_order'), id: 2 }]);
    assert.equal(statusOf(guarded), 403);
    const errors = JSON.parse(guarded.kind === 'refused' ? (guarded.reply.body ?? '') : '') as {
      id: number;
    }[];
    assert.deepEqual(
      errors.map(({ id }) => id),
      [1, 2],
    );
  });

  it('refuses a batch under headers that name one message', () => {
    assert.equal(statusOf(post([call('get_order')], { headers: { 'mcp-name': 'get_order' } })), 400);
    assert.equal(
      statusOf(post([call('get_order')], { headers: { 'mcp-protocol-version': '2026-07-28' } })),
      400,
    );
  });
});
