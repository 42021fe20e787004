/** A stack with a web ACL in front of a stage, and requests to it. */
import * as wafv2 from '../../../../../packages/gateway/services/waf/service.ts';
import { HeaderList } from '../../../../../packages/gateway/core/events/header-list.ts';
import type { Matched } from '../../../../../packages/gateway/core/exchange.ts';
import type { ScreenVerdict } from '../../../../../packages/gateway/core/stage-screens.ts';
import type { ResolvedStack } from '../../../../../packages/gateway/core/stack/model.ts';
import type { ServiceSettings } from '../../../../../packages/gateway/kernel/service.ts';
import { ACCOUNT, anEventEngine, REGION, stackOf } from '../../../../support/an-event-engine.ts';
import type { EventBench } from '../../../../support/an-event-engine.ts';

export const STAGE = `arn:aws:apigateway:${REGION}::/restapis/abc/stages/dev`;

const VISIBILITY =
  'VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: false, MetricName: wall }';

export type Wall = EventBench<{ wafv2: typeof wafv2 }>;

/** @param rules as YAML, in the place of a list; `more` further resources */
export function aWall(rules: string, more = '', settings: ServiceSettings = {}): Wall {
  return anEventEngine({ wafv2 }, { resources: resourcesOf(rules, more), settings });
}

/** The stack alone, as a start reads it. */
export function stackOfWall(rules: string): ResolvedStack {
  return stackOf({ resources: resourcesOf(rules, '') });
}

function resourcesOf(rules: string, more: string): string {
  return `
  Wall:
    Type: AWS::WAFv2::WebACL
    Properties:
      Name: wall
      Scope: REGIONAL
      DefaultAction: { Allow: {} }
      ${VISIBILITY}
      Rules: ${rules}
  Guard:
    Type: AWS::WAFv2::WebACLAssociation
    Properties: { WebACLArn: !GetAtt Wall.Arn, ResourceArn: '${STAGE}' }
${more}`;
}

export const blocking = (name: string, statement: string, more = ''): string =>
  `{ Name: ${name}, Priority: 0, Action: { Block: {} }, Statement: ${statement}, VisibilityConfig: { MetricName: ${name}, SampledRequestsEnabled: true, CloudWatchMetricsEnabled: false }${more} }`;

export const QUERY_X =
  '{ ByteMatchStatement: { FieldToMatch: { QueryString: {} }, SearchString: x, PositionalConstraint: CONTAINS, TextTransformations: [{ Priority: 0, Type: NONE }] } }';

type Asked = {
  readonly query?: string;
  readonly sourceIp?: string;
  readonly headers?: readonly string[];
  /** Its bytes. */
  readonly body?: number;
};

function aMatched({
  query = '',
  sourceIp = '203.0.113.7',
  headers = ['Host', 'api', 'Cookie', 's=1'],
  body,
}: Asked = {}): Matched {
  return {
    api: { accountId: ACCOUNT },
    method: 'GET',
    rawPath: '/dev/pets',
    rawQuery: query,
    headers: new HeaderList(headers),
    body: body === undefined ? undefined : Buffer.alloc(body, 'x'),
    packed: undefined,
    sourceIp,
    protocol: 'HTTP/1.1',
    requestId: 'request-1',
    notes: {},
  } as unknown as Matched;
}

export function ask({ engine }: EventBench, asked: Asked = {}, stage = STAGE): ScreenVerdict | undefined {
  return engine.screens.judge(stage, aMatched(asked));
}
