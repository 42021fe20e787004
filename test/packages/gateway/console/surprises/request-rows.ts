/** Requests that API Gateway reads, calls or caches otherwise than their sender expects, next to ordinary ones. */
import { cachedApi, PETS, settings } from '../../../../support/cached-apis.ts';
import { proxy } from './surprise-rows.ts';
import type { SurpriseRow } from './surprise-rows.ts';

const OK = { statusCode: 200, body: '{}' };
const ASYNCHRONOUS = ['X-Amz-Invocation-Type', 'Event'];

export const REQUEST_ROWS: readonly SurpriseRow[] = [
  {
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
    code: 'QUERY_SPLIT',
    source: 'docs/aws §2.1',
    api: proxy(OK),
    request: { target: '/dev/1?q=red;blue&page=1' },
    values: { parameters: ['q'] },
    because: /reads ; as the end of a parameter, as it reads &\. The value of q ends before the ;/,
    change: /^Encode the semicolon in the value as %3B\.$/m,
    not: { request: { target: '/dev/1?a=1;b=2&q=red%3Bblue' } },
  },
  {
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
    code: 'QUERY_NOT_ENCODED',
    source: 'docs/aws §2.1',
    api: proxy(OK),
    request: { target: '/dev/1?q=red|blue' },
    values: { signs: ['|'] },
    because: /The query contains \| without encoding, which AWS does not support/,
    change: /^Encode the query: \| as %7C/m,
    not: { request: { target: '/dev/1?q=red%7Cblue' } },
  },
  {
    // https://repost.aws/knowledge-center/api-gateway-invoke-lambda
    code: 'PROXY_CALLED_SYNCHRONOUSLY',
    source: 'docs/aws §8',
    api: proxy(OK),
    request: { target: '/dev/1', headers: ASYNCHRONOUS },
    values: { route: 'ANY /{id}' },
    because: /The request has the header X-Amz-Invocation-Type.*the function was called synchronously/,
    change: /^For an asynchronous call, set Type of the integration of ANY \/\{id\} to AWS/m,
    not: { request: { target: '/dev/1' } },
  },
  {
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html
    code: 'METHOD_NOT_CACHED',
    source: 'docs/aws §9',
    api: () => cachedApi(settings({ CachingEnabled: true }), { HttpMethod: 'POST' }),
    request: { method: 'POST', target: PETS },
    values: { method: 'POST', stage: 'dev' },
    because:
      /The reply was not cached: the setting of stage dev for all methods \(HttpMethod '\*'\) caches GET only/,
    change:
      /^To cache POST \/pets, add an entry to MethodSettings of stage dev with HttpMethod: POST, ResourcePath: \/~1pets and CachingEnabled: true\. Add the parameters that distinguish/m,
    not: { api: () => cachedApi(), request: { target: PETS } },
  },
];
