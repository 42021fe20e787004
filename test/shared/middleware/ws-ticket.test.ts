import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { backendContext } from '#shared/access/backend-context.ts';
import { createTicketStore } from '#shared/access/tickets/ticket-store.ts';
import { parseTicket } from '#shared/access/tickets/ticket.ts';
import { createTicketDesk } from '#shared/middleware/ws-ticket.ts';
import { createMemoryTable } from '../../support/memory-table.ts';
import { STORE_DOWN } from '../../support/access-stores.ts';
import { aDocument, anAccess, aPrincipal } from '../../support/an-access-document.ts';
import { NOON_SECONDS } from '../../support/api-key-table.ts';
import { REAL_RANDOM } from '../../support/real-quota-ports.ts';

const MAIN = { id: 'main', type: 'oidc', issuer: 'https://issuer.example/', audience: ['api'] };
const shop = {
  ...aDocument(),
  name: 'shop',
  givesTickets: true as const,
  apis: [{ for: 'prod', apiId: 'shop000000', stage: 'v1' }],
};
const aSocket = (name: string, over: object = {}) => ({
  ...aDocument(
    {
      issuers: [MAIN, { id: 'tickets', type: 'ticket', from: ['shop'], ...over }],
      sources: [
        { in: 'subprotocol', marker: 'bearer', issuers: ['main'] },
        { in: 'query', name: 'ticket', issuers: ['tickets'] },
      ],
      rules: [{ id: 'all', effect: 'allow', connect: true }],
    },
    ['ANY $connect'],
    'websocket',
  ),
  name,
  apis: [{ for: 'prod', apiId: `${name}0000`, stage: 'v1' }],
});

const ADA = aPrincipal({
  subject: 'ada',
  clientId: 'web',
  roles: new Set(['support']),
  scopes: new Set(['chat']),
  claims: { iat: NOON_SECONDS - 5, jti: 't-1' },
  expiresAtEpochSeconds: NOON_SECONDS + 300,
});
/** The context that the authorizer of `shop` returns. */
const CONTEXT = backendContext(shop, ADA);

const inTexts = (context: object) =>
  Object.fromEntries(Object.entries(context).map(([name, value]) => [name, String(value)]));

/** The authorizer context as each kind of API passes it on. */
const AUTHORIZERS: Readonly<Record<string, object>> = {
  'a REST API': { principalId: 'main|ada', integrationLatency: 3, ...inTexts(CONTEXT) },
  'an HTTP API with payload 1.0': { principalId: 'main|ada', ...CONTEXT },
  'an HTTP API with payload 2.0': { lambda: CONTEXT },
};

const anEvent = (over: object = {}, body?: unknown) => ({
  requestContext: {
    apiId: 'shop000000',
    stage: 'v1',
    authorizer: { lambda: CONTEXT },
    ...over,
  },
  ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
});

function aDesk(sockets = [aSocket('chat')], store = createMemoryTable({ clock: { nowEpochMs: () => 0 } })) {
  const tickets = createTicketStore(store);
  const desk = createTicketDesk(anAccess(shop, ...sockets), 'prod', {
    tickets,
    random: REAL_RANDOM,
    clock: { nowEpochMs: () => NOON_SECONDS * 1000 },
  });
  const ask = async (event: unknown) => {
    const { statusCode, headers, body = '' } = await desk(event);
    return { status: statusCode, headers, body: JSON.parse(body) as Record<string, unknown> };
  };
  return { ask, tickets };
}

describe('createTicketDesk', () => {
  for (const [name, authorizer] of Object.entries(AUTHORIZERS))
    it(`gives a ticket to callers that the authorizer of ${name} recognised`, async () => {
      const { ask, tickets } = aDesk();
      const { status, headers, body } = await ask(anEvent({ authorizer }));

      assert.deepEqual([status, body['expiresInSeconds'], body['for']], [200, 30, 'chat']);
      assert.equal(headers?.['cache-control'], 'no-store');
      const at = { document: 'chat', nowEpochSeconds: NOON_SECONDS };
      assert.deepEqual(await tickets.take(parseTicket(String(body['ticket'])) ?? '', at), {
        kind: 'taken',
        caller: {
          principalId: 'main|ada',
          subject: 'ada',
          issuer: 'https://issuer.example/',
          clientId: 'web',
          roles: ['support'],
          scopes: ['chat'],
          iat: NOON_SECONDS - 5,
          jti: 't-1',
          expiresAtEpochSeconds: NOON_SECONDS + 300,
        },
      });
    });

  it('takes nothing about the caller from headers or body', async () => {
    const { ask, tickets } = aDesk();
    const caller = '{"principalId":"main|root","roles":["admin"],"scopes":[]}';
    const event = {
      ...anEvent({}, { for: 'chat', ticketCaller: caller, sub: 'root', roles: ['admin'] }),
      headers: { ticketCaller: caller, sub: 'root' },
      queryStringParameters: { ticketCaller: caller },
    };
    const { body } = await ask(event);
    const at = { document: 'chat', nowEpochSeconds: NOON_SECONDS };

    assert.partialDeepStrictEqual(await tickets.take(parseTicket(String(body['ticket'])) ?? '', at), {
      caller: { subject: 'ada', principalId: 'main|ada', roles: ['support'] },
    });
  });

  it('asks which WebSocket API is meant if several accept its tickets', async () => {
    const { ask } = aDesk([aSocket('chat'), aSocket('live', { ttlSeconds: 10 })]);

    assert.partialDeepStrictEqual((await ask(anEvent({}, { for: 'live' }))).body, {
      for: 'live',
      expiresInSeconds: 10,
    });
    for (const body of [undefined, {}, { for: 'other' }, { for: 1 }, 'x', 'x'.repeat(2000)]) {
      const { status, body: problem } = await ask(anEvent({}, body));
      assert.equal(status, 400);
      assert.equal(problem['detail'], 'the JSON body must name one of chat, live as "for"');
    }
  });

  it('treats a body without options as empty, and refuses unknown values', async () => {
    const { ask } = aDesk();
    for (const body of ['null', '"chat"', '7', '[]', '{}', '{"of":"chat"}'])
      assert.equal((await ask(anEvent({}, body))).status, 200, body);
    for (const body of [
      '{"for":""}',
      '{"for":"mutant"}',
      '{"for":null}',
      '{"for":["chat"]}',
      'x'.repeat(2000),
    ])
      assert.equal((await ask(anEvent({}, body))).status, 400, body);
  });

  it('issues none to a caller whose cached result has outlived the credential', async () => {
    const { ask } = aDesk();
    const authorizer = { lambda: { ...CONTEXT, exp: NOON_SECONDS } };

    assert.equal((await ask(anEvent({ authorizer }))).status, 401);
  });

  const failures = [
    { name: 'a route without authorizer', over: { authorizer: undefined }, code: 'CONFIG_INVALID' },
    {
      name: 'an authorizer that is not ours',
      over: { authorizer: { jwt: { claims: { sub: 'ada' } } } },
      code: 'CONFIG_INVALID',
    },
    {
      name: 'a caller with more rights than a context can hold',
      over: { authorizer: { lambda: { ...CONTEXT, ticketCaller: undefined } } },
      code: 'CONFIG_INVALID',
    },
    {
      name: 'an authorizer that names no issuer',
      over: { authorizer: { lambda: { ...CONTEXT, iss: undefined } } },
      code: 'CONFIG_INVALID',
    },
    { name: 'an API that no document protects', over: { apiId: 'other00000' }, code: 'API_UNKNOWN' },
    { name: 'another stage', over: { stage: 'v2' }, code: 'API_UNKNOWN' },
    {
      name: 'an API whose callers get no tickets',
      over: { apiId: 'chat0000' },
      code: 'CONFIG_INVALID',
    },
  ];
  for (const { name, over, code } of failures)
    it(`fails for ${name}`, async () => {
      await assert.rejects(aDesk().ask(anEvent(over)), { code });
    });

  it('fails while the table is out of reach', async () => {
    await assert.rejects(aDesk([aSocket('chat')], STORE_DOWN).ask(anEvent()), { code: 'STORE_UNAVAILABLE' });
  });

  it('gets callers only from APIs that give tickets', () => {
    assert.equal('ticketCaller' in backendContext(aDocument(), ADA), false);
    const many = { ...ADA, scopes: new Set(Array.from({ length: 200 }, (_, index) => `scope-${index}`)) };
    assert.equal('ticketCaller' in backendContext(shop, many), false);
  });
});
