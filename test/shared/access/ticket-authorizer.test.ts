/** Tickets through the whole authorizer of a WebSocket: sources, whose they are, what they come to. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createApiKeyReader } from '#shared/access/keys/api-key-store.ts';
import { createAuthorizer } from '#shared/access/authorize.ts';
import { UNOBSERVED } from '#shared/unobserved.ts';
import type { AuthorizeRequest } from '#shared/access/authorize.ts';
import { buildAccess } from '../../../packages/toolkit/authoring/compile/build-access.ts';
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import { readCredential } from '#shared/access/credential.ts';
import { issueTicket } from '#shared/access/tickets/issue-ticket.ts';
import { printProblem } from '../../../packages/toolkit/authoring/document/read-document.ts';
import { createRevocationReader } from '#shared/access/revocation/revocation-store.ts';
import { revocationKey } from '#shared/access/revocation/revocation.ts';
import { printInventory } from '../../../packages/toolkit/authoring/inventory/route-inventory.ts';
import { createTicketStore } from '#shared/access/tickets/ticket-store.ts';
import type { TicketCaller } from '#shared/access/tickets/ticket.ts';
import { parseRequestEvent } from '#shared/aws/authorizer-event.ts';
import type { ItemStore } from '#shared/ports.ts';
import { createMemoryTable } from '../../support/memory-table.ts';
import { STORE_DOWN } from '../../support/access-stores.ts';
import {
  aDocument,
  anAccess,
  anInventory,
  ARN,
  compile,
  documentText,
} from '../../support/an-access-document.ts';
import { NOON_SECONDS } from '../../support/api-key-table.ts';
import { REAL_RANDOM } from '../../support/real-quota-ports.ts';
import { aFetcher } from '../../support/signed-tokens.ts';

const MAIN = { id: 'main', type: 'oidc', issuer: 'https://issuer.example/', audience: ['api'] };
const TICKETS = { id: 'tickets', type: 'ticket', from: ['shop'] };
const QUERY = { in: 'query', name: 'ticket', issuers: ['tickets'] };
const SUBPROTOCOL = { in: 'subprotocol', marker: 'bearer', issuers: ['main', 'tickets'] };
const STAFF = { id: 'staff', effect: 'allow', connect: true, when: { roles: { any: ['support'] } } };

const CALLER: TicketCaller = {
  principalId: 'main|ada',
  subject: 'ada',
  issuer: 'https://issuer.example/',
  clientId: 'web',
  roles: ['support', 'unheard-of'],
  scopes: ['chat'],
  iat: NOON_SECONDS - 60,
  expiresAtEpochSeconds: NOON_SECONDS + 300,
};

const socket = (over: object = {}) => ({
  issuers: [MAIN, TICKETS],
  sources: [SUBPROTOCOL, QUERY],
  rules: [STAFF],
  ...over,
});
const aSocketDocument = (over: object = {}) => aDocument(socket(over), ['ANY $connect'], 'websocket');

/** An authorizer over a table, and a ticket for its document. */
async function aStage(document: CompiledDocument, caller: Partial<TicketCaller> = {}) {
  const clock = { nowEpochMs: () => NOON_SECONDS * 1000 };
  const store = createMemoryTable({ clock });
  const facts: object[] = [];
  const authorize = (from: ItemStore = store) =>
    createAuthorizer(
      anAccess(document),
      { stage: 'prod', localIssuerUrl: undefined },
      {
        clock,
        keySets: aFetcher(new Map()),
        tickets: createTicketStore(from),
        revocations: createRevocationReader(from),
        apiKeys: createApiKeyReader(from),
        observer: { ...UNOBSERVED, note: (noted) => void facts.push(noted) },
      },
    );
  const ticketFor = async (name = document.name): Promise<string> => {
    const wanted = { document: name, caller: { ...CALLER, ...caller }, ttlSeconds: 30 };
    const ports = { tickets: createTicketStore(store), clock, random: REAL_RANDOM };
    return (await issueTicket(ports, wanted)).ticket;
  };
  return { store, facts, authorize, ticketFor, ticket: await ticketFor() };
}

function connecting(over: object): AuthorizeRequest {
  const methodArn = `arn:aws:execute-api:${ARN.region}:${ARN.accountId}:${ARN.apiId}/prod/$connect`;
  const requestContext = { eventType: 'CONNECT' };
  const request = parseRequestEvent({ type: 'REQUEST', methodArn, requestContext, ...over });
  const { kind, arn, sourceIp } = request;
  return { kind, arn, sourceIp, readCredential: (sources) => readCredential(request, sources) };
}

const byQuery = (ticket: string) => connecting({ queryStringParameters: { ticket } });

const outcomeOf = async (
  authorize: ReturnType<typeof createAuthorizer>,
  request: AuthorizeRequest,
): Promise<string> => {
  const authorized = await authorize(request);
  return authorized.kind === 'known' ? authorized.decision.kind : authorized.reason;
};

describe('an authorizer for tickets', () => {
  it('accepts a ticket once, from the query or a subprotocol', async () => {
    const { authorize, ticketFor, facts } = await aStage(aSocketDocument());
    const ways = [
      byQuery(await ticketFor()),
      connecting({ headers: { 'Sec-WebSocket-Protocol': `bearer, ${await ticketFor()}` } }),
    ];
    for (const way of ways) {
      assert.equal(await outcomeOf(authorize(), way), 'allow');
      assert.equal(await outcomeOf(authorize(), way), 'TOKEN_REVOKED');
      // The code alone could mean that the credential was revoked.
      assert.partialDeepStrictEqual(facts.at(-1), { code: 'TOKEN_REVOKED', defect: 'ticket-used' });
    }
  });

  it('calls every foreign text a bad ticket', async () => {
    const { authorize, ticketFor } = await aStage(aSocketDocument());

    assert.equal(await outcomeOf(authorize(), byQuery(`wst_${'a'.repeat(43)}`)), 'TOKEN_UNKNOWN');
    assert.equal(await outcomeOf(authorize(), byQuery(await ticketFor('other'))), 'TOKEN_AUDIENCE_MISMATCH');
    assert.equal(await outcomeOf(authorize(), byQuery('eyJ')), 'TOKEN_MALFORMED');
    assert.equal(await outcomeOf(authorize(), connecting({})), 'TOKEN_MISSING');
  });

  it('accepts no ticket in a place where only tokens are allowed', async () => {
    const sources = [{ in: 'subprotocol', marker: 'bearer', issuers: ['main'] }, QUERY];
    const { authorize, ticket } = await aStage(aSocketDocument({ sources }));
    const request = connecting({ headers: { 'Sec-WebSocket-Protocol': `bearer, ${ticket}` } });

    assert.equal(await outcomeOf(authorize(), request), 'TOKEN_MALFORMED');
  });

  it('fails while the table is out of reach, and never calls the ticket bad', async () => {
    const { authorize, ticket } = await aStage(aSocketDocument());

    await assert.rejects(authorize(STORE_DOWN)(byQuery(ticket)), { code: 'STORE_UNAVAILABLE' });
  });

  it("decides by the WebSocket's own rules and roles, and passes on when the credential ends", async () => {
    const { authorize, ticket } = await aStage(aSocketDocument());
    const answer = await authorize()(byQuery(ticket));

    assert.partialDeepStrictEqual(answer, {
      result: {
        // A token of the same issuer would identify the same principal.
        principalId: 'main|ada',
        context: {
          sub: 'ada',
          iss: 'https://issuer.example/',
          clientId: 'web',
          exp: NOON_SECONDS + 300,
          // The scopes of the ticket, and those that the document gives the role.
          scope: 'chat orders:read',
        },
      },
    });
    const strict = { ...STAFF, when: { roles: { any: ['admin'] } } };
    const other = await aStage(aSocketDocument({ rules: [strict] }));
    assert.equal(await outcomeOf(other.authorize(), byQuery(await other.ticketFor())), 'deny');
  });

  it('never treats the subject of an issuer that it does not trust as one of its own', async () => {
    const { authorize, ticket } = await aStage(aSocketDocument(), { issuer: 'https://other.example/' });
    const answer = await authorize()(byQuery(ticket));

    assert.partialDeepStrictEqual(answer, { result: { principalId: 'tickets|main|ada' } });
  });

  it('identifies the holder of an API key, if the document itself accepts keys with that prefix', async () => {
    const keys = { id: 'keys', type: 'apiKey', prefix: 'shop_live' };
    const own = aSocketDocument({
      issuers: [MAIN, TICKETS, keys],
      sources: [SUBPROTOCOL, QUERY, { in: 'header', name: 'x-api-key', issuers: ['keys'] }],
    });
    for (const [issuer, principalId] of [
      ['shop_live', 'keys|ada'],
      ['shop_test', 'tickets|main|ada'],
    ] as const) {
      const { store, authorize, ticket } = await aStage(own, { issuer });
      const answer = await authorize(store)(byQuery(ticket));

      assert.partialDeepStrictEqual(answer, { result: { principalId } });
    }
  });

  for (const [kind, value] of [
    ['sub', 'ada'],
    ['client', 'web'],
    ['jti', 'token-1'],
  ] as const)
    it(`refuses a ticket whose token was revoked later by its ${kind}`, async () => {
      const document = aSocketDocument({ issuers: [{ ...MAIN, revocation: true }, TICKETS] });
      const { store, authorize, ticketFor } = await aStage(document, { jti: 'token-1' });
      assert.equal(await outcomeOf(authorize(), byQuery(await ticketFor())), 'allow');
      await store.update({
        purpose: 'revoke',
        key: revocationKey({ issuer: 'https://issuer.example/', kind, value }),
        when: [],
        change: { kind: 'put', item: { until: NOON_SECONDS } },
      });

      assert.equal(await outcomeOf(authorize(), byQuery(await ticketFor())), 'TOKEN_REVOKED');
    });

  it('does not start without the table that its documents need', () => {
    const ports = { keySets: aFetcher(new Map()), clock: { nowEpochMs: () => 0 } };
    const config = { stage: 'prod', localIssuerUrl: undefined };

    assert.throws(() => createAuthorizer(anAccess(aSocketDocument()), config, ports), {
      code: 'CONFIG_INVALID',
      message: 'GATEWRIGHT_ACCESS_TABLE is missing, but a document accepts tickets',
    });
    createAuthorizer(anAccess(aSocketDocument()), { ...config, stage: 'other' }, ports);
  });
});

describe('a document with tickets', () => {
  const rows = [
    {
      name: 'a REST API',
      over: { issuers: [MAIN, TICKETS], sources: [{ ...QUERY, in: 'header', name: 'x-ticket' }] },
      kind: 'rest' as const,
      expected: /issuers\[1\]\.type: ticket is for WebSocket APIs only; this API is of type REST/,
    },
    {
      name: 'a ticket in a header',
      over: socket({ sources: [{ in: 'header', name: 'x-ticket', issuers: ['main', 'tickets'] }] }),
      expected:
        /sources\[0\]\.issuers\[1\]: "tickets" issues tickets, which cannot be in a header: change "in" to query or subprotocol/,
    },
    {
      name: 'a ticket as certificate',
      over: socket({ sources: [SUBPROTOCOL, { in: 'clientCert', issuers: ['tickets'] }] }),
      expected: /"tickets" is not an issuer of certificates/,
    },
    {
      name: 'a life of more than 30 seconds',
      over: socket({ issuers: [MAIN, { ...TICKETS, ttlSeconds: 31 }] }),
      expected: /issuers\[1\]\.ttlSeconds: must be a whole number from 5 to 30, not 31/,
    },
    {
      name: 'a rule that asks for a claim, which a deny would miss',
      over: socket({
        rules: [STAFF, { id: 'x', effect: 'deny', connect: true, when: { not: { mfa: true } } }],
      }),
      expected: /rules\[1\]\.when: tests claims, but tickets of "tickets" do not carry/,
    },
  ];
  for (const { name, over, kind = 'websocket', expected } of rows)
    it(`is refused for ${name}`, () => {
      const compilation = compile(documentText(over), anInventory(['ANY $connect'], kind));
      const messages = compilation.kind === 'invalid' ? compilation.problems.map(printProblem) : [];
      assert.match(messages.join('\n'), expected);
    });

  const build = (from: string, given: object = {}) => {
    const file = (name: string, over: object, routes: readonly string[], kind: 'http' | 'websocket') => ({
      name,
      file: `access/${name}.yml`,
      text: JSON.stringify(documentText(over)),
      inventory: printInventory(anInventory(routes, kind)),
    });
    const api = { prod: { apiId: 'socket0000', stage: 'prod' } };
    const issuers = [MAIN, { ...TICKETS, from: [from] }];
    return buildAccess([
      file('shop', given, ['GET /users'], 'http'),
      file('tracking', socket({ api, issuers }), ['ANY $connect'], 'websocket'),
    ]);
  };

  it('allows only the APIs of its callers to issue tickets', () => {
    const { compiled, problems } = build('shop');

    assert.deepEqual(problems, []);
    assert.deepEqual(
      compiled.documents.map(({ name, givesTickets }) => [name, givesTickets]),
      [
        ['shop', true],
        ['tracking', undefined],
      ],
    );
    assert.deepEqual(compiled.documents[1]?.tickets, [{ id: 'tickets', from: ['shop'], ttlSeconds: 30 }]);
  });

  it('names documents that are there, of ordinary APIs', () => {
    assert.match(build('shops').problems.map(printProblem).join(), /there is no access document "shops"/);
    assert.match(build('tracking').problems.map(printProblem).join(), /"tracking" protects a WebSocket/);
  });

  // Ada calls herself "7" in the shop, where people choose their names; 7 is somebody's sub.
  it('names documents that take the subject of a common issuer from the same claim', () => {
    const named = { issuers: [{ ...MAIN, claims: { principal: 'nickname' } }] };
    const other = {
      issuers: [{ ...MAIN, issuer: 'https://other.example/', claims: { principal: 'nickname' } }],
    };

    assert.match(
      build('shop', named).problems.map(printProblem).join(),
      /issuers\[1\]\.from\[0\]: "shop" takes the subject of https:\/\/issuer\.example\/ from nickname, but this document takes it from sub/,
    );
    assert.deepEqual(build('shop', other).problems, []);
    assert.deepEqual(
      build('shop', {
        issuers: [{ ...MAIN, id: 'primary' }],
        sources: [{ in: 'header', name: 'Authorization', scheme: 'Bearer', issuers: ['primary'] }],
      }).problems,
      [],
    );
  });

  it('refuses a claim under a name that the authorizer sets', () => {
    const { problems } = build('shop', { context: { ticketCaller: { claim: 'x' } } });

    assert.match(problems.map(printProblem).join(), /context\.ticketCaller: the name must be/);
  });
});
