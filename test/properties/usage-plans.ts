/**
 * API keys, usage plans and throttles of REST APIs. The oracle follows the drawn plans by docs/aws §5.1 to §5.3: the
 * key's plan for this stage, its throttle for the method or as a whole, its quota, then the stage's throttle. It counts
 * tokens in whole thousandths.
 */
import { anApi } from '../support/an-api.ts';
import { invokeUri } from '../support/a-stack.ts';
import { pickFrom } from '../support/pick.ts';
import { API_ID, restRoutes } from '../support/routed-apis.ts';
import { policy } from '../support/rest-apis.ts';
import { EPOCH_MS } from '../support/virtual-ports.ts';
import { count } from './promises.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestApi } from '../support/an-api.ts';
import type { TestResource } from '../support/a-stack.ts';
import type { Pick } from '../support/pick.ts';
import type { DrawnPromise, Tally } from './promises.ts';

const REQUESTS_PER_SEED = 40;
const STAGES = ['dev', 'prod', 'Dev'] as const;
const ROUTES = [
  'GET /',
  'GET /pets',
  'POST /pets',
  'ANY /any/{id}',
  'GET /pets/{id}',
  'GET /pets/GET',
  'GET /open',
];
const OPEN = 'GET /open';
const STEM = 'abcdefghij0123456789';
/** Values that differ only by spelling. All are keys of AWS's length, 20 to 128 characters. */
const VALUES = [
  STEM,
  STEM.toUpperCase(),
  `${STEM} `,
  `${STEM}\u00e9`,
  `${STEM}e\u0301`,
  `${STEM}%41`,
  `${STEM}A`,
  `${STEM},${STEM}`,
  `${STEM}#`,
  `${STEM}/${STEM}`,
  `${STEM}\u{1f600}`,
  `__proto__${STEM}`,
  'x'.repeat(128),
];
/** Texts that no key has as its value. */
const OTHERS = [
  '',
  ' ',
  STEM.slice(1),
  STEM.slice(0, -1),
  `${STEM}\u0000`,
  `${STEM}\ud83d`,
  `${STEM}${STEM}`,
  `Bearer ${STEM}`,
  `"${STEM}"`,
  '__proto__',
  'constructor',
  'Key0',
  'x'.repeat(127),
  'x'.repeat(129),
];

type Limit = { readonly rate: number; readonly burst: number };
type Quota = { readonly limit: number; readonly offset: number; readonly period: 'DAY' | 'WEEK' | 'MONTH' };
type Key = { readonly id: string; readonly value: string; readonly isEnabled: boolean };
type Plan = {
  readonly id: string;
  readonly stages: readonly { readonly stage: string; readonly rows: Readonly<Record<string, Limit>> }[];
  readonly throttle: Limit | undefined;
  readonly quota: Quota | undefined;
  readonly keyIds: readonly string[];
};
type Drawn = {
  readonly source: 'HEADER' | 'AUTHORIZER';
  readonly keys: readonly Key[];
  readonly plans: readonly Plan[];
  /** The limits by stage and route; `*` is the default of the stage. */
  readonly stageLimits: Readonly<Record<string, Readonly<Record<string, Limit>>>>;
};

const drawLimit = (pick: Pick): Limit => ({ rate: pick.one([0, 1, 2, 10, 1000]), burst: pick.upTo(4) });

function drawRows(pick: Pick, names: readonly string[]): Record<string, Limit> {
  return Object.fromEntries(pick.some(names).map((name) => [name, drawLimit(pick)]));
}

/** A method in the spelling of usage plans: its path, a slash, its verb. */
const rowOf = (route: string): string => {
  const [verb = '', path = ''] = route.split(' ');
  return `${path}/${verb}`;
};

function drawPlans(pick: Pick, keys: readonly Key[]): readonly Plan[] {
  const joined = new Set<string>();
  const rows = [...ROUTES.map(rowOf), '/pets/PUT', '/Pets/GET', '/any/1/GET', '/GET', '*/*'];
  return Array.from({ length: pick.one([0, 1, 2, 3, 3]) }, (_, at) => {
    // Often the same rows at every stage, whose buckets must nevertheless be separate.
    const common = pick.chance(0.5) ? drawRows(pick, rows) : undefined;
    const stages = pick
      .some(STAGES, pick.upTo(1))
      .map((stage) => ({ stage, rows: common ?? drawRows(pick, rows) }));
    // A key may be in one plan of a stage only; a second one is refused when it is loaded.
    const keyIds = pick
      .some(keys.map(({ id }) => id))
      .filter((id) => stages.every(({ stage }) => !joined.has(`${id} ${stage}`)));
    for (const id of keyIds) for (const { stage } of stages) joined.add(`${id} ${stage}`);
    return {
      id: `Plan${at}`,
      stages,
      throttle: pick.chance(0.5) ? drawLimit(pick) : undefined,
      quota: pick.chance(0.5)
        ? { limit: pick.upTo(5), offset: pick.upTo(2), period: pick.one(['DAY', 'WEEK', 'MONTH'] as const) }
        : undefined,
      keyIds,
    };
  });
}

function drawAll(pick: Pick): Drawn {
  const keys = pick
    .some(VALUES, 1)
    .map((value, at) => ({ id: `Key${at}`, value, isEnabled: !pick.chance(0.15) }));
  const stageLimits = Object.fromEntries(
    STAGES.map((stage) => [stage, pick.chance(0.3) ? drawRows(pick, ['*', ...ROUTES]) : {}]),
  );
  return { source: pick.one(['HEADER', 'AUTHORIZER']), keys, plans: drawPlans(pick, keys), stageLimits };
}

const throttleOf = ({ rate, burst }: Limit): JsonObject => ({ RateLimit: rate, BurstLimit: burst });

function settingsOf(limits: Readonly<Record<string, Limit>>): JsonObject[] {
  return Object.entries(limits).map(([route, { rate, burst }]) => {
    const [verb = '', path = ''] = route === '*' ? ['*', '/*'] : route.split(' ');
    return { HttpMethod: verb, ResourcePath: path, ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst };
  });
}

function meteringOf({ keys, plans }: Drawn): Record<string, TestResource> {
  const resources: Record<string, TestResource> = {};
  for (const { id, value, isEnabled } of keys)
    resources[id] = { type: 'AWS::ApiGateway::ApiKey', properties: { Value: value, Enabled: isEnabled } };
  for (const { id, stages, throttle, quota, keyIds } of plans) {
    resources[id] = {
      type: 'AWS::ApiGateway::UsagePlan',
      properties: {
        ApiStages: stages.map(({ stage, rows }) => ({
          ApiId: API_ID,
          Stage: stage,
          Throttle: Object.fromEntries(Object.entries(rows).map(([row, limit]) => [row, throttleOf(limit)])),
        })),
        ...(throttle !== undefined && { Throttle: throttleOf(throttle) }),
        ...(quota !== undefined && {
          Quota: { Limit: quota.limit, Offset: quota.offset, Period: quota.period },
        }),
      },
    };
    for (const KeyId of keyIds)
      resources[`${id}${KeyId}`] = {
        type: 'AWS::ApiGateway::UsagePlanKey',
        properties: { UsagePlanId: id, KeyId, KeyType: 'API_KEY' },
      };
  }
  return resources;
}

/** The authorizer's answer is the identity source: what it returns as `usageIdentifierKey`, in JSON. */
function load(drawn: Drawn, ttlSeconds: number): TestApi {
  const guarded = { AuthorizationType: 'CUSTOM', AuthorizerId: 'Auth', ApiKeyRequired: true };
  const stageOf = (StageName: string): TestResource => ({
    type: 'AWS::ApiGateway::Stage',
    properties: {
      RestApiId: API_ID,
      StageName,
      DeploymentId: 'Deployment',
      MethodSettings: settingsOf(drawn.stageLimits[StageName] ?? {}),
    },
  });
  const resources = restRoutes(
    Object.fromEntries(ROUTES.map((route) => [route, route === OPEN ? {} : guarded])),
    {
      api: { ApiKeySourceType: drawn.source },
      more: {
        ...Object.fromEntries(STAGES.map((stage) => [`Stage${stage}`, stageOf(stage)])),
        Auth: {
          type: 'AWS::ApiGateway::Authorizer',
          properties: {
            RestApiId: API_ID,
            Name: 'auth',
            Type: 'TOKEN',
            IdentitySource: 'method.request.header.Authorization',
            AuthorizerUri: invokeUri('auth'),
            AuthorizerResultTtlInSeconds: ttlSeconds,
          },
        },
        ...meteringOf(drawn),
      },
    },
  );
  delete resources['Stage'];
  return anApi(resources, {
    echo: () => ({ statusCode: 200, body: 'ok' }),
    auth: (event) => ({
      ...policy('Allow', '*'),
      ...(JSON.parse((event as { authorizationToken: string }).authorizationToken) as object),
    }),
  });
}

type Asked = {
  readonly stage: string;
  readonly route: string;
  readonly inHeader: string | undefined;
  readonly fromAuthorizer: string | undefined;
};

const DAY_MS = 86_400_000;

/** The first day of a period, with weeks that begin on Sunday; 1970-01-01 was a Thursday. */
function firstDayOf(period: Quota['period'], epochMs: number): number {
  const day = Math.floor(epochMs / DAY_MS);
  if (period === 'DAY') return day;
  if (period === 'WEEK') return day - new Date(epochMs).getUTCDay();
  return day - new Date(epochMs).getUTCDate() + 1;
}

/** Tokens in thousandths, because a rate of 1 a second is one thousandth a millisecond. */
class Bucket {
  readonly limit: Limit;
  #thousandths: number;
  #atMs: number;

  constructor(limit: Limit, nowMs: number) {
    this.limit = limit;
    this.#thousandths = limit.burst * 1000;
    this.#atMs = nowMs;
  }

  has(nowMs: number): boolean {
    const grown = this.#thousandths + (nowMs - this.#atMs) * this.limit.rate;
    this.#thousandths = Math.min(this.limit.burst * 1000, grown);
    this.#atMs = nowMs;
    return this.#thousandths >= 1000;
  }

  take(): void {
    this.#thousandths -= 1000;
  }
}

type Verdict = '200' | '403' | '429 Too Many Requests' | '429 Limit Exceeded';

/** What AWS documents, stored next to the API that is called. */
class Oracle {
  readonly #drawn: Drawn;
  readonly #buckets = new Map<string, Bucket>();
  readonly #used = new Map<string, number>();

  constructor(drawn: Drawn) {
    this.#drawn = drawn;
  }

  expect({ stage, route, inHeader, fromAuthorizer }: Asked, nowMs: number): Verdict {
    const { source, keys, plans, stageLimits } = this.#drawn;
    const limits = stageLimits[stage] ?? {};
    const ofStage = this.#bucket(`stage ${stage} ${route}`, limits[route] ?? limits['*'], nowMs);
    if (route === OPEN) return admit([ofStage], nowMs);
    const value = source === 'HEADER' ? inHeader : fromAuthorizer;
    const key = keys.find((one) => one.value === value);
    const plan = plans.find(
      ({ stages, keyIds }) =>
        key !== undefined && keyIds.includes(key.id) && stages.some((own) => own.stage === stage),
    );
    if (key?.isEnabled !== true || plan === undefined) return '403';
    const rows = plan.stages.find((own) => own.stage === stage)?.rows ?? {};
    const row = rows[rowOf(route)] ?? (route === 'GET /' ? rows['/GET'] : undefined);
    const ofPlan =
      row === undefined
        ? this.#bucket(`plan ${plan.id} ${key.id}`, plan.throttle, nowMs)
        : this.#bucket(`row ${plan.id} ${key.id} ${stage} ${route}`, row, nowMs);
    if (ofPlan?.has(nowMs) === false) return '429 Too Many Requests';
    const used = `${plan.id} ${key.id} ${plan.quota && firstDayOf(plan.quota.period, nowMs)}`;
    if (plan.quota !== undefined && this.#left(plan.quota, used, nowMs) < 1) return '429 Limit Exceeded';
    const verdict = admit([ofPlan, ofStage], nowMs);
    if (verdict === '200') this.#used.set(used, (this.#used.get(used) ?? 0) + 1);
    return verdict;
  }

  /** The offset counts in the period in which the key joined the plan. */
  #left({ limit, offset, period }: Quota, used: string, nowMs: number): number {
    const isFirst = firstDayOf(period, nowMs) === firstDayOf(period, EPOCH_MS);
    return limit - (isFirst ? offset : 0) - (this.#used.get(used) ?? 0);
  }

  #bucket(name: string, limit: Limit | undefined, nowMs: number): Bucket | undefined {
    if (limit === undefined) return undefined;
    const bucket = this.#buckets.get(name) ?? new Bucket(limit, nowMs);
    this.#buckets.set(name, bucket);
    return bucket;
  }
}

/** Takes a token of each bucket, or of none. */
function admit(buckets: readonly (Bucket | undefined)[], nowMs: number): Verdict {
  if (buckets.some((bucket) => bucket?.has(nowMs) === false)) return '429 Too Many Requests';
  for (const bucket of buckets) bucket?.take();
  return '200';
}

const TARGETS: Readonly<Record<string, readonly string[]>> = {
  'GET /': ['', '/', '//'],
  'GET /pets': ['/pets', '/pets/', '//pets', '/pets?x=1'],
  'POST /pets': ['/pets'],
  'ANY /any/{id}': ['/any/1', '/any/GET', '/any/%2Fpets'],
  'GET /pets/{id}': ['/pets/1', '/pets/POST'],
  'GET /pets/GET': ['/pets/GET'],
  'GET /open': ['/open'],
};

function drawAsked(pick: Pick, { keys }: Drawn): Asked {
  const value = (): string | undefined => {
    if (pick.chance(0.75)) return (pick.chance(0.5) ? keys[0] : pick.one(keys))?.value;
    return pick.chance(0.6) ? pick.one([...OTHERS, ...VALUES]) : undefined;
  };
  const route = pick.chance(0.4) ? 'GET /pets' : pick.one(ROUTES);
  const inHeader = value();
  return { stage: pick.one(STAGES), route, inHeader, fromAuthorizer: pick.chance(0.2) ? inHeader : value() };
}

async function send(
  { send: ask }: TestApi,
  asked: Asked,
  target: string,
  headerName: string,
): Promise<string> {
  const { stage, route, inHeader, fromAuthorizer } = asked;
  const [verb = ''] = route.split(' ');
  const token = JSON.stringify({ usageIdentifierKey: fromAuthorizer });
  const { status, body } = await ask({
    method: verb === 'ANY' ? 'PUT' : verb,
    target: `/${stage}${target}`,
    headers: ['Authorization', token, ...(inHeader === undefined ? [] : [headerName, inHeader])],
  });
  if (status !== 429) return String(status);
  return `429 ${(JSON.parse(body.toString()) as { message: string }).message}`;
}

function noteSource(
  tally: Tally,
  { source }: Drawn,
  { inHeader, fromAuthorizer }: Asked,
  verdict: Verdict,
): void {
  count(tally, verdict);
  if (verdict === '200') count(tally, source);
  if (inHeader !== fromAuthorizer) count(tally, 'header and authorizer differ');
  const value = (source === 'HEADER' ? inHeader : fromAuthorizer) ?? '';
  if (verdict !== '403' && value !== STEM && VALUES.includes(value))
    count(tally, 'accepted in another spelling');
  if (verdict === '403' && VALUES.includes(value)) count(tally, 'a key that is refused');
}

export const usagePlans: DrawnPromise = {
  name: 'usage-plans',
  says: 'a key opens the stages of its plans only, from one source, within the throttles and the quota of the plan',
  few: 7,
  many: 10_000,
  meets: [
    '200',
    '403',
    '429 Too Many Requests',
    '429 Limit Exceeded',
    'HEADER',
    'AUTHORIZER',
    'header and authorizer differ',
    'accepted in another spelling',
    'a key that is refused',
    'another period',
  ],
  async check(seed, tally) {
    const pick = pickFrom(seed);
    const drawn = drawAll(pick);
    const api = load(drawn, pick.one([0, 300]));
    const oracle = new Oracle(drawn);
    for (let request = 0; request < REQUESTS_PER_SEED; request += 1) {
      const waitMs = pick.one([0, 0, 0, 0, 1, 99, 100, 499, 500, 999, 1000, DAY_MS - 1, DAY_MS, 7 * DAY_MS]);
      if (waitMs >= DAY_MS) count(tally, 'another period');
      api.ports.clock.advance(waitMs);
      const asked = drawAsked(pick, drawn);
      const target = pick.one(TARGETS[asked.route] ?? []);
      const expected = oracle.expect(asked, api.ports.clock.nowEpochMs());
      noteSource(tally, drawn, asked, expected);
      const answer = await send(api, asked, target, pick.one(['x-api-key', 'X-API-Key', 'X-Api-KEY']));
      if (answer !== expected)
        return `${JSON.stringify({ asked, target })}, request ${request}, got ${answer}, not ${expected}: ${JSON.stringify(drawn)}`;
    }
    return undefined;
  },
};
