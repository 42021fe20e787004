import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printApiKey } from '#shared/access/keys/api-key.ts';
import {
  explain as explainAll,
  explainWithLedger,
  refuseSecondCaller,
} from '../../../../../../packages/toolkit/stack/access/commands/access-explain.ts';
import type { ExplainFlags } from '../../../../../../packages/toolkit/stack/access/commands/access-explain.ts';
import { toHeldKey } from '../../../../../../packages/toolkit/stack/access/commands/held-key.ts';
import { aDocument } from '../../../../../support/an-access-document.ts';
import { beside, givesEachTestAHome, json } from '../../../terminal/beside-a-gateway.ts';

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
    issuers,
    rules: RULES,
    sources: [
      { in: 'header', name: 'authorization', scheme: 'Bearer', issuers: issuers.map(({ id }) => id) },
    ],
  });
const flags = (over: Partial<ExplainFlags> = {}): ExplainFlags => ({
  role: [],
  scope: [],
  policy: false,
  ...over,
});
const explain = (...asked: Parameters<typeof explainAll>): string => explainAll(...asked).text;

describe('explain of the holder of an API key', () => {
  it('goes by the scopes and claims that the key would have', () => {
    const document = documentWith([KEYS]);

    assert.match(explain(document, 'GET', '/users', flags({ scope: ['a'] })), /^ALLOW/);
    assert.match(explain(document, 'GET', '/users', flags()), /^DENY/);
    const asAda = flags({ claims: '{"owner":"ada"}' });
    assert.match(explain(document, 'GET', '/users/ada', asAda), /^ALLOW/);
    assert.match(explain(document, 'GET', '/users/bob', asAda), /^DENY/);
  });

  it('needs the name of the issuer if there are tokens too', () => {
    const document = documentWith([TOKENS, KEYS]);

    assert.match(explain(document, 'GET', '/users', flags({ scope: ['a'] })), /^DENY/);
    assert.match(explain(document, 'GET', '/users', flags({ scope: ['a'], issuer: 'keys' })), /^ALLOW/);
    assert.throws(() => explain(document, 'GET', '/users', flags({ issuer: 'other' })), {
      code: 'USAGE',
      message: /it trusts main \(https:\/\/issuer.example\/\), keys \(keys shop_live_…\)/,
    });
  });
});

describe('explain of a caller without a claim that rules look at', () => {
  it('names the claim, but not the claims of other routes', () => {
    const listed = {
      id: 'listed',
      effect: 'allow',
      methods: ['GET'],
      paths: ['/users'],
      when: { claims: [{ claim: 'email', op: 'exists' }] },
    };
    const document = aDocument({ issuers: [TOKENS], rules: [listed, RULES[1]] });
    const asked = (claims: string) => explain(document, 'GET', '/users', flags({ claims }));

    assert.match(asked('{}'), /^DENY[^]*caller .*missing claims: email$/m);
    assert.doesNotMatch(asked('{"email":"ada@x.example"}'), /missing/);
    assert.match(explain(document, 'GET', '/users/ada', flags({ claims: '{}' })), /missing claims: owner$/m);
  });
});

describe('explain of a caller who is charged', () => {
  const open = { id: 'all', effect: 'allow', methods: ['GET'], paths: ['/users'] };
  const quota = {
    plan: { claim: 'plan' },
    tenant: { claim: 'tenant' },
    routes: ['GET /users'],
    when: { issuers: ['keys'] },
  };
  const document = aDocument({
    issuers: [TOKENS, KEYS],
    rules: [open],
    quota,
    sources: [{ in: 'header', name: 'authorization', scheme: 'Bearer', issuers: ['main', 'keys'] }],
  });
  const asKey = (claims: object) => flags({ issuer: 'keys', claims: JSON.stringify(claims) });
  const explained = (claims: object) => explain(document, 'GET', '/users', asKey(claims));

  it('says what is charged, and that other requests are not', () => {
    assert.match(
      explained({ plan: 'gold', tenant: 'acme' }),
      /^quota {2}charged: plan gold, tenant acme, key /m,
    );
    const user = explain(document, 'GET', '/users', flags({ issuer: 'main' }));
    assert.match(user, /^quota {2}not charged: main is not in quota\.when\.issuers$/m);
  });

  // The rules allow and the authorizer denies: the rules alone do not show it.
  it('says which claim is missing if the rules admit the caller but the quota cannot be charged', () => {
    assert.match(
      explained({ tenant: 'acme' }),
      /^quota {2}charged: no claim plan, so the authorizer returns 403/m,
    );
    assert.match(
      explained({ tenant: 'acme' }),
      /^DENY {2}GET \/users {2}the rule all allows the request, but the request cannot be charged: no claim plan\n/,
    );
    const [answer] = explainAll(document, 'GET', '/users', asKey({ tenant: 'acme' })).answers;
    assert.equal((answer as { isDeniedUncharged: boolean }).isDeniedUncharged, true);
  });
});

describe('explain of an API key', () => {
  const key = toHeldKey({
    keyId: '0123456789abcdef',
    prefix: 'shop_live',
    tenant: 'acme',
    plan: 'gold',
    state: 'active',
    roles: ['admin'],
    scopes: ['a'],
    metadata: { owner: 'x', team: 'blue' },
    owner: 'ada',
    name: 'ours',
  });
  const document = documentWith([TOKENS, KEYS]);

  it('goes by roles, scopes, tenant, plan and owner of the key, and says them', () => {
    const explained = explain(document, 'GET', '/users', flags({ held: key }));

    assert.match(explained, /^ALLOW {2}GET \/users {2}by rule read\n/);
    assert.match(
      explained,
      /\ncaller sub=0123456789abcdef {2}issuer: keys {2}tenant: acme {2}plan: gold {2}roles: admin, support \(of the key\) {2}scopes: .*a.* \(of the key\)/,
    );
    assert.match(explain(document, 'GET', '/users/ada', flags({ held: key })), /^ALLOW/);
    assert.match(explain(document, 'GET', '/users/bob', flags({ held: key })), /^DENY/);
  });

  it('uses the texts in its metadata as claims, and has none if there is no metadata', () => {
    const bound = aDocument({
      issuers: [KEYS],
      sources: [{ in: 'header', name: 'authorization', scheme: 'Bearer', issuers: ['keys'] }],
      rules: [{ ...RULES[1], bind: { id: { claim: 'team' } } }],
    });
    const heldWith = (metadata: unknown) => flags({ held: toHeldKey({ ...key, metadata }) });

    assert.match(explain(bound, 'GET', '/users/blue', heldWith({ team: 'blue' })), /^ALLOW/);
    for (const metadata of [{ team: 1 }, { team: 'red' }, null, undefined, 'blue'])
      assert.match(
        explain(bound, 'GET', '/users/blue', heldWith(metadata)),
        /^DENY/,
        JSON.stringify(metadata),
      );
    assert.throws(() => toHeldKey({ ...key, scopes: 'a' }), {
      code: 'USAGE',
      message: /did not return a key$/,
    });
  });

  it('says that an expired key is refused before any rule', () => {
    const revoked = explain(document, 'GET', '/users', flags({ held: { ...key, state: 'revoked' } }));

    assert.match(revoked, /however, the credential is refused before any rule applies: the key is revoked$/);
  });

  it('lists the keys that the document accepts if this one is not among them', () => {
    const other = { ...key, prefix: 'other_live' };

    assert.throws(() => explain(document, 'GET', '/users', flags({ held: other })), {
      code: 'USAGE',
      message: /does not accept keys other_live_…; it accepts .*keys shop_live_…/,
    });
  });
});

describe('explain of a text that is no token', () => {
  const key = printApiKey({ prefix: 'shop_live', keyId: '0123456789abcdef' }, 'f'.repeat(64));

  for (const [given, says] of [
    [{ token: 'text' }, /^--token is not a JWT$/],
    [{ token: 'text', tokenFile: 'caller.txt' }, /^--token-file: caller\.txt is not a JWT$/],
    [{ token: key }, /^--token is an API key, not a JWT$/],
  ] as const)
    it(`names the option and the reason: ${says.source}`, () => {
      assert.throws(() => explain(documentWith([TOKENS, KEYS]), 'GET', '/users', flags(given)), {
        code: 'USAGE',
        message: says,
      });
    });
});

describe('explain of two callers', () => {
  for (const [given, named] of [
    [{ token: 'a.b.c', tokenFile: 'f' }, '--token and --token-file'],
    [{ token: 'a.b.c', claims: '{}' }, '--token and --claims'],
    [{ key: 'k', claims: '{}' }, '--key and --claims'],
    [{ tokenFile: 'f', key: 'k', claims: '{}' }, '--token-file, --key and --claims'],
  ] as const)
    it(`is refused, because only one of them would count: ${named}`, () => {
      assert.throws(() => refuseSecondCaller(given), {
        code: 'USAGE',
        message: `${named} each describe the caller: pass only one of them`,
      });
    });

  it('does not refuse one of them', () => {
    for (const given of [{}, { token: 't' }, { tokenFile: 'f' }, { key: 'k' }, { claims: '{}' }])
      refuseSecondCaller(given);
  });
});

// The commonest refusal is a claim of another name than the document looks in.
describe('explain of a refusal', () => {
  it('names the caller as seen, and the sources of that', () => {
    const issuers = [{ ...TOKENS, claims: { roles: ['cognito:groups'] } }, KEYS];
    const of = (claims: object) =>
      explain(
        documentWith(issuers),
        'GET',
        '/users',
        flags({ issuer: 'main', claims: JSON.stringify({ sub: 'ada', ...claims }) }),
      );

    assert.match(
      of({ roles: ['admin'], scope: 'a b' }),
      /\ncaller sub=ada {2}issuer: main {2}roles: none \(looked in cognito:groups\) {2}scopes: a, b \(looked in scope/,
    );
    assert.match(of({ 'cognito:groups': ['admin'] }), /roles: admin, support \(looked in cognito:groups\)/);
  });
});

// docs/design/authorizers §J18: the commonest mistake.
describe('explain of a token whose issuer lacks its slash', () => {
  it('says that only the slash is missing', () => {
    const token = `e30.${Buffer.from('{"iss":"https://issuer.example","sub":"a"}').toString('base64url')}.x`;

    assert.throws(() => explain(documentWith([TOKENS, KEYS]), 'GET', '/users', flags({ token })), {
      code: 'USAGE',
      message:
        /the token has iss "https:\/\/issuer\.example", but the document has "https:\/\/issuer\.example\/": they must match exactly/,
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
      message: /it trusts tickets \(tickets\)/,
    });
  });

  it('needs the name of the issuer if there are tokens too', () => {
    const both = socketWith([TOKENS, TICKETS]);
    const asTicket = flags({ issuer: 'tickets', claims: '{"sub":"ada","roles":["support"]}' });

    assert.match(explain(both, undefined, undefined, asTicket), /^DENY/, 'claims are not carried');
    assert.match(
      explain(both, undefined, undefined, flags({ claims: '{"roles":["support"]}', issuer: 'main' })),
      /^ALLOW/,
    );
  });
});

describe('explain of what no rule decides', () => {
  const document = aDocument(
    { rules: [{ id: 'all', effect: 'allow', methods: ['GET'], paths: ['/users'] }] },
    ['GET /users', 'open GET /health'],
  );

  it('says that a route without an authorizer is open, as the matrix does', () => {
    assert.match(
      explain(document, 'GET', '/health', flags()),
      /^OPEN {2}GET \/health {2}the route has no authorizer, so rules do not apply\ncaller .*\nroute {2}GET \/health$/,
    );
    assert.match(
      explain(document, undefined, undefined, flags()),
      /^GET \/health +OPEN +the route has no author/m,
    );
    const route = { method: 'GET', path: '/health', isOpen: true };
    assert.deepEqual(JSON.parse(JSON.stringify(explainAll(document, 'GET', '/health', flags()).answers)), [
      { kind: 'open', rules: [], route },
    ]);
  });

  it('refuses an invalid address', () => {
    assert.throws(() => explain(document, 'GET', '/users', flags({ ip: '300.1.1.1' })), {
      code: 'USAGE',
      message: /--ip "300\.1\.1\.1" is not an IP address; write it as 203\.0\.113\.7/,
    });
  });

  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const tokenWith = (claims: object) =>
    [
      part({ alg: 'RS256', kid: 'k' }),
      part({
        iss: 'https://issuer.example/',
        sub: 'a',
        aud: 'api',
        exp: Math.floor(Date.now() / 1000) + 600,
        ...claims,
      }),
      'eA',
    ].join('.');
  for (const [claims, expected] of [
    [{}, undefined],
    [{ exp: 1 }, 'the token has expired'],
    [{ aud: 'other' }, 'the token is meant for another audience'],
    [{ exp: undefined }, `the token's claim "exp" is missing or not valid`],
  ] as const)
    it(`says about a token with ${JSON.stringify(claims)} ${expected ?? 'what the rules say, and no more'}`, () => {
      const token = `Bearer ${tokenWith(claims)}`;
      const words = `\nhowever, the credential is refused before any rule applies: ${expected ?? ''}`;
      const answer = explain(document, 'GET', '/users', flags({ token }));
      const [json] = explainAll(document, 'GET', '/users', flags({ token })).answers;

      assert.match(answer, /^ALLOW {2}GET \/users/);
      assert.equal(answer.endsWith(words), expected !== undefined, answer);
      assert.equal((json as { readonly refusal?: string }).refusal, expected);
    });
});

describe('explain of a route with an MCP server', () => {
  const document = aDocument(
    {
      issuers: [TOKENS],
      sources: [{ in: 'header', name: 'authorization', scheme: 'Bearer', issuers: ['main'] }],
      rules: [{ id: 'all', effect: 'allow', methods: ['*'], paths: ['/**'] }],
      mcp: {
        path: '/mcp',
        rules: [
          { id: 'read', effect: 'allow', tools: ['list_*'], resources: ['docs://**'] },
          { id: 'refund', effect: 'allow', tools: ['refund'], when: { scopes: { all: ['orders:write'] } } },
          { id: 'never', effect: 'deny', tools: ['list_secrets'] },
        ],
      },
    },
    ['POST /mcp', 'GET /users'],
  );

  it('lists what the caller may use, and what a scope would add', () => {
    const text = explain(document, 'POST', '/mcp', flags());
    assert.match(text, /^mcp {4}may use tools list_\*, resources docs:\/\/\*\*$/m);
    assert.match(text, /^mcp {4}may never use tools list_secrets$/m);
    assert.match(text, /^mcp {4}with the scopes orders:write, may also use tools refund$/m);
    assert.match(
      explain(document, 'POST', '/mcp', flags({ scope: ['orders:write'] })),
      /^mcp {4}may use tools list_\* refund, resources docs:\/\/\*\*$/m,
    );
  });

  it('says nothing about tools at another route', () => {
    assert.doesNotMatch(explain(document, 'GET', '/users', flags()), /^mcp/m);
  });
});

describe('explain of a token', () => {
  givesEachTestAHome();

  // The walk of a user: after `clock +5d` the API admitted a token which explain said was not valid yet.
  it('goes by the clock of the local gateway, which judges the token', async () => {
    const validFrom = Date.UTC(2099, 0, 5) / 1000;
    const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
    const claims = { iss: TOKENS.issuer, aud: 'api', sub: 'ada', iat: validFrom, exp: validFrom + 600 };
    const token = `${encode({ alg: 'RS256', kid: 'k' })}.${encode(claims)}.${encode({})}`;
    const askAt = async (nowEpochMs: number): Promise<string> => {
      const { result } = await beside(json({ nowEpochMs, apis: [] }), () =>
        explainWithLedger(documentWith([TOKENS, KEYS]), 'GET', '/users', flags({ token })),
      );
      return result.text;
    };

    assert.doesNotMatch(await askAt((validFrom + 1) * 1000), /the credential is refused/);
    assert.match(
      await askAt((validFrom + 700) * 1000),
      /the credential is refused .*the token has expired$/m,
    );
  });
});
