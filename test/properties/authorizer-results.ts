/**
 * Cached results of Lambda authorizers (docs/aws §4.1, §4.2, §4.5). The oracle stores each call of the function by the
 * stage, the authorizer and the texts of every identity source, which it knows because it has written the request.
 */
import { Account } from '../../packages/gateway/control/account.ts';
import { loadApis } from '../../packages/gateway/control/loading/load-apis.ts';
import { serve } from '../../packages/gateway/core/pipeline.ts';
import { receive } from '../../packages/gateway/core/receive.ts';
import { aStack, invokeUri } from '../support/a-stack.ts';
import { pickFrom } from '../support/pick.ts';
import { API_ID, httpRoutes, restRoutes } from '../support/routed-apis.ts';
import { virtualPorts } from '../support/virtual-ports.ts';
import { count } from './promises.ts';
import type { ServedApi } from '../../packages/gateway/core/exchange.ts';
import type { Pick } from '../support/pick.ts';
import type { TestResource } from '../support/a-stack.ts';
import type { DrawnPromise, Tally } from './promises.ts';

const KINDS = ['rest-token', 'rest-request', 'http-1.0', 'http-2.0', 'http-simple'] as const;
type Kind = (typeof KINDS)[number];
type Place = 'header' | 'query' | 'stage' | 'context';
type Source = { readonly place: Place; readonly name: string };
/** A header or parameter: what its value is, and how it is written. */
type Pair = { readonly name: string; readonly text: string; readonly wire: string };

const REQUESTS = 40;
const TTLS = [0, 1, 60, 300, 3600];
const STAGES = ['dev', 'prod'];
/** By route, its authorizer. `/a` and `/b` share one, as do the stages. */
const ROUTES: Readonly<Record<string, string>> = { '/a': 'First', '/b': 'First', '/c': 'Second' };
const SOURCES: readonly Source[] = [
  { place: 'header', name: 'Authorization' },
  { place: 'header', name: 'x-b' },
  { place: 'query', name: 'q' },
  { place: 'query', name: '__proto__' },
  { place: 'query', name: 'Q' },
  { place: 'stage', name: 'tenant' },
  { place: 'context', name: 'identity.sourceIp' },
  { place: 'context', name: 'httpMethod' },
];
/** Texts that look like others, like lists of others, or like several sources at once. */
const TEXTS = [
  '',
  '',
  ' ',
  'First\na',
  'a\tb',
  'x'.repeat(2_000),
  String.raw`a A b a,b , __proto__ constructor null undefined é a\nb a#b a;b a&b a=b a%62 % %2 %zz a|b a:b ../a`,
  String.raw`["a"] [["a"]] [["a"],["b"]] [["a","b"]] ["a","b"] [ "a"`,
].flatMap((texts) => (texts.length > 9 ? texts.split(' ') : texts));
/** Only a query carries these: a composed and a decomposed letter, an astral one, NUL, a line break. */
const QUERY_TEXTS = ['\u00e9', 'e\u0301', '\u{1f600}', 'a\0', 'a\nb'];
/** Bytes that are not UTF-8 stand for themselves, so two of them are two texts. */
const BROKEN_BYTES = ['%ff', '%fe', '%ed%a0%80', '%c3'];
const UNREADABLE = 'the bytes ';
const ADDRESSES = ['203.0.113.9', '198.51.100.7', '2001:db8::1', '::ffff:203.0.113.9'];
const ANSWERS = ['everything', 'this', 'deny', 'nothing', 'office', 'prod'] as const;
type Answer = (typeof ANSWERS)[number];

type Call = { readonly serial: number; readonly answer: Answer; readonly arn: string; readonly atMs: number };
type Request = {
  readonly stage: string;
  readonly path: string;
  readonly headers: readonly Pair[];
  readonly query: readonly Pair[];
  /** The query as sent. */
  readonly written: string;
  readonly address: string;
};

export const authorizerResults: DrawnPromise = {
  name: 'authorizer-results',
  says: 'a cached authorizer result serves only the identity sources, authorizer and stage that it was given for',
  few: 12,
  many: 10_000,
  meets: [
    ...KINDS,
    ...'hit, expired, missing, doubled, uncached, broken bytes, several sources'.split(', '),
    ...'hit on another route, refused on another route, other sources after a reload'.split(', '),
    'names in another case',
  ],
  async check(seed, tally) {
    const pick = pickFrom(seed);
    const world = new World(pick, tally);
    for (let index = 0; index < REQUESTS; index += 1) {
      if (pick.chance(0.06)) world.reload();
      world.wait();
      const broken = await world.ask(world.request());
      if (broken !== undefined) return broken;
    }
    return undefined;
  },
};

class World {
  readonly #pick: Pick;
  readonly #tally: Tally;
  readonly #kind: Kind;
  readonly #ttlSeconds: number;
  readonly #variables: Readonly<Record<string, string>>;
  readonly #ports;
  readonly #account;
  readonly #known = new Map<string, Call>();
  readonly #texts: readonly string[];
  #sources: Readonly<Record<string, readonly Source[]>> = {};
  #served: ServedApi | undefined;
  #answer: Answer = 'everything';
  #calls: { readonly serial: number; readonly arn: string }[] = [];
  #serial = 0;
  #last: Request | undefined;

  constructor(pick: Pick, tally: Tally) {
    this.#pick = pick;
    this.#tally = tally;
    this.#kind = pick.one(KINDS);
    this.#ttlSeconds = pick.one(TTLS);
    this.#variables = { dev: pick.one(['t1', 't2', '']), prod: pick.one(['t1', 't2']) };
    // A few texts, so that requests repeat each other.
    this.#texts = [pick.one(TEXTS), pick.one(TEXTS), pick.one(TEXTS), pick.one(TEXTS), 'a'];
    const auth = (event: unknown): unknown =>
      this.#authorize(event as { methodArn?: string; routeArn?: string });
    const echo = (event: unknown): unknown => ({ statusCode: 200, body: String(serialOf(event)) });
    this.#ports = virtualPorts({ First: auth, Second: auth, echo });
    this.#account = new Account({ clock: this.#ports.clock, isThrottled: false });
    count(tally, this.#kind);
    this.reload();
  }

  /** The same API with other identity sources. A deployment does not flush the cache. */
  reload(): void {
    if (this.#served !== undefined) count(this.#tally, 'other sources after a reload');
    this.#sources = { First: this.#drawSources(), Second: this.#drawSources() };
    const resources = this.#kind.startsWith('rest') ? this.#restApi() : this.#httpApi();
    const { apis, adopt } = loadApis([aStack(resources)], this.#account);
    adopt();
    this.#served = apis[0]?.served;
  }

  #drawSources(): readonly Source[] {
    if (this.#kind === 'rest-token') return [this.#pick.one(SOURCES.slice(0, 2))];
    const sources = this.#pick.some(SOURCES, 1).slice(0, 4);
    if (sources.length > 1) count(this.#tally, 'several sources');
    return this.#pick.chance(0.5) ? sources : sources.toReversed();
  }

  #printSource({ place, name }: Source): string {
    const own = place === 'header' && this.#pick.chance(0.5) ? name.toUpperCase() : name;
    const form = {
      header: 'request.header',
      query: 'request.querystring',
      stage: 'stageVariables',
      context: 'context',
    };
    const prefix = this.#kind.startsWith('http')
      ? '$'
      : place === 'header' || place === 'query'
        ? 'method.'
        : '';
    return `${prefix}${form[place]}.${own}`;
  }

  #restApi(): Record<string, TestResource> {
    const more: Record<string, TestResource> = {};
    for (const name of ['First', 'Second'])
      more[name] = {
        type: 'AWS::ApiGateway::Authorizer',
        properties: {
          RestApiId: API_ID,
          AuthorizerUri: invokeUri(name),
          AuthorizerResultTtlInSeconds: this.#ttlSeconds,
          Type: this.#kind === 'rest-token' ? 'TOKEN' : 'REQUEST',
          IdentitySource: this.#sources[name]?.map((source) => this.#printSource(source)).join(', ') ?? '',
        },
      };
    more['Prod'] = {
      type: 'AWS::ApiGateway::Stage',
      properties: {
        RestApiId: API_ID,
        StageName: 'prod',
        DeploymentId: 'Deployment',
        ...this.#stageOf('prod'),
      },
    };
    const routes = Object.entries(ROUTES).map(([path, AuthorizerId]) => [
      `GET ${path}`,
      { AuthorizationType: 'CUSTOM', AuthorizerId },
    ]);
    return restRoutes(Object.fromEntries(routes), { stage: this.#stageOf('dev'), more });
  }

  #httpApi(): Record<string, TestResource> {
    const resources = httpRoutes(Object.keys(ROUTES).map((path) => `GET ${path}`));
    const made: Record<string, TestResource> = {};
    for (const [name, resource] of Object.entries(resources)) {
      const { RouteKey } = resource.properties;
      if (resource.type.endsWith('::Stage')) continue;
      const AuthorizerId = typeof RouteKey === 'string' ? ROUTES[RouteKey.slice(4)] : undefined;
      const guard = AuthorizerId === undefined ? {} : { AuthorizationType: 'CUSTOM', AuthorizerId };
      made[name] = { ...resource, properties: { ...resource.properties, ...guard } };
    }
    for (const StageName of STAGES)
      made[`Stage${StageName}`] = {
        type: 'AWS::ApiGatewayV2::Stage',
        properties: {
          ApiId: API_ID,
          StageName,
          AutoDeploy: true,
          ...this.#stageOf(StageName, 'StageVariables'),
        },
      };
    for (const name of ['First', 'Second'])
      made[name] = {
        type: 'AWS::ApiGatewayV2::Authorizer',
        properties: {
          ApiId: API_ID,
          AuthorizerType: 'REQUEST',
          AuthorizerUri: invokeUri(name),
          AuthorizerPayloadFormatVersion: this.#kind === 'http-1.0' ? '1.0' : '2.0',
          AuthorizerResultTtlInSeconds: this.#ttlSeconds,
          EnableSimpleResponses: this.#kind === 'http-simple',
          IdentitySource: this.#sources[name]?.map((source) => this.#printSource(source)) ?? [],
        },
      };
    return made;
  }

  #stageOf(name: string, member = 'Variables'): Record<string, { tenant: string }> {
    const tenant = this.#variables[name] ?? '';
    return tenant === '' ? {} : { [member]: { tenant } };
  }

  wait(): void {
    const ttlMs = this.#ttlSeconds * 1000;
    const { clock } = this.#ports;
    // Moves to the last millisecond of some entry, to its end, or past it.
    const [entry] = [...this.#known.values()].slice(-1);
    const left = entry === undefined ? 0 : entry.atMs + ttlMs - clock.nowEpochMs();
    if (this.#pick.chance(0.1) && left > 0) clock.advance(left + this.#pick.one([-1, 0, 1]));
    else clock.advance(this.#pick.one([0, 0, 1, 400]));
  }

  request(): Request {
    const { one, chance, upTo } = this.#pick;
    const path = one(Object.keys(ROUTES));
    if (this.#last !== undefined && chance(0.45)) {
      const query = this.#last.query.map((pair) => this.#drawBytes(pair));
      return { ...this.#last, path, ...(chance(0.5) && { query, written: this.#write(query) }) };
    }
    const headers = Array.from({ length: upTo(4) }, () => this.#drawHeader());
    const query = Array.from({ length: upTo(4) }, () => this.#drawParameter());
    const written = this.#write(query);
    return (this.#last = { stage: one(STAGES), path, headers, query, written, address: one(ADDRESSES) });
  }

  #write(query: readonly Pair[]): string {
    const { one } = this.#pick;
    return query
      .map(
        ({ name, wire }) =>
          `${one([name, name.replace('q', '%71')])}${wire === '' ? one(['', '=']) : `=${wire}`}`,
      )
      .join(one(['&', ';']));
  }

  #drawBytes(pair: Pair): Pair {
    if (!pair.text.startsWith(UNREADABLE)) return pair;
    const bytes = this.#pick.one(BROKEN_BYTES);
    return { ...pair, text: UNREADABLE + bytes, wire: bytes };
  }

  #drawHeader(): Pair {
    const { one, chance } = this.#pick;
    const name = one(['Authorization', 'Authorization', 'x-b']);
    const text = one(this.#texts);
    if (chance(0.7)) return { name, text, wire: text };
    count(this.#tally, 'names in another case');
    return { name: one([name.toLowerCase(), name.toUpperCase()]), text, wire: text };
  }

  #drawParameter(): Pair {
    const { one, chance } = this.#pick;
    const name = one(['q', 'q', 'Q', '__proto__']);
    if (chance(0.1)) {
      count(this.#tally, 'broken bytes');
      return this.#drawBytes({ name, text: UNREADABLE, wire: '' });
    }
    const text = chance(0.2) ? one(QUERY_TEXTS) : one(this.#texts);
    const encoded = encodeURIComponent(text);
    return {
      name,
      text,
      wire: one([encoded, encoded.replaceAll('%20', '+'), encoded.replaceAll('a', '%61')]),
    };
  }

  /**
   * Sends a request.
   * @returns what differs from the documentation
   */
  async ask(request: Request): Promise<string | undefined> {
    const expected = this.#expect(request);
    this.#answer = this.#pick.one(ANSWERS);
    this.#calls = [];
    const { status, body } = await this.#send(request);
    const [call] = this.#calls;
    const seen = `${status} ${status === 200 ? body.toString() : ''}`.trim();
    const tell = (wanted: string): string =>
      `${this.#kind} with TTL ${this.#ttlSeconds} and ${JSON.stringify(this.#sources)}: ${JSON.stringify(request)} got ${seen} with ${this.#calls.length} calls, not ${wanted}`;
    if (expected === 'missing')
      return status === 401 && call === undefined ? undefined : tell('401 and no call');
    const { key, cached, arn } = expected;
    if (cached !== undefined) {
      const wanted = isAdmitted(cached, request, arn, this.#kind) ? `200 ${cached.serial}` : '403';
      return seen === wanted && call === undefined ? undefined : tell(`${wanted} from the cache`);
    }
    if (this.#calls.length !== 1 || call === undefined) return tell('one call');
    const made = { serial: call.serial, answer: this.#answer, arn, atMs: this.#ports.clock.nowEpochMs() };
    if (call.arn !== arn) return tell(`a call for ${arn}`);
    this.#known.set(key, made);
    const wanted = isAdmitted(made, request, arn, this.#kind) ? `200 ${made.serial}` : '403';
    return seen === wanted ? undefined : tell(wanted);
  }

  #expect(
    request: Request,
  ): 'missing' | { readonly key: string; readonly cached?: Call; readonly arn: string } {
    const { stage, path, written } = request;
    const authorizer = ROUTES[path] ?? '';
    const sources = this.#sources[authorizer] ?? [];
    const all = sources.map((source) => this.#textsOf(source, request));
    if (all.some((texts) => texts.length > 1)) count(this.#tally, 'doubled');
    const isJoined = this.#kind.startsWith('http');
    if (all.some((texts) => (isJoined && texts.length > 1 ? false : (texts.at(-1) ?? '') === ''))) {
      count(this.#tally, 'missing');
      return 'missing';
    }
    const names = sources.map(({ place, name }) => [place, place === 'header' ? name.toLowerCase() : name]);
    const isReadable = !all.flat().some((text) => text.startsWith(UNREADABLE));
    // The function may read unreadable bytes from the query as sent, so then all of the query counts.
    const key = JSON.stringify([stage, authorizer, names, all, isReadable ? '' : written]);
    const arn = `arn:aws:execute-api:us-east-1:123456789012:${API_ID}/${stage}/GET${path}`;
    if (this.#ttlSeconds === 0) {
      count(this.#tally, 'uncached');
      return { key, arn };
    }
    const known = this.#known.get(key);
    if (known === undefined) return { key, arn };
    if (known.atMs + this.#ttlSeconds * 1000 <= this.#ports.clock.nowEpochMs()) {
      count(this.#tally, 'expired');
      return { key, arn };
    }
    count(this.#tally, 'hit');
    if (known.arn !== arn) count(this.#tally, 'hit on another route');
    if (known.arn !== arn && known.answer === 'this' && this.#kind !== 'http-simple')
      count(this.#tally, 'refused on another route');
    return { key, arn, cached: known };
  }

  #textsOf({ place, name }: Source, { headers, query, stage, address }: Request): readonly string[] {
    switch (place) {
      case 'header':
        return headers
          .filter((pair) => pair.name.toLowerCase() === name.toLowerCase())
          .map(({ text }) => text);
      case 'query':
        return query.filter((pair) => pair.name === name).map(({ text }) => text);
      case 'stage':
        return this.#variables[stage] === '' ? [] : [this.#variables[stage] ?? ''];
      case 'context':
        return [name === 'httpMethod' ? 'GET' : address.replace('::ffff:', '')];
    }
  }

  #send({ stage, path, headers, written, address }: Request): ReturnType<typeof serve> {
    if (this.#served === undefined) throw new Error('the resources have no API');
    const wire = {
      method: 'GET',
      target: `/${stage}${path}${written === '' ? '' : `?${written}`}`,
      rawHeaders: headers.flatMap((pair) => [pair.name, pair.wire]),
      body: undefined,
      remoteAddress: address,
      httpVersion: '1.1',
    };
    return serve(receive(wire, this.#served, this.#ports), this.#ports);
  }

  #authorize({ methodArn, routeArn }: { methodArn?: string; routeArn?: string }): unknown {
    const arn = methodArn ?? routeArn ?? '';
    const serial = (this.#serial += 1);
    this.#calls.push({ serial, arn });
    const context = { serial };
    if (this.#kind === 'http-simple') return { isAuthorized: this.#answer !== 'deny', context };
    return {
      principalId: 'p',
      context,
      policyDocument: { Version: '2012-10-17', Statement: [statementOf(this.#answer, arn)] },
    };
  }
}

function statementOf(answer: Answer, arn: string): object {
  const Effect = answer === 'deny' ? 'Deny' : 'Allow';
  const Resource = { this: arn, nothing: `${arn}/not`, prod: `*:${API_ID}/prod/*` }[answer as string] ?? '*';
  const Condition = { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } };
  return { Effect, Action: 'execute-api:Invoke', Resource, ...(answer === 'office' && { Condition }) };
}

/** Policies are evaluated for each request, simple answers apply to all of them. */
function isAdmitted({ answer, arn: given }: Call, request: Request, arn: string, kind: Kind): boolean {
  if (kind === 'http-simple') return answer !== 'deny';
  switch (answer) {
    case 'everything':
      return true;
    case 'this':
      return given === arn;
    case 'office':
      return request.address.endsWith('203.0.113.9');
    case 'prod':
      return request.stage === 'prod';
    case 'deny':
    case 'nothing':
      return false;
  }
}

function serialOf(event: unknown): unknown {
  const { requestContext } = event as {
    requestContext: { authorizer: { serial?: unknown; lambda?: { serial?: unknown } } };
  };
  return requestContext.authorizer.lambda?.serial ?? requestContext.authorizer.serial;
}
