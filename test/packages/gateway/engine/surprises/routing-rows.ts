/** Stages, routes and paths. */
import { anEchoApi, answerOf, eventOf, httpRoutes, restRoutes } from '../../../../support/routed-apis.ts';
import { describeReply } from '../../../../support/metered-apis.ts';
import type { Surprise } from './surprise.ts';

export const ROUTING: readonly Surprise[] = [
  {
    source: 'docs/aws §1.3',
    rule: 'an unknown REST path or method is 403 Missing Authentication Token, not 404 or 405',
    async observe() {
      const api = anEchoApi(restRoutes({ 'GET /pets': {} }));
      return [
        await answerOf(api, { target: '/dev/nothing' }),
        await answerOf(api, { method: 'POST', target: '/dev/pets' }),
      ];
    },
    expected: [
      [403, '{"message":"Missing Authentication Token"}'],
      [403, '{"message":"Missing Authentication Token"}'],
    ],
  },
  {
    source: 'docs/aws §1.4',
    rule: 'a bearer token on an unknown REST path gets a text about key=value pairs',
    async observe() {
      const { send } = anEchoApi(restRoutes({ 'GET /pets': {} }));
      return describeReply(await send({ target: '/dev/x', headers: ['Authorization', 'Bearer abc'] }));
    },
    expected: {
      status: 403,
      body:
        '{"message":"Invalid key=value pair (missing equal-sign) in Authorization header ' +
        "(hashed with SHA-256 and encoded with Base64): 'w1Xc6WwWEogNEZQP/dkBTThsJT4MNlKmzQanIm970rY='.\"}",
      errorType: 'IncompleteSignatureException',
    },
  },
  {
    source: 'docs/aws §2.1',
    rule: 'OPTIONS /test falls to /{proxy+} where /test has no OPTIONS',
    async observe() {
      const api = anEchoApi(restRoutes({ 'POST /test': {}, 'OPTIONS /{proxy+}': {} }));
      const { resource, pathParameters } = await eventOf(api, { method: 'OPTIONS', target: '/dev/test' });
      return { resource, pathParameters };
    },
    expected: { resource: '/{proxy+}', pathParameters: { proxy: 'test' } },
  },
  {
    source: 'docs/aws §2.1',
    rule: 'a literal beats a parameter beats a greedy one in any order of definition, with backtracking',
    async observe() {
      const paths = ['/{any+}', '/a/{id}', '/a/fixed/end', '/a/fixed'];
      const routes = (order: readonly string[]): Record<string, object> =>
        Object.fromEntries(order.map((path) => [`GET ${path}`, {}]));
      const seen = [];
      for (const order of [paths, paths.toReversed()]) {
        const api = anEchoApi(restRoutes(routes(order) as Record<string, never>));
        for (const path of ['/a/fixed', '/a/other', '/a/fixed/none'])
          seen.push((await eventOf(api, { target: `/dev${path}` }))['resource']);
      }
      return seen;
    },
    expected: ['/a/fixed', '/a/{id}', '/{any+}', '/a/fixed', '/a/{id}', '/{any+}'],
  },
  {
    source: 'docs/aws §2.1',
    rule: 'a trailing slash matches in REST and stays in event.path, but not in pathParameters.proxy',
    async observe() {
      const api = anEchoApi(restRoutes({ 'GET /{proxy+}': {} }));
      const { path, pathParameters } = await eventOf(api, { target: '/dev/a/b/' });
      return { path, pathParameters };
    },
    expected: { path: '/a/b/', pathParameters: { proxy: 'a/b' } },
  },
  {
    source: 'docs/aws §2.3',
    rule: "REST pathParameters are not decoded, an HTTP API's are; query values are in both, + as a space",
    async observe() {
      const apis = [
        { api: anEchoApi(restRoutes({ 'GET /pets/{id}': {} })), stage: '/dev' },
        { api: anEchoApi(httpRoutes(['GET /pets/{id}'])), stage: '' },
      ];
      const seen = [];
      for (const { api, stage } of apis) {
        const event = await eventOf(api, { target: `${stage}/pets/a%20b?q=c+d%21` });
        seen.push([event['pathParameters'], event['queryStringParameters']]);
      }
      return seen;
    },
    expected: [
      [{ id: 'a%20b' }, { q: 'c d!' }],
      [{ id: 'a b' }, { q: 'c d!' }],
    ],
  },
  {
    source: 'docs/aws §2.3',
    rule: 'rawPath of payload 2.0 is decoded and has the stage, unless that is $default',
    async observe() {
      const api = anEchoApi(httpRoutes(['GET /pets/{id}'], { stages: ['dev'] }));
      const byDefault = await eventOf(api, { target: '/pets/a%20b' });
      const byName = await eventOf(api, { target: '/dev/pets/a%20b' });
      return [byDefault['rawPath'], byName['rawPath']];
    },
    expected: ['/pets/a b', '/dev/pets/a b'],
  },
];
