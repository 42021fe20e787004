/** A throttle is explained with the setting that limits, so that no other route is opened (docs/aws §5.1). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explainMeter } from '../../../../../packages/gateway/console/explain/explain-meter.ts';
import type { Circumstances } from '../../../../../packages/gateway/console/explain/circumstances.ts';

const LIMIT = { ratePerSecond: 1, burst: 1, level: 0 };
const changesOf = (protocol: Circumstances['protocol'], meter: object): string =>
  explainMeter({
    protocol,
    code: 'THROTTLED',
    routeKey: 'GET /items',
    stageName: 'dev',
    apiId: 'abcdefghij',
    meter,
  } as never).changes.join('\n');

const ROWS: readonly (readonly [Circumstances['protocol'], isOwn: boolean | undefined, change: RegExp])[] = [
  ['rest', true, /in the MethodSettings for GET \/items of the stage\.$/],
  [
    'rest',
    false,
    /in the MethodSettings for all methods \(ResourcePath \/\*, HttpMethod \*\) of the stage\.$/,
  ],
  ['http', true, /in the RouteSettings that the stage has for GET \/items\.$/],
  ['http', false, /in the DefaultRouteSettings of the stage\.$/],
  ['websocket', false, /in the DefaultRouteSettings of the stage\.$/],
  ['http', undefined, /in the RouteSettings or DefaultRouteSettings of the stage\.$/],
];

describe('the advice about a throttle', () => {
  for (const [protocol, isOwn, change] of ROWS)
    it(`names the setting of ${protocol}, ${isOwn === undefined ? 'if it is unknown' : isOwn ? 'of the route' : 'of all routes'}`, () => {
      assert.match(changesOf(protocol, { routeLimit: { ...LIMIT, isOwn } }), change);
    });

  it('names the throttle of a usage plan, for one method or for all', () => {
    const plan = (isOwn: boolean): string => changesOf('rest', { planLimit: { ...LIMIT, isOwn } });
    assert.match(plan(true), /RateLimit and BurstLimit of \/items\/GET in the Throttle of the ApiStages/);
    assert.match(plan(false), /RateLimit and BurstLimit in the Throttle of the usage plan\.$/);
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html
  for (const [kind, because, first] of [
    [
      'none',
      /GET \/items has no Lambda authorizer, so no key reaches the API\.$/,
      /^Set ApiKeySourceType: HEADER/,
    ],
    [
      'token',
      /GET \/items has no Lambda authorizer, so no key reaches the API\.$/,
      /^Set ApiKeySourceType: HEADER/,
    ],
    ['lambda', /the authorizer’s response has no usageIdentifierKey\.$/, /^Return usageIdentifierKey/],
  ] as const)
    it(`of an API that takes keys from its authorizer fits a method with the authorizer ${kind}`, () => {
      const reason = explainMeter({
        protocol: 'rest',
        code: 'INVALID_API_KEY',
        routeKey: 'GET /items',
        stageName: 'dev',
        apiId: 'abcdefghij',
        guard: { kind },
        meter: { hasApiKey: false, keySource: 'AUTHORIZER' },
      } as never);

      assert.match(reason.because.join('\n'), because);
      assert.match(reason.changes[0] ?? '', first);
    });

  it('names keys that the stage accepts, or says that there are none', () => {
    const keyless = (acceptedKeys: readonly string[]): string =>
      explainMeter({
        protocol: 'websocket',
        code: 'INVALID_API_KEY',
        routeKey: '$connect',
        stageName: 'dev',
        apiId: 'abcdefghij',
        meter: { hasApiKey: false, keySource: 'HEADER', acceptedKeys },
      } as never).changes.join('\n');
    assert.match(
      keyless(['alice', 'bob']),
      /x-api-key header: alice, bob\. `gatewright keys value alice` prints its value\.$/,
    );
    assert.match(
      keyless([]),
      /^No key is accepted for the stage dev yet\. Add a key with `aws apigateway create-api-key --enabled`/,
    );
  });
});
