/**
 * APIs without an authorizer, behind a control port, and one of the toolkit's authorizers with an access document.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyPlan, undoPlan } from '../../packages/toolkit/operate/attach/apply-plan.ts';
import type { Work } from '../../packages/toolkit/operate/attach/apply-plan.ts';
import { createControlPlane } from '../../packages/toolkit/operate/attach/control-plane.ts';
import type { ControlPlane } from '../../packages/toolkit/operate/attach/control-plane.ts';
import { openJournal } from '../../packages/toolkit/operate/attach/journal.ts';
import type { Journal, Plan } from '../../packages/toolkit/operate/attach/journal.ts';
import { readAgain, makePlan, restore } from '../../packages/toolkit/operate/attach/make-plan.ts';
import type { AttachOptions, Reading } from '../../packages/toolkit/operate/attach/make-plan.ts';
import type { Aws } from '../../packages/toolkit/terminal/aws-call.ts';
import { makeRootResourceId } from '../../packages/base/aws/physical-ids.ts';
import { parseJsonObject } from '../../packages/base/aws/json-object.ts';
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import { readRest, readV2 } from './every-get-answer.ts';
import { aRestControl } from './a-rest-control.ts';
import type { TestRestControl } from './a-rest-control.ts';
import { ISSUER_KEY, JWKS_URI, anAuthorizer, toAuthorizeRequest } from './a-protected-api.ts';
import { ACCOUNT_ID, functionArn, proxyTo, REGION } from './a-stack.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from './a-stack.ts';
import { aDocument } from './an-access-document.ts';
import type { FakeFunction } from './virtual-ports.ts';
import { ok } from './rest-apis.ts';
import { shakeHands } from './shake-hands.ts';
import { aKeySet, signToken, someClaims } from './signed-tokens.ts';

export const API_ID = 'abcdefghij';
/** A file system in memory, because journals are synchronized with the disk after every line. */
const MEMORY = '/dev/shm';
const RULES = [
  {
    id: 'admins-do-all',
    effect: 'allow',
    methods: ['*'],
    paths: ['/**'],
    when: { roles: { any: ['admin'] } },
  },
  {
    id: 'support-reads',
    effect: 'allow',
    methods: ['GET'],
    paths: ['/**'],
    when: { roles: { any: ['support'] } },
  },
];
const FUNCTIONS = {
  token: 'gatewright-prod-token-authorizer',
  request: 'gatewright-prod-request-authorizer',
};

/** The API is permitted to call its own function, but not yet to call the authorizers. */
const INVOKE_PERMISSION: TestResource = {
  type: 'AWS::Lambda::Permission',
  properties: {
    FunctionName: 'list',
    Action: 'lambda:InvokeFunction',
    Principal: 'apigateway.amazonaws.com',
    SourceArn: `arn:aws:execute-api:${REGION}:${ACCOUNT_ID}:${API_ID}/*`,
  },
};

export const tokenFor = (role: string): string => signToken(ISSUER_KEY, someClaims({ roles: [role] }));

export type ApiToAttach = AsyncDisposable & {
  readonly control: TestRestControl;
  readonly plane: ControlPlane;
  readonly document: CompiledDocument;
  readonly root: string;
  readonly journal: () => Journal;
  readonly plan: (options?: Partial<AttachOptions>) => Promise<Reading>;
  /** `write` is called before each call that changes something. */
  readonly apply: (plan: Plan, write?: Work['plane']['write']) => Promise<void>;
  readonly detach: (isForced?: boolean, write?: Work['plane']['write']) => Promise<readonly string[]>;
  /** Every `Get*` answer of the unmodified SDK, without the ids of deployments that the stage does not use. */
  readonly everything: () => Promise<string>;
  /** Returns the part of the API that `attach` reads, which is faster than `everything`. */
  readonly seen: () => Promise<string>;
  /** Sends a request, or a handshake to a WebSocket API, and returns its status (101 for a successful handshake). */
  readonly status: (method: string, target: string, token?: string) => Promise<number>;
};

type RestShape = {
  readonly resources?: number;
  readonly methods?: readonly string[];
  /** Properties of every method. */
  readonly method?: JsonObject;
  /** Members that replace the document's own. */
  readonly over?: object;
};

/** A REST API with 60 routes, unless fewer are asked for, all of them open. */
export function aRestApiToAttach({
  resources = 20,
  methods = ['GET', 'POST', 'DELETE'],
  method: more = {},
  over = {},
}: RestShape = {}): Promise<ApiToAttach> {
  const root = makeRootResourceId('test', 'Api');
  const parts: Record<string, TestResource> = {
    Api: { type: 'AWS::ApiGateway::RestApi', id: API_ID, properties: { Name: 'shop' } },
  };
  const routes: string[] = [];
  for (let index = 1; index <= resources; index += 1) {
    parts[`R${index}`] = {
      type: 'AWS::ApiGateway::Resource',
      properties: { RestApiId: API_ID, ParentId: root, PathPart: `things-${index}` },
    };
    for (const method of methods) {
      routes.push(`${method} /things-${index}`);
      parts[`R${index}${method}`] = {
        type: 'AWS::ApiGateway::Method',
        properties: {
          RestApiId: API_ID,
          ResourceId: `R${index}`,
          HttpMethod: method,
          AuthorizationType: 'NONE',
          Integration: proxyTo('list'),
          ...more,
        },
      };
    }
  }
  parts['Deployment'] = { type: 'AWS::ApiGateway::Deployment', properties: { RestApiId: API_ID } };
  parts['Prod'] = {
    type: 'AWS::ApiGateway::Stage',
    properties: { RestApiId: API_ID, StageName: 'prod', DeploymentId: 'Deployment' },
  };
  return open('rest', parts, routes, over);
}

/** An HTTP API with 20 open routes. */
export function anHttpApiToAttach({ count = 20, autoDeploy = true } = {}): Promise<ApiToAttach> {
  const routes = Array.from({ length: count }, (_, index) => `GET /things-${index + 1}`);
  return open('http', v2Parts(routes, 'HTTP', autoDeploy), routes);
}

/** A WebSocket API with `$connect`, `$disconnect` and one other route. */
export function aWebSocketApiToAttach(over: object = {}): Promise<ApiToAttach> {
  const parts = v2Parts(['$connect', '$disconnect', 'track'], 'WEBSOCKET', false);
  return open('websocket', parts, ['ANY $connect'], over);
}

function v2Parts(
  keys: readonly string[],
  ProtocolType: string,
  AutoDeploy: boolean,
): Record<string, TestResource> {
  const uri = `arn:aws:apigateway:${REGION}:lambda:path/2015-03-31/functions/${functionArn('list')}/invocations`;
  return {
    Api: {
      type: 'AWS::ApiGatewayV2::Api',
      id: API_ID,
      properties: {
        Name: 'shop',
        ProtocolType,
        ...(ProtocolType === 'WEBSOCKET' ? { RouteSelectionExpression: '$request.body.action' } : {}),
      },
    },
    Run: {
      type: 'AWS::ApiGatewayV2::Integration',
      properties: {
        ApiId: API_ID,
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: uri,
        PayloadFormatVersion: ProtocolType === 'HTTP' ? '2.0' : '1.0',
      },
    },
    ...Object.fromEntries(
      keys.map((RouteKey, index) => [
        `Route${index}`,
        {
          type: 'AWS::ApiGatewayV2::Route',
          properties: { ApiId: API_ID, RouteKey, Target: 'integrations/Run', AuthorizationType: 'NONE' },
        },
      ]),
    ),
    ...(AutoDeploy
      ? {}
      : { Deployment: { type: 'AWS::ApiGatewayV2::Deployment', properties: { ApiId: API_ID } } }),
    Prod: {
      type: 'AWS::ApiGatewayV2::Stage',
      properties: {
        ApiId: API_ID,
        StageName: 'prod',
        ...(AutoDeploy ? { AutoDeploy } : { DeploymentId: 'Deployment' }),
      },
    },
  };
}

async function open(
  kind: 'rest' | 'http' | 'websocket',
  parts: Readonly<Record<string, TestResource>>,
  routes: readonly string[],
  over: object = {},
): Promise<ApiToAttach> {
  const rules =
    kind === 'websocket'
      ? [{ id: 'staff', effect: 'allow', connect: true, when: { roles: { any: ['admin'] } } }]
      : RULES;
  const made = aDocument({ rules, result: { cacheTtlSeconds: 300 }, ...over }, routes, kind);
  const document = { ...made, apis: [{ for: 'prod', apiId: API_ID, stage: 'prod' }] };
  const { authorize } = anAuthorizer([document], new Map([[JWKS_URI, aKeySet(ISSUER_KEY)]]));
  const asRequest = kind === 'rest' ? 'rest-request' : kind === 'http' ? 'http-1.0' : 'websocket';
  const functions: Readonly<Record<string, FakeFunction>> = {
    list: ok,
    [FUNCTIONS.token]: (event) => authorize(toAuthorizeRequest('rest-token', event)),
    [FUNCTIONS.request]: (event) => authorize(toAuthorizeRequest(asRequest, event)),
  };
  const control = await aRestControl({ ...parts, Leave: INVOKE_PERMISSION }, functions, { withLeave: true });
  const clock = { nowEpochMs: () => 0, wait: () => Promise.resolve() };
  const plane = createControlPlane(awsWithoutSocket(control), clock);
  const root = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'gatewright-attach-'));
  const journal = (): Journal => openJournal(root, API_ID, 'prod');
  const workFor = (
    plan: Pick<Plan, 'apiId' | 'stage' | 'functionArn'>,
    write: Work['plane']['write'],
  ): Work => ({
    plane: { write },
    look: () => readAgain(plane, plan),
    journal: journal(),
    now: () => new Date(0),
    report: () => undefined,
  });
  const type = kind === 'rest' ? 'token' : 'request';
  return {
    control,
    plane,
    document,
    root,
    journal,
    plan: (options = {}) =>
      makePlan(
        plane,
        {
          apiId: API_ID,
          stage: 'prod',
          type,
          functionName: FUNCTIONS[options.type ?? type],
          name: 'gatewright',
          patterns: [],
          isReplacing: false,
          isIncludingEdits: false,
          isWithoutDocument: false,
          quota: undefined,
          ...options,
        },
        [document],
        REGION,
      ),
    apply: (plan, write = (call) => plane.write(call)) => applyPlan(plan, workFor(plan, write)),
    async detach(isForced = false, write = (call) => plane.write(call)) {
      const saved = journal().undo();
      if (saved === undefined) return [];
      const { attachment } = await restore(plane, saved);
      const { kept } = await undoPlan(attachment, workFor(attachment, write), isForced);
      return kept;
    },
    seen: async () =>
      JSON.stringify(
        await readAgain(plane, {
          apiId: API_ID,
          stage: 'prod',
          functionArn: functionArn(FUNCTIONS[type]),
        }),
      ),
    everything: () => (kind === 'rest' ? readRest(control, API_ID) : readV2(control, API_ID, kind)),
    async status(method, target, token) {
      const headers = token === undefined ? [] : ['Authorization', `Bearer ${token}`];
      if (kind === 'websocket') {
        const api = control.served.find(API_ID);
        if (api === undefined) throw new Error('the API is gone');
        return shakeHands(api, control.ports, { target: '/prod', headers });
      }
      return (await control.send({ method, target: `/prod${target}`, headers })).status;
    },
    async [Symbol.asyncDispose]() {
      await control.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Returns the same services without sockets or signatures, for tests with many calls. */
export function awsWithoutSocket({ ask }: TestRestControl): Aws {
  return {
    region: REGION,
    async call(request) {
      if (request.protocol !== 'rest') throw new Error('only what is REST is asked');
      const { service, method = 'GET', path, body = '' } = request;
      const { status, headers, body: text } = await ask(service, method, path, body);
      const said = parseJsonObject(text) ?? {};
      if (status < 300) return { kind: 'answer', body: said, headers: new Map(), text };
      const at = headers.findIndex((name) => name.toLowerCase() === 'x-amzn-errortype');
      const code = at === -1 ? `HTTP ${status}` : (headers[at + 1] ?? '').replace(/:.*$/, '');
      return { kind: 'refused', status, code, message: String(said['message']) };
    },
  };
}
