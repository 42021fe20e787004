/** Each statement of each role of the stack, taken away in turn from a gateway that holds functions to their roles. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signRequest } from '@gatewright/aws/sign-request';
import { readRoles } from '../../gateway/control/read-roles.ts';
import { loadStacks } from '../../gateway/definition/load.ts';
import { REFUSING } from '../../gateway/errors.ts';
import { createGateway } from '../../gateway/index.ts';
import { REPOSITORY } from '../architecture/source-files.ts';
import { RefusedByApi } from './roles-desk.ts';
import type { Addresses, Credentials } from './roles-desk.ts';
import { featuresOf } from './roles-features.ts';
import type { Gateway } from '../../gateway/index.ts';
import type { Json, JsonObject, ResolvedStack } from '../../gateway/definition/model.ts';

import type { Figures, Outcome, Proof } from './proof.ts';

type Statement = {
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
};
type Place = { readonly role: string; readonly policy: number; readonly statement: number };

const ADMIN = { accessKeyId: 'AKIDROLESPROOF000001', secretAccessKey: 'a-secret-of-this-proof-only' };
const HOME = { stage: 'dev', region: 'us-east-1', accountId: '123456789012' };
/** Those of the quick form. */
const PLANTED_IN = 'WsTicketRole';
const QUICK_ROLES = ['WsConnectRole', 'WsDisconnectRole', PLANTED_IN];
/** Lambda's own calls, and of services that nobody answers here: the evaluator alone is asked about them. */
const ASKED_OF_POLICY = /^(?:logs|ssm|secretsmanager|kms|xray):/;

const STUB =
  'exports.handler = async () => ({ id: process.env.AWS_ACCESS_KEY_ID, secret: process.env.AWS_SECRET_ACCESS_KEY });';

/** What lies in other stacks, and is called by functions of ours. */
const CALLED: JsonObject = {
  Sockets: {
    Type: 'AWS::ApiGatewayV2::Api',
    Properties: {
      Name: 'sockets',
      ProtocolType: 'WEBSOCKET',
      RouteSelectionExpression: '$request.body.action',
    },
  },
  SocketsStage: {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: { ApiId: { Ref: 'Sockets' }, StageName: 'dev', AutoDeploy: true },
  },
  Cached: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'cached' } },
  CachedPath: {
    Type: 'AWS::ApiGateway::Resource',
    Properties: {
      ...{ RestApiId: { Ref: 'Cached' }, ParentId: { 'Fn::GetAtt': ['Cached', 'RootResourceId'] } },
      PathPart: 'p',
    },
  },
  CachedGet: {
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      ...{ RestApiId: { Ref: 'Cached' }, ResourceId: { Ref: 'CachedPath' } },
      ...{ HttpMethod: 'GET', AuthorizationType: 'AWS_IAM' },
      Integration: {
        ...{ Type: 'MOCK', RequestTemplates: { 'application/json': '{"statusCode":200}' } },
        IntegrationResponses: [{ StatusCode: '200' }],
      },
      MethodResponses: [{ StatusCode: '200' }],
    },
  },
  CachedDeployment: {
    Type: 'AWS::ApiGateway::Deployment',
    DependsOn: 'CachedGet',
    Properties: { RestApiId: { Ref: 'Cached' } },
  },
  CachedStage: {
    Type: 'AWS::ApiGateway::Stage',
    Properties: {
      ...{ RestApiId: { Ref: 'Cached' }, DeploymentId: { Ref: 'CachedDeployment' }, StageName: 'dev' },
      ...{ CacheClusterEnabled: true, CacheClusterSize: '0.5' },
    },
  },
};

/** Roles and tables as they are deployed, and in place of each function one that tells its credentials. */
function templateOf(stack: ResolvedStack, without: Place | undefined): JsonObject {
  const resources: Record<string, Json> = { ...CALLED };
  for (const { logicalId, type, physicalId, properties } of stack.resources.values()) {
    if (type === 'AWS::DynamoDB::Table')
      resources[logicalId] = { Type: type, Properties: { ...properties, TableName: physicalId } };
    if (type !== 'AWS::IAM::Role') continue;
    const Policies = policiesOf(properties).map((policy, at) => ({
      PolicyName: `p${at}`,
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: policy.filter(
          (_, index) =>
            !(without?.role === logicalId && without.policy === at && without.statement === index),
        ),
      },
    }));
    const kept = Policies.filter(
      ({ PolicyDocument: { Statement } }) => (Statement as readonly Json[]).length > 0,
    );
    resources[logicalId] = { Type: type, Properties: { RoleName: physicalId, Policies: kept } };
    resources[`${logicalId}Stub`] = {
      Type: 'AWS::Lambda::Function',
      Properties: {
        ...{ FunctionName: logicalId, Handler: 'index.handler', Runtime: 'nodejs24.x', Timeout: 30 },
        ...{ Code: { ZipFile: STUB }, Role: { 'Fn::GetAtt': [logicalId, 'Arn'] } },
      },
    };
  }
  return { Resources: resources };
}

function policiesOf(properties: JsonObject): readonly (readonly Statement[])[] {
  const policies = (properties['Policies'] ?? []) as unknown as readonly {
    readonly PolicyDocument: { readonly Statement: readonly Statement[] };
  }[];
  return policies.map(({ PolicyDocument: { Statement } }) => Statement);
}

class Stage {
  readonly told: string[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), 'gatewright-prove-roles-'));
  readonly #stack: ResolvedStack;
  #gateway: Gateway | undefined;
  #at: Addresses | undefined;

  constructor(stack: ResolvedStack) {
    this.#stack = stack;
  }

  /** Serves the stack without one statement; functions keep their keys. */
  async load(without: Place | undefined): Promise<void> {
    const file = join(this.#folder, 'template.json');
    writeFileSync(file, JSON.stringify(templateOf(this.#stack, without)));
    this.#gateway ??= await createGateway({
      ...{ ...HOME, host: '127.0.0.1', port: 0, controlPort: 0, allowHosts: [], parameters: {} },
      ...{ environment: {}, directory: this.#folder, adminKey: ADMIN, strict: false, reload: false },
      dynamodb: { kind: 'embedded', dataDirectory: undefined },
      ...{ accountThrottle: false, roles: true },
      log: { write: (line) => this.told.push(line) },
      functionLog: () => undefined,
      onProgress: () => undefined,
      onReload: () => undefined,
    });
    await this.#gateway.load([file]);
    if (this.#at !== undefined) return;
    const { control, dynamodb = '', apis } = await this.#gateway.listen();
    const [sockets, cached] = ['sockets', 'cached'].map((name) => apis.find((api) => api.name === name));
    if (sockets === undefined || cached === undefined) throw new Error('an API that is called is not served');
    const tables = [...this.#stack.resources.values()].filter(({ type }) => type === 'AWS::DynamoDB::Table');
    this.#at = {
      ...{ control, dynamodb, sockets, cached: { id: cached.id, origin: new URL(cached.url).origin } },
      tables: Object.fromEntries(tables.map(({ logicalId, physicalId }) => [logicalId, physicalId])),
    };
  }

  /** Features of the role in which the gateway refused it something. */
  async refusedFeatures(role: string): Promise<readonly string[]> {
    if (this.#at === undefined) throw new Error('nothing is loaded');
    const own = await this.#credentialsOf(role, this.#at);
    const refused: string[] = [];
    for (const { name, run } of await featuresOf(role, this.#at, own, ADMIN)) {
      const before = this.told.length;
      // A feature may pass its failure on or get along without; what counts is what it was refused.
      const fault: unknown = await run().catch((error: unknown) => error);
      const isTold = this.told.slice(before).some((line) => line.startsWith(`${role} may not `));
      if (isTold || fault instanceof RefusedByApi) refused.push(name);
    }
    return refused;
  }

  async #credentialsOf(role: string, { control }: Addresses): Promise<Credentials> {
    const url = new URL(`${control}/2015-03-31/functions/${role}/invocations`);
    const call = { method: 'POST', url, headers: {}, body: '{}', service: 'lambda', region: HOME.region };
    const headers = signRequest({ ...call, ...ADMIN, nowEpochMs: Date.now() });
    const reply = await fetch(url, { method: 'POST', headers, body: '{}' });
    const { id, secret } = (await reply.json()) as { readonly id: string; readonly secret: string };
    return { accessKeyId: id, secretAccessKey: secret };
  }

  async close(): Promise<void> {
    await this.#gateway?.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Whether the role still gives all that the statement gave. */
function isGivenAnyway(stack: ResolvedStack, place: Place, { Action, Resource }: Statement): boolean {
  const { resources } = stack;
  const role = resources.get(place.role);
  if (role === undefined) return false;
  const policies = policiesOf(role.properties).map((policy, at) => ({
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: policy.filter((_, index) => !(at === place.policy && index === place.statement)),
    },
  }));
  const kept = policies.filter(({ PolicyDocument: { Statement } }) => Statement.length > 0);
  const properties = { ...role.properties, Policies: kept as unknown as Json };
  const changed = new Map(resources).set(place.role, { ...role, properties });
  const { byArn } = readRoles([{ ...stack, resources: changed }], REFUSING);
  const found = [...byArn.values()].find(({ name }) => name === role.physicalId);
  const ask = (action: string, resource: string): boolean =>
    found?.policies.some(
      (policy) => policy.decide({ action, resource, conditions: new Map() }) === 'allow',
    ) === true;
  return [Action]
    .flat()
    .every((action) => [Resource].flat().every((one) => ask(action, one.replaceAll('*', 'x'))));
}

function placesOf(stack: ResolvedStack): readonly (Place & { readonly what: Statement })[] {
  return [...stack.resources.values()]
    .filter(({ type }) => type === 'AWS::IAM::Role')
    .flatMap(({ logicalId: role, properties }) =>
      policiesOf(properties).flatMap((statements, policy) =>
        statements.map((what, statement) => ({ role, policy, statement, what })),
      ),
    );
}

function describe({
  role,
  what: { Action, Resource },
}: {
  readonly role: string;
  readonly what: Statement;
}): string {
  return `${role}: ${[Action].flat().join(', ')} on ${[Resource]
    .flat()
    .join(', ')
    .replaceAll(/arn:aws:\w*:[\w-]*:\d*:/g, '')}`;
}

/** What nothing needs, to see that the proof finds it. */
const PLANTED = { Effect: 'Allow', Action: 'dynamodb:DeleteTable', Resource: '*' };

function withPlanted(stack: ResolvedStack): ResolvedStack {
  const role = stack.resources.get(PLANTED_IN);
  if (role === undefined) return stack;
  const planted = [
    { PolicyName: 'planted', PolicyDocument: { Version: '2012-10-17', Statement: [PLANTED] } },
  ];
  const policies = (role.properties['Policies'] ?? []) as readonly Json[];
  const properties = { ...role.properties, Policies: [...policies, ...planted] };
  return { ...stack, resources: new Map(stack.resources).set(PLANTED_IN, { ...role, properties }) };
}

async function prove(stack: ResolvedStack, isQuick: boolean): Promise<Outcome> {
  const found = await judge(withPlanted(stack), isQuick);
  const expected = describe({ role: PLANTED_IN, what: PLANTED });
  if (found.kind !== 'judged') return found;
  const { superfluous, figures } = found;
  if (!superfluous.includes(expected))
    return { kind: 'refuted', reason: `a planted statement was not found: ${expected}`, figures };
  const others = superfluous.filter((one) => one !== expected);
  if (others.length > 0) return { kind: 'refuted', reason: `nothing needs ${others.join('; ')}`, figures };
  return { kind: 'proven', figures };
}

type Judged = {
  readonly kind: 'judged';
  readonly superfluous: readonly string[];
  readonly figures: Figures;
};

async function judge(
  stack: ResolvedStack,
  isQuick: boolean,
): Promise<Judged | Extract<Outcome, { kind: 'refuted' }>> {
  const all = placesOf(stack);
  const places = isQuick ? all.filter(({ role }) => QUICK_ROLES.includes(role)) : all;
  const roles = [...new Set(places.map(({ role }) => role))];
  const stage = new Stage(stack);
  const superfluous: string[] = [];
  const needed: Record<string, string> = {};
  try {
    await stage.load(undefined);
    const refusedWhole: string[] = [];
    for (const role of roles)
      refusedWhole.push(...(await stage.refusedFeatures(role)).map((name) => `${role}: ${name}`));
    if (refusedWhole.length > 0)
      return {
        ...{ kind: 'refuted', figures: {} },
        reason: `refused with all statements: ${refusedWhole.join('; ')}\n${stage.told.join('\n')}`,
      };
    for (const place of places) {
      const isAskedOfPolicy = [place.what.Action].flat().every((action) => ASKED_OF_POLICY.test(action));
      let features: readonly string[] = [];
      if (isAskedOfPolicy)
        features = isGivenAnyway(stack, place, place.what) ? [] : ['asked of the policies alone'];
      else {
        await stage.load(place);
        features = await stage.refusedFeatures(place.role);
      }
      if (features.length === 0) superfluous.push(describe(place));
      else needed[describe(place)] = features.join('; ');
    }
  } finally {
    await stage.close();
  }
  const statements = Object.keys(needed).length;
  return { kind: 'judged', superfluous, figures: { roles: roles.length, statements, needed } };
}

export const roles: Proof = {
  name: 'roles',
  claim:
    'without any one statement of a role of the stack a feature is refused, and with all of them none is',
  quick: true,
  async run({ quick }) {
    const [stack] = await loadStacks([REPOSITORY], {
      ...{ ...HOME, parameters: {}, environment: {}, strict: false, onProgress: () => undefined },
    });
    if (stack === undefined) return { kind: 'refuted', reason: 'the stack was not loaded', figures: {} };
    return prove(stack, quick);
  },
};
