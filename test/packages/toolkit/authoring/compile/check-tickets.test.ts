import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  checkTicketSources,
  checkTicketSubjects,
  ticketSourcesOf,
} from '../../../../../packages/toolkit/authoring/compile/check-tickets.ts';
import { readDocument } from '../../../../../packages/toolkit/authoring/document/read-access-document.ts';
import type { AccessDocument } from '../../../../../packages/toolkit/authoring/document/document.ts';
import { anInventory, compile, documentText } from '../../../../support/an-access-document.ts';

const OIDC = { id: 'main', type: 'oidc', issuer: 'https://issuer.example/', audience: ['api'] };
const TICKET = { id: 'once', type: 'ticket', from: ['shop', 'orders'] };
const CHAT = {
  issuers: [OIDC, TICKET],
  sources: [
    { in: 'query', name: 'ticket', issuers: ['once'] },
    { in: 'query', name: 'token', issuers: ['main'] },
  ],
  rules: [{ id: 'ws', effect: 'allow', connect: true }],
};
const compiled = (over: object) =>
  compile(documentText({ ...CHAT, ...over }), anInventory(['ANY $connect'], 'websocket'));

function readText(over: object): AccessDocument {
  const reading = readDocument(JSON.stringify(documentText(over)), 'access/chat.yml');
  return reading.kind === 'invalid' ? assert.fail(JSON.stringify(reading.problems)) : reading.document;
}

describe('rules of callers with a ticket', () => {
  for (const when of [
    { claims: [{ claim: 'tier', op: 'exists' }] },
    { mfa: true },
    { not: { mfa: true } },
    { any: [{ roles: { any: ['admin'] } }, { authAgeSeconds: 600 }] },
    { roles: { any: ['admin'] }, mfa: true },
  ])
    it(`may not test what a ticket does not carry: ${JSON.stringify(when)}`, () => {
      const compilation = compiled({
        rules: [...CHAT.rules, { id: 'r', effect: 'deny', connect: true, when }],
      });

      assert.ok(compilation.kind === 'invalid');
      assert.deepEqual(
        compilation.problems.map(({ message }) => message),
        ['rules[1].when: tests claims, but tickets of "once" do not carry them: use roles or scopes'],
      );
    });

  it('may test roles, scopes and addresses', () => {
    const when = { any: [{ roles: { any: ['admin'] } }, { not: { scopes: { any: ['write'] } } }] };
    const compilation = compiled({ rules: [{ ...CHAT.rules[0], when }] });

    assert.ok(compilation.kind === 'compiled', JSON.stringify(compilation));
    assert.deepEqual(compilation.warnings, []);
  });

  it('may test claims if the document has no tickets', () => {
    const over = { issuers: [OIDC], sources: CHAT.sources.slice(1) };

    assert.equal(compiled({ ...over, rules: [{ ...CHAT.rules[0], when: { mfa: true } }] }).kind, 'compiled');
  });

  it('lack the claims that are passed to the backend, which is a warning', () => {
    const compilation = compiled({ context: { tier: { claim: 'tier' } } });

    assert.ok(compilation.kind === 'compiled');
    assert.match(
      compilation.warnings.map(({ message }) => message).join(),
      /context: callers with a ticket of "once" do not have these claims/,
    );
  });
});

describe('documents that give tickets', () => {
  it('are named by the documents that accept the tickets', () => {
    assert.deepEqual(ticketSourcesOf(readText(CHAT)), ['shop', 'orders']);
    assert.deepEqual(ticketSourcesOf(readText({})), []);
  });

  it('are for REST and HTTP APIs, whose routes may not have been read yet', () => {
    const kinds = new Map([
      ['shop', 'rest'],
      ['orders', 'unread'],
    ] as const);
    assert.deepEqual(
      checkTicketSources(readText(CHAT), (name) => kinds.get(name as 'shop')),
      [],
    );
  });

  it('are there, and protect no WebSocket', () => {
    assert.deepEqual(
      checkTicketSources(readText(CHAT), (name) => (name === 'orders' ? 'websocket' : undefined)),
      [
        { path: ['issuers', 1, 'from', 0], message: 'there is no access document "shop"' },
        {
          path: ['issuers', 1, 'from', 1],
          message:
            '"orders" protects a WebSocket API, but tickets are given to callers of REST and HTTP APIs',
        },
      ],
    );
  });

  // Attack: a nickname that its user chooses becomes the subject of another one.
  it('take the subject of an issuer from the same claim', () => {
    const nickname = { issuers: [{ ...OIDC, claims: { principal: 'nickname' } }] };
    const foreign = {
      issuers: [{ ...OIDC, issuer: 'https://other.example/', claims: { principal: 'nickname' } }],
    };
    const documents = new Map([
      ['shop', readText(nickname)],
      ['orders', readText(foreign)],
    ]);

    assert.deepEqual(
      checkTicketSubjects(readText(CHAT), (name) => documents.get(name)),
      [
        {
          path: ['issuers', 1, 'from', 0],
          message:
            '"shop" takes the subject of https://issuer.example/ from nickname, but this document takes it from sub: use the same claims.principal',
        },
      ],
    );
    assert.deepEqual(
      checkTicketSubjects(readText(CHAT), () => undefined),
      [],
    );
  });
});
