/** What a refused caller reads, and bodies that are not messages. The decisions are in guard.test.ts. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { McpGrants } from '#shared/mcp/grants.ts';
import { guardRequest } from '#shared/mcp/guard.ts';

const GRANTS: McpGrants = {
  document: 'orders',
  allow: { tools: ['get_*'], resources: ['orders://public/**'] },
  deny: {},
  withScopes: [{ scopes: ['orders:refund'], allow: { tools: ['refund_order'] } }],
};

type Guarded = ReturnType<typeof guardRequest>;

function post(body: unknown, headers: Readonly<Record<string, string>> = {}): Guarded {
  const all = { 'content-type': 'application/json', ...headers };
  const values = Object.entries(all).map(([name, value]) => [name, [value]] as const);
  return guardRequest(GRANTS, {
    method: 'POST',
    headers: new Map(values),
    body: Buffer.from(JSON.stringify(body)),
  });
}

function statusOf(guarded: Guarded): number {
  return guarded.kind === 'passed' ? 200 : guarded.reply.statusCode;
}

function codeOf(guarded: Guarded): unknown {
  if (guarded.kind === 'passed') return undefined;
  return (JSON.parse(guarded.reply.body ?? '') as { error: { code: unknown } }).error.code;
}

const request = (method: string, params?: object) => ({ jsonrpc: '2.0', id: 1, method, params });
const call = (name: unknown) => request('tools/call', { name });

describe('guardRequest and its replies', () => {
  const nested = (depth: number): object =>
    Array.from({ length: depth }).reduce<object>((inner) => ({ a: inner }), { n: 'deep' });
  it('finds a parameter in nested arguments, to a bounded depth', () => {
    for (const [depth, status] of [
      [1, 200],
      [20, 200],
      [21, 400],
    ] as const) {
      const message = request('tools/call', { name: 'get_order', arguments: nested(depth) });
      assert.equal(statusOf(post(message, { 'mcp-param-n': 'deep' })), status, String(depth));
    }
  });

  it('refuses a body in a request that must not have one', () => {
    for (const method of ['GET', 'DELETE', 'OPTIONS']) {
      const guarded = guardRequest(GRANTS, { method, headers: new Map(), body: Buffer.from('{}') });
      assert.deepEqual([statusOf(guarded), codeOf(guarded)], [400, -32_600], method);
    }
  });

  const sentences: readonly (readonly [message: object, says: string])[] = [
    [call('refund'), 'The access document does not allow this caller the tool "refund".'],
    [call(7), 'The message does not name a tool.'],
    [
      call('refund_order'),
      'The access document allows the tool "refund_order" only with the scopes orders:refund.',
    ],
    [request('prompts/get', { name: 'x' }), 'The access document does not allow this caller the prompt "x".'],
    [
      request('resources/read', { uri: 'orders://x' }),
      'The access document does not allow this caller the resource "orders://x".',
    ],
    [request('tasks/cancel'), 'The access document does not allow this caller the method "tasks/cancel".'],
    [
      request('completion/complete', { ref: { type: 'ref/tool' } }),
      'The access document does not allow this caller the method "completion/complete".',
    ],
    [
      request('completion/complete', { ref: { type: 'ref/resource', uri: 'orders://x/{id}' } }),
      'The access document does not allow this caller the resource "orders://x/{id}".',
    ],
    [
      request('subscriptions/listen', { notifications: { resourceSubscriptions: 'orders://x' } }),
      'The message does not name a resource.',
    ],
    [
      request('subscriptions/listen', { notifications: { jobIds: [] } }),
      'The access document does not allow this caller the method "subscriptions/listen jobIds".',
    ],
  ];
  for (const [message, says] of sentences)
    it(`says: ${says}`, () => {
      const guarded = post(message);
      assert.ok(guarded.kind === 'refused');
      const { id, error } = JSON.parse(guarded.reply.body ?? '') as {
        id: number;
        error: { message: string };
      };
      assert.deepEqual([id, error.message], [1, says]);
    });

  it('refuses a stream for one denied resource, whatever else the stream names', () => {
    const grants = { ...GRANTS, allow: { ...GRANTS.allow, methods: ['subscriptions/listen jobIds'] } };
    const statusFor = (resourceSubscriptions: unknown): number => {
      const notifications = { jobIds: ['1'], resourceSubscriptions };
      const body = Buffer.from(JSON.stringify(request('subscriptions/listen', { notifications })));
      const headers = new Map([['content-type', ['application/json']]]);
      return statusOf(guardRequest(grants, { method: 'POST', headers, body }));
    };
    assert.equal(statusFor(['orders://public/a']), 200);
    assert.equal(statusFor(['orders://public/a', 'orders://private/a']), 403);
    for (const list of ['', {}, 7]) assert.equal(statusFor(list), 403, JSON.stringify(list));
  });

  it('takes up to 1,000 resources for a stream', () => {
    const statusFor = (length: number): number => {
      const resourceSubscriptions = Array.from({ length }, () => 'orders://public/a');
      return statusOf(post(request('subscriptions/listen', { notifications: { resourceSubscriptions } })));
    };
    assert.deepEqual([statusFor(1_000), statusFor(1_001)], [200, 400]);
  });

  // MCP 2026-07-28, Notification Filter
  for (const name of ['toolsListChanged', 'promptsListChanged', 'resourcesListChanged'])
    it(`lets a stream report ${name} without a rule that names it`, () => {
      assert.equal(statusOf(post(request('subscriptions/listen', { notifications: { [name]: true } }))), 200);
    });

  it('takes a text as id', () => {
    assert.equal(statusOf(post({ ...call('get_order'), id: 'a' })), 200);
  });

  it('denies a call that names no tool, whatever its headers name', () => {
    assert.equal(statusOf(post(call(undefined), { 'mcp-name': 'get_order' })), 403);
  });

  it('lets a caller ask for lists who may use something with more scopes', () => {
    const grants = { ...GRANTS, allow: {} };
    const headers = new Map([['content-type', ['application/json']]]);
    const body = Buffer.from(JSON.stringify(request('tools/list')));
    assert.equal(statusOf(guardRequest(grants, { method: 'POST', headers, body })), 200);
  });

  it('completes a URI that a pattern for one segment allows', () => {
    const grants = { ...GRANTS, allow: { resources: ['orders://one/*'] } };
    const headers = new Map([['content-type', ['application/json']]]);
    const complete = (uri: string): number => {
      const ref = { type: 'ref/resource', uri };
      const body = Buffer.from(JSON.stringify(request('completion/complete', { ref })));
      return statusOf(guardRequest(grants, { method: 'POST', headers, body }));
    };
    assert.deepEqual([complete('orders://one/a'), complete('orders://two/a')], [200, 403]);
  });

  // Attack: some parsers find a member in any case.
  const inParams = (params: object) => request('completion/complete', params);
  const inMeta = { 'io.modelcontextprotocol/protocolversion': '2026-07-28' };
  const other: readonly object[] = [
    ...['JSONRPC', 'ID', 'METHOD', 'PARAMS', 'RESULT', 'ERROR'].map((name) => ({
      ...call('get_order'),
      [name]: 1,
    })),
    ...['NAME', 'URI', 'REF', 'ARGUMENTS', 'NOTIFICATIONS', '_META'].map((name) => inParams({ [name]: 'x' })),
    ...['TYPE', 'NAME', 'URI'].map((name) => inParams({ ref: { [name]: 'x' } })),
    inParams({ notifications: { RESOURCESUBSCRIPTIONS: [] } }),
    inParams({ _meta: inMeta }),
  ];
  for (const message of other)
    it(`refuses a member in another case: ${JSON.stringify(message).slice(16)}`, () => {
      assert.deepEqual([statusOf(post(message)), codeOf(post(message))], [400, -32_600]);
    });

  it('refuses the answer of a client that may use nothing, with a reason', () => {
    const headers = new Map([['content-type', ['application/json']]]);
    const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, result: {} }));
    const guarded = guardRequest({ ...GRANTS, allow: {} }, { method: 'POST', headers, body });
    assert.ok(guarded.kind === 'refused');
    assert.match(guarded.reply.body ?? '', /the method \\"response\\"/);
  });

  it('passes the stream and the end of a session only to callers who may use something', () => {
    for (const method of ['GET', 'DELETE'])
      assert.deepEqual(
        [GRANTS, { ...GRANTS, allow: {} }].map((grants) =>
          statusOf(guardRequest(grants, { method, headers: new Map(), body: Buffer.alloc(0) })),
        ),
        [200, 403],
        method,
      );
  });

  it('refuses a method that is not text, and two headers for one version', () => {
    assert.deepEqual(codeOf(post({ jsonrpc: '2.0', id: 1, method: 7 })), -32_600);
    const headers = new Map([
      ['content-type', ['application/json']],
      ['mcp-protocol-version', ['2025-11-25', '2025-11-25']],
    ]);
    const body = Buffer.from(JSON.stringify(call('get_order')));
    assert.equal(codeOf(guardRequest(GRANTS, { method: 'POST', headers, body })), -32_020);
  });

  it('names the method of a stream that it cannot read', () => {
    const guarded = post(request('subscriptions/listen', { notifications: [] }));
    assert.ok(guarded.kind === 'refused');
    assert.match(guarded.reply.body ?? '', /the method \\"subscriptions\/listen\\"/);
  });

  it('gives each refusal its code', () => {
    assert.deepEqual([codeOf(post(call('refund'))), codeOf(post({ jsonrpc: '2.0' }))], [403, -32_600]);
  });

  it('takes no encoded text in a header that is never encoded', () => {
    const encode = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`;
    const revision = '2026-07-28';
    const _meta = { 'io.modelcontextprotocol/protocolVersion': revision };
    const message = request('tools/call', { name: 'get_order', _meta });
    const plain = {
      'mcp-protocol-version': revision,
      'mcp-method': 'tools/call',
      'mcp-name': encode('get_order'),
    };
    assert.equal(statusOf(post(message, plain)), 200);
    for (const name of ['mcp-protocol-version', 'mcp-method'] as const)
      assert.equal(codeOf(post(message, { ...plain, [name]: encode(plain[name]) })), -32_020, name);
  });

  // MCP 2026-07-28, Standard Request Headers: a value outside of printable ASCII is encoded.
  it('does not accept a name in a header whose letters had to be encoded', () => {
    assert.equal(codeOf(post(call('get_é'), { 'mcp-name': 'get_é' })), -32_020);
    assert.equal(statusOf(post(call('get_é'), { 'mcp-name': '=?base64?Z2V0X8Op?=' })), 200);
  });

  it('compares a number in a header with numbers only', () => {
    const statusFor = (sent: string, n: unknown): number =>
      statusOf(post(request('tools/call', { name: 'get_order', arguments: { n } }), { 'mcp-param-n': sent }));
    assert.deepEqual([statusFor('16', 16), statusFor('16.0', 16), statusFor('-0.50', -0.5)], [200, 200, 200]);
    assert.deepEqual([statusFor('0x10', 16), statusFor('abc', 'NaN'), statusFor('', 0)], [400, 400, 400]);
  });

  it('decodes the text of a header as UTF-8, and keeps a byte order mark', () => {
    const encode = (bytes: readonly number[]): string =>
      `=?base64?${Buffer.from([...bytes, ...Buffer.from('get_order')]).toString('base64')}?=`;
    const statusFor = (sent: string): number => statusOf(post(call('get_order'), { 'mcp-name': sent }));
    assert.equal(statusFor(encode([])), 200);
    assert.deepEqual([statusFor(encode([0xef, 0xbb, 0xbf])), statusFor(encode([0xff]))], [400, 400]);
  });

  it('compares true and false in a header', () => {
    const message = request('tools/call', { name: 'get_order', arguments: { all: true } });
    assert.equal(statusOf(post(message, { 'mcp-param-all': 'true' })), 200);
    assert.equal(statusOf(post(message, { 'mcp-param-all': 'false' })), 400);
  });

  const mismatches: readonly (readonly [headers: Readonly<Record<string, string>>, says: string])[] = [
    [{ 'mcp-method': 'ping' }, 'The header Mcp-Method does not match the body.'],
    [{ 'mcp-name': 'get_user' }, 'The header Mcp-Name does not match the body.'],
    [{ 'mcp-protocol-version': '2025-06-18' }, 'The header MCP-Protocol-Version does not match the body.'],
    [{ 'mcp-protocol-version': '2026-07-28' }, 'The header Mcp-Method is missing.'],
  ];
  for (const [headers, says] of mismatches)
    it(`says: ${says}`, () => {
      const _meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
      const guarded = post(request('tools/call', { name: 'get_order', _meta }), {
        'mcp-protocol-version': '2026-07-28',
        ...(says.includes('missing') ? {} : { 'mcp-method': 'tools/call', 'mcp-name': 'get_order' }),
        ...headers,
      });
      assert.ok(guarded.kind === 'refused');
      const { error } = JSON.parse(guarded.reply.body ?? '') as { error: { message: string } };
      assert.equal(error.message, `Header mismatch: ${says}`);
    });

  it('refuses a batch if a message of it names another version than the header', () => {
    const _meta = { 'io.modelcontextprotocol/protocolVersion': '2025-06-18' };
    const batch = [call('get_order'), { ...request('tools/list', { _meta }), id: 2 }];
    assert.equal(codeOf(post(batch, { 'mcp-protocol-version': '2025-03-26' })), -32_020);
  });

  it('passes the requests of a batch, and filters the answer if one of them requests a list', () => {
    const batch = [
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      call('get_order'),
      { ...request('tools/list'), id: 2 },
    ];
    const guarded = post(batch);
    assert.ok(guarded.kind === 'passed');
    assert.deepEqual(
      [guarded.requests.map(({ method }) => method), guarded.filters, guarded.calls.length],
      [['tools/call', 'tools/list'], true, 3],
    );
  });

  it('says which methods an endpoint has, and lets no cache store a refusal', () => {
    const put = guardRequest(GRANTS, { method: 'PUT', headers: new Map(), body: Buffer.from('') });
    const short = guardRequest(GRANTS, { method: 'GET', headers: new Map(), body: Buffer.from('x') });
    assert.ok(put.kind === 'refused');
    assert.deepEqual(
      [put.reply.statusCode, put.reply.headers?.['allow'], put.reply.headers?.['content-type']],
      [405, 'GET, POST, DELETE, OPTIONS', 'application/json'],
    );
    assert.equal(statusOf(short), 400);
    const denied = post(call('refund'));
    assert.equal(denied.kind === 'refused' && denied.reply.headers?.['cache-control'], 'no-store');
  });

  it('names the request whose headers do not match', () => {
    const guarded = post(request('tools/list'), { 'mcp-method': 'tools/call' });
    assert.ok(guarded.kind === 'refused');
    assert.equal((JSON.parse(guarded.reply.body ?? '') as { id: unknown }).id, 1);
  });

  it('refuses a body without a type, and every refusal has the type of JSON', () => {
    const body = Buffer.from(JSON.stringify(call('get_order')));
    const untyped = guardRequest(GRANTS, { method: 'POST', headers: new Map(), body });
    const guarded = [untyped, post(call('refund')), post(call('get_order'), { 'mcp-method': 'ping' })];
    assert.deepEqual(guarded.map(statusOf), [415, 403, 400]);
    for (const each of guarded)
      assert.equal(
        each.kind === 'refused' && each.reply.headers?.['content-type'],
        'application/json',
        String(statusOf(each)),
      );
  });

  it('leaves the parameters of a method that only a rule opens to its server', () => {
    const grants = { ...GRANTS, allow: { methods: ['tasks/get'] } };
    const body = Buffer.from(JSON.stringify(request('tasks/get', { name: 'a', Name: 'b' })));
    const headers = new Map([['content-type', ['application/json']]]);
    assert.equal(statusOf(guardRequest(grants, { method: 'POST', headers, body })), 200);
  });

  it('accepts at most 50 messages at once', () => {
    const batch = (length: number) => Array.from({ length }, (_, id) => ({ ...call('get_order'), id }));
    assert.equal(statusOf(post(batch(50))), 200);
    assert.deepEqual([statusOf(post(batch(51))), codeOf(post(batch(51)))], [400, -32_600]);
  });

  it('says for an allowed message of a batch why it was not run', () => {
    const guarded = post([call('get_order'), { ...call('refund'), id: 2 }]);
    assert.ok(guarded.kind === 'refused');
    const [first] = JSON.parse(guarded.reply.body ?? '') as { error: { message: string } }[];
    assert.equal(
      first?.error.message,
      'This message was not run, because another message of its batch is denied.',
    );
  });

  // RFC 6750 section 3.1; MCP 2026-07-28, Runtime Insufficient Scope Errors.
  it('names the scopes that the caller must ask for', () => {
    const headers = new Map([['content-type', ['application/json']]]);
    const guarded = guardRequest(
      GRANTS,
      { method: 'POST', headers, body: Buffer.from(JSON.stringify(call('refund_order'))) },
      { resourceMetadata: 'https://api.example.com/.well-known/oauth-protected-resource/mcp' },
    );
    assert.ok(guarded.kind === 'refused');
    assert.equal(guarded.reply.statusCode, 403);
    assert.equal(
      guarded.reply.headers?.['www-authenticate'],
      'Bearer error="insufficient_scope", scope="orders:refund", resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/mcp"',
    );
  });
});
