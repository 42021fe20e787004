/** docs/aws §2.1: how a REST API finds stage and resource. */
import { anEchoApi, answerOf, API_ID, eventOf, restRoutes } from '../../../../support/routed-apis.ts';
import { checkAll } from './requirement.ts';

checkAll('a path of a REST API', [
  {
    source: 'docs/aws §2.1 [obs]',
    rule: 'backtracks to a greedy resource of the root where a literal leads nowhere',
    async observe() {
      const api = anEchoApi(restRoutes({ 'GET /part1/hardcoded-value': {}, 'GET /{param+}': {} }));
      const seen = [];
      for (const path of ['/part1/hardcoded-value', '/part1/random'])
        seen.push((await eventOf(api, { target: `/dev${path}` }))['resource']);
      return seen;
    },
    expected: ['/part1/hardcoded-value', '/{param+}'],
  },
  {
    source: 'docs/aws §2.1 [obs/ls]',
    rule: 'reaches ANY by seven verbs, an explicit method before ANY, and no HEAD by GET',
    async observe() {
      const api = anEchoApi(restRoutes({ 'ANY /any': {}, 'GET /any': {}, 'GET /get': {} }));
      const seen: Record<string, number> = {};
      for (const method of ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE'])
        seen[method] = (await api.send({ method, target: '/dev/any' })).status;
      seen['HEAD of a GET'] = (await api.send({ method: 'HEAD', target: '/dev/get' })).status;
      return seen;
    },
    expected: {
      DELETE: 200,
      GET: 200,
      HEAD: 200,
      OPTIONS: 200,
      PATCH: 200,
      POST: 200,
      PUT: 200,
      TRACE: 403,
      'HEAD of a GET': 403,
    },
  },
  {
    source: 'docs/aws §2.1',
    rule: 'needs one segment at least for {proxy+}; the root needs a method of its own',
    async observe() {
      const api = anEchoApi(restRoutes({ 'GET /{proxy+}': {} }));
      return [(await api.send({ target: '/dev' })).status, (await api.send({ target: '/dev/' })).status];
    },
    expected: [403, 403],
  },
  {
    source: 'docs/aws §2.1 [obs]',
    rule: 'collapses slashes right behind the stage, keeps them in requestContext.path and inside a greedy value',
    async observe() {
      const api = anEchoApi(restRoutes({ 'GET /{proxy+}': {} }));
      const event = await eventOf(api, { target: '/dev//a//b' });
      return [event['path'], event['pathParameters'], event.requestContext['path']];
    },
    expected: ['/a//b', { proxy: 'a//b' }, '/dev//a//b'],
  },
  {
    source: 'docs/aws §2.1 (inferred)',
    rule: 'is case-sensitive in its literals',
    async observe() {
      const { send } = anEchoApi(restRoutes({ 'GET /Pets': {} }));
      return (await send({ target: '/dev/pets' })).status;
    },
    expected: 403,
  },
  {
    source: 'docs/aws §2.1 [doc]',
    rule: 'ends where the query begins, whose parameters are split by & and ;',
    async observe() {
      const api = anEchoApi(restRoutes({ 'GET /pets': {} }));
      return (await eventOf(api, { target: '/dev/pets?a=1;b=2&c=3' }))['queryStringParameters'];
    },
    expected: { a: '1', b: '2', c: '3' },
  },
  {
    source: 'docs/aws §2.1 (inferred that AWS refuses it)',
    rule: 'may have | and braces as they are in its query',
    async observe() {
      const api = anEchoApi(restRoutes({ 'GET /pets': {} }));
      return (await eventOf(api, { target: '/dev/pets?a=1|2&b={c}' }))['queryStringParameters'];
    },
    expected: { a: '1|2', b: '{c}' },
  },
  {
    source: 'docs/aws §2.1',
    rule: 'is Forbidden without a stage or on an unknown one, also where the default endpoint is disabled',
    async observe() {
      const open = anEchoApi(restRoutes({ 'GET /pets': {} }));
      const shut = anEchoApi(restRoutes({ 'GET /pets': {} }, { api: { DisableExecuteApiEndpoint: true } }));
      const headers = ['Host', `${API_ID}.execute-api.us-east-1.amazonaws.com`];
      return [
        await answerOf(open, { target: '/' }),
        await answerOf(open, { target: '/test/pets' }),
        await answerOf(shut, { target: '/dev/pets', headers }),
      ];
    },
    expected: [
      [403, '{"message":"Forbidden"}'],
      [403, '{"message":"Forbidden"}'],
      [403, '{"message":"Forbidden"}'],
    ],
  },
]);
