import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findApi, isGatewayText, isUnknown, lineOf, waitForLine } from '../../../../lab/tools/corpus/ask.ts';

const ROUTE = { method: 'GET', path: '/', statuses: ['2xx'] };

describe('the API to which a request for a route is sent', () => {
  const apis = [
    { logicalId: 'A', kind: 'rest', url: 'http://a' },
    { logicalId: 'B', kind: 'rest', url: 'http://b' },
    { logicalId: 'C', kind: 'http', url: 'http://c' },
  ] as const;

  it('is the one of its name, or the first of its protocol', () => {
    assert.equal(findApi(apis, { ...ROUTE, protocol: 'rest', api: 'B' })?.url, 'http://b');
    assert.equal(findApi(apis, { ...ROUTE, protocol: 'rest', api: 'X' })?.url, 'http://a');
    assert.equal(findApi(apis, { ...ROUTE, protocol: 'http', api: 'B' })?.url, 'http://c');
    assert.equal(findApi(apis, { ...ROUTE, protocol: 'websocket' }), undefined);
  });
});

describe('a route that the gateway does not have', () => {
  const cases = [
    ['http', 404, '{"message":"Not Found"}', 'match', true],
    ['http', 404, '{"message":"no such order"}', '', false],
    ['rest', 403, '{"message":"Missing Authentication Token"}', 'match', true],
    [
      'rest',
      403,
      '{"message":"Missing Authentication Token"}',
      'authenticate (the request is not signed)',
      false,
    ],
    ['rest', 403, '{"message":"Forbidden"}', 'authenticate', false],
    ['rest', 404, '{"message":"Not Found"}', '', false],
  ] as const;
  for (const [protocol, status, body, phase, unknown] of cases)
    it(`is ${unknown ? '' : 'not '}recognized by ${status} ${body} of a ${protocol} API, ${phase}`, () => {
      const log = `GET /a ${status} 0.8 ms ${phase}`;
      assert.equal(isUnknown({ ...ROUTE, protocol }, { status, body, log }), unknown);
    });
});

describe('what the gateway prints about a request', () => {
  it('is its line among the lines of functions, including everything that the line quotes', () => {
    const text = '[hello] GET it\nGET /dev/a 502 3.1 ms integrate (Error: no x\nRequire stack:\n- /a.js)\n';

    assert.equal(lineOf(text), 'GET /dev/a 502 3.1 ms integrate (Error: no x Require stack: - /a.js)');
    assert.equal(lineOf('[hello] a\n[hello] b\n'), '[hello] b');
    assert.equal(lineOf(''), '');
  });
});

describe('the line of a request', () => {
  it('is awaited, but not forever', async () => {
    let asked = 0;
    const said = (): string => ((asked += 1) < 3 ? '[a] begun\n' : '[a] begun\nGET /a 500 1 ms\n');

    assert.equal(lineOf(await waitForLine(said)), 'GET /a 500 1 ms');
    assert.equal(await waitForLine(() => '[a] begun\n', 1), '[a] begun\n');
  });
});

describe('the wording of an answer', () => {
  it('is the gateway’s own if it is AWS’s wording for an error, or if there is none', () => {
    const bodies = [
      '',
      '{"message": "Internal server error"}',
      '{"message":"getaddrinfo ENOTFOUND a.example"}',
      '{"error":"no city"}',
      'oops',
    ];

    assert.deepEqual(bodies.map(isGatewayText), [true, true, false, false, false]);
  });
});
