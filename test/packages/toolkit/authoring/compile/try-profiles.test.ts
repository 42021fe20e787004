import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAuthorizer } from '#shared/access/authorize.ts';
import type { AuthorizeRequest } from '#shared/access/authorize.ts';
import { tryProfiles } from '../../../../../packages/toolkit/authoring/compile/try-profiles.ts';
import {
  aDocument,
  anInventory,
  ARN,
  compile,
  documentText,
} from '../../../../support/an-access-document.ts';
import { aFetcher, aKeySet, aRsaKey, signToken } from '../../../../support/signed-tokens.ts';

/** Every second of many routes: nothing can be merged, so the policy is long. */
const MANY = Array.from(
  { length: 160 },
  (_, index) => `GET /collection-number-${index}/with-a-long-name/items`,
);
const EVERY_SECOND = MANY.filter((_, index) => index % 2 === 0).map((route) => route.slice(4));
const SUBTREE = Array.from({ length: 120 }, (_, index) => `GET /orders/report-number-${index}/details`);
const key = aRsaKey();
const keySets = new Map([['https://issuer.example/.well-known/jwks.json', aKeySet(key)]]);

const ask = (over: object, routes: readonly string[]) => {
  const document = { ...aDocument(over, routes), apis: [{ for: 'prod', apiId: ARN.apiId, stage: 'prod' }] };
  const authorizer = createAuthorizer(
    { documents: [document] },
    { stage: 'prod', localIssuerUrl: undefined },
    { keySets: aFetcher(keySets), clock: { nowEpochMs: () => Date.now() } },
  );
  const asked: AuthorizeRequest = {
    kind: 'rest',
    arn: { ...ARN, target: routes[0]?.replace('GET /', 'GET/') ?? '' },
    sourceIp: undefined,
    readCredential: () => ({ kind: 'token', token: signToken(key), issuers: ['main'] }),
  };
  return authorizer(asked);
};
const rules = (paths: readonly string[]) => [{ id: 'r', effect: 'allow', methods: ['GET'], paths }];

// docs/design/authorizers §7.13: what happens when an answer is too large, and that the build finds it first.
describe('an answer that is too large', () => {
  it('is found when the document is compiled, with the caller who would get it', () => {
    const when = { roles: { any: ['admin'] } };
    const text = documentText({ rules: [{ ...rules(EVERY_SECOND)[0], when }] });
    const compilation = compile(text, anInventory(MANY));

    assert.match(
      compilation.kind === 'invalid' ? (compilation.problems[0]?.message ?? '') : '',
      /the result for role admin has \d+ bytes, more than result\.maxBytes/,
    );
  });

  it('is found quickly if two long lists of claims are bound', () => {
    const bind = { a: { claim: 'a', each: true, max: 100 }, b: { claim: 'b', each: true, max: 100 } };
    const rules = [{ id: 'r', effect: 'allow', methods: ['GET'], paths: ['/x/{a}/{b}'], bind }];
    const compilation = compile(documentText({ rules }), anInventory(['GET /x/{a}/{b}']));

    assert.match(
      compilation.kind === 'invalid' ? (compilation.problems[0]?.message ?? '') : '',
      /has too many values: lower bind\.max, or set result\.onOversize: exact/,
    );
  });

  it('is made smaller by naming whole subtrees first', async () => {
    const authorized = await ask({ rules: rules(['/orders/**']) }, SUBTREE);

    assert.match(JSON.stringify(authorized), /"Resource":\["[^"]*\/GET\/orders\/\*"\]/);
  });

  it('fails the request unless the document says otherwise', async () => {
    const document = { rules: rules(EVERY_SECOND), result: { onOversize: 'exact', cacheTtlSeconds: 0 } };

    const exact = await ask(document, MANY);
    assert.match(
      JSON.stringify(exact),
      new RegExp(`"Resource":\\["[^"]*/prod/GET/collection-number-0/with-a-long-name/items"\\]`),
    );

    const compiled = aDocument(document, MANY);
    const failing = {
      ...compiled,
      result: { ...compiled.result, onOversize: 'fail' as const },
      apis: [{ for: 'prod', apiId: ARN.apiId, stage: 'prod' }],
    };
    const authorizer = createAuthorizer(
      { documents: [failing] },
      { stage: 'prod', localIssuerUrl: undefined },
      { keySets: aFetcher(keySets), clock: { nowEpochMs: () => Date.now() } },
    );
    await assert.rejects(
      authorizer({
        kind: 'rest',
        arn: { ...ARN, target: 'GET/x' },
        sourceIp: undefined,
        readCredential: () => ({ kind: 'token', token: signToken(key), issuers: ['main'] }),
      }),
      { code: 'RESULT_TOO_LARGE' },
    );
  });
});

describe('tryProfiles', () => {
  it('tries every right separately, every pair, and all together', () => {
    const when = (name: string) => ({ roles: { any: [name] } });
    const whole = aDocument(
      {
        rules: [
          { id: 'a', effect: 'allow', methods: ['GET'], paths: ['/a/{x}'], when: when('support') },
          {
            id: 'b',
            effect: 'allow',
            methods: ['GET'],
            paths: ['/a/{x}/{y}/{z}'],
            when: { scopes: { all: ['deep'] } },
          },
        ],
        result: { onOversize: 'exact', cacheTtlSeconds: 0 },
      },
      ['GET /a/{x}', 'GET /a/{x}/{y}', 'GET /a/{x}/{y}/{z}'],
    );

    const { failures } = tryProfiles(whole);

    assert.deepEqual(
      failures.map((failure) => failure.caller),
      ['role support, scope deep', 'role support, scope deep'],
    );
    assert.equal(failures[0]?.kind, 'unrepresentable');
  });

  // A deny rule denies callers without its claim, so such a caller is no measure of the largest answer.
  it('tries callers that no deny rule on a claim matches', () => {
    const routes = Array.from({ length: 90 }, (_, index) => `GET /collection-number-${index}`);
    const claims = [{ claim: 'tier', op: 'lte', value: 3 }];
    const rules = [
      { id: 'all', effect: 'allow', methods: ['GET'], paths: routes.map((route) => route.slice(4)) },
      {
        id: 'low',
        effect: 'deny',
        methods: ['GET'],
        paths: routes.map((route) => route.slice(4)),
        when: { claims },
      },
    ];
    const result = { onOversize: 'exact', cacheTtlSeconds: 0 };
    const { failures } = tryProfiles(aDocument({ rules, result }, routes));

    assert.equal(failures[0]?.kind, 'too-large');
  });

  it('says how large the largest answer is', () => {
    const { failures, largestBytes } = tryProfiles(aDocument());

    assert.deepEqual(failures, []);
    assert.ok(largestBytes > 1400 && largestBytes < 2600, String(largestBytes));
  });
});

describe('callers whose answer is too large', () => {
  const problemsOf = (when: object, more: object = {}) => {
    const text = documentText({ rules: [{ ...rules(EVERY_SECOND)[0], when }], ...more });
    const compilation = compile(text, anInventory(MANY));
    return compilation.kind === 'invalid' ? compilation.problems.map(({ message }) => message) : [];
  };

  for (const [when, caller] of [
    [{ authAgeSeconds: 600 }, 'recent sign-in'],
    [{ mfa: true }, 'mfa'],
    [{ scopes: { any: ['write'] } }, 'scope write'],
  ] as const)
    it(`are found by what they have: ${caller}`, () => {
      assert.match(problemsOf(when)[0] ?? '', new RegExp(`^rules: the result for ${caller} has \\d+ bytes`));
    });

  it('are named, up to three', () => {
    assert.equal(problemsOf({ roles: { any: ['support', 'admin'] } }).length, 3);
  });
});
