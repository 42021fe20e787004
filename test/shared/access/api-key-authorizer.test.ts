/** API keys through the whole authorizer: sources, issuers, roles, what the backend and a native usage plan learn. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseAccessDecision } from '@gatewright/aws/access-decision';
import { UNOBSERVED } from '#shared/unobserved.ts';
import { printApiKey } from '#shared/access/keys/api-key.ts';
import { nativeKeyValue } from '#shared/access/keys/native-key.ts';
import { createAuthorizer } from '#shared/access/authorize.ts';
import type { AuthorizeRequest } from '#shared/access/authorize.ts';
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import { readCredential, readTokenHeader } from '#shared/access/credential.ts';
import { printProblem } from '../../../packages/toolkit/authoring/document/read-document.ts';
import type { AuthorizerConfig } from '#shared/config/access-config.ts';
import { parseRequestEvent } from '#shared/aws/authorizer-event.ts';
import {
  aDocument,
  anAccess,
  ARN,
  compile,
  anInventory,
  documentText,
} from '../../support/an-access-document.ts';
import { ApiKeyTable, NOON_SECONDS } from '../../support/api-key-table.ts';
import { REAL_RANDOM } from '../../support/real-quota-ports.ts';
import { aFetcher, aKeySet, aRsaKey, signToken, someClaims } from '../../support/signed-tokens.ts';

const ISSUERS = [
  { id: 'main', type: 'oidc', issuer: 'https://issuer.example/', audience: ['api'] },
  { id: 'keys', type: 'apiKey', prefix: 'shop_live' },
];
const SOURCES = [
  { in: 'header', name: 'authorization', scheme: 'Bearer', issuers: ['main', 'keys'] },
  { in: 'header', name: 'x-api-key', issuers: ['keys'] },
];
const RULES = [
  {
    id: 'users',
    effect: 'allow',
    methods: ['GET'],
    paths: ['/users'],
    when: { scopes: { all: ['orders:read'] } },
  },
  { id: 'own', effect: 'allow', methods: ['GET'], paths: ['/users/{id}'], bind: { id: { claim: 'owner' } } },
];
const KEY = aRsaKey();
const USAGE_KEY_SECRET = 'u'.repeat(32);

const aKeyDocument = (over: object = {}, kind: 'rest' | 'http' | 'websocket' = 'rest') =>
  aDocument({ issuers: ISSUERS, sources: SOURCES, rules: RULES, ...over }, undefined, kind);

function anAuthorizer(
  table: ApiKeyTable,
  document: CompiledDocument = aKeyDocument(),
  config: Partial<AuthorizerConfig> = {},
) {
  return createAuthorizer(
    anAccess(document),
    { stage: 'prod', localIssuerUrl: undefined, ...config },
    {
      keySets: aFetcher(new Map([['https://issuer.example/.well-known/jwks.json', aKeySet(KEY)]])),
      clock: { nowEpochMs: () => table.nowSeconds * 1000 },
      apiKeys: table.reader,
    },
  );
}

function asked(headers: Readonly<Record<string, string>>, over: object = {}): AuthorizeRequest {
  const methodArn = `arn:aws:execute-api:${ARN.region}:${ARN.accountId}:${ARN.apiId}/prod/GET/users`;
  const request = parseRequestEvent({ type: 'REQUEST', methodArn, headers, requestContext: {}, ...over });
  const { kind, arn, sourceIp } = request;
  return { kind, arn, sourceIp, readCredential: (sources) => readCredential(request, sources) };
}

const outcomeOf = async (
  authorize: ReturnType<typeof anAuthorizer>,
  request: AuthorizeRequest,
): Promise<string> => {
  const authorized = await authorize(request);
  return authorized.kind === 'known' ? authorized.decision.kind : authorized.reason;
};

describe('an authorizer for API keys', () => {
  it('accepts a key from its own header, and as bearer token in addition to JWTs', async () => {
    const table = new ApiKeyTable();
    table.nowSeconds = Math.floor(Date.now() / 1000);
    const authorize = anAuthorizer(table);
    const { key } = await table.make();

    assert.equal(await outcomeOf(authorize, asked({ 'X-Api-Key': key })), 'allow');
    assert.equal(await outcomeOf(authorize, asked({ Authorization: `Bearer ${key}` })), 'allow');
    const token = signToken(KEY, someClaims({ scope: 'orders:read' }));
    assert.equal(await outcomeOf(authorize, asked({ Authorization: `Bearer ${token}` })), 'allow');
    assert.equal(await outcomeOf(authorize, asked({ 'X-Api-Key': token })), 'TOKEN_ISSUER_UNKNOWN');
  });

  it('names in the record of its decision the key, but not the subject of a token', async () => {
    const table = new ApiKeyTable();
    table.nowSeconds = Math.floor(Date.now() / 1000);
    const authorize = anAuthorizer(table);
    const { key, keyId } = await table.make();
    const recordFor = async (credential: string) => {
      const { result } = await authorize(asked({ Authorization: `Bearer ${credential}` }));
      return parseAccessDecision(result?.context['accessDecision']);
    };

    const byKey = await recordFor(key);
    const byToken = await recordFor(signToken(KEY, someClaims({ scope: 'orders:read' })));

    assert.deepEqual([byKey?.outcome, byKey?.issuer, byKey?.key], ['allow', 'keys', keyId]);
    assert.deepEqual([byToken?.outcome, byToken?.issuer, byToken?.key], ['allow', 'main', undefined]);
  });

  it('says in the record of its decision whose key was refused, and in its log which key', async () => {
    const table = new ApiKeyTable();
    const { key, keyId } = await table.make({ tenant: 'globex' });
    await table.admin.revoke(keyId, table.operation());
    const facts: object[] = [];
    const authorize = createAuthorizer(
      anAccess(aKeyDocument({}, 'http')),
      { stage: 'prod', localIssuerUrl: undefined },
      {
        keySets: aFetcher(new Map()),
        clock: { nowEpochMs: () => table.nowSeconds * 1000 },
        apiKeys: table.reader,
        observer: { ...UNOBSERVED, note: (noted) => void facts.push(noted) },
      },
    );
    const request = { ...asked({ 'X-Api-Key': key }), kind: 'http-2.0' as const };
    const authorized = await authorize(request);

    assert.equal(authorized.kind === 'unknown' && authorized.reason, 'TOKEN_REVOKED');
    const decided = parseAccessDecision(authorized.result?.context['accessDecision']);
    assert.deepEqual([decided?.key, decided?.customer], [keyId, 'globex']);
    const since = new Date(table.nowSeconds * 1000).toISOString();
    const why = { defect: 'key-revoked', since };
    assert.deepEqual({ defect: decided?.defect, since: decided?.since }, why);
    assert.deepEqual(facts.at(-1), { code: 'TOKEN_REVOKED', apiKeyId: keyId, ...why });
  });

  it('takes a key from the header of a TOKEN event', async () => {
    const table = new ApiKeyTable();
    const { key } = await table.make();
    const [, source] = aKeyDocument().sources;
    assert.ok(source);
    const request = { ...asked({}), readCredential: () => readTokenHeader(key, [source]) };

    assert.equal(await outcomeOf(anAuthorizer(table), request), 'allow');
  });

  it('asks the table nothing for what cannot be one of its keys', async () => {
    const table = new ApiKeyTable();
    const { key } = await table.make();
    const before = table.calls.length;
    const authorize = anAuthorizer(table);
    const typo = `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`;
    const otherPrefix = printApiKey({ prefix: 'shop_test', keyId: '0'.repeat(16) }, REAL_RANDOM.hex(64));

    for (const text of ['garbage', typo, otherPrefix, 'shop_live_x_y', `${key}=`, 'a'.repeat(10_000)])
      assert.equal(
        await outcomeOf(authorize, asked({ 'x-api-key': text })),
        'TOKEN_MALFORMED',
        text.slice(0, 80),
      );
    assert.equal(await outcomeOf(authorize, asked({})), 'TOKEN_MISSING');
    assert.equal(table.calls.length, before);
  });

  it('refuses two different keys at once', async () => {
    const table = new ApiKeyTable();
    const [a, b] = [await table.make(), await table.make()];
    const request = asked({ 'x-api-key': a.key, authorization: `Bearer ${b.key}` });

    assert.equal(await outcomeOf(anAuthorizer(table), request), 'TOKEN_MALFORMED');
  });

  it('trusts an issuer only in its stages', async () => {
    const table = new ApiKeyTable();
    const { key } = await table.make();
    const api = { prod: { apiId: ARN.apiId, stage: 'prod' }, dev: { apiId: ARN.apiId, stage: 'dev' } };
    const document = aKeyDocument({ api, issuers: [ISSUERS[0], { ...ISSUERS[1], only: ['dev'] }] });

    assert.equal(
      await outcomeOf(anAuthorizer(table, document), asked({ 'x-api-key': key })),
      'TOKEN_MALFORMED',
    );
  });

  it('fails while the table is out of reach, and never calls the key bad', async () => {
    const table = new ApiKeyTable();
    const { key } = await table.make();
    table.isDown = true;

    await assert.rejects(anAuthorizer(table)(asked({ 'x-api-key': key })), { code: 'STORE_UNAVAILABLE' });
  });

  it('gives a key the roles and scopes of its record, roles with what they come to', async () => {
    const table = new ApiKeyTable();
    const authorize = anAuthorizer(table);
    const byRole = await table.make({ roles: ['support'], scopes: [] });
    const without = await table.make({ scopes: [] });

    assert.equal(await outcomeOf(authorize, asked({ 'x-api-key': byRole.key })), 'allow');
    assert.equal(await outcomeOf(authorize, asked({ 'x-api-key': without.key })), 'deny');
  });

  it('binds by what an administrator wrote, in which metadata cannot pose as owner', async () => {
    const table = new ApiKeyTable();
    const posing = { metadata: { owner: 'bob', sub: 'bob', tenant: 'other' } };
    const document = aKeyDocument({
      context: { tenant: { claim: 'tenant' }, owner: { claim: 'owner' }, region: { claim: 'region' } },
    });
    const authorize = anAuthorizer(table, document);
    const [mine, posed] = [
      await table.make({ owner: 'ada', metadata: { region: 'eu' } }),
      await table.make(posing),
    ];

    const answers = [];
    for (const { key } of [mine, posed]) answers.push(await authorize(asked({ 'x-api-key': key })));
    const texts = answers.map((answer) => JSON.stringify(answer.result));

    assert.match(texts[0] ?? '', /GET\/users\/ada"/);
    assert.match(texts[0] ?? '', /"tenant":"acme","owner":"ada","region":"eu"/);
    assert.doesNotMatch(texts[1] ?? '', /bob|other/);
  });

  it('names the key by its issuer and id, and gives the backend the end of the key, if any', async () => {
    const table = new ApiKeyTable();
    const authorize = anAuthorizer(table);
    const endless = await table.make();
    const ending = await table.make({ lifetimeSeconds: 60 });

    const first = await authorize(asked({ 'x-api-key': endless.key }));
    const second = await authorize(asked({ 'x-api-key': ending.key }));

    assert.partialDeepStrictEqual(first, {
      result: { principalId: `keys|${endless.keyId}`, context: { sub: endless.keyId, iss: 'shop_live' } },
    });
    assert.doesNotMatch(JSON.stringify(first.result), /"exp"/);
    assert.partialDeepStrictEqual(second, { result: { context: { exp: NOON_SECONDS + 60 } } });
  });

  it('ends the policy with the key if the document says so, but not for a key without an end', async () => {
    const table = new ApiKeyTable();
    const authorize = anAuthorizer(table, aKeyDocument({ result: { expiryCondition: true } }));
    const endless = await table.make();
    const ending = await table.make({ lifetimeSeconds: 60 });

    const first = await authorize(asked({ 'x-api-key': endless.key }));
    const second = await authorize(asked({ 'x-api-key': ending.key }));

    assert.doesNotMatch(JSON.stringify(first.result), /DateLessThan/);
    assert.match(JSON.stringify(second.result), /"aws:CurrentTime":"2026-11-19T12:01:00Z"/);
  });

  // docs/design/authorizers §7.15, §B22: no plaintext.
  it('names the native key by the HMAC of the id, and never the key itself', async () => {
    const table = new ApiKeyTable();
    const native = aKeyDocument({ issuers: [ISSUERS[0], { ...ISSUERS[1], nativeUsagePlan: true }] });
    const { key, keyId } = await table.make();

    const { result } = await anAuthorizer(table, native, { usageKeySecret: USAGE_KEY_SECRET })(
      asked({ 'x-api-key': key }),
    );
    const plain = await anAuthorizer(table)(asked({ 'x-api-key': key }));

    assert.partialDeepStrictEqual(result, {
      usageIdentifierKey: nativeKeyValue(USAGE_KEY_SECRET, 'prod', keyId),
    });
    assert.ok(!JSON.stringify(result).includes(key.slice(-36)));
    assert.doesNotMatch(JSON.stringify(plain.result), /usageIdentifierKey/);
  });

  it('does not start without the table or the secret that its documents need', () => {
    const table = new ApiKeyTable();
    const native = aKeyDocument({ issuers: [ISSUERS[0], { ...ISSUERS[1], nativeUsagePlan: true }] });
    const ports = { keySets: aFetcher(new Map()), clock: { nowEpochMs: () => 0 } };
    const config = { stage: 'prod', localIssuerUrl: undefined };

    assert.throws(() => createAuthorizer(anAccess(aKeyDocument()), config, ports), {
      code: 'CONFIG_INVALID',
      message: /GATEWRIGHT_ACCESS_TABLE/,
    });
    assert.throws(() => anAuthorizer(table, native), {
      code: 'CONFIG_INVALID',
      message: /GATEWRIGHT_USAGE_KEY_SECRET/,
    });
    createAuthorizer(anAccess(aKeyDocument()), { ...config, stage: 'other' }, ports);
  });
});

describe('a document with API keys', () => {
  const KEYS = ISSUERS[1];
  const rows = [
    {
      name: 'a native usage plan of an HTTP API',
      over: { issuers: [{ ...KEYS, nativeUsagePlan: true }], sources: [SOURCES[1]] },
      kind: 'http' as const,
      expected: /issuers\[0\]\.nativeUsagePlan: is for REST APIs only; this API is of type HTTP/,
    },
    {
      name: 'two issuers of one prefix',
      over: {
        issuers: [KEYS, { ...KEYS, id: 'others' }],
        sources: [{ in: 'header', name: 'x-api-key', issuers: ['keys', 'others'] }],
      },
      expected: /the keys of issuer "others" begin with "shop_live", which another issuer also uses/,
    },
    {
      name: 'a key in the query of a REST API',
      over: { issuers: [KEYS], sources: [{ in: 'query', name: 'key', issuers: ['keys'] }] },
      expected: /is for WebSocket APIs only; this API is of type REST/,
    },
    {
      name: 'a key as certificate',
      over: { issuers: [KEYS], sources: [{ in: 'clientCert', issuers: ['keys'] }] },
      expected: /"keys" is not an issuer of certificates/,
    },
    {
      name: 'an ambiguous prefix',
      over: { issuers: [{ ...KEYS, prefix: 'shop_live_eu' }], sources: [SOURCES[1]] },
      expected: /issuers\[0\]\.prefix: .*at most one _ between them/,
    },
  ];
  for (const { name, over, kind = 'rest', expected } of rows)
    it(`is refused for ${name}`, () => {
      const compilation = compile(documentText(over), anInventory(['GET /users'], kind));
      const messages = compilation.kind === 'invalid' ? compilation.problems.map(printProblem) : [];
      assert.match(messages.join('\n'), expected);
    });

  it('may take keys in the query of a WebSocket', () => {
    const document = aDocument(
      {
        issuers: [KEYS],
        sources: [{ in: 'query', name: 'key', issuers: ['keys'] }],
        rules: [{ id: 'ws', effect: 'allow', connect: true }],
      },
      ['ANY $connect'],
      'websocket',
    );
    assert.deepEqual(document.apiKeys, [{ id: 'keys', prefix: 'shop_live' }]);
  });
});
