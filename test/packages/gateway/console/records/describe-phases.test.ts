/** What each phase read and decided, as the detail of a request describes it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { invokeUri } from '../../../../support/a-stack.ts';
import { cachedApi, ON } from '../../../../support/cached-apis.ts';
import { stagedApi } from '../../../../support/logged-apis.ts';
import { KEY_VALUE, meteredApi } from '../../../../support/metered-apis.ts';
import { aRecordedApi, recording } from '../../../../support/recorded-apis.ts';
import { ok, policy, restApi, TOKEN, withAuthorizer } from '../../../../support/rest-apis.ts';
import type { PhaseRecord } from '../../../../../packages/gateway/console/records/model.ts';
import type { RecordedApi } from '../../../../support/recorded-apis.ts';
import type { TestRequest } from '../../../../support/an-api.ts';

type Says = readonly [read: readonly string[], decided: string];

const PETS = { target: '/dev/pets' };
const MATCHED: Says = [['GET /pets', 'stages: prod, dev'], 'stage dev, route GET /pets'];
const BEARER = { ...PETS, headers: ['Authorization', 'Bearer good'] };
const PLAN = { Quota: { Limit: 2, Period: 'DAY' }, Throttle: { RateLimit: 5, BurstLimit: 7 } };

const open = () => aRecordedApi(restApi(), { list: ok });
const canaried = (percent: number) => () =>
  recording(stagedApi({ CanarySetting: { PercentTraffic: percent } }, { list: ok }));
const metered = () => aRecordedApi(meteredApi(PLAN), { list: ok });
const cached = () => recording(cachedApi(ON));
const guarded = () => aRecordedApi(withAuthorizer(TOKEN), { list: ok, auth: () => policy('Allow', '*') });
const failing = () => aRecordedApi(restApi(), { list: () => ({ statusCode: 'none' }) });
const limited = () =>
  aRecordedApi(
    restApi(
      {},
      {
        Api: {
          type: 'AWS::ApiGateway::RestApi',
          id: 'abcdefghij',
          properties: {
            Name: 'pets',
            Policy: {
              Version: '2012-10-17',
              Statement: [
                { Sid: 'Everybody', Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' },
                {
                  Effect: 'Deny',
                  Principal: '*',
                  Action: 'execute-api:Invoke',
                  Resource: 'execute-api:/*/GET/',
                },
              ],
            },
          },
        },
      },
    ),
    { list: ok },
  );
const mapped = () =>
  aRecordedApi(
    restApi({
      Integration: {
        Type: 'AWS',
        IntegrationHttpMethod: 'POST',
        Uri: invokeUri('list'),
        RequestTemplates: { 'application/json': '{"stage":"$context.stage"}' },
        IntegrationResponses: [{ StatusCode: '200' }],
      },
      MethodResponses: [{ StatusCode: '200' }],
    }),
    { list: ok },
  );

/** A method with a model for JSON. */
const modelled = () =>
  aRecordedApi(
    restApi(
      { HttpMethod: 'POST', RequestModels: { 'application/json': 'Pet' }, RequestValidatorId: 'Validator' },
      {
        Validator: {
          type: 'AWS::ApiGateway::RequestValidator',
          properties: { RestApiId: 'abcdefghij', ValidateRequestBody: true },
        },
        Pet: {
          type: 'AWS::ApiGateway::Model',
          id: 'Pet',
          properties: {
            RestApiId: 'abcdefghij',
            Name: 'Pet',
            ContentType: 'application/json',
            Schema: { type: 'object', required: ['name'] },
          },
        },
      },
    ),
    { list: ok },
  );

const ROWS: readonly (readonly [
  name: string,
  api: () => RecordedApi,
  requests: readonly TestRequest[],
  says: Readonly<Record<string, Says>>,
])[] = [
  [
    'an open route',
    open,
    [{ ...PETS, target: '/dev/pets?a=1', headers: ['Accept', '*/*'] }],
    {
      screen: [['URL of 12 bytes', '1 headers', 'body of 0 bytes'], 'within the limits'],
      match: MATCHED,
      authenticate: [[], 'the route is open, so no authorizer is called'],
      authorize: [[], 'no policy applies'],
      meter: [[], 'no API key, throttle or quota applies to this route'],
      validate: [['required parameters', 'body'], 'nothing is missing'],
      cache: [[], 'the route has no cache'],
      'map-request': [[], 'the request is sent to list'],
      integrate: [['list', 'deadline 29000 ms'], 'list answered'],
      'map-response': [['the integration’s response'], 'the reply has the status 200'],
    },
  ],
  [
    'a stage whose canary gets all requests',
    canaried(100),
    [PETS],
    { match: [['GET /pets', 'stages: prod, dev'], 'canary of the stage dev, route GET /pets'] },
  ],
  [
    'a stage whose canary gets no request',
    canaried(0),
    [PETS],
    { match: [['GET /pets', 'stages: prod, dev'], 'stage dev itself, not its canary, route GET /pets'] },
  ],
  [
    'a body of a type without a model',
    modelled,
    [
      {
        ...PETS,
        method: 'POST',
        headers: ['Content-Type', 'application/x-www-form-urlencoded'],
        body: '{"qty":0}',
      },
    ],
    {
      validate: [
        ['required parameters', 'body'],
        'the body was not checked, because the method has no model for its content type application/x-www-form-urlencoded',
      ],
    },
  ],
  [
    'a body that matches its model',
    modelled,
    [{ ...PETS, method: 'POST', headers: ['Content-Type', 'application/json'], body: '{"name":"rex"}' }],
    { validate: [['required parameters', 'body'], 'nothing is missing'] },
  ],
  [
    'a key of a plan',
    metered,
    [{ ...PETS, headers: ['x-api-key', KEY_VALUE] }],
    {
      meter: [
        [
          'API key Key',
          'usage plan Plan',
          'throttle of the plan: 7 of 7 left, 5/s',
          'quota: 2 of 2 a day left',
        ],
        'admitted',
      ],
    },
  ],
  [
    'no key',
    metered,
    [PETS],
    { meter: [['API key missing'], 'INVALID_API_KEY: the x-api-key header is missing'] },
  ],
  [
    'an unknown key',
    metered,
    [{ ...PETS, headers: ['x-api-key', 'nothing'] }],
    {
      meter: [
        ['API key unknown'],
        'INVALID_API_KEY: API Key ****ing is unknown, disabled, or in no usage plan for abcdefghij/dev',
      ],
    },
  ],
  [
    'a miss of the cache',
    cached,
    [PETS],
    { cache: [['responses are cached for 300 s'], 'a miss: the integration is called'] },
  ],
  [
    // Developer guide, "Cache settings for REST APIs": by default, a stage caches only GET methods.
    'a method that the cache of the stage leaves out',
    () => recording(cachedApi(ON, { HttpMethod: 'POST' })),
    [{ ...PETS, method: 'POST' }],
    {
      cache: [
        [],
        'the stage caches responses to GET only; the settings of the method can enable caching for POST',
      ],
    },
  ],
  [
    'a hit of the cache',
    cached,
    [PETS, PETS],
    { cache: [['responses are cached for 300 s'], 'answered from the cache, 0 ms old'] },
  ],
  [
    'an authorizer that is called',
    guarded,
    [BEARER],
    {
      authenticate: [['header authorization: found'], 'authorizer Auth was called; the caller is alice'],
      authorize: [['policy of the authorizer'], 'authorizer: allow by statement 1'],
    },
  ],
  [
    'an authorizer whose answer is cached',
    guarded,
    [BEARER, BEARER],
    {
      authenticate: [
        ['header authorization: found'],
        'authorizer Auth was not called, because its result from 0 ms before this request is cached for 300 s; the caller is alice',
      ],
    },
  ],
  [
    'a caller without a token',
    guarded,
    [PETS],
    {
      authenticate: [
        ['header authorization: missing'],
        'UNAUTHORIZED: an identity source is missing or empty',
      ],
    },
  ],
  [
    'a resource policy that lets the request in',
    limited,
    [PETS],
    {
      screen: [
        ['URL of 9 bytes', '0 headers', 'body of 0 bytes'],
        'within the limits; resource policy: allow',
      ],
      authorize: [['policy of the resource'], 'resource: allow by statement 1 (Everybody)'],
    },
  ],
  [
    'a template before the function',
    mapped,
    [PETS],
    { 'map-request': [['template application/json'], 'the request is sent to list'] },
  ],
  [
    'a function that returned nothing',
    failing,
    [PETS],
    { integrate: [['list', 'deadline 29000 ms'], 'list answered'] },
  ],
];

describe('the phases of a request', () => {
  for (const [name, make, requests, says] of ROWS)
    it(`say what they read and decided: ${name}`, async () => {
      const api = make();
      for (const request of requests) await api.send(request);
      const phases = new Map(api.last().phases.map((phase) => [phase.name, phase]));
      const shown = Object.keys(says).map((phase) => [phase, saidBy(phases.get(phase))]);

      assert.deepEqual(Object.fromEntries(shown), says);
    });

  it('are idle if they had nothing to do, and the last one answers or refuses', async () => {
    const outcomesOf = async (api: RecordedApi, request: TestRequest) => {
      await api.send(request);
      return api.last().phases.map(({ name, outcome, isIdle }) => `${name} ${isIdle ? 'idle' : outcome}`);
    };

    assert.deepEqual(await outcomesOf(open(), PETS), [
      'screen idle',
      'match passed',
      'authenticate idle',
      'authorize idle',
      'meter idle',
      'validate idle',
      'cache idle',
      'map-request passed',
      'integrate passed',
      'map-response answered',
    ]);
    assert.deepEqual(await outcomesOf(open(), { target: '/dev/nowhere' }), ['screen idle', 'match refused']);
    const twice = cached();
    await twice.send(PETS);
    assert.equal((await outcomesOf(twice, PETS)).at(-1), 'cache answered');
    assert.equal((await outcomesOf(limited(), PETS))[0], 'screen passed');
  });
});

function saidBy(phase: PhaseRecord | undefined): Says | undefined {
  return phase && [phase.read, phase.decided];
}
