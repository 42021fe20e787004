import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  guardedRoutes,
  suggestTries,
} from '../../../../../packages/gatewright/command/start/suggested-tries.ts';
import { aDocument } from '../../../../support/an-access-document.ts';
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import type {
  ApiRoutes,
  InspectedApi,
  InspectedRoute,
} from '../../../../../packages/gateway/engine/index.ts';

type Row = ApiRoutes['routes'][number];

const row = (path: string, more: Partial<Row> = {}): Row => ({
  method: 'GET',
  path,
  logicalId: 'Route',
  apiKeyRequired: false,
  authorizer: undefined,
  functionName: 'answer',
  target: undefined,
  ...more,
});

const guard = (more: Partial<InspectedRoute> = {}): InspectedRoute => ({
  method: 'GET',
  path: '/',
  apiKeyRequired: false,
  authorizer: undefined,
  ...more,
});

const of = (kind: ApiRoutes['kind'], routes: readonly Row[]): ApiRoutes => ({
  stack: 'shop-dev',
  logicalId: 'Api',
  id: 'a1',
  name: 'shop',
  kind,
  stage: 'dev',
  region: 'us-east-1',
  url: `${kind === 'websocket' ? 'ws' : 'http'}://127.0.0.1:3000/dev`,
  routes,
});

function suggest(
  kind: InspectedApi['kind'],
  pairs: readonly (readonly [Row, InspectedRoute])[],
  documents: Parameters<typeof guardedRoutes>[2] = [],
  keyName?: string,
  apiKeySource: InspectedApi['apiKeySource'] = 'HEADER',
  charges = (_: string): boolean => false,
): readonly string[] {
  const api = of(
    kind,
    pairs.map(([shown]) => shown),
  );
  const inspected: InspectedApi = {
    stack: 'shop-dev',
    logicalId: 'Api',
    id: 'a1',
    kind,
    stage: 'dev',
    region: 'us-east-1',
    apiKeySource,
    routes: pairs.map(([, guarded]) => guarded),
  };
  const toolkit = { hasFunction: (name: string): boolean => name === OURS.functionName, charges };
  return suggestTries(api, guardedRoutes(api, [inspected], documents, 'dev', toolkit, keyName));
}

const OURS: NonNullable<InspectedRoute['authorizer']> = {
  name: 'guard',
  payload: 'rest-token',
  ttlSeconds: 0,
  simpleResponses: false,
  functionName: 'x-token-authorizer',
  identitySources: [],
};

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

  it('sends a message to a WebSocket API that is open to anyone', () => {
    const lines = (connect: Row) =>
      suggest('websocket', [
        [connect, guard()],
        [row('ping', { method: 'ping' }), guard()],
      ]);

    assert.match(
      lines(row('$connect'))[1] ?? '',
      / send ws:\/\/127\.0\.0\.1:3000\/dev '\{"action":"ping"\}'$/,
    );
    assert.equal(lines(row('$connect'))[0], '# a WebSocket message');
    assert.equal(
      lines(row('$connect', { authorizer: 'theirs' }))[0],
      '# a WebSocket message, without theirs → 401 or 403',
    );
  });

  // shared/websocket/client-message.ts: subscribe, publish and read need an id and a channel.
  it('prefers ping to routes whose messages have more members', () => {
    const lines = suggest('websocket', [
      [row('$connect'), guard()],
      [row('subscribe', { method: 'subscribe' }), guard()],
      [row('ping', { method: 'ping' }), guard()],
    ]);

    assert.match(lines[1] ?? '', /'\{"action":"ping"\}'$/);
  });

  // The walk of a user: the stack's own API answered "id must be …" to the suggested subscribe. Its $default answers
  // pings (serverless.yml, ws-default).
  it('sends a ping where a function of the toolkit answers the default route', () => {
    const lines = suggest('websocket', [
      [row('$connect'), guard()],
      [row('subscribe', { functionName: 'ours' }), guard()],
      [row('$default', { functionName: OURS.functionName }), guard()],
    ]);

    assert.match(lines[1] ?? '', /'\{"action":"ping"\}'$/);
  });

  // The walk of a user: "# without AWS_IAM" gave 403, and nothing said that this was expected.
  it('says which status a call without a credential gets', () => {
    const of = (shown: Partial<Row>, guarded: Partial<InspectedRoute>, kind: InspectedApi['kind'] = 'rest') =>
      suggest(kind, [
        [
          row(kind === 'websocket' ? '$connect' : '/pets', { authorizer: 'theirs', ...shown }),
          guard(guarded),
        ],
        ...(kind === 'websocket' ? [[row('ping'), guard()] as const] : []),
      ])[0];
    const theirs = { ...OURS, functionName: 'theirs' };
    const read = { ...theirs, identitySources: [{ kind: 'header', name: 'Authorization' } as const] };

    assert.deepEqual(
      [
        of({ authorizer: 'AWS_IAM' }, { guard: 'AWS_IAM' }),
        of({ authorizer: undefined, apiKeyRequired: true }, { apiKeyRequired: true }),
        of({}, { guard: 'JWT' }, 'http'),
        of({}, { guard: 'COGNITO_USER_POOLS' }),
        of({}, { guard: 'CUSTOM', authorizer: read }),
        of({}, { guard: 'CUSTOM', authorizer: theirs }),
        of({}, { guard: 'CUSTOM', authorizer: read }, 'websocket'),
      ],
      [
        '# without AWS_IAM → 403',
        '# without the API key → 403',
        '# without theirs → 401',
        '# without theirs → 401',
        '# without theirs → 401',
        '# without theirs → 401 or 403, as the function decides',
        '# a WebSocket message, without theirs → 401',
      ],
    );
  });

  it('sends a message with a token where the document reads it', () => {
    const local = { id: 'local', type: 'local', only: ['dev'] };
    const lineOf = (
      source: object,
      places: readonly { readonly kind: 'header'; readonly name: string }[],
    ) => {
      const document: CompiledDocument = {
        ...aDocument(
          {
            api: { dev: { apiId: 'a1b2c3d4e5', stage: 'dev' } },
            issuers: [local],
            sources: [{ ...source, issuers: ['local'] }],
            rules: [{ id: 'r', effect: 'allow', connect: true, when: { roles: { any: ['support'] } } }],
          },
          undefined,
          'websocket',
        ),
        apis: [{ for: 'dev', apiId: 'a1', stage: 'dev' }],
      };
      const connect = row('$connect', { authorizer: 'guard' });
      const guarded = guard({ authorizer: { ...OURS, identitySources: places } });
      const lines = suggest(
        'websocket',
        [
          [connect, guarded],
          [row('ping', { method: 'ping' }), guard()],
        ],
        [document],
      );
      return (lines[1] ?? '').replace(/^.* send /, '').replace(/\(\S.* token /, '(token ');
    };

    assert.deepEqual(
      [
        lineOf({ in: 'query', name: 'token' }, []),
        lineOf({ in: 'subprotocol', marker: 'bearer' }, [{ kind: 'header', name: 'Sec-WebSocket-Protocol' }]),
        lineOf({ in: 'header', name: 'authorization', scheme: 'Bearer' }, []),
      ],
      [
        `"ws://127.0.0.1:3000/dev?token=$(token --sub alice --role support)" '{"action":"ping"}'`,
        `--protocol bearer --protocol "$(token --sub alice --role support)" ws://127.0.0.1:3000/dev '{"action":"ping"}'`,
        `--header "Authorization: Bearer $(token --sub alice --role support)" ws://127.0.0.1:3000/dev '{"action":"ping"}'`,
      ],
    );
  });

  it('sends any action if only the default route answers, and nothing if no route does', () => {
    const connect = [row('$connect'), guard()] as const;

    assert.match(
      suggest('websocket', [connect, [row('$default'), guard()]])[1] ?? '',
      / '\{"action":"hello"\}'$/,
    );
    assert.deepEqual(suggest('websocket', [connect]), []);
  });
});
