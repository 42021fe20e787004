import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compilePolicy } from '#shared/access/decide/compile-policy.ts';
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import { decide } from '#shared/access/decide/decide.ts';
import { disguisesOf, readingsByServers } from '#shared/access/decide/path-disguises.ts';
import { aDocument, aPrincipal, ARN, PREFIX } from '../../../support/an-access-document.ts';
import { evaluateAsDocumented } from '../../../support/iam-by-documentation.ts';
import { compilePolicy as compileForGateway } from '../../../../packages/gateway/core/policy/evaluate.ts';

const allow = (paths: readonly string[], over: object = {}) => ({
  id: 'a',
  effect: 'allow',
  methods: ['GET'],
  paths,
  ...over,
});

function policyOf(document: CompiledDocument) {
  const outcome = compilePolicy(
    document,
    aPrincipal(),
    { ...ARN, target: 'GET/users' },
    { nowEpochSeconds: 0 },
  );
  return outcome.kind === 'policy' ? outcome.policy : assert.fail();
}

// A server behind the API resolves them (RFC 3986 5.2.4), so they walk out of an owner's part and into closed routes.
describe('the policy and dot segments', () => {
  const owned = aDocument(
    { rules: [{ ...allow(['/users/{id}/files/{proxy+}']), id: 'own', bind: { id: { claim: 'sub' } } }] },
    ['GET /users/{id}/files/{proxy+}'],
  );
  const closed = aDocument({ rules: [{ ...allow(['/{proxy+}']), id: 'all' }] }, [
    'GET /{proxy+}',
    'GET /admin',
  ]);
  const withHttpAuthorizer = aDocument(
    { rules: [{ ...allow(['/{proxy+}']), id: 'all' }] },
    ['GET /{proxy+}', 'GET /admin', 'GET /orders/{id}'],
    'http',
  );
  const byDefault = aDocument(
    {
      rules: [
        { ...allow(['/**']), id: 'all' },
        { ...allow(['/admin']), id: 'no', effect: 'deny' },
      ],
    },
    ['GET $default', 'GET /admin'],
    'http',
  );
  const belowOrders = aDocument(
    { rules: [{ ...allow(['/orders/**']), id: 'below' }] },
    ['GET /orders', 'GET /orders/{id}', 'GET $default'],
    'http',
  );
  const free = aDocument({ rules: [{ ...allow(['/{proxy+}']), id: 'all' }] }, ['GET /{proxy+}']);
  const rows: readonly (readonly [document: CompiledDocument, target: string, isAllowed: boolean])[] = [
    [owned, 'GET/users/u-1/files/a', true],
    [owned, 'GET/users/u-2/files/a', false],
    [owned, 'GET/users/u-1/files/v1.2/a..b/.well-known/...x', true],
    [owned, 'GET/users/u-1/files/../../u-2/files/secret', false],
    [owned, 'GET/users/u-1/files/%2e%2e/%2e%2e/u-2/files/secret', false],
    [owned, 'GET/users/u-1/files/.%2E/.%2e/u-2/files/secret', false],
    [owned, 'GET/users/u-1/files/%252e%252e/%252E./u-2/files/secret', false],
    [owned, 'GET/users/u-1/files/.%%32E/.%2%65/u-2/files/secret', false],
    [closed, 'GET/%%361dmin', false],
    [free, 'GET/a%20%20b/100%25', true],
    [owned, 'GET/users/u-1/files/..%2f..%2fu-2%2ffiles%2fsecret', false],
    [owned, 'GET/users/u-1/files/..;/..;x=1/u-2/files/secret', false],
    [owned, 'GET/users/u-1/files/..\\..\\u-2\\files', false],
    [owned, 'GET/users/u-1/files/..%5C..%5cu-2', false],
    [owned, 'GET/users/u-1/files/..', false],
    [closed, 'GET/admin', false],
    [closed, 'GET/administrator', true],
    [closed, 'GET/x/../admin', false],
    [closed, 'GET/./admin', false],
    [closed, 'GET/admin/.', false],
    [closed, 'GET/x/%2e%2e/admin', false],
    [closed, 'GET/admin;x', false],
    [closed, 'GET/admin%3Bx', false],
    [closed, 'GET/x%2f..%2fadmin', false],
    [closed, 'GET/%2561dmin', false],
    [closed, 'GET/.well-known/v1.2', true],
    // HTTP APIs send these to the greedy route; the server behind it reads them without the slash.
    [withHttpAuthorizer, 'GET/admin/', false],
    [withHttpAuthorizer, 'GET/admin//', false],
    [withHttpAuthorizer, 'GET/admin%2F', false],
    [withHttpAuthorizer, 'GET/admin;x/', false],
    [withHttpAuthorizer, 'GET/orders/7/', false],
    [withHttpAuthorizer, 'GET/administrator/', true],
    [withHttpAuthorizer, 'GET/files/2026/', true],
    [byDefault, 'GET/admin/', false],
    [byDefault, 'GET/files/', true],
    // A server to which the slash matters serves `$default`, and not `/orders`.
    [belowOrders, 'GET/orders/%3b', false],
    [belowOrders, 'GET/orders/7', true],
    // redteam R6: servers that trim blanks, end at NUL, split at a decoded ? or #, or take overlong UTF-8.
    ...[closed, withHttpAuthorizer].flatMap((document) =>
      [
        ...['%20', '%00', '%09', '%0a', '%0D', '%3fx', '%3Fx', '%23x', '%00.png', '%20/', '/%20'].map(
          (end) => `admin${end}`,
        ),
        '%20admin',
        'x/..%20/admin',
        'x/..%00/admin',
        'x/%c0%ae%c0%ae/admin',
        'x/%C0%AE./admin',
        'x/%e0%80%ae%E0%80%AE/admin',
        'x/%f0%80%80%ae./admin',
        '%c1%a1dmin',
        // Windows drops dots at the end of a name; IIS has escapes of its own, and NTFS streams; many trim %C2%A0.
        ...['.', '...', './', '.%20', '%C2%A0', '%c2%a0', '%C2%a0', '%C2%A0/', '/%C2%A0', '/%c2%a0'].map(
          (end) => `admin${end}`,
        ),
        '%C2%A0admin',
        '%u0061dmin',
        '%U0061dmin',
        'x/%u002e%u002e/admin',
        ...['::$DATA', ':$DATA', '::%24DATA', '%3a%3A$DATA', ':%3A%24data'].map((end) => `admin${end}`),
      ].map((spelling) => [document, `GET/${spelling}`, false] as const),
    ),
    [closed, 'GET/my%20file/100%C3%A9', true],
    [closed, 'GET/v1.2/.hidden/a%C2%A0b/%E2%80%9Cq%E2%80%9D', true],
    [closed, 'GET/urn:isbn:1/5%24/a:b', true],
    [free, 'GET/sentence./a::$b/%C2%A0', true],
    [free, 'GET/%u002e%u002e/secret', false],
    [closed, 'GET/%e0%a4%85/%f0%9f%98%80/%C3%80', true],
    [owned, 'GET/users/u-1/files/..%20/..%20/u-2/files/secret', false],
    [owned, 'GET/users/u-1/files/..%00/..%00/u-2/files/secret', false],
    [owned, 'GET/users/u-1/files/%c0%ae%c0%ae/%c0%ae./u-2/files/secret', false],
    [free, 'GET/C%23/why%3F%20', true],
    [free, 'GET/..%20/secret', false],
    [free, 'GET/%c0%ae%c0%ae/secret', false],
    [free, 'GET/a%2Fb;c/d', true],
    [free, 'GET/../secret', false],
    [free, 'GET/a%2F../secret', false],
    [free, 'GET/a%2F..%2F..%2Fsecret', false],
    [free, 'GET/..%2fsecret', false],
  ];
  for (const [document, target, isAllowed] of rows)
    it(`${isAllowed ? 'allows' : 'denies'} ${target} below ${document.routes[0]?.path ?? ''} of a ${document.kind} API, in policy and decision`, () => {
      const resource = `${PREFIX}/prod/${target}`;
      const policy = policyOf(document);
      const asked = { action: 'execute-api:Invoke', resource };
      const evaluated = compileForGateway(policy);
      const decision = decide(document, aPrincipal(), { target, sourceIp: undefined, nowEpochSeconds: 0 });

      assert.equal(evaluateAsDocumented(policy, { ...asked, context: new Map() }), isAllowed);
      assert.equal(
        evaluated.kind === 'compiled' &&
          evaluated.policy.decide({ ...asked, conditions: new Map() }) === 'allow',
        isAllowed,
      );
      assert.equal(decision.kind === 'allow', isAllowed);
    });

  it('does not mention them if no wildcard would match them', () => {
    const document = aDocument({ rules: [{ ...allow(['/users']), id: 'r' }] });

    assert.deepEqual(
      policyOf(document).Statement.map(({ Effect }) => Effect),
      ['Allow'],
    );
  });
});

describe('disguisesOf', () => {
  it('denies only escapes of the letters of literals, and none that is already denied as a dot', () => {
    const patterns = disguisesOf([[{ literal: 'a-b.c' }, 'one', 'rest']]);
    const beside = new Set(disguisesOf([['one', 'rest']]));

    assert.deepEqual(
      patterns.filter((pattern) => !beside.has(pattern)),
      ['*%6*', '*%2D*', '*%2d*'],
    );
    assert.equal(patterns.filter((pattern) => pattern === '*%2E*').length, 1);
    assert.equal(patterns.filter((pattern) => pattern === '*%2e*').length, 1);
    assert.equal(patterns.includes('*%75*'), false, 'of the word "undefined"');
  });
});

describe('readingsByServers', () => {
  it('decodes four times, and no more', () => {
    const decode = (text: string): string => text.replace('25', '');

    assert.deepEqual(
      [...readingsByServers('/%252525252541', decode)],
      ['/%252525252541', '/%2525252541', '/%25252541', '/%252541', '/%2541'],
    );
  });

  for (const [sent, served] of [
    ['/admin%20', '/admin'],
    ['/admin%00.png', '/admin'],
    ['/admin%0a%0dX', '/admin'],
    ['/admin%3fx', '/admin'],
    ['/admin%2523x', '/admin'],
    ['/a%20b/%20c%09/d', '/a b/c'],
    ['/a%20/b', '/a/b'],
    ['/admin.', '/admin'],
    ['/a.%20./b%C2%A0', '/a/b'],
    ['/admin::$DATA', '/admin'],
    ['/admin:$i30:$INDEX_ALLOCATION/b', '/admin/b'],
    // A server that drops blanks, but neither dots nor parameters, reads it as the other path.
    ['/.../admin%C2%A0/', '/.../admin'],
    ['/;x/admin%20', '/;x/admin'],
    ['/x%20//admin', '/x//admin'],
    ['/a\\b;v=1//c', '/a/b/c'],
    ['GET/a/;x//', 'GET/a'],
  ] as const)
    it(`reads ${sent} as ${served}`, () => {
      const readings = readingsByServers(sent, decodeURIComponent);

      assert.ok(readings.has(served), [...readings].join(' '));
    });

  for (const usual of ['GET/', '/.hidden/v1.2/a:b', '/a b/c'])
    it(`reads ${usual} in one way only`, () => {
      assert.deepEqual([...readingsByServers(usual, decodeURIComponent)], [usual]);
    });
});
