import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import middy from '@middy/core';
import { mcp, withMcp } from '#shared/middleware/mcp.ts';
import type { McpOptions } from '#shared/middleware/mcp.ts';
import { DomainError } from '#shared/errors.ts';

const NOW_EPOCH_MS = Date.UTC(2026, 10, 26);
const GRANTS = JSON.stringify({
  document: 'orders',
  allow: { tools: ['get_*'] },
  deny: {},
  withScopes: [],
});
const OPTIONS: McpOptions = { document: 'orders' };

function event(authorizer: object | undefined, message: object = call('get_order'), over: object = {}) {
  return {
    httpMethod: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(message),
    requestContext: { requestTimeEpoch: NOW_EPOCH_MS, ...(authorizer && { authorizer }) },
    ...over,
  };
}

const call = (name: string) => ({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } });
const context = { sub: 'ann', exp: String(NOW_EPOCH_MS / 1000 + 3600), mcpGrants: GRANTS };

function aServer() {
  const run: unknown[] = [];
  const server = (asked: object): Promise<unknown> => {
    run.push(asked);
    const result = { tools: [{ name: 'get_order' }, { name: 'refund' }] };
    return Promise.resolve({ statusCode: 200, body: JSON.stringify({ jsonrpc: '2.0', id: 1, result }) });
  };
  return { run, server };
}

const ways = {
  'withMcp()': (options: McpOptions) => {
    const { run, server } = aServer();
    return { run, handler: withMcp(server, options) };
  },
  'mcp()': (options: McpOptions) => {
    const { run, server } = aServer();
    const handler = middy(server as never).use(mcp(options) as never) as unknown;
    return { run, handler: (asked: object) => (handler as (a: object, b: object) => unknown)(asked, {}) };
  },
};

for (const [name, way] of Object.entries(ways))
  describe(name, () => {
    it('runs what the document allows', async () => {
      const { run, handler } = way(OPTIONS);
      assert.equal(((await handler(event(context))) as { statusCode: number }).statusCode, 200);
      assert.equal(run.length, 1);
    });

    it('reads the caller of an HTTP API as well', async () => {
      const { run, handler } = way(OPTIONS);
      const http = { timeEpoch: NOW_EPOCH_MS, http: { method: 'POST' }, authorizer: { lambda: context } };
      await handler(event(undefined, call('get_order'), { httpMethod: undefined, requestContext: http }));
      assert.equal(run.length, 1);
    });

    it('shows only the tools that the caller may call', async () => {
      const { handler } = way(OPTIONS);
      const { body } = (await handler(event(context, { jsonrpc: '2.0', id: 1, method: 'tools/list' }))) as {
        body: string;
      };
      assert.deepEqual(JSON.parse(body), {
        jsonrpc: '2.0',
        id: 1,
        result: { tools: [{ name: 'get_order' }] },
      });
    });

    it('lets a browser ask before it sends a credential', async () => {
      const { run, handler } = way(OPTIONS);
      const preflight = event(undefined, {}, { httpMethod: 'OPTIONS', body: null });
      assert.equal(((await handler(preflight)) as { statusCode: number }).statusCode, 200);
      assert.equal(run.length, 1);
    });

    it('runs nothing that the document denies', async () => {
      const { run, handler } = way(OPTIONS);
      const reply = (await handler(event(context, call('refund')))) as { statusCode: number };
      assert.equal(reply.statusCode, 403);
      assert.equal(run.length, 0);
    });

    it('refuses a cached result that has outlived its credential', async () => {
      const { run, handler } = way({ ...OPTIONS, resourceMetadata: 'https://a.example/m' });
      const expired = { ...context, exp: String(NOW_EPOCH_MS / 1000 - 31) };
      const reply = (await handler(event(expired))) as { statusCode: number; headers: object };
      assert.equal(reply.statusCode, 401);
      assert.deepEqual(reply.headers, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        'www-authenticate': 'Bearer error="invalid_token", resource_metadata="https://a.example/m"',
      });
      assert.equal(run.length, 0);
    });

    const mistakes: readonly [what: string, authorizer: object | undefined][] = [
      ['no authorizer handled the request', undefined],
      ['another authorizer handled it', { sub: 'ann' }],
      ['the grants did not fit into the context', { sub: 'ann', contextCut: 'scope mcpGrants' }],
      ['the grants are damaged', { ...context, mcpGrants: GRANTS.slice(1) }],
      [
        'a deny rule is damaged',
        { ...context, mcpGrants: GRANTS.replace('"deny":{}', '"deny":{"tools":[1]}') },
      ],
      ['another document decided', { ...context, mcpGrants: GRANTS.replace('orders', 'users') }],
      ['the authorizer named nobody', { ...context, sub: '' }],
      ['the expiry is no number', { ...context, exp: 'never' }],
    ];
    for (const [what, authorizer] of mistakes)
      it(`fails and runs nothing if ${what}`, async () => {
        const { run, handler } = way(OPTIONS);
        await assert.rejects(
          async () => handler(event(authorizer)),
          (error) => error instanceof DomainError && error.code === 'CONFIG_INVALID',
        );
        assert.equal(run.length, 0);
      });

    it('says that the patterns are too long, and not that nobody decided', async () => {
      const { handler } = way(OPTIONS);
      await assert.rejects(
        async () => handler(event({ sub: 'ann', contextCut: 'scope mcpGrants' })),
        /the patterns under mcp are too long for the context of the authorizer/,
      );
    });

    it('asks the verifier only if no authorizer of the toolkit handled the request', async () => {
      let asked = 0;
      const verify = () => {
        asked += 1;
        return Promise.resolve(undefined);
      };
      const { run, handler } = way({ ...OPTIONS, verify });
      await handler(event(context));
      assert.equal(asked, 0);
      assert.equal(((await handler(event(undefined))) as { statusCode: number }).statusCode, 403);
      assert.deepEqual([asked, run.length], [1, 1]);
    });

    // RFC 6750 section 3.
    it('challenges a caller without a credential, and one with a bad one', async () => {
      for (const [code, header] of [
        ['TOKEN_MISSING', 'Bearer'],
        ['TOKEN_EXPIRED', 'Bearer error="invalid_token"'],
      ] as const) {
        const verify = () => Promise.reject(new DomainError(code, 'refused'));
        const { handler } = way({ ...OPTIONS, verify });
        const reply = (await handler(event(undefined))) as {
          statusCode: number;
          headers: Record<string, string>;
        };
        assert.deepEqual([reply.statusCode, reply.headers['www-authenticate']], [401, header]);
      }
    });
  });

const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
const KEPT = { jsonrpc: '2.0', id: 1, result: { tools: [{ name: 'get_order' }] } };

// Powertools' parser is such a middleware.
it('mcp() filters the answer even if another middleware has replaced the event', async () => {
  const { server } = aServer();
  const replacing = (request: { event: object }): void => {
    request.event = { ...request.event };
  };
  const handler = middy(server as never).use([mcp(OPTIONS), { before: replacing }] as never) as unknown;
  const ask = handler as (asked: object, context: object) => Promise<{ body: string }>;
  assert.deepEqual(JSON.parse((await ask(event(context, LIST), {})).body), KEPT);
});

// A cache is such a middleware: it answers with what another caller got.
describe('mcp() filters what a middleware that is added later answers', () => {
  const foreign = () => ({
    statusCode: 200,
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      result: { tools: [{ name: 'get_order' }, { name: 'refund' }] },
    }),
  });
  const early: Readonly<Record<string, object>> = {
    'before the server': { before: foreign },
    'after the server': { after: foreign },
    'for an error': { before: () => Promise.reject(new Error('x')), onError: foreign },
  };
  for (const [when, middleware] of Object.entries(early))
    it(when, async () => {
      const { run, server } = aServer();
      const handler = middy(server as never).use([mcp(OPTIONS), middleware] as never) as unknown;
      const ask = handler as (asked: object, context: object) => Promise<{ body: string }>;
      assert.deepEqual(JSON.parse((await ask(event(context, LIST), {})).body), KEPT);
      assert.equal(run.length, when === 'after the server' ? 1 : 0);
    });

  it('and lets a middleware that is added earlier replace the answer', async () => {
    const replacing = {
      after: (request: { response: object }): void => {
        request.response = { ...request.response, headers: { 'x-own': '1' } };
      },
    };
    const { server } = aServer();
    const handler = middy(server as never).use([replacing, mcp(OPTIONS)] as never) as unknown;
    const ask = handler as (asked: object, context: object) => Promise<{ body: string; headers: object }>;
    const { body, headers } = await ask(event(context, LIST), {});
    assert.deepEqual([JSON.parse(body), headers], [KEPT, { 'x-own': '1' }]);
  });

  it('and does not change a text of an error handler', async () => {
    const failing = { onError: () => ({ statusCode: 500, headers: {}, body: 'failed' }) };
    const server = () => Promise.reject(new Error('x'));
    const handler = middy(server as never).use([mcp(OPTIONS), failing] as never) as unknown;
    const ask = handler as (asked: object, context: object) => Promise<{ body: string }>;
    assert.equal((await ask(event(context, LIST), {})).body, 'failed');
  });
});

describe('withMcp() leaves only the returned value as an answer', () => {
  it('to a handler that answers by a callback if it gets one, as @fastify/aws-lambda does', async () => {
    const sent: unknown[] = [];
    const { server } = aServer();
    const adapter = async (asked: object, _context: unknown, callback?: (...sent: unknown[]) => void) => {
      const answer = await server(asked);
      if (callback === undefined) return answer;
      callback(null, answer);
      return undefined;
    };
    const handler = withMcp(adapter as never, OPTIONS);
    const reply = (await handler(event(context, LIST), {}, (...all: unknown[]) => sent.push(all))) as {
      body: string;
    };
    assert.deepEqual(sent, []);
    assert.deepEqual(JSON.parse(reply.body), KEPT);
  });

  it('and does not change a context without such functions', async () => {
    const plain = { awsRequestId: 'r' };
    const given: unknown[] = [];
    await withMcp(
      (_asked: object, ...rest: readonly unknown[]) => (given.push(...rest), { statusCode: 200 }),
      OPTIONS,
    )(event(context), plain, 'more');
    assert.equal(given[0], plain);
    assert.equal(given[1], 'more');
  });

  it('to a handler that answers by the context, which exists up to Node.js 22', async () => {
    const sent: unknown[] = [];
    const old = { succeed: (answer: unknown) => sent.push(answer), getRemainingTimeInMillis: () => 5 };
    let remaining = 0;
    const handler = withMcp((_asked: object, given: unknown) => {
      const { succeed, getRemainingTimeInMillis } = given as typeof old;
      remaining = getRemainingTimeInMillis();
      succeed({ statusCode: 200 });
    }, OPTIONS);
    await assert.rejects(handler(event(context, LIST), old), TypeError);
    assert.deepEqual([sent, remaining], [[], 5]);
  });
});
