import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { describe, it } from 'node:test';
import middy from '@middy/core';
import { DomainError } from '#shared/errors.ts';
import type { ConsumeRequest, Decision, Quotas } from '#shared/quota/quotas.ts';
import { withMcpStream } from '#shared/middleware/lambda-mcp-stream.ts';
import type { McpStreamHandler } from '#shared/middleware/lambda-mcp-stream.ts';
import type { ResponseStream } from '#shared/mcp/lambda-filtered-stream.ts';
import { admissionOfCall, mcp, withMcp } from '#shared/middleware/mcp.ts';

const CHARGE = { plan: 'gold', tenant: 'acme', key: 'main|ann' };
const grantsWith = (charge: object | undefined) =>
  JSON.stringify({
    document: 'orders',
    allow: { tools: ['*'], resources: ['orders://**'] },
    deny: {},
    withScopes: [],
    charge,
  });

function event(message: unknown, charge: object | undefined = CHARGE) {
  return {
    httpMethod: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(message),
    requestContext: {
      requestTimeEpoch: Date.UTC(2026, 10, 26),
      authorizer: { sub: 'ann', mcpGrants: grantsWith(charge) },
    },
  };
}

/** Quotas of a given number of units; refunds give them back. */
function someQuotas(units: number) {
  const log: string[] = [];
  const quotas: Pick<Quotas, 'consume'> = {
    consume({ plan = '', tenant, key, route = '', atEpochMs }: ConsumeRequest): Promise<Decision> {
      if (route.length > 256) return Promise.reject(new DomainError('SUBJECT_INVALID', 'route'));
      log.push(`${plan} ${tenant} ${key} ${route} ${String(atEpochMs)}`);
      if (units === 0)
        return Promise.resolve({
          allowed: false,
          reason: 'quota-exceeded',
          limit: 'monthly',
          retryAfterSeconds: 60,
          limits: [{ id: 'monthly', limit: 3, windowSeconds: 100, remaining: 0, resetSeconds: 60 }],
        } as unknown as Decision);
      units -= 1;
      return Promise.resolve({
        allowed: true,
        units: 1,
        limits: [],
        overage: false,
        refund: () => (log.push('refund'), (units += 1), []),
        settle: (actual) => (log.push(`settle ${actual}`), Promise.resolve(0)),
        release: () => Promise.resolve(void log.push('release')),
      });
    },
  };
  return { log, quotas: quotas as Quotas };
}

const call = (name: string, id = 1) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name } });
const ok = () => Promise.resolve({ statusCode: 200, body: '{}' });
const STAMP = Date.UTC(2026, 10, 26);

describe('an MCP server whose document sets mcp.charge', () => {
  const charged: readonly [message: object, route: string | undefined][] = [
    [call('get_order'), 'tools/call get_order'],
    [{ ...call('x'), method: 'resources/read', params: { uri: 'orders://1' } }, 'resources/read'],
    [{ ...call('x'), method: 'resources/unsubscribe', params: { uri: 'orders://1' } }, undefined],
    [{ ...call('x'), method: 'tools/list' }, undefined],
    [{ ...call('x'), method: 'initialize' }, undefined],
  ];
  for (const [message, route] of charged)
    it(`charges ${route ?? 'nothing'} for ${JSON.stringify(message).slice(17)}`, async () => {
      const { log, quotas } = someQuotas(9);
      await withMcp(ok, { document: 'orders', quotas })(event(message));
      assert.deepEqual(log, route === undefined ? [] : [`gold acme main|ann ${route} ${STAMP}`, 'release']);
    });

  // Attack: a caller invents names of tools, and each would get a ledger in the usage table.
  const groups: readonly [message: object, patterns: readonly string[], group: string | undefined][] = [
    [call('get_order'), ['get_order'], undefined],
    [call('get_order'), ['*', 'get_order'], undefined],
    [call('get_order'), ['get_*'], 'tools/call *'],
    [call('invented'), ['*'], 'tools/call *'],
    [{ ...call('summary'), method: 'prompts/get' }, ['*'], 'prompts/get *'],
    [{ ...call('x'), method: 'resources/read', params: { uri: 'orders://1' } }, ['*'], undefined],
  ];
  for (const [message, patterns, group] of groups)
    it(`counts ${JSON.stringify(message).slice(17)} by ${group ?? 'its own name'} if rules name ${patterns.join(', ')}`, async () => {
      const asked: (string | undefined)[] = [];
      const { quotas } = someQuotas(9);
      const consume: Quotas['consume'] = (request) => {
        asked.push(request.groupedAs);
        return quotas.consume(request);
      };
      const one = event(message);
      const grants = JSON.parse(grantsWith(CHARGE)) as Record<string, unknown>;
      grants['allow'] = { tools: patterns, prompts: patterns, resources: ['orders://**'] };
      one.requestContext.authorizer.mcpGrants = JSON.stringify(grants);
      await withMcp(ok, { document: 'orders', quotas: { ...quotas, consume } })(one);
      assert.deepEqual(asked, [group]);
    });

  // A limit of concurrent calls counts a call for as long as it can run.
  it('tells the quotas how long the call can run', async () => {
    const runs: unknown[] = [];
    const { quotas } = someQuotas(9);
    const consume: Quotas['consume'] = (request) => {
      runs.push(request.run);
      return quotas.consume(request);
    };
    const handler = withMcp(ok, { document: 'orders', quotas: { ...quotas, consume } });
    await handler(event(call('get_order')), { getRemainingTimeInMillis: () => 900 });
    await handler(event(call('get_order')));
    assert.deepEqual(runs, [{ remainingMs: 900 }, {}]);
  });

  it('charges nobody whom the document does not charge', async () => {
    const { log, quotas } = someQuotas(9);
    const spared = event(call('get_order'));
    spared.requestContext.authorizer.mcpGrants = grantsWith(undefined);
    await withMcp(ok, { document: 'orders', quotas })(spared);
    assert.deepEqual(log, []);
  });

  it('answers 429 with the time of a retry, for HTTP and for MCP clients', async () => {
    const { quotas } = someQuotas(0);
    let ran = 0;
    const server = () => ((ran += 1), ok());
    const reply = (await withMcp(server, { document: 'orders', quotas })(event(call('get_order')))) as {
      statusCode: number;
      headers: Record<string, string>;
      body: string;
    };
    assert.deepEqual([reply.statusCode, ran], [429, 0]);
    assert.equal(reply.headers['retry-after'], '60');
    assert.equal(reply.headers['content-type'], 'application/json');
    assert.match(reply.headers['ratelimit'] ?? '', /monthly/);
    assert.deepEqual(JSON.parse(reply.body), {
      jsonrpc: '2.0',
      id: 1,
      error: {
        code: 429,
        message: 'The quota monthly is used up. Try again in 60 s.',
        data: { reason: 'quota-exceeded', limit: 'monthly', retryAfterSeconds: 60 },
      },
    });
  });

  it('charges all calls of a batch, or none', async () => {
    const { log, quotas } = someQuotas(1);
    const reply = (await withMcp(ok, { document: 'orders', quotas })(
      event([call('a', 1), call('b', 2)]),
    )) as {
      statusCode: number;
      body: string;
    };
    assert.equal(reply.statusCode, 429);
    assert.equal((JSON.parse(reply.body) as unknown[]).length, 2);
    assert.deepEqual(log.slice(2), ['refund', 'release']);
  });

  it('refunds the calls before one that could not be charged', async () => {
    const { log, quotas } = someQuotas(9);
    const fails: Pick<Quotas, 'consume'> = {
      consume: (asked) =>
        asked.route === 'tools/call b' ? Promise.reject(new Error('no table')) : quotas.consume(asked),
    };
    const handler = withMcp(ok, { document: 'orders', quotas: fails as Quotas });
    await assert.rejects(async () => handler(event([call('a', 1), call('b', 2)])), /no table/);
    assert.deepEqual(log.slice(1), ['refund', 'release']);
  });

  it('refunds a call that failed', async () => {
    for (const server of [
      () => Promise.resolve({ statusCode: 500, body: '' }),
      () => Promise.reject(new Error('x')),
    ]) {
      const { log, quotas } = someQuotas(9);
      await withMcp(server, { document: 'orders', quotas })(event(call('a'))).catch(() => undefined);
      assert.ok(log.includes('refund'), log.join());
    }
  });

  it('refunds a call whose server fails behind middy', async () => {
    const { log, quotas } = someQuotas(9);
    const failing = () => Promise.reject(new Error('x'));
    const handler = middy(failing as never).use(mcp({ document: 'orders', quotas }) as never) as unknown as (
      asked: object,
      context: object,
    ) => Promise<unknown>;
    await assert.rejects(handler(event(call('a')), {}), /x/);
    assert.deepEqual(log.slice(1), ['refund', 'release']);
  });

  it('refunds a resource whose answer cannot be read', async () => {
    const { log, quotas } = someQuotas(9);
    const read = { ...call('x'), method: 'resources/read', params: { uri: 'orders://1' } };
    const server = () => Promise.resolve({ statusCode: 200, body: '<html>' });
    const reply = await withMcp(server, { document: 'orders', quotas })(event(read));
    assert.equal((reply as { statusCode: number }).statusCode, 502);
    assert.deepEqual(log.slice(1), ['refund', 'release']);
  });

  it('refunds a streamed call whose status code is 5xx', async () => {
    const calls = [call('a'), { ...call('x'), method: 'resources/read', params: { uri: 'orders://1' } }];
    for (const message of calls)
      for (const statusCode of [200, 502]) {
        const { log, quotas } = someQuotas(9);
        const stream: ResponseStream = Object.assign(
          new Writable({
            write: (_chunk, _encoding, done) => {
              done();
            },
          }),
          { setContentType: () => undefined },
        );
        const server: McpStreamHandler<object> = (_, out) => {
          out._onBeforeFirstWrite = (write) => write(JSON.stringify({ statusCode, headers: {} }));
          out.end('{}');
        };
        await withMcpStream(server, { document: 'orders', quotas })(event(message), stream, {});
        assert.equal(log.includes('refund'), statusCode === 502, `${message.method} ${statusCode}`);
        assert.ok(log.includes('release'));
      }
  });

  const early: readonly [what: string, middleware: object, log: readonly string[]][] = [
    ['before the server', { before: () => ({ statusCode: 200, body: '{}' }) }, ['refund', 'release']],
    ['after the server', { after: () => ({ statusCode: 200, body: '{}' }) }, ['release']],
    [
      'for an error of the server',
      { onError: () => ({ statusCode: 500, body: '{}' }) },
      ['refund', 'release'],
    ],
  ];
  for (const [what, middleware, ended] of early)
    it(`ends a charged call whose answer a later middleware gives ${what}`, async () => {
      const { log, quotas } = someQuotas(9);
      const server = () => (what.startsWith('for') ? Promise.reject(new Error('x')) : ok());
      const both = [mcp({ document: 'orders', quotas }), middleware] as never;
      const handler = middy(server as never).use(both) as unknown as (
        asked: object,
        context: object,
      ) => Promise<unknown>;
      const asked = event(call('a'));
      await handler(asked, {});
      assert.deepEqual(log.slice(1), ended);
      assert.equal(admissionOfCall(asked), undefined);
    });

  it('ends a charged call once if an earlier middleware replaces the answer with one of its own', async () => {
    const { log, quotas } = someQuotas(9);
    const replacing = { after: () => ({ statusCode: 200, body: '{}' }) };
    const both = [replacing, mcp({ document: 'orders', quotas })] as never;
    const handler = middy(ok as never).use(both) as unknown as (
      asked: object,
      by: object,
    ) => Promise<unknown>;
    await handler(event(call('a')), {});
    assert.deepEqual(log.slice(1), ['release']);
  });

  it('says that the owner has suspended access', async () => {
    const suspended = { allowed: false, reason: 'suspended', limit: '', limits: [] } as unknown as Decision;
    const quotas = { ...someQuotas(9).quotas, consume: () => Promise.resolve(suspended) };
    const reply = await withMcp(ok, { document: 'orders', quotas })(event(call('a')));
    const { statusCode, body } = reply as { statusCode: number; body: string };
    const { error } = JSON.parse(body) as { error: { message: string; data: object } };
    assert.deepEqual([statusCode, error.message], [403, 'The owner of the API has suspended access.']);
    assert.deepEqual(error.data, { reason: 'suspended', limit: '' });
  });

  it('charges a call once if two wrappers surround the server', async () => {
    const { log, quotas } = someQuotas(9);
    const options = { document: 'orders', quotas };
    const inner = withMcp(ok, options);
    const layered = middy(inner as never).use(mcp(options) as never) as unknown as (
      asked: object,
      context: object,
    ) => Promise<unknown>;
    const layers = [withMcp((asked: object) => inner(asked), options), (asked: object) => layered(asked, {})];
    const asked = event(call('a'));
    for (const layer of layers) {
      log.length = 0;
      // The same event again is another call.
      await layer(asked);
      assert.deepEqual(log, [`gold acme main|ann tools/call a ${STAMP}`, 'release']);
    }
  });

  it('lets the server settle what a call really cost', async () => {
    const { log, quotas } = someQuotas(9);
    const server = async (asked: object) => {
      await admissionOfCall(asked)?.settle(7);
      return await ok();
    };
    await withMcp(server, { document: 'orders', quotas })(event(call('a')));
    assert.ok(log.includes('settle 7'));
  });

  it('refuses a call that can be charged to nobody', async () => {
    const cases: readonly [object, object][] = [
      [call('a'), { plan: 'gold', key: 'k' }],
      [call('a'), { plan: 'gold', tenant: 'acme', key: '' }],
      [call('a'.repeat(300)), CHARGE],
    ];
    for (const [message, charge] of cases) {
      const { quotas } = someQuotas(9);
      const reply = await withMcp(ok, { document: 'orders', quotas })(event(message, charge));
      const { statusCode, body } = reply as { statusCode: number; body: string };
      const { error } = JSON.parse(body) as { error: object };
      assert.equal(statusCode, 403);
      assert.deepEqual(error, {
        code: 403,
        message: 'This call cannot be charged to anybody.',
        data: { reason: 'no-subject' },
      });
    }
  });

  // Another route of the same function, such as ANY /{proxy+}, which the authorizer charges.
  it('fails if the authorizer has charged the request already', async () => {
    const { log, quotas } = someQuotas(9);
    const asked = event(call('a'));
    Object.assign(asked.requestContext.authorizer, { rateLimit: '"month";r=5;t=60' });
    await assert.rejects(withMcp(ok, { document: 'orders', quotas })(asked), /only the route mcp.path/);
    assert.deepEqual(log, []);
  });

  it('fails if the function has no quotas', async () => {
    await assert.rejects(withMcp(ok, { document: 'orders' })(event(call('a'))), /mcp.charge/);
  });
});
