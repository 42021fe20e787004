import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createAuthorizer } from '#shared/access/authorize.ts';
import { createRevocationCheck } from '#shared/access/revocation/check-revocation.ts';
import { readTokenHeader } from '#shared/access/credential.ts';
import { createRevocationReader } from '#shared/access/revocation/revocation-store.ts';
import { ANY_ISSUE_TIME } from '#shared/access/revocation/revocation.ts';
import type { RevocationTarget } from '#shared/access/revocation/revocation.ts';
import { DomainError } from '#shared/errors.ts';
import type { RevocationReader } from '#shared/ports.ts';
import { STORE_DOWN } from '../../../support/access-stores.ts';
import { aDocument, anAccess, aPrincipal, ARN } from '../../../support/an-access-document.ts';
import { NOON_SECONDS } from '../../../support/api-key-table.ts';
import { aFetcher, aKeySet, aRsaKey, signToken, someClaims } from '../../../support/signed-tokens.ts';

const ISSUER = 'https://issuer.example/';

/** Answers from a map by `{kind} {value}`, and counts round trips. */
function aList(until: Readonly<Record<string, number>> = {}) {
  const asked: (readonly RevocationTarget[])[] = [];
  const list = new Map(Object.entries(until));
  const reader: RevocationReader = {
    revokedUntil(targets) {
      asked.push(targets);
      return Promise.resolve(
        targets.map(({ issuer, kind, value }) =>
          issuer === ISSUER ? list.get(`${kind} ${value}`) : undefined,
        ),
      );
    },
  };
  return { reader, asked, list };
}

const holder = (claims: Readonly<Record<string, unknown>>, over: object = {}) =>
  aPrincipal({ subject: 'ada', clientId: 'web', claims: { iat: NOON_SECONDS, ...claims }, ...over });

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'good',
    (error: unknown) => (error instanceof DomainError ? error.code : String(error)),
  );

describe('createRevocationCheck', () => {
  const now = NOON_SECONDS + 60;
  const rows: readonly {
    readonly name: string;
    readonly until: Readonly<Record<string, number>>;
    readonly claims?: object;
    readonly over?: object;
    readonly expected: string;
  }[] = [
    { name: 'nothing revoked', until: {}, expected: 'good' },
    { name: 'its own id', until: { 'jti t-1': ANY_ISSUE_TIME }, expected: 'TOKEN_REVOKED' },
    { name: 'the id of another', until: { 'jti t-2': ANY_ISSUE_TIME }, expected: 'good' },
    { name: 'its subject, later', until: { 'sub ada': NOON_SECONDS + 1 }, expected: 'TOKEN_REVOKED' },
    {
      name: 'its subject, in the same second',
      until: { 'sub ada': NOON_SECONDS },
      expected: 'TOKEN_REVOKED',
    },
    {
      name: 'its subject, in the same second as a fraction of it',
      until: { 'sub ada': NOON_SECONDS },
      claims: { iat: NOON_SECONDS + 0.9 },
      expected: 'TOKEN_REVOKED',
    },
    { name: 'its subject, before', until: { 'sub ada': NOON_SECONDS - 1 }, expected: 'good' },
    { name: 'its client', until: { 'client web': NOON_SECONDS }, expected: 'TOKEN_REVOKED' },
    {
      name: 'a subject that is called like its client',
      until: { 'sub web': NOON_SECONDS },
      expected: 'good',
    },
    {
      name: 'the same subject of another issuer',
      until: { 'sub ada': NOON_SECONDS },
      over: { issuer: 'https://other.example/' },
      expected: 'good',
    },
    {
      name: 'no id, as many issuers have it',
      until: { 'sub ada': NOON_SECONDS },
      claims: { jti: undefined },
      expected: 'TOKEN_REVOKED',
    },
    { name: 'an id of another type', until: {}, claims: { jti: 7 }, expected: 'TOKEN_CLAIM_INVALID' },
    { name: 'no time of issue', until: {}, claims: { iat: undefined }, expected: 'TOKEN_CLAIM_INVALID' },
  ];
  for (const { name, until, claims = {}, over = {}, expected } of rows)
    it(`finds a token with ${name}: ${expected}`, async () => {
      const { reader, asked } = aList(until);
      const principal = holder({ jti: 't-1', ...claims }, over);

      assert.equal(
        await codeOf(createRevocationCheck(reader)(principal, { cacheSeconds: 0 }, now)),
        expected,
      );
      assert.ok(asked.length <= 1, 'one round trip at most');
    });

  it('asks nothing if the issuer has no revocation', async () => {
    const { reader, asked } = aList();
    await createRevocationCheck(reader)(holder({ iat: undefined }), undefined, now);

    assert.equal(asked.length, 0);
  });

  it('asks each time, unless the document allows it to cache', async () => {
    const { reader, asked, list } = aList();
    const check = createRevocationCheck(reader);
    for (const seconds of [0, 1]) await check(holder({}), { cacheSeconds: 0 }, now + seconds);
    assert.equal(asked.length, 2);

    for (const seconds of [0, 5, 9.9]) await check(holder({}), { cacheSeconds: 10 }, now + seconds);
    assert.equal(asked.length, 3);
    list.set('sub ada', now);
    assert.equal(await codeOf(check(holder({}), { cacheSeconds: 10 }, now + 9.9)), 'good');
    assert.equal(await codeOf(check(holder({}), { cacheSeconds: 10 }, now + 10)), 'TOKEN_REVOKED');
    // A clock that went back says nothing of age.
    assert.equal(await codeOf(check(holder({}), { cacheSeconds: 10 }, now - 100)), 'TOKEN_REVOKED');
    assert.equal(asked.length, 5);
  });

  it('never treats an outage as an answer, and caches none', async () => {
    let isDown = true;
    const { reader } = aList({ 'sub ada': now });
    const check = createRevocationCheck({
      revokedUntil: (targets) =>
        isDown ? Promise.reject(new DomainError('STORE_UNAVAILABLE', 'down')) : reader.revokedUntil(targets),
    });

    assert.equal(await codeOf(check(holder({}), { cacheSeconds: 60 }, now)), 'STORE_UNAVAILABLE');
    isDown = false;
    assert.equal(await codeOf(check(holder({}), { cacheSeconds: 60 }, now)), 'TOKEN_REVOKED');
  });

  it('admits nothing from its cache that it would refuse without, beyond its seconds', async () => {
    const step = fc.record({
      sub: fc.constantFrom('a', 'b', 'c'),
      iatAgo: fc.nat(120),
      wait: fc.nat(20),
      revoke: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.integer({ min: 0, max: 30 }),
        async (steps, cacheSeconds) => {
          const { reader, list } = aList();
          const check = createRevocationCheck(reader);
          let clock = NOON_SECONDS;
          const revokedAt = new Map<string, number>();
          for (const { sub, iatAgo, wait, revoke } of steps) {
            clock += wait;
            if (revoke) {
              list.set(`sub ${sub}`, clock);
              revokedAt.set(sub, clock);
            }
            const principal = holder({ iat: clock - iatAgo }, { subject: sub, clientId: undefined });
            const code = await codeOf(check(principal, { cacheSeconds }, clock));
            const since = revokedAt.get(sub);
            const isRevoked = since !== undefined && clock - iatAgo <= since;
            if (!isRevoked) assert.equal(code, 'good');
            else if (code === 'good') assert.ok(clock - since < cacheSeconds);
          }
        },
      ),
    );
  });

  it('stays bounded when thousands come, and right', async () => {
    const { reader, list } = aList();
    const check = createRevocationCheck(reader);
    list.set('sub user-7', now);
    const comers = Array.from({ length: 3000 }, (_, index) => `user-${index}`);
    const codes = await Promise.all(
      comers.map((subject) => codeOf(check(holder({}, { subject }), { cacheSeconds: 60 }, now))),
    );

    assert.deepEqual(
      codes.flatMap((code, index) => (code === 'good' ? [] : [index])),
      [7],
    );
  });
});

describe('an authorizer whose issuer has revocation', () => {
  const key = aRsaKey();
  const issuers = [{ id: 'main', type: 'oidc', issuer: ISSUER, audience: ['api'], revocation: true }];
  const document = aDocument({ issuers });
  const nowSeconds = Math.floor(Date.now() / 1000);
  const authorizer = (revocations: RevocationReader) =>
    createAuthorizer(
      anAccess(document),
      { stage: 'prod', localIssuerUrl: undefined },
      {
        clock: { nowEpochMs: () => nowSeconds * 1000 },
        keySets: aFetcher(new Map([['https://issuer.example/.well-known/jwks.json', aKeySet(key)]])),
        revocations,
      },
    );
  const asked = (claims: Record<string, unknown> = {}) => ({
    kind: 'rest' as const,
    arn: { ...ARN, target: 'GET/users' },
    sourceIp: undefined,
    readCredential: () =>
      readTokenHeader(
        `Bearer ${signToken(key, someClaims({ iat: nowSeconds, ...claims }))}`,
        document.sources,
      ),
  });

  it('refuses a genuine token that has been revoked', async () => {
    const authorize = authorizer(aList({ 'sub alice': nowSeconds }).reader);

    assert.partialDeepStrictEqual(await authorize(asked()), { kind: 'unknown', reason: 'TOKEN_REVOKED' });
    assert.partialDeepStrictEqual(await authorize(asked({ sub: 'bob' })), { kind: 'known' });
  });

  it('asks nothing of a token that is not good', async () => {
    const list = aList();
    await authorizer(list.reader)(asked({ exp: nowSeconds - 3600 }));

    assert.equal(list.asked.length, 0);
  });

  it('fails while the table is out of reach, and does not refuse or admit', async () => {
    await assert.rejects(authorizer(createRevocationReader(STORE_DOWN))(asked()), {
      code: 'STORE_UNAVAILABLE',
    });
  });

  it('refuses tokens that are older than revocations are kept, or do not say how old they are', async () => {
    const authorize = authorizer(aList().reader);
    const old = asked({ iat: nowSeconds - 366 * 86_400 });

    assert.partialDeepStrictEqual(await authorize(old), { reason: 'TOKEN_EXPIRED' });
    assert.partialDeepStrictEqual(await authorize(asked({ iat: undefined })), {
      reason: 'TOKEN_CLAIM_INVALID',
    });
  });

  it('does not start without the table', () => {
    const ports = { keySets: aFetcher(new Map()), clock: { nowEpochMs: () => 0 } };

    assert.throws(
      () => createAuthorizer(anAccess(document), { stage: 'prod', localIssuerUrl: undefined }, ports),
      {
        code: 'CONFIG_INVALID',
        message: /GATEWRIGHT_ACCESS_TABLE is missing, but a document has revocation/,
      },
    );
  });
});
