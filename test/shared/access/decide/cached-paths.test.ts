import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RuleInForce } from '#shared/access/decide/apply-rules.ts';
import { compilePolicy } from '#shared/access/decide/compile-policy.ts';
import type { PolicyOutcome } from '#shared/access/decide/compile-policy.ts';
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import { CACHE_LIMIT, CACHE_LIMIT_CHARACTERS, cachedPaths } from '#shared/access/decide/cached-paths.ts';
import type { Principal } from '#shared/access/decide/principal.ts';
import { aDocument, aPrincipal, ARN } from '../../../support/an-access-document.ts';

const AT = { nowEpochSeconds: 1_900_000_000 };
const allow = (id: string, paths: readonly string[], over: object = {}) => ({
  id,
  effect: 'allow',
  methods: ['GET'],
  paths,
  ...over,
});

/** Returns the rules in force, which mean the same for everybody, or grant what belongs to the principal. */
const inForce = (...indexes: readonly number[]): { rules: readonly RuleInForce[]; rejectedBindings: [] } => ({
  rules: indexes.map((index) => ({
    index,
    rule: { id: `r${index}`, effect: 'allow', routes: [] },
    values: undefined,
  })),
  rejectedBindings: [],
});

/** Says how often it was asked for. */
function aMaker(target = 'GET/users', isPersonal = false) {
  const maker = {
    calls: 0,
    make: () => {
      maker.calls += 1;
      return { result: { kind: 'grants', grants: { allow: [target], deny: [] } } as const, isPersonal };
    },
  };
  return maker;
}

/** Compiling a document tries callers on it, so there is something kept already. */
const untried = (): CompiledDocument => structuredClone(aDocument());

function policyOf(document: CompiledDocument, principal: Principal, merge = false): PolicyOutcome {
  return compilePolicy(document, principal, { ...ARN, target: 'GET/' }, { ...AT, merge });
}

describe('what an instance keeps of policies', () => {
  const document = aDocument(
    {
      rules: [
        allow('users', ['/users']),
        allow('admin', ['/admin/**'], { when: { roles: { any: ['admin'] } } }),
        allow('support', ['/orders'], { when: { roles: { any: ['support'] } } }),
        allow('office', ['/office'], {
          when: { all: [{ sourceIp: { cidr: ['203.0.113.0/24'] } }, { mfa: true }] },
        }),
        allow('own', ['/users/{id}'], { bind: { id: { claim: 'sub' } }, when: { scopes: { all: ['own'] } } }),
        allow('tenants', ['/tenants/{t}'], {
          bind: { t: { claim: 'tenants', each: true } },
          when: { claims: [{ claim: 'tenants', op: 'exists' }] },
        }),
        {
          ...allow('closed', ['/orders']),
          effect: 'deny',
          when: { claims: [{ claim: 'blocked', op: 'equals', value: true }] },
        },
      ],
    },
    [
      'GET /users',
      'GET /users/{id}',
      'GET /users/{id}/orders',
      'GET /orders',
      'GET /office',
      'GET /admin',
      'GET /admin/a',
      'GET /admin/b',
      'GET /tenants/{t}',
    ],
  );
  const admin = { roles: new Set(['admin']) };
  const owner = (subject: string) => ({ subject, scopes: new Set(['own']) });
  const pairs: readonly { readonly differ: string; readonly one: object; readonly other: object }[] = [
    { differ: 'one route', one: {}, other: admin },
    { differ: 'which route', one: admin, other: { roles: new Set(['support']) } },
    { differ: 'one network', one: {}, other: { claims: { amr: ['mfa'] } } },
    { differ: 'one bound value', one: owner('u-1'), other: owner('u-2') },
    { differ: 'having a bound value', one: {}, other: owner('u-1') },
    {
      differ: 'one value of a list',
      one: { claims: { tenants: ['a', 'b'] } },
      other: { claims: { tenants: ['a'] } },
    },
    {
      differ: 'a deny rule',
      one: { roles: new Set(['support']), claims: { blocked: false } },
      other: { roles: new Set(['support']), claims: { blocked: true } },
    },
  ];
  for (const { differ, one, other } of pairs)
    it(`is not shared by callers that differ in ${differ}`, () => {
      const callers = [aPrincipal(one), aPrincipal(other)];
      const fresh = callers.map((caller) => policyOf(structuredClone(document), caller));

      assert.notDeepEqual(fresh[0], fresh[1]);
      // Both principals ask in both orders, and again after both have asked.
      for (const index of [0, 1, 0, 1])
        assert.deepEqual(policyOf(document, callers[index] ?? assert.fail()), fresh[index]);
    });

  it('is not shared by a policy that names subtrees and one that does not', () => {
    const [plain, merged] = [false, true].map((merge) =>
      policyOf(structuredClone(document), aPrincipal(admin), merge),
    );

    assert.notDeepEqual(plain, merged);
    for (const merge of [false, true, false, true])
      assert.deepEqual(policyOf(document, aPrincipal(admin), merge), merge ? merged : plain);
  });

  it('is not changed by what is done to a policy', () => {
    const before = structuredClone(policyOf(document, aPrincipal(admin)));
    const given = policyOf(document, aPrincipal(admin));
    for (const { Resource } of given.kind === 'policy' ? given.policy.Statement : [])
      (Resource as string[]).push('arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/*');

    assert.deepEqual(policyOf(document, aPrincipal(admin)), before);
  });

  it('has no API, stage or expiry in it', () => {
    const ending = aDocument({ rules: [allow('r', ['/users'])], result: { expiryCondition: true } });
    const text = (stage: string, expiresAtEpochSeconds: number) =>
      JSON.stringify(
        compilePolicy(ending, aPrincipal({ expiresAtEpochSeconds }), { ...ARN, stage, target: 'GET/' }, AT),
      );

    assert.match(text('prod', 2_000_000_000), /\/prod\/GET\/users.*2033-05-18T03:33:20Z/);
    assert.match(text('dev', 2_000_000_060), /\/dev\/GET\/users.*2033-05-18T03:34:20Z/);
  });
});

describe('cachedPaths', () => {
  it('makes once for the same rules of the same document', () => {
    const [document, maker] = [untried(), aMaker()];
    const results = [0, 1, 2].map(() => cachedPaths(document, inForce(0, 2), false, maker.make));

    assert.equal(maker.calls, 1);
    assert.equal(new Set(results).size, 1);
  });

  it('computes new paths for other rules and for merged paths, but not for an equal document', () => {
    const [document, maker] = [untried(), aMaker()];
    cachedPaths(document, inForce(1, 2), false, maker.make);
    for (const other of [inForce(), inForce(1), inForce(12), inForce(0, 1, 2)])
      cachedPaths(document, other, false, maker.make);
    cachedPaths(document, inForce(1, 2), true, maker.make);
    cachedPaths(structuredClone(document), inForce(1, 2), false, maker.make);

    assert.equal(maker.calls, 7);
  });

  it('keeps nothing that values of a principal take part in', () => {
    const [document, maker] = [untried(), aMaker('GET/users/u-1', true)];
    for (let count = 0; count < 3; count += 1) cachedPaths(document, inForce(0), false, maker.make);

    assert.equal(maker.calls, 3);
  });

  it('drops the least recently used', () => {
    const [document, maker] = [untried(), aMaker()];
    for (let index = 0; index < CACHE_LIMIT; index += 1)
      cachedPaths(document, inForce(index), false, maker.make);
    cachedPaths(document, inForce(0), false, maker.make);
    cachedPaths(document, inForce(CACHE_LIMIT), false, maker.make);
    assert.equal(maker.calls, CACHE_LIMIT + 1);

    cachedPaths(document, inForce(0), false, maker.make);
    assert.equal(maker.calls, CACHE_LIMIT + 1);
    cachedPaths(document, inForce(1), false, maker.make);
    assert.equal(maker.calls, CACHE_LIMIT + 2);
  });

  it('stores a megabyte at most, however few sets of rules that is', () => {
    const [document, small] = [untried(), aMaker()];
    const large = aMaker('x'.repeat(CACHE_LIMIT_CHARACTERS / 2));
    cachedPaths(document, inForce(0), false, small.make);
    for (const index of [1, 2, 3]) cachedPaths(document, inForce(index), false, large.make);
    cachedPaths(document, inForce(0), false, small.make);
    assert.equal(small.calls, 2);

    const huge = aMaker('x'.repeat(CACHE_LIMIT_CHARACTERS + 1));
    for (let count = 0; count < 2; count += 1) cachedPaths(document, inForce(9), false, huge.make);
    assert.equal(huge.calls, 2);
  });
});
