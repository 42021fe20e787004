import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explain } from '../../cli/access-explain.ts';
import type { ExplainFlags } from '../../cli/access-explain.ts';
import { aDocument } from '../support/an-access-document.ts';

const TOKENS = { id: 'main', type: 'oidc', issuer: 'https://issuer.example/', audience: ['api'] };
const KEYS = { id: 'keys', type: 'apiKey', prefix: 'shop_live' };
const RULES = [
  {
    id: 'read',
    effect: 'allow',
    methods: ['GET'],
    paths: ['/users'],
    when: { issuers: ['keys'], scopes: { all: ['a'] } },
  },
  { id: 'own', effect: 'allow', methods: ['GET'], paths: ['/users/{id}'], bind: { id: { claim: 'owner' } } },
];
const documentWith = (issuers: readonly { readonly id: string }[]) =>
  aDocument({
    ...{ issuers, rules: RULES },
    sources: [
      { in: 'header', name: 'authorization', scheme: 'Bearer', issuers: issuers.map(({ id }) => id) },
    ],
  });
const flags = (over: Partial<ExplainFlags> = {}): ExplainFlags => ({
  role: [],
  scope: [],
  policy: false,
  json: false,
  ...over,
});

describe('explain of the holder of an API key', () => {
  it('goes by the scopes and claims that the key would have', () => {
    const document = documentWith([KEYS]);

    assert.match(explain(document, 'GET', '/users', flags({ scope: ['a'] })), /^ALLOW/);
    assert.match(explain(document, 'GET', '/users', flags()), /^DENY/);
    const asAda = flags({ claims: '{"owner":"ada"}' });
    assert.match(explain(document, 'GET', '/users/ada', asAda), /^ALLOW/);
    assert.match(explain(document, 'GET', '/users/bob', asAda), /^DENY/);
  });

  it('needs the name of the issuer where there are tokens too', () => {
    const document = documentWith([TOKENS, KEYS]);

    assert.match(explain(document, 'GET', '/users', flags({ scope: ['a'] })), /^DENY/);
    assert.match(explain(document, 'GET', '/users', flags({ scope: ['a'], issuer: 'keys' })), /^ALLOW/);
    assert.throws(() => explain(document, 'GET', '/users', flags({ issuer: 'other' })), {
      code: 'USAGE',
      message: /it has main \(https:\/\/issuer.example\/\), keys \(keys shop_live_…\)/,
    });
  });
});

describe('explain of the holder of a ticket', () => {
  const TICKETS = { id: 'tickets', type: 'ticket', from: ['shop'] };
  const socketWith = (issuers: readonly object[]) =>
    aDocument(
      {
        issuers,
        sources: [
          { in: 'query', name: 'x', issuers: issuers.map((issuer) => Reflect.get(issuer, 'id') as string) },
        ],
        rules: [{ id: 'staff', effect: 'allow', connect: true, when: { roles: { any: ['support'] } } }],
      },
      ['ANY $connect'],
      'websocket',
    );

  it('goes by the roles that the ticket would carry', () => {
    const document = socketWith([TICKETS]);

    assert.match(explain(document, undefined, undefined, flags({ role: ['admin'] })), /^ALLOW/);
    assert.match(explain(document, undefined, undefined, flags()), /^DENY/);
    assert.throws(() => explain(document, undefined, undefined, flags({ issuer: 'other' })), {
      message: /it has tickets \(tickets\)/,
    });
  });

  it('needs the name of the issuer where there are tokens too', () => {
    const both = socketWith([TOKENS, TICKETS]);
    const asTicket = flags({ issuer: 'tickets', claims: '{"sub":"ada","roles":["support"]}' });

    assert.match(explain(both, undefined, undefined, asTicket), /^DENY/, 'claims are not carried');
    assert.match(
      explain(both, undefined, undefined, flags({ claims: '{"roles":["support"]}', issuer: 'main' })),
      /^ALLOW/,
    );
  });
});
