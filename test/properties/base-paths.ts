/**
 * Which API, stage and route a request to a custom domain reaches. The oracle reads the drawn mappings by the developer
 * guide ("Use API mappings to connect API stages to a custom domain name") and docs/aws §2.1, §10.4, only from the
 * text.
 */
import { Account } from '../../packages/gateway/control/account.ts';
import { ServedApis } from '../../packages/gateway/control/served-apis.ts';
import { serve } from '../../packages/gateway/core/pipeline.ts';
import { receive } from '../../packages/gateway/core/receive.ts';
import { aStack } from '../support/a-stack.ts';
import { aNamedHttpApi, aNamedRestApi } from '../support/named-apis.ts';
import { pickFrom } from '../support/pick.ts';
import { virtualPorts } from '../support/virtual-ports.ts';
import { count } from './promises.ts';
import type { TestResource } from '../support/a-stack.ts';
import type { Pick } from '../support/pick.ts';
import type { FakeFunction, TestPorts } from '../support/virtual-ports.ts';
import type { DrawnPromise, Tally } from './promises.ts';

const REQUESTS_PER_SEED = 12;
/** Stages are named like base paths, so that one taken for the other is noticed. */
const APIS = {
  ...aNamedRestApi('first00000', ['dev', 'v1', 'orders']),
  ...aNamedRestApi('second0000', ['dev', 'v1', 'pets']),
  ...aNamedHttpApi('third00000', ['$default', 'dev', 'v1']),
};
const STAGES: Readonly<Record<string, readonly string[]>> = {
  first00000: ['dev', 'v1', 'orders'],
  second0000: ['dev', 'v1', 'pets'],
  third00000: ['$default', 'dev', 'v1'],
};
const REST_APIS = ['first00000', 'second0000'];
const DOMAINS = ['api.example.com', '*.example.com', 'a.b.example.org', '*.b.example.org'];
const SEGMENTS = ['v1', 'V1', 'orders', 'pets', 'dev', '$default', '.', '..', 'a.b', "it's", '(x)', '(none)'];
/** What the page of quotas does not list among the characters of a base path, and paths that are not lists of names. */
const BAD_KEYS = [
  '/',
  '/v1',
  'v1/',
  'v1//orders',
  '%76',
  'v1?',
  'v1#',
  'a b',
  'caf\u00e9',
  'cafe\u0301',
  '\u{1f600}',
  'v1;x',
  'a|b',
  'a:b',
  '{v1}',
  'x'.repeat(301),
];

type Mapping = {
  readonly key: string;
  /** How the template writes the key; undefined means that it does not. */
  readonly written: string | undefined;
  readonly isOfFirstVersion: boolean;
  readonly apiId: string;
  /** Empty if the first segment names it. */
  readonly stage: string;
  /** How the template writes the stage. */
  readonly writtenStage: string | undefined;
};
type Domain = { readonly name: string; readonly mappings: readonly Mapping[] };

function drawKey(pick: Pick, levels: number): string {
  if (pick.chance(0.25)) return '';
  if (pick.chance(0.02)) return 'x'.repeat(300);
  return Array.from({ length: 1 + pick.upTo(levels - 1) }, () => pick.one(SEGMENTS)).join('/');
}

function drawMapping(pick: Pick): Mapping {
  const isOfFirstVersion = pick.chance(0.5);
  const key = drawKey(pick, isOfFirstVersion ? 1 : 3);
  const isRoot = key === '' || (isOfFirstVersion && key === '(none)');
  const apiId = pick.one(isOfFirstVersion ? REST_APIS : Object.keys(STAGES));
  const hasStage = !isOfFirstVersion || pick.chance(0.6);
  const stage = hasStage ? pick.one(STAGES[apiId] ?? []) : '';
  return {
    key: isRoot ? '' : key,
    written: isRoot ? pick.one([undefined, '', ...(isOfFirstVersion ? ['(none)'] : [])]) : key,
    isOfFirstVersion,
    apiId,
    stage,
    writtenStage: hasStage ? stage : pick.one([undefined, '', '(none)']),
  };
}

function longerKey(pick: Pick, { key }: Mapping): Mapping {
  const longer = `${key}/${pick.one(SEGMENTS)}`;
  const apiId = pick.one(Object.keys(STAGES));
  const stage = pick.one(STAGES[apiId] ?? []);
  return { key: longer, written: longer, isOfFirstVersion: false, apiId, stage, writtenStage: stage };
}

function drawDomains(pick: Pick): readonly Domain[] {
  return pick.some(DOMAINS, 1).map((name) => {
    const first = Array.from({ length: pick.upTo(4) }, () => drawMapping(pick));
    // Keys that begin like others, so that the longest one has to be chosen.
    const longer = first
      .filter(({ key }) => key !== '' && key.length < 200 && pick.chance(0.5))
      .map((mapping) => longerKey(pick, mapping));
    const drawn = [...first, ...longer];
    const mappings = drawn.filter(({ key }, at) => drawn.findIndex((other) => other.key === key) === at);
    return { name, mappings: mappings.map((mapping) => besideOthers(mapping, mappings)) };
  });
}

/** An empty base path next to others is possible only as an API mapping of v2 (aws/aws-cdk#17915). */
function besideOthers(mapping: Mapping, { length }: readonly Mapping[]): Mapping {
  if (mapping.key !== '' || length === 1 || !mapping.isOfFirstVersion) return mapping;
  return { ...mapping, isOfFirstVersion: false, written: undefined, writtenStage: mapping.stage };
}

function toResources(domains: readonly Domain[]): Record<string, TestResource> {
  const resources: Record<string, TestResource> = { ...APIS };
  for (const { name: DomainName, mappings } of domains) {
    resources[`Domain ${DomainName}`] = {
      type: 'AWS::ApiGateway::DomainName',
      properties: { DomainName, EndpointConfiguration: { Types: ['REGIONAL'] } },
    };
    for (const mapping of mappings)
      resources[`${DomainName} ${mapping.key}`] = toResource(DomainName, mapping);
  }
  return resources;
}

function toResource(DomainName: string, mapping: Mapping): TestResource {
  const { written, isOfFirstVersion, apiId, writtenStage } = mapping;
  const target = isOfFirstVersion ? { RestApiId: apiId } : { ApiId: apiId };
  const key = isOfFirstVersion ? { BasePath: written } : { ApiMappingKey: written };
  return {
    type: isOfFirstVersion ? 'AWS::ApiGateway::BasePathMapping' : 'AWS::ApiGatewayV2::ApiMapping',
    properties: {
      DomainName,
      ...target,
      ...(written !== undefined && key),
      ...(writtenStage !== undefined && { Stage: writtenStage }),
    } as TestResource['properties'],
  };
}

const ENDS = [
  '',
  '/',
  '//',
  '/pets',
  '/pets/',
  '//pets',
  '/dev',
  '/v1/pets',
  '/dev//pets',
  '/x%2Fy',
  '/a//b/',
];
const SPELLINGS: readonly ((path: string) => string)[] = [
  (path) => path,
  (path) => path,
  (path) => `/${path}`,
  (path) => path.toUpperCase(),
  (path) => path.replace(/[a-z]/i, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
  (path) => path.replace(/(?<=.)\//, '%2F'),
  (path) => path.replace(/(?<=.)\//, '//'),
  (path) => path.replace(/(?<=.)\//, '/./'),
  (path) => `/x/..${path}`,
  (path) => `/.${path}`,
  (path) => `${path}x`,
  (path) => `${path}.`,
  (path) => `${path};v=1`,
  (path) => `${path}%20`,
  (path) => `${path}%00`,
  (path) => `${path}%23`,
  (path) => `/%C3%A9${path}`,
  (path) => `/caf\u00c3\u00a9${path}`,
  (path) => `${path}/\\..`,
  (path) => `${path}?x=/v1/pets`,
  (path) => `${path}/%`,
];

function drawTarget(pick: Pick, mappings: readonly Mapping[]): string {
  const keys = mappings.map(({ key }) => key);
  const key = pick.chance(0.8) && keys.length > 0 ? pick.one(keys) : drawKey(pick, 3);
  const path = `${key === '' ? '' : '/'}${key}${pick.one(ENDS)}`;
  return pick.one(SPELLINGS)(path === '' ? '/' : path);
}

function drawHost(pick: Pick, domains: readonly Domain[]): string {
  const label = pick.one(['api', 'shop', 'x.y', '']);
  const name = pick.chance(0.8)
    ? pick.one(domains).name.replace('*', 'shop')
    : pick.one([`${label}.example.com`, `${label}.b.example.org`, 'example.com']);
  return `${pick.chance(0.2) ? name.toUpperCase() : name}${pick.one(['', '', '.', ':3000', '.:443'])}`;
}

/** The guide: a separate name takes precedence over a wildcard, which matches one label. */
function domainOf(host: string, domains: readonly Domain[]): Domain | undefined {
  const [name = ''] = host.toLowerCase().split(':');
  const labels = (name.endsWith('.') ? name.slice(0, -1) : name).split('.');
  const find = (wanted: readonly string[]): Domain | undefined =>
    domains.find((domain) => domain.name === wanted.join('.'));
  return find(labels) ?? (labels[0] === '' ? undefined : find(['*', ...labels.slice(1)]));
}

type Reached = {
  readonly apiId: string;
  readonly stage: string;
  readonly route: string;
  readonly rest?: string;
};
type Expected = Reached | 'another host' | 'unmapped' | 'refused';

/** The mapping with the longest key that is the path or its beginning up to a slash. */
function mappingOf(path: string, { mappings }: Domain): Mapping | undefined {
  const suits = ({ key }: Mapping): boolean => key === '' || path === key || path.startsWith(`${key}/`);
  return mappings.filter(suits).toSorted((a, b) => b.key.length - a.key.length)[0];
}

function expect(host: string, target: string, domains: readonly Domain[]): Expected {
  const domain = domainOf(host, domains);
  if (domain === undefined) return 'another host';
  const [path = ''] = target.replace(/^\/+/, '').split('?');
  const mapping = mappingOf(path, domain);
  if (mapping === undefined) return 'unmapped';
  const { apiId, key, stage: named } = mapping;
  const words = path.slice(key.length).replace(/^\/+/, '');
  const [first = ''] = words.split('/');
  const stage = named === '' ? first : named;
  if (!STAGES[apiId]?.includes(stage)) return 'refused';
  const below = named === '' ? words.slice(first.length).replace(/^\/+/, '') : words;
  if (!REST_APIS.includes(apiId)) {
    const plain = below.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
      String.fromCharCode(parseInt(hex, 16)),
    );
    return { apiId, stage, route: plain === 'pets' ? 'GET /pets' : '$default' };
  }
  const rest = below.replace(/\/+$/, '');
  const route = rest === '' ? '/' : rest === 'pets' ? '/pets' : '/{proxy+}';
  return { apiId, stage, route, ...(route === '/{proxy+}' && { rest }) };
}

type SeenEvent = {
  readonly resource?: string;
  readonly routeKey?: string;
  readonly pathParameters?: { readonly proxy?: string } | null;
  readonly requestContext: { readonly apiId: string; readonly stage: string };
};

async function ask(served: ServedApis, ports: TestPorts, host: string, target: string): Promise<Expected> {
  const rawHeaders = ['Host', host];
  const answer = served.atDomain(host, target, rawHeaders);
  if (answer === undefined) return 'another host';
  if (answer.api === undefined) return 'unmapped';
  const wire = {
    method: 'GET',
    target,
    rawHeaders,
    body: undefined,
    remoteAddress: '127.0.0.1',
    httpVersion: '1.1',
  };
  const { status, body } = await serve(receive(wire, answer.api, ports), ports);
  if (status !== 200) return 'refused';
  const { of, event } = JSON.parse(body.toString()) as { of: string; event: SeenEvent };
  const { stage } = event.requestContext;
  const rest = event.pathParameters?.proxy;
  const apiId = event.requestContext.apiId === of ? of : `${event.requestContext.apiId} by ${of}`;
  const route = event.resource ?? event.routeKey ?? '';
  return { apiId, stage, route, ...(rest !== undefined && { rest }) };
}

const tellEvent =
  (of: string): FakeFunction =>
  (event) => ({ statusCode: 200, body: JSON.stringify({ of, event }) });

function load(resources: Readonly<Record<string, TestResource>>): { served: ServedApis; ports: TestPorts } {
  const ports = virtualPorts(Object.fromEntries(Object.keys(STAGES).map((id) => [id, tellEvent(id)])));
  const served = new ServedApis(new Account({ clock: ports.clock, isThrottled: false }));
  served.prepare([aStack(resources)]).serve();
  return { served, ports };
}

/** Whether a mapping with this key is refused when it is loaded. */
function isRefused(domain: Domain, written: string): boolean {
  const target = { apiId: 'first00000', stage: 'dev', writtenStage: 'dev' };
  const bad = { key: 'bad', written, isOfFirstVersion: false, ...target };
  try {
    load(toResources([{ ...domain, mappings: [bad] }]));
    return false;
  } catch (error) {
    if (error instanceof Error && error.name === 'DefinitionError') return true;
    throw error;
  }
}

function note(tally: Tally, expected: Expected, target: string, domains: readonly Domain[]): void {
  if (typeof expected === 'string') {
    count(tally, expected);
    return;
  }
  count(tally, 'reached');
  count(tally, REST_APIS.includes(expected.apiId) ? 'REST' : 'HTTP');
  if (target.includes('%')) count(tally, 'escaped');
  if (target.includes('//')) count(tally, 'doubled slash');
  const mappings = domains.flatMap((domain) => domain.mappings);
  if (mappings.some(({ key }) => key.includes('/'))) count(tally, 'several levels');
  if (mappings.some(({ written, writtenStage }) => [written, writtenStage].includes('(none)')))
    count(tally, '(none)');
}

export const basePaths: DrawnPromise = {
  name: 'base-paths',
  says: 'a request to a custom domain reaches the API, stage and route of the longest base path, and no other',
  few: 12,
  many: 20_000,
  meets: [
    'reached',
    'unmapped',
    'refused',
    'another host',
    'REST',
    'HTTP',
    'escaped',
    'doubled slash',
    'several levels',
    '(none)',
    'bad key',
  ],
  async check(seed, tally) {
    const pick = pickFrom(seed);
    const domains = drawDomains(pick);
    const { served, ports } = load(toResources(domains));
    for (let request = 0; request < REQUESTS_PER_SEED; request += 1) {
      const host = drawHost(pick, domains);
      const target = drawTarget(pick, domainOf(host, domains)?.mappings ?? []);
      const expected = expect(host, target, domains);
      note(tally, expected, target, domains);
      const reached = await ask(served, ports, host, target);
      if (JSON.stringify(reached) !== JSON.stringify(expected))
        return `${host} ${JSON.stringify(target)} reached ${JSON.stringify(reached)}, not ${JSON.stringify(expected)}: ${JSON.stringify(domains)}`;
    }
    const [domain] = domains;
    const bad = pick.one(BAD_KEYS);
    if (domain === undefined || pick.chance(0.8)) return undefined;
    count(tally, 'bad key');
    return isRefused(domain, bad) ? undefined : `the base path ${JSON.stringify(bad)} is not refused`;
  },
};
