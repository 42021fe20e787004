import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toHar } from '../../../../../packages/gateway/console/records/har.ts';
import type { RequestDetail } from '../../../../../packages/gateway/console/records/model.ts';

function archiveOf(target: string, body?: { readonly form: string; readonly text: string }): string {
  const detail = {
    kind: 'request',
    method: 'POST',
    target,
    url: `http://127.0.0.1:4000${target}`,
    atEpochMs: 0,
    tookMs: 1,
    phases: [],
    status: 200,
    requestBytes: body === undefined ? 0 : 3,
    responseBytes: 0,
    request: { headers: [], body },
    reply: { headers: [], body: undefined },
  } as unknown as RequestDetail;
  return JSON.stringify(toHar([detail], '1'));
}

describe('an HTTP Archive of recorded requests', () => {
  // Source: HAR 1.2, queryString; RFC 3986 §3.4, a query may contain a question mark.
  it('has the whole query of a request, even after another question mark', () => {
    const { log } = JSON.parse(archiveOf('/a?x=1?2&y=%3C')) as {
      log: { entries: { request: { queryString: unknown } }[] };
    };

    assert.deepEqual(log.entries[0]?.request.queryString, [
      { name: 'x', value: '1?2' },
      { name: 'y', value: '<' },
    ]);
  });

  it('gives the bytes of a binary body back to who reads it', () => {
    const body = { form: 'binary', text: Buffer.from([0xff, 0x00, 0x3c]).toString('base64') };
    const { log } = JSON.parse(archiveOf('/a', body)) as {
      log: { entries: { request: { postData: unknown } }[] };
    };

    assert.deepEqual(log.entries[0]?.request.postData, { mimeType: '', text: body.text, encoding: 'base64' });
  });

  it('contains the type of a body from its header, wherever and however the header is written', () => {
    const headers = [
      ['Accept', 'a/b'],
      ['CONTENT-Type', 'text/csv'],
    ] as const;
    const detail = JSON.parse(
      JSON.stringify({
        kind: 'request',
        method: 'GET',
        target: '/a',
        url: 'http://127.0.0.1:4000/a',
        atEpochMs: 0,
        tookMs: 1,
        phases: [],
        status: 200,
        requestBytes: 0,
        responseBytes: 3,
        request: { headers },
        reply: { headers },
      }),
    ) as RequestDetail;
    const { log } = JSON.parse(JSON.stringify(toHar([detail], '1'))) as {
      log: {
        entries: { request: { headers: unknown; queryString: unknown }; response: { content: unknown } }[];
      };
    };
    const [entry] = log.entries;

    assert.deepEqual(entry?.response.content, { size: 3, mimeType: 'text/csv' });
    assert.deepEqual(
      entry.request.headers,
      headers.map(([name, value]) => ({ name, value })),
    );
    assert.deepEqual(entry.request.queryString, []);
  });
});
