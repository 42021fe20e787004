/** docs/aws §9 and §10: stages, canaries and caches beyond what the tests of those say. */
import { DefinitionError } from '../../../../../packages/gateway/core/errors.ts';
import { DEFAULT, JSON_ONLY } from '../../../../support/a-method.ts';
import { cachedApi, bodies, counter, ON } from '../../../../support/cached-apis.ts';
import { accessLogSetting } from '../../../../support/logged-apis.ts';
import { anEchoApi, answerOf, API_ID, restRoutes } from '../../../../support/routed-apis.ts';
import { checkAll } from './requirement.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestApi } from '../../../../support/an-api.ts';

/** Why a stage is refused; undefined = it is taken. */
function refusalOfStage(stage: JsonObject): string | undefined {
  try {
    anEchoApi(restRoutes({ 'GET /1': {} }, { stage }));
    return undefined;
  } catch (error) {
    if (error instanceof DefinitionError) return error.message;
    throw error;
  }
}

/** A MOCK that answers `$context.isCanaryRequest`, on a stage with this canary. */
function aMarked(CanarySetting?: JsonObject): TestApi {
  const ResponseTemplates = JSON_ONLY('[$context.isCanaryRequest]');
  const Integration = {
    Type: 'MOCK',
    RequestTemplates: JSON_ONLY('{"statusCode": 200}'),
    IntegrationResponses: [{ ...DEFAULT[0], ResponseTemplates }],
  };
  const method = { Integration, MethodResponses: [{ StatusCode: '200' }] };
  return anEchoApi(
    restRoutes({ 'GET /1': method }, { stage: CanarySetting === undefined ? {} : { CanarySetting } }),
  );
}

checkAll('a stage', [
  {
    source: 'docs/aws §10.1',
    rule: 'has a name of letters, digits, _ and -, up to 128, and is never $default on REST',
    observe: () =>
      ['a'.repeat(128), 'Az0_-', 'a'.repeat(129), 'a.b', '', '$default'].map(
        (StageName) => refusalOfStage({ StageName }) === undefined,
      ),
    expected: [true, true, false, false, false, false],
  },
  {
    source: 'docs/aws §10.3',
    rule: 'has an access log that names the request, by one id or the other',
    observe: () =>
      ['$context.requestId', '$context.extendedRequestId', '$context.status'].map((format) =>
        refusalOfStage({ AccessLogSetting: accessLogSetting(format) }),
      ),
    expected: [
      undefined,
      undefined,
      'Access Log format string has to contain at least $context.requestId or $context.extendedRequestId',
    ],
  },
  {
    source: 'docs/aws §10.3',
    rule: 'logs for a Lambda proxy what Lambda answered and what the function answered as two things',
    async observe() {
      const format =
        '$context.requestId $context.integrationStatus $context.integration.status $context.status';
      const api = anEchoApi(
        restRoutes({ 'GET /1': {} }, { stage: { AccessLogSetting: accessLogSetting(format) } }),
        { echo: () => ({ statusCode: 418 }) },
      );
      await api.send({ target: '/dev/1' });
      return api.ports.logGroups.lines.map((line) => line.split(' ').slice(2));
    },
    expected: [['200', '418', '418']],
  },
  {
    source: 'docs/aws §10.2 [obs]',
    rule: 'with a canary tells templates by true or false who answers, and nothing without one',
    async observe() {
      const canary = (PercentTraffic: number): JsonObject => ({ DeploymentId: 'Deployment', PercentTraffic });
      const seen = [];
      for (const api of [aMarked(canary(100)), aMarked(canary(0)), aMarked()])
        seen.push((await answerOf(api, { target: '/dev/1' }))[1]);
      return seen;
    },
    expected: ['[true]', '[false]', '[]'],
  },
]);

checkAll('a stage cache', [
  {
    source: 'docs/aws §9 (inferred)',
    rule: "does not look at the backend's own Cache-Control and Expires",
    observe() {
      const headers = { 'Cache-Control': 'no-store', Expires: '0' };
      const list = counter((count) => ({ statusCode: 200, headers, body: String(count) }));
      return bodies(cachedApi(ON, {}, list), ['/dev/pets', '/dev/pets']);
    },
    expected: ['1', '1'],
  },
  {
    source: 'docs/aws §9',
    rule: 'mixes the entries of all path parameters that are not in its key',
    async observe() {
      const api = anEchoApi(restRoutes({ 'GET /pets/{id}': {} }, { stage: ON }), { echo: counter() });
      return bodies(api, ['/dev/pets/1', '/dev/pets/2']);
    },
    expected: ['1', '1'],
  },
  {
    source: 'docs/aws §9 [doc]',
    rule: 'is of one of the eight sizes and a TTL of an hour at most',
    observe: () => [
      ...['0.5', '1.6', '6.1', '13.5', '28.4', '58.2', '118', '237'].map((CacheClusterSize) =>
        refusalOfStage({ CacheClusterEnabled: true, CacheClusterSize }),
      ),
      refusalOfStage({ CacheClusterEnabled: true, CacheClusterSize: '1' }) === undefined,
      refusalOfStage({
        MethodSettings: [{ ResourcePath: '/*', HttpMethod: '*', CacheTtlInSeconds: 3601 }],
      }) === undefined,
    ],
    expected: [...Array.from({ length: 8 }, () => undefined), false, false],
  },
  {
    source: 'docs/aws §1.1 step 11',
    rule: 'is asked after the authorizer, the key and validation, and before the request is mapped',
    async observe() {
      const Strict = {
        type: 'AWS::ApiGateway::RequestValidator',
        properties: { RestApiId: API_ID, ValidateRequestParameters: true },
      };
      const method = {
        RequestValidatorId: 'Strict',
        RequestParameters: { 'method.request.querystring.q': true },
      };
      const api = anEchoApi(restRoutes({ 'GET /1': method }, { stage: ON, more: { Strict } }), {
        echo: counter(),
      });
      return bodies(api, ['/dev/1?q=1', '/dev/1', '/dev/1?q=2']);
    },
    expected: ['1', '{"message":"Missing required request parameters: [q]"}', '1'],
  },
]);
