/** The events with which the stack's functions are measured. Each event is an everyday task of its function. */
import { createHmac } from 'node:crypto';
import { protectedApi } from '../authorizer-starts.ts';
import type { Issuer } from '../authorizer-starts.ts';

type FunctionOrder = {
  readonly name: string;
  readonly event: object;
  /** Description of the event for readers. */
  readonly asked: string;
  readonly expected: string;
};

const SECRET = 'only-for-this-bench';
export const PLAN = 'bench';
export const LOG_LINES = 100;

function socketApi(): string {
  return protectedApi('gatewright-websocket').split('/')[0] ?? '';
}

/** Returns the environment variables of the functions, as serverless.yml sets them in stage dev. */
export const functionEnvironment = (): Readonly<Record<string, string>> => ({
  GATEWRIGHT_ACCESS_TABLE: 'access',
  GATEWRIGHT_USAGE_TABLE: 'usage',
  GATEWRIGHT_CONNECTIONS_TABLE: 'connections',
  GATEWRIGHT_CACHE_TABLE: 'cache',
  GATEWRIGHT_PUBLISHER: 'gatewright-dev-ws-publisher',
  GATEWRIGHT_KEPT_SECONDS: '3600',
  GATEWRIGHT_PING_SECONDS: '60',
  GATEWRIGHT_APIS: socketApi(),
  GATEWRIGHT_CONNECTIONS_PER_CALLER: '200',
  GATEWRIGHT_DOCUMENTS: 'bundled',
  GATEWRIGHT_USAGE_COUNTS: 'reached',
  GATEWRIGHT_ACCOUNT_ID: '123456789012',
  LOCAL_WEBHOOK_SECRET: SECRET,
});

export function functionOrders(issuer: Pick<Issuer, 'events'>): readonly FunctionOrder[] {
  const [allowed, answered] = ['"Effect":"Allow"', '"statusCode":200'];
  return [
    order('token-authorizer', 'a valid token', issuer.events.token, allowed),
    order('request-authorizer', 'a valid token', issuer.events.request, allowed),
    order('ws-connect', 'a connection', connectEvent(), answered),
    order('ws-disconnect', 'the end of a connection', messageEvent('$disconnect', 'DISCONNECT'), answered),
    order(
      'ws-subscribe',
      'a subscription to a channel, from an unknown connection',
      messageEvent('subscribe'),
      answered,
    ),
    order(
      'ws-unsubscribe',
      'a subscription to a channel, from an unknown connection',
      messageEvent('unsubscribe'),
      answered,
    ),
    order('ws-publish', 'a message, from an unknown connection', messageEvent('publish'), answered),
    order('ws-default', 'a ping, from an unknown connection', messageEvent('ping'), answered),
    order(
      'ws-publisher',
      'a message for a channel',
      { channel: 'chat:rooms/1', data: { text: 'hi' } },
      '"seq"',
    ),
    order('ws-ticket', 'a ticket', ticketEvent(), answered),
    order('quota-admin', 'the usage plans', adminEvent('GET /quota/plans'), answered),
    order('access-admin', 'the versions of the documents', adminEvent('GET /access/versions'), answered),
    order(
      'cache-invalidator',
      'the open invalidations',
      { source: 'aws.events', 'detail-type': 'Scheduled Event' },
      '',
    ),
    order('webhook-receiver', 'a webhook from GitHub', webhookEvent(), '"statusCode":20'),
    order('usage-tracker', `${LOG_LINES} log lines, from one caller`, logEvent(), ''),
    order('usage-closer', 'the hourly run', { source: 'aws.events' }, ''),
  ];
}

function order(name: string, asked: string, event: object, expected: string): FunctionOrder {
  return { name, asked, event, expected };
}

function messageEvent(action: string, eventType = 'MESSAGE'): object {
  const apiId = socketApi();
  const routeKey = action === 'ping' ? '$default' : action;
  const times = { connectedAt: 1_607_854_667_185, requestTimeEpoch: Date.now() };
  return {
    requestContext: {
      routeKey,
      eventType,
      stage: 'dev',
      apiId,
      connectionId: 'c{{n}}=',
      ...times,
    },
    body: JSON.stringify({ action, type: action, channel: 'rooms/1', id: '1', data: { text: 'hi' } }),
    isBase64Encoded: false,
  };
}

function connectEvent(): object {
  const { requestContext } = messageEvent('$connect', 'CONNECT') as { readonly requestContext: object };
  const authorizer = { principalId: 'p{{n}}' };
  return {
    headers: { 'Sec-WebSocket-Protocol': 'bearer, token' },
    requestContext: { ...requestContext, authorizer },
  };
}

function ticketEvent(): object {
  const [apiId, stage] = protectedApi('food-delivery-http').split('/');
  const caller = { principalId: 'local|bench', roles: ['support'], scopes: [] };
  const claims = { sub: 'bench', iss: 'https://local.gatewright.invalid/' };
  const exp = Math.floor(Date.now() / 1000) + 3_600;
  const lambda = { ...claims, exp, ticketCaller: JSON.stringify(caller) };
  return { version: '2.0', requestContext: { apiId, stage, authorizer: { lambda } } };
}

function adminEvent(routeKey: string): object {
  const [method = '', path = ''] = routeKey.split(' ');
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    headers: {},
    isBase64Encoded: false,
    requestContext: {
      stage: '$default',
      requestId: 'r-1',
      timeEpoch: Date.now(),
      http: { method, path },
      authorizer: { iam: { userArn: 'arn:aws:iam::123456789012:user/bench' } },
    },
  };
}

function webhookEvent(): object {
  const body = '{"ref":"refs/heads/main"}';
  const signature = createHmac('sha256', SECRET).update(body).digest('hex');
  return {
    version: '2.0',
    rawPath: '/webhooks/github',
    rawQueryString: '',
    body,
    isBase64Encoded: false,
    headers: {
      'x-hub-signature-256': `sha256=${signature}`,
      'x-github-delivery': '{{n}}',
      'x-github-event': 'push',
      'content-type': 'application/json',
    },
    pathParameters: { source: 'github' },
    requestContext: {
      domainName: 'api.example.com',
      timeEpoch: Date.now(),
      http: { method: 'POST', path: '/webhooks/github' },
    },
  };
}

function logEvent(): object {
  const message = (line: number): string =>
    JSON.stringify({
      requestId: `{{n}}-${line}`,
      requestTimeEpoch: Date.now(),
      status: '200',
      plan: PLAN,
      tenant: PLAN,
      key: 'key',
      method: 'GET',
      path: '/orders',
    });
  const payload = {
    messageType: 'DATA_MESSAGE',
    owner: '1',
    logGroup: 'g',
    logStream: 's',
    subscriptionFilters: ['f'],
    logEvents: Array.from({ length: LOG_LINES }, (_, line) => {
      return { id: String(line), timestamp: Date.now(), message: message(line) };
    }),
  };
  // The measured process compresses the payload after it has inserted its own numbers, because each request is charged
  // only once.
  return { awslogs: { text: JSON.stringify(payload) } };
}
