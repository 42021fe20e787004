/** Commands that call the toolkit's own admin API: of the local gateway, or of a deployed stack. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  AdminError,
  callAdmin,
  callAdminJson,
  findLocalPortal,
} from '../../../../packages/toolkit/terminal/admin-client.ts';
import type { AdminRequest } from '../../../../packages/toolkit/terminal/admin-request.ts';
import { withEnvironment } from '../../../support/fresh-function.ts';
import { beside, givesEachTestAHome, json } from './beside-a-gateway.ts';

givesEachTestAHome();

describe('callAdmin', () => {
  const SHOW: AdminRequest = { method: 'GET', path: '/quota/plans', query: { limit: '2', after: undefined } };
  const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'AKIADEPLOYED', AWS_SECRET_ACCESS_KEY: 'secret' };
  const REGION = { AWS_REGION: 'eu-central-1' };
  const at = async (
    environment: Readonly<Record<string, string>>,
    answer: (response: ServerResponse) => void,
    request: AdminRequest = SHOW,
  ) =>
    await beside(answer, (url) =>
      withEnvironment(environment, () => callAdminJson(request, { url: `${url}/prod/` })),
    );

  it('calls the admin API that the local gateway serves', async () => {
    const apis = (url: string) => [
      { name: 'orders', region: 'us-east-1', url: 'http://127.0.0.1:9' },
      { name: 'gatewright-dev-admin', region: 'eu-west-1', url: `${url}/admin` },
    ];
    const { result, asked } = await beside(
      (response, line, url) => json(line.includes('status') ? { apis: apis(url) } : { plans: [] })(response),
      () => callAdminJson(SHOW, {}),
    );

    assert.deepEqual(result, { plans: [] });
    assert.deepEqual(
      asked.map(({ line }) => line),
      ['GET /_gatewright/status', 'GET /admin/quota/plans?limit=2'],
    );
    assert.match(
      String(asked[1]?.headers.authorization),
      /Credential=AKIALOCAL\/\d{8}\/eu-west-1\/execute-api\//,
    );
  });

  // What a user did: after `customers show`, `explain` described a request that the command itself had sent.
  it('marks each call of a command, so that the request which a user wants explained stays the last one', async () => {
    const status = (url: string) => ({
      apis: [{ name: 'gatewright-dev-admin', region: 'eu-west-1', url: `${url}/admin` }],
      ownCalls: 'token of this run',
    });
    for (const request of [
      SHOW,
      { method: 'POST', path: '/quota/close', body: {}, operationId: 'op-1' },
    ] as const) {
      const { asked } = await beside(
        (response, line, url) => json(line.includes('status') ? status(url) : {})(response),
        () => callAdminJson(request, {}),
      );

      assert.equal(asked[1]?.headers['x-gatewright-console'], 'token of this run');
    }
  });

  // `usage close` under load said only "Internal Server Error (500)", and `portal invite` only "Not Found (404)".
  for (const [status, message, request, says] of [
    [
      500,
      'Internal Server Error',
      { method: 'POST', path: '/quota/close', body: {}, operationId: 'op-1' },
      /^the function quota-admin failed, .* Repeat the command with --operation op-1, .* gatewright logs quota-admin \[Internal Server Error \(500\)\]$/,
    ],
    [
      503,
      'Service Unavailable',
      SHOW,
      /failed, or did not end in time, .*\. Repeat the command\. If it fails again/,
    ],
    [
      404,
      'Not Found',
      { method: 'POST', path: '/portal/organisations/mill/invitations', body: {}, operationId: 'op-1' },
      /no route POST \/portal\/organisations\/mill\/invitations: the stack lacks the part portal, .* gatewright init --add portal and deploy/,
    ],
  ] as const)
    it(`says what to do if API Gateway itself answers with ${status}`, async () => {
      const answer = (response: ServerResponse): void => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message }));
      };
      const ports = {
        clock: { nowEpochMs: () => 0 },
        timer: { pause: () => Promise.resolve() },
        random: { fraction: () => 0 },
      } as never;
      await assert.rejects(
        beside(answer, (url) =>
          withEnvironment({ ...CREDENTIALS, ...REGION }, () =>
            callAdmin(request, { url: `${url}/prod/`, ports }),
          ),
        ),
        (error: unknown) => error instanceof AdminError && says.test(error.message),
      );
    });

  // Source: the stage of the admin API has a throttle, and API Gateway answers with this body.
  it('reads again what the throttle of the stage refused, after a pause, and repeats no change', async () => {
    const pauses: number[] = [];
    const ports = {
      clock: { nowEpochMs: () => 0 },
      timer: {
        pause: (ms: number) => {
          pauses.push(ms);
          return Promise.resolve();
        },
      },
      random: { fraction: () => 0.5 },
    };
    let calls = 0;
    const throttled = (response: ServerResponse): void => {
      calls += 1;
      if (calls === 2) json({ plans: [] })(response);
      else response.writeHead(429).end('{"message":"Too Many Requests"}');
    };
    const ask = (request: AdminRequest) =>
      beside(throttled, (url) =>
        withEnvironment({ ...CREDENTIALS, ...REGION }, () => callAdminJson(request, { url, ports })),
      );

    const { result } = await ask(SHOW);
    assert.deepEqual([result, calls, pauses], [{ plans: [] }, 2, [250]]);
    await assert.rejects(
      ask({ method: 'POST', path: '/quota/close', body: {}, operationId: 'op-1' }),
      /Too Many Requests \(429\)/,
    );
    assert.equal(calls, 3);
  });

  it('says that the local gateway does not serve the stack', async () => {
    const call = beside(json({ apis: [] }), () => callAdmin(SHOW, {}));

    await assert.rejects(call, /does not serve Gatewright's stack/);
  });

  it('calls a deployed stack with the credentials of the environment, and a change with its id', async () => {
    const { result, asked } = await at({ ...CREDENTIALS, ...REGION }, json({ done: true }), {
      method: 'PUT',
      path: '/quota/plans/gold',
      body: { limit: 1 },
      operationId: 'op-1',
    });

    assert.deepEqual(result, { done: true });
    const [{ line, headers, body } = { line: '', headers: {}, body: '' }] = asked;
    assert.equal(line, 'PUT /prod/quota/plans/gold');
    assert.match(
      String(headers['authorization']),
      /Credential=AKIADEPLOYED\/\d{8}\/eu-central-1\/execute-api\//,
    );
    assert.deepEqual([headers['idempotency-key'], body], ['op-1', '{"limit":1}']);
  });

  it('uses the default region if no other region is set', async () => {
    const { asked } = await at({ ...CREDENTIALS, AWS_DEFAULT_REGION: 'sa-east-1' }, json({}));

    assert.match(String(asked[0]?.headers.authorization), /\/sa-east-1\/execute-api\//);
  });

  it('says that the region or the credentials are missing', async () => {
    await assert.rejects(
      at(CREDENTIALS, json({})),
      /has no region: set AWS_REGION to the region of the stack/,
    );
    await assert.rejects(
      at({ ...REGION, AWS_EC2_METADATA_DISABLED: 'true' }, json({})),
      /^UsageError: no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/,
    );
  });

  it('signs calls with the named profile, and prefers it to the variables', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'profile-'));
    const file = join(folder, 'credentials');
    writeFileSync(file, '[ops]\naws_access_key_id = AKIAOPS\naws_secret_access_key = s\n');
    const { asked } = await beside(json({ plans: [] }), (url) =>
      withEnvironment(
        { ...CREDENTIALS, ...REGION, AWS_SHARED_CREDENTIALS_FILE: file, AWS_CONFIG_FILE: file },
        () => callAdminJson(SHOW, { url, profile: 'ops' }),
      ),
    );
    rmSync(folder, { recursive: true });

    assert.match(String(asked[0]?.headers.authorization), /Credential=AKIAOPS\/\d{8}\/eu-central-1\//);
  });

  it('refuses a profile without --url, because the local gateway has its own credentials', async () => {
    await assert.rejects(callAdmin(SHOW, { profile: 'ops' }), /also pass --url with its AdminApiUrl/);
  });

  for (const [url, message] of [
    ['prod', /^--url is not a URL: prod$/],
    ['http://admin.example.com', /^--url is http:.* begins with https/],
  ] as const)
    it(`refuses ${url}`, async () => {
      await assert.rejects(callAdmin(SHOW, { url }), { name: 'UsageError', message });
    });

  const refusals: readonly (readonly [answer: unknown, message: string, problem: object])[] = [
    [
      { detail: 'no such plan', code: 'PLAN_UNKNOWN', field: 'plan', nextVersion: 3 },
      'no such plan (PLAN_UNKNOWN, 404)',
      { status: 404, code: 'PLAN_UNKNOWN', field: 'plan', nextVersion: 3 },
    ],
    [
      { message: 'Forbidden', code: 7, field: 7, nextVersion: 'x' },
      'Forbidden (404)',
      { status: 404, code: undefined, field: undefined, nextVersion: undefined },
    ],
    [
      {},
      'the admin endpoint answered with status 404',
      { status: 404, code: undefined, field: undefined, nextVersion: undefined },
    ],
  ];
  for (const [answer, message, problem] of refusals)
    it(`says "${message}"`, async () => {
      const call = at({ ...CREDENTIALS, ...REGION }, json(answer, 404));

      await assert.rejects(call, (error) => {
        assert.ok(error instanceof AdminError);
        assert.deepEqual([error.message, error.kind, error.problem], [message, 'refused', problem]);
        assert.equal(error.code, (problem as { code?: string }).code ?? 'USAGE');
        return true;
      });
    });

  it('says that an endpoint cannot be reached', async () => {
    const call = at({ ...CREDENTIALS, ...REGION }, (response) => response.destroy());

    await assert.rejects(call, { name: 'AdminError', kind: 'unreachable' });
  });

  it('refuses a response that is not an object', async () => {
    await assert.rejects(
      at({ ...CREDENTIALS, ...REGION }, json('text')),
      /something other than a JSON object/,
    );
  });

  it('marks what the local console asks, so that it is not recorded', async () => {
    const { asked } = await beside(json({}), (origin) =>
      callAdmin(SHOW, {
        target: { origin, region: 'eu-west-1', accessKeyId: 'a', secretAccessKey: 's', consoleCall: 'yes' },
      }),
    );

    assert.deepEqual(
      asked.map(({ line, headers }) => [line, headers['x-gatewright-console'], headers['idempotency-key']]),
      [['GET /quota/plans?limit=2', 'yes', undefined]],
    );
  });

  it('calls the function of a stack that has no admin API, by its ARN', async () => {
    const arn = 'arn:aws:lambda:eu-central-1:123456789012:function:gatewright-prod-access-admin';
    const { result, asked } = await beside(
      (response, line) =>
        line.includes('/functions/')
          ? json({ statusCode: 200, body: '{"keys":[]}' })(response)
          : void response.end(
              '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/a</Arn><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
            ),
      (url) =>
        withEnvironment({ ...CREDENTIALS, AWS_ENDPOINT_URL: url }, () =>
          callAdminJson({ method: 'GET', path: '/access/keys' }, { url: arn }),
        ),
    );

    const event = JSON.parse(asked[1]?.body ?? '') as { readonly requestContext: object };
    assert.deepEqual((event.requestContext as { readonly authorizer?: object }).authorizer, {
      iam: { userArn: 'arn:aws:iam::123456789012:user/a' },
    });
    assert.deepEqual(result, { keys: [] });
    assert.deepEqual(
      asked.map(({ line, headers }) => [
        line,
        /Credential=([^ ]*)\/aws4/.exec(String(headers.authorization))?.[1]?.replace(/\d{8}/, 'DAY'),
      ]),
      [
        ['POST /', 'AKIADEPLOYED/DAY/eu-central-1/sts'],
        [
          `POST /2015-03-31/functions/${encodeURIComponent(arn)}/invocations`,
          'AKIADEPLOYED/DAY/eu-central-1/lambda',
        ],
      ],
    );
  });
});

describe('the portal of the local gateway', () => {
  const PORTAL = { name: 'gatewright-dev-portal', url: 'http://127.0.0.1:3005' };
  const find = (apis: unknown, flags: Parameters<typeof findLocalPortal>[0] = {}) =>
    beside(json({ apis }), () => findLocalPortal(flags));

  it('is found by its name among the APIs', async () => {
    assert.equal((await find([{ name: 'gatewright-dev-admin', url: 'a' }, PORTAL])).result, PORTAL.url);
    assert.equal((await find([{ name: 'my-gatewright-dev-portal', url: 'a' }])).result, undefined);
    assert.equal((await find('none')).result, undefined);
  });

  it('is not looked for by commands on a deployed stack', async () => {
    const target = {
      origin: 'https://a.example',
      region: 'eu-west-1',
      accessKeyId: 'a',
      secretAccessKey: 's',
    };
    for (const flags of [{ url: 'https://a.example' }, { target }]) {
      const { result, asked } = await find([PORTAL], flags);
      assert.deepEqual([result, asked], [undefined, []]);
    }
  });
});
