import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readLiveApi } from '../../cli/access-live.ts';
import { UsageError } from '../../cli/output.ts';
import { aLoopbackServer } from '../support/signed-tokens.ts';

const REST: Readonly<Record<string, unknown>> = {
  '/restapis/abc': { id: 'abc' },
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
const HTTP: Readonly<Record<string, unknown>> = {
  '/v2/apis/def': { protocolType: 'HTTP' },
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

async function ask(answers: Readonly<Record<string, unknown>>, wanted: Parameters<typeof readLiveApi>[0]) {
  const signatures: string[] = [];
  await using server = await aLoopbackServer((request, response) => {
    signatures.push(request.headers.authorization ?? '');
    const answer = answers[request.url ?? ''];
    response.statusCode = answer === undefined ? 404 : 200;
    response.end(JSON.stringify(answer ?? { message: 'not found' }));
  });
  const api = await readLiveApi(wanted, {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_ENDPOINT_URL: server.url,
  });
  return { api, signatures };
}

describe('readLiveApi', () => {
  it('lists the methods of a REST API, page by page', async () => {
    const { api, signatures } = await ask(REST, { apiId: 'abc' });

    assert.equal(api.kind, 'rest');
    assert.deepEqual(api.routes, [
      { method: 'GET', path: '/', isProtected: false },
      { method: 'GET', path: '/users', isProtected: true },
      { method: 'ANY', path: '/users', isProtected: false },
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
      routes: [
        { method: 'GET', path: '/menu', isProtected: false },
        { method: 'ANY', path: '$default', isProtected: true },
      ],
    });
  });

  it('says which API and region it looked in', async () => {
    await assert.rejects(
      ask({}, { apiId: 'none' }),
      (error) =>
        error instanceof UsageError && /AWS knows no API none in region eu-west-1/.test(error.message),
    );
    await assert.rejects(ask({}, { stack: 's', logicalId: 'L' }), /CloudFormation knows no L in stack s/);
  });

  it('says what it needs where the environment has no credentials', async () => {
    await assert.rejects(
      readLiveApi({ apiId: 'abc' }, {}),
      /AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/,
    );
  });
});
