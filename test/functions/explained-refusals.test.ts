/** A refusal by an authorizer of the toolkit has the same explanation whether its result was cached or not. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openAccessBook } from '../../packages/toolkit/stack/access/commands/access-book.ts';
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import { aProtectedApi, documentFor, ISSUER_KEY, KINDS } from '../support/a-protected-api.ts';
import { recording, storyOf } from '../support/recorded-apis.ts';
import { aRsaKey, signToken, someClaims } from '../support/signed-tokens.ts';
import type { Kind } from '../support/a-protected-api.ts';

const RULES = {
  rules: [
    {
      id: 'staff',
      effect: 'allow',
      methods: ['GET'],
      paths: ['/users'],
      when: { roles: { any: ['support'] } },
    },
    { id: 'own', effect: 'allow', methods: ['GET'], paths: ['/users/{id}'], bind: { id: { claim: 'sub' } } },
    { id: 'closed', effect: 'deny', methods: ['GET'], paths: ['/admin'] },
  ],
};
const TOKEN = signToken(ISSUER_KEY, someClaims({ sub: 'dora', roles: ['courier'] }));

describe('the explanation of a refusal by rules', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatewright-explained-'));
    mkdirSync(join(folder, 'access'));
  });
  after(() => rmSync(folder, { recursive: true }));

  function anExplainedApi(kind: Kind, document: CompiledDocument, inFolder = document, ttlSeconds = 300) {
    writeFileSync(join(folder, 'access/compiled.json'), JSON.stringify({ documents: [inFolder] }));
    const api = recording(aProtectedApi(kind, [document], ttlSeconds));
    api.records.access = openAccessBook([folder], 'prod', () => undefined);
    return api;
  }

  const REASONS: readonly (readonly [path: string, says: RegExp])[] = [
    ['/users', /refuses GET \/users: no rule allows it/],
    [
      '/users/77',
      /refuses GET \/users\/\{id\}: the rule own allows the request only to the owner of the resource/,
    ],
    ['/admin', /refuses GET \/admin: by rule closed/],
  ];
  for (const kind of KINDS) {
    // The compiler refuses to cache simple results of such rules.
    const ttlSeconds = kind === 'http-2.0-simple' ? 0 : 300;
    for (const [path, says] of REASONS)
      it(`is the same for a new and a cached result of ${kind} on ${path}`, async () => {
        const over =
          ttlSeconds === 0 ? { ...RULES, result: { format: 'simple', cacheTtlSeconds: 0 } } : RULES;
        const document = { ...documentFor(kind, over), version: 'a1' };
        const api = anExplainedApi(kind, document, document, ttlSeconds);

        assert.equal(await api.get(path, TOKEN), 403);
        const first = api.last();
        assert.equal(await api.get(path, TOKEN), 403);
        const second = api.last();

        assert.match(storyOf(first), says);
        assert.match(storyOf(first), /The token has the role courier, which orders does not declare/);
        assert.deepEqual(second.story.changes, first.story.changes);
        assert.deepEqual(
          second.story.sentences.filter((text) => !/was not called: its result from .* is cached/.test(text)),
          first.story.sentences,
        );
        assert.equal(api.asked.length, ttlSeconds === 0 ? 2 : 1);
      });
  }

  it('explains the decision for another route by the version of the cached result, and says so', async () => {
    const api = anExplainedApi('rest-token', { ...documentFor('rest-token', RULES), version: 'a1' });
    await api.get('/users', TOKEN);

    await api.get('/users/77', TOKEN);

    assert.equal(api.asked.length, 1);
    const story = storyOf(api.last());
    assert.match(story, /own allows the request only to the owner/);
    assert.match(
      story,
      /was not called: its result from \d+ m?s before this request for GET \/users is cached for 300 s/,
    );
    assert.match(story, /applies the same version of orders \(a1\) to this request/);
    assert.doesNotMatch(story, /\/\*|Ttl/);
  });

  it('says that the document has changed, and how the cached result ends', async () => {
    const old = { ...documentFor('rest-token', RULES), version: 'a1' };
    const [staff, ...others] = RULES.rules;
    const open = { rules: [{ ...staff, when: undefined }, ...others] };
    const api = anExplainedApi('rest-token', old, { ...documentFor('rest-token', open), version: 'b2' });

    await api.get('/users', TOKEN);

    const story = storyOf(api.last());
    assert.match(
      story,
      /orders allows GET \/users now, but .* the document has changed since the result was made/,
    );
    assert.match(story, /made by version a1 of orders\. This explanation applies the current version \(b2\)/);
    assert.match(
      story,
      /aws apigateway flush-stage-authorizers-cache --rest-api-id abcdefghij --stage-name prod/,
    );
  });

  it('advises to send the request again if results are not cached, instead of flushing nothing', async () => {
    const uncached = { ...RULES, result: { cacheTtlSeconds: 0 } };
    const [staff, ...others] = RULES.rules;
    const open = { ...uncached, rules: [{ ...staff, when: undefined }, ...others] };
    const api = anExplainedApi(
      'rest-token',
      { ...documentFor('rest-token', uncached), version: 'a1' },
      { ...documentFor('rest-token', open), version: 'b2' },
      0,
    );

    await api.get('/users', TOKEN);

    const story = storyOf(api.last());
    assert.match(story, /orders allows GET \/users now.*\n[^]*Send the request again: /);
    assert.doesNotMatch(story, /[Ff]lush|at most 0 s/);
  });

  // `gatewright attach` adds the authorizer at run time, and the list of routes is written before or not at all.
  it('names the missing role if the list of routes says that the route is open', async () => {
    const attached = {
      ...documentFor('rest-token', { ...RULES, result: { cacheTtlSeconds: 0 } }),
      version: 'a1',
    };
    const routes = attached.routes.map((route) => ({ ...route, isOpen: true as const }));
    const api = anExplainedApi('rest-token', attached, { ...attached, routes }, 0);

    await api.get('/users', TOKEN);

    const story = storyOf(api.last());
    assert.match(story, /The access document orders refuses GET \/users: no rule allows it\./);
    assert.match(story, /The rules for GET \/users: staff: allow if role support/);
    assert.match(
      story,
      /authorizer \S+ is attached to GET \/users\. The list of routes from which orders was compiled still says that the route has no authorizer\./,
    );
    assert.match(story, /Use a caller with the role support, which staff requires/);
    assert.doesNotMatch(story, /other circumstances|[Ff]lush/);
  });

  it('says why a credential is refused, also of a cached result of an HTTP API', async () => {
    const rows = [
      [signToken(ISSUER_KEY, someClaims({ exp: 1_000_000_000 })), /it has expired/],
      [signToken(aRsaKey(), someClaims({})), /its signature does not match/],
      ['Basic YTpi', /it does not have the form|the request has no credential/],
    ] as const;
    for (const [credential, says] of rows) {
      const api = recording(aProtectedApi('http-2.0', [documentFor('http-2.0', RULES)]));
      for (const target of ['/users', '/users', '/users/77']) {
        await api.get(target, credential);

        assert.match(storyOf(api.last()), says);
        assert.match(storyOf(api.last()), /Send a valid credential from an issuer that orders trusts/);
        assert.doesNotMatch(
          storyOf(api.last()),
          /for unknown|Give unknown/,
          'nobody is advised to allow strangers',
        );
      }
      assert.equal(api.asked.length, 1);
    }
  });

  it('prints the command for a token that the document accepts, if the local issuer can make one', async () => {
    const api = anExplainedApi('rest-token', documentFor('rest-token', RULES));
    const issuer = documentFor('rest-token', RULES).issuers[0]?.trust.issuer ?? '';
    const command = `\`gatewright token --sub alice --role support --issuer ${issuer} --audience api\``;
    for (const [credential, includes] of [
      [undefined, true],
      ['Basic YTpi', true],
      [undefined, false],
    ] as const) {
      api.records.issuers = { own: 'https://local.gatewright.invalid/', includes: () => includes };

      await api.get('/users', credential);

      assert.equal(storyOf(api.last()).includes(command), includes, storyOf(api.last()));
    }
  });

  it('says so if a document was changed after it was compiled', async () => {
    const api = anExplainedApi('rest-token', { ...documentFor('rest-token', RULES), version: 'a1' });
    const file = join(folder, 'access/orders.yml');
    writeFileSync(file, 'rules: []\n');
    utimesSync(join(folder, 'access/compiled.json'), 1_000, 1_000);

    await api.get('/users', TOKEN);
    const story = storyOf(api.last());
    rmSync(file);

    assert.match(story, /→ Run `gatewright access sync`, because .*orders\.yml was changed after/);
  });

  it('names what the caller lacks, with the rule, and a token that has it', async () => {
    const when = {
      all: [{ roles: { any: ['support'] } }, { scopes: { all: ['labels:print', 'labels:write'] } }],
    };
    const rules = [{ id: 'print', effect: 'allow', methods: ['GET'], paths: ['/users'], when }];
    const api = anExplainedApi('http-2.0', documentFor('http-2.0', { rules }));
    api.records.issuers = { own: 'https://local.gatewright.invalid/', includes: () => true };

    await api.get('/users', TOKEN);

    const story = storyOf(api.last());
    assert.match(
      story,
      /→ Use a caller with the role support and the scopes labels:print, labels:write, which print requires: for example, send a token from `gatewright token --sub dora --role support --issuer \S+ --audience api --scope 'labels:print labels:write'`\./,
    );
    assert.match(story, /and run `gatewright access sync`\./);
  });

  it('names the rules from the record if no document is available', async () => {
    const api = recording(aProtectedApi('rest-token', [documentFor('rest-token', RULES)]));

    await api.get('/admin', TOKEN);
    assert.match(storyOf(api.last()), /document orders refuses the request: rule closed denies GET \/admin/);
    await api.get('/users', TOKEN);

    const story = storyOf(api.last());
    assert.match(story, /document orders does not allow GET \/users to this caller/);
    assert.match(story, /gatewright access explain orders GET \/users/);
  });
});
