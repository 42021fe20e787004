/** Draws customer plans with a fault now and then, and charges by plans that have none. */
import type { Pick } from '../../support/pick.ts';
import { drawJson } from './draw-json.ts';

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 9, 24, 22);
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'utc',
  '+01:00',
  '+25:00',
  'Europe',
  'Factory',
  'posix/UTC',
  '../UTC',
  '',
  '\ud800',
  'Nowhere/X',
  'a'.repeat(300),
];
const WHOLE = [
  '0',
  '1',
  '1.0',
  '10',
  '1e2',
  '1000',
  '9007199254740991',
  '9007199254740992',
  '-0',
  '-1',
  '1.5',
  '1e400',
  '"1"',
  'true',
  'null',
];
const INSTANTS = [
  '2026-11-20',
  '2026-11-20T06:00:00Z',
  '2026-02-31',
  '2026-02-29',
  '2024-02-29',
  '0000-01-01',
  '2026-13-01',
  '2026-11-20T24:00:00Z',
  '2026-11-20T06:00:60Z',
  '٢٠٢٦-11-20',
  '2026-11-20\n',
  '2026-11-20T06:00:00.000Z',
];

/** Members, each of which may be of another form. */
type Drawn = Readonly<Record<string, string>>;

export function drawPlan(pick: Pick, odd = 0.015): string {
  const listed = Array.from({ length: pick.upTo(2) + (pick.chance(0.95) ? 1 : 0) }, (_, n) =>
    drawLimit(pick, odd, n),
  );
  const cost = pick.one([
    '1',
    '2.0',
    '{"GET /x":3,"*":2}',
    '{"GET /x":0}',
    '{"__proto__":2,"constructor":2}',
    '{}',
  ]);
  return print(pick, odd, {
    id: '"gold"',
    version: '1',
    limits: `[${listed.join(',')}]`,
    ...(pick.chance(0.4) && {
      cost: pick.chance(odd * 3) ? pick.one([...WHOLE, '{"2":"b","1":"a"}']) : cost,
    }),
    ...(pick.chance(0.1) && { invoice: '{"currency":"EUR"}' }),
  });
}

function drawLimit(pick: Pick, odd: number, n: number): string {
  const whole = (usual: string): string => (pick.chance(odd * 2) ? pick.one(WHOLE) : usual);
  const level = pick.one(['tenant', 'key', 'route']);
  const length = pick.one(['DAY', 'WEEK', 'MONTH', undefined]);
  const anchorDay =
    length === 'WEEK' ? { weekday: whole('3') } : length === 'MONTH' ? { day: whole('31') } : {};
  const every = print(pick, odd, {
    everySeconds: whole('3600'),
    ...(pick.chance(0.5) && { from: JSON.stringify(pick.one(odd > 0 ? INSTANTS : ['2026-11-20'])) }),
  });
  const anchor = print(pick, odd, {
    ...(pick.chance(0.5) && anchorDay),
    ...(pick.chance(0.5) && {
      time: JSON.stringify(pick.one(odd > 0 ? ['06:30', '24:00', '6:30', '٠٦:30', '06:30\n'] : ['06:30'])),
    }),
  });
  return print(pick, odd, {
    id: JSON.stringify(
      pick.chance(odd)
        ? pick.one(['é', 'a'.repeat(65), '', 'a\n', '-a'])
        : (['daily', 'constructor', 'm.1'][n] ?? 'x'),
    ),
    level: `"${level}"`,
    quota: whole('1000'),
    period: length === undefined ? every : `"${length}"`,
    ...(pick.chance(0.2) && { overage: whole('10') }),
    ...(pick.chance(0.2) && { initialUsage: whole('7') }),
    ...(pick.chance(0.2) && {
      alarms: pick.chance(odd * 3)
        ? pick.one(['[1,1.0]', '[0]', '[true]', '[1001]', '{}', '[1,2,3,4,5,6,7,8,9]'])
        : '[90,5.0,100]',
    }),
    ...(pick.chance(0.2) && {
      lease: pick.one([
        'false',
        '{"seconds":2.5,"max":3}',
        '{}',
        ...(odd > 0 ? ['{"seconds":0}', 'true', '[]', '{"x":1}', 'null'] : []),
      ]),
    }),
    ...(pick.chance(0.15) && {
      wasteBudget: pick.one(['0.1', '0', '0.5', ...(odd > 0 ? ['0.6', 'true', '"0.1"', 'null'] : [])]),
    }),
    ...(pick.chance(0.15) && { billing: pick.one(['"leased"', ...(odd > 0 ? ['"exact"', 'null'] : [])]) }),
    ...(length !== undefined &&
      pick.chance(0.3) && { timeZone: JSON.stringify(pick.one(odd > 0 ? ZONES : ZONES.slice(0, 4))) }),
    ...(length !== undefined && pick.chance(0.3) && { anchor }),
    ...(pick.chance(odd) && { shards: '2' }),
    ...(pick.chance(odd) && { rate: '1' }),
  });
}

function print(pick: Pick, odd: number, members: Drawn): string {
  const listed = Object.entries(members).map(
    ([name, value]) => [name, name !== 'invoice' && pick.chance(odd) ? drawJson(pick) : value] as const,
  );
  const kept = listed.filter(() => !pick.chance(odd / 2));
  const more = pick.chance(odd) ? [[pick.one(['x', '7', '__proto__']), '1'] as const] : [];
  return `{${[...kept, ...more].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;
}

/** Plans and records are put, and requests charged in between; a plan with leases is Node's own affair. */
export function drawSteps(pick: Pick, drawName: () => string): readonly unknown[] {
  const [tenant, key] = [pick.chance(0.8) ? 'acme' : drawName(), pick.chance(0.6) ? 'k-1' : drawName()];
  let atEpochMs = START_MS;
  return Array.from({ length: 3 + pick.upTo(5) }, (_, n) => {
    atEpochMs += pick.one([0, 1000, 3_600_000, DAY_MS, 7 * DAY_MS]);
    if (n === 0 || pick.chance(0.2)) return drawPut(pick, n + 1, tenant, key, atEpochMs);
    const route = pick.one([undefined, 'GET /x', 'GET /x', drawName()]);
    const cost = pick.one([undefined, undefined, undefined, 0, 1, 2.0, 3, 1.5, -1, 2 ** 53]);
    const charge = {
      at: atEpochMs,
      tenant,
      key: pick.chance(0.8) ? key : pick.one(['k', 'k#GET /x', drawName()]),
      ...(pick.chance(0.9) && { plan: pick.one(['gold', 'gold', 'none']) }),
      ...(route !== undefined && { route }),
      ...(cost !== undefined && { cost }),
    };
    return { charge, times: 1 + pick.upTo(4) };
  });
}

function drawPut(pick: Pick, version: number, tenant: string, key: string, atEpochMs: number): unknown {
  const isOdd = pick.chance(0.05);
  const partition = (subject: string): string => `Q#${escape(tenant)}##${escape(subject)}`;
  const kind = version === 1 ? 0 : pick.upTo(3);
  if (kind === 2) {
    const terms = [
      {
        plan: 'gold',
        fromEpochMs: atEpochMs - pick.upTo(2) * DAY_MS,
        ...(pick.chance(0.3) && { limits: { daily: 4 } }),
      },
    ];
    const doc = { tenant, state: pick.one(['active', 'active', 'suspended']), stateSinceEpochMs: 1, terms };
    return {
      put: {
        pk: partition(''),
        sk: 'CUSTOMER',
        ver: 1,
        doc: isOdd ? '{' : JSON.stringify(doc),
        list: 'CUSTOMERS',
      },
    };
  }
  if (kind === 3) return { put: { pk: partition(key), sk: 'ASSIGNED', plan: 'gold', at: atEpochMs } };
  const id = pick.one(['daily', 'daily', 'other']);
  const isSecond = pick.chance(0.4);
  const limits = [
    {
      id,
      level: pick.one(['tenant', 'key', 'key', 'route']),
      quota: 2 + pick.upTo(6),
      period: pick.one(['DAY', 'WEEK', 'MONTH', { everySeconds: 3600 }]),
      lease: false,
      ...(pick.chance(0.4) && { overage: 2 }),
      ...(pick.chance(0.2) && { alarms: [50, 100] }),
    },
    ...(isSecond
      ? [
          {
            id: pick.one(['m', 'm', id === 'daily' ? 'other' : 'daily']),
            level: pick.one(['key', 'route']),
            quota: 5,
            period: 'MONTH',
            timeZone: 'Europe/Berlin',
            lease: false,
          },
        ]
      : []),
  ];
  const doc = JSON.stringify({
    id: 'gold',
    version,
    limits,
    ...(pick.chance(0.2) && { cost: { 'GET /x': 2 } }),
  });
  return { put: { pk: 'PLAN#gold', sk: 'V', ver: version, doc: isOdd ? doc.slice(1) : doc, list: 'PLANS' } };
}

function escape(name: string): string {
  return name.replaceAll('%', '%25').replaceAll('#', '%23');
}
