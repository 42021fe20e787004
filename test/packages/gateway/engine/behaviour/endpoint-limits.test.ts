/** docs/aws §2.5 and §13: what is too long by the type of a REST API's endpoint. */
import { anEchoApi, restRoutes } from '../../../../support/routed-apis.ts';
import { checkAll } from './requirement.ts';
import type { JsonObject } from '@gatewright/aws/json-object';

/** The properties of a public API of this endpoint type. */
const ofType = (type: string): JsonObject => ({
  EndpointConfiguration: { Types: [type] },
  Policy: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: '*' }],
  },
});

checkAll('a request', [
  {
    source: 'docs/aws §2.5, §13',
    rule: 'may have a URL of 8,192 bytes and not one more on an edge-optimized or private REST API',
    async observe() {
      const seen = [];
      for (const api of [{}, ofType('EDGE'), ofType('PRIVATE')]) {
        const echo = anEchoApi(restRoutes({ 'GET /{proxy+}': {} }, { api }));
        for (const bytes of [8_192, 8_193])
          seen.push((await echo.send({ target: '/dev/'.padEnd(bytes, 'a') })).status);
      }
      return seen;
    },
    expected: [200, 414, 200, 414, 200, 414],
  },
  {
    source: 'developer guide, "Quotas for configuring and running a REST API"',
    rule: 'is 431 on a private API where its headers have more than 8,000 bytes',
    async observe() {
      const api = anEchoApi(restRoutes({ 'GET /1': {} }, { api: ofType('PRIVATE') }));
      const statusOf = async (bytes: number): Promise<number> =>
        (await api.send({ target: '/dev/1', headers: ['x', 'a'.repeat(bytes - 5)] })).status;
      return [await statusOf(8_000), await statusOf(8_001)];
    },
    expected: [200, 431],
  },
]);
