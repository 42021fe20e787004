import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { addFraming, bytesOf } from '../../../../../packages/gateway/core/events/reply-framing.ts';
import { RECORDED_BYTES } from '../../../../../packages/gateway/console/records/recorded-request.ts';
import {
  packRequest,
  unpackRequest,
} from '../../../../../packages/gateway/console/records/packed-request.ts';
import { RecordArena } from '../../../../../packages/gateway/console/records/record-arena.ts';
import { describeSent } from '../../../../../packages/gateway/console/records/sent.ts';
import { invokeUri } from '../../../../support/a-stack.ts';
import { aPermission } from '../../../../support/a-permission.ts';
import { anApi } from '../../../../support/an-api.ts';
import { bearer, withAuthorizer, ok, policy, TOKEN } from '../../../../support/rest-apis.ts';
import { collectGarbage } from '../../../../support/collect-garbage.ts';
import { echo, httpRoutes, restRoutes } from '../../../../support/routed-apis.ts';
import type { TestApi, TestRequest } from '../../../../support/an-api.ts';
import type { Finished } from '../../../../../packages/gateway/core/trail.ts';
import type { RecordedRequest } from '../../../../../packages/gateway/console/records/recorded-request.ts';

async function finish(api: TestApi, request: TestRequest): Promise<Finished> {
  let finished: Finished | undefined;
  api.ports.records = { take: (one) => (finished = one), takeEvent: () => undefined };
  await api.send(request);
  assert.ok(finished);
  return finished;
}

async function packed(api: TestApi, request: TestRequest): Promise<{ was: Finished; kept: RecordedRequest }> {
  const was = await finish(api, request);
  return { was, kept: unpackRequest(packRequest(was, new RecordArena())) };
}

const HEADERS = ['Host', 'a.example', 'X-One', 'ü', 'x-one', 'two', 'Cookie', 'a=b'];
const rest = restRoutes({ 'POST /pets/{id}': {}, 'GET /pets/{id}': {} });
const mapped = {
  Integration: {
    Type: 'AWS',
    IntegrationHttpMethod: 'POST',
    Uri: invokeUri('echo'),
    RequestTemplates: { 'application/json': '{"body":$input.json("$")}' },
    IntegrationResponses: [{ StatusCode: '200' }],
  },
  MethodResponses: [{ StatusCode: '200' }],
};
const mock = {
  Integration: {
    Type: 'MOCK',
    RequestTemplates: { 'application/json': '{"statusCode":200}' },
    IntegrationResponses: [
      { StatusCode: '200', ResponseTemplates: { 'application/json': '{"made":"here"}' } },
    ],
  },
  MethodResponses: [{ StatusCode: '200' }],
};

const CASES: readonly (readonly [string, TestApi, TestRequest])[] = [
  ['a REST proxy', anApi(rest, { echo }), { target: '/dev/pets/a%20b?x=1&x=2', headers: HEADERS }],
  [
    'bytes for a REST proxy',
    anApi(rest, { echo }),
    { method: 'POST', target: '/dev/pets/7', headers: HEADERS, body: Buffer.from([0, 200, 255]) },
  ],
  [
    'a packed body',
    anApi(rest, { echo }),
    {
      method: 'POST',
      target: '/dev/pets/7',
      headers: [...HEADERS, 'Content-Encoding', 'gzip'],
      body: gzipSync('{"name":"rex"}'),
    },
  ],
  [
    'an HTTP API of payload 2.0',
    anApi(httpRoutes(['GET /pets/{id}']), { echo }),
    { target: '/pets/7?x=1', headers: HEADERS },
  ],
  [
    'an HTTP API of payload 1.0 that changes parameters',
    anApi(
      httpRoutes(['GET /pets/{id}'], {
        integration: {
          PayloadFormatVersion: '1.0',
          RequestParameters: { 'append:header.x-added': '$request.path.id' },
        },
      }),
      { echo },
    ),
    { target: '/pets/7', headers: HEADERS },
  ],
  [
    'a template before a function',
    anApi(restRoutes({ 'POST /pets': mapped }), { echo }),
    { method: 'POST', target: '/dev/pets', headers: HEADERS, body: '{"a":1}' },
  ],
  ['a MOCK', anApi(restRoutes({ 'GET /pets': mock }), {}), { target: '/dev/pets' }],
  ['no route', anApi(rest, { echo }), { target: '/dev/nothing?x=1', headers: HEADERS }],
  [
    'an authorizer that was asked',
    anApi(withAuthorizer(TOKEN), { list: ok, auth: () => policy('Allow', '*') }),
    { target: '/dev/pets', headers: bearer },
  ],
];

describe('packRequest', () => {
  for (const [name, api, request] of CASES)
    it(`keeps every reported value of ${name}`, async () => {
      const { was, kept } = await packed(api, request);

      const isMade = was.received.outgoing?.kind === 'lambda-proxy';
      if (isMade) addFraming(was.reply, bytesOf(was.reply.body), false);
      const facts = ({ received }: Pick<Finished, 'received'>) =>
        Object.entries(received).filter(([name]) => !['outgoing', 'notes', 'caller'].includes(name));
      assert.deepEqual(facts(kept), facts(was));
      assert.deepEqual(kept.sent ?? describeSent(kept.received), describeSent(was.received));
      assert.deepEqual(
        [kept.status, kept.replyHeaders, String(kept.replyBody), kept.phase, kept.failure],
        [
          was.reply.status,
          was.reply.headers,
          String(was.reply.body),
          was.trail.answeredBy,
          was.trail.failure,
        ],
      );
      assert.deepEqual(
        { ...kept.outcome, requestId: undefined },
        { ...was.trail.notes?.outcome, requestId: undefined },
      );
      assert.deepEqual(
        [kept.caller, kept.authorizerCall],
        [was.received.notes?.caller, was.received.notes?.authorizerCall],
      );
      assert.equal(kept.enteredMs.screen, was.trail.startedMs);
    });

  for (const [name, api, request, sizes] of [
    ['was refused', anApi(rest, { echo }), { target: '/dev/nothing' }, { request: 0, event: 0 }],
    [
      'went through a template',
      anApi(restRoutes({ 'POST /pets': mapped }), { echo }),
      { method: 'POST', target: '/dev/pets', body: '{"a":1}' },
      { request: 7, event: '{"body":{"a":1}}'.length },
    ],
  ] as const)
    it(`says how long a request was that ${name}, its event and its reply`, async () => {
      const { was, kept } = await packed(api, request);

      assert.deepEqual(kept.sizes, { ...sizes, reply: was.reply.body.length });
    });

  it('rebuilds the event of a proxy only if its whole body is stored', async () => {
    const api = anApi(rest, { echo });
    const body = 'x'.repeat(RECORDED_BYTES + 1);

    const { was, kept } = await packed(api, { method: 'POST', target: '/dev/pets/7', body });

    assert.equal(kept.received.payload, was.received.payload?.slice(0, RECORDED_BYTES));
    assert.equal(kept.sizes.event, was.received.payload?.length);
  });

  it('rebuilds the event of a proxy also if its function may no longer be invoked', async () => {
    const api = anApi(
      { ...rest, Leave: aPermission({ FunctionName: 'echo' }) },
      { echo },
      { needsPermissions: true, ownFunctions: ['echo'] },
    );
    const was = await finish(api, { target: '/dev/pets/7', headers: HEADERS });
    const record = packRequest(was, new RecordArena());
    const { functionPolicies } = api.account;
    const [permission] = functionPolicies.permissions;
    assert.ok(functionPolicies.remove({ functionName: 'echo', qualifier: undefined }, permission?.id ?? ''));
    assert.equal((await api.send({ target: '/dev/pets/7' })).status, 500);

    assert.ok(was.received.payload);
    assert.equal(unpackRequest(record).received.payload, was.received.payload);
  });

  it('keeps headers that come again once, and charges each record for them', async () => {
    const api = anApi(rest, { echo });
    const [arena, last] = [new RecordArena(), { headers: [] as readonly string[], headerBytes: 0 }];
    const pack = async (...more: string[]) =>
      packRequest(
        await finish(api, { target: '/dev/pets/7', headers: [...HEADERS, ...more] }),
        arena,
        1,
        last,
      );

    const [first, again, other] = [await pack(), await pack(), await pack('X-New', 'one')];

    assert.deepEqual([first.headers, other.headers], [undefined, undefined]);
    assert.ok(
      again.place.bytes < first.place.bytes && again.bytes > again.place.bytes + HEADERS.join('').length,
    );
    assert.deepEqual(
      [first, again, other].map((one) => unpackRequest(one).received.headers.lines),
      [HEADERS, HEADERS, [...HEADERS, 'X-New', 'one']],
    );
  });

  it('keeps the size of bytes that cannot be decompressed, so that no part of them is sent', async () => {
    const members = Array.from({ length: 3_000 }, () => gzipSync(''));
    const body = Buffer.concat(members);

    const { kept } = await packed(anApi(rest, { echo }), {
      method: 'POST',
      target: '/dev/pets/7',
      headers: ['Content-Encoding', 'gzip'],
      body,
    });

    assert.deepEqual([kept.received.packed, kept.sizes.request], [undefined, body.length]);
  });

  // What is kept of the exchange is copied by every collection of the young generation, which cost a fifth of all
  // requests.
  it('keeps none of the objects from which the request was built', async () => {
    const api = anApi(httpRoutes(['POST /pets']), { echo });
    const arena = new RecordArena();
    const gone: WeakRef<object>[] = [];
    const slots = [];
    for (let count = 0; count < 20; count += 1) {
      const finished = await finish(api, { method: 'POST', target: '/pets', body: 'a body' });
      const { received, reply, trail } = finished;
      gone.push(
        ...[received, received.headers.lines, reply, reply.headers, trail].map((one) => new WeakRef(one)),
      );
      gone.push(
        ...[received.body, trail.notes].flatMap((one) => (one === undefined ? [] : new WeakRef(one))),
      );
      slots.push(packRequest(finished, arena));
    }
    api.ports.records = undefined;

    await collectGarbage();

    // The last one may still be on the stack.
    assert.deepEqual(gone.slice(0, -14).filter((one) => one.deref() !== undefined).length, 0);
    assert.equal(slots.length, 20);
  });
});
