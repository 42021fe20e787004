/**
 * What usual services answer to usual requests with success. A user was told after each 200 how to compare
 * `authorizer.exp`, which the function never reads.
 */
import { anApi } from '../../../../support/an-api.ts';
import { policy, TOKEN, withAuthorizer } from '../../../../support/rest-apis.ts';
import { httpRoutes, restRoutes } from '../../../../support/routed-apis.ts';
import { carrying, CLAIMS, KEY } from '../../../../support/token-issuers.ts';
import { signToken } from '../../../../support/signed-tokens.ts';
import { contextOf, guarded, KNOWN, simplyAdmitted } from './caller-rows.ts';
import { preflighted } from './preflight-rows.ts';
import { KEY as PLANNED_KEY, planned } from './silent-rows.ts';
import { http, proxy } from './surprise-rows.ts';
import type { Served, SurpriseRow } from './surprise-rows.ts';

type OrdinaryRow = Pick<SurpriseRow, 'api' | 'request' | 'handler' | 'before'> & { readonly name: string };

const PAGE = 'https://shop.example';
const JSON_TYPE = { 'content-type': 'application/json' };
const OK = { statusCode: 200, headers: JSON_TYPE, body: '{"id":1}' };
const items = (): Served => anApi(restRoutes({ 'GET /items/{id}': {} }), { echo: () => OK });
const READS_NOTHING = `exports.main = async () => (${JSON.stringify(OK)});`;

export const ORDINARY: readonly OrdinaryRow[] = [
  {
    name: 'numbers in the context of an authorizer, which the function does not read',
    api: contextOf({ exp: 1_796_000_000, admin: true }),
    request: KNOWN,
    handler: READS_NOTHING,
  },
  {
    name: 'numbers in the context of an authorizer, which the function converts',
    api: contextOf({ exp: 1_796_000_000 }),
    request: KNOWN,
    handler: 'const end = Number(event.requestContext.authorizer.exp);',
  },
  {
    name: 'numbers in the context of an authorizer, if the code cannot be read',
    api: contextOf({ exp: 1_796_000_000 }),
    request: KNOWN,
  },
  {
    name: 'a second request with a cached policy',
    api: contextOf({}),
    before: KNOWN,
    request: KNOWN,
    handler: READS_NOTHING,
  },
  {
    name: 'a cached yes of an authorizer that decides by the credential alone',
    api: simplyAdmitted,
    before: { target: '/pets', headers: ['Authorization', 'x'] },
    request: { target: '/orders', headers: ['Authorization', 'x'] },
    handler: READS_NOTHING,
  },
  {
    name: 'a policy for the stage that was cached for another route',
    api: () => anApi(withAuthorizer(TOKEN), { list: () => OK, auth: () => policy('Allow', '*') }),
    before: KNOWN,
    request: { target: '/dev', headers: ['Authorization', 'x'] },
    handler: READS_NOTHING,
  },
  {
    name: 'groups in a token, which the function splits',
    api: guarded,
    request: {
      target: '/pets',
      headers: carrying(signToken(KEY, { ...CLAIMS, 'cognito:groups': ['a', 'b'] })),
    },
    handler: "const groups = event.requestContext.authorizer.jwt.claims['cognito:groups'].split(' ');",
  },
  {
    name: 'groups in a token, which the function does not read',
    api: guarded,
    request: { target: '/pets', headers: carrying(signToken(KEY, { ...CLAIMS, 'cognito:groups': ['a'] })) },
    handler: READS_NOTHING,
  },
  {
    name: 'cookies of a browser, which the function reads from event.cookies',
    api: http(OK),
    request: { target: '/1', headers: ['Cookie', 'a=1; b=2'] },
    handler: 'const { cookies = [] } = event;',
  },
  {
    name: 'words in a query',
    api: items,
    request: { target: '/dev/items/1?q=new+york&tag=a&tag=b' },
    handler:
      'const { tag } = event.multiValueQueryStringParameters;\nconst { q } = event.queryStringParameters;',
  },
  {
    name: 'a space in the path of an HTTP API',
    api: () => anApi(httpRoutes(['GET /files/{name}']), { echo: () => OK }),
    request: { target: '/files/a%20b.txt' },
    handler: 'const { name } = event.pathParameters;',
  },
  {
    name: 'a space in the path of a REST API, which the function decodes',
    api: items,
    request: { target: '/dev/items/a%20b' },
    handler: 'const id = decodeURIComponent(event.pathParameters.id);',
  },
  { name: 'data without a status', api: http({ id: 1, name: 'Ada' }), request: { target: '/1' } },
  { name: 'a list of data', api: http([{ id: 1 }, { id: 2 }]), request: { target: '/1' } },
  {
    name: 'one fixed origin',
    api: proxy({ ...OK, headers: { ...JSON_TYPE, 'Access-Control-Allow-Origin': PAGE } }),
    request: { target: '/dev/1', headers: ['Origin', PAGE] },
    handler: `return { statusCode: 200, headers: { 'Access-Control-Allow-Origin': '${PAGE}' } };`,
  },
  {
    name: 'what frameworks add to each reply',
    api: proxy({
      ...OK,
      headers: { ...JSON_TYPE, 'Access-Control-Allow-Origin': '*', ETag: '"1"', 'X-Powered-By': 'Express' },
    }),
    request: { target: '/dev/1', headers: ['Origin', PAGE] },
    handler: READS_NOTHING,
  },
  {
    name: 'a client that sends its API key to a method that requires none, in an API with methods that do',
    api: planned(true, { others: { 'GET /status': {} }, echo: () => OK }),
    request: { target: '/dev/status', headers: ['x-api-key', PLANNED_KEY] },
    handler: READS_NOTHING,
  },
  {
    name: 'an ID token, of which the function reads what ID tokens have',
    api: guarded,
    request: { target: '/pets', headers: carrying(signToken(KEY, { ...CLAIMS, token_use: 'id' })) },
    handler: 'const { sub, email } = event.requestContext.authorizer.jwt.claims;',
  },
  {
    name: 'a preflight of the only page of an API, which uses no cookies',
    api: preflighted(`'${PAGE}'`),
    request: {
      method: 'OPTIONS',
      target: '/dev/1',
      headers: ['Origin', PAGE, 'Access-Control-Request-Method', 'GET'],
    },
    handler: 'const token = event.headers.Authorization;',
  },
  {
    name: 'a large reply that the API compresses for a client that accepts it',
    api: proxy(
      { ...OK, body: JSON.stringify({ text: 'x'.repeat(2_000) }) },
      { MinimumCompressionSize: 1_000 },
    ),
    request: { target: '/dev/1', headers: ['Accept-Encoding', 'gzip'] },
    handler: READS_NOTHING,
  },
];
