import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAuthorizer } from '#shared/access/authorize.ts';
import { toCertificatePrincipal } from '#shared/access/tokens/client-certificate.ts';
import { readCredential } from '#shared/access/credential.ts';
import { parseRequestEvent } from '#shared/aws/authorizer-event.ts';
import { aDocument, PREFIX } from '../../../support/an-access-document.ts';
import { aFetcher } from '../../../support/signed-tokens.ts';

const CERTIFICATE = {
  subjectDN: 'CN=shop,O=Example',
  issuerDN: 'CN=Partner CA,O=Example\\, Inc.',
  serialNumber: '0A:1B',
  notAfterEpochSeconds: 1_000,
};
const partners = (match: { issuerDN: string; serialNumbers?: string[] }, over = {}) => [
  { id: 'partners', match: [match], roles: ['support'], scopes: ['orders:read'], ...over },
];

describe('toCertificatePrincipal', () => {
  it('identifies a caller by authority and serial number, not by the name in the certificate', () => {
    const principal = toCertificatePrincipal(
      CERTIFICATE,
      partners({ issuerDN: CERTIFICATE.issuerDN }),
      1_000,
    );

    assert.equal(principal.principalId, 'partners|CN=Partner CA,O=Example\\, Inc.#a1b');
    assert.deepEqual([[...principal.roles], [...principal.scopes]], [['support'], ['orders:read']]);
    assert.equal(principal.claims['subjectDN'], 'CN=shop,O=Example');
    assert.equal(principal.expiresAtEpochSeconds, 1_000);
  });

  const rows = [
    {
      name: 'takes a name with other spaces and types in lower case',
      match: { issuerDN: 'cn=Partner CA, o=Example\\, Inc.' },
      isTrusted: true,
    },
    { name: 'refuses a name with a part missing', match: { issuerDN: 'CN=Partner CA' }, isTrusted: false },
    {
      name: 'refuses a name in another order',
      match: { issuerDN: 'O=Example\\, Inc.,CN=Partner CA' },
      isTrusted: false,
    },
    {
      name: 'refuses a value in another case',
      match: { issuerDN: 'CN=PARTNER CA,O=Example\\, Inc.' },
      isTrusted: false,
    },
    {
      name: 'refuses a misplaced comma',
      match: { issuerDN: 'CN=Partner CA,O=Example, Inc.' },
      isTrusted: false,
    },
    {
      name: 'takes a serial number in another spelling',
      match: { issuerDN: CERTIFICATE.issuerDN, serialNumbers: ['0a1b'] },
      isTrusted: true,
    },
    {
      name: 'refuses another serial number',
      match: { issuerDN: CERTIFICATE.issuerDN, serialNumbers: ['0a1c'] },
      isTrusted: false,
    },
  ];
  for (const { name, match, isTrusted } of rows)
    it(name, () => {
      const ask = () => toCertificatePrincipal(CERTIFICATE, partners(match), 0);
      if (isTrusted) assert.equal(ask().issuerId, 'partners');
      else assert.throws(ask, { code: 'TOKEN_ISSUER_UNKNOWN' });
    });

  it('refuses a certificate that has expired', () => {
    assert.throws(
      () => toCertificatePrincipal(CERTIFICATE, partners({ issuerDN: CERTIFICATE.issuerDN }), 1_001),
      { code: 'TOKEN_EXPIRED' },
    );
  });
});

describe('an authorizer for certificates', () => {
  const document = {
    ...aDocument({
      issuers: [
        { id: 'partners', type: 'clientCert', roles: ['support'], match: [{ issuerDN: 'CN=Partner CA' }] },
      ],
      sources: [{ in: 'clientCert', issuers: ['partners'] }],
      rules: [
        {
          id: 'read',
          effect: 'allow',
          methods: ['GET'],
          paths: ['/users'],
          when: { roles: { any: ['support'] } },
        },
        {
          id: 'revoked',
          effect: 'deny',
          methods: ['GET'],
          paths: ['/users'],
          when: { claims: [{ claim: 'serialNumber', op: 'in', value: ['bad'] }] },
        },
      ],
    }),
    apis: [{ for: 'prod', apiId: 'a1b2c3d4e5', stage: 'prod' }],
  };
  const ask = (clientCert: object | undefined) => {
    const request = parseRequestEvent({
      type: 'REQUEST',
      methodArn: `${PREFIX}/prod/GET/users`,
      requestContext: { identity: { clientCert } },
    });
    const authorizer = createAuthorizer(
      { documents: [document] },
      { stage: 'prod', localIssuerUrl: undefined },
      { keySets: aFetcher(new Map()), clock: { nowEpochMs: () => Date.now() } },
    );
    return authorizer({ ...request, readCredential: (sources) => readCredential(request, sources) });
  };
  const certificate = {
    subjectDN: 'CN=shop',
    issuerDN: 'CN=Partner CA',
    serialNumber: '0a:1b',
    validity: { notAfter: 'Aug  5 09:36:04 2121 GMT' },
  };

  it('allows what the rules allow, and denies a serial number that they name', async () => {
    assert.match(JSON.stringify(await ask(certificate)), /"decision":\{"kind":"allow"/);
    assert.match(
      JSON.stringify(await ask({ ...certificate, serialNumber: '0b:ad' })),
      /"reason":"deny-rule"/,
    );
  });

  it('rejects a caller without a certificate, or with one of another authority', async () => {
    assert.match(JSON.stringify(await ask(undefined)), /"kind":"unknown","reason":"TOKEN_MISSING"/);
    assert.match(
      JSON.stringify(await ask({ ...certificate, issuerDN: 'CN=Other' })),
      /"reason":"TOKEN_ISSUER_UNKNOWN"/,
    );
  });

  it('fails on an event whose certificate is empty', async () => {
    assert.throws(
      () =>
        parseRequestEvent({
          type: 'REQUEST',
          methodArn: `${PREFIX}/prod/GET/users`,
          requestContext: { identity: { clientCert: {} } },
        }),
      { code: 'EVENT_MALFORMED' },
    );
  });
});
