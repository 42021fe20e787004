/** What a start refuses and what it warns of, by the documents next to its sources and the APIs that it has. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import {
  checkDrift,
  compiledFor,
  readCompiled,
  refuseUnsafeAccess,
} from '../../../../../../packages/toolkit/stack/access/commands/access-check.ts';
import type { InspectedApi } from '../../../../../../packages/gateway/engine/index.ts';

const ID = 'a1b2c3d4e5';
const DOCUMENT = `version: 1
api:
  dev: { apiId: ${ID}, stage: v1 }
  prod: { stack: shop-prod, logicalId: Api, stage: v1 }
routes: ..
issuers: [{ id: main, type: oidc, issuer: 'https://issuer.example/', audience: [api] }]
sources: [{ in: header, name: authorization, scheme: Bearer, issuers: [main] }]
rules: [{ id: all, effect: allow, methods: [GET], paths: [/**] }]
`;
const INVENTORY = {
  kind: 'rest',
  apiIds: { prod: ['p1p1p1p1p1'] },
  routes: [{ method: 'GET', path: '/orders', isProtected: true }],
};

const folder = mkdtempSync(join(tmpdir(), 'gatewright-access-check-'));
after(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  rmSync(folder, { recursive: true });
  mkdirSync(join(folder, 'access'), { recursive: true });
  write('orders.yml', DOCUMENT);
  write('orders.routes.json', JSON.stringify(INVENTORY));
});

function write(name: string, text: string): void {
  writeFileSync(join(folder, 'access', name), text);
}

type Route = InspectedApi['routes'][number];

function aRoute(over: Partial<Route> = {}): Route {
  const authorizer = {
    name: 'tokens',
    payload: 'rest-token',
    ttlSeconds: 60,
    simpleResponses: false,
    functionName: 'gatewright-dev-token-authorizer',
    identitySources: [{ kind: 'header', name: 'authorization' }],
  } as const;
  return { method: 'GET', path: '/orders', apiKeyRequired: false, authorizer, ...over };
}

function anApi(over: Partial<InspectedApi> = {}): InspectedApi {
  return {
    stack: 'shop-dev',
    logicalId: 'Api',
    id: ID,
    kind: 'rest',
    stage: 'v1',
    region: 'us-east-1',
    routes: [aRoute()],
    apiKeySource: 'HEADER',
    ...over,
  };
}

const cached = (ttlSeconds: number): Route => {
  const route = aRoute();
  return route.authorizer === undefined
    ? route
    : { ...route, authorizer: { ...route.authorizer, ttlSeconds } };
};

/**
 * The warnings of a start in stage dev.
 * @throws what is refused
 */
async function check(apis: readonly InspectedApi[], sources = [folder]): Promise<readonly string[]> {
  const warnings: string[] = [];
  await refuseUnsafeAccess(sources, apis, 'dev', (message) => void warnings.push(message));
  return warnings;
}

describe('a start with access documents', () => {
  it('reports nothing about an API that matches its document, and gets the documents', async () => {
    assert.deepEqual(await check([anApi()]), []);
    const documents = await refuseUnsafeAccess([folder], [anApi()], 'dev', () => undefined);
    assert.deepEqual(
      documents.map(({ name }) => name),
      ['orders'],
    );
  });

  it('is refused if an authorizer keeps answers for longer than the document allows', async () => {
    await assert.rejects(check([anApi({ routes: [cached(3600)] })]), {
      code: 'USAGE',
      message:
        /^access\/orders\.yml: authorizer tokens: caches results for 3600 s, but the document allows 60 s: lower /,
    });
  });

  it('is not refused for an API with another id or stage, or with other authorizers', async () => {
    const unsafe = [cached(3600)];
    const theirs = { ...aRoute().authorizer, functionName: 'shop-authorizer', ttlSeconds: 3600 };
    const apis = [
      anApi(),
      anApi({ id: 'b2', routes: [aRoute({ authorizer: theirs as NonNullable<Route['authorizer']> })] }),
    ];

    assert.deepEqual(await check(apis), []);
    for (const other of [{ id: 'b2' }, { stage: 'v2' }])
      assert.match(
        (await check([anApi({ routes: unsafe, ...other })])).join('\n'),
        /no access document protects it/,
      );
  });

  it('warns of routes that were added or removed since they were read', async () => {
    const routes = [aRoute({ path: '/carts' }), aRoute({ method: 'POST', path: '/carts' })];

    assert.deepEqual(await check([anApi({ routes })]), [
      'access/orders.yml: the API now has GET /carts, POST /carts; run gatewright access sync',
      'access/orders.yml: the API no longer has GET /orders; run gatewright access sync',
    ]);
  });

  it('warns of charged routes that have no authorizer yet, and is not refused: attach may add it', async () => {
    write(
      'orders.yml',
      `${DOCUMENT}quota: { tenant: shop, plan: daily, plans: [{ id: daily, version: 1, limits: [{ id: day, level: tenant, quota: 9, period: DAY }] }] }\n`,
    );

    assert.deepEqual(await check([anApi({ routes: [aRoute({ authorizer: undefined })] })]), [
      'access/orders.yml: GET /orders is charged but has no authorizer of the toolkit, so calls are not charged: add an authorizer to the template, or run gatewright attach when the API is deployed; if it is meant to be open, run gatewright access sync',
      'access/orders.yml: GET /orders was behind the authorizer and is open now; to protect it, run gatewright attach or add the authorizer to the template; if it is meant to be open, run gatewright access sync',
    ]);
  });

  it('warns of parts that the first deployment may miss', async () => {
    const lateParts = [{ part: 'Method Get', deployment: 'Deployment' }];
    const [warning, ...others] = await check([anApi({ lateParts })]);

    assert.deepEqual(others, []);
    assert.match(
      warning ?? '',
      /^access\/orders\.yml: CloudFormation may create Method Get after Deployment, and that deployment would then not contain it: /,
    );
  });

  it('warns of each API that asks our authorizers though no document protects it', async () => {
    const open = aRoute({ authorizer: undefined });
    const apis = [anApi(), anApi({ id: 'b2', logicalId: 'Other' }), anApi({ id: 'c3', routes: [open] })];

    assert.deepEqual(await check(apis), [
      'API Other of stack shop-dev, stage v1, uses Gatewright’s authorizers, but no access document protects it, so every call is ' +
        'answered with 500: add this API under api in a document, as dev: { stack: shop-dev, logicalId: Other, stage: v1 }, ' +
        'and run gatewright access sync (if a document has this line already, only run the command)',
    ]);
  });

  it('names the stage in which a document does protect it', async () => {
    const apis = [anApi(), anApi({ id: 'p1p1p1p1p1', stack: 'shop-prod' })];
    const [warning = '', ...others] = await check(apis);

    assert.deepEqual(others, []);
    assert.match(
      warning,
      /^API Api of stack shop-prod, stage v1, .*in stage dev; a document names the stack shop-prod only for stage prod\. For SAM, /,
    );
  });

  it('warns of routes that have not been read, and then of no unprotected API: it may be that one', async () => {
    rmSync(join(folder, 'access/orders.routes.json'));
    const [warning = '', ...others] = await check([anApi()]);

    assert.deepEqual(others, []);
    assert.match(
      warning,
      /orders\.yml:5:9: routes: the routes have not been read: run gatewright access sync/,
    );
  });

  it("reports nothing if no source has documents: functions with such names need not be the toolkit's", async () => {
    assert.deepEqual(await check([anApi({ routes: [cached(3600)] })], [join(folder, 'elsewhere')]), []);
  });
});

describe('the documents of a folder', () => {
  it('are compiled again, or refused with each problem', () => {
    assert.equal(readCompiled(join(folder, 'access')).documents[0]?.routes.length, 1);
    write('orders.yml', DOCUMENT.replace('effect: allow', 'effect: alow').replace('[GET]', '[get]'));

    assert.throws(() => readCompiled(join(folder, 'access')), {
      code: 'USAGE',
      message: /rules\[0\]\.effect: must be one of allow, deny[^]*\n.*rules\[0\]\.methods/,
    });
  });

  it('are compiled for a deployment with the ids that were looked up, and with their routes', () => {
    const idsOf = (ids: ReadonlyMap<string, string>) =>
      compiledFor(join(folder, 'access'), 'prod', ids).documents[0]?.apis.filter((api) => api.for === 'prod');

    assert.deepEqual(
      [new Map(), new Map([['orders', 'z9y8x7w6v5']])].map((ids) => idsOf(ids)?.map(({ apiId }) => apiId)),
      [['p1p1p1p1p1'], ['z9y8x7w6v5']],
    );
    rmSync(join(folder, 'access/orders.routes.json'));
    assert.throws(() => compiledFor(join(folder, 'access'), 'prod', new Map()), {
      code: 'USAGE',
      message: /the routes have not been read/,
    });
  });
});

describe('the drift of an API from its document', () => {
  const open = { isProtected: false, isOpen: true } as const;
  const rows: readonly {
    readonly name: string;
    readonly document: Parameters<typeof checkDrift>[0];
    readonly routes: readonly Route[];
    readonly says: readonly string[];
  }[] = [
    { name: 'nothing', document: { kind: 'rest', routes: [] }, routes: [], says: [] },
    {
      name: 'a route that lost its authorizer',
      document: { kind: 'rest', routes: [{ method: 'GET', path: '/a' }] },
      routes: [aRoute({ path: '/a', authorizer: undefined })],
      says: [
        'GET /a was behind the authorizer and is open now; to protect it, run gatewright attach or add the authorizer to the template; if it is meant to be open, run gatewright access sync',
      ],
    },
    {
      name: 'a route that is behind another guard now',
      document: { kind: 'http', routes: [{ method: 'GET', path: '/a', ...open }] },
      routes: [aRoute({ path: '/a', authorizer: undefined, guard: 'JWT' })],
      says: ['GET /a was open and is behind JWT now; run gatewright access sync'],
    },
    {
      // The guide of attach, literally: `attach --write-routes`, then `detach`.
      name: 'several routes that changed alike, beside one that came and one that went',
      document: {
        kind: 'rest',
        routes: [
          { method: 'GET', path: '/a' },
          { method: 'GET', path: '/b' },
          { method: 'GET', path: '/gone' },
          { method: 'GET', path: '/c', ...open },
        ],
      },
      routes: [
        aRoute({ path: '/a', authorizer: undefined }),
        aRoute({ path: '/b', authorizer: undefined }),
        aRoute({ path: '/c' }),
        aRoute({ path: '/new' }),
      ],
      says: [
        'the API now has GET /new; run gatewright access sync',
        'the API no longer has GET /gone; run gatewright access sync',
        'GET /a, GET /b were behind the authorizer and are open now; to protect them, run gatewright attach or add the authorizer to the template; if they are meant to be open, run gatewright access sync',
        'GET /c was open and is behind the authorizer now; run gatewright access sync',
      ],
    },
    {
      name: 'a route that is closed, since its guard is not known',
      document: { kind: 'rest', routes: [{ method: 'GET', path: '/a' }] },
      routes: [aRoute({ path: '/a', authorizer: undefined, isClosed: true })],
      says: [],
    },
    {
      name: 'the routes of a WebSocket API, whose names are free',
      document: { kind: 'websocket', routes: [] },
      routes: [aRoute({ method: '', path: 'send' })],
      says: [],
    },
  ];
  for (const { name, document, routes, says } of rows)
    it(`is reported for ${name}`, () => {
      assert.deepEqual(checkDrift(document, { routes }), says);
    });
});
