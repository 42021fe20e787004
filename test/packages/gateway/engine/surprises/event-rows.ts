/** What a function receives, and how binary bodies travel. */
import { headerOf } from '../../../../support/an-api.ts';
import { anEchoApi, eventOf, httpRoutes, restRoutes } from '../../../../support/routed-apis.ts';
import type { Surprise } from './surprise.ts';

const MAPS = [
  'queryStringParameters',
  'multiValueQueryStringParameters',
  'pathParameters',
  'stageVariables',
  'body',
] as const;
const REPEATED = { target: '/dev/pets?k=1&k=2', headers: ['X-Many', 'first', 'X-Many', 'last'] };
const base64 = (text: string): string => Buffer.from(text).toString('base64');

export const EVENTS: readonly Surprise[] = [
  {
    source: 'docs/aws §3.1, §3.3',
    rule: 'REST events say null for empty maps, payload 2.0 leaves the keys out',
    async observe() {
      const rest = await eventOf(anEchoApi(restRoutes({ 'GET /pets': {} })), { target: '/dev/pets' });
      const http = await eventOf(anEchoApi(httpRoutes(['GET /pets'])), { target: '/pets' });
      return [MAPS.map((name) => rest[name]), MAPS.filter((name) => name in http), 'cookies' in http];
    },
    expected: [[null, null, null, null, null], [], false],
  },
  {
    source: 'docs/aws §2.3, §2.9',
    rule: 'single-value maps of query and headers keep the last value',
    async observe() {
      const event = await eventOf(anEchoApi(restRoutes({ 'GET /pets': {} })), REPEATED);
      const { headers, multiValueHeaders, queryStringParameters, multiValueQueryStringParameters } = event;
      const many = (multiValueHeaders as Record<string, unknown>)['X-Many'];
      return [headers['X-Many'], many, queryStringParameters, multiValueQueryStringParameters];
    },
    expected: ['last', ['first', 'last'], { k: '2' }, { k: ['1', '2'] }],
  },
  {
    source: 'docs/aws §2.6, §3.3',
    rule: 'REST events have no Content-Length nor Connection; HTTP events have content-length, 2.0 lower-case names and cookies apart',
    async observe() {
      const headers = ['Connection', 'keep-alive', 'Content-Length', '2', 'X-Own', '1', 'Cookie', 'a=1; b=2'];
      const request = { method: 'POST', headers, body: 'hi' };
      const rest = await eventOf(anEchoApi(restRoutes({ 'POST /pets': {} })), {
        target: '/dev/pets',
        ...request,
      });
      const http1 = await eventOf(
        anEchoApi(httpRoutes(['POST /pets'], { integration: { PayloadFormatVersion: '1.0' } })),
        { target: '/pets', ...request },
      );
      const http2 = await eventOf(anEchoApi(httpRoutes(['POST /pets'])), { target: '/pets', ...request });
      const client = (event: typeof rest): readonly string[] =>
        Object.keys(event.headers)
          // Nor what AWS's edge adds before an edge-optimized API.
          .filter((name) => !/^(x-(forwarded|amzn|amz-cf)|cloudfront|via)/i.test(name))
          .sort();
      return [client(rest), client(http1), client(http2), http2['cookies']];
    },
    expected: [
      ['Cookie', 'X-Own'],
      ['Content-Length', 'Cookie', 'X-Own'],
      ['content-length', 'x-own'],
      ['a=1', 'b=2'],
    ],
  },
  {
    source: 'docs/aws §2.4',
    rule: "REST decodes a base64 answer only if Accept's first type is in binaryMediaTypes, HTTP APIs always",
    async observe() {
      const picture = { statusCode: 200, body: base64('bytes'), isBase64Encoded: true };
      const rest = anEchoApi(restRoutes({ 'GET /pets': {} }, { api: { BinaryMediaTypes: ['image/*'] } }), {
        echo: () => picture,
      });
      const http = anEchoApi(httpRoutes(['GET /pets']), { echo: () => picture });
      const seen = [];
      for (const accept of ['image/png, text/html', 'text/html, image/png'])
        seen.push((await rest.send({ target: '/dev/pets', headers: ['Accept', accept] })).body.toString());
      seen.push((await http.send({ target: '/pets', headers: ['Accept', 'text/html'] })).body.toString());
      return seen;
    },
    expected: ['bytes', base64('bytes'), 'bytes'],
  },
  {
    source: 'docs/aws §2.4',
    rule: 'HTTP APIs hand on a form, and a body of no type, as base64',
    async observe() {
      const api = anEchoApi(httpRoutes(['POST /pets']));
      const seen = [];
      for (const type of ['application/x-www-form-urlencoded', undefined, 'application/json']) {
        const headers = type === undefined ? [] : ['Content-Type', type];
        const event = await eventOf(api, { method: 'POST', target: '/pets', headers, body: 'a=1' });
        seen.push([event['body'], event['isBase64Encoded']]);
      }
      return seen;
    },
    expected: [
      [base64('a=1'), true],
      [base64('a=1'), true],
      ['a=1', false],
    ],
  },
];

const answer = async (
  api: ReturnType<typeof anEchoApi>,
  target: string,
): Promise<readonly [number, string]> => {
  const { status, body } = await api.send({ target });
  return [status, body.toString()];
};

const REST_BROKEN = [502, '{"message": "Internal server error"}'];
const HTTP_BROKEN = [500, '{"message":"Internal Server Error"}'];

/** Returns the responses of a REST API and of an HTTP API to a function's result. */
async function bothAnswers(returned: unknown): Promise<unknown> {
  const functions = { echo: () => returned };
  return [
    await answer(anEchoApi(restRoutes({ 'GET /pets': {} }), functions), '/dev/pets'),
    await answer(anEchoApi(httpRoutes(['GET /pets']), functions), '/pets'),
  ];
}

/** What a function's answer means to the client. */
export const ANSWERS: readonly Surprise[] = [
  {
    source: 'docs/aws §3.5',
    rule: 'an unknown member makes a REST proxy answer 502; statusCode may be left out',
    async observe() {
      const api = (returned: unknown): ReturnType<typeof anEchoApi> =>
        anEchoApi(restRoutes({ 'GET /pets': {} }), { echo: () => returned });
      const bare = await api({ headers: { 'X-Own': '1' } }).send({ target: '/dev/pets' });
      return [
        await answer(api({ statusCode: 200, wrong: 'x' }), '/dev/pets'),
        [bare.status, bare.body, headerOf(bare, 'x-own')],
      ];
    },
    expected: [REST_BROKEN, [200, '', '1']],
  },
  {
    source: 'docs/aws §3.5, §3.6',
    rule: 'a statusCode in digits is fine; 0 and words are 502 on REST, 500 on HTTP APIs',
    async observe() {
      const seen = [];
      for (const statusCode of ['201', 0, 'ok']) seen.push(await bothAnswers({ statusCode, body: 'x' }));
      return seen;
    },
    expected: [
      [
        [201, 'x'],
        [201, 'x'],
      ],
      [REST_BROKEN, HTTP_BROKEN],
      [REST_BROKEN, HTTP_BROKEN],
    ],
  },
  {
    source: 'docs/aws §3.5',
    rule: 'a header in headers and multiValueHeaders is sent with both values, multi first on REST, single first on HTTP',
    async observe() {
      const both = { statusCode: 200, headers: { 'X-A': 'single' }, multiValueHeaders: { 'X-A': ['multi'] } };
      const functions = { echo: () => both };
      const rest = await anEchoApi(restRoutes({ 'GET /pets': {} }), functions).send({ target: '/dev/pets' });
      const http = await anEchoApi(
        httpRoutes(['GET /pets'], { integration: { PayloadFormatVersion: '1.0' } }),
        functions,
      ).send({ target: '/pets' });
      return [headerOf(rest, 'x-a'), headerOf(http, 'x-a')];
    },
    expected: ['multi, single', 'single, multi'],
  },
  {
    source: 'docs/aws §3.5, §3.6',
    rule: 'default types: REST application/json, HTTP API answers text/plain; charset=utf-8, inferred ones application/json',
    async observe() {
      const typeOf = async (api: ReturnType<typeof anEchoApi>, target: string): Promise<unknown> =>
        headerOf(await api.send({ target }), 'content-type');
      const explicit = { echo: () => ({ statusCode: 200, body: 'x' }) };
      return [
        await typeOf(anEchoApi(restRoutes({ 'GET /pets': {} }), explicit), '/dev/pets'),
        await typeOf(anEchoApi(httpRoutes(['GET /pets']), explicit), '/pets'),
        await typeOf(anEchoApi(httpRoutes(['GET /pets']), { echo: () => ({ any: 1 }) }), '/pets'),
      ];
    },
    expected: ['application/json', 'text/plain; charset=utf-8', 'application/json'],
  },
  {
    source: 'docs/aws §3.6',
    rule: 'payload 2.0: anything without statusCode, even text that is no JSON, is a 200 with that body',
    async observe() {
      const seen = [];
      for (const payload of ['{"body":"x"}', '[1]', '"text"', 'no json'])
        seen.push(
          await answer(
            anEchoApi(httpRoutes(['GET /pets']), { echo: () => ({ kind: 'returned', payload }) }),
            '/pets',
          ),
        );
      return seen;
    },
    expected: [
      [200, '{"body":"x"}'],
      [200, '[1]'],
      [200, 'text'],
      [200, 'no json'],
    ],
  },
  {
    source: 'docs/aws §1.6',
    rule: 'a function that fails is REST 502 "Internal server error" with a space, HTTP 500 "Internal Server Error" without',
    observe() {
      return Promise.all([failing('rest'), failing('http')]);
    },
    expected: [REST_BROKEN, HTTP_BROKEN],
  },
  {
    source: 'docs/aws §1.3',
    rule: 'an integration timeout is REST 504 Endpoint request timed out, HTTP 503 Service Unavailable',
    observe() {
      return bothAnswers({ kind: 'timed-out' });
    },
    expected: [
      [504, '{"message":"Endpoint request timed out"}'],
      [503, '{"message":"Service Unavailable"}'],
    ],
  },
];

function failing(kind: 'rest' | 'http'): Promise<unknown> {
  const functions = {
    echo: () => {
      throw new Error('boom');
    },
  };
  return kind === 'rest'
    ? answer(anEchoApi(restRoutes({ 'GET /pets': {} }), functions), '/dev/pets')
    : answer(anEchoApi(httpRoutes(['GET /pets']), functions), '/pets');
}
