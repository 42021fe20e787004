import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listTries } from '../../../../../packages/gatewright/command/start/start-text.ts';
import { guardedRoutes } from '../../../../../packages/gatewright/command/start/suggested-tries.ts';
import { aDocument } from '../../../../support/an-access-document.ts';
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import { aStack } from '../../../../support/a-stack.ts';
import type { ApiRoutes, InspectedRoute } from '../../../../../packages/gateway/engine/index.ts';
import { OURS, guard, of, row, suggest } from './tries-builders.ts';
import type { Row } from './tries-builders.ts';

describe('listTries', () => {
  const admin = {
    ...of('http', [row('/quota/openapi.json', { functionName: 'quota-admin' })]),
    stack: 'gatewright-dev',
    id: 'z9',
  };
  const own = of('rest', [row('/pets')]);
  const commandsFor = (apis: readonly ApiRoutes[]) => {
    const gateway = {
      routes: () => apis,
      inspect: () => apis.map((api) => ({ ...api, apiKeySource: 'HEADER', routes: [guard()] })),
      stacks: [
        aStack({}, 'shop-dev'),
        {
          ...aStack({}, 'gatewright-dev'),
          functions: [{ name: 'quota-admin', environment: { GATEWRIGHT_STAGE: 'dev' } }],
        },
      ],
    };
    return listTries({ gateway, listening: {}, documents: [], stage: 'dev' } as unknown as Parameters<
      typeof listTries
    >[0]);
  };

  // An empty Traffic said “No requests to your own APIs yet”, above a request of the product’s own admin API.
  it('suggests no request of the admin API of Gatewright’s stack beside the user’s own APIs', () => {
    assert.deepEqual(commandsFor([own, admin]), [
      '# open to everyone',
      'curl -i http://127.0.0.1:3000/dev/pets',
    ]);
    assert.match(commandsFor([admin]).join(' '), /openapi\.json/);
  });
});

describe('suggestTries', () => {
  it('gives a curl line for an open route, one without parameters and side effects first', () => {
    const lines = suggest('rest', [
      [row('/pets', { method: 'POST' }), guard()],
      [row('/pets/{id}'), guard()],
      [row('/pets'), guard()],
    ]);

    assert.deepEqual(lines, ['# open to everyone', 'curl -i http://127.0.0.1:3000/dev/pets']);
  });

  it('suggests calling the service rather than sending a preflight, which comes first in osls templates', () => {
    const lines = suggest('rest', [
      [row('/pets', { method: 'OPTIONS' }), guard()],
      [row('/pets', { method: 'DELETE' }), guard()],
    ]);

    assert.equal(lines[1], 'curl -i -X DELETE http://127.0.0.1:3000/dev/pets');
  });

  it('suggests a preflight only for an API that has nothing else, not beside a route that needs a signature', () => {
    const preflight = [row('/pets', { method: 'OPTIONS' }), guard()] as const;
    const signed = [row('/pets', { authorizer: 'AWS_IAM' }), guard({ guard: 'AWS_IAM' })] as const;

    assert.deepEqual(suggest('rest', [preflight, signed]), [
      '# without AWS_IAM → 403',
      'curl -i http://127.0.0.1:3000/dev/pets',
    ]);
    assert.match(suggest('rest', [preflight]).join(' '), /^# open to everyone curl -i -X OPTIONS /);
  });

  it('suggests no preflight that needs a token if another route needs one, too', () => {
    const localToken = { issuer: undefined, audience: undefined, scope: undefined, tokenUse: undefined };
    const guarded = (method: string) =>
      [row('/pets', { method, authorizer: 'jwt' }), guard({ localToken })] as const;
    const [, line] = suggest('http', [guarded('OPTIONS'), guarded('POST')]);

    assert.match(line ?? '', /^curl -i -X POST /);
  });

  it('sends a body if the only route wants one', () => {
    const [, line] = suggest('rest', [[row('/pets', { method: 'POST' }), guard()]]);

    assert.equal(
      line,
      "curl -i -X POST -H 'Content-Type: application/json' -d '{}' http://127.0.0.1:3000/dev/pets",
    );
  });

  it('mints a token if the gateway checks it and trusts the local issuer', () => {
    const localToken = { issuer: undefined, audience: 'shop', scope: 'pets:read', tokenUse: undefined };
    const [, line] = suggest('http', [[row('/pets', { authorizer: 'jwt' }), guard({ localToken })]]);

    assert.match(
      line ?? '',
      /^curl -i -H "Authorization: Bearer \$\(\S.* token --audience shop --scope pets:read\)" http/,
    );
  });

  // A public service reads the token of its user pool from X-Authorization; the suggested header got 401.
  for (const [kind, name, command] of [
    ['header', 'x-authorization', /-H "x-authorization: Bearer \$\(/],
    ['querystring', 'token', /^curl -i http:\S+$/],
  ] as const)
    it(`sends the token where the authorizer reads it: ${kind} ${name}`, () => {
      const localToken = { issuer: undefined, audience: undefined, scope: undefined, tokenUse: undefined };
      const tokenSource = { kind, name };
      const [, line] = suggest('http', [
        [row('/pets', { authorizer: 'jwt' }), guard({ localToken, tokenSource })],
      ]);

      assert.match(line ?? '', command);
    });

  it('suggests a token of the issuer for which the local one stands in', () => {
    const issuer = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc';
    const localToken = { issuer, audience: undefined, scope: undefined, tokenUse: 'id' };
    const [, line] = suggest('rest', [[row('/pets', { authorizer: 'pool' }), guard({ localToken })]]);

    assert.ok(line?.includes(` token --issuer ${issuer} --claim token_use=id)`), line);
  });

  it('asks an MCP server as a client does', () => {
    const mcp = { path: '/mcp', rules: [{ id: 'all', effect: 'allow', tools: ['*'] }] };
    const document = {
      ...aDocument(
        {
          api: { dev: { apiId: 'a1b2c3d4e5', stage: 'dev' } },
          issuers: [{ id: 'local', type: 'local', only: ['dev'] }],
          sources: [{ in: 'header', name: 'authorization', scheme: 'Bearer', issuers: ['local'] }],
          mcp,
        },
        ['POST /mcp'],
      ),
      apis: [{ for: 'dev', apiId: 'a1', stage: 'dev' }],
    };
    const shown = row('/mcp', { method: 'POST', authorizer: 'guard' });
    const [comment, line] = suggest('rest', [[shown, guard({ authorizer: OURS })]], [document]);

    assert.equal(comment, '# with a token for guard');
    assert.match(
      line ?? '',
      /^\S.* mcp list --server http:\/\/127\.0\.0\.1:3000\/dev\/mcp --token "\$\(\S.* token .*\)"$/,
    );
  });

  it('does so for an authorizer of the toolkit according to its document, and for no other', () => {
    const pair = [row('/pets', { authorizer: 'guard' }), guard({ authorizer: OURS })] as const;
    const foreign = [
      row('/pets', { authorizer: 'guard' }),
      guard({ authorizer: { ...OURS, functionName: 'theirs' } }),
    ] as const;
    const document = (only = ['dev']): CompiledDocument => ({
      ...aDocument(
        {
          api: {
            dev: { apiId: 'a1b2c3d4e5', stage: 'dev' },
            test: { apiId: 'a1b2c3d4e5', stage: 'test' },
          },
          issuers: [{ id: 'local', type: 'local', only }],
          sources: [{ in: 'header', name: 'authorization', scheme: 'Bearer', issuers: ['local'] }],
        },
        ['GET /pets'],
      ),
      apis: [{ for: 'dev', apiId: 'a1', stage: 'dev' }],
    });
    const asks = (pairs: readonly [Row, InspectedRoute], documents: readonly CompiledDocument[]): boolean =>
      suggest('rest', [pairs], documents).join('\n').includes('token --sub alice');

    assert.equal(asks(pair, [document()]), true);
    assert.equal(asks(pair, [document(['dev'])]), true);
    assert.equal(asks(pair, [document(['test'])]), false);
    assert.equal(asks(pair, []), false);
    assert.equal(asks(foreign, [document()]), false);
  });

  it('suggests a key with the command that reads its value, and also a token if both are needed', () => {
    const keyed = [row('/pets', { apiKeyRequired: true }), guard({ apiKeyRequired: true })] as const;
    const localToken = { issuer: undefined, audience: undefined, scope: undefined, tokenUse: undefined };
    const both = [
      row('/orders', { authorizer: 'jwt', apiKeyRequired: true }),
      guard({ apiKeyRequired: true, localToken }),
    ] as const;

    const [comment, line] = suggest('rest', [keyed], [], 'partner');
    assert.equal(comment, '# with the API key partner');
    assert.match(
      line ?? '',
      /^curl -i -H "x-api-key: \$\(\S.* keys value partner\)" http:\/\/127\.0\.0\.1:3000\/dev\/pets$/,
    );
    assert.match(
      suggest('rest', [both], [], 'partner').join('\n'),
      /^# with a token for jwt and the API key partner\ncurl -i -H "Authorization: .*" -H "x-api-key: .*" http/,
    );
    // The authorizer gives the key itself.
    assert.doesNotMatch(suggest('rest', [both], [], 'partner', 'AUTHORIZER').join('\n'), /x-api-key/);
  });

  // The walk of a user: the first screen of docs/recipes/api-keys.md only had a call that gets 401.
  it('creates a key that the document admits, if the toolkit takes keys and no token', () => {
    const over = {
      api: { dev: { apiId: 'a1b2c3d4e5', stage: 'dev' } },
      issuers: [{ id: 'keys', type: 'apiKey', prefix: 'maps' }],
      sources: [{ in: 'header', name: 'x-api-key', issuers: ['keys'] }],
      roles: { customer: {} },
      rules: [
        {
          id: 'look',
          effect: 'allow',
          methods: ['GET'],
          paths: ['/pets'],
          when: { roles: { any: ['customer'] } },
        },
      ],
    };
    const quota = {
      tenant: { claim: 'tenant' },
      plan: { claim: 'plan' },
      plans: [{ id: 'free', version: 1, limits: [{ id: 'd', level: 'key', quota: 3, period: 'DAY' }] }],
    };
    const asks = (more: object): readonly string[] =>
      suggest(
        'rest',
        [
          [
            row('/pets', { authorizer: 'guard', apiKeyRequired: true }),
            guard({ authorizer: OURS, apiKeyRequired: true }),
          ],
        ],
        [
          {
            ...aDocument({ ...over, ...more }, ['GET /pets']),
            apis: [{ for: 'dev', apiId: 'a1', stage: 'dev' }],
          },
        ],
        undefined,
        'AUTHORIZER',
      );
    const [comment, line] = asks({});

    assert.equal(comment, '# with a new API key for guard');
    // The walk of a user: the first screen of docs/recipes/partners.md had this command below "with a token".
    const both = asks({
      issuers: [...over.issuers, { id: 'local', type: 'local', only: ['dev'] }],
      sources: [
        ...over.sources,
        { in: 'header', name: 'authorization', scheme: 'Bearer', issuers: ['local'] },
      ],
    });
    assert.match(
      both.join('\n'),
      /^# with a token for guard\ncurl -i -H "Authorization: Bearer \$\(\S.* token --sub/,
    );
    assert.match(
      line ?? '',
      /^curl -i -H "x-api-key: \$\(\S.* keys create --tenant example --prefix maps --role customer\)" http/,
    );
    assert.match(asks({ quota }).join('\n'), / --role customer --plan free\)"/);
    const needsMore = { ...over.rules[0], when: { claims: [{ claim: 'team', op: 'in', value: ['a'] }] } };
    assert.match(asks({ rules: [needsMore] }).join('\n'), /^# without guard and the API key → 40/);
  });

  const KEYED = {
    issuers: [{ id: 'keys', type: 'apiKey', prefix: 'herbs' }],
    sources: [{ in: 'header', name: 'x-api-key', issuers: ['keys'] }],
    roles: { customer: {} },
    rules: [
      {
        id: 'r',
        effect: 'allow',
        methods: ['GET'],
        paths: ['/pets'],
        when: { roles: { any: ['customer'] } },
      },
    ],
  };
  const keyedDocument = (apiId: string, over: object = {}): CompiledDocument => ({
    ...aDocument({ ...KEYED, ...over }, ['GET /pets']),
    apis: [{ for: 'dev', apiId, stage: 'dev' }],
  });
  const QUOTA = {
    tenant: { claim: 'tenant' },
    plan: { claim: 'plan' },
    plans: [{ id: 'herbs-free', version: 1, limits: [{ id: 'm', level: 'key', quota: 3, period: 'MONTH' }] }],
  };
  const KEYED_ROUTE = [row('/pets', { authorizer: 'guard' }), guard({ authorizer: OURS })] as const;

  // The walk of a user: docs/recipes/sam-api-keys.md, whose REST document charges the keys of its HTTP document.
  it('gives a new key the plan that another document with its prefix charges', () => {
    const lines = suggest(
      'http',
      [KEYED_ROUTE],
      [keyedDocument('a1'), keyedDocument('b2', { quota: QUOTA })],
    );

    assert.match(
      lines.join('\n'),
      /^# with a new API key for guard\ncurl -i -H "x-api-key: \$\(\S.* keys create --tenant example --prefix herbs --role customer --plan herbs-free\)"/,
    );
  });

  // The walk of a user: a handler that charges failed with "the request names no plan" (docs/recipes/portal.md).
  it('creates a customer with a plan before its key where the handler charges', () => {
    const charges = (name: string): boolean => name === 'answer';
    const asks = (documents: readonly CompiledDocument[]): string =>
      suggest('http', [KEYED_ROUTE], documents, undefined, undefined, charges).join('\n');

    assert.match(
      asks([keyedDocument('a1'), keyedDocument('b2', { quota: QUOTA })]),
      /^# with a new API key for guard, of a customer whose plan is charged\n\S.* customers create example-customer herbs-free\ncurl -i -H "x-api-key: \$\(\S.* keys create --customer example-customer --prefix herbs --role customer\)"/,
    );
    assert.match(
      asks([keyedDocument('a1')]),
      /^# with a new API key for guard, after `\S.* customers create example-customer PLAN` \(`\S.* plan list` prints the plans, and `\S.* plan save FILE` adds one\)\ncurl -i -H "x-api-key: \$\(\S.* keys create --customer example-customer/,
    );
  });

  it('still shows a line if none of this is known, and says what it lacks', () => {
    const lines = suggest('rest', [
      [row('/pets', { authorizer: 'theirs', apiKeyRequired: true }), guard({ apiKeyRequired: true })],
    ]);

    assert.deepEqual(lines, [
      '# without theirs and the API key → 401 or 403',
      'curl -i http://127.0.0.1:3000/dev/pets',
    ]);
  });

  it('suggests no closed route, and none about which nothing is known', () => {
    assert.deepEqual(suggest('rest', [[row('/pets'), guard({ isClosed: true })]]), []);
    const api = of('rest', [row('/pets')]);
    assert.deepEqual(
      guardedRoutes(api, [], [], 'dev', { hasFunction: () => false, charges: () => false }),
      [],
    );
    assert.deepEqual(
      suggest('rest', [[row('/pets', { target: 'returns 500' }), guard({ isClosed: true })]]),
      [],
    );
  });
});
