/** What one line shows by itself: phase, code and failure, keys and throttles. Source: docs/aws §1.3 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gatherFacts, readSince } from '../../../../../packages/toolkit/operate/explain/explain-api.ts';
import { explainLine } from '../../../../../packages/toolkit/operate/explain/explain-line.ts';
import { describeLine } from '../../../../../packages/toolkit/operate/explain/line-circumstances.ts';
import { describeMeter } from '../../../../../packages/toolkit/operate/explain/line-meter.ts';
import { recommendedFormat } from '../../../../../packages/toolkit/operate/explain/log-line.ts';
import type { KeyFacts } from '../../../../../packages/toolkit/operate/explain/line-meter.ts';
import type { ControlPlane } from '../../../../../packages/toolkit/operate/attach/control-plane.ts';
import type { LiveApi, LiveRoute } from '../../../../../packages/toolkit/operate/attach/live-api.ts';

const ROUTE: LiveRoute = {
  key: 'GET /pets',
  method: 'GET',
  path: '/pets',
  address: '',
  shown: {},
  authorizationType: 'NONE',
  authorizerId: undefined,
  apiKeyRequired: true,
};

const anApi = (kind: LiveApi['kind'], more: Partial<LiveApi> = {}): LiveApi => ({
  kind,
  apiId: 'abc',
  name: 'shop',
  stage: 'prod',
  address: '/restapis/abc',
  api: {},
  stageShown: {},
  routes: [ROUTE],
  authorizers: [],
  gatewayResponses: [],
  parts: {},
  isAutomatic: false,
  drift: undefined,
  ...more,
});

const fieldsOf = (fields: Readonly<Record<string, string>>) => new Map(Object.entries(fields));
const PETS = { httpMethod: 'GET', resourcePath: '/pets', path: '/prod/pets' };

function judged(kind: LiveApi['kind'], fields: Readonly<Record<string, string>>) {
  const facts = { live: anApi(kind), stages: ['prod'], integration: {}, key: undefined };
  const { phase, code, failure, status, path } = describeLine({
    ...facts,
    fields: fieldsOf({ ...PETS, ...fields }),
  });
  return { phase, code, failure, status, path };
}

describe('a line', () => {
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
  it('says whether the canary got the request, if its format has the variable and the stage has a canary', () => {
    const releaseOf = (fields: Readonly<Record<string, string>>) =>
      describeLine({
        live: anApi('rest'),
        stages: ['prod'],
        integration: {},
        key: undefined,
        fields: fieldsOf({ ...PETS, ...fields }),
      }).release;

    assert.deepEqual(releaseOf({ isCanaryRequest: 'true', deploymentId: 'd1' }), {
      isCanary: true,
      deploymentId: 'd1',
    });
    assert.deepEqual(releaseOf({ isCanaryRequest: 'false' }), { isCanary: false, deploymentId: undefined });
    assert.equal(releaseOf({}), undefined);
  });

  it('is missing the fields of a canary only if the stage has one, or the line is from one', () => {
    const ofCanary = /,"(?:isCanaryRequest|deploymentId)":"[^"]*"/g;
    const earlier = recommendedFormat('rest').replaceAll(ofCanary, '');
    const also = `${earlier} $context.isCanaryRequest`;
    const missingOf = (
      format: string,
      stageShown: LiveApi['stageShown'],
      fields: Readonly<Record<string, string>> = {},
    ) => {
      const live = anApi('rest', { stageShown });
      const facts = { live, stages: ['prod'], integration: {}, key: undefined };
      const since = { deploymentId: 'd1', deployedAt: undefined };
      const read = fieldsOf({ ...PETS, status: '200', ...fields });
      return explainLine({ ...facts, fields: read }, format, since, undefined, undefined, 0).missing;
    };

    assert.deepEqual(missingOf(earlier, {}), []);
    assert.deepEqual(missingOf(earlier, { canarySettings: { percentTraffic: 10 } }), [
      'isCanaryRequest',
      'deploymentId',
    ]);
    assert.deepEqual(missingOf(also, {}, { isCanaryRequest: 'true' }), ['deploymentId']);
    assert.deepEqual(missingOf(also, {}), []);
  });

  it('without a status reports no failure', () => {
    assert.deepEqual(judged('rest', {}), {
      phase: 'map-response',
      code: undefined,
      failure: undefined,
      status: 0,
      path: '/pets',
    });
  });

  for (const [kind, fields, phase, code, failure] of [
    ['rest', { status: '400' }, 'validate', 'INTEGRATION_FAILURE', 'the gateway answered 400'],
    ['http', { status: '400' }, 'integrate', 'INTEGRATION_FAILURE', 'the gateway answered 400'],
    ['rest', { status: '422' }, 'integrate', 'INTEGRATION_FAILURE', 'the gateway answered 422'],
    ['rest', { status: '413' }, 'screen', 'REQUEST_TOO_LARGE', 'the gateway answered 413'],
    ['rest', { status: '429' }, 'meter', 'THROTTLED', 'the gateway answered 429'],
    ['http', { status: '503' }, 'integrate', 'INTEGRATION_TIMEOUT', 'the gateway answered 503'],
    ['rest', { status: '504', 'integration.error': 'slow' }, 'integrate', 'INTEGRATION_TIMEOUT', 'slow'],
    [
      'rest',
      { status: '500', 'integration.error': 'Timeout' },
      'integrate',
      'INTEGRATION_TIMEOUT',
      'Timeout',
    ],
    [
      'rest',
      { status: '422', 'integration.error': 'bad', 'error.message': 'Unprocessable' },
      'integrate',
      'INTEGRATION_FAILURE',
      'bad',
    ],
    ['rest', { status: '500', 'integration.error': 'no' }, 'integrate', 'INTEGRATION_FAILURE', 'no'],
    [
      'rest',
      { status: '502', 'integration.error': 'Malformed' },
      'map-response',
      'INTEGRATION_FAILURE',
      'Malformed',
    ],
    [
      'rest',
      { status: '500', 'integration.error': 'bad template' },
      'map-request',
      'API_CONFIGURATION_ERROR',
      'bad template',
    ],
    [
      'rest',
      {
        status: '500',
        'error.responseType': 'AUTHORIZER_FAILURE',
        'authorizer.error': 'broke',
        'error.message': 'null',
      },
      'authenticate',
      'AUTHORIZER_FAILURE',
      'broke',
    ],
    [
      'rest',
      { status: '403', 'error.responseType': 'INVALID_API_KEY', 'error.message': 'Forbidden' },
      'meter',
      'INVALID_API_KEY',
      'Forbidden',
    ],
    ['rest', { status: '404', 'integration.status': '404' }, 'map-response', undefined, undefined],
  ] as const)
    it(`of ${kind} reports ${code ?? 'no code'} in ${phase}: ${JSON.stringify(fields)}`, () => {
      const { phase: found, code: by, failure: why } = judged(kind, fields);

      assert.deepEqual([found, by, why], [phase, code, failure]);
    });
});

describe('the key of a line', () => {
  const meter = (
    key: KeyFacts | undefined,
    fields: Readonly<Record<string, string>> = {},
    more: Partial<LiveApi> = {},
  ) => describeMeter({ fields: fieldsOf(fields), live: anApi('rest', more) }, ROUTE, key);
  const key = (changes: Partial<KeyFacts> = {}): KeyFacts => ({
    id: 'k1',
    isEnabled: true,
    plan: undefined,
    opens: ['abc/prod'],
    ...changes,
  });

  for (const [name, given, fault] of [
    ['is unknown', undefined, 'unknown'],
    ['is switched off', key({ isEnabled: false }), 'disabled'],
    ['is in no plan', key({ opens: [] }), 'no-plan'],
    ['opens other stages', key({ opens: ['abc/test'] }), 'other-stages'],
    ['opens this one', key(), undefined],
  ] as const)
    it(name, () => {
      assert.equal(meter(given)?.keyFault, fault);
      assert.equal(meter(given)?.hasApiKey, given !== undefined);
    });

  it('comes from the header, or from the authorizer if the API says so', () => {
    assert.equal(meter(undefined)?.keySource, 'HEADER');
    assert.equal(meter(undefined, {}, { api: { apiKeySource: 'AUTHORIZER' } })?.keySource, 'AUTHORIZER');
    assert.equal(meter(undefined, { 'identity.apiKeyId': 'k' })?.hasApiKey, true);
  });

  it('has the limits of its plan, and the route its own, if the line is of a throttle', () => {
    const plan = { id: 'gold', quota: { limit: 9, period: 'DAY' }, throttle: { rate: 1, burst: 2 } };
    const throttled = { 'error.responseType': 'THROTTLED' };
    const methodSettings = { '~1pets/GET': { throttlingRateLimit: 5, throttlingBurstLimit: 6 } };

    const ofPlan = meter(key({ plan }), throttled);
    const ofRoute = meter(key({ plan }), throttled, { stageShown: { methodSettings } });
    const ofNone = meter(key({ plan }), {}, { stageShown: { methodSettings } });

    assert.deepEqual(ofPlan?.quota, { limit: 9, period: 'DAY', left: 0 });
    assert.deepEqual(
      [ofPlan.planLimit, ofPlan.routeLimit],
      [{ ratePerSecond: 1, burst: 2, level: 0 }, undefined],
    );
    assert.deepEqual(
      [ofRoute?.planLimit, ofRoute?.routeLimit],
      [undefined, { ratePerSecond: 5, burst: 6, level: 0 }],
    );
    assert.deepEqual([ofNone?.planLimit, ofNone?.routeLimit], [undefined, undefined]);
  });

  it('does not exist for an HTTP API, which only has throttles of routes and of its stage', () => {
    const stageShown = {
      defaultRouteSettings: { throttlingRateLimit: 1, throttlingBurstLimit: 2 },
      routeSettings: { 'GET /orders': { throttlingRateLimit: 7, throttlingBurstLimit: 8 } },
    };
    const of = (status: string, route: LiveRoute) =>
      describeMeter({ fields: fieldsOf({ status }), live: anApi('http', { stageShown }) }, route, undefined);

    assert.equal(of('403', ROUTE), undefined);
    assert.equal(of('429', ROUTE)?.keySource, 'HEADER');
    assert.deepEqual(of('429', ROUTE)?.routeLimit, { ratePerSecond: 1, burst: 2, level: 0 });
    assert.deepEqual(of('429', { ...ROUTE, key: 'GET /orders' })?.routeLimit, {
      ratePerSecond: 7,
      burst: 8,
      level: 0,
    });
  });
});

describe('the facts around a line', () => {
  const planeOf = (answers: Readonly<Record<string, unknown>>): ControlPlane =>
    ({
      read: (_: string, path: string) => Promise.resolve(answers[path]),
      list: (path: string) => Promise.resolve(answers[path] ?? []),
    }) as unknown as ControlPlane;

  for (const [enabled, isEnabled] of [
    [undefined, true],
    [true, true],
    [false, false],
  ] as const)
    it(`are of a key that is ${isEnabled ? 'on' : 'off'} if AWS shows enabled as ${String(enabled)}`, async () => {
      const plan = {
        id: 'p1',
        name: 'gold',
        apiStages: [{ apiId: 'abc', stage: 'prod' }],
        quota: { limit: 5, period: 'DAY' },
      };
      const plane = planeOf({
        '/apikeys/k%201': { name: 'acme', enabled },
        '/usageplans?keyId=k%201&limit=500': [{ name: 'other', apiStages: [] }, plan],
        // All pages of it.
        '/restapis/abc/stages': [{ stageName: 'prod' }, { stageName: 'test' }],
      });

      const facts = await gatherFacts(plane, anApi('rest'), fieldsOf({ 'identity.apiKeyId': 'k 1' }));

      assert.deepEqual(facts.stages, ['prod', 'test']);
      assert.deepEqual(facts.key, {
        id: 'k 1',
        name: 'acme',
        isEnabled,
        opens: ['abc/prod'],
        plan: { id: 'p1', name: 'gold', quota: { limit: 5, period: 'DAY' } },
      });
    });

  for (const [createdDate, deployedAt] of [
    [1_700_000_000, '2023-11-14T22:13:20.000Z'],
    ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'],
    [undefined, undefined],
  ] as const)
    it(`have the deployment's time if AWS shows ${String(createdDate)}`, async () => {
      const plane = planeOf({ '/restapis/abc/deployments/d1': { createdDate } });
      const live = anApi('rest', { stageShown: { deploymentId: 'd1' } });

      assert.deepEqual(await readSince(plane, live), { deploymentId: 'd1', deployedAt });
    });

  for (const [drift, said] of [
    [undefined, undefined],
    [[], undefined],
    [['a', 'b', 'c', 'd'], 'The current configuration differs from that deployment: a; b; c.'],
  ] as const)
    it(`end with the deployment and ${said ?? 'no difference'}`, () => {
      const facts = { stages: ['prod'], integration: {}, key: undefined, fields: fieldsOf(PETS) };
      const since = { deploymentId: 'd1', deployedAt: undefined };
      const live = anApi('rest', { drift });

      const { sentences } = explainLine({ ...facts, live }, '', since, undefined, undefined, 0);

      assert.deepEqual(sentences.slice(sentences.indexOf('Stage prod serves deployment d1.')), [
        'Stage prod serves deployment d1.',
        ...(said === undefined ? [] : [said]),
      ]);
    });
});
