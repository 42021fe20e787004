/** REST APIs behind a control port that the unmodified AWS SDK calls, and requests to these APIs without a socket. */
import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2';
import { createSystemRandom } from '../../packages/gateway/server/adapters/random.ts';
import { createSystemClock } from '../../packages/gateway/server/adapters/system-clock.ts';
import { Account } from '../../packages/gateway/control/account.ts';
import { ServedApis } from '../../packages/gateway/control/served-apis.ts';
import {
  adminIdentity,
  createIdentities,
  parseIdentities,
} from '../../packages/gateway/core/policy/identities.ts';
import { serve } from '../../packages/gateway/core/pipeline.ts';
import { openControlPort } from '../../packages/gateway/server/control-port/control-port.ts';
import { receive } from '../../packages/gateway/core/receive.ts';
import { createRestApiWire } from '../../packages/gateway/control/api/rest/rest-api-wire.ts';
import {
  createFunctionPolicies,
  isPolicyCall,
} from '../../packages/gateway/control/api/lambda/function-policy.ts';
import { createLambdaInvoke } from '../../packages/gateway/control/api/lambda/lambda-invoke.ts';
import { createLambdaReads } from '../../packages/gateway/control/api/lambda/lambda-reads.ts';
import { FunctionCodes } from '../../packages/gateway/control/api/lambda/code-facts.ts';
import type { AwsService } from '../../packages/gateway/kernel/calls/aws-call.ts';
import type { FunctionDefinition } from '../../packages/gateway/core/stack/function.ts';
import { aStack, ACCOUNT_ID, functionArn, REGION } from './a-stack.ts';
import { virtualPorts } from './virtual-ports.ts';
import type { Reply } from '../../packages/gateway/core/exchange.ts';
import type { TestResource } from './a-stack.ts';
import type { TestRequest } from './an-api.ts';
import type { FakeFunction, TestPorts } from './virtual-ports.ts';

export const ADMIN = { accessKeyId: 'AKIALOCAL0000ADMIN', secretAccessKey: 'admin-secret-of-a-test' };
const READER = { accessKeyId: 'AKIALOCAL00READER', secretAccessKey: 'reader-secret-of-a-test' };
const READER_FILE = `
identities:
  - name: reader
    accessKeyId: ${READER.accessKeyId}
    secretAccessKey: ${READER.secretAccessKey}
    policies:
      - Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Action: apigateway:GET
            Resource: arn:aws:apigateway:${REGION}::/restapis/*
`;

/** A test may be busy between two calls for longer than a server keeps an idle connection open. */
const ONCE = { httpAgent: { keepAlive: false } };

export type TestRestControl = {
  readonly url: string;
  readonly sdk: APIGatewayClient;
  /** The client for HTTP and WebSocket APIs, custom domains and VPC links. */
  readonly v2: ApiGatewayV2Client;
  /** A caller that may `apigateway:GET` below `/restapis`, and nothing else. */
  readonly reader: APIGatewayClient;
  readonly served: ServedApis;
  readonly ports: TestPorts;
  /** Sends a request to the API with this id. */
  readonly send: (request: TestRequest, apiId?: string) => Promise<Reply>;
  /** Sends a call of the administrator, without a socket and without a signature. */
  readonly ask: (
    service: string,
    method: string,
    path: string,
    body: string,
  ) => Promise<{ readonly status: number; readonly headers: readonly string[]; readonly body: string }>;
  readonly close: () => Promise<void>;
};

/**
 * The resources as one stack. The APIs have a virtual clock; signatures are checked by the machine's clock.
 * @param withLeave if true, the stack defines the functions, the APIs need a permission to invoke them, and Lambda's
 * API is served
 */
export async function aRestControl(
  resources: Readonly<Record<string, TestResource>>,
  functions: Readonly<Record<string, FakeFunction>> = {},
  { withLeave: withInvokeCheck = false } = {},
): Promise<TestRestControl> {
  const ports = virtualPorts(functions);
  const served = new ServedApis(
    new Account({ clock: ports.clock, isThrottled: false, needsPermissions: withInvokeCheck }),
  );
  const defined = withInvokeCheck ? Object.keys(functions).map(aFunction) : [];
  served.prepare([{ ...aStack(resources), functions: defined }]).serve();
  const clock = createSystemClock();
  const random = createSystemRandom();
  const mounted = new Map<string, AwsService>([
    ['apigateway', createRestApiWire({ apis: served, random, accountId: ACCOUNT_ID, ports })],
    ...(withInvokeCheck ? [['lambda', lambdaOf(served, ports)] as const] : []),
  ]);
  const admin = adminIdentity(ADMIN, ACCOUNT_ID);
  const control = await openControlPort({
    port: 0,
    allowHosts: [],
    clock,
    random,
    secret: 'unused',
    identities: createIdentities([
      admin,
      ...parseIdentities(READER_FILE, 'gatewright.identities.yml', ACCOUNT_ID),
    ]),
    mounts: {
      services: mounted,
      isDomain: () => false,
      webSocketUrls: () => [],
      connections: () => undefined,
      status: () => ({}),
      routes: () => [],
      recorded: { calls: [], clear: () => undefined },
      signIn: {
        open: () => undefined,
        hosts: [],
        admits: () => false,
        serve: () => Promise.resolve(undefined),
      },
    },
    report(error) {
      throw error;
    },
  });
  const clientFor = (credentials: typeof ADMIN): APIGatewayClient =>
    new APIGatewayClient({
      endpoint: control.url,
      region: REGION,
      credentials,
      maxAttempts: 1,
      requestHandler: ONCE,
    });
  const sdk = clientFor(ADMIN);
  const v2 = new ApiGatewayV2Client({
    endpoint: control.url,
    region: REGION,
    credentials: ADMIN,
    maxAttempts: 1,
    requestHandler: ONCE,
  });
  const reader = clientFor(READER);
  checkStatuses(sdk);
  checkStatuses(v2 as unknown as APIGatewayClient);
  return {
    url: control.url,
    sdk,
    v2,
    reader,
    served,
    ports,
    async ask(service, method, path, body) {
      const serveCall = mounted.get(service);
      if (serveCall === undefined) throw new Error(`no service ${service}`);
      const [plain = '', query = ''] = path.split('?');
      const request = {
        method,
        path: plain,
        query,
        body: Buffer.from(body),
        host: new URL(control.url).host,
        rawHeaders: ['Accept', 'application/json', 'Content-Type', 'application/json'],
      };
      const reply = await serveCall({ request, caller: admin, service, region: REGION });
      return { status: reply.status, headers: reply.headers, body: reply.body.toString() };
    },
    send({ method = 'GET', target, headers = [], body }, apiId = 'abcdefghij') {
      const api = served.find(apiId);
      if (api === undefined) throw new Error(`no API ${apiId}`);
      const rawBody = body === undefined ? undefined : Buffer.from(body);
      const wire = { method, target, rawHeaders: headers, body: rawBody, remoteAddress: '127.0.0.1' };
      return serve(receive({ ...wire, httpVersion: '1.1' }, api, ports), ports);
    },
    async close() {
      sdk.destroy();
      v2.destroy();
      reader.destroy();
      await control.close();
    },
  };
}

/**
 * Checks that each call that succeeds has the status of AWS's model. The SDK contains this status for each operation,
 * but does not check it.
 */
function checkStatuses({ middlewareStack }: Pick<APIGatewayClient, 'middlewareStack'>): void {
  middlewareStack.add(
    (next, context) => async (given) => {
      const result = await next(given);
      const { operationSchema } = (context['__smithy_context'] ?? {}) as {
        readonly operationSchema?: readonly unknown[];
      };
      const { http } = operationSchema?.[3] as { readonly http: readonly unknown[] };
      const { statusCode } = result.response as { readonly statusCode: number };
      if (statusCode < 300 && statusCode !== http[2])
        throw new Error(
          `${String(context.commandName)} has the status ${statusCode}, not ${String(http[2])}`,
        );
      return result;
    },
    { step: 'deserialize' },
  );
}

function aFunction(name: string): FunctionDefinition {
  const usual = { runtime: 'nodejs24.x', handler: 'index.handler', memorySizeMb: 128, timeoutSeconds: 5 };
  const nothing = { environment: {}, layers: [] };
  const code = { kind: 'inline', source: 'exports.handler = () => undefined;' };
  return {
    name,
    logicalId: name,
    stackName: 'test',
    place: { file: 'template.json', line: 1, logicalId: name },
    arn: functionArn(name),
    region: REGION,
    ...usual,
    ...nothing,
    code,
  } as unknown as FunctionDefinition;
}

function lambdaOf(served: ServedApis, { clock, invoker }: TestPorts): AwsService {
  const stacks = (): ServedApis['stacks'] => served.stacks;
  const policies = createFunctionPolicies({ stacks, policies: served.account.functionPolicies });
  const random = createSystemRandom();
  const invoke = createLambdaInvoke({ invoker, random, accountId: ACCOUNT_ID, accept: () => false });
  return createLambdaReads(stacks, { codes: new FunctionCodes(), clock }, (call) =>
    isPolicyCall(call.request.path) ? policies(call) : invoke(call),
  );
}

/** Returns the name and the message of the error with which a call fails. */
export async function refusalOf(
  call: Promise<unknown>,
): Promise<{ readonly name: string; readonly message: string }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error) return { name: error.name, message: error.message };
  }
  throw new Error('the call was not refused');
}
