/** A port in front of APIs: load balancers, CloudFront. */
import assert from 'node:assert/strict';
import { request as send } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import type { ControlReply } from '../../../../packages/gateway/core/api-call.ts';
import { openFrontPort } from '../../../../packages/gateway/server/front-port.ts';

/** @returns the reply to a request, as it came over the connection */
async function aReply(t: TestContext, reply: ControlReply, method = 'GET', headers = {}) {
  const seen: unknown[] = [];
  const lines: string[] = [];
  const front = await openFrontPort({
    host: '127.0.0.1',
    allowHosts: () => [],
    serve: ({ method: of, path, query, host, remoteAddress, body }) => {
      seen.push({ of, path, query, host, remoteAddress, body: body.toString() });
      return Promise.resolve(reply);
    },
    log: { write: (line) => lines.push(line) },
  });
  t.after(() => front.close());
  const { port } = front;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = { host: '127.0.0.1', port, method, path: '/menu?a=1', headers, agent: false };
    send(options, resolve)
      .on('error', reject)
      .end(method === 'POST' ? 'soup' : '');
  });
  return { answer, body: await text(answer), seen, lines, port };
}

describe('a front port', () => {
  it('passes on whole requests, and replies without the headers of another connection', async (t) => {
    const headers = ['Content-Type', 'text/plain', 'Keep-Alive', 'timeout=9', 'Content-Length', '99'];
    const reply = { status: 201, headers: [...headers, 'Transfer-Encoding', 'chunked'], body: 'made' };
    const { answer, body, seen, port } = await aReply(t, reply, 'POST');

    const host = `127.0.0.1:${port}`;
    const from = { host, remoteAddress: '127.0.0.1' };
    assert.deepEqual(seen, [{ of: 'POST', path: '/menu', query: 'a=1', ...from, body: 'soup' }]);
    const { 'content-type': type, 'content-length': length, 'transfer-encoding': coding } = answer.headers;
    assert.deepEqual([answer.statusCode, body], [201, 'made']);
    assert.deepEqual([type, length, coding], ['text/plain', '4', undefined]);
  });

  // RFC 9110 §8.6: Content-Length of a HEAD is that of the GET; §15.3.5 and §15.4.5: none in 204 and 304 is safe.
  for (const { method, status, length } of [
    { method: 'HEAD', status: 200, length: '4' },
    { method: 'GET', status: 204, length: undefined },
    { method: 'GET', status: 304, length: undefined },
  ])
    it(`sends no body to ${method} with ${status}`, async (t) => {
      const { answer, body } = await aReply(t, { status, headers: [], body: 'made' }, method);

      assert.deepEqual([answer.statusCode, answer.headers['content-length'], body], [status, length, '']);
    });

  it('refuses other names, and reports it in the log', async (t) => {
    const reply = { status: 200, headers: [], body: '' };
    const { answer, seen, lines } = await aReply(t, reply, 'GET', { host: 'evil.example' });

    assert.deepEqual([answer.statusCode, seen], [403, []]);
    assert.match(lines.join('\n'), /^403 GET \/menu: This gateway does not serve the host 'evil\.example'\./);
  });
});
