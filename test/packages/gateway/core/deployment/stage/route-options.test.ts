/** Which options of logs and metrics a route has: its own, then those of the stage (docs/aws §10.3). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readRouteOptions } from '../../../../../../packages/gateway/core/deployment/stage/route-options.ts';
import type { RouteOptions } from '../../../../../../packages/gateway/core/deployment/stage/route-options.ts';

const PLAIN: RouteOptions = { loggingLevel: 'OFF', isDataTraced: false, hasDetailedMetrics: false };

const read = (properties: object, hasExecutionLog = true) =>
  readRouteOptions(
    {
      id: 'Stage',
      logicalId: 'Stage',
      properties: { ...properties },
      place: (property) => ({ file: 't.yml', logicalId: 'Stage', property }),
    },
    hasExecutionLog,
  );
const DEFAULTS = { LoggingLevel: 'INFO', DataTraceEnabled: true, DetailedMetricsEnabled: true };
const WHOLE: RouteOptions = { loggingLevel: 'INFO', isDataTraced: true, hasDetailedMetrics: true };

describe('readRouteOptions', () => {
  for (const [what, properties, usual, route] of [
    ['nothing', {}, PLAIN, undefined],
    ['defaults', { DefaultRouteSettings: DEFAULTS }, WHOLE, undefined],
    [
      'a route without defaults',
      { RouteSettings: { 'GET /a': { LoggingLevel: 'ERROR' } } },
      PLAIN,
      { ...PLAIN, loggingLevel: 'ERROR' },
    ],
    [
      'a route that inherits from the defaults',
      { DefaultRouteSettings: DEFAULTS, RouteSettings: { 'GET /a': { LoggingLevel: 'ERROR' } } },
      WHOLE,
      { ...WHOLE, loggingLevel: 'ERROR' },
    ],
    [
      'a route that switches off what the defaults switch on',
      {
        DefaultRouteSettings: DEFAULTS,
        RouteSettings: {
          'GET /a': { LoggingLevel: 'OFF', DataTraceEnabled: false, DetailedMetricsEnabled: false },
        },
      },
      WHOLE,
      PLAIN,
    ],
  ] as const)
    it(`reads ${what}`, () => {
      const options = read(properties);
      assert.deepEqual(options.usual, usual);
      assert.deepEqual(options.byRouteKey.get('GET /a'), route);
      // An HTTP API has no execution log, whatever its settings are.
      const ofHttp = read(properties, false);
      assert.deepEqual(ofHttp.usual, { ...usual, loggingLevel: 'OFF' });
      assert.deepEqual(ofHttp.byRouteKey.get('GET /a'), route && { ...route, loggingLevel: 'OFF' });
    });

  it('refuses an unknown level', () => {
    assert.throws(() => read({ DefaultRouteSettings: { LoggingLevel: 'LOUD' } }), {
      name: 'DefinitionError',
    });
  });
});
