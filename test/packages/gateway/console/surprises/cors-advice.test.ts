/** The settings that are advised about CORS are put into the template, and then a browser accepts the reply. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { RequestRecords } from '../../../../../packages/gateway/console/records/request-records.ts';
import { createSystemClock } from '../../../../../packages/gateway/server/adapters/system-clock.ts';
import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import { aStack } from '../../../../support/a-stack.ts';
import { anApi } from '../../../../support/an-api.ts';
import { httpRoutes } from '../../../../support/routed-apis.ts';
import { headerLines } from '../../../../support/a-method.ts';
import { asking, PAGE } from './surprise-rows.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestRequest } from '../../../../support/an-api.ts';

const OTHER = 'https://admin.example';
const STACKS = [
  aStack({ Api: { type: 'AWS::ApiGatewayV2::Api', id: 'abcdefghij', properties: { Name: 'pets' } } }),
];
const FROM_PAGE: TestRequest = { target: '/dev/1', headers: ['Origin', PAGE] };

type Row = {
  readonly name: string;
  readonly cors: JsonObject;
  /** Headers that the function returns. */
  readonly returned?: Readonly<Record<string, string>>;
  readonly routes?: readonly string[];
  readonly request: TestRequest;
  /** The beginning of each advice. */
  readonly changes: readonly RegExp[];
  /** Headers of the reply once the advised settings are in the template. */
  readonly then?: Readonly<Record<string, string>>;
};

const BASE = { AllowOrigins: [PAGE], AllowMethods: ['GET', 'PUT'], AllowHeaders: ['x-a'] };
const REMOVED =
  /^Remove access-control-[a-z-]+ from the integration: .*replaces it\. Or remove CorsConfiguration/;
const SAME =
  /^Remove access-control-[a-z-]+ from the integration: .*replaces it, and already has the same effect\.$/;

const ROWS: readonly Row[] = [
  {
    name: 'an origin that no browser writes is corrected, and not listed twice, if the function allows all',
    cors: { ...BASE, AllowOrigins: [`${PAGE}/`], AllowCredentials: true },
    returned: { 'access-control-allow-origin': '*' },
    request: FROM_PAGE,
    changes: [/^Write https:\/\/shop\.example instead of https:\/\/shop\.example\/ in AllowOrigins/, REMOVED],
    then: { 'access-control-allow-origin': PAGE },
  },
  {
    // AWS's service model: IntegerWithLengthBetweenMinus1And86400
    name: 'a configuration that AWS refuses for another reason is corrected, not extended',
    cors: { ...BASE, MaxAge: 864_000 },
    routes: ['GET /{proxy+}'],
    request: asking('GET', ''),
    changes: [
      /^Correct the API, which AWS refuses, .* are not read here: .*MaxAge: maxAge must be between -1 and 86400$/,
    ],
  },
  {
    name: 'a method that has a route is added to the list',
    cors: BASE,
    request: asking('DELETE', ''),
    changes: [/^Add DELETE to the API’s CorsConfiguration\. The whole list is then:/],
    then: { 'access-control-allow-methods': 'GET,PUT,DELETE' },
  },
  {
    name: 'a method without a route needs one, too',
    cors: BASE,
    routes: ['GET /{proxy+}'],
    request: asking('DELETE', ''),
    changes: [/^Add DELETE to/, /^Also add a route for DELETE \/dev\/1: the API has none/],
    then: { 'access-control-allow-methods': 'GET,PUT,DELETE' },
  },
  {
    name: 'a header is added to the list',
    cors: BASE,
    request: asking('PUT', 'x-a,x-b'),
    changes: [/^Add x-b to the API’s CorsConfiguration/],
    then: { 'access-control-allow-headers': 'x-a,x-b' },
  },
  {
    name: '* allows nothing with credentials, so it is not kept',
    cors: { ...BASE, AllowMethods: ['*'], AllowCredentials: true },
    request: asking('DELETE', ''),
    changes: [/^Add DELETE to/],
    then: { 'access-control-allow-methods': 'DELETE' },
  },
  {
    name: 'an exposed header of the function',
    cors: { ...BASE, ExposeHeaders: ['x-total'] },
    returned: { 'Access-Control-Expose-Headers': 'X-Total, X-Page' },
    request: FROM_PAGE,
    changes: [/^Add X-Page to ExposeHeaders in the API’s CorsConfiguration/, REMOVED],
    then: { 'access-control-expose-headers': 'x-total,x-page' },
  },
  {
    name: 'an origin of the function that the configuration does not allow',
    cors: { ...BASE, AllowOrigins: [OTHER] },
    returned: { 'Access-Control-Allow-Origin': PAGE },
    request: FROM_PAGE,
    changes: [/^Add https:\/\/shop\.example to AllowOrigins/, REMOVED],
    then: { 'access-control-allow-origin': PAGE },
  },
  {
    name: '* of the function, although the configuration allows the page',
    cors: BASE,
    returned: { 'Access-Control-Allow-Origin': '*' },
    request: FROM_PAGE,
    changes: [SAME],
    then: { 'access-control-allow-origin': PAGE },
  },
  {
    name: '* of the function is not advised if the configuration allows credentials',
    cors: { ...BASE, AllowOrigins: [OTHER], AllowCredentials: true },
    returned: { 'Access-Control-Allow-Origin': '*' },
    request: FROM_PAGE,
    changes: [/^Add https:\/\/shop\.example/, REMOVED],
    then: { 'access-control-allow-origin': PAGE },
  },
  {
    name: '* of the function is not advised, but the origin of the page',
    cors: { ...BASE, AllowOrigins: [OTHER] },
    returned: { 'Access-Control-Allow-Origin': '*' },
    request: FROM_PAGE,
    changes: [/^Add https:\/\/shop\.example to AllowOrigins/, REMOVED],
    then: { 'access-control-allow-origin': PAGE },
  },
  {
    name: '* of the function in a reply to a request without an Origin',
    cors: { ...BASE, AllowOrigins: [OTHER] },
    returned: { 'Access-Control-Allow-Origin': '*' },
    request: { target: '/dev/1' },
    changes: [
      /^Remove access-control-allow-origin .* allows only https:\/\/\S+\. Add an origin to AllowOrigins only if/,
    ],
  },
  {
    name: 'a request without an Origin',
    cors: BASE,
    returned: { 'Access-Control-Allow-Origin': PAGE },
    request: { target: '/dev/1' },
    changes: [SAME],
  },
  {
    name: 'methods and headers that the configuration allows',
    cors: BASE,
    returned: { 'Access-Control-Allow-Methods': 'put, GET' },
    request: FROM_PAGE,
    changes: [SAME],
  },
  {
    name: 'headers that the configuration does not allow',
    cors: BASE,
    returned: { 'Access-Control-Allow-Headers': 'X-A, X-B' },
    request: FROM_PAGE,
    changes: [/^Add X-B to AllowHeaders in the API’s CorsConfiguration/, REMOVED],
  },
  {
    name: 'credentials',
    cors: BASE,
    returned: { 'Access-Control-Allow-Credentials': 'true' },
    request: FROM_PAGE,
    changes: [/^Set AllowCredentials: true in the API’s CorsConfiguration\.$/, REMOVED],
  },
  {
    name: 'credentials if the configuration allows every origin',
    cors: { ...BASE, AllowOrigins: ['*'] },
    returned: { 'Access-Control-Allow-Credentials': 'true' },
    request: FROM_PAGE,
    changes: [/^Set AllowCredentials: true .* list each origin in AllowOrigins instead of \*/, REMOVED],
  },
  {
    name: 'the time for which a preflight is cached',
    cors: BASE,
    returned: { 'Access-Control-Max-Age': '600' },
    request: FROM_PAGE,
    changes: [/^Set MaxAge: 600 in the API’s CorsConfiguration/, REMOVED],
  },
];

/** Puts the settings that an advice prints into the CorsConfiguration. */
function withAdvised(cors: JsonObject, changes: readonly string[]): JsonObject {
  const printed = changes.flatMap((change) => change.split(/^In template\.json:$/m).slice(1));
  const settings = printed.map(
    (text) =>
      (parse(text) as { Resources: { Api: { Properties: { CorsConfiguration: JsonObject } } } }).Resources.Api
        .Properties.CorsConfiguration,
  );
  return Object.assign({ ...cors }, ...settings) as JsonObject;
}

describe('the advice about CORS', () => {
  for (const { name, cors, returned = {}, routes = ['ANY /{proxy+}'], request, changes, then = {} } of ROWS)
    it(`is right for ${name} (docs/aws §12, §12.1)`, async () => {
      const open = (CorsConfiguration: JsonObject) =>
        anApi(
          httpRoutes(
            request.method === 'OPTIONS' && routes[0] === 'ANY /{proxy+}'
              ? ['DELETE /{proxy+}', 'PUT /{proxy+}']
              : routes,
            { api: { CorsConfiguration } },
          ),
          {
            echo: () => ({ statusCode: 200, headers: returned }),
          },
          { tolerance: new Faults(false) },
        );
      const api = open(cors);
      const records = new RequestRecords(10, createSystemClock(), 'key of a test');
      records.readStacks = () => STACKS;
      api.ports.records = records;

      await api.send(request);

      const { story } = records.detail('last') ?? assert.fail('nothing was recorded');
      assert.equal(story.changes.length, changes.length, story.changes.join('\n'));
      for (const [index, change] of changes.entries()) assert.match(story.changes[index] ?? '', change);
      const { headers } = await open(withAdvised(cors, story.changes)).send(request);
      for (const [header, value] of Object.entries(then)) assert.equal(headerLines(headers)[header], value);
    });
});
