/**
 * Several APIs on the same ports, all with the stage `dev`. Whose route answers and whose authorizer admits is known
 * from the Host and the first segments of the path alone (docs/aws §2.1, §2.2, §10.4; docs/reference, addresses). Every
 * authorizer allows everything to its own token, so that one API that is taken for another is noticed.
 */
import { Agent, request } from 'node:http';
import { Account } from '../../packages/gateway/control/account.ts';
import { ServedApis } from '../../packages/gateway/control/served-apis.ts';
import { Connections } from '../../packages/gateway/core/websocket/connections.ts';
import { openApiPorts } from '../../packages/gateway/server/api-ports.ts';
import { planOwnPorts, planSharedPorts } from '../../packages/gateway/server/port-plan.ts';
import { aStack, invokeUri } from '../support/a-stack.ts';
import { aNamedHttpApi, aNamedRestApi } from '../support/named-apis.ts';
import { pickFrom } from '../support/pick.ts';
import { policy } from '../support/rest-apis.ts';
import { virtualPorts } from '../support/virtual-ports.ts';
import { count } from './promises.ts';
import type { ApiPorts } from '../../packages/gateway/server/api-ports.ts';
import type { ApiRoutes } from '../../packages/gateway/control/loading/list-apis.ts';
import type { PortPlan } from '../../packages/gateway/server/port-plan.ts';
import type { TestResource } from '../support/a-stack.ts';
import type { Pick } from '../support/pick.ts';
import type { FakeFunction } from '../support/virtual-ports.ts';
import type { DrawnPromise, Tally } from './promises.ts';

const REQUESTS_PER_SEED = 20;
const PLANNED = ['first00000', 'second0000', 'third00000'];
/** An API that a call has created, and that therefore has no port of its own. */
const UNPLANNED = 'fourth0000';
const IDS = [...PLANNED, UNPLANNED];
const STAGES: Readonly<Record<string, readonly string[]>> = {
  first00000: ['dev', 'prod'],
  second0000: ['dev', 'prod'],
  third00000: ['$default', 'dev'],
  fourth0000: ['dev', 'prod'],
};
/** The APIs of the shared port: after a reload, two of them have the stage `dev`, and two have `$default`. */
const SHARED_STAGES: Readonly<Record<string, readonly string[]>> = {
  first00000: ['later', 'dev', 'qa'],
  second0000: ['dev'],
  third00000: ['$default', 'qa'],
  fifth00000: ['prod', '$default'],
};
/** The stages with a shared name, as they were listed when the ports were planned. */
const SHARED_AT_START: readonly (readonly [apiId: string, kind: ApiRoutes['kind'], stage: string])[] = [
  ['first00000', 'rest', 'later'],
  ['second0000', 'rest', 'dev'],
  ['third00000', 'http', '$default'],
  ['fifth00000', 'http', 'prod'],
];

const tokenOf = (id: string): string => `token-of-${id}`;

function resourcesOf(id: string, stages: readonly string[]): Record<string, TestResource> {
  const isHttp = stages.includes('$default');
  const AuthorizerId = `${id}Auth`;
  const common = { Name: 'auth', AuthorizerUri: invokeUri(`auth-${id}`), AuthorizerResultTtlInSeconds: 300 };
  if (!isHttp)
    return {
      ...aNamedRestApi(id, stages, { AuthorizationType: 'CUSTOM', AuthorizerId }),
      [AuthorizerId]: {
        type: 'AWS::ApiGateway::Authorizer',
        properties: {
          ...common,
          RestApiId: id,
          Type: 'TOKEN',
          IdentitySource: 'method.request.header.Authorization',
        },
      },
    };
  return {
    ...aNamedHttpApi(id, stages, { AuthorizationType: 'CUSTOM', AuthorizerId }),
    [AuthorizerId]: {
      type: 'AWS::ApiGatewayV2::Authorizer',
      properties: {
        ...common,
        ApiId: id,
        AuthorizerType: 'REQUEST',
        AuthorizerPayloadFormatVersion: '2.0',
        IdentitySource: ['$request.header.Authorization'],
      },
    },
  };
}

function functionsOf(ids: readonly string[]): Record<string, FakeFunction> {
  const functions: Record<string, FakeFunction> = {};
  for (const id of ids) {
    functions[id] = (event) => ({ statusCode: 200, body: JSON.stringify({ of: id, event }) });
    functions[`auth-${id}`] = (event) => {
      const { authorizationToken, headers } = event as Readonly<Record<string, unknown>>;
      const token = authorizationToken ?? (headers as Record<string, string>)['authorization'];
      return policy(token === tokenOf(id) ? 'Allow' : 'Deny', '*');
    };
  }
  return functions;
}

const MAPPED = Object.entries({
  First: { DomainName: 'first.example.com', BasePath: 'second0000', RestApiId: 'first00000', Stage: 'dev' },
  Second: { DomainName: 'first.example.com', BasePath: 'dev', RestApiId: 'second0000' },
});

function domains(): Record<string, TestResource> {
  const resources: Record<string, TestResource> = {
    Domain: { type: 'AWS::ApiGateway::DomainName', properties: { DomainName: 'first.example.com' } },
  };
  for (const [name, properties] of MAPPED)
    resources[`Mapping${name}`] = { type: 'AWS::ApiGateway::BasePathMapping', properties };
  return resources;
}

type Opened = { readonly ports: ApiPorts; readonly agent: Agent };

async function open(
  stages: Readonly<Record<string, readonly string[]>>,
  more: Readonly<Record<string, TestResource>>,
  planFor: (findApi: (id: string) => ReturnType<ServedApis['find']>) => readonly PortPlan[],
): Promise<Opened> {
  const ports = virtualPorts(functionsOf(Object.keys(stages)));
  const served = new ServedApis(new Account({ clock: ports.clock, isThrottled: false }));
  const resources = Object.entries(stages).map(([id, names]) => resourcesOf(id, names));
  served.prepare([aStack({ ...Object.assign({}, ...resources), ...more })]).serve();
  const findApi = (id: string): ReturnType<ServedApis['find']> => served.find(id);
  const opened = await openApiPorts({
    host: '127.0.0.1',
    allowHosts: [],
    plans: planFor(findApi),
    findDomain: (host, target, rawHeaders) => served.atDomain(host, target, rawHeaders),
    handleManagement: () => ({ status: 404, headers: [], body: '' }),
    at: { ...ports, findApi, connections: new Connections(ports.clock) },
  });
  return { ports: opened, agent: new Agent({ keepAlive: true, maxSockets: 4 }) };
}

function asListed([id, kind, stage]: (typeof SHARED_AT_START)[number]): ApiRoutes {
  const place = { logicalId: id, stack: 'test', region: 'us-east-1', url: '' };
  return { ...place, id, name: id, kind, stage, routes: [] };
}

let opening: Promise<{ readonly own: Opened; readonly shared: Opened }> | undefined;

async function openAll(): Promise<{ readonly own: Opened; readonly shared: Opened }> {
  const shared = { httpPort: 0, websocketPort: 0, prefix: 'api/v1', omitStage: false };
  return {
    own: await open(STAGES, domains(), (findApi) => planOwnPorts(PLANNED, 0, findApi)),
    shared: await open(SHARED_STAGES, {}, (findApi) =>
      planSharedPorts(SHARED_AT_START.map(asListed), shared, findApi),
    ),
  };
}

type Asked = {
  readonly port: number;
  readonly host: string;
  readonly target: string;
  readonly token: string;
};
type Answer = { readonly of: string; readonly stage: string } | number;

function ask({ agent }: Opened, { port, host, target, token }: Asked): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { Host: host, Authorization: token };
    request({ host: '127.0.0.1', port, path: target, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        if (response.statusCode !== 200) {
          resolve(response.statusCode ?? 0);
          return;
        }
        const { of, event } = JSON.parse(Buffer.concat(chunks).toString()) as {
          of: string;
          event: { requestContext: { stage: string } };
        };
        resolve({ of, stage: event.requestContext.stage });
      });
    })
      .on('error', reject)
      .end();
  });
}

const STAGE_SPELLINGS = [
  'dev',
  'dev',
  'prod',
  'qa',
  'later',
  'DEV',
  'Dev',
  '%64ev',
  'de%76',
  '%2564ev',
  'dev%20',
  'dev%00',
  'dev;x',
  'dev.',
  '.',
  '..',
  '%2e%2e',
  '$default',
  '%24default',
  '',
  'd\u00e9v',
  'pets',
  '*',
  'dev%2Fx',
  'dev\\x',
  ...IDS,
];
const ENDS = [
  '',
  '/',
  '/x',
  '//x',
  '/pets',
  '/pets/',
  '/../prod/x',
  '/%2e%2e/x',
  '?x=/prod',
  '/x?/dev',
  '/dev/x',
];

function drawPath(pick: Pick): string {
  const path = `${pick.one(['/', '/', '/', '//', '///', '/./'])}${pick.chance(0.4) ? 'dev' : pick.one(STAGE_SPELLINGS)}${pick.one(ENDS)}`;
  if (pick.chance(0.2))
    return `${pick.one(['/_api/', '//_api/', '/_API/', '/%5fapi/', '/_api//'])}${pick.one([...IDS, 'FOURTH0000'])}${path}`;
  if (pick.chance(0.2)) return `/_api/${UNPLANNED}${pick.one(['', '?x', '%2Fdev', '.', '/'])}`;
  return path;
}

function drawOrigin(pick: Pick): string {
  return pick.chance(0.08) ? `http://${pick.one(IDS)}.execute-api.localhost` : '';
}

/** A request target contains no byte beyond ASCII (RFC 3986 §2); such a request is refused as malformed. */
const MALFORMED = /[^!-~]/;

/** The place of a request: an API and the path at its own address, or an API and its stage. */
type Place = { readonly apiId: string; readonly path: string; readonly stage?: string };

/** The place of a path at a Host of the ports that APIs have for themselves. */
function placeOf(host: string, ownApi: string, path: string): Place | undefined {
  const name = host.toLowerCase().split(':')[0] ?? '';
  const [label = ''] = name.split('.');
  if (name === 'first.example.com') {
    const rest = path.replace(/^\/+/, '');
    if (/^second0000(?:\/|$)/.test(rest)) return { apiId: 'first00000', path: rest.slice(10), stage: 'dev' };
    return /^dev(?:\/|$)/.test(rest) ? { apiId: 'second0000', path: `/${rest.slice(3)}` } : undefined;
  }
  if (name.includes('execute-api')) return { apiId: label, path };
  const below = new RegExp(`^/_api/${UNPLANNED}(?=/|$)`).exec(path)?.[0];
  return below === undefined
    ? { apiId: ownApi, path }
    : { apiId: UNPLANNED, path: path.slice(below.length) || '/' };
}

/** REST APIs take the first segment that is not empty, HTTP APIs the first one only if it is a stage. */
function stageAt(stages: readonly string[], path: string): string | undefined {
  const isHttp = stages.includes('$default');
  const first = isHttp ? path.split('/')[1] : path.split('/').find((segment) => segment !== '');
  if (isHttp) return first !== '$default' && stages.includes(first ?? '') ? first : '$default';
  return stages.find((stage) => stage === first);
}

/**
 * On the shared port, a stage belongs to the API that had it when the port was planned, otherwise to the only API that
 * has it. Paths that begin with no stage belong to `$default`.
 */
function sharedPlaceOf(path: string): Place | undefined {
  if (!/^\/api\/v1(?:\/|$)/.test(path)) return undefined;
  const below = path.slice('/api/v1'.length) || '/';
  const ownerOf = (name: string): string | undefined => {
    const having = Object.keys(SHARED_STAGES).filter((id) => SHARED_STAGES[id]?.includes(name));
    const planned = SHARED_AT_START.find(([id, , stage]) => stage === name && having.includes(id))?.[0];
    return planned ?? (having.length === 1 ? having[0] : undefined);
  };
  const first = below.split('/').find((segment) => segment !== '') ?? '';
  const isStage = Object.values(SHARED_STAGES).some((names) => names.includes(first));
  const apiId = ownerOf(isStage ? first : '$default');
  return apiId === undefined ? undefined : { apiId, path: below };
}

function expectAt(
  place: Place | undefined,
  stages: Readonly<Record<string, readonly string[]>>,
  token: string,
): Answer | 'refused' {
  const own = place === undefined ? undefined : stages[place.apiId];
  if (place === undefined || own === undefined) return 'refused';
  const stage = place.stage ?? stageAt(own, place.path);
  return stage === undefined || token !== tokenOf(place.apiId) ? 'refused' : { of: place.apiId, stage };
}

function note(tally: Tally, place: Place | undefined, expected: Answer | 'refused', target: string): void {
  count(tally, expected === 'refused' ? 'refused' : 'admitted');
  if (place !== undefined && expected !== 'refused') count(tally, place.apiId);
  if (/^\/\/+dev/.test(target)) count(tally, 'slashes before the stage');
  if (target.includes('dev//')) count(tally, 'slashes after the stage');
  if (target.includes('%64ev')) count(tally, 'escaped stage');
  if (target.startsWith('http:')) count(tally, 'absolute form');
}

function judge(answer: Answer, expected: Answer | 'refused'): boolean {
  return expected === 'refused'
    ? typeof answer === 'number'
    : JSON.stringify(answer) === JSON.stringify(expected);
}

/** The path of a target in origin or absolute form. */
function pathOf(target: string): string {
  const path = target.replace(/^http:\/\/[^/?]*/, '').split('?')[0] ?? '';
  return path === '' ? '/' : path;
}

async function tryOwnPorts(pick: Pick, own: Opened, tally: Tally): Promise<string | undefined> {
  const ownApi = pick.one(PLANNED);
  const port = own.ports.ports.get(ownApi) ?? 0;
  const host = pick.one([
    `localhost:${port}`,
    `127.0.0.1:${port}`,
    ...IDS.map((id) => `${pick.chance(0.3) ? id.toUpperCase() : id}.execute-api.localhost:${port}`),
    'First.example.com',
  ]);
  const target = `${drawOrigin(pick)}${host === 'First.example.com' && pick.chance(0.6) ? pick.one(['/dev', '/second0000', '//dev', '/dev/']) : ''}${drawPath(pick)}`;
  const place = MALFORMED.test(target) ? undefined : placeOf(host, ownApi, pathOf(target));
  const token = tokenOf(pick.chance(0.6) && place !== undefined ? place.apiId : pick.one(IDS));
  const expected = expectAt(place, STAGES, token);
  note(tally, place, expected, target);
  const answer = await ask(own, { port, host, target, token });
  return judge(answer, expected)
    ? undefined
    : `${host} ${JSON.stringify(target)} at the port of ${ownApi} with ${token}: ${JSON.stringify(answer)}, not ${JSON.stringify(expected)}`;
}

async function trySharedPort(pick: Pick, shared: Opened, tally: Tally): Promise<string | undefined> {
  const port = shared.ports.any ?? 0;
  const host = `localhost:${port}`;
  const prefix = pick.one([
    '/api/v1',
    '/api/v1',
    '/api/v1',
    '/api/v1',
    '',
    '//api/v1',
    '/API/v1',
    '/api/v1x',
    '/api/%761',
  ]);
  const target = `${drawOrigin(pick)}${prefix}${drawPath(pick)}`;
  const place = MALFORMED.test(target) ? undefined : sharedPlaceOf(pathOf(target));
  const ids = Object.keys(SHARED_STAGES);
  const token = tokenOf(pick.chance(0.6) && place !== undefined ? place.apiId : pick.one(ids));
  const expected = expectAt(place, SHARED_STAGES, token);
  note(tally, place, expected, target);
  if (expected !== 'refused') count(tally, 'admitted at a shared port');
  const answer = await ask(shared, { port, host, target, token });
  return judge(answer, expected)
    ? undefined
    : `${JSON.stringify(target)} at a shared port with ${token}: ${JSON.stringify(answer)}, not ${JSON.stringify(expected)}`;
}

export const equalStages: DrawnPromise = {
  name: 'equal-stages',
  says: "no request reaches the route of another API with a stage of the same name, or passes another API's authorizer",
  few: 5,
  many: 7_500,
  meets: [
    'admitted',
    'admitted at a shared port',
    'refused',
    ...IDS,
    'slashes before the stage',
    'slashes after the stage',
    'escaped stage',
    'absolute form',
  ],
  async check(seed, tally) {
    const pick = pickFrom(seed);
    const { own, shared } = await (opening ??= openAll());
    for (let asked = 0; asked < REQUESTS_PER_SEED; asked += 1) {
      const broken = pick.chance(0.6)
        ? await tryOwnPorts(pick, own, tally)
        : await trySharedPort(pick, shared, tally);
      if (broken !== undefined) return broken;
    }
    return undefined;
  },
  async close() {
    const opened = await opening;
    opening = undefined;
    for (const { ports, agent } of Object.values(opened ?? {})) {
      agent.destroy();
      await ports.close();
    }
  },
};
