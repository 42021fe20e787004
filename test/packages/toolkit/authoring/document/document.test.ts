import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { documentSchema } from '../../../../../packages/toolkit/authoring/document/document.ts';
import { readDocument } from '../../../../../packages/toolkit/authoring/document/read-access-document.ts';
import { documentText } from '../../../../support/an-access-document.ts';

const validate = new Ajv({ strict: false }).compile(documentSchema());

const RICH = documentText({
  $schema: './access.schema.json',
  api: {
    dev: { stack: 'orders-dev', logicalId: 'Api', stage: 'dev' },
    prod: { apiId: 'a1b2c3d4e5', stage: '$default' },
  },
  issuers: [
    {
      id: 'main',
      type: 'oidc',
      issuer: 'https://issuer.example/',
      audience: ['api'],
      jwksUri: 'https://issuer.example/keys',
      algorithms: ['RS256', 'ES256'],
      typ: ['at+jwt'],
      clients: ['web'],
      clockSkewSeconds: 10,
      maxTokenAgeSeconds: 3600,
      only: ['prod'],
      claims: {
        principal: 'sub',
        scopes: ['scope', ['https://x.example/scp']],
        roles: ['realm_access.roles'],
      },
      jwks: {
        maxAgeSeconds: 600,
        staleSeconds: 60,
        cooldownSeconds: 5,
        timeoutMs: 500,
        maxBytes: 9000,
        snapshotMaxAgeDays: 7,
      },
    },
    {
      id: 'pool',
      type: 'cognito',
      userPoolId: 'eu-west-1_AbCdEf123',
      clients: ['c1'],
      tokenUse: 'id',
      groupsAs: 'roles',
    },
    { id: 'local', type: 'local', only: ['dev'] },
    {
      id: 'partners',
      type: 'clientCert',
      roles: ['support'],
      only: ['prod'],
      match: [{ issuerDN: 'CN=Partner CA', serialNumbers: ['0a:1b'] }, { issuerDN: 'CN=B' }],
    },
  ],
  sources: [
    { in: 'header', name: 'authorization', scheme: 'Bearer', issuers: ['main', 'pool', 'local'] },
    { in: 'query', name: 'token', issuers: ['main'] },
    { in: 'subprotocol', marker: 'bearer', issuers: ['main'] },
    { in: 'clientCert', issuers: ['partners'] },
  ],
  rules: [
    {
      id: 'r1',
      effect: 'allow',
      methods: ['GET', '*'],
      paths: ['/orders', '/orders/{id}', '/t/{t+}', '/**'],
      bind: { id: { claim: 'sub' }, t: { claim: ['a.b', 'c'], each: true, max: 3 } },
      when: {
        all: [{ scopes: { all: ['a:b'], any: ['c'] } }, { not: { roles: { any: ['admin'] } } }],
        any: [{ mfa: true }, { authAgeSeconds: 60 }, { clients: ['web'] }, { issuers: ['main'] }],
        claims: [
          { claim: 'plan', op: 'in', value: ['gold', 1, true] },
          { claim: 'x', op: 'exists' },
          { claim: 'n', op: 'gte', value: 3 },
        ],
        sourceIp: { cidr: ['203.0.113.0/24', '2001:db8::/32', '192.0.2.1'] },
      },
    },
    { id: 'r2', effect: 'allow', connect: true },
  ],
  context: { email: { claim: 'email' } },
  result: {
    format: 'policy',
    cacheTtlSeconds: 0,
    expiryCondition: true,
    maxBytes: 4096,
    onOversize: 'exact',
  },
});

describe('access/access.schema.json', () => {
  it('is what the reader reads', () => {
    const printed: unknown = JSON.parse(
      readFileSync(new URL('../../../../../access/access.schema.json', import.meta.url), 'utf8'),
    );

    assert.deepEqual(printed, JSON.parse(JSON.stringify(documentSchema())));
  });

  it('takes a document that uses everything, as the reader does', () => {
    assert.equal(readDocument(JSON.stringify(RICH), 'x').kind, 'read');
    assert.equal(validate(RICH), true, JSON.stringify(validate.errors));
  });

  // What only the reader checks: blocks of addresses, and what a claim test may compare.
  const readersOwn =
    /not a block of addresses|requires a list|requires a number|requires one value|cannot have a value|has bind in a deny rule|remove methods, paths/;

  it('refuses whatever the reader refuses, after any change', () => {
    const junk = fc.constantFrom<unknown>(
      null,
      0,
      -1,
      1e9,
      '',
      ' ',
      '*',
      'GET',
      'nope',
      [],
      {},
      [1],
      ['a', 'a'],
      { a: 1 },
      true,
      '/x',
      'https://a.example/',
    );
    const paths = listPaths(RICH);
    fc.assert(
      fc.property(
        fc.constantFrom(...paths),
        junk,
        fc.constantFrom('replace', 'remove', 'add'),
        (path, value, how) => {
          const changed: unknown = structuredClone(RICH);
          change(changed, path, how, value);
          const reading = readDocument(JSON.stringify(changed), 'x');
          const isValid = validate(changed);
          if (reading.kind === 'read')
            assert.equal(isValid, true, JSON.stringify([path, value, how, validate.errors]));
          else if (!reading.problems.every(({ message }) => readersOwn.test(message)))
            assert.equal(isValid, false, JSON.stringify([path, value, how, reading.problems]));
        },
      ),
      { numRuns: 700 },
    );
  });
});

/** Paths to every value of the document. */
function listPaths(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const below = Object.entries(value).flatMap(([key, inner]) => listPaths(inner, [...path, key]));
  return path.length === 0 ? below : [path, ...below];
}

function change(document: unknown, path: readonly string[], how: string, value: unknown): void {
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((inner, key) => Reflect.get(inner as object, key), document) as object;
  const key = path.at(-1) ?? '';
  if (how === 'replace') Reflect.set(parent, key, value);
  else if (how === 'add')
    Reflect.set(parent, Array.isArray(parent) ? String(parent.length) : 'stranger', value);
  else if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else Reflect.deleteProperty(parent, key);
}
