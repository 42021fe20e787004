import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stagesWithLogs } from '../../../../../packages/toolkit/operate/doctor/check-log-role.ts';
import type { TemplateResource } from '../../../../../packages/toolkit/operate/doctor/views.ts';
import { aStackWith } from '../../../../support/a-packaged-stack.ts';

describe('stagesWithLogs', () => {
  const rest = (Properties: Record<string, unknown>, Type = 'AWS::ApiGateway::Stage') => ({
    S: { Type, Properties },
  });
  const rows: readonly (readonly [
    name: string,
    resources: Record<string, TemplateResource>,
    isFound: boolean,
  ])[] = [
    ['a REST stage with access logs', rest({ AccessLogSetting: { DestinationArn: 'arn' } }), true],
    ['a REST stage with execution logs', rest({ MethodSettings: [{ LoggingLevel: 'ERROR' }] }), true],
    ['a REST stage whose logs are off', rest({ MethodSettings: [{ LoggingLevel: 'OFF' }] }), false],
    ['a REST stage that only counts', rest({ MethodSettings: [{ MetricsEnabled: true }] }), false],
    [
      'a deployment that makes such a stage',
      rest(
        { StageDescription: { LoggingLevel: 'INFO', AccessLogSetting: {} } },
        'AWS::ApiGateway::Deployment',
      ),
      true,
    ],
    [
      'a WebSocket stage with execution logs',
      rest(
        { ApiId: { Ref: 'Socket' }, DefaultRouteSettings: { LoggingLevel: 'INFO' } },
        'AWS::ApiGatewayV2::Stage',
      ),
      true,
    ],
    [
      'an HTTP stage with access logs, which needs no role',
      {
        A: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } },
        ...rest({ ApiId: { Ref: 'A' }, AccessLogSettings: {} }, 'AWS::ApiGatewayV2::Stage'),
      },
      false,
    ],
  ];
  for (const [name, resources, isFound] of rows)
    it(`${isFound ? 'finds' : 'passes over'} ${name}`, () =>
      assert.deepEqual(stagesWithLogs(aStackWith(resources)), isFound ? ['S'] : []));
});
