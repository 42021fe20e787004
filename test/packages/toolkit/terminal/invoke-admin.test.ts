import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseHttpEvent } from '#shared/aws/http-event.ts';
import { invokeAdmin, regionOfFunction } from '../../../../packages/toolkit/terminal/invoke-admin.ts';
import type { Aws, AwsAnswer, AwsRequest } from '../../../../packages/toolkit/terminal/aws-call.ts';

const ARN = 'arn:aws:lambda:eu-central-1:123456789012:function:gatewright-prod-access-admin';
const SIGNER = 'arn:aws:iam::123456789012:user/ops';

const answered = (body: object): AwsAnswer => ({
  kind: 'answer',
  body: { ...body },
  headers: new Map(),
  text: '',
});

/** AWS with one identity, whose Lambda answers so. */
function anAws(lambda: AwsAnswer): Aws & { readonly calls: AwsRequest[] } {
  const calls: AwsRequest[] = [];
  const identity = answered({
    GetCallerIdentityResponse: {
      GetCallerIdentityResult: { Arn: SIGNER, UserId: 'AIDAEXAMPLE', Account: '123456789012' },
    },
  });
  return {
    region: 'eu-central-1',
    calls,
    call: (call) => {
      calls.push(call);
      return Promise.resolve(call.service === 'sts' ? identity : lambda);
    },
  };
}

describe('invokeAdmin', () => {
  it('sends what the API would send, and gives back what the function answers', async () => {
    const aws = anAws(
      answered({ statusCode: 201, headers: { 'content-type': 'application/json' }, body: '{"id":"k1"}' }),
    );
    const { response } = await invokeAdmin(aws, ARN, {
      method: 'POST',
      path: '/access/keys/k%201/rotate',
      query: { overlap: '1h', none: undefined },
      body: { why: 'leaked' },
      operationId: 'op-1',
    });
    assert.equal(response?.status, 201);
    assert.deepEqual(await response.json(), { id: 'k1' });
    const [, call] = aws.calls;
    assert.ok(call?.protocol === 'rest');
    assert.equal(call.path, `/2015-03-31/functions/${encodeURIComponent(ARN)}/invocations`);
    const { routeKey, pathParameters, query, signer, body, headers } = parseHttpEvent(
      JSON.parse(call.body ?? ''),
    );
    assert.deepEqual(
      { routeKey, pathParameters, query, signer, body },
      {
        routeKey: 'POST /access/keys/{keyId}/rotate',
        pathParameters: { keyId: 'k 1' },
        query: { overlap: '1h' },
        signer: SIGNER,
        body: '{"why":"leaked"}',
      },
    );
    assert.equal(headers['idempotency-key'], 'op-1');
  });

  it('leaves an unknown path to the function', async () => {
    const aws = anAws(answered({ statusCode: 404, body: '{"code":"ROUTE_UNKNOWN"}' }));
    const { response } = await invokeAdmin(aws, ARN, { method: 'GET', path: '/quota/plans' });
    assert.equal(response?.status, 404);
    const [, call] = aws.calls;
    assert.ok(call?.protocol === 'rest');
    assert.equal(parseHttpEvent(JSON.parse(call.body ?? '')).routeKey, 'ANY /access/{proxy+}');
  });

  it('reports what AWS refuses, and that the function failed', async () => {
    const refused = anAws({
      kind: 'refused',
      status: 403,
      code: 'AccessDeniedException',
      message: 'no right to invoke',
    });
    const { response } = await invokeAdmin(refused, ARN, { method: 'GET', path: '/access/keys' });
    assert.equal(response?.status, 403);
    assert.deepEqual(await response.json(), { message: 'no right to invoke' });
    const failed = await invokeAdmin(anAws(answered({ errorMessage: 'x' })), ARN, {
      method: 'GET',
      path: '/access/keys',
    });
    assert.ok(failed.response === undefined);
    assert.match(failed.said, /access-admin failed; see its log/);
  });

  for (const [what, answer, said] of [
    [
      'refuses',
      { kind: 'refused', status: 403, code: 'ExpiredToken', message: 'the token has expired' },
      'ExpiredToken: the token has expired',
    ],
    ['is silent', { kind: 'silent', message: 'sts does not respond' }, 'sts does not respond'],
  ] as const)
    it(`tells the function nothing if AWS ${what} when asked who calls`, async () => {
      const calls: string[] = [];
      const aws: Aws = {
        region: 'eu-central-1',
        call: ({ service }) => {
          calls.push(service);
          return Promise.resolve(answer);
        },
      };
      const invoked = await invokeAdmin(aws, ARN, { method: 'GET', path: '/access/keys' });

      assert.deepEqual(invoked, { response: undefined, said });
      assert.deepEqual(calls, ['sts']);
    });

  it('tells the function nothing if the answer of AWS names no caller', async () => {
    const calls: string[] = [];
    const aws: Aws = {
      region: 'eu-central-1',
      call: ({ service }) => {
        calls.push(service);
        return Promise.resolve(answered({ GetCallerIdentityResponse: {} }));
      },
    };
    const invoked = await invokeAdmin(aws, ARN, { method: 'GET', path: '/access/keys' });

    assert.deepEqual(invoked, { response: undefined, said: 'AWS STS returned no account' });
    assert.deepEqual(calls, ['sts']);
  });

  it('says that Lambda does not answer', async () => {
    const silent = anAws({ kind: 'silent', message: 'lambda does not respond' });

    assert.deepEqual(await invokeAdmin(silent, ARN, { method: 'GET', path: '/access/keys' }), {
      response: undefined,
      said: 'lambda does not respond',
    });
  });

  for (const [method, path, routeKey, pathParameters] of [
    ['GET', '/access/keys', 'GET /access/keys', {}],
    ['GET', '/access/keys/a%2Fb', 'GET /access/keys/{keyId}', { keyId: 'a/b' }],
    ['PUT', '/access/keys', 'ANY /access/{proxy+}', {}],
    ['GET', '/access/keys/', 'GET /access/keys/{keyId}', { keyId: '' }],
  ] as const)
    it(`chooses the route of ${method} ${path} as API Gateway would`, async () => {
      const aws = anAws(answered({ statusCode: 204, body: '' }));
      const { response } = await invokeAdmin(aws, ARN, { method, path });
      const [identity, call] = aws.calls;
      assert.ok(call?.protocol === 'rest');
      const event = JSON.parse(call.body ?? '') as Readonly<Record<string, unknown>>;

      assert.deepEqual(
        [event['routeKey'], event['pathParameters'], event['rawPath']],
        [routeKey, pathParameters, decodeURIComponent(path)],
      );
      assert.deepEqual([event['version'], event['isBase64Encoded'], 'body' in event], ['2.0', false, false]);
      assert.deepEqual([response?.status, await response?.text()], [204, '']);
      assert.deepEqual(identity, {
        service: 'sts',
        protocol: 'query',
        action: 'GetCallerIdentity',
        version: '2011-06-15',
      });
    });

  it('recognizes the ARN of a function', () => {
    assert.equal(regionOfFunction(ARN), 'eu-central-1');
    assert.equal(regionOfFunction('https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com'), undefined);
  });
});
