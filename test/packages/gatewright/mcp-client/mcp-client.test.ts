import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { asText, isJsonObject, memberOf, membersOf } from '@gatewright/aws/json-object';
import { McpClientError, McpRefused } from '../../../../packages/gatewright/mcp-client/errors.ts';
import { McpClient } from '../../../../packages/gatewright/mcp-client/mcp-client.ts';
import type { HttpRequest } from '../../../../packages/gatewright/mcp-client/wire.ts';

type Message = Readonly<Record<string, unknown>>;
type Sent = { readonly request: HttpRequest; readonly message: Message };

const json = (body: object, status = 200, headers: Readonly<Record<string, string>> = {}): Response =>
  Response.json(body, { status, headers });
const result = (message: Message, members: object): Response =>
  json({ jsonrpc: '2.0', id: message['id'], result: members });
const error = (message: Message, status: number, code: number, data?: object): Response =>
  json({ jsonrpc: '2.0', id: message['id'], error: { code, message: 'no', data } }, status);

/** A client, and everything that it has sent. */
function aClient(
  answer: (sent: Sent) => Response,
  options: Partial<ConstructorParameters<typeof McpClient>[0]> = {},
): { readonly client: McpClient; readonly sent: readonly Sent[] } {
  const sent: Sent[] = [];
  const client = new McpClient({
    ...options,
    send: async (request) => {
      const message = membersOf(request.body === undefined ? {} : (JSON.parse(request.body) as unknown));
      const one = { request, message };
      sent.push(one);
      return answer(one);
    },
  });
  return { client, sent };
}

const methodsOf = (sent: readonly Sent[]): readonly unknown[] =>
  sent.map(({ request, message }) => message['method'] ?? request.method);

/** A server of an earlier revision: it accepts no message before `initialize`. */
const EARLIER = ({ message, request }: Sent): Response => {
  if (message['method'] === 'initialize')
    return json({ jsonrpc: '2.0', id: message['id'], result: { protocolVersion: '2025-06-18' } }, 200, {
      'mcp-session-id': 's',
    });
  if (message['id'] === undefined) return new Response(null, { status: 202 });
  return request.headers['mcp-session-id'] === 's'
    ? result(message, { tools: [{ name: 'a' }] })
    : error(message, 400, -32_000);
};

describe('McpClient and the revisions of servers', () => {
  it('speaks 2026-07-28 at once: headers repeat the body, and no session begins', async () => {
    const { client, sent } = aClient(({ message }) => result(message, { contents: [] }));

    await client.readResource('orders://ü');

    const headers = sent[0]?.request.headers ?? {};
    assert.deepEqual(methodsOf(sent), ['resources/read']);
    assert.deepEqual(
      ['mcp-protocol-version', 'mcp-method', 'mcp-name', 'accept'].map((name) => headers[name]),
      [
        '2026-07-28',
        'resources/read',
        `=?base64?${Buffer.from('orders://ü').toString('base64')}?=`,
        'application/json, text/event-stream',
      ],
    );
    const meta = membersOf(memberOf(sent[0]?.message['params'], '_meta'));
    assert.equal(meta['io.modelcontextprotocol/protocolVersion'], '2026-07-28');
    assert.deepEqual(meta['io.modelcontextprotocol/clientCapabilities'], {});
  });

  // Versioning, Backward Compatibility: 4xx without an error of 2026-07-28 means an earlier revision.
  it('begins a session if the server does not support 2026-07-28, and ends it', async () => {
    const { client, sent } = aClient(EARLIER);

    assert.deepEqual(await client.listTools(), [{ name: 'a' }]);
    await client.close();

    assert.deepEqual(methodsOf(sent), [
      'tools/list',
      'initialize',
      'notifications/initialized',
      'tools/list',
      'DELETE',
    ]);
    assert.equal(client.revision, undefined);
    assert.equal(sent.at(-2)?.request.headers['mcp-protocol-version'], '2025-06-18');
    assert.equal(sent.at(-2)?.request.headers['mcp-method'], undefined);
  });

  it('begins with the revision that it was configured to speak', async () => {
    const { client, sent } = aClient(EARLIER, { revision: '2025-11-25' });
    await client.listTools();
    assert.equal(methodsOf(sent)[0], 'initialize');
    assert.equal(memberOf(sent[0]?.message['params'], 'protocolVersion'), '2025-11-25');
  });

  const other = [
    { name: 'a newer one that both speak', supported: ['2026-07-28'], methods: ['tools/list', 'tools/list'] },
    {
      name: 'an earlier one that both speak',
      supported: ['2099-01-01', '2025-06-18'],
      methods: ['tools/list', 'initialize', 'notifications/initialized', 'tools/list'],
    },
  ];
  for (const { name, supported, methods } of other)
    it(`takes from a refusal of the revision ${name}`, async () => {
      let refused = false;
      const { client, sent } = aClient((one) => {
        if (!refused) {
          refused = true;
          return error(one.message, 400, -32_022, { supported });
        }
        return supported.includes('2026-07-28') ? result(one.message, { tools: [] }) : EARLIER(one);
      });
      await client.listTools();
      assert.deepEqual(methodsOf(sent), methods);
    });

  const refusals = [
    { name: 'an authorizer', status: 401, body: { message: 'Unauthorized' }, text: 'Unauthorized' },
    { name: 'an access document', status: 403, body: { error: { code: 403, message: 'no' } }, text: 'no' },
    { name: 'a limit', status: 429, body: { error: { code: 429, message: 'later' } }, text: 'later' },
    { name: 'a failed function', status: 502, body: { message: 'Bad' }, text: 'Bad' },
    {
      name: 'headers of 2026-07-28',
      status: 400,
      body: { error: { code: -32_020, message: 'h' } },
      text: 'h',
    },
    { name: 'an unknown method', status: 404, body: { error: { code: -32_601, message: 'm' } }, text: 'm' },
  ];
  for (const { name, status, body, text } of refusals)
    it(`does not take the refusal of ${name} for an earlier revision`, async () => {
      const { client, sent } = aClient(() => json(body, status));
      await assert.rejects(
        client.request('prompts/list'),
        (thrown) => thrown instanceof McpRefused && thrown.status === status && thrown.message === text,
      );
      assert.equal(sent.length, 1);
    });

  it('says which revisions it speaks if a server speaks another', async () => {
    const { client } = aClient(({ message }) => result(message, { protocolVersion: '2024-11-05' }), {
      revision: '2025-03-26',
    });
    await assert.rejects(
      client.listTools(),
      /speaks revision "2024-11-05" of MCP; this client speaks only 2026/,
    );
  });
});

describe('McpClient and lists', () => {
  it('reads all pages', async () => {
    const pages: Readonly<Record<string, object>> = {
      '': { prompts: [{ name: 'a' }], nextCursor: '1' },
      1: { prompts: [{ name: 'b' }] },
    };
    const { client } = aClient(({ message }) =>
      result(message, pages[asText(memberOf(message['params'], 'cursor')) ?? ''] ?? {}),
    );
    assert.deepEqual(
      (await client.listPrompts()).map(({ name }) => name),
      ['a', 'b'],
    );
  });

  it('ends a list without an end', async () => {
    const { client, sent } = aClient(({ message }) => result(message, { prompts: [], nextCursor: 'again' }));
    await assert.rejects(client.listPrompts(), McpClientError);
    assert.equal(sent.length, 100);
  });

  // Streamable HTTP 2026-07-28, Schema Extension: one invalid tool must not hide the others.
  it('leaves out a tool whose headers are not valid, and reports it', async () => {
    const said: string[] = [];
    const tools = [
      { name: 'good', inputSchema: {} },
      { name: 'bad', inputSchema: { properties: { a: { type: 'number', 'x-mcp-header': 'A' } } } },
    ];
    const { client } = aClient(({ message }) => result(message, { tools }), {
      onInvalidTool: (name, reason) => said.push(`${name}: ${reason}`),
    });
    assert.deepEqual(
      (await client.listTools()).map(({ name }) => name),
      ['good'],
    );
    assert.deepEqual(said, ['bad: the x-mcp-header of a needs the type string, integer or boolean']);
  });
});

describe('McpClient and calls of tools', () => {
  const schemas = [{ properties: { region: { type: 'string', 'x-mcp-header': 'Region' } } }];
  const listed = (message: Message): Response =>
    result(message, { tools: [{ name: 'run', inputSchema: schemas.at(-1) }] });

  it('repeats the arguments that the schema names, and lists the tools once for it', async () => {
    const { client, sent } = aClient(({ message }) =>
      message['method'] === 'tools/list' ? listed(message) : result(message, { content: [] }),
    );
    await client.callTool('run', { region: 'eu' });
    await client.callTool('run', {});
    assert.deepEqual(methodsOf(sent), ['tools/list', 'tools/call', 'tools/call']);
    assert.deepEqual(
      sent.map(({ request }) => request.headers['mcp-param-Region']),
      [undefined, 'eu', undefined],
    );
  });

  it('lists the tools again if the server refuses the headers, and calls once more', async () => {
    let calls = 0;
    const { client, sent } = aClient(({ message }) => {
      if (message['method'] === 'tools/list') return listed(message);
      calls += 1;
      return calls === 1 ? error(message, 400, -32_020) : result(message, { content: [] });
    });
    await client.callTool('run');
    assert.deepEqual(methodsOf(sent), ['tools/list', 'tools/call', 'tools/list', 'tools/call']);
  });

  it('also calls a tool if no list may be read, so that the refusal of the call is visible', async () => {
    const { client, sent } = aClient(({ message }) => error(message, 403, 403, { limit: 'month' }));
    await assert.rejects(client.callTool('run'), (thrown) => {
      assert.ok(thrown instanceof McpRefused);
      assert.deepEqual([thrown.status, thrown.rpcCode, thrown.data], [403, 403, { limit: 'month' }]);
      return true;
    });
    assert.deepEqual(methodsOf(sent), ['tools/list', 'tools/call']);
  });

  it('has the id of the request at API Gateway in a refusal', async () => {
    const { client } = aClient(() => json({ message: 'no' }, 403, { 'apigw-requestid': 'r1' }));
    await assert.rejects(client.listTools(), { requestId: 'r1', rpcCode: undefined });
  });

  it('says what a tool requests that this client cannot provide', async () => {
    const { client } = aClient(({ message }) =>
      result(message, {
        resultType: 'input_required',
        inputRequests: { a: { method: 'elicitation/create' } },
      }),
    );
    await assert.rejects(
      client.callTool('run'),
      /the tool run asks for elicitation\/create before it returns a result; this client does not support such requests/,
    );
  });
});

describe('McpClient and streamed answers', () => {
  const stream = (...parts: readonly string[]): Response =>
    new Response(new Blob([...parts]).stream(), { headers: { 'content-type': 'text/event-stream' } });

  it('passes over what is sent before the answer', async () => {
    const { client } = aClient(({ message }) =>
      stream(
        ': ping\r\n\r\n',
        'data: {"jsonrpc":"2.0","method":"notifications/progress","params":{}}\n\n',
        `event: message\ndata: {"jsonrpc":"2.0",\ndata: "id":${String(message['id'])},"result":{"contents":[]}}\n\n`,
      ),
    );
    assert.deepEqual(await client.readResource('a://b'), { contents: [] });
  });

  const broken = [
    { name: 'a stream without the answer', response: () => stream('data: {"id":99,"result":{}}\n\n') },
    { name: 'text that is not JSON', response: () => new Response('<html>') },
    {
      name: 'a body that breaks off',
      response: () => new Response(new ReadableStream({ pull: (part) => part.error(new Error('gone')) })),
    },
    { name: 'a body without an end', response: () => new Response(endless()) },
  ];
  for (const { name, response } of broken)
    it(`fails with a sentence on ${name}`, async () => {
      const { client } = aClient(() => response());
      await assert.rejects(client.readResource('a://b'), McpClientError);
    });

  function endless(): ReadableStream {
    const part = new Uint8Array(1_000_000);
    return new ReadableStream({ pull: (stream_) => stream_.enqueue(part) });
  }

  it('creates results with the given parser', async () => {
    const { client } = aClient(({ message }) => result(message, { contents: [] }), {
      parse: (text) => {
        const value: unknown = JSON.parse(text);
        return isJsonObject(value) ? { ...value, result: { parsed: true } } : value;
      },
    });
    assert.deepEqual(await client.readResource('a://b'), { parsed: true });
  });
});
