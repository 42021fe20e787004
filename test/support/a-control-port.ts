/**
 * A control port with everything that it serves: an embedded DynamoDB with one table, a function, an issuer, and two
 * identities.
 */
import { request as httpRequest } from 'node:http';
import { createSystemRandom } from '../../packages/gateway/server/adapters/random.ts';
import { createSystemClock } from '../../packages/gateway/server/adapters/system-clock.ts';
import {
  adminIdentity,
  createIdentities,
  parseIdentities,
} from '../../packages/gateway/core/policy/identities.ts';
import type { ShiftableClock } from '../../packages/gateway/core/ports.ts';
import { openControlPort } from '../../packages/gateway/server/control-port/control-port.ts';
import type { ControlReply, ControlRequest } from '../../packages/gateway/core/api-call.ts';
import { createDynamoDbCalls } from '../../packages/gateway/services/tables/dynamodb-calls.ts';
import { Issuer } from '../../packages/gateway/cognito/issuer.ts';
import { createDocumentFetcher } from '../../packages/gateway/cognito/authorization/clients/fetch-document.ts';
import { createIssuerPort } from '../../packages/gateway/cognito/issuer-endpoints.ts';
import { serveTokens } from '../../packages/gateway/cognito/token-endpoints.ts';
import { createLambdaInvoke } from '../../packages/gateway/control/api/lambda/lambda-invoke.ts';
import { startEmbeddedDynamoDb } from '../../packages/gateway/dynamodb/embedded-dynamodb.ts';
import { signRequest } from '../../packages/base/aws/sign-request.ts';
import { createTablesAt } from '../../packages/gateway/services/tables/create-tables.ts';
import { anyTarget, SIGNER } from './orders-table.ts';
import { FakeInvoker } from './virtual-ports.ts';
import { keptIssuerKeys } from './signed-tokens.ts';

export const ACCOUNT_ID = '123456789012';
export const ADMIN = { accessKeyId: 'AKIALOCAL0000ADMIN', secretAccessKey: 'admin-secret-of-a-test' };
/** An identity that may read the orders, and nothing else. */
export const READER = { accessKeyId: 'AKIALOCAL00READER', secretAccessKey: 'reader-secret-of-a-test' };
const SECRET = 'secret-of-this-start';

const READER_FILE = `
identities:
  - name: reader
    accessKeyId: ${READER.accessKeyId}
    secretAccessKey: ${READER.secretAccessKey}
    policies:
      - Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Action: dynamodb:GetItem
            Resource: arn:aws:dynamodb:us-east-1:${ACCOUNT_ID}:table/orders
`;

type Reply = { readonly status: number; readonly headers: Headers; readonly body: string };

export type TestControlPort = {
  readonly url: string;
  readonly port: number;
  readonly clock: ShiftableClock;
  readonly managementCalls: readonly { request: ControlRequest; apiId: string; path: string }[];
  /** Faults that the port has reported. */
  readonly reports: readonly unknown[];
  send(method: string, path: string, headers?: Record<string, string>, body?: string): Promise<Reply>;
  /** Sends a POST that the admin has signed. */
  sendSigned(
    service: string,
    path: string,
    options?: { headers?: Record<string, string>; body?: string; nowEpochMs?: number },
  ): Promise<Reply>;
  /** Sends a call below `/_gatewright/` with the secret that this gateway created at its start. */
  local(method: string, path: string, body?: unknown): Promise<Reply>;
  close(): Promise<void>;
};

export async function aControlPort({
  webSocketUrls = ['ws://127.0.0.1:3001/dev'],
  maxBodyMemoryBytes,
  consoleFiles,
}: {
  readonly webSocketUrls?: readonly string[];
  readonly maxBodyMemoryBytes?: number;
  readonly consoleFiles?: (request: ControlRequest) => Promise<ControlReply | undefined>;
} = {}): Promise<TestControlPort> {
  const clock = createSystemClock();
  const random = createSystemRandom();
  const managementCalls: { request: ControlRequest; apiId: string; path: string }[] = [];
  const reports: unknown[] = [];
  const report = (fault: unknown): unknown => reports.push(fault);
  const dynamoDb = await startEmbeddedDynamoDb({
    port: 0,
    signers: [ADMIN, SIGNER],
    clockOffset: clock.offset,
  });
  await createTablesAt(anyTarget(dynamoDb.url), [
    {
      name: 'orders',
      keys: [{ name: 'id', type: 'S' }],
      globalIndexes: [],
      localIndexes: [],
      timeToLiveAttribute: 'expires',
      billingMode: 'PAY_PER_REQUEST',
      place: { file: 'serverless.yml' },
    },
  ]);
  const dynamoDbCalls = createDynamoDbCalls(
    { url: dynamoDb.url, region: 'us-east-1', ...ADMIN },
    { accountId: ACCOUNT_ID, partitionKeyOf: () => 'id' },
  );
  const invoker = new FakeInvoker({ greet: (event) => ({ hello: event }) });
  const issuer = await Issuer.create({ clock, random, kept: keptIssuerKeys() });
  const identities = createIdentities([
    adminIdentity(ADMIN, ACCOUNT_ID),
    ...parseIdentities(READER_FILE, 'gatewright.identities.yml', ACCOUNT_ID),
  ]);
  const own = createIssuerPort({
    issuer,
    identities,
    clock,
    random,
    documents: createDocumentFetcher({ allowsPrivate: false }),
    users: () => [],
    knowsResource: () => false,
    signInAs: undefined,
  });
  const opened = await openControlPort({
    port: 0,
    allowHosts: ['tunnel.example.com'],
    maxBodyMemoryBytes,
    clock,
    random,
    identities,
    secret: SECRET,
    mounts: {
      services: new Map([
        ['dynamodb', dynamoDbCalls.serve],
        ['lambda', createLambdaInvoke({ invoker, random, accountId: ACCOUNT_ID, accept: () => true })],
      ]),
      isDomain: (host) => host === 'chat.example.com',
      webSocketUrls: () => webSocketUrls,
      connections(request, given, path) {
        const apiId = given ?? 'of the domain';
        if (given !== undefined && given !== 'abc123') return undefined;
        managementCalls.push({ request, apiId, path });
        return { status: 200, headers: [], body: '' };
      },
      status: () => ({ apis: 1 }),
      recorded: { calls: [], clear: () => undefined },
      signIn: {
        open: () => undefined,
        hosts: [],
        admits: () => false,
        serve: (request) => own.serve(request),
      },
      more: (request, path) => serveTokens(request, path, issuer),
      routes: () => [],
      ...(consoleFiles !== undefined && { consoleFiles }),
    },
    report,
  });

  const send: TestControlPort['send'] = (method, path, headers, body) =>
    sendTo(`${opened.url}${path}`, method, headers, body);
  return {
    url: opened.url,
    port: opened.port,
    clock,
    managementCalls,
    reports,
    send,
    sendSigned(service, path, { headers = {}, body = '', nowEpochMs = clock.nowEpochMs() } = {}) {
      const url = new URL(path, opened.url);
      const options = {
        method: 'POST',
        url,
        headers,
        body,
        service,
        region: 'us-east-1',
        ...ADMIN,
        nowEpochMs,
      };
      return send('POST', `${url.pathname}${url.search}`, signRequest(options), body);
    },
    local: (method, path, body) =>
      send(
        method,
        `/_gatewright/${path}`,
        { Authorization: `Bearer ${SECRET}` },
        body === undefined ? '' : JSON.stringify(body),
      ),
    async close() {
      await opened.close();
      await dynamoDbCalls.close();
      await dynamoDb.close();
    },
  };
}

/** Sends any Host and Origin, which `fetch` does not allow. */
function sendTo(
  url: string,
  method: string,
  headers: Record<string, string> = {},
  body = '',
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(url, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const received = Object.entries(response.headers).map(([name, value]): [string, string] => [
          name,
          String(value),
        ]);
        resolve({
          status: response.statusCode ?? 0,
          headers: new Headers(received),
          body: Buffer.concat(chunks).toString(),
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
