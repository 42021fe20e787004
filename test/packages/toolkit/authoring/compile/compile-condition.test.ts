import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aDocument, anInventory, compile, documentText } from '../../../../support/an-access-document.ts';

const rule = (over: object) => ({ id: 'r', effect: 'allow', methods: ['GET'], paths: ['/orders'], ...over });

function problemsOf(over: object): readonly string[] {
  const compilation = compile(documentText(over), anInventory(['GET /orders']));
  return compilation.kind === 'invalid' ? compilation.problems.map(({ message }) => message) : [];
}

function warningsOf(over: object): readonly string[] {
  const compilation = compile(documentText(over), anInventory(['GET /orders']));
  return compilation.kind === 'compiled' ? compilation.warnings.map(({ message }) => message) : assert.fail();
}

describe('compileCondition', () => {
  const [mfa, read] = [{ is: 'mfa' }, { is: 'scope', name: 'read' }];
  const claim = (over: object) => ({ is: 'claim', claim: ['tier'], ...over });
  const rows: readonly (readonly [when: object, compiled: object])[] = [
    [{ mfa: true }, mfa],
    [
      { mfa: true, scopes: { any: ['read'] } },
      { is: 'all', of: [read, mfa] },
    ],
    [{ all: [{ mfa: true }, { scopes: { all: ['read'] } }] }, { is: 'all', of: [mfa, read] }],
    [{ any: [{ mfa: true }, { scopes: { all: ['read'] } }] }, { is: 'any', of: [mfa, read] }],
    [{ any: [{ mfa: true }] }, mfa],
    [{ not: { mfa: true } }, { is: 'not', of: mfa }],
    [{ issuers: ['main'] }, { is: 'issuer', name: 'main' }],
    [
      { roles: { all: ['support', 'admin'], any: ['admin'] } },
      {
        is: 'all',
        of: [
          { is: 'all', of: ['support', 'admin'].map((name) => ({ is: 'role', name })) },
          { is: 'role', name: 'admin' },
        ],
      },
    ],
    [{ clients: ['web', 'app'] }, { is: 'any', of: ['web', 'app'].map((name) => ({ is: 'client', name })) }],
    [{ claims: [{ claim: 'tier', op: 'exists' }] }, claim({ op: 'exists', values: [] })],
    [{ claims: [{ claim: 'tier', op: 'equals', value: 'a' }] }, claim({ op: 'equals', values: ['a'] })],
    [{ claims: [{ claim: 'tier', op: 'in', value: ['a', 'b'] }] }, claim({ op: 'in', values: ['a', 'b'] })],
  ];
  for (const [when, compiled] of rows)
    it(`keeps every part of ${JSON.stringify(when)}`, () => {
      assert.deepEqual(aDocument({ rules: [rule({ when })] }, ['GET /orders']).rules[0]?.when, compiled);
    });

  // Every further list doubles the policy.
  it('accepts four lists of addresses, the same one any number of times, and no fifth', () => {
    const office = (place: number) => ({ sourceIp: { cidr: [`203.0.113.${place}`] } });
    const withLists = (count: number) => {
      const places = Array.from({ length: count }, (_, place) => office(place));
      const rules = [rule({ when: { any: places } }), rule({ id: 'again', when: office(0) })];
      return problemsOf({ rules }).join();
    };

    assert.equal(withLists(4), '');
    assert.match(withLists(5), /rules: have 5 different lists of addresses; at most 4 fit into one policy/);
  });

  // docs/design/authorizers §3.2, 3: a fact that changes with time may not be kept beyond what the rule says.
  it('counts the time for which results are cached as a part of the allowed age of a sign-in', () => {
    const agesOf = (over: object, kind: 'rest' | 'websocket' = 'rest') => {
      const { rules } = aDocument(over, kind === 'rest' ? ['GET /orders'] : ['ANY $connect'], kind);
      return JSON.stringify(rules)
        .match(/(?<="maxSeconds":)\d+/g)
        ?.map(Number);
    };
    const when = { authAgeSeconds: 300 };
    const allow = [rule({ when })];
    const deny = (condition: object) => [rule({}), rule({ id: 'deny', effect: 'deny', when: condition })];

    assert.deepEqual(agesOf({ rules: allow }), [240]);
    assert.deepEqual(agesOf({ rules: allow, result: { cacheTtlSeconds: 0 } }), [300]);
    assert.deepEqual(agesOf({ rules: deny({ not: when }) }), [240]);
    assert.deepEqual(agesOf({ rules: deny({ any: [when] }) }), [300], 'a kept denial is on the safe side');
    assert.deepEqual(agesOf({ rules: [rule({ when: { not: { not: when } } })] }), [240]);
    const connect = [{ id: 'ws', effect: 'allow', connect: true, when }];
    assert.deepEqual(agesOf({ rules: connect }, 'websocket'), [300], 'answers to $connect are not kept');
    assert.match(
      problemsOf({ rules: [rule({ when: { all: [{ authAgeSeconds: 60 }] } })] }).join(),
      /when\.all\[0\]\.authAgeSeconds: must be more than the 60 s for which results are cached/,
    );
  });

  it('warns of a deny rule that denies callers without its claim, unless it asks whether the claim exists', () => {
    const low = { claim: ['tier', 'level'], op: 'lte', value: 3 };
    const exists = { claim: ['tier', 'level'], op: 'exists' };
    const warned = (effect: string, when: object) =>
      warningsOf({ rules: [rule({}), rule({ id: 'no', effect, when })] }).filter((text) =>
        text.includes('without the claim'),
      );

    assert.match(
      warned('deny', { claims: [low] }).join(),
      /rules\[1\]\.when: also denies every token without the claim tier\.level; if it should not, add \{ claim: tier\.level, op: exists \}/,
    );
    assert.equal(warned('deny', { any: [{ mfa: true }, { not: { not: { claims: [low] } } }] }).length, 1);
    assert.deepEqual(warned('deny', { claims: [exists, low] }), []);
    assert.deepEqual(warned('deny', { not: { claims: [low] } }), []);
    assert.deepEqual(warned('allow', { claims: [low] }), []);
  });

  // AWS::Cognito::UserPool SchemaAttribute: "A custom attribute value in your user's ID token is always a string".
  for (const [test, isFound] of [
    [{ claim: 'custom:verified', op: 'equals', value: false }, true],
    [{ claim: 'custom:level', op: 'gte', value: 2 }, true],
    [{ claim: 'custom:level', op: 'in', value: [1, 2] }, true],
    [{ claim: 'custom:level', op: 'in', value: [1, 'two'] }, false],
    [{ claim: 'custom:verified', op: 'equals', value: 'false' }, false],
    [{ claim: 'custom:verified', op: 'exists' }, false],
    [{ claim: 'email_verified', op: 'equals', value: false }, false],
  ] as const)
    it(`${isFound ? 'refuses' : 'takes'} ${JSON.stringify(test)} of a Cognito pool`, () => {
      const issuers = [{ id: 'main', type: 'cognito', userPoolId: 'eu-west-1_Abc123', clients: ['web'] }];
      const rules = [rule({}), rule({ id: 'd', effect: 'deny', when: { claims: [test] } })];

      const [first = ''] = problemsOf({ issuers, rules });

      assert.equal(/is always a string in tokens of Cognito/.test(first), isFound, first);
    });
});

describe('a test of a claim', () => {
  for (const [test, says] of [
    [{ op: 'exists', value: 'a' }, /a test with op: exists cannot have a value: remove value/],
    [{ op: 'in', value: 'a' }, /op: in requires a list/],
    [{ op: 'gte', value: '5' }, /op: gte requires a number/],
    [{ op: 'lte', value: '5' }, /op: lte requires a number/],
    [{ op: 'equals', value: ['a'] }, /op: equals requires one value/],
    [{ op: 'equals' }, /op: equals requires one value/],
    [{ op: 'contains', value: ['a'] }, /op: contains requires one value/],
  ] as const)
    it(`is refused if it can never be true: ${JSON.stringify(test)}`, () => {
      assert.match(
        problemsOf({ rules: [rule({ when: { claims: [{ claim: 'tier', ...test }] } })] }).join(),
        says,
      );
    });
});

describe('an issuer whose tokens can be revoked', () => {
  it('takes no token that is older than a year, or than its own limit', () => {
    const ageOf = (over: object) => {
      const issuer = {
        id: 'main',
        type: 'oidc',
        issuer: 'https://issuer.example/',
        audience: ['api'],
        ...over,
      };
      return aDocument({ issuers: [issuer], rules: [rule({})] }, ['GET /orders']).issuers[0]?.trust
        .maxTokenAgeSeconds;
    };

    assert.equal(ageOf({}), undefined);
    assert.equal(ageOf({ revocation: true }), 31_536_000);
    assert.equal(ageOf({ revocation: true, maxTokenAgeSeconds: 600 }), 600);
  });
});
