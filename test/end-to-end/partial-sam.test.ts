/** If SAM refuses a part of a template, the routes of that part answer 500, and all others are served. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { createGateway } from '../../packages/gateway/engine/index.ts';
import type { Gateway, GatewayOptions, Listening } from '../../packages/gateway/engine/index.ts';
import { QUIET_GATEWAY } from '../support/a-gateway.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-partial-sam-'));
after(() => rmSync(folder, { recursive: true }));
const gateways: Gateway[] = [];
after(() => Promise.all(gateways.map((gateway) => gateway.close())));

const CODE = 'exports.handler = async () => ({ statusCode: 200, body: "served" })';
const aFunction = (Events: object, more: object = {}) => ({
  Type: 'AWS::Serverless::Function',
  Properties: { Runtime: 'nodejs24.x', Handler: 'index.handler', InlineCode: CODE, Events, ...more },
});
const get = (Path: string, more: object = {}) => ({
  Type: 'Api',
  Properties: { Path, Method: 'get', ...more },
});
const httpGet = (Path: string, more: object = {}) => ({ ...get(Path, more), Type: 'HttpApi' });

type Started = { readonly gateway: Gateway; readonly listening: Listening };

async function start(Resources: object, more: Partial<GatewayOptions> = {}): Promise<Started> {
  const file = join(folder, `template-${gateways.length}.json`);
  const template = { Transform: 'AWS::Serverless-2016-10-31', Resources };
  writeFileSync(file, JSON.stringify(template, undefined, 2));
  const gateway = await createGateway({
    ...QUIET_GATEWAY,
    directory: folder,
    adminKey: { accessKeyId: 'LOCALADMIN', secretAccessKey: 'of-this-test' },
    ...more,
  });
  gateways.push(gateway);
  await gateway.load([file]);
  return { gateway, listening: await gateway.listen() };
}

async function ask({ gateway, listening }: Started, path: string): Promise<number> {
  const [api] = listening.apis;
  assert.ok(api !== undefined);
  const base = new URL(api.url).pathname.replace(/\/$/, '');
  return (await gateway.inject({ apiId: api.id, method: 'GET', target: `${base}${path}` })).status;
}

const rest = (Auth: object) => ({ Type: 'AWS::Serverless::Api', Properties: { StageName: 'dev', Auth } });
const ofApi = { RestApiId: { Ref: 'Api' } };

const rows: readonly {
  readonly name: string;
  readonly resources: object;
  readonly good: number;
  readonly bad: number;
  readonly reports: RegExp;
}[] = [
  {
    name: 'an event without a method',
    resources: {
      Hello: aFunction({ Good: get('/good'), Bad: { Type: 'Api', Properties: { Path: '/bad' } } }),
    },
    good: 200,
    bad: 403,
    reports: /event Bad: Path and Method must both be strings/,
  },
  {
    name: 'an event with an authorizer that the API does not have',
    resources: {
      Hello: aFunction({ Good: get('/good'), Bad: get('/bad', { Auth: { Authorizer: 'Nobody' } }) }),
    },
    good: 200,
    bad: 500,
    reports: /event Bad: the API has no authorizer Nobody/,
  },
  {
    name: 'a misspelt guard of an event below a wider open route',
    resources: {
      Hello: aFunction({ Good: get('/{proxy+}'), Bad: get('/bad', { Auth: { Autorizer: 'Guard' } }) }),
    },
    good: 200,
    bad: 500,
    reports: /event Bad: unknown property Autorizer in Auth/,
  },
  {
    name: 'an event of an HTTP API with an authorizer that the API lacks',
    resources: {
      Hello: aFunction({ Good: httpGet('/good'), Bad: httpGet('/bad', { Auth: { Authorizer: 'Nobody' } }) }),
    },
    good: 200,
    bad: 500,
    reports: /event Bad: the API has no authorizer Nobody/,
  },
  {
    name: 'a function that cannot be created, below a wider open route',
    resources: {
      Hello: aFunction({ Good: get('/{proxy+}') }),
      Broken: aFunction({ Bad: get('/bad') }, { AutoPublishAlias: { Ref: 'AWS::Region' } }),
    },
    good: 200,
    bad: 500,
    reports: /AutoPublishAlias must be a string/,
  },
  {
    name: 'an API whose guards cannot be read',
    resources: {
      Api: rest({ DefaultAuthoriser: 'Guard' }),
      Hello: aFunction({ Good: get('/good', ofApi), Bad: get('/bad', ofApi) }),
    },
    good: 500,
    bad: 500,
    reports: /unknown property DefaultAuthoriser in Auth/,
  },
  {
    name: 'an API that is refused after its methods were created',
    resources: {
      Api: rest({ UsagePlan: { CreateUsagePlan: 'SOMETIMES' } }),
      Hello: aFunction({ Good: get('/good', ofApi), Bad: get('/bad', ofApi) }),
    },
    good: 500,
    bad: 500,
    reports: /CreateUsagePlan must be/,
  },
  {
    name: 'an HTTP API whose guards cannot be read',
    resources: {
      Api: { Type: 'AWS::Serverless::HttpApi', Properties: { Auth: { DefaultAuthoriser: 'Guard' } } },
      Hello: aFunction({
        Good: httpGet('/good', { ApiId: { Ref: 'Api' } }),
        Bad: httpGet('/bad', { ApiId: { Ref: 'Api' } }),
      }),
    },
    good: 500,
    bad: 500,
    reports: /unknown property DefaultAuthoriser in Auth/,
  },
];

describe('a SAM template with something that SAM refuses', () => {
  for (const { name, resources, good, bad, reports } of rows)
    it(`closes the affected routes, serves the rest, and reports: ${name}`, async () => {
      const started = await start(resources);

      assert.deepEqual([await ask(started, '/good'), await ask(started, '/bad')], [good, bad]);
      const found = started.listening.unsupported.filter(({ message = '' }) => reports.test(message));
      assert.equal(found.length, 1, JSON.stringify(started.listening.unsupported, undefined, 1));
      assert.ok((found[0]?.line ?? 0) > 1, 'it names the line');
    });

  it('ends under --strict', async () => {
    await assert.rejects(start(rows[1]?.resources ?? {}, { strict: true }), /no authorizer Nobody/);
  });
});
