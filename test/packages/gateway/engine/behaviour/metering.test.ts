/** docs/aws §5: keys, plans, throttles and quotas beyond what test/gateway/phases/meter*.test.ts says. */
import { anApi, headerOf } from '../../../../support/an-api.ts';
import {
  aKey,
  aPlan,
  aPlanKey,
  meteredApi,
  statuses,
  withKey,
  API_ID,
} from '../../../../support/metered-apis.ts';
import { ok } from '../../../../support/rest-apis.ts';
import { checkAll } from './requirement.ts';
import type { TestApi } from '../../../../support/an-api.ts';

const STAGES = ['dev', 'prod'].map((Stage) => ({ ApiId: API_ID, Stage }));
const metered = (...setup: Parameters<typeof meteredApi>): TestApi =>
  anApi(meteredApi(...setup), { list: ok });

checkAll('keys and plans', [
  {
    source: 'docs/aws §5.2 (widely reported)',
    rule: 'tell a refused client neither when to come back nor how much is left',
    async observe() {
      const api = metered({ Quota: { Limit: 1, Period: 'DAY' }, Throttle: { RateLimit: 9, BurstLimit: 9 } });
      await statuses(api, 1);
      const reply = await api.send({ target: '/dev/pets', headers: withKey });
      const names = reply.headers.filter((_, index) => index % 2 === 0);
      return [reply.status, names.filter((name) => /retry|limit/i.test(name))];
    },
    expected: [429, []],
  },
  {
    source: 'docs/aws §5.3',
    rule: 'take the key from the header in any letter case and never from the query string',
    async observe() {
      const api = metered();
      const [, value = ''] = withKey;
      return [
        (await api.send({ target: '/dev/pets', headers: ['X-API-KEY', value] })).status,
        (await api.send({ target: `/dev/pets?x-api-key=${value}` })).status,
      ];
    },
    expected: [200, 403],
  },
  {
    source: 'docs/aws §5.3',
    rule: 'count the quota of a key per plan, across all stages of the plan',
    async observe() {
      const api = metered({ ApiStages: STAGES, Quota: { Limit: 2, Period: 'DAY' } });
      return [await statuses(api, 1), await statuses(api, 1, '/prod/pets'), await statuses(api, 1)];
    },
    expected: [[200], [200], [429]],
  },
  {
    source: 'docs/aws §5.3',
    rule: 'refuse a key whose plan has another stage only',
    observe: () => statuses(metered({ ApiStages: [{ ApiId: API_ID, Stage: 'prod' }] }), 1),
    expected: [403],
  },
  {
    source: 'docs/aws §5.3',
    rule: 'let one key into several plans of different stages, each with a quota of its own',
    async observe() {
      const api = metered(
        { Quota: { Limit: 1, Period: 'DAY' } },
        {
          Second: aPlan({
            ApiStages: [{ ApiId: API_ID, Stage: 'prod' }],
            Quota: { Limit: 2, Period: 'DAY' },
          }),
          SecondKey: aPlanKey('Second', 'Key'),
        },
      );
      return [await statuses(api, 2), await statuses(api, 3, '/prod/pets')];
    },
    expected: [
      [200, 429],
      [200, 200, 429],
    ],
  },
  {
    source: 'docs/aws §5.3',
    rule: 'refuse a key that is switched off',
    observe: () => statuses(metered({}, { Key: aKey({ Enabled: false }) }), 1),
    expected: [403],
  },
  {
    source: 'docs/aws §5.3 (inferred)',
    rule: 'count answers from the cache like any other',
    async observe() {
      const api = anApi(
        {
          ...meteredApi({
            ApiStages: [{ ApiId: API_ID, Stage: 'prod' }],
            Quota: { Limit: 2, Period: 'DAY' },
          }),
          Prod: {
            type: 'AWS::ApiGateway::Stage',
            properties: {
              RestApiId: API_ID,
              StageName: 'prod',
              DeploymentId: 'Deployment',
              CacheClusterEnabled: true,
              MethodSettings: [{ ResourcePath: '/*', HttpMethod: '*', CachingEnabled: true }],
            },
          },
        },
        { list: ok },
      );
      return [await statuses(api, 3, '/prod/pets'), api.ports.invoker.calls.length];
    },
    expected: [[200, 200, 429], 1],
  },
  {
    source: 'docs/aws §5.3 [doc]',
    rule: 'subtract the offset from the first period only',
    async observe() {
      const api = metered({ Quota: { Limit: 3, Offset: 2, Period: 'DAY' } });
      const first = await statuses(api, 2);
      api.ports.clock.advance(86_400_000);
      return [first, await statuses(api, 4)];
    },
    expected: [
      [200, 429],
      [200, 200, 200, 429],
    ],
  },
  {
    source: 'docs/aws §5.2',
    rule: 'answer 429 and 403 with the error types of their kinds and no trace id',
    async observe() {
      const api = metered({ Throttle: { RateLimit: 0, BurstLimit: 0 } });
      const seen = [];
      for (const headers of [withKey, []]) {
        const reply = await api.send({ target: '/dev/pets', headers });
        seen.push([headerOf(reply, 'x-amzn-errortype'), headerOf(reply, 'x-amzn-trace-id')]);
      }
      return seen;
    },
    expected: [
      ['TooManyRequestsException', undefined],
      ['ForbiddenException', undefined],
    ],
  },
]);
