import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  reportUnpermitted,
  readFunctionUrls,
} from '../../../../../packages/gateway/control/loading/read-function-urls.ts';
import { Account } from '../../../../../packages/gateway/control/account.ts';
import { DEFAULT_ASSUMPTIONS } from '../../../../../packages/gateway/core/deployment/assumptions.ts';
import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import { createIdentities, parseIdentities } from '../../../../../packages/gateway/core/policy/identities.ts';
import { signRequest } from '../../../../../packages/base/aws/sign-request.ts';
import { aFunctionUrl, permission, PUBLIC } from '../../../../support/a-function-url.ts';
import { ACCOUNT_ID, aStack, functionArn } from '../../../../support/a-stack.ts';
import { headerOf } from '../../../../support/an-api.ts';
import { EPOCH_MS, virtualPorts } from '../../../../support/virtual-ports.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestUrl } from '../../../../support/a-function-url.ts';
import type { TestResource } from '../../../../support/a-stack.ts';

const ACCESS = 'Lambda developer guide, "Control access to Lambda function URLs"';
const SECRET = 'a-secret-of-this-test';
const NONE = { AuthType: 'NONE' };
const IAM = { AuthType: 'AWS_IAM' };
const FORBIDDEN =
  '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}';

const ok = (): unknown => 'hello';

// docs/aws §19.1, §19.3, §19.4
describe('a public function URL', () => {
  it('passes on the request as payload 2.0, with its path unchanged', async () => {
    const { send, ports, host } = aFunctionUrl(NONE, ok);
    const headers = ['Host', host, 'Content-Type', 'text/plain', 'Cookie', 'a=1; b=2', 'User-Agent', 'me'];

    const reply = await send({ method: 'POST', target: '/a%2Fb?c=1&c=2', headers, body: 'x' });

    const [urlId = ''] = host.split('.');
    assert.match(host, /^[a-z0-9]{32}\.lambda-url\.us-east-1\.on\.aws$/);
    assert.deepEqual([reply.status, reply.body.toString()], [200, 'hello']);
    assert.partialDeepStrictEqual(ports.invoker.calls[0]?.event, {
      version: '2.0',
      routeKey: '$default',
      rawPath: '/a%2Fb',
      rawQueryString: 'c=1&c=2',
      cookies: ['a=1', 'b=2'],
      queryStringParameters: { c: '1,2' },
      body: 'x',
      isBase64Encoded: false,
      requestContext: {
        accountId: 'anonymous',
        apiId: urlId,
        domainName: host,
        domainPrefix: urlId,
        http: {
          method: 'POST',
          path: '/a%2Fb',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'me',
        },
        requestId: headerOf(reply, 'x-amzn-requestid'),
        routeKey: '$default',
        stage: '$default',
      },
    });
  });

  // Source: Lambda developer guide, "Invoking Lambda function URLs", Response payload format
  for (const [name, answer, expected] of [
    ['what has no statusCode as JSON', { a: 1 }, [200, 'application/json', '{"a":1}']],
    ['an answer without a type as JSON', { statusCode: 201, body: 'x' }, [201, 'application/json', 'x']],
    [
      'bytes as base64',
      { statusCode: 200, headers: { 'Content-Type': 'image/png' }, body: 'AQI=', isBase64Encoded: true },
      [200, 'image/png', '\u0001\u0002'],
    ],
    ['an invalid status as 502', { statusCode: 'x' }, [502, 'application/json', 'Internal Server Error']],
  ] as const)
    it(`reads ${name}`, async () => {
      const reply = await aFunctionUrl(NONE, () => answer).send({ target: '/' });
      assert.deepEqual([reply.status, headerOf(reply, 'content-type'), reply.body.toString()], expected);
    });

  it('answers 502 for a function that fails', async () => {
    const fail = (): unknown => {
      throw new Error('boom');
    };
    const reply = await aFunctionUrl(NONE, fail).send({ target: '/' });
    assert.deepEqual([reply.status, reply.body], [502, 'Internal Server Error']);
  });

  // Source: Lambda API reference, "TooManyRequestsException"
  for (const [isReserved, reason] of [
    [true, 'ReservedFunctionConcurrentInvocationLimitExceeded'],
    [undefined, 'ConcurrentInvocationLimitExceeded'],
  ] as const)
    it(`answers 429 with ${reason} if Lambda throttles`, async () => {
      const refused = {
        kind: 'refused',
        reason: 'throttled',
        message: '',
        ...(isReserved && { isReserved }),
      };
      const reply = await aFunctionUrl(NONE, () => refused).send({ target: '/' });
      assert.equal(reply.status, 429);
      assert.deepEqual(JSON.parse(reply.body.toString()), {
        Reason: reason,
        Type: 'User',
        message: 'Rate Exceeded.',
      });
      assert.equal(headerOf(reply, 'x-amzn-errortype'), 'TooManyRequestsException');
    });

  it('streams only the body if the function sends no metadata', async () => {
    const { send } = aFunctionUrl({ ...NONE, InvokeMode: 'RESPONSE_STREAM' }, () => ['{"a":', '1}']);
    const reply = await send({ target: '/' });
    assert.deepEqual(
      [reply.status, headerOf(reply, 'content-type'), reply.body.toString()],
      [200, 'application/octet-stream', '{"a":1}'],
    );
  });
});

// docs/aws §19.5
describe('CORS of a function URL', () => {
  const Cors = {
    AllowOrigins: ['*'],
    AllowMethods: ['GET'],
    AllowHeaders: ['X-A'],
    ExposeHeaders: ['X-B'],
    MaxAge: 60,
    AllowCredentials: true,
  };
  const from = ['Origin', 'https://page.example'];
  const preflight = [...from, 'Access-Control-Request-Method', 'GET'];

  it('answers a preflight for every caller, with the origin that asks', async () => {
    const { send, ports } = aFunctionUrl({ ...IAM, Cors }, ok);
    const reply = await send({ method: 'OPTIONS', target: '/x', headers: preflight });

    assert.equal(reply.status, 200);
    assert.equal(headerOf(reply, 'access-control-allow-origin'), 'https://page.example');
    assert.equal(headerOf(reply, 'access-control-allow-methods'), 'GET');
    assert.equal(headerOf(reply, 'access-control-allow-headers'), 'x-a');
    assert.equal(headerOf(reply, 'access-control-max-age'), '60');
    assert.equal(headerOf(reply, 'access-control-allow-credentials'), 'true');
    assert.equal(ports.invoker.calls.length, 0);
  });

  it("sends its headers in addition to the function's", async () => {
    // Source: aws-powertools/powertools-lambda-python#4163: a browser finds the header twice
    const greet = (): unknown => ({ statusCode: 200, headers: { 'Access-Control-Allow-Origin': 'x' } });
    const reply = await aFunctionUrl({ ...NONE, Cors }, greet).send({ target: '/', headers: from });

    assert.equal(headerOf(reply, 'access-control-allow-origin'), 'x, https://page.example');
    assert.equal(headerOf(reply, 'access-control-expose-headers'), 'x-b');
  });

  it('passes a preflight to the function if the URL has no CORS', async () => {
    const reply = await aFunctionUrl(NONE, ok).send({ method: 'OPTIONS', target: '/', headers: preflight });
    assert.equal(reply.body.toString(), 'hello');
  });
});

const statement = (Effect: string, Action: string): string =>
  `{ Version: '2012-10-17', Statement: [{ Effect: ${Effect}, Action: ['lambda:InvokeFunctionUrl', '${Action}'], Resource: '${functionArn('greet')}' }] }`;

const IDENTITIES = `identities:
  - { name: both, accessKeyId: AKIALOCAL0000BOTH, secretAccessKey: ${SECRET}, policies: [${statement('Allow', 'lambda:InvokeFunction')}] }
  - { name: one, accessKeyId: AKIALOCAL00000ONE, secretAccessKey: ${SECRET}, policies: [${statement('Allow', 'lambda:GetFunction')}] }
  - { name: no, accessKeyId: AKIALOCAL000000NO, secretAccessKey: ${SECRET}, policies: [] }
  - { name: denied, accessKeyId: AKIALOCAL00DENIED, secretAccessKey: ${SECRET}, policies: [${statement('Deny', 'lambda:InvokeFunction')}] }
  - { name: foreign, accountId: '999999999999', accessKeyId: AKIALOCAL0FOREIGN, secretAccessKey: ${SECRET}, policies: [${statement('Allow', 'lambda:InvokeFunction')}] }
`;

/** Status of a request that one of the identities has signed. */
async function signed(url: TestUrl, name: string, service = 'lambda'): Promise<readonly unknown[]> {
  url.ports.identities = createIdentities(parseIdentities(IDENTITIES, 'f.yml', ACCOUNT_ID));
  const headers = signRequest({
    method: 'GET',
    url: new URL(`http://${url.host}/x`),
    service,
    region: 'us-east-1',
    nowEpochMs: EPOCH_MS,
    secretAccessKey: SECRET,
    accessKeyId: `AKIALOCAL${name.toUpperCase().padStart(8, '0')}`,
  });
  const reply = await url.send({ target: '/x', headers: Object.entries(headers).flat() });
  return [reply.status, headerOf(reply, 'x-amzn-errortype')];
}

const ALLOWED = [200, undefined];
const DENIED = [403, 'AccessDeniedException'];
const ofIam = (properties: JsonObject): TestResource =>
  permission({ Principal: ACCOUNT_ID, FunctionUrlAuthType: 'AWS_IAM', ...properties });
const GRANTS = {
  Url: ofIam({ Action: 'lambda:InvokeFunctionUrl' }),
  Function: permission({
    Principal: ACCOUNT_ID,
    Action: 'lambda:InvokeFunction',
    InvokedViaFunctionUrl: true,
  }),
};
const TO_THE_USER = {
  Url: ofIam({ Action: 'lambda:InvokeFunctionUrl', Principal: `arn:aws:iam::${ACCOUNT_ID}:user/no` }),
  Function: permission({
    Principal: `arn:aws:iam::${ACCOUNT_ID}:user/no`,
    Action: 'lambda:InvokeFunction',
    InvokedViaFunctionUrl: true,
  }),
};
const TO_OTHERS = {
  Url: ofIam({ Action: 'lambda:InvokeFunctionUrl', Principal: '999999999999' }),
  Function: permission({ Principal: '999999999999', Action: 'lambda:InvokeFunction' }),
};

// docs/aws §19.2
describe(`AWS_IAM of a function URL (${ACCESS})`, () => {
  for (const [who, resources, expected] of [
    ['both', {}, ALLOWED],
    ['one', {}, DENIED],
    ['no', {}, DENIED],
    // An allow for the own account delegates to the policies of its users (IAM user guide, "AWS account principals").
    ['no', GRANTS, DENIED],
    ['no', TO_THE_USER, ALLOWED],
    ['no', { Url: GRANTS.Url }, DENIED],
    ['denied', GRANTS, DENIED],
    ['foreign', {}, DENIED],
    ['foreign', TO_OTHERS, ALLOWED],
    ['both', PUBLIC, ALLOWED],
  ] as const)
    it(`answers ${String(expected[0])} to "${who}" with ${Object.keys(resources).length} permissions`, async () => {
      assert.deepEqual(await signed(aFunctionUrl(IAM, ok, { resources }), who), expected);
    });

  it('passes the signer to the function', async () => {
    const url = aFunctionUrl(IAM, ok, { resources: {} });
    await signed(url, 'both');
    assert.partialDeepStrictEqual(url.ports.invoker.calls[0]?.event, {
      requestContext: { accountId: ACCOUNT_ID, authorizer: { iam: { accessKey: 'AKIALOCAL0000BOTH' } } },
    });
  });

  it('refuses what is not signed, and what is signed for API Gateway', async () => {
    const url = aFunctionUrl(IAM, ok, { resources: {} });
    const reply = await url.send({ target: '/' });
    assert.deepEqual([reply.status, reply.body], [403, FORBIDDEN]);
    assert.equal((await signed(url, 'both', 'execute-api'))[0], 403);
  });
});

describe(`permissions for everybody (${ACCESS})`, () => {
  const [Url, Function] = [PUBLIC['Url'], PUBLIC['Function']];
  assert.ok(Url !== undefined && Function !== undefined);
  const before = { ...DEFAULT_ASSUMPTIONS, 'function-url-permissions': 'url-only' } as const;
  for (const { name, resources, status, findings = 0, ...account } of [
    { name: 'both permissions', resources: PUBLIC, status: 200 },
    { name: 'the permission for the URL only', resources: { Url }, status: 403, findings: 1 },
    { name: 'the permission for the function only', resources: { Function }, status: 403, findings: 1 },
    { name: 'none', resources: {}, status: 403, findings: 1 },
    {
      name: 'none, if permissions are not checked',
      resources: {},
      status: 200,
      findings: 1,
      needsPermissions: false,
    },
    {
      name: 'that for the URL, of before October 2025',
      resources: { Url },
      status: 200,
      assumptions: before,
    },
  ])
    it(`answers ${status} with ${name}, and reports what is missing`, async () => {
      const reply = await aFunctionUrl(NONE, ok, { resources, ...account }).send({ target: '/' });
      assert.equal(reply.status, status);
      if (status === 403) assert.equal(reply.body, FORBIDDEN);
      assert.equal(notesOf(resources, account).length, findings);
    });
});

function notesOf(
  resources: Readonly<Record<string, TestResource>>,
  more: Partial<ConstructorParameters<typeof Account>[0]> = {},
): readonly string[] {
  const { clock } = virtualPorts({});
  const properties = { TargetFunctionArn: functionArn('greet'), AuthType: 'NONE' };
  const stacks = [aStack({ GreetUrl: { type: 'AWS::Lambda::Url', properties }, ...resources })];
  const account = new Account({ clock, isThrottled: false, needsPermissions: true, ...more });
  const faults = new Faults(false);
  reportUnpermitted(readFunctionUrls(stacks, account, faults), stacks, faults);
  return faults.all.map(({ error }) => error.message);
}

describe('a function URL that AWS refuses', () => {
  for (const [name, properties] of [
    ['an invalid AuthType', { AuthType: 'JWT' }],
    ['no AuthType', {}],
    ['an invalid InvokeMode', { ...NONE, InvokeMode: 'FAST' }],
    ['a method that CORS does not take', { ...NONE, Cors: { AllowMethods: ['OPTIONS'] } }],
  ] as const)
    it(`answers no request with ${name}, and reports it`, async () => {
      const { send, faults, ports } = aFunctionUrl(properties, ok);
      const reply = await send({ target: '/' });
      assert.equal(reply.status >= 400, true);
      assert.deepEqual([faults.all.length, ports.invoker.calls.length], [1, 0]);
    });

  it('reports a second URL of the same function', () => {
    const second = { TargetFunctionArn: functionArn('greet'), AuthType: 'NONE' };
    const resources = { ...PUBLIC, Second: { type: 'AWS::Lambda::Url', properties: second } };
    assert.match(notesOf(resources).join('\n'), /already has a function URL/);
  });
});
