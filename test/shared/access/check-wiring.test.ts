import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkWiring } from '#shared/access/check-wiring.ts';
import type { WiredAuthorizer } from '#shared/access/check-wiring.ts';
import { aDocument } from '../../support/an-access-document.ts';

const SAFE: WiredAuthorizer = {
  name: 'request',
  payload: 'rest-request',
  ttlSeconds: 60,
  simpleResponses: false,
  identitySources: [{ kind: 'header', name: 'authorization' }],
};
const bearer = { in: 'header', name: 'authorization', scheme: 'Bearer', issuers: ['main'] };
const other = { in: 'header', name: 'x-token', issuers: ['main'] };
const PARTNERS = {
  issuers: [{ id: 'partners', type: 'clientCert', match: [{ issuerDN: 'CN=Partner CA' }] }],
  sources: [{ in: 'clientCert', issuers: ['partners'] }],
};
const simple = { result: { format: 'simple' } };

// access test 14: pairs of mode, TTL and identity source that would break the document's promises.
describe('checkWiring', () => {
  const rows: readonly {
    name: string;
    over?: object;
    kind?: 'http';
    wired?: Partial<WiredAuthorizer>;
    expected: RegExp | undefined;
    source: string;
  }[] = [
    { name: 'takes a header that is both read and told apart by', expected: undefined, source: 'B01' },
    {
      name: 'takes any identity source while nothing is kept',
      wired: { ttlSeconds: 0, identitySources: [] },
      expected: undefined,
      source: 'B14',
    },
    {
      name: 'refuses to keep answers by another header',
      wired: { identitySources: [{ kind: 'header', name: 'x-other' }] },
      expected: /without telling callers apart by header authorization/,
      source: 'B14',
    },
    {
      name: 'refuses to keep answers by nothing',
      wired: { identitySources: [] },
      expected: /without telling callers apart/,
      source: 'B14',
    },
    {
      name: 'refuses to keep answers by one of two sources',
      over: { sources: [bearer, other] },
      expected: /without telling callers apart by header x-token/,
      source: 'B14',
    },
    {
      name: 'refuses to demand one of two sources',
      over: { sources: [bearer, other] },
      wired: { ttlSeconds: 0 },
      expected: /answers 401 to every caller without header authorization/,
      source: 'K10',
    },
    {
      name: 'takes two sources where none is demanded and nothing is kept',
      over: { sources: [bearer, other] },
      wired: { ttlSeconds: 0, identitySources: [] },
      expected: undefined,
      source: 'K10',
    },
    {
      name: 'refuses to keep answers longer than the document allows',
      wired: { ttlSeconds: 61 },
      expected: /keeps answers for 61 s, the document allows 60 s/,
      source: '2D',
    },
    {
      name: 'refuses to keep answers for one request',
      over: { result: { onOversize: 'exact', cacheTtlSeconds: 0 } },
      expected: /set its TTL to 0/,
      source: 'B14',
    },
    {
      name: 'refuses a TOKEN authorizer for what it never reads',
      over: { sources: [bearer, other] },
      wired: { payload: 'rest-token', ttlSeconds: 0 },
      expected: /reads one header only, never header x-token/,
      source: '§4.1',
    },
    {
      name: 'refuses a policy where a verdict is expected',
      wired: { payload: 'http-2.0', simpleResponses: true },
      kind: 'http',
      expected: /takes no policy/,
      source: 'B16',
    },
    {
      name: 'refuses a verdict where a policy is expected',
      over: simple,
      wired: { payload: 'http-2.0' },
      kind: 'http',
      expected: /answers simply: set EnableSimpleResponses/,
      source: 'B16',
    },
    {
      name: 'refuses one kept verdict for all routes',
      over: simple,
      wired: { payload: 'http-2.0', simpleResponses: true },
      kind: 'http',
      expected: /keeps one verdict for all routes/,
      source: 'B15',
    },
    {
      name: 'takes a kept verdict for each route',
      over: simple,
      wired: {
        payload: 'http-2.0',
        simpleResponses: true,
        identitySources: [...SAFE.identitySources, { kind: 'context', name: 'routeKey' }],
      },
      kind: 'http',
      expected: undefined,
      source: 'B15',
    },
    {
      name: 'refuses to keep answers without telling certificates apart',
      over: PARTNERS,
      expected: /by the client certificate/,
      source: 'B14',
    },
    {
      name: 'takes certificates while nothing is kept',
      over: PARTNERS,
      wired: { ttlSeconds: 0, identitySources: [] },
      expected: undefined,
      source: 'B14',
    },
  ];
  for (const { name, over, kind, wired, expected, source } of rows)
    it(name, () => {
      const complaints = checkWiring(aDocument(over, undefined, kind), { ...SAFE, ...wired });

      if (expected === undefined) assert.deepEqual(complaints, [], source);
      else assert.match(complaints.join('\n'), expected, source);
      for (const complaint of complaints) assert.match(complaint, /^authorizer request: /);
    });
});
