/** `gatewright access` in a folder of documents: routes are read, documents compiled, shown and explained. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { printApiKey } from '#shared/access/keys/api-key.ts';
import { accessCommand } from '../../../../../../packages/toolkit/stack/access/commands/access.ts';
import { cellsOf, openAdminEndpoint } from '../../../../../support/an-admin-endpoint.ts';
import type { AdminAnswer, AdminEndpoint } from '../../../../../support/an-admin-endpoint.ts';

const API = 'a1b2c3d4e5';
const DOCUMENT = `version: 1
kind: rest
api:
  dev: { apiId: ${API}, stage: dev }
routes: ../api.yaml
issuers:
  - { id: main, type: oidc, issuer: https://issuer.example/, audience: [api] }
  - { id: keys, type: apiKey, prefix: shop_live }
sources:
  - { in: header, name: authorization, scheme: Bearer, issuers: [main, keys] }
roles: { support: {} }
rules:
  - { id: list, effect: allow, methods: [GET], paths: [/orders], when: { roles: { any: [support] } } }
  - { id: own, effect: allow, methods: [GET], paths: ['/orders/{id}'], bind: { id: { claim: sub } } }
`;
const CHARGED = `quota: { plan: { claim: plan }, tenant: { claim: tenant }, key: { claim: sub }, admissionKey: admitted-requests-of-shop }
`;
const OPENAPI = `openapi: 3.0.1
security: [{ tokens: [] }]
paths: { /menu: { get: { security: [] } }, /orders: { get: {} }, '/orders/{id}': { get: {} } }
`;
const INVOKE = 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions';
/** One route, behind the token authorizer of a deployed stack. */
const TEMPLATE = JSON.stringify({
  Resources: {
    Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'orders' } },
    Auth: {
      Type: 'AWS::ApiGateway::Authorizer',
      Properties: {
        RestApiId: { Ref: 'Api' },
        Name: 'ours',
        Type: 'TOKEN',
        IdentitySource: 'method.request.header.Authorization',
        AuthorizerResultTtlInSeconds: 60,
        AuthorizerUri: `${INVOKE}/arn:aws:lambda:us-east-1:123456789012:function:gatewright-dev-token-authorizer/invocations`,
      },
    },
    Get: {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        RestApiId: { Ref: 'Api' },
        ResourceId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
        HttpMethod: 'GET',
        AuthorizationType: 'CUSTOM',
        AuthorizerId: { Ref: 'Auth' },
        Integration: { Type: 'MOCK' },
      },
    },
    Deployment: {
      Type: 'AWS::ApiGateway::Deployment',
      DependsOn: 'Get',
      Properties: { RestApiId: { Ref: 'Api' }, StageName: 'dev' },
    },
  },
});

let admin: AdminEndpoint;
const folder = mkdtempSync(join(tmpdir(), 'gatewright-access-'));
before(async () => {
  admin = await openAdminEndpoint(folder);
});
after(() => {
  admin.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  rmSync(folder, { recursive: true });
  mkdirSync(join(folder, 'access'), { recursive: true });
  write('access/orders.yml', DOCUMENT);
  write('api.yaml', OPENAPI);
});

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

/** The document of the API in a stack that is named so. */
function naming(stack: string): string {
  return DOCUMENT.replace('../api.yaml', '../template.json')
    .replace('kind: rest\n', '')
    .replace(`{ apiId: ${API}, stage: dev }`, `{ stack: ${stack}, logicalId: Api, stage: dev }`)
    .replace(/rules:\n[^]*/, 'rules:\n  - { id: all, effect: allow, methods: [GET], paths: [/] }\n');
}

const read = (name: string): string => readFileSync(join(folder, 'access', name), 'utf8');
const access = (...args: readonly string[]) => admin.ask(['access', ...args]);
const explain = (args: readonly string[], ...answers: readonly AdminAnswer[]) =>
  admin.ask(['access', 'explain', 'orders', ...args], ...answers);

describe('gatewright access', () => {
  it('has a command for each thing to do with documents', () => {
    const names = accessCommand().commands.map((command) => command.name());

    assert.deepEqual(
      names.join(' '),
      'sync snapshot build check explain matrix ids publish versions rollback revoke revocations flush',
    );
  });

  for (const args of 'sync|snapshot|build|check|matrix|matrix orders|ids|explain orders'.split('|'))
    it(`reports for ${args} that the folder does not exist, because otherwise it would look like one without problems`, async () => {
      const { code, stderr } = await access(...args.split(' '), '--folder', 'acess');

      assert.equal(code, 1);
      assert.match(stderr, /^error: there is no folder acess: run gatewright init, or name the folder /);
    });
});

describe('gatewright access sync', () => {
  it('copies the routes of an OpenAPI file, and says when nothing has changed', async () => {
    const first = await access('sync');
    const again = await access('sync');

    assert.equal(first.stdout, 'orders: 3 routes of REST API in ../api.yaml\n1 document compiled\n');
    assert.equal(
      again.stdout,
      'orders: 3 routes of REST API in ../api.yaml, no changes\n1 document compiled\n',
    );
    assert.deepEqual([first.stderr, again.stderr], ['', '']);
    const { routes, apiIds } = JSON.parse(read('orders.routes.json')) as Record<string, unknown>;
    assert.deepEqual(routes, [
      { method: 'GET', path: '/menu', isProtected: false },
      { method: 'GET', path: '/orders', isProtected: true },
      { method: 'GET', path: '/orders/{id}', isProtected: true },
    ]);
    // An OpenAPI file has no id, and none of before was known.
    assert.deepEqual(apiIds, {});
  });

  it('warns of routes that are gone, since wildcards match them from now on', async () => {
    await access('sync');
    write('api.yaml', OPENAPI.replace('/menu: { get: { security: [] } }, ', ''));

    const { code, stdout, stderr } = await access('sync');

    assert.equal(code, 0, stderr);
    assert.match(stdout, /^orders: 2 routes of REST API in \.\.\/api\.yaml\n/);
    assert.equal(
      stderr,
      'warning: orders: the API no longer has these routes, so their paths now match its wildcard routes, if any: GET /menu\n',
    );
  });

  it('warns of routes that lost their authorizer, since that counts for every stage of the document', async () => {
    await access('sync');
    write('api.yaml', OPENAPI.replace('/orders: { get: {} }', '/orders: { get: { security: [] } }'));
    const { stderr } = await access('sync');
    await access('sync');
    write('api.yaml', OPENAPI);
    await access('sync');
    write('access/orders.yml', DOCUMENT.replace('api:\n', `api:\n  prod: { apiId: p1, stage: prod }\n`));
    write('api.yaml', OPENAPI.replace('/orders: { get: {} }', '/orders: { get: { security: [] } }'));
    const both = await access('sync');

    const line =
      'orders: these routes no longer use an authorizer of Gatewright, so the rules of the document no longer protect them: GET /orders';
    assert.ok(stderr.includes(`warning: ${line}\n`), stderr);
    assert.ok(
      both.stderr.includes(
        `${line}; the list of routes is shared by the stages prod, dev, so run gatewright`,
      ),
      both.stderr,
    );
  });

  it('keeps ids of other stages, and adds the id of the API in a stack', async () => {
    write('template.json', TEMPLATE);
    write('access/orders.yml', naming(basename(folder)));
    const kept = { kind: 'rest', routes: [], apiIds: { prod: ['p1'], dev: ['zzzzzzzzzz'] } };
    write('access/orders.routes.json', JSON.stringify(kept));

    const found = await access('sync');
    write('access/orders.yml', naming('other-dev'));
    const lost = await access('sync');

    assert.match(found.stdout, /^orders: 1 route of REST API Api in /, found.stderr);
    const { apiIds } = JSON.parse(read('orders.routes.json')) as {
      apiIds: Record<string, readonly string[]>;
    };
    assert.deepEqual(Object.keys(apiIds), ['prod', 'dev']);
    assert.deepEqual(apiIds['prod'], ['p1']);
    assert.match(apiIds['dev']?.join() ?? '', /^[a-z0-9]{10},zzzzzzzzzz$/);
    assert.equal(lost.code, 1);
    assert.match(
      lost.stderr,
      /api\.dev is not among the loaded APIs, which are gatewright-access-\w+ Api stage dev; .* or write routes: live /m,
    );
  });

  it('says how to read the routes of an API that only AWS knows by name', async () => {
    write('template.json', TEMPLATE);
    for (const named of ['apiId: a1b2c3d4e5', 'name: shop', 'stack: shop, output: Url']) {
      const api = naming('shop').replace('stack: shop, logicalId: Api', named);
      write('access/orders.yml', api);

      const { code, stderr } = await access('sync');

      assert.equal(code, 1);
      assert.match(
        stderr,
        /orders\.yml: api\.dev names a deployed API \((a1b2c3d4e5|shop|Url)\), but the APIs of \.\.\/template\.json have no AWS API ids: .* Api stage dev\. Write routes: live to read .*, or name the API in api\.dev by stack, logicalId and stage$/m,
      );
    }
  });

  it('says which stages the documents name, and which kinds of API exist', async () => {
    const stages = await access('sync', '--stage', 'prod');
    write('access/orders.yml', DOCUMENT.replace('kind: rest\n', ''));
    const kinds = await access('sync');

    assert.match(stages.stderr, /no access document has stage "prod" under api; expected one of dev$/m);
    assert.match(
      kinds.stderr,
      /orders\.yml: routes is an OpenAPI file, which does not contain the kind of the API: add kind: rest or/,
    );
    assert.ok(!existsSync(join(folder, 'access/orders.routes.json')), 'nothing is written');
  });
});

describe('gatewright access matrix', () => {
  it('says for each route who may call it, by which rule', async () => {
    await access('sync');

    const { code, stdout } = await access('matrix');

    assert.equal(code, 0);
    assert.deepEqual(cellsOf(stdout).slice(0, 6), [
      ['orders'],
      ['', 'anybody', 'support'],
      ['GET /menu', 'open', 'open'],
      ['GET /orders', '-', 'yes', 'list: allow if role support'],
      ['GET /orders/{id}', 'own', 'own', 'own: allow if {id} is claim sub'],
      ['open: the route has no authorizer, so everyone can call it'],
    ]);
  });

  it('says which routes are charged, in a column of their own', async () => {
    write('access/orders.yml', DOCUMENT + CHARGED);
    write('access/menu.yml', DOCUMENT.replace(API, 'f6f7f8f9f0'));
    await access('sync');

    const both = await access('matrix');
    const one = await access('matrix', 'orders');

    assert.deepEqual(
      both.stdout
        .split('\n')
        .filter((line) => /^(orders|menu| |GET)/.test(line))
        .map((line) => line.replaceAll(/ {2,}/g, '  ')),
      [
        'menu',
        '  anybody  support',
        'GET /menu  open  open',
        'GET /orders  -  yes  list: allow if role support',
        'GET /orders/{id}  own  own  own: allow if {id} is claim sub',
        'orders',
        '  anybody  support  quota',
        'GET /menu  open  open',
        'GET /orders  -  yes  charged  list: allow if role support',
        'GET /orders/{id}  own  own  charged  own: allow if {id} is claim sub',
      ],
    );
    assert.equal(both.stdout.split('\n\n')[1], one.stdout);
  });

  it('lists the existing documents if there is none with that name, or says that none has routes yet', async () => {
    const unread = await access('matrix');
    const named = await access('matrix', 'orders');
    await access('sync');
    const { code, stderr } = await access('matrix', 'order');

    assert.deepEqual([unread.code, code], [1, 1]);
    assert.match(unread.stderr, /no access document in .* has routes yet: run gatewright access sync/);
    assert.match(
      named.stderr,
      /no access document "orders" in .* has routes yet: run gatewright access sync/,
    );
    assert.match(stderr, /no access document has the name "order"; expected one of orders$/m);
  });
});

describe('gatewright access explain', () => {
  const POLICY = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 'execute-api:Invoke',
        Resource: [`arn:aws:execute-api:us-east-1:123456789012:${API}/dev/GET/orders/7`],
      },
    ],
  };

  it('decides one route, or each, and prints the policy that API Gateway would cache', async () => {
    await access('sync');

    const one = await explain(['GET', '/orders', '--role', 'support']);
    const all = await explain(['--claims', '{"sub":"7"}', '--policy']);
    const json = await explain(['GET', '/menu', '--claims', '{"sub":"7"}', '--policy', '--json']);

    assert.match(one.stdout, /^ALLOW {2}GET \/orders {2}by rule list\n/);
    assert.match(
      all.stdout,
      /^GET \/menu +OPEN +.*\nGET \/orders +DENY +no rule allows it\nGET \/orders\/\{id\} +DENY +the rule own allows /,
    );
    assert.ok(all.stdout.endsWith(`\n${JSON.stringify(POLICY, null, 2)}\n`), all.stdout);
    assert.deepEqual(JSON.parse(json.stdout.trim().split('\n').at(-1) ?? ''), { policy: POLICY });
  });

  it('says why there is no policy, if none can distinguish two routes', async () => {
    // AWS's * matches /: what allows /a/{x}/{y}/{z} allows /a/{x}/{y} too.
    write(
      'api.yaml',
      OPENAPI.replace(
        /paths: [^]*/,
        "paths: { '/a/{x}': { get: {} }, '/a/{x}/{y}': { get: {} }, '/a/{x}/{y}/{z}': { get: {} } }\n",
      ),
    );
    const rule = "  - { id: r, effect: allow, methods: [GET], paths: ['/a/{x}', '/a/{x}/{y}/{z}'] }\n";
    const rules = `result: { onOversize: exact, cacheTtlSeconds: 0 }\nrules:\n${rule}`;
    write('access/orders.yml', DOCUMENT.replace(/rules:\n[^]*/, rules));
    await access('sync');

    const { stdout, stderr } = await explain(['GET', '/a/1', '--policy', '--json']);

    const { policy } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { policy: { kind: string } };
    assert.equal(policy.kind, 'unrepresentable', stderr);
  });

  it('finds the holder of a key by the key or by its id, and sends no secret', async () => {
    await access('sync');
    const keyId = '0123456789abcdef';
    const key = printApiKey({ prefix: 'shop_live', keyId }, 'f'.repeat(64));
    const held = {
      keyId,
      prefix: 'shop_live',
      tenant: 'acme',
      state: 'active',
      roles: ['support'],
      scopes: [],
    };

    for (const text of [key, keyId]) {
      const { requests, stdout, stderr } = await explain(['GET', '/orders', '--key', text], { body: held });
      assert.deepEqual(requests, [`GET /access/keys/${keyId}`]);
      assert.match(
        stdout,
        /^ALLOW .*by rule list\ncaller sub=0123456789abcdef {2}issuer: keys {2}tenant: acme/,
        stderr,
      );
    }
    const mistyped = await explain(['GET', '/orders', '--key', `${key.slice(0, -1)}-`]);
    assert.deepEqual([mistyped.code, mistyped.requests], [1, []]);
    assert.match(
      mistyped.stderr,
      /the value of --key is not a valid API key; check it, or pass the id of the key/,
    );
    const strange = await explain(['GET', '/orders', '--key', keyId], {
      body: { ...held, roles: 'support' },
    });
    assert.match(strange.stderr, /the admin endpoint did not return a key/);
  });
});

describe('gatewright access publish', () => {
  it('sends the compiled documents in parts, then names them by their checksum', async () => {
    await access('sync');

    const { code, requests, operations, stdout, stderr } = await admin.ask(
      ['access', 'publish', '--operation', 'op-1'],
      { body: {} },
      { body: { version: 3, documents: 1 } },
    );

    assert.equal(code, 0, stderr);
    const [part = '', named = ''] = requests;
    const [, checksum, data] =
      /^PUT \/access\/versions\/parts\/0 \{"checksum":"(\w{64})","data":"(.*)"\}$/.exec(part) ?? [];
    assert.equal(named, `POST /access/versions {"checksum":"${checksum ?? ''}","parts":1}`);
    const sent = JSON.parse(Buffer.from(data ?? '', 'base64').toString()) as { documents: unknown };
    assert.deepEqual(sent.documents, (JSON.parse(read('compiled.json')) as { documents: unknown }).documents);
    // A part is an operation of its own: it is sent again without harm.
    assert.deepEqual([operations.length, operations[0] === 'op-1', operations[1]], [2, false, 'op-1']);
    assert.deepEqual(cellsOf(stdout), [
      ['version', '3'],
      ['documents', '1'],
    ]);
    assert.match(stderr, /^Authorizers use the new version within 60 s\. .*gatewright access flush\.$/m);
  });

  it('sends nothing if a document does not compile, or its routes have not been read', async () => {
    const unread = await access('publish');
    write('access/orders.yml', DOCUMENT.replace('effect: allow', 'effect: alow'));
    const wrong = await access('publish');

    assert.deepEqual([unread.code, unread.requests, wrong.code, wrong.requests], [1, [], 1, []]);
    assert.match(unread.stderr, /the routes have not been read: run gatewright access sync/);
    assert.match(wrong.stderr, /effect: must be one of allow, deny/);
  });
});

describe('gatewright access build and check', () => {
  it('compile the documents, and count what is wrong', async () => {
    await access('sync');
    const built = await access('build', '--json');
    const checked = await access('check');
    write('access/orders.yml', DOCUMENT.replace('effect: allow', 'effect: alow'));
    const wrong = await access('check', '--json');
    const before = read('compiled.json');
    const refused = await access('build');

    assert.deepEqual(JSON.parse(built.stdout), { compiled: ['orders'] });
    assert.deepEqual([checked.code, checked.stdout], [0, '1 document, 0 problems, 0 warnings\n']);
    const { problems } = JSON.parse(wrong.stdout) as { problems: readonly string[] };
    assert.deepEqual([wrong.code, problems.length], [1, 1]);
    assert.match(
      problems.join(),
      /^access\/orders\.yml:13:\d+: rules\[0\]\.effect: must be one of allow, deny/,
    );
    assert.match(
      refused.stderr,
      /effect: must be one of [^]*error: not all documents were compiled, because of 1 problem$/m,
    );
    assert.equal(read('compiled.json'), before);
  });

  it('find the API of a document by its stack if its id is the id of a deployment, or report that none matches', async () => {
    write('template.json', TEMPLATE);
    write('access/orders.yml', naming(basename(folder)));
    await access('sync');
    const inventory = JSON.parse(read('orders.routes.json')) as object;
    write('access/orders.routes.json', JSON.stringify({ ...inventory, apiIds: { dev: ['z9y8x7w6v5'] } }));

    const found = await access('check', 'template.json');
    write('access/orders.yml', naming('other-dev'));
    const none = await access('check', 'template.json');

    assert.deepEqual([found.code, found.stdout], [0, '1 document, 0 problems, 0 warnings\n'], found.stderr);
    assert.deepEqual([none.code, none.stdout], [1, '1 document, 1 problem, 0 warnings\n']);
    assert.match(
      none.stderr,
      /API Api of stack .*, stage dev, uses Gatewright’s authorizers, but no access document protects it, /,
    );
  });
});
