import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as logs from '../../../../../packages/gateway/services/cloudwatch-logs/service.ts';
import { anEventEngine } from '../../../../support/an-event-engine.ts';

const RESOURCES = '  Access: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: access } }';
type Answer = Readonly<Record<string, unknown>>;

/** CloudWatch Logs API reference, TestMetricFilter, examples; user guide, "Filter pattern syntax". */
describe('TestMetricFilter', () => {
  const lines = [
    '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534',
    '127.0.0.1 - frank [10/Oct/2000:13:35:22 -0700] "GET /about-us/index.html HTTP/1.0" 200 5324',
  ];
  const unnamed = {
    $1: '127.0.0.1',
    $2: '-',
    $3: 'frank',
    $4: '10/Oct/2000:13:25:15 -0700',
    $5: 'GET /index.html HTTP/1.0',
    $6: '404',
    $7: '1534',
  };
  const { $5: $request, $6: $status_code, $7, ...first } = unnamed;
  for (const [filterPattern, numbers, extracted] of [
    [
      '[ip, identity, user_id, timestamp, request, status_code, size]',
      [1, 2],
      {
        $ip: '127.0.0.1',
        $identity: '-',
        $user_id: 'frank',
        $timestamp: '10/Oct/2000:13:25:15 -0700',
        $request,
        $status_code,
        $size: $7,
      },
    ],
    ['[..., size]', [1, 2], { ...first, $5: $request, $6: $status_code, $size: $7 }],
    ['[]', [1, 2], unnamed],
    ['[..., request=*.html*, status_code=4*,]', [1], { ...first, $request, $status_code, $7 }],
    ['"index.html" -about', [1], {}],
    ['', [1, 2], {}],
  ] as const)
    it(`finds and extracts with ${filterPattern}`, async () => {
      const answer = await anEventEngine({ logs }, { resources: RESOURCES }).call(
        'logs',
        'TestMetricFilter',
        {
          filterPattern,
          logEventMessages: lines,
        },
      );
      const matches = answer['matches'] as readonly Answer[];

      assert.deepEqual(
        matches.map(({ eventNumber }) => eventNumber),
        numbers,
      );
      assert.deepEqual(matches[0], { eventNumber: 1, eventMessage: lines[0], extractedValues: extracted });
    });

  it('refuses a pattern that is invalid', async () => {
    const answer = await anEventEngine({ logs }, { resources: RESOURCES }).call('logs', 'TestMetricFilter', {
      filterPattern: '[a',
      logEventMessages: ['a'],
    });
    assert.deepEqual(
      [answer['__type'], answer['message']],
      ['InvalidParameterException', 'Invalid filter pattern'],
    );
  });
});
