/** What tests of WebSocket integrations share: an API with one route, and what its client sees. */
import { DEFAULT_ASSUMPTIONS } from '../../../../../packages/gateway/core/deployment/assumptions.ts';
import { receive } from '../../../../../packages/gateway/core/receive.ts';
import { Connections } from '../../../../../packages/gateway/core/websocket/connections.ts';
import { connect, disconnect, message } from '../../../../../packages/gateway/core/websocket/pipeline.ts';
import { anApi } from '../../../../support/an-api.ts';
import { aDetail, FakeSocket } from './fixture.ts';
import type { Assumptions } from '../../../../../packages/gateway/core/deployment/assumptions.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { HttpOutcome } from '../../../../../packages/gateway/core/ports.ts';
import type { TestResource } from '../../../../support/a-stack.ts';
import type { FakeFunction } from '../../../../support/virtual-ports.ts';

const API = 'abcdefghij';

type Setup = {
  readonly integration: JsonObject;
  readonly routeKey?: string;
  /** False = the route has no route response. */
  readonly replies?: boolean;
  /** Integration responses, in order. */
  readonly responses?: readonly JsonObject[];
  readonly functions?: Readonly<Record<string, FakeFunction>>;
  readonly answer?: HttpOutcome | undefined;
  readonly assumptions?: Assumptions;
  /** Whether the route has a response selection expression; by default it has one if it replies. */
  readonly selects?: boolean;
};

/** An API of one route behind this integration, with a client that is connected. */
export function setUp({
  integration,
  routeKey = '$default',
  replies = true,
  responses = [],
  assumptions = DEFAULT_ASSUMPTIONS,
  selects = replies,
  ...more
}: Setup) {
  const type = (name: string): string => `AWS::ApiGatewayV2::${name}`;
  const resources: Record<string, TestResource> = {
    Api: { type: type('Api'), id: API, properties: { Name: 'chat', ProtocolType: 'WEBSOCKET' } },
    Route: {
      type: type('Route'),
      properties: {
        ApiId: API,
        RouteKey: routeKey,
        Target: 'integrations/Integration',
        ...(selects ? { RouteResponseSelectionExpression: '$default' } : {}),
      },
    },
    Integration: { type: type('Integration'), properties: { ApiId: API, ...integration } },
    Stage: {
      type: type('Stage'),
      properties: { ApiId: API, StageName: 'dev', AutoDeploy: true, StageVariables: { table: 'blue' } },
    },
  };
  if (replies)
    resources['RouteResponse'] = {
      type: type('RouteResponse'),
      properties: { ApiId: API, RouteId: 'Route', RouteResponseKey: '$default' },
    };
  for (const [index, response] of responses.entries())
    resources[`Response${index}`] = {
      type: type('IntegrationResponse'),
      properties: { ApiId: API, IntegrationId: 'Integration', ...response },
    };
  const { api, ports } = anApi(resources, more.functions ?? {}, { assumptions });
  const { answer } = more;
  if (answer !== undefined) {
    ports.http.answer = () => answer;
    ports.services.answer = () => answer;
  }
  const at = {
    ...ports,
    connections: new Connections(ports.clock),
    findApi: () => api.served,
  };
  const detail = aDetail({ apiId: API });
  const connection = at.connections.open(detail, new FakeSocket());
  return {
    ports,
    say: (text: string) => message(connection, text, at),
    end: () => disconnect(detail, { code: 1001, reason: 'bye' }, at),
    shakeHands: async (query = '') => {
      const handshake = {
        method: 'GET',
        target: `/dev${query}`,
        rawHeaders: HANDSHAKE,
        body: undefined,
        remoteAddress: '127.0.0.1',
        httpVersion: '1.1',
      };
      const outcome = await connect(receive(handshake, api.served, ports), at);
      return outcome.kind === 'accepted' ? 101 : outcome.reply.status;
    },
  };
}

const HANDSHAKE = [
  'Host',
  'example.test',
  'Connection',
  'Upgrade',
  'Upgrade',
  'websocket',
  'X-User',
  'ann',
  'Sec-WebSocket-Version',
  '13',
  'Sec-WebSocket-Key',
  'dGhlIHNhbXBsZSBub25jZQ==',
];

export const answered = (status: number, body: string | Buffer, type = 'application/json'): HttpOutcome => ({
  kind: 'answered',
  status,
  headers: ['Content-Type', type],
  body: Buffer.from(body),
});
export const MOCK = {
  IntegrationType: 'MOCK',
  TemplateSelectionExpression: '\\$default',
  RequestTemplates: { $default: '{"statusCode": 200}' },
};
export const HTTP = { IntegrationUri: 'https://backend.example/in', IntegrationMethod: 'POST' };
