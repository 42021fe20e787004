import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isReplyRebuilt } from '../../../../../packages/gateway/console/records/packed-reply.ts';
import {
  packRequest,
  unpackRequest,
} from '../../../../../packages/gateway/console/records/packed-request.ts';
import { RecordArena } from '../../../../../packages/gateway/console/records/record-arena.ts';
import { anApi } from '../../../../support/an-api.ts';
import { echo, httpRoutes, restRoutes } from '../../../../support/routed-apis.ts';
import type { TestApi, TestRequest } from '../../../../support/an-api.ts';
import type { Finished } from '../../../../../packages/gateway/core/trail.ts';

const routes = { 'GET /pets': {} };
const origin = ['Origin', 'https://app.example'];
const cors = { CorsConfiguration: { AllowOrigins: ['*'], ExposeHeaders: ['x-a'] } };
const failing = { echo: () => ({ statusCode: 'none' }) };
const cached = {
  CacheClusterEnabled: true,
  CacheClusterSize: '0.5',
  MethodSettings: [{ ResourcePath: '/*', HttpMethod: '*', CachingEnabled: true }],
};

const CASES: readonly (readonly [string, TestApi, TestRequest, boolean])[] = [
  ['of a function as it answered', anApi(restRoutes(routes), { echo }), { target: '/dev/pets' }, true],
  [
    'with headers for CORS',
    anApi(httpRoutes(['GET /pets'], { api: cors }), { echo }),
    { target: '/pets', headers: origin },
    true,
  ],
  [
    'that was packed',
    anApi(restRoutes(routes, { api: { MinimumCompressionSize: 0 } }), { echo }),
    { target: '/dev/pets', headers: ['Accept-Encoding', 'gzip'] },
    false,
  ],
  [
    'that a cache took',
    anApi(restRoutes(routes, { stage: cached }), { echo }),
    { target: '/dev/pets' },
    false,
  ],
  ['of a failure', anApi(restRoutes(routes), failing), { target: '/dev/pets' }, false],
];

describe('a recorded reply', () => {
  for (const [name, api, request, isMade] of CASES)
    it(`${name} is ${isMade ? 'built again' : 'stored as it was sent'}, and is the same`, async () => {
      let was: Finished | undefined;
      api.ports.records = { take: (one) => (was = one), takeEvent: () => undefined };
      const { status, headers, body } = await api.send(request);
      assert.ok(was !== undefined);

      const kept = unpackRequest(packRequest(was, new RecordArena()));

      assert.equal(isReplyRebuilt(was), isMade);
      assert.deepEqual(
        [kept.status, kept.replyHeaders.slice(0, headers.length), kept.replyBody],
        [status, headers, body],
      );
    });
});
