/** Draws a question's arguments, as JSON text. */
import type { Pick } from '../../support/pick.ts';
import { drawBase64, drawEvent, drawHeaders, drawQuery, LAST_MS, NOON_MS } from './draw-events.ts';
import { drawJson, drawJsonText, drawObject, drawText, NUMBERS, objectOf, text } from './draw-json.ts';
import type { Member } from './draw-json.ts';
import { drawPlan, drawSteps } from './draw-plans.ts';
import { drawWebhook } from './draw-webhooks.ts';
import type { QuestionName } from './questions.ts';

export function drawQuestion(name: QuestionName, pick: Pick): string {
  return `[${DRAWS[name](pick).join(',')}]`;
}

/** A name near the limit of 256 units, too. */
function drawName(pick: Pick): string {
  if (pick.chance(0.1))
    return pick.one(['a', '#', '😀', 'é']).repeat(pick.one([127, 128, 129, 255, 256, 257]));
  return pick.chance(0.5) ? pick.one(['acme', 'k', 'k#GET /x', '##k', 'k-1']) : drawText(pick);
}

const ZONES = [
  'UTC',
  'utc',
  'Europe/Berlin',
  'america/new_york',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'America/St_Johns',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'Pacific/Kiritimati',
  '+05:30',
  '-0330',
  '+14',
];

function drawPeriod(pick: Pick): string[] {
  const length = pick.one([
    'DAY',
    'WEEK',
    'MONTH',
    {
      everySeconds: pick.one([1, 7, 3600, 86_400, 366 * 86_400]),
      ...(pick.chance(0.5) && { fromEpochMs: pick.one([0, -62_167_219_200_000, NOON_MS, 1]) }),
    },
  ]);
  const stamp = pick.one([
    0,
    1,
    NOON_MS,
    LAST_MS,
    LAST_MS - pick.upTo(1000) * 86_400_000,
    pick.upTo(25_000) * 86_400_000 + pick.upTo(86_399_999),
    pick.upTo(25_000) * 86_400_000,
  ]);
  return [
    JSON.stringify([
      length,
      pick.one(ZONES),
      pick.upTo(length === 'WEEK' ? 6 : 30) + 1,
      pick.one([0, 1, 120, 150, 390, 1439]),
    ]),
    String(stamp),
  ];
}

function drawHeadersOfLimits(pick: Pick): string[] {
  const number = (): number => pick.one([0, 1, 1.5, -1, 10, 999_999_999_999_999, 1e15, 1e300]);
  const limits = Array.from({ length: pick.upTo(3) }, () => ({
    id: pick.chance(0.3) ? 'daily' : drawText(pick),
    kind: 'quota',
    limit: number(),
    windowSeconds: number(),
    remaining: number(),
    resetSeconds: number(),
  }));
  const rejection = {
    reason: pick.one(['quota-exceeded', 'unavailable', 'suspended']),
    limit: drawText(pick),
    retryAfterSeconds: pick.one([1, 30, 2.5, 1e21]),
  };
  return [JSON.stringify(limits), JSON.stringify(rejection)];
}

function drawCustomer(pick: Pick): string[] {
  const term = (): string =>
    drawObject(
      pick,
      [
        ['plan', text('gold')],
        ['fromEpochMs', pick.chance(0.8) ? String(pick.upTo(5)) : pick.one(NUMBERS)],
        ...(pick.chance(0.4)
          ? [['limits', pick.chance(0.7) ? '{"daily":5,"constructor":3.0}' : drawJson(pick)] as const]
          : []),
      ],
      0.03,
    );
  const terms = `[${Array.from({ length: pick.upTo(3) }, term).join(',')}]`;
  const members: Member[] = [
    ['tenant', text('acme')],
    ['state', text(pick.one(['active', 'active', 'active', 'suspended', 'closed', 'x']))],
    ['stateSinceEpochMs', '1'],
    ['terms', terms],
  ];
  const doc = pick.chance(0.05) ? drawJsonText(pick) : drawObject(pick, members, 0.02);
  return [
    drawObject(
      pick,
      [
        ['ver', '1'],
        ['doc', text(doc)],
      ],
      0,
    ).replace('"ver":1', pick.chance(0.95) ? '"ver":1' : '"ver":"1"'),
    String(pick.upTo(5)),
  ];
}

/** Names that JavaScript itself reads from every object are not asked for: they are no claims there. */
const CLAIM_NAMES = [
  'sub',
  'email',
  'n',
  'number',
  'exp',
  'client_id',
  'scope',
  'iss',
  'contextCut',
  'é',
  'a',
  '',
];

const DRAWS: Readonly<Record<QuestionName, (pick: Pick) => string[]>> = {
  claims: (pick) => [drawEvent(pick), JSON.stringify(CLAIM_NAMES)],
  caller: (pick) => [drawEvent(pick)],
  access: (pick) => [
    drawEvent(pick, [...drawHeaders(pick), ...drawQuery(pick)]),
    pick.one([
      '{}',
      '{"scopes":["a"]}',
      '{"scopes":["a","c"]}',
      '{"clockSkewSeconds":0.5}',
      '{"allowMethodOverride":true}',
    ]),
  ],
  time: (pick) => [drawEvent(pick)],
  body: (pick) => [
    pick.chance(0.5)
      ? objectOf([
          ['body', text(drawBase64(pick, drawText(pick)))],
          ['isBase64Encoded', 'true'],
        ])
      : drawObject(pick, [
          ['body', text(drawText(pick))],
          ['isBase64Encoded', pick.one(['false', 'true', 'null', '1', '"true"'])],
        ]),
  ],
  'headers-sent': (pick) => [drawEvent(pick, drawHeaders(pick))],
  query: (pick) => [drawEvent(pick, drawQuery(pick))],
  plan: (pick) => [drawPlan(pick)],
  term: (pick) => [
    drawPlan(pick, 0),
    pick.one([
      'null',
      '{}',
      '{"daily":5}',
      '{"daily":0}',
      '{"constructor":5}',
      '{"daily":9007199254740991}',
      '{"x":1}',
    ]),
    pick.one(['null', '"GET /x"', '"__proto__"', '"constructor"', '"*"']),
  ],
  customer: drawCustomer,
  period: drawPeriod,
  headers: drawHeadersOfLimits,
  webhook: drawWebhook,
  names: (pick) => [
    text(pick.one(['tenant', 'key', 'route'])),
    ...[1, 2, 3].map(() => (pick.chance(0.97) ? text(drawName(pick)) : drawJson(pick))),
    pick.chance(0.2) ? 'null' : text(drawName(pick)),
  ],
  charge: (pick) => [JSON.stringify(drawSteps(pick, () => drawName(pick)))],
  json: (pick) => [text(drawJsonText(pick))],
};
