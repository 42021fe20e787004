import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { HeaderList } from '../../../../../packages/gateway/core/events/header-list.ts';
import { buildHttp2Event } from '../../../../../packages/gateway/core/events/http-event.ts';
import { buildRestEvent } from '../../../../../packages/gateway/core/events/rest-event.ts';
import { aRequest, anHttpRequest } from './a-request.ts';
import type {
  ApiKeyFacts,
  CallerFacts,
  RoutedFacts,
} from '../../../../../packages/gateway/core/events/request-facts.ts';

const NAMES = [
  'Host',
  'user-agent',
  'X-Forwarded-For',
  'x-amzn-trace-id',
  'Authorization',
  'Cookie',
  'content-length',
  'Content-Type',
  '__proto__',
  'X-Odd',
  'x-odd',
  'connection',
];
const headers = fc
  .array(fc.tuple(fc.constantFrom(...NAMES), fc.string({ unit: 'binary-ascii' })), { maxLength: 8 })
  .map((pairs) => pairs.flat());

const CERTIFICATE = {
  clientCertPem: 'PEM',
  subjectDN: 'CN=ann',
  issuerDN: 'CN=ca',
  serialNumber: '1',
  validity: { notBefore: 'a', notAfter: 'b' },
};

const callers = fc.constantFrom<CallerFacts>(
  { kind: 'anonymous' },
  { kind: 'lambda', principalId: 'ann', context: { plan: 'go"ld', limit: 5 }, integrationLatencyMs: 0 },
  { kind: 'jwt', claims: { sub: 'ann' }, scopes: ['read'] },
  {
    kind: 'iam',
    accountId: '123456789012',
    callerId: 'AIDA:ann',
    accessKey: 'AKIA',
    userId: 'AIDA',
    userArn: 'arn:aws:iam::123456789012:user/ann',
    organizationId: 'o-1',
  },
);

/** One connection may reach several addresses, stages and routes. */
const { api, stage, route } = aRequest();
const places = {
  api: fc.constantFrom(api, { ...api, endpointType: 'EDGE' }, { ...api, apiId: 'other' }),
  stage: fc.constantFrom(stage, { ...stage, variables: { to: 'a"' } }),
  route: fc.constantFrom(route, { ...route, resourcePath: '/{any+}' }),
};

const changes = fc.record({
  ...places,
  extendedRequestId: fc.constantFrom('JCIoWGiIvHcEsxg=', 'J+IoWG/IvHcEsxg='),
  clientCertificate: fc.constantFrom(undefined, CERTIFICATE),
  method: fc.constantFrom('GET', 'POST'),
  rawPath: fc.string({ unit: 'binary-ascii' }).map((text) => `/${text}`),
  rawQuery: fc.constantFrom('', 'a=1', 'a=1&a=%22', '__proto__=1'),
  pathParameters: fc.constantFrom(null, { id: '1' }, { id: 'ä"' }),
  traceHeader: fc.string(),
  requestId: fc.uuid(),
  sourceIp: fc.constantFrom('192.0.2.1', '192.0.2.2'),
  receivedAtEpochMs: fc.integer({ min: 0, max: 4e12 }),
  body: fc.constantFrom(undefined, Buffer.from(''), Buffer.from('{"a":"ä"}'), Buffer.from([0, 255])),
});

/** What `JSON.stringify` would write: the same again, once it is read. */
function assertPrinted(text: string): void {
  // Names that look like numbers come first in an object; there are none here.
  assert.equal(text, JSON.stringify(JSON.parse(text)));
}

describe('events of a connection that repeats its headers', () => {
  for (const [name, build, aRouted] of [
    ['REST', (facts, caller, key) => buildRestEvent(facts, caller, key, []), aRequest],
    ['HTTP, payload 2.0', (facts, caller) => buildHttp2Event(facts, caller), anHttpRequest],
  ] as const satisfies readonly (readonly [
    string,
    (facts: RoutedFacts, caller: CallerFacts, key: ApiKeyFacts) => string,
    typeof aRequest,
  ])[])
    it(`equal those of the same headers parsed again: ${name}`, () => {
      const key = fc.constantFrom<ApiKeyFacts>(undefined, { id: 'k', value: 's"' });
      const rounds = fc.array(fc.tuple(changes, callers, key), { minLength: 1, maxLength: 6 });
      fc.assert(
        fc.property(headers, rounds, (lines, requests) => {
          const repeated = new HeaderList(lines);
          repeated.repeat();
          for (const [change, caller, apiKey] of requests) {
            const text = build(aRouted({ ...change, headers: repeated }), caller, apiKey);
            const anew = build(aRouted({ ...change, headers: new HeaderList(lines) }), caller, apiKey);
            assert.equal(text, anew);
            assertPrinted(text);
          }
        }),
      );
    });

  it('stay correct for more routes than a connection keeps', () => {
    const repeated = new HeaderList(['Host', 'a']);
    repeated.repeat();
    for (let round = 0; round < 3; round += 1)
      for (let at = 0; at < 20; at += 1) {
        const facts = aRequest({ headers: repeated, route: { ...route, resourcePath: `/${at}` } });
        const event = JSON.parse(buildRestEvent(facts, { kind: 'anonymous' }, undefined, [])) as object;
        assert.deepEqual([(event as { resource: string }).resource], [`/${at}`]);
      }
  });
});
