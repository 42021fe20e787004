/** The decision core as both functions call it: what it answers apart from what its parts have tests for. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { createKeySetFetcher } from '#shared/access/tokens/key-set-fetcher.ts';
import { createAuthorizer } from '#shared/access/authorize.ts';
import type { AuthorizeRequest } from '#shared/access/authorize.ts';
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import type { KeySetFetcher } from '#shared/ports.ts';
import { UNOBSERVED } from '#shared/unobserved.ts';
import { aCharging, effectOf } from '../../support/a-charging.ts';
import { aDocument, anAccess, ARN } from '../../support/an-access-document.ts';
import {
  aFetcher,
  aKeySet,
  aLoopbackServer,
  aRsaKey,
  signToken,
  someClaims,
} from '../../support/signed-tokens.ts';

const key = aRsaKey();
const KEY_SETS = new Map([['https://issuer.example/.well-known/jwks.json', aKeySet(key)]]);
const nowSeconds = Date.UTC(2026, 10, 28, 12) / 1000;

// The library that verifies tokens reads Date, and a file may run minutes after it was loaded.
beforeEach(() => mock.timers.enable({ apis: ['Date'], now: nowSeconds * 1000 }));
afterEach(() => mock.timers.reset());

function ask(
  document: CompiledDocument,
  claims: object = {},
  over: Partial<AuthorizeRequest> = {},
  keySets: KeySetFetcher = aFetcher(KEY_SETS),
) {
  const authorizer = createAuthorizer(
    anAccess({ ...document, apis: [{ for: 'prod', apiId: ARN.apiId, stage: 'prod' }] }),
    { stage: 'prod', localIssuerUrl: undefined },
    { keySets, clock: { nowEpochMs: () => nowSeconds * 1000 } },
  );
  const token = signToken(key, someClaims({ iat: nowSeconds, exp: nowSeconds + 300, ...claims }));
  return authorizer({
    kind: 'rest',
    arn: { ...ARN, target: 'GET/users' },
    sourceIp: undefined,
    readCredential: () => ({ kind: 'token', token, issuers: ['main'] }),
    ...over,
  });
}

// docs/design/authorizers §2D (3): an answer that is kept for 60 s must not outlive a token that ends in 10.
describe('rejectIfExpiresWithinSeconds', () => {
  const document = aDocument({ result: { rejectIfExpiresWithinSeconds: 60 } });

  it('refuses a token that ends sooner, and takes one that lasts', async () => {
    const early = await ask(document, { exp: nowSeconds + 59 });
    const late = await ask(document, { exp: nowSeconds + 60 });

    assert.deepEqual(early, { kind: 'unknown', reason: 'TOKEN_EXPIRED', result: undefined });
    assert.equal(late.kind, 'known');
  });

  it('accepts a token until its end by default', async () => {
    assert.equal((await ask(aDocument(), { exp: nowSeconds + 1 })).kind, 'known');
  });
});

describe('what is noted of a request', () => {
  it('has the API by which it came, also if no document protects that', async () => {
    const notes: object[] = [];
    const note = (facts: object): void => void notes.push(facts);
    const authorizer = createAuthorizer(
      anAccess({ ...aDocument(), apis: [{ for: 'prod', apiId: ARN.apiId, stage: 'prod' }] }),
      { stage: 'prod', localIssuerUrl: undefined },
      {
        keySets: aFetcher(KEY_SETS),
        clock: { nowEpochMs: () => nowSeconds * 1000 },
        observer: { ...UNOBSERVED, note },
      },
    );
    const request = {
      kind: 'rest',
      arn: { ...ARN, apiId: 'unknown000', target: 'GET/users' },
      sourceIp: undefined,
      readCredential: () => ({ kind: 'none' }),
    } as unknown as AuthorizeRequest;

    await assert.rejects(authorizer(request), { code: 'API_UNKNOWN' });

    assert.deepEqual(notes[0], { api: `unknown000/${ARN.stage}` });
  });
});

// docs/guides/protect/access.md, "Packaging": the local issuer is trusted only if the stack says where it is.
describe("the gateway's own issuer", () => {
  it('is unknown to a stack without its address', async () => {
    const document = aDocument({ issuers: [{ id: 'main', type: 'local', only: ['prod'] }] });
    const claims = { iss: 'https://local.gatewright.invalid/', aud: 'gatewright' };

    assert.deepEqual(await ask(document, claims), {
      kind: 'unknown',
      reason: 'TOKEN_ISSUER_UNKNOWN',
      result: undefined,
    });
  });
});

// docs/design/authorizers §3.3, 7: AWS takes no resource over 512 characters, and encoded letters take six each.
describe('a policy with a resource that is too long', () => {
  it('is a failure of ours, as one that is too large', async () => {
    const own = { id: 'own', effect: 'allow', methods: ['GET'], paths: ['/users/{id}'] };
    const document = aDocument({ rules: [{ ...own, bind: { id: { claim: 'sub' } } }] });

    assert.equal((await ask(document, { sub: 'é'.repeat(60) })).kind, 'known');
    await assert.rejects(ask(document, { sub: 'é'.repeat(100) }), { code: 'RESULT_TOO_LARGE' });
  });
});

// AWS refuses a larger answer without a report.
describe('an answer over the maxBytes of its document', () => {
  it('is an internal failure, even if it is for one request only', async () => {
    const document = aDocument({
      context: { note: { claim: 'note' } },
      result: { onOversize: 'exact', cacheTtlSeconds: 0, maxBytes: 520 },
    });

    assert.equal((await ask(document, { note: 'x' })).kind, 'known');
    await assert.rejects(ask(document, { note: 'x'.repeat(900) }), { code: 'RESULT_TOO_LARGE' });
  });

  it('is a failure even if a quota was charged for it', async () => {
    const { ask: charge } = aCharging({
      over: {
        context: { note: { claim: 'note' }, remark: { claim: 'remark' }, more: { claim: 'remark' } },
        result: { cacheTtlSeconds: 0, maxBytes: 2_700 },
      },
    });
    const long = 'x'.repeat(1_000);

    assert.equal(effectOf(await charge('GET/users', { note: 'x', remark: 'x' })), 'Allow');
    await assert.rejects(charge('GET/users', { note: long, remark: long }), { code: 'RESULT_TOO_LARGE' });
  });
});

// docs/design/authorizers §3.2, 6: a TOKEN event contains no address, so an answer for one request must not assume one.
describe('an exact answer of a TOKEN authorizer', () => {
  it('denies callers that an address rule could exclude', async () => {
    const rules = [
      { id: 'all', effect: 'allow', methods: ['GET'], paths: ['/**'] },
      {
        id: 'blocked',
        effect: 'deny',
        methods: ['GET'],
        paths: ['/users'],
        when: { sourceIp: { cidr: ['192.0.2.0/24'] } },
      },
    ];
    // Too small for the policy of the whole API, and large enough for one resource.
    const result = { onOversize: 'exact', cacheTtlSeconds: 0, maxBytes: 520 };
    const document = aDocument({ rules, result }, ['GET /users', 'GET /orders']);

    const effectOf = async (sourceIp: string | undefined) => {
      const authorized = await ask(document, {}, { sourceIp });
      return JSON.stringify(authorized.result).match(/"Effect":"(\w+)"/g);
    };
    assert.deepEqual(await effectOf('203.0.113.7'), ['"Effect":"Allow"']);
    assert.deepEqual(await effectOf('192.0.2.1'), ['"Effect":"Deny"']);
    assert.deepEqual(await effectOf(undefined), ['"Effect":"Deny"']);
  });
});

// docs/design/authorizers §7.4: an issuer that is slow is an outage, never a bad token.
describe('an issuer that does not answer in time', () => {
  it('is a failure of ours', async () => {
    await using issuer = await aLoopbackServer(() => undefined);
    const document = aDocument();
    const issuers = document.issuers.map(({ trust, ...others }) => ({
      ...others,
      trust: { ...trust, jwksUri: issuer.url, keys: { ...trust.keys, timeoutMs: 20 } },
    }));

    await assert.rejects(ask({ ...document, issuers }, {}, {}, createKeySetFetcher()), {
      code: 'KEY_SET_UNAVAILABLE',
    });
  });
});
