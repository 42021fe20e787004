import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readLiveApi } from '../../../../../../packages/toolkit/stack/access/commands/access-live.ts';
import type { LiveApiQuery } from '../../../../../../packages/toolkit/stack/access/commands/access-live.ts';
import { UsageError } from '../../../../../../packages/base/terminal/output.ts';
import { aLoopbackServer } from '../../../../../support/signed-tokens.ts';

type Answers = Readonly<Record<string, unknown>>;

const custom = { type: 'apiKey', 'x-amazon-apigateway-authtype': 'custom' };
const RESOURCES = '/restapis/abc/resources?embed=methods&limit=500';
const REST_EXPORT = '/restapis/abc/stages/prod/exports/oas30?extensions=authorizers';
const HTTP_EXPORT = '/v2/apis/def/exports/OAS30?includeExtensions=true&outputType=JSON&stageName=prod';
const REST: Answers = {
  '/restapis/abc': { id: 'abc' },
  '/restapis/abc/stages/prod': { stageName: 'prod' },
  [REST_EXPORT]: {
    openapi: '3.0.1',
    paths: {
      '/': { get: {} },
      '/users': {
        get: { security: [{ ours: [] }] },
        'x-amazon-apigateway-any-method': { security: [{ sigv4: [] }] },
      },
    },
    components: { securitySchemes: { ours: custom, sigv4: { 'x-amazon-apigateway-authtype': 'awsSigv4' } } },
  },
  '/restapis/abc/resources?embed=methods&limit=500': {
    item: [{ path: '/', resourceMethods: { GET: { authorizationType: 'NONE' } } }],
    position: 'next page',
  },
  '/restapis/abc/resources?embed=methods&limit=500&position=next%20page': {
    _embedded: {
      item: {
        path: '/users',
        resourceMethods: { GET: { authorizationType: 'CUSTOM' }, ANY: { authorizationType: 'AWS_IAM' } },
      },
    },
  },
};
const HTTP: Answers = {
  '/v2/apis/def': { apiId: 'def', protocolType: 'HTTP' },
  '/v2/apis/def/stages/prod': { stageName: 'prod', deploymentId: 'd' },
  [HTTP_EXPORT]: {
    openapi: '3.0.1',
    paths: {
      '/menu': { get: {} },
      '/$default': { 'x-amazon-apigateway-any-method': { security: [{ a: [] }] } },
    },
    components: { securitySchemes: { a: { 'x-amazon-apigateway-authorizer': { type: 'request' } } } },
  },
  '/v2/apis/def/routes?maxResults=500': {
    items: [
      { routeKey: 'GET /menu', authorizationType: 'NONE' },
      { routeKey: '$default', authorizationType: 'CUSTOM' },
    ],
  },
  '/?Action=DescribeStackResource&Version=2010-05-15&StackName=menu-prod&LogicalResourceId=HttpApi': {
    DescribeStackResourceResponse: {
      DescribeStackResourceResult: { StackResourceDetail: { PhysicalResourceId: 'def' } },
    },
  },
};

async function ask(answers: Answers, wanted: Omit<LiveApiQuery, 'stage'>, stage = 'prod') {
  const signatures: string[] = [];
  await using server = await aLoopbackServer((request, response) => {
    signatures.push(request.headers.authorization ?? '');
    const answer = answers[request.url ?? ''];
    response.statusCode = answer === undefined ? 404 : 200;
    response.end(JSON.stringify(answer ?? { message: 'not found' }));
  });
  const api = await readLiveApi(
    { ...wanted, stage },
    {
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_ENDPOINT_URL: server.url,
    },
  );
  return { api, signatures };
}

describe('readLiveApi', () => {
  it('lists the methods of a REST API, page by page', async () => {
    const { api, signatures } = await ask(REST, { apiId: 'abc' });

    assert.equal(api.kind, 'rest');
    assert.deepEqual(api.routes, [
      { method: 'GET', path: '/', isProtected: false },
      { method: 'GET', path: '/users', isProtected: true },
      { method: 'ANY', path: '/users', isProtected: false, guard: 'AWS_IAM' },
    ]);
    for (const signature of signatures)
      assert.match(
        signature,
        /^AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE\/\d{8}\/eu-west-1\/apigateway\/aws4_request/,
      );
  });

  it('finds an HTTP API by stack and logical id', async () => {
    const { api } = await ask(HTTP, { stack: 'menu-prod', logicalId: 'HttpApi' });

    assert.deepEqual(api, {
      apiId: 'def',
      kind: 'http',
      warnings: [],
      routes: [
        { method: 'GET', path: '/menu', isProtected: false },
        { method: 'ANY', path: '$default', isProtected: true },
      ],
    });
  });

  it('says in which API and region it looked', async () => {
    await assert.rejects(
      ask({}, { apiId: 'none' }),
      (error) => error instanceof UsageError && /AWS has no API none in region eu-west-1/.test(error.message),
    );
    await assert.rejects(ask({}, { stack: 's', logicalId: 'L' }), /CloudFormation has no API L in stack s/);
  });

  it('says what it needs if the environment has no credentials', async () => {
    await assert.rejects(
      readLiveApi({ apiId: 'abc', stage: 'prod' }, {}),
      /AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/,
    );
  });

  // A deployment is a copy: what is deleted is served until the next one, and must not lose its guard before.
  it('treats a deleted route that is still served as guarded, and reports it', async () => {
    const security = [{ ours: [] }];
    const { api } = await ask(
      {
        ...REST,
        [REST_EXPORT]: {
          openapi: '3.0.1',
          paths: {
            '/': { get: { security } },
            '/users': { get: {} },
            '/users/{id}/secrets': { get: { security } },
          },
          components: { securitySchemes: { ours: custom } },
        },
      },
      { apiId: 'abc' },
    );

    assert.deepEqual(api.routes, [
      // Open as it is set, guarded as it is served: a wildcard has to stop there.
      { method: 'GET', path: '/', isProtected: true },
      { method: 'GET', path: '/users', isProtected: true },
      { method: 'ANY', path: '/users', isProtected: false, guard: 'AWS_IAM' },
      { method: 'GET', path: '/users/{id}/secrets', isProtected: true },
    ]);
    assert.deepEqual(api.warnings, [
      'stage prod still serves routes that the API no longer has; these routes stay protected: GET /users/{id}/secrets',
      'stage prod does not serve these routes of the API yet: ANY /users',
    ]);
  });

  it('takes what is set if the stage was never deployed', async () => {
    const { api } = await ask(HTTP, { apiId: 'def' }, 'test');

    assert.equal(api.routes.length, 2);
    assert.match(api.warnings.join(), /stage test is not deployed yet/);
  });

  it('treats a method as guarded if the stage guards ANY on its path', async () => {
    const exported = {
      openapi: '3.0.1',
      paths: {
        '/menu': { 'x-amazon-apigateway-any-method': { security: [{ unknown: [] }] } },
        '/$default': {},
      },
    };
    const { api } = await ask({ ...HTTP, [HTTP_EXPORT]: exported }, { apiId: 'def' });

    assert.deepEqual(
      api.routes.filter(({ path }) => path === '/menu'),
      [
        { method: 'GET', path: '/menu', isProtected: true },
        { method: 'ANY', path: '/menu', isProtected: true },
      ],
    );
  });

  describe('refuses', () => {
    const routes = '/v2/apis/def/routes?maxResults=500';
    const item = { path: '/users', resourceMethods: { GET: { authorizationType: 'CUSTOM' } } };
    const rows: readonly (readonly [name: string, wrong: Answers, expected: RegExp])[] = [
      ['a list without entries', { ...REST, [RESOURCES]: {} }, /page 1 of the list/],
      ['entries that are a text', { ...REST, [RESOURCES]: { item: 'oops' } }, /page 1 of the list/],
      [
        'an entry that is not an object',
        { ...REST, [RESOURCES]: { item: [item, null] } },
        /page 1 of the list/,
      ],
      [
        'a token that is a number',
        { ...REST, [RESOURCES]: { item: [item], position: 42 } },
        /ends with position 42, but/,
      ],
      [
        'a second page that is not there',
        { ...REST, [RESOURCES]: { item: [item], position: 'gone' } },
        /page 2 of the/,
      ],
      [
        'an answer about another API',
        { ...REST, '/restapis/abc': { id: 'other' } },
        /AWS returned API "other" instead of/,
      ],
      [
        'a path without a slash',
        { ...REST, [RESOURCES]: { item: [{ ...item, path: 'users' }] } },
        /path "users"/,
      ],
      [
        'a path that commands the terminal',
        { ...REST, [RESOURCES]: { item: [{ ...item, path: '/\u001b[2J' }] } },
        /path "\/\\u001b\[2J"/,
      ],
      [
        'methods that are a list',
        { ...REST, [RESOURCES]: { item: [{ ...item, resourceMethods: [] }] } },
        /not an object/,
      ],
      [
        'a stage without an export',
        { ...REST, [REST_EXPORT]: undefined },
        /returned nothing for GET .*, although the stage exists; run the command again$/,
      ],
      ['an invalid export', { ...REST, [REST_EXPORT]: { message: 'x' } }, /not an OpenAPI document/],
      ['a list instead of an object', { ...REST, '/restapis/abc': [] }, /not return a JSON object: \[\]/],
      ['a text', { ...REST, '/restapis/abc': 'text' }, /not return a JSON object: "text"/],
      [
        'a route without a name',
        { ...HTTP, [routes]: { items: [{ authorizationType: 'NONE' }] } },
        /returned a route with the key nothing/,
      ],
      [
        'a kind of API that does not exist',
        { ...HTTP, '/v2/apis/def': { apiId: 'def' } },
        /without a known protocolType/,
      ],
      [
        'more routes than there can be',
        { ...REST, [RESOURCES]: { item: Array.from({ length: 10_001 }, () => item) } },
        /more routes than an API can have/,
      ],
    ];
    for (const [name, wrong, expected] of rows)
      it(name, async () => {
        const apiId = wrong['/restapis/abc'] === undefined ? 'def' : 'abc';
        await assert.rejects(
          ask(wrong, { apiId }),
          (error) => error instanceof UsageError && expected.test(error.message),
        );
      });
  });

  const environment = (url: string) => ({
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 'session',
    AWS_ENDPOINT_URL: url,
  });
  const wanted = { apiId: 'abc', stage: 'prod' };

  it('follows no redirect, since the session token would go along', async () => {
    let asked = 0;
    await using elsewhere = await aLoopbackServer((_, response) => {
      asked += 1;
      response.end('{}');
    });
    await using server = await aLoopbackServer((_, response) => {
      response.writeHead(302, { location: `${elsewhere.url}/x` }).end();
    });

    await assert.rejects(
      readLiveApi(wanted, environment(server.url)),
      /answered with status 302: redirects are not followed/,
    );
    assert.equal(asked, 0);
  });

  for (const { name, answer, expected } of [
    { name: 'a page of a captive portal', answer: '<html>', expected: /not return a JSON object: <html>/ },
    {
      name: 'a bomb',
      answer: gzipSync(Buffer.alloc(17 * 1024 * 1024, ' ')),
      expected: /more than 16777216 bytes/,
    },
  ])
    it(`takes ${name} for no answer`, async () => {
      await using server = await aLoopbackServer((_, response) => {
        if (typeof answer !== 'string') response.setHeader('content-encoding', 'gzip');
        response.end(answer);
      });

      await assert.rejects(
        readLiveApi(wanted, environment(server.url)),
        (error) => error instanceof UsageError && expected.test(error.message),
      );
    });

  it('an answer that is cut off', async () => {
    await using server = await aLoopbackServer((_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{');
      setImmediate(() => response.destroy());
    });

    await assert.rejects(
      readLiveApi(wanted, environment(server.url)),
      (error) => error instanceof UsageError && /its response does not end/.test(error.message),
    );
  });
});
