import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anApi, headerOf } from '../../support/an-api.ts';
import { aKey, API_ID, aPlan, aPlanKey, KEY_VALUE, meteredApi, withKey } from '../../support/metered-apis.ts';
import { bearer, behindAuthorizer, ok, policy, restApi, TOKEN } from '../../support/rest-apis.ts';
import type { JsonObject } from '../../../gateway/definition/model.ts';
import type { Reply } from '../../../gateway/exchange.ts';
import type { TestResource } from '../../support/a-stack.ts';
import type { TestApi } from '../../support/an-api.ts';

const FORBIDDEN = '{"message":"Forbidden"}';
const TOO_MANY = '{"message":"Too Many Requests"}';
const EXCEEDED = '{"message":"Limit Exceeded"}';
const DAY_MS = 86_400_000;

/** Statuses of `count` requests in a row. */
async function statuses(
  api: TestApi,
  count: number,
  target = '/dev/pets',
  headers = withKey,
): Promise<number[]> {
  const seen: number[] = [];
  for (let index = 0; index < count; index += 1) seen.push((await api.send({ target, headers })).status);
  return seen;
}

function describeReply(reply: Reply): {
  status: number;
  body: string | Buffer;
  errorType: string | undefined;
} {
  return { status: reply.status, body: reply.body, errorType: headerOf(reply, 'x-amzn-errortype') };
}

describe('meter, API keys', () => {
  const refused: {
    name: string;
    resources: Record<string, TestResource>;
    headers?: string[];
    source: string;
  }[] = [
    { name: 'no key', resources: meteredApi(), headers: [], source: '§5.2' },
    { name: 'an empty key', resources: meteredApi(), headers: ['x-api-key', ''], source: '§5.2' },
    {
      name: 'an unknown key',
      resources: meteredApi(),
      headers: ['x-api-key', `${KEY_VALUE}x`],
      source: '§5.2',
    },
    { name: 'a disabled key', resources: meteredApi({}, { Key: aKey({ Enabled: false }) }), source: '§5.2' },
    {
      name: 'a key that CloudFormation leaves disabled for want of Enabled',
      resources: meteredApi(
        {},
        {
          Key: { type: 'AWS::ApiGateway::ApiKey', properties: { Value: KEY_VALUE } },
        },
      ),
      source: '§5.3',
    },
    {
      name: 'a key in no plan',
      resources: restApi({ ApiKeyRequired: true }, { Key: aKey() }),
      source: '§5.2',
    },
    {
      name: 'a key whose plan is for another stage',
      resources: meteredApi({ ApiStages: [{ ApiId: API_ID, Stage: 'prod' }] }),
      source: '§5.3',
    },
    {
      name: 'a key in the query string',
      resources: meteredApi(),
      headers: ['x-other', KEY_VALUE],
      source: '§5.3',
    },
  ];
  for (const { name, resources, headers = withKey, source } of refused)
    it(`refuses ${name} (${source})`, async () => {
      const { send, ports } = anApi(resources, { list: ok });

      const reply = await send({ target: `/dev/pets?x-api-key=${KEY_VALUE}`, headers });

      assert.deepEqual(describeReply(reply), {
        status: 403,
        body: FORBIDDEN,
        errorType: 'ForbiddenException',
      });
      assert.equal(ports.invoker.calls.length, 0);
    });

  it('lets a key of a plan for this stage in, the header in any letter case, and shows it to the function', async () => {
    const { send, ports } = anApi(meteredApi(), { list: ok });

    const reply = await send({ target: '/dev/pets', headers: ['X-API-Key', KEY_VALUE] });

    assert.equal(reply.status, 200);
    const { identity } = (ports.invoker.calls[0]!.event as any).requestContext;
    assert.deepEqual([identity.apiKey, identity.apiKeyId], [KEY_VALUE, 'Key']);
  });

  it('ignores a key on a route that wants none: neither checked nor counted nor shown (§15.27)', async () => {
    const { Key, Plan, PlanKey } = meteredApi({ Quota: { Limit: 1, Period: 'DAY' } });
    const api = anApi(restApi({}, { Key: Key!, Plan: Plan!, PlanKey: PlanKey! }), { list: ok });

    assert.deepEqual(await statuses(api, 3), [200, 200, 200]);
    assert.deepEqual(await statuses(api, 1, '/dev/pets', ['x-api-key', 'nonsense']), [200]);
    assert.equal('apiKey' in (api.ports.invoker.calls[0]!.event as any).requestContext.identity, false);
  });

  it('checks the key after the authorizer and before the body (§1.1)', async () => {
    const api = anApi(
      {
        ...behindAuthorizer(TOKEN),
        PetsGet: {
          ...behindAuthorizer(TOKEN)['PetsGet']!,
          properties: { ...behindAuthorizer(TOKEN)['PetsGet']!.properties, ApiKeyRequired: true },
        },
      },
      { list: ok, auth: () => policy('Allow', '*') },
    );

    assert.equal((await api.send({ target: '/dev/pets' })).status, 401);
    assert.equal((await api.send({ target: '/dev/pets', headers: bearer })).status, 403);
    assert.deepEqual(
      api.ports.invoker.calls.map((call) => call.functionName),
      ['auth'],
    );
  });
});

describe('meter, key source AUTHORIZER', () => {
  function behind(source: string | undefined, usageIdentifierKey?: string): TestApi {
    const resources = behindAuthorizer(TOKEN);
    const pets = resources['PetsGet']!;
    return anApi(
      {
        ...resources,
        Api: {
          type: 'AWS::ApiGateway::RestApi',
          id: API_ID,
          properties: { Name: 'pets', ...(source === undefined ? {} : { ApiKeySourceType: source }) },
        },
        PetsGet: { ...pets, properties: { ...pets.properties, ApiKeyRequired: true } },
        Key: aKey(),
        Plan: aPlan(),
        PlanKey: aPlanKey('Plan', 'Key'),
      },
      { list: ok, auth: () => ({ ...policy('Allow', '*'), usageIdentifierKey }) },
    );
  }

  it("takes the authorizer's usageIdentifierKey, also from its cache (§5.3)", async () => {
    const api = behind('AUTHORIZER', KEY_VALUE);

    assert.deepEqual(await statuses(api, 2, '/dev/pets', bearer), [200, 200]);
    assert.equal(api.ports.invoker.calls.filter((call) => call.functionName === 'auth').length, 1);
  });

  it('does not look at the header', async () => {
    const api = behind('AUTHORIZER');

    assert.deepEqual(await statuses(api, 1, '/dev/pets', [...bearer, ...withKey]), [403]);
  });

  it('does not look at usageIdentifierKey when the source is HEADER', async () => {
    assert.deepEqual(await statuses(behind('HEADER', KEY_VALUE), 1, '/dev/pets', bearer), [403]);
    assert.deepEqual(await statuses(behind(undefined, KEY_VALUE), 1, '/dev/pets', bearer), [403]);
  });

  it('refuses any other source when the template is loaded', () => {
    assert.throws(() => behind('QUERY'), /Invalid API key source "QUERY"/);
  });
});

describe('meter, throttle and quota of a plan', () => {
  it('answers 429 Too Many Requests beyond the burst, and serves again as the bucket refills (§5.1, §5.2)', async () => {
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

  it('shares one bucket among all methods and stages of the plan, for each key of its own', async () => {
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

  it("gives a method with a throttle of its own a bucket of its own, in place of the plan's (§5.1)", async () => {
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

  it('answers 429 Limit Exceeded when the quota is used up, until the period is over (§15.26)', async () => {
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

  it('says Too Many Requests where throttle and quota are both used up, and counts no refused request (§5.3)', async () => {
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

  it('counts a request whatever the backend answers', async () => {
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
    ...{ HttpMethod: '*', ResourcePath: '/*' },
    ...{ ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst },
  });

  it('gives each method a bucket with the limit of */*, and no other stage any', async () => {
    const api = throttled([forAll(1, 1)]);

    assert.deepEqual(await statuses(api, 2, '/prod/pets'), [200, 429]);
    assert.deepEqual(await statuses(api, 2, '/prod/'), [200, 429]);
    assert.deepEqual(await statuses(api, 3, '/dev/pets'), [200, 200, 200]);
  });

  it('prefers the setting of the method', async () => {
    const own = { ...forAll(1, 2), HttpMethod: 'GET', ResourcePath: '/~1pets' };
    const api = throttled([forAll(1, 1), own]);

    assert.deepEqual(await statuses(api, 3, '/prod/pets'), [200, 200, 429]);
    assert.deepEqual(await statuses(api, 2, '/prod/'), [200, 429]);
  });

  it('lets nothing through a limit of 0, and everything where −1 takes the limit away', async () => {
    assert.deepEqual(await statuses(throttled([forAll(0, 0)]), 1, '/prod/pets'), [429]);
    assert.deepEqual(await statuses(throttled([forAll(-1, -1)]), 2, '/prod/pets'), [200, 200]);
  });

  it('is also said by StageDescription', async () => {
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

  it("takes nothing from the plan's bucket nor from the quota when the stage refuses (§5.3)", async () => {
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

  it('is told by the execution log', async () => {
    const api = throttled([forAll(1, 1)]);
    await statuses(api, 2, '/prod/pets');

    assert.match(api.ports.log.lines.at(-1) ?? '', /GET \/pets exceeded the throttle limit of stage prod/);
  });
});

describe('meter, throttle of the account', () => {
  it("admits AWS's burst of 5,000 at once, over all routes, when it is switched on", async () => {
    const api = anApi(restApi(), { list: ok }, { isThrottled: true });

    const seen = await statuses(api, 5001, '/dev/pets');

    assert.equal(seen.filter((status) => status === 200).length, 5000);
    assert.deepEqual(await statuses(api, 1, '/prod/'), [429]);
    api.ports.clock.advance(1);
    assert.equal((await statuses(api, 11, '/prod/')).filter((status) => status === 200).length, 10);
  });

  it('is off by default', async () => {
    const api = anApi(restApi(), { list: ok });

    assert.equal((await statuses(api, 5001)).includes(429), false);
  });
});
