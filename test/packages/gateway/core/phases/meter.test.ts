import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { functionArn } from '../../../../support/a-stack.ts';
import { anApi } from '../../../../support/an-api.ts';
import {
  aKey,
  API_ID,
  aPlanKey,
  describeReply,
  KEY_VALUE,
  meteredApi,
  statuses,
  withKey,
} from '../../../../support/metered-apis.ts';
import { recording } from '../../../../support/recorded-apis.ts';
import { ok, restApi } from '../../../../support/rest-apis.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from '../../../../support/a-stack.ts';
import type { TestApi } from '../../../../support/an-api.ts';

const TOO_MANY = '{"message":"Too Many Requests"}';
const EXCEEDED = '{"message":"Limit Exceeded"}';
const DAY_MS = 86_400_000;

describe('meter, throttle and quota of a plan', () => {
  it('answers 429 Too Many Requests beyond the burst, and serves again as the bucket refills (docs/aws §5.1, §5.2)', async () => {
    const api = anApi(meteredApi({ Throttle: { RateLimit: 2, BurstLimit: 3 } }), { list: ok });

    assert.deepEqual(await statuses(api, 4), [200, 200, 200, 429]);
    assert.deepEqual(describeReply(await api.send({ target: '/dev/pets', headers: withKey })), {
      status: 429,
      body: TOO_MANY,
      errorType: 'TooManyRequestsException',
    });
    assert.match(
      api.ports.log.lines.at(-1) ?? '',
      /API Key \*\*\*\*lmn exceeded throttle limit for API Stage abcdefghij\/dev: .*Usage Plan ID Plan, .* Limit: 2\.00 Burst: 3/,
    );
    api.ports.clock.advance(500);
    assert.deepEqual(await statuses(api, 2), [200, 429]);
  });

  it('shares one bucket among all methods and stages of the plan, one for each key', async () => {
    const other = `${KEY_VALUE}-other`;
    const stages = ['dev', 'prod'].map((Stage) => ({ ApiId: API_ID, Stage }));
    const api = anApi(
      meteredApi(
        { Throttle: { RateLimit: 1, BurstLimit: 2 }, ApiStages: stages },
        { Other: aKey({ Value: other }), OtherPlanKey: aPlanKey('Plan', 'Other') },
      ),
      { list: ok },
    );

    assert.deepEqual(await statuses(api, 1, '/dev/pets'), [200]);
    assert.deepEqual(await statuses(api, 1, '/prod/'), [200]);
    assert.deepEqual(await statuses(api, 1, '/dev/'), [429]);
    assert.deepEqual(await statuses(api, 1, '/dev/pets', ['x-api-key', other]), [200]);
  });

  it("gives a method with its own throttle its own bucket, in place of the plan's (docs/aws §5.1)", async () => {
    const Throttle = { '/pets/GET': { RateLimit: 1, BurstLimit: 1 } };
    const api = anApi(
      meteredApi({
        Throttle: { RateLimit: 1, BurstLimit: 2 },
        ApiStages: [{ ApiId: API_ID, Stage: 'dev', Throttle }],
      }),
      { list: ok },
    );

    assert.deepEqual(await statuses(api, 2, '/dev/pets'), [200, 429]);
    assert.deepEqual(await statuses(api, 3, '/dev/'), [200, 200, 429]);
  });

  for (const name of ['//GET', '/GET'])
    it(`limits the root by a throttle named ${name} (docs/aws §5.3)`, async () => {
      const Throttle = { [name]: { RateLimit: 1, BurstLimit: 1 } };
      const ApiStages = [{ ApiId: API_ID, Stage: 'dev', Throttle }];
      const api = anApi(meteredApi({ ApiStages }), { list: ok });

      assert.deepEqual(await statuses(api, 2, '/dev/'), [200, 429]);
      assert.deepEqual(await statuses(api, 2, '/dev/pets'), [200, 200]);
    });

  it('answers 429 Limit Exceeded when the quota is used up, until the period ends (docs/aws §5.4)', async () => {
    const api = anApi(meteredApi({ Quota: { Limit: 2, Period: 'DAY' } }), { list: ok });

    assert.deepEqual(await statuses(api, 2), [200, 200]);
    assert.deepEqual(describeReply(await api.send({ target: '/dev/pets', headers: withKey })), {
      status: 429,
      body: EXCEEDED,
      errorType: 'LimitExceededException',
    });
    assert.match(
      api.ports.log.lines.at(-1) ?? '',
      /Key quota exhausted for Usage Plan ID Plan. Limit: 2 Period: DAY/,
    );
    api.ports.clock.advance(DAY_MS);
    assert.deepEqual(await statuses(api, 1), [200]);
  });

  it('says Too Many Requests if throttle and quota are both used up, and counts no refused request (docs/aws §5.3)', async () => {
    const api = anApi(
      meteredApi({ Throttle: { RateLimit: 1, BurstLimit: 1 }, Quota: { Limit: 2, Period: 'DAY' } }),
      { list: ok },
    );
    const bodies: (string | Buffer)[] = [];
    const ask = async (): Promise<number> =>
      bodies.push((await api.send({ target: '/dev/pets', headers: withKey })).body);

    for (let index = 0; index < 5; index += 1) await ask();
    api.ports.clock.advance(1000);
    await ask();
    await ask();
    api.ports.clock.advance(1000);
    await ask();

    assert.deepEqual(bodies, ['ok', TOO_MANY, TOO_MANY, TOO_MANY, TOO_MANY, 'ok', TOO_MANY, EXCEEDED]);
  });

  it('counts a request for any answer of the backend', async () => {
    const api = anApi(meteredApi({ Quota: { Limit: 2, Period: 'DAY' } }), {
      list: () => ({ statusCode: 500 }),
    });

    assert.deepEqual(await statuses(api, 3), [500, 500, 429]);
  });
});

describe('meter, throttle of a stage', () => {
  function throttled(settings: readonly JsonObject[], methodProperties: JsonObject = {}): TestApi {
    return anApi(
      {
        ...restApi(methodProperties),
        Prod: {
          type: 'AWS::ApiGateway::Stage',
          properties: {
            RestApiId: API_ID,
            StageName: 'prod',
            DeploymentId: 'Deployment',
            MethodSettings: settings,
          },
        },
      },
      { list: ok },
    );
  }
  const forAll = (rate: number, burst: number): JsonObject => ({
    HttpMethod: '*',
    ResourcePath: '/*',
    ThrottlingRateLimit: rate,
    ThrottlingBurstLimit: burst,
  });

  it('gives each method a bucket with the limit of */*, and no bucket to other stages', async () => {
    const api = throttled([forAll(1, 1)]);

    assert.deepEqual(await statuses(api, 2, '/prod/pets'), [200, 429]);
    assert.deepEqual(await statuses(api, 2, '/prod/'), [200, 429]);
    assert.deepEqual(await statuses(api, 3, '/dev/pets'), [200, 200, 200]);
  });

  it('prefers the setting of the method to the default of the stage', async () => {
    const own = { ...forAll(1, 2), HttpMethod: 'GET', ResourcePath: '/~1pets' };
    const api = throttled([forAll(1, 1), own]);

    assert.deepEqual(await statuses(api, 3, '/prod/pets'), [200, 200, 429]);
    assert.deepEqual(await statuses(api, 2, '/prod/'), [200, 429]);
  });

  it('is in the record of a request, with the remaining tokens', async () => {
    const api = recording(throttled([forAll(1, 5)]));

    await statuses(api, 2, '/prod/pets');

    const routeBucket = /throttle of the route: [\d.]+ of 5 left, 1\/s/;
    assert.match(JSON.stringify(api.last()), routeBucket);
  });

  it('rejects everything at a limit of 0, and admits everything if −1 removes the limit', async () => {
    assert.deepEqual(await statuses(throttled([forAll(0, 0)]), 1, '/prod/pets'), [429]);
    assert.deepEqual(await statuses(throttled([forAll(-1, -1)]), 2, '/prod/pets'), [200, 200]);
  });

  it('is also set by StageDescription', async () => {
    const api = anApi(
      {
        ...restApi(),
        Deployment: {
          type: 'AWS::ApiGateway::Deployment',
          properties: {
            RestApiId: API_ID,
            StageName: 'dev',
            StageDescription: { ThrottlingRateLimit: 1, ThrottlingBurstLimit: 1 },
          },
        },
      },
      { list: ok },
    );

    assert.deepEqual(await statuses(api, 2), [200, 429]);
  });

  it("takes nothing from the plan's bucket and quota when the stage refuses (docs/aws §5.3)", async () => {
    const api = anApi(
      {
        ...meteredApi({
          Quota: { Limit: 2, Period: 'DAY' },
          Throttle: { RateLimit: 0, BurstLimit: 2 },
          ApiStages: [{ ApiId: API_ID, Stage: 'prod' }],
        }),
        Prod: {
          type: 'AWS::ApiGateway::Stage',
          properties: {
            RestApiId: API_ID,
            StageName: 'prod',
            DeploymentId: 'Deployment',
            MethodSettings: [forAll(1, 1)],
          },
        },
      },
      { list: ok },
    );

    assert.deepEqual(await statuses(api, 3, '/prod/pets'), [200, 429, 429]);
    api.ports.clock.advance(1000);
    assert.deepEqual(await statuses(api, 1, '/prod/pets'), [200]);
  });

  it('is in the execution log', async () => {
    const api = throttled([forAll(1, 1)]);
    await statuses(api, 2, '/prod/pets');

    assert.match(
      api.ports.log.lines.at(-1) ?? '',
      /route GET \/pets exceeded the throttle limit of stage prod/,
    );
  });
});

describe('meter, throttle of the account', () => {
  it("admits AWS's burst of 5,000 at once, over all routes, if it is switched on", async () => {
    const api = anApi(restApi(), { list: ok }, { isThrottled: true });

    const seen = await statuses(api, 5001, '/dev/pets');

    assert.equal(seen.filter((status) => status === 200).length, 5000);
    assert.deepEqual(await statuses(api, 1, '/prod/'), [429]);
    api.ports.clock.advance(1);
    assert.equal((await statuses(api, 11, '/prod/')).filter((status) => status === 200).length, 10);
  });

  for (const region of ['af-south-1', 'eu-south-1'])
    it(`admits no more than 1,250 at once in ${region} (docs/aws §5.1)`, async () => {
      const api = anApi(restApi(), { list: ok }, { isThrottled: true, region });

      const seen = await statuses(api, 1251);

      assert.deepEqual([seen[1249], seen[1250]], [200, 429]);
      api.ports.clock.advance(2);
      assert.equal((await statuses(api, 6)).filter((status) => status === 200).length, 5);
    });

  it('is off by default', async () => {
    const api = anApi(restApi(), { list: ok });

    assert.equal((await statuses(api, 5001)).includes(429), false);
  });
});

describe('meter, throttle of an HTTP API', () => {
  it("prefers the route's limit to the stage's default, and words 429 as HTTP APIs do (docs/aws §5.1, §5.2)", async () => {
    const limit = (burst: number): JsonObject => ({ ThrottlingRateLimit: 1, ThrottlingBurstLimit: burst });
    const route = (RouteKey: string): TestResource => ({
      type: 'AWS::ApiGatewayV2::Route',
      properties: { ApiId: API_ID, RouteKey, Target: 'integrations/Run' },
    });
    const api = anApi(
      {
        Api: { type: 'AWS::ApiGatewayV2::Api', id: API_ID, properties: { ProtocolType: 'HTTP' } },
        Run: {
          type: 'AWS::ApiGatewayV2::Integration',
          properties: {
            ApiId: API_ID,
            IntegrationType: 'AWS_PROXY',
            IntegrationUri: functionArn('list'),
            PayloadFormatVersion: '2.0',
          },
        },
        Pets: route('GET /pets'),
        Cats: route('GET /cats'),
        Stage: {
          type: 'AWS::ApiGatewayV2::Stage',
          properties: {
            ApiId: API_ID,
            StageName: '$default',
            AutoDeploy: true,
            DefaultRouteSettings: limit(1),
            RouteSettings: { 'GET /pets': limit(2) },
          },
        },
      },
      { list: ok },
    );

    assert.deepEqual(await statuses(api, 3, '/pets'), [200, 200, 429]);
    assert.deepEqual(await statuses(api, 2, '/cats'), [200, 429]);
    assert.deepEqual(describeReply(await api.send({ target: '/pets' })), {
      status: 429,
      body: TOO_MANY,
      errorType: undefined,
    });
  });
});
