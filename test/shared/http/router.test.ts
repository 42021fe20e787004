import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ProxyResult } from '#shared/aws/proxy-result.ts';
import { DomainError } from '#shared/errors.ts';
import { optional, text, wholeNumber } from '#shared/http/fields.ts';
import { jsonReply } from '#shared/http/reply.ts';
import { changeRoute, documentRoute, readRoute } from '#shared/http/route.ts';
import { createRouter } from '#shared/http/router.ts';
import { anAdminEvent } from '../../support/quota-admin.ts';

const DONE = { description: 'Done' };
const ROUTES = [
  readRoute(
    { path: '/things/{thing}', id: 'getThing', summary: '', query: { at: optional(text('')) }, answer: DONE },
    ({ path, query, signer }) => Promise.resolve(jsonReply(200, { ...path, ...query, signer })),
  ),
  changeRoute(
    {
      method: 'POST',
      path: '/things/{thing}/more',
      id: 'more',
      summary: '',
      body: { units: wholeNumber('', { min: 1, max: 9 }) },
      answer: DONE,
    },
    ({ path, body, operationId }) => Promise.resolve(jsonReply(200, { ...path, ...body, operationId })),
  ),
  documentRoute(
    { method: 'PUT', path: '/things/{thing}', id: 'put', summary: '', document: {}, answer: DONE },
    ({ path, body }) => {
      if (path.thing === 'down') throw new DomainError('STORE_UNAVAILABLE', 'out of reach');
      if (path.thing === 'bug') throw new TypeError('a bug');
      return Promise.resolve(jsonReply(200, { body }));
    },
  ),
];

const ID = { 'idempotency-key': 'op-1' };
const answer = createRouter(ROUTES);
const ask = (...event: Parameters<typeof anAdminEvent>): Promise<ProxyResult> =>
  answer(anAdminEvent(...event), () => undefined);
const bodyOf = ({ body = '' }: ProxyResult): unknown => JSON.parse(body);

describe('createRouter', () => {
  it('gives the route its names, query, body and signer', async () => {
    const got = await ask('GET /things/{thing}', { parameters: { thing: 'a~1b' }, query: { at: 'x' } });
    const more = await ask('POST /things/{thing}/more', {
      parameters: { thing: 't' },
      headers: { 'idempotency-key': '"op-1"' },
      body: Buffer.from('{"units":3}').toString('base64'),
      isBase64Encoded: true,
    });

    const signer = 'arn:aws:iam::123456789012:user/alice';
    assert.deepEqual(bodyOf(got), { thing: 'a/b', at: 'x', signer });
    assert.deepEqual(bodyOf(more), { thing: 't', units: 3, operationId: 'op-1' });
  });

  it('goes by the route that the gateway chose, not by another reading of the path', async () => {
    const reply = await ask('ANY /things/{proxy+}', { path: '/things/t', parameters: { proxy: 't' } });

    assert.equal(reply.statusCode, 405);
    assert.equal(reply.headers?.['allow'], 'GET, PUT');
  });

  const thing = { thing: 't' };
  const REFUSED: readonly (readonly [
    name: string,
    event: Parameters<typeof anAdminEvent>,
    status: number,
    code: string,
    field?: string,
  ])[] = [
    ['a path that is not there', ['ANY /x', { path: '/nothing' }], 404, 'ROUTE_UNKNOWN'],
    ['a path of a route in another length', ['ANY /x', { path: '/things/t/more/x' }], 404, 'ROUTE_UNKNOWN'],
    [
      'who has not signed',
      ['GET /things/{thing}', { parameters: thing, signer: undefined }],
      403,
      'SIGNER_MISSING',
    ],
    [
      'a name with a line break',
      ['GET /things/{thing}', { parameters: { thing: 'a\nb' } }],
      400,
      'REQUEST_INVALID',
      'thing',
    ],
    [
      'a name that is too long',
      ['GET /things/{thing}', { parameters: { thing: 'a'.repeat(257) } }],
      400,
      'REQUEST_INVALID',
      'thing',
    ],
    [
      'a parameter of the query that nobody knows',
      ['GET /things/{thing}', { parameters: thing, query: { now: '1' } }],
      400,
      'REQUEST_INVALID',
      'now',
    ],
    [
      'a change without operation id',
      ['POST /things/{thing}/more', { parameters: thing, body: '{"units":1}' }],
      400,
      'REQUEST_INVALID',
      'Idempotency-Key',
    ],
    [
      'a change without body',
      ['POST /things/{thing}/more', { parameters: thing, headers: ID }],
      400,
      'REQUEST_INVALID',
      'units',
    ],
    [
      'a body that is not JSON',
      ['PUT /things/{thing}', { parameters: thing, headers: ID, body: '{' }],
      400,
      'REQUEST_INVALID',
      'body',
    ],
    [
      'a body that names a member twice',
      ['POST /things/{thing}/more', { parameters: thing, headers: ID, body: '{"units":1,"units":2}' }],
      400,
      'REQUEST_INVALID',
      'body',
    ],
    [
      'a document that names a member twice, deep inside and in another spelling',
      ['PUT /things/{thing}', { parameters: thing, headers: ID, body: '{"a":[{"b":1,"\\u0062":2}]}' }],
      400,
      'REQUEST_INVALID',
      'body',
    ],
    [
      'a number that is text',
      ['POST /things/{thing}/more', { parameters: thing, headers: ID, body: '{"units":"5"}' }],
      400,
      'REQUEST_INVALID',
      'units',
    ],
    [
      'a body that is too large',
      ['PUT /things/{thing}', { parameters: thing, headers: ID, body: `"${'é'.repeat(65_536)}"` }],
      413,
      'REQUEST_TOO_LARGE',
    ],
    [
      'while the table is out of reach',
      ['PUT /things/{thing}', { parameters: { thing: 'down' }, headers: ID, body: '{}' }],
      503,
      'STORE_UNAVAILABLE',
    ],
  ];
  for (const [name, event, status, code, field] of REFUSED)
    it(`refuses ${name}`, async () => {
      const reply = await ask(...event);

      assert.equal(reply.statusCode, status);
      assert.equal(reply.headers?.['content-type'], 'application/problem+json');
      const problem = bodyOf(reply) as Readonly<Record<string, unknown>>;
      assert.deepEqual([problem['code'], problem['field'], problem['status']], [code, field, status]);
      assert.equal(reply.headers['retry-after'], status === 503 ? '1' : undefined);
    });

  it('throws what is a failure of ours, and reports every answer', async () => {
    const messages: (readonly [string, string | undefined])[] = [];
    const report = (route: string, code: string | undefined): void => void messages.push([route, code]);
    const event = { parameters: { thing: 'bug' }, headers: ID, body: '{}' };

    await assert.rejects(answer(anAdminEvent('PUT /things/{thing}', event), report), TypeError);
    await answer(anAdminEvent('GET /things/{thing}', { parameters: thing }), report);
    await answer(anAdminEvent('GET /nothing'), report);
    assert.deepEqual(messages, [
      ['getThing', undefined],
      ['unknown', 'ROUTE_UNKNOWN'],
    ]);
  });

  it('refuses any event with an error of ours, or answers', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.object({ key: fc.constantFrom('requestContext', 'http', 'routeKey', 'body') }),
        (event) =>
          answer(event, () => undefined).then(
            ({ statusCode }) => assert.ok(statusCode >= 400),
            (error: unknown) => assert.ok(error instanceof DomainError && error.code === 'EVENT_MALFORMED'),
          ),
      ),
    );
  });
});
