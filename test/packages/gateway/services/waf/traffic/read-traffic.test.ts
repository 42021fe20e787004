import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toHar } from '../../../../../../packages/gateway/console/records/har.ts';
import type { RequestDetail } from '../../../../../../packages/gateway/console/records/model.ts';
import { DefinitionError } from '../../../../../../packages/gateway/core/errors.ts';
import { readTraffic } from '../../../../../../packages/gateway/services/waf/traffic/read-traffic.ts';

const harOf = (...entries: readonly object[]): string => JSON.stringify({ log: { version: '1.2', entries } });
const entryOf = (request: object): object => ({
  startedDateTime: '2026-11-20T10:00:00.000Z',
  request: { method: 'POST', url: 'http://127.0.0.1:3000/dev/a%2F../b?x=1&y#z', headers: [], ...request },
});
const only = (text: string) => {
  const [request] = readTraffic({ name: 'traffic', text });
  assert.ok(request);
  return request;
};

describe('readTraffic', () => {
  it('reads an HTTP Archive, with path and query as they were sent', () => {
    const { parts, title, epochMs } = only(
      harOf(entryOf({ headers: [{ name: 'A', value: 'é' }], bodySize: 2, postData: { text: '{}' } })),
    );

    assert.partialDeepStrictEqual(parts, { method: 'POST', path: '/dev/a%2F../b', query: 'x=1&y' });
    assert.deepEqual(parts.headers.lines, ['A', Buffer.from('é').toString('latin1')]);
    assert.equal(parts.body?.toString(), '{}');
    assert.deepEqual([...(parts.missing ?? [])], ['address']);
    assert.equal(title, 'POST /dev/a%2F../b');
    assert.equal(epochMs, Date.parse('2026-11-20T10:00:00.000Z'));
  });

  it('recognizes a body that is truncated or left out, and secrets that are masked', () => {
    const missing = (request: object): string[] => [...(only(harOf(entryOf(request))).parts.missing ?? [])];

    assert.ok(missing({ bodySize: 20_000, postData: { text: '{"cut' } }).includes('body'));
    assert.ok(missing({ bodySize: 5 }).includes('body'));
    assert.ok(missing({ bodySize: 14, postData: { text: '"[0123abcd]"\n\n' } }).includes('body'));
    assert.ok(missing({ url: 'http://a/dev?token=[0123abcd..wxyz]' }).includes('query'));
    const headers = [{ name: 'Authorization', value: 'Bearer [0123abcd..wxyz]' }];
    assert.deepEqual([...(only(harOf(entryOf({ headers }))).parts.hiddenHeaders ?? [])], ['authorization']);
  });

  // Both are rooms of the gateway: a comment in other words would make the rules judge a body that nobody sent.
  it('recognizes a body that the console has changed before it wrote the archive', () => {
    const missing = (isEdited: boolean) => {
      const detail = {
        kind: 'request',
        method: 'POST',
        target: '/dev',
        url: 'http://127.0.0.1:3000/dev',
        atEpochMs: 0,
        tookMs: 1,
        phases: [],
        status: 200,
        requestBytes: 2,
        responseBytes: 0,
        request: { headers: [], body: { form: 'text', text: '{}', isEdited } },
        reply: { headers: [], body: undefined },
      } as unknown as RequestDetail;
      return [...(only(JSON.stringify(toHar([detail], '1'))).parts.missing ?? [])];
    };

    assert.ok(!missing(false).includes('body'));
    assert.ok(missing(true).includes('body'));
  });

  it('reads records of AWS WAF’s log, which have no bodies', () => {
    const record = {
      timestamp: 1_700_000_000_000,
      httpRequest: {
        clientIp: '203.0.113.7',
        uri: '/dev/pets',
        args: 'REDACTED',
        httpMethod: 'POST',
        headers: [
          { name: 'Host', value: 'a' },
          { name: 'Cookie', value: 'REDACTED' },
        ],
      },
    };
    const { parts, epochMs } = only(`${JSON.stringify(record)}\n\n`);

    assert.partialDeepStrictEqual(parts, { method: 'POST', path: '/dev/pets', sourceIp: '203.0.113.7' });
    assert.deepEqual([...(parts.missing ?? [])], ['body', 'query']);
    assert.deepEqual([...(parts.hiddenHeaders ?? [])], ['cookie']);
    assert.equal(epochMs, 1_700_000_000_000);
  });

  for (const [name, text, message] of [
    [
      'neither',
      'hello',
      /traffic:1: the file is not an HTTP Archive .*, and this line is not a log record of AWS WAF/,
    ],
    ['an invalid line', '{"httpRequest":{"httpMethod":"GET","uri":"/"}}\n{}', /traffic:2: /],
    [
      'an entry without a URL',
      harOf({ request: { method: 'GET' } }),
      /traffic: entry 1 must have a request with a method and a URL/,
    ],
  ] as const)
    it(`refuses ${name}`, () => {
      assert.throws(
        () => readTraffic({ name: 'traffic', text }),
        (error) => error instanceof DefinitionError && message.test(error.describe()),
      );
    });
});
