import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Operation } from '../../../../../../../packages/toolkit/stack/portal/page/reference/operations.ts';
import {
  buildRequest,
  printBody,
  sendRequest,
} from '../../../../../../../packages/toolkit/stack/portal/page/reference/try-request.ts';
import { asGlobals } from '../../../../../../support/as-globals.ts';

const parameter = (place: 'path' | 'query' | 'header' | 'cookie', name: string, isRequired = false) => ({
  name,
  in: place,
  isRequired,
  description: undefined,
  schema: undefined,
  example: undefined,
});
const OPERATION: Operation = {
  id: 'post /orders/{id}',
  method: 'POST',
  path: '/orders/{id}',
  summary: undefined,
  description: undefined,
  isDeprecated: false,
  parameters: [
    parameter('path', 'id', true),
    parameter('query', 'limit'),
    parameter('header', 'x-trace'),
    parameter('cookie', 'c', true),
  ],
  body: undefined,
  answers: [],
  credentials: [],
};
const KEY = { kind: 'header', header: 'x-api-key', title: '' } as const;
const filled = (more: object = {}) => ({
  values: { 'path id': 'o-1' },
  body: '',
  contentType: undefined,
  credential: KEY,
  key: '',
  ...more,
});
const build = (more: object = {}, base = 'https://api.example/v1/', operation = OPERATION) =>
  buildRequest(base, operation, filled(more));

const printed = (said: unknown): string => (typeof said === 'string' ? said : JSON.stringify(said));

describe('buildRequest', () => {
  it('puts values if the document says, and the key into its header', () => {
    const values = { 'path id': 'a b/c?', 'query limit': '5 &x', 'header x-trace': 't' };

    assert.deepEqual(build({ values, key: 'secret', body: '{}', contentType: 'application/json' }), {
      url: 'https://api.example/v1/orders/a%20b%2Fc%3F?limit=5+%26x',
      method: 'POST',
      headers: [
        ['x-trace', 't'],
        ['x-api-key', 'secret'],
        ['content-type', 'application/json'],
      ],
      body: '{}',
    });
  });

  it('sends a token as a bearer, and no key if none is typed or required', () => {
    const headersOf = (more: object) => (build(more) as { headers: unknown }).headers;

    assert.deepEqual(headersOf({ key: 't', credential: { kind: 'bearer', title: '' } }), [
      ['authorization', 'Bearer t'],
    ]);
    assert.deepEqual(headersOf({ key: '' }), []);
    assert.deepEqual(headersOf({ key: 'k', credential: undefined }), []);
  });

  it('says what is missing or cannot be sent', () => {
    assert.equal(build({ values: {} }), 'Fill in “id”.');
    assert.match(printed(build({ values: { 'path id': '..' } })), /must not be “\.” or “\.\.”/);
    assert.match(printed(build({ key: 'line\nbreak' })), /The header “x-api-key”/);
    assert.match(printed(build({ key: 'k', credential: { ...KEY, header: 'a b' } })), /The header “a b”/);
  });

  it('stays at the API, whatever the path of the document is', () => {
    for (const path of ['//evil.example/', '@evil.example/', '\\\\evil.example', '/../..//evil.example', 'x'])
      for (const base of ['https://api.example/v1', 'https://api.example']) {
        const request = build({}, base, { ...OPERATION, path, parameters: [] });
        assert.equal(new URL((request as { url: string }).url).origin, 'https://api.example', path);
      }
  });

  it('sends no body with GET', () => {
    const request = build({ body: '{}' }, undefined, { ...OPERATION, method: 'GET' });
    assert.equal((request as { body: unknown }).body, undefined);
  });
});

describe('sendRequest', () => {
  const REQUEST = { url: 'https://api.example/', method: 'GET', headers: [], body: undefined };
  const send = async (answer: () => Response | Error) => {
    const asked: RequestInit[] = [];
    using _globals = asGlobals({
      fetch: (_: string, init: RequestInit) => {
        asked.push(init);
        const made = answer();
        return made instanceof Response ? Promise.resolve(made) : Promise.reject(made);
      },
    });
    return { said: await sendRequest(REQUEST, 'https://portal.example'), asked };
  };

  it('sends no cookies, follows no redirect, and shows status, headers and body', async () => {
    const { said, asked } = await send(() =>
      Response.json({ a: 1 }, { status: 201, headers: { 'x-left': '3' } }),
    );

    assert.deepEqual([asked[0]?.credentials, asked[0]?.redirect, asked[0]?.mode], ['omit', 'manual', 'cors']);
    assert.ok(typeof said === 'object');
    assert.deepEqual([said.status, said.body], [201, '{\n  "a": 1\n}']);
    assert.ok(said.headers.some(([name, value]) => name === 'x-left' && value === '3'));
  });

  it('says that CORS may hide the answer, or that the API is late', async () => {
    assert.match(
      printed((await send(() => new TypeError('Failed to fetch'))).said),
      /does not allow requests from https:\/\/portal\.example \(CORS\)/,
    );
    const late = new DOMException('late', 'TimeoutError');
    assert.match(printed((await send(() => late)).said), /did not answer within 30 seconds/);
  });

  it('shows at most 200 KB', async () => {
    const { said } = await send(() => new Response('x'.repeat(1_000_000)));
    assert.ok(typeof said === 'object');
    assert.ok(said.body.length < 200_100);
    assert.match(said.body, /cut after 200 KB$/);
  });
});

describe('printBody', () => {
  const BODIES: readonly (readonly [text: string, type: string, printed: string])[] = [
    ['{"a":1}', 'application/problem+json; charset=utf-8', '{\n  "a": 1\n}'],
    ['{"a":', 'application/json', '{"a":'],
    ['<b>', 'text/html', '<b>'],
    ['abc', 'image/png', '3 characters of image/png'],
    ['<svg>', 'image/svg+xml', '<svg>'],
  ];
  for (const [text, type, printed] of BODIES)
    it(`prints ${text} of ${type}`, () => {
      assert.equal(printBody(text, type), printed);
    });
});
