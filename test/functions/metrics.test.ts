/** What alarms and dashboards read from each function: its service, its metrics, and the reason. */
import assert from 'node:assert/strict';
import { json } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { apiIdOf } from '../support/deployed-documents.ts';
import { errorOf, resultOf, runInstance } from '../support/fresh-function.ts';
import { embeddedMetricsIn } from '../support/function-output.ts';
import { anAdminEvent } from '../support/quota-admin.ts';
import { aLoopbackServer } from '../support/signed-tokens.ts';
import { aWebSocketEvent } from '../support/websocket-events.ts';

const ALLOWED = {
  requestContext: {
    authorizer: {
      principalId: 'main|ada',
      sub: 'ada',
      channels: '{"space":"chat","subscribe":["**"],"publish":["**"]}',
    },
  },
};
const message = (body: object) =>
  aWebSocketEvent({ ...ALLOWED, body: JSON.stringify({ id: 'q', channel: 'rooms/1', ...body }) });
/** A page of open connections of the caller, as many as one may have here. */
const ONE_OPEN = {
  Items: [
    {
      pk: { S: 'caller' },
      sk: { S: 'connection' },
      expiresAt: { N: String(Math.floor(Date.now() / 1000) + 3_600) },
      seenAt: { N: String(Date.now()) },
    },
  ],
};

/** Only an update with its new item counts as written. */
const WRITTEN = { UpdateItem: { Attributes: {} } };

/** Answers by DynamoDB operation; it answers an empty object to other operations. */
type Answers = Readonly<Record<string, object | 'refused'>>;

async function measure(name: string, event: unknown, answers: Answers) {
  await using server = await aLoopbackServer((request, response) => {
    void json(request).then(() => {
      const action = String(request.headers['x-amz-target']).replace('DynamoDB_20120810.', '');
      const answer = { ...WRITTEN, ...answers }[action] ?? {};
      const status = request.url?.endsWith('/invocations') === true ? 202 : 200;
      response.writeHead(answer === 'refused' ? 400 : status, {
        'content-type': 'application/x-amz-json-1.0',
      });
      response.end(JSON.stringify(answer === 'refused' ? { __type: 'AccessDeniedException' } : answer));
    });
  });
  const environment = {
    AWS_ENDPOINT_URL_DYNAMODB: server.url,
    AWS_ENDPOINT_URL_LAMBDA: server.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    GATEWRIGHT_STAGE: 'dev',
    GATEWRIGHT_ACCESS_TABLE: 'access',
    GATEWRIGHT_CACHE_TABLE: 'cache',
    GATEWRIGHT_CONNECTIONS_TABLE: 'connections',
    GATEWRIGHT_CONNECTIONS_PER_CALLER: '1',
    GATEWRIGHT_USAGE_TABLE: 'usage',
    GATEWRIGHT_PUBLISHER: 'ws-publisher',
    GATEWRIGHT_APIS: 'a1b2c3',
  };
  const [ran] = await runInstance(name, environment, event);
  assert.equal(errorOf(ran), undefined);
  const [line] = embeddedMetricsIn(ran?.output ?? '');
  const units = Object.entries(line?.units ?? {}).filter(([metric]) => metric !== 'ColdStart');
  return {
    service: line?.fields['service'],
    metrics: Object.fromEntries(units.map(([metric]) => [metric, line?.fields[metric]])),
    units: [...new Set(units.map(([, unit]) => unit))],
    reason: line?.fields['reason'],
    statusCode: (resultOf(ran) as { readonly statusCode?: number } | undefined)?.statusCode,
  };
}

const TICKET_EVENT = {
  version: '2.0',
  requestContext: {
    apiId: apiIdOf('food-delivery-http'),
    stage: '$default',
    authorizer: {
      lambda: {
        sub: 'ada',
        iss: 'https://local.gatewright.invalid/',
        exp: Math.floor(Date.now() / 1000) + 300,
        ticketCaller: '{"principalId":"local|ada","roles":["support"],"scopes":[]}',
      },
    },
  },
};

describe('the metrics of', () => {
  const rows: readonly {
    readonly name: string;
    readonly what: string;
    readonly event: unknown;
    readonly answers?: Answers;
    readonly metrics: Readonly<Record<string, number>>;
    readonly reason?: string;
    /** 200 by default; undefined for a function that answers no request. */
    readonly statusCode?: number | undefined;
  }[] = [
    {
      name: 'access-admin',
      what: 'an answer, by its route',
      event: anAdminEvent('GET /access/openapi.json'),
      metrics: { Answered: 1 },
      reason: 'describeAccessApi',
    },
    {
      name: 'access-admin',
      what: 'a refusal, by its code',
      event: anAdminEvent('GET /access/versions', { signer: undefined }),
      metrics: { Refused: 1 },
      reason: 'SIGNER_MISSING',
      statusCode: 403,
    },
    {
      name: 'quota-admin',
      what: 'an answer, by its route',
      event: anAdminEvent('GET /quota/openapi.json'),
      metrics: { Answered: 1 },
      reason: 'describeQuotaApi',
    },
    {
      name: 'quota-admin',
      what: 'a refusal, by its code',
      event: anAdminEvent('ANY /quota/{proxy+}', { path: '/quota/none', parameters: { proxy: 'none' } }),
      metrics: { Refused: 1 },
      reason: 'ROUTE_UNKNOWN',
      statusCode: 404,
    },
    {
      name: 'cache-invalidator',
      what: 'an answer, by its route',
      event: anAdminEvent('GET /cache/openapi.json'),
      metrics: { Answered: 1 },
      reason: 'describeCacheApi',
    },
    {
      name: 'cache-invalidator',
      what: 'a refusal, by its code',
      event: anAdminEvent('ANY /cache/{proxy+}', { path: '/cache/none', parameters: { proxy: 'none' } }),
      metrics: { Refused: 1 },
      reason: 'ROUTE_UNKNOWN',
      statusCode: 404,
    },
    {
      name: 'usage-closer',
      what: 'a round in which nothing was due',
      event: {},
      metrics: { UsagePeriodsClosed: 0, UsageRecorded: 0 },
      statusCode: undefined,
    },
    { name: 'ws-connect', what: 'a connection', event: aWebSocketEvent(), metrics: { Connected: 1 } },
    {
      name: 'ws-connect',
      what: 'a connection too many',
      event: aWebSocketEvent(ALLOWED),
      answers: { Query: ONE_OPEN },
      metrics: { TooManyConnections: 1 },
      statusCode: 429,
    },
    { name: 'ws-disconnect', what: 'an end', event: aWebSocketEvent(), metrics: { Disconnected: 1 } },
    { name: 'ws-default', what: 'a ping', event: message({ action: 'ping' }), metrics: { Pong: 1 } },
    {
      name: 'ws-default',
      what: 'another action',
      event: message({ action: 'dance' }),
      metrics: { Refused: 1 },
      reason: 'invalid',
    },
    {
      name: 'ws-publish',
      what: 'a message',
      event: message({ action: 'publish', data: 1 }),
      metrics: { Published: 1 },
    },
    {
      name: 'ws-publish',
      what: 'another action',
      event: message({ action: 'subscribe' }),
      metrics: { Refused: 1 },
      reason: 'unknown-action',
    },
    {
      name: 'ws-subscribe',
      what: 'a subscription',
      event: message({ action: 'subscribe' }),
      metrics: { Answered: 1 },
    },
    {
      name: 'ws-subscribe',
      what: 'a look at what was missed',
      event: message({ action: 'read', after: { log: 0, seq: 0 } }),
      metrics: { Answered: 1 },
    },
    {
      name: 'ws-subscribe',
      what: 'another action',
      event: message({ action: 'publish', data: 1 }),
      metrics: { Refused: 1 },
      reason: 'unknown-action',
    },
    {
      name: 'ws-unsubscribe',
      what: 'an end of a subscription',
      event: message({ action: 'unsubscribe' }),
      metrics: { Unsubscribed: 1 },
    },
    {
      name: 'ws-unsubscribe',
      what: 'another action',
      event: message({ action: 'subscribe' }),
      metrics: { Refused: 1 },
      reason: 'unknown-action',
    },
    { name: 'ws-ticket', what: 'a ticket', event: TICKET_EVENT, metrics: { TicketIssued: 1 } },
    {
      name: 'ws-ticket',
      what: 'a ticket for a document that accepts none',
      event: { ...TICKET_EVENT, body: '{"for":"none"}', headers: { 'content-type': 'application/json' } },
      metrics: { TicketRefused: 1 },
      statusCode: 400,
    },
    {
      name: 'ws-publisher',
      what: 'a message that is written and cannot be delivered',
      event: { channel: 'chat:rooms/1', data: 1 },
      answers: { Query: 'refused' },
      metrics: { Undelivered: 1 },
      statusCode: undefined,
    },
  ];
  for (const { name, what, event, answers = {}, metrics, reason, ...answer } of rows)
    it(`${name}: ${what}`, async () => {
      const measured = await measure(name, event, answers);

      const { statusCode } = { statusCode: 200, ...answer };
      assert.deepEqual(measured, { service: name, metrics, units: ['Count'], reason, statusCode });
    });
});
