import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Writable } from 'node:stream';
import { withMcpStream } from '#shared/middleware/lambda-mcp-stream.ts';
import type { McpStreamHandler } from '#shared/middleware/lambda-mcp-stream.ts';
import type { ResponseStream } from '#shared/mcp/lambda-filtered-stream.ts';

const GRANTS = JSON.stringify({ document: 'orders', allow: { tools: ['get_*'] }, deny: {}, withScopes: [] });

function event(method: string, params: object = {}) {
  return {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    requestContext: {
      timeEpoch: Date.UTC(2026, 10, 26),
      http: { method: 'POST' },
      authorizer: { lambda: { sub: 'ann', mcpGrants: GRANTS } },
    },
  };
}

/**
 * A stream as Lambda's runtime makes it (aws-lambda-nodejs-runtime-interface-client 3.3.0, ResponseStream.js): the
 * first `write` sends the metadata. What only `end` sends has none.
 */
function aResponse() {
  const sent: string[] = [];
  const types: string[] = [];
  const stream: ResponseStream = Object.assign(
    new Writable({
      write(chunk: Uint8Array, _encoding, done) {
        if (chunk.length > 0) sent.push(Buffer.from(chunk).toString());
        done();
      },
    }),
    { setContentType: (type: string) => types.push(type) },
  );
  const { write } = Writable.prototype as { write: (this: Writable, ...given: unknown[]) => boolean };
  let hasWritten = false;
  return {
    sent,
    types,
    stream: Object.assign(stream, {
      write(...given: unknown[]) {
        if (!hasWritten)
          stream._onBeforeFirstWrite?.((part) => sent.push(typeof part === 'string' ? part : '\u0000'));
        hasWritten = true;
        return write.apply(stream, given);
      },
    }),
  };
}

/** As `awslambda.HttpResponseStream.from` does. */
function withMetadata(stream: ResponseStream, metadata: object): ResponseStream {
  stream.setContentType('application/vnd.awslambda.http-integration-response');
  stream._onBeforeFirstWrite = (write) => {
    write(JSON.stringify(metadata));
    write(new Uint8Array(8));
  };
  return stream;
}

const list = (id = 1) =>
  JSON.stringify({ jsonrpc: '2.0', id, result: { tools: [{ name: 'refund' }, { name: 'get_order' }] } });
const kept = JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools: [{ name: 'get_order' }] } });
const EVENTS = { statusCode: 200, headers: { 'Content-Type': 'text/event-stream' } };

async function run(server: McpStreamHandler<object>, asked: object) {
  const response = aResponse();
  await withMcpStream(server, { document: 'orders' })(asked, response.stream, {});
  return response;
}

describe('withMcpStream()', () => {
  it('filters a list that is sent as JSON in pieces', async () => {
    const { sent } = await run((_, stream) => {
      const out = withMetadata(stream, { statusCode: 200, headers: { 'content-type': 'application/json' } });
      out.write(list().slice(0, 30));
      out.end(list().slice(30));
    }, event('tools/list'));
    assert.deepEqual(sent, [
      '{"statusCode":200,"headers":{"content-type":"application/json"}}',
      '\u0000',
      kept,
    ]);
  });

  it('takes no empty line of JSON for the end of an event', async () => {
    const { sent } = await run((_, stream) => {
      const out = withMetadata(stream, { statusCode: 200, headers: { 'content-type': 'application/json' } });
      out.write(`\n\n${list().slice(0, 30)}`);
      out.end(list().slice(30));
    }, event('tools/list'));
    assert.deepEqual(sent.slice(2), [kept]);
  });

  it('sends each event when it is whole', async () => {
    const response = aResponse();
    let whileOpen: readonly string[] = [];
    const server: McpStreamHandler<object> = async (_, stream) => {
      const out = withMetadata(stream, EVENTS);
      out.write('data: {"jsonrpc":"2.0","method":"notifications/progress"}\n\ndata: ');
      await new Promise((resolve) => setImmediate(resolve));
      whileOpen = [...response.sent];
      out.end(`${list()}\n\n`);
    };
    await withMcpStream(server, { document: 'orders' })(event('tools/list'), response.stream, {});
    const first = 'data: {"jsonrpc":"2.0","method":"notifications/progress"}\n\n';
    assert.deepEqual(whileOpen, [JSON.stringify(EVENTS), '\u0000', first]);
    assert.deepEqual(response.sent.slice(2), [first, `data: ${kept}\n\n`]);
  });

  // Only what is kept back counts, so a stream may be as long as it likes.
  it('limits an event, and not the stream', async () => {
    const noted = `data: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: { data: 'x'.repeat(11_000_000) } })}\n\n`;
    const { sent } = await run((_, stream) => {
      const out = withMetadata(stream, EVENTS);
      out.write(noted);
      out.write(noted);
      out.end(`data: ${list()}\n\n`);
    }, event('tools/list'));
    assert.equal(sent.at(-1), `data: ${kept}\n\n`);
  });

  it('fails if the last part cannot be written', async () => {
    const target = new Writable({ write: (_chunk, _encoding, done) => done(new Error('gone')) });
    target.on('error', () => undefined);
    const broken: ResponseStream = Object.assign(target, { setContentType: () => undefined });
    const server: McpStreamHandler<object> = (_, stream) => stream.end(list());
    await assert.rejects(
      async () => withMcpStream(server, { document: 'orders' })(event('tools/list'), broken, {}),
      /gone/,
    );
  });

  it('filters by the type that the stream itself has', async () => {
    const { sent, types } = await run((_, stream) => {
      stream.setContentType('text/event-stream');
      stream.end(`data: ${list()}\n\n`);
    }, event('tools/list'));
    assert.deepEqual(sent, [`data: ${kept}\n\n`]);
    assert.deepEqual(types, ['text/event-stream']);
  });

  it('ends events by CR LF as well', async () => {
    const { sent } = await run((_, stream) => {
      const out = withMetadata(stream, EVENTS);
      out.write(': hello\r\n\r\n');
      out.end(`data: ${list()}\r\n\r\n`);
    }, event('tools/list'));
    assert.deepEqual(sent.slice(2), [': hello\n\n', `data: ${kept}\n\n`]);
  });

  for (const lineEnd of ['\n', '\r\n', '\r'])
    it(`sends the same whichever two pieces a stream comes in, with ${JSON.stringify(lineEnd)} at the ends of lines`, async () => {
      const text = [': a', '', `data: ${list()}`, '', 'event: b', 'data: 7', '', ''].join(lineEnd);
      const wanted = `: a\n\ndata: ${kept}\n\nevent: b\ndata: 7\n\n`;
      for (let at = 1; at < text.length; at += 1) {
        const { sent } = await run((_, stream) => {
          const out = withMetadata(stream, EVENTS);
          out.write(text.slice(0, at));
          out.end(text.slice(at));
        }, event('tools/list'));
        // A piece that begins with the LF of a CR LF adds an empty line, which readers of events ignore.
        assert.equal(
          sent
            .slice(2)
            .join('')
            .replaceAll(/\n{3,}/g, '\n\n'),
          wanted,
          String(at),
        );
      }
    });

  it('keeps letters whole that come in two pieces', async () => {
    const { sent } = await run((_, stream) => {
      const bytes = Buffer.from('{"jsonrpc":"2.0","id":1,"result":{"tools":[],"nextCursor":"é"}}');
      const at = bytes.indexOf(0xc3) + 1;
      stream.write(bytes.subarray(0, at));
      stream.end(bytes.subarray(at));
    }, event('tools/list'));
    assert.match(sent.join(''), /"é"/);
  });

  it('passes the stream itself if there is nothing to filter', async () => {
    const response = aResponse();
    let given: unknown;
    const server: McpStreamHandler<object> = (_, stream) => {
      given = stream;
      stream.end('x');
    };
    await withMcpStream(server, { document: 'orders' })(
      event('tools/call', { name: 'get_order' }),
      response.stream,
      {},
    );
    assert.equal(given, response.stream);
  });

  it('sends status code and headers of an answer without a body', async () => {
    const accepted = { statusCode: 202, headers: {} };
    const { sent } = await run((_, stream) => void withMetadata(stream, accepted).end(), event('tools/list'));
    assert.deepEqual(sent, [JSON.stringify(accepted), '\u0000']);
  });

  for (const statusCode of [300, 404])
    it(`sends a page with status code ${statusCode} unchanged`, async () => {
      const failed = { statusCode, headers: { 'content-type': 'text/html' } };
      const { sent } = await run(
        (_, stream) => void withMetadata(stream, failed).end('<p>'),
        event('tools/list'),
      );
      assert.equal(sent.at(-1), '<p>');
    });

  it('removes the length of the whole answer', async () => {
    const headers = { 'content-type': 'application/json', 'Content-Length': String(list().length) };
    const { sent } = await run(
      (_, stream) => void withMetadata(stream, { statusCode: 200, headers }).end(list()),
      event('tools/list'),
    );
    assert.deepEqual(JSON.parse(sent[0] ?? ''), {
      statusCode: 200,
      headers: { 'content-type': 'application/json' },
    });
  });

  // WHATWG HTML, Interpreting an event stream: lines end with CR LF, LF or CR.
  for (const end of ['\n\n', '\r\r', '\r\n\r\n', '\n\r', '\r\n\r'])
    it(`sends an event at once if it ends with ${JSON.stringify(end)}, wherever it is split`, async () => {
      const whole = `data: ${list()}${end}`;
      for (const cut of [3, whole.length - 3, whole.length - 1]) {
        const response = aResponse();
        let whileOpen = '';
        const server: McpStreamHandler<object> = async (_, stream) => {
          const out = withMetadata(stream, EVENTS);
          for (const piece of [whole.slice(0, cut), whole.slice(cut)]) {
            out.write(piece);
            await new Promise((resolve) => setImmediate(resolve));
          }
          whileOpen = response.sent.slice(2).join('');
          out.end('data: {}\n\n');
        };
        await withMcpStream(server, { document: 'orders' })(event('tools/list'), response.stream, {});
        assert.equal(whileOpen, `data: ${kept}\n\n`, String(cut));
      }
    });

  it('reads a long event once, however many pieces it comes in', async () => {
    let read = 0;
    const server: McpStreamHandler<object> = (_, stream) => {
      const out = withMetadata(stream, EVENTS);
      const before = out._onBeforeFirstWrite;
      out._onBeforeFirstWrite = (write) => {
        read += 1;
        before?.(write);
      };
      for (let piece = 0; piece < 500; piece += 1) out.write(`: ${'x'.repeat(100)}\n`);
      out.end(`data: ${list()}\n\n`);
    };
    const { sent } = await run(server, event('tools/list'));
    assert.match(sent.join(''), /get_order/);
    assert.ok(read < 10, String(read));
  });

  it('sends nothing of an answer that is too long to filter', async () => {
    const response = aResponse();
    const long = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      result: { tools: [], pad: ' '.repeat(21 * 2 ** 20) },
    });
    await assert.rejects(async () =>
      withMcpStream(
        async (_, stream) => {
          const out = withMetadata(stream, { statusCode: 200, headers: {} });
          await new Promise((resolve, reject) => {
            out.on('error', reject);
            out.end(long, () => {
              resolve(undefined);
            });
          });
        },
        { document: 'orders' },
      )(event('tools/list'), response.stream, {}),
    );
    assert.equal(response.sent.join('').includes('pad'), false);
  });

  it('sends nothing of an answer that it cannot read', async () => {
    const response = aResponse();
    const server: McpStreamHandler<object> = (_, stream) =>
      void withMetadata(stream, EVENTS).end('data: {"tools"\n\n');
    const done = withMcpStream(server, { document: 'orders' })(event('tools/list'), response.stream, {});
    await assert.rejects(Promise.resolve(done), /is neither JSON nor a stream of events/);
    assert.deepEqual(response.sent, []);
  });

  it('refuses with status code and headers, and calls nobody', async () => {
    let calls = 0;
    const { sent, types } = await run(() => (calls += 1), event('tools/call', { name: 'refund' }));
    assert.equal(calls, 0);
    assert.deepEqual(types, ['application/vnd.awslambda.http-integration-response']);
    assert.match(sent[0] ?? '', /^\{"statusCode":403,/);
    assert.match(sent.at(-1) ?? '', /"code":403/);
  });
});
