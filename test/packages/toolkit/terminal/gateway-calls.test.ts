/** Commands that call a running gateway: its control port, its functions, and the toolkit's own admin API. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Command } from 'commander';
import { announce, runningFolder } from '../../../../packages/gateway/kernel/files/running-gateways.ts';
import {
  AdminError,
  callAdmin,
  callAdminJson,
  findLocalPortal,
} from '../../../../packages/toolkit/terminal/admin-client.ts';
import type { AdminRequest } from '../../../../packages/toolkit/terminal/admin-request.ts';
import { findFunction } from '../../../../packages/toolkit/terminal/find-function.ts';
import { sendToFunction } from '../../../../packages/toolkit/terminal/invoke-function.ts';
import {
  addGatewayOptions,
  callGateway,
  chooseGateway,
  followGateway,
  listenToGateway,
} from '../../../../packages/toolkit/terminal/running-gateway.ts';
import { withEnvironment } from '../../../support/fresh-function.ts';
import { aLoopbackServer } from '../../../support/signed-tokens.ts';

const SECRET = 's'.repeat(43);

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gatewright-home-'));
});
afterEach(() => {
  chooseGateway({});
  rmSync(home, { recursive: true, force: true });
});

type Asked = {
  readonly line: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};

/** Runs `work` beside a gateway that answers so, and says what it was asked. */
async function beside<Result>(
  answer: (response: ServerResponse, line: string, url: string) => void,
  work: (url: string) => Promise<Result>,
): Promise<{ readonly result: Result; readonly asked: readonly Asked[] }> {
  const asked: Asked[] = [];
  await using server = await aLoopbackServer((request, response) => {
    void readText(request).then((body) => {
      const line = `${request.method ?? ''} ${request.url ?? ''}`;
      asked.push({ line, headers: request.headers, body });
      answer(response, line, server.url);
    });
  });
  return await withEnvironment({ GATEWRIGHT_HOME: home }, async () => {
    await announce(runningFolder(process.env), {
      name: 'shop',
      directory: '/app',
      pid: process.pid,
      controlUrl: server.url,
      controlSecret: SECRET,
      accessKeyId: 'AKIALOCAL',
      secretAccessKey: 'local',
    });
    chooseGateway({ gateway: 'shop', controlPort: Number(new URL(server.url).port) });
    return { result: await work(server.url), asked };
  });
}

const json =
  (value: unknown, status = 200) =>
  (response: ServerResponse): void =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));

/** Bytes as they come, each piece by itself. */
const pieces =
  (...parts: readonly (string | Uint8Array)[]) =>
  (response: ServerResponse): void => {
    const rest = [...parts];
    const next = (): void => {
      const part = rest.shift();
      if (part === undefined) response.end();
      else response.write(part, () => setImmediate(next));
    };
    next();
  };

async function allOf<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('the choice of a gateway', () => {
  it('is that of the folder, where no option and no variable names one', async () => {
    const { result } = await beside(json({}), async () => {
      chooseGateway({});
      const usual = process.cwd();
      process.chdir(home);
      try {
        return await callGateway('GET', 'status').catch(String);
      } finally {
        process.chdir(usual);
      }
    });

    assert.match(
      String(result),
      /no running gateway was started from this folder; choose a running one with --gateway NAME: shop/,
    );
  });

  it('is an option that a variable gives, too', async () => {
    const chosen = (words: readonly string[]): Promise<unknown> =>
      withEnvironment({ GATEWRIGHT_GATEWAY: 'shop' }, () => {
        const command = addGatewayOptions(new Command('any')).exitOverride();
        return Promise.resolve(command.parse(words, { from: 'user' }).opts());
      });

    assert.deepEqual(await chosen(['--control-port', '4001']), { gateway: 'shop', controlPort: 4001 });
    assert.deepEqual(await chosen(['--gateway', 'desk']), { gateway: 'desk' });
  });
});

describe('callGateway', () => {
  it('sends JSON with the secret, and gives back what is answered', async () => {
    const { result, asked } = await beside(json({ saved: 1 }), () =>
      callGateway('POST', 'data/save', { file: 'a' }),
    );

    assert.deepEqual(result, { saved: 1 });
    assert.deepEqual(
      asked.map(({ line, headers, body }) => [line, headers.authorization, headers['content-type'], body]),
      [['POST /_gatewright/data/save', `Bearer ${SECRET}`, 'application/json', '{"file":"a"}']],
    );
  });

  for (const [answer, message] of [
    [{ message: 'there is no such file' }, 'there is no such file'],
    [{ message: 7 }, 'the gateway answered with status 409'],
    [{}, 'the gateway answered with status 409'],
    [null, 'the gateway answered with status 409'],
  ] as const)
    it(`refuses by "${message}" where the gateway answers ${JSON.stringify(answer)}`, async () => {
      const call = beside(json(answer, 409), () => callGateway('GET', 'status'));

      await assert.rejects(call, { name: 'UsageError', message });
    });

  it('says that a gateway does not answer', async () => {
    const call = beside(
      (response) => response.destroy(),
      () => callGateway('GET', 'status'),
    );

    await assert.rejects(call, /does not respond; start it again/);
  });
});

describe('listenToGateway', () => {
  it('gives whole lines, however they come in pieces', async () => {
    const euro = Buffer.from('€');
    const { result, asked } = await beside(
      pieces('one\ntw', 'o\n', euro.subarray(0, 1), euro.subarray(1), '\nhalf'),
      () => allOf(listenToGateway('logs')),
    );

    assert.deepEqual(result, ['one', 'two', '€']);
    assert.equal(asked[0]?.line, 'GET /_gatewright/logs');
    assert.equal(asked[0].headers.authorization, `Bearer ${SECRET}`);
  });

  for (const [answer, message] of [
    [{ message: 'no such log' }, 'no such log'],
    [{}, 'the gateway answered with status 404'],
  ] as const)
    it(`says "${message}" where it is refused`, async () => {
      const listening = beside(json(answer, 404), () => allOf(listenToGateway('logs')));

      await assert.rejects(listening, { name: 'UsageError', message });
    });

  it('says that the gateway has ended where it breaks off', async () => {
    const listening = beside(
      (response) => {
        response.write('one\n', () => response.destroy());
      },
      () => allOf(listenToGateway('logs')),
    );

    await assert.rejects(listening, /no longer responds/);
  });
});

describe('followGateway', () => {
  it('gives the data of each event, however they come in pieces, until the gateway ends', async () => {
    const { result } = await beside(
      pieces('data: {"n":1}\n', '\n: still here\n\nevent: x\nda', 'ta: {"n":2}\n\ndata: {"n"'),
      () => allOf(followGateway('events')),
    );

    assert.deepEqual(result, [{ n: 1 }, { n: 2 }]);
  });

  it('says that a gateway does not answer', async () => {
    await assert.rejects(
      beside(json({}, 500), () => allOf(followGateway('events'))),
      /does not respond/,
    );
    await assert.rejects(
      beside(
        (response) => response.destroy(),
        () => allOf(followGateway('events')),
      ),
      /does not respond/,
    );
  });
});

describe('findFunction', () => {
  const served = [
    { name: 'shop-dev-list', logicalId: 'List', region: 'eu-west-1' },
    { name: 'shop-dev-list-all', logicalId: 'ListAll', region: 'eu-west-1' },
    { name: 'desk-dev-list', logicalId: 'DeskList', region: 'eu-west-1' },
    { name: 'shop-dev-pay', logicalId: 'Pay', region: 'eu-west-1' },
  ];
  const find = async (given: string, functions: readonly object[] = served) =>
    (await beside(json({ functions, nowEpochMs: 7 }), () => findFunction(given))).result;

  for (const [how, given, name] of [
    ['by its name', 'shop-dev-list', 'shop-dev-list'],
    ['by its logical id', 'ListAll', 'shop-dev-list-all'],
    ['by the end of its name', 'pay', 'shop-dev-pay'],
  ] as const)
    it(`finds one ${how}, with the clock of the gateway`, async () => {
      assert.deepEqual(await find(given), { ...served.find((one) => one.name === name), nowEpochMs: 7 });
    });

  it('names those that match where several do, and all where none does', async () => {
    await assert.rejects(
      find('list'),
      /"list" matches several functions; pass one of these names: shop-dev-list, desk-dev-list$/,
    );
    await assert.rejects(find('ay'), /no function "ay"; expected one of shop-dev-list, .*, shop-dev-pay$/);
    await assert.rejects(find('list', []), /serves no functions/);
  });
});

describe('sendToFunction', () => {
  const found = { name: 'shop-dev-list', region: 'eu-west-1', nowEpochMs: Date.UTC(2026, 10, 20) };
  const send = (options: Parameters<typeof sendToFunction>[2], status = 200) =>
    beside(
      (response) => void response.writeHead(status, { 'x-amz-function-error': 'Unhandled' }).end('{"a":1}'),
      () => sendToFunction(found, '{"n":1}', options),
    );

  it('invokes by name, signed, with the tail of the log', async () => {
    const { result, asked } = await send({ async: false });

    assert.deepEqual(
      [result.status, result.headers['x-amz-function-error'], result.body],
      [200, 'Unhandled', '{"a":1}'],
    );
    const [{ line, headers, body } = { line: '', headers: {}, body: '' }] = asked;
    assert.equal(line, 'POST /2015-03-31/functions/shop-dev-list/invocations');
    assert.match(
      String(headers['authorization']),
      /^AWS4-HMAC-SHA256 Credential=AKIALOCAL\/20261120\/eu-west-1\/lambda\/aws4_request/,
    );
    assert.deepEqual(
      [headers['x-amz-invocation-type'], headers['x-amz-log-type'], body],
      ['RequestResponse', 'Tail', '{"n":1}'],
    );
  });

  it('starts a function without waiting, with a client context', async () => {
    const { result, asked } = await send({ async: true, clientContext: '{"custom":{}}' }, 202);

    assert.equal(result.status, 202);
    const headers = asked[0]?.headers ?? {};
    assert.deepEqual([headers['x-amz-invocation-type'], headers['x-amz-log-type']], ['Event', undefined]);
    assert.equal(Buffer.from(String(headers['x-amz-client-context']), 'base64').toString(), '{"custom":{}}');
  });

  it('says that the gateway does not answer', async () => {
    const call = beside(
      (response) => response.destroy(),
      () => sendToFunction(found, '{}', { async: false }),
    );

    await assert.rejects(call, { name: 'UsageError', message: /does not respond$/ });
  });
});

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

    await assert.rejects(call, /does not serve the toolkit's stack/);
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

  it('takes the default region where there is no other', async () => {
    const { asked } = await at({ ...CREDENTIALS, AWS_DEFAULT_REGION: 'sa-east-1' }, json({}));

    assert.match(String(asked[0]?.headers.authorization), /\/sa-east-1\/execute-api\//);
  });

  it('says which variables are missing', async () => {
    await assert.rejects(at(CREDENTIALS, json({})), /needs the variables AWS_REGION, AWS_ACCESS_KEY_ID and/);
    await assert.rejects(
      at({ ...REGION, AWS_ACCESS_KEY_ID: 'a' }, json({})),
      /needs the variables AWS_REGION/,
    );
  });

  for (const [url, message] of [
    ['prod', /^--url is not a URL: prod$/],
    ['http://admin.example.com', /must begin with https/],
  ] as const)
    it(`refuses ${url}`, async () => {
      await assert.rejects(callAdmin(SHOW, { url }), { name: 'UsageError', message });
    });

  const refusals: readonly (readonly [answer: unknown, message: string, problem: object])[] = [
    [
      { detail: 'no such plan', code: 'PLAN_UNKNOWN', field: 'plan', nextVersion: 3 },
      'no such plan (PLAN_UNKNOWN, 404)',
      { code: 'PLAN_UNKNOWN', field: 'plan', nextVersion: 3 },
    ],
    [
      { message: 'Forbidden', code: 7, field: 7, nextVersion: 'x' },
      'Forbidden (404)',
      { code: undefined, field: undefined, nextVersion: undefined },
    ],
    [
      {},
      'the admin endpoint answered with status 404',
      { code: undefined, field: undefined, nextVersion: undefined },
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

  it('takes no answer that is no object', async () => {
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
              '<R><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/a</Arn></GetCallerIdentityResult></R>',
            ),
      (url) =>
        withEnvironment({ ...CREDENTIALS, AWS_ENDPOINT_URL: url }, () =>
          callAdminJson({ method: 'GET', path: '/access/keys' }, { url: arn }),
        ),
    );

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
