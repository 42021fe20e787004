/** Draws events of API Gateway, with a member of another JSON type now and then. */
import type { Pick } from '../../support/pick.ts';
import {
  drawJson,
  drawJsonText,
  drawMemberName,
  drawObject,
  drawText,
  NUMBERS,
  objectOf,
  text,
} from './draw-json.ts';
import type { Member } from './draw-json.ts';

export const NOON_MS = Date.UTC(2026, 10, 19, 12);

export const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

export function drawTime(pick: Pick): string {
  if (pick.chance(0.15))
    return pick.one([...NUMBERS, String(LAST_MS), String(LAST_MS + 1), `${NOON_MS}.5`, '"1"']);
  return String(NOON_MS + pick.upTo(1_000_000));
}

function drawContext(pick: Pick): string {
  const nowSeconds = NOON_MS / 1000;
  const expiry = pick.one([
    `"${nowSeconds + 60}"`, `${nowSeconds + 60}`, `"${nowSeconds - 60}"`, `"٣"`, '"12\\n"', `"1234567890123"`,
    drawJson(pick),
  ]); // prettier-ignore
  const carried = pick.chance(0.3)
    ? drawJsonText(pick)
    : drawObject(pick, [
        ['email', text('a@b')],
        ['n', 'null'],
        [drawText(pick, 2), text(drawText(pick))],
      ]);
  const members: Member[] = [
    ['sub', text(pick.chance(0.8) ? 'alice' : drawText(pick))],
    ['iss', text('https://issuer.example/')],
    ['clientId', text(drawText(pick))],
    ['scope', text(pick.one(['a b', 'a', '', ' a', 'a  b', 'a\u00a0b']))],
    ['exp', expiry],
    ...(pick.chance(0.3) ? [['carriedClaims', text(carried)] as const] : []),
    ...(pick.chance(0.3)
      ? [
          [
            'contextCut',
            pick.one([
              '"scope"',
              '"carriedClaims"',
              '"x carriedClaims"',
              '["carriedClaims"]',
              '{"toString":1}',
            ]),
          ] as const,
        ]
      : []),
    [drawMemberName(pick), drawJson(pick)],
    ['number', pick.one(NUMBERS)],
  ];
  return drawObject(pick, members);
}

function drawAuthorizer(pick: Pick): string {
  const context = drawContext(pick);
  return pick.one([
    context,
    objectOf([['lambda', context]]),
    objectOf([['lambda', context]]),
    objectOf([['claims', context]]),
    objectOf([['jwt', drawObject(pick, [['claims', context]])]]),
    drawJson(pick),
  ]);
}

export function drawEvent(pick: Pick, more: readonly Member[] = []): string {
  const http = drawObject(
    pick,
    [
      ['method', text('POST')],
      ['path', text('/x')],
    ],
    0.02,
  );
  const context = drawObject(
    pick,
    [
      pick.chance(0.5) ? ['timeEpoch', drawTime(pick)] : ['requestTimeEpoch', drawTime(pick)],
      ['http', http],
      ['identity', pick.one(['{}', 'null'])],
      ['authorizer', drawAuthorizer(pick)],
    ],
    0.03,
  );
  return drawObject(pick, [['requestContext', context], ...more], 0.03);
}

export function drawHeaders(pick: Pick): Member[] {
  const names = [
    'X-HTTP-Method-Override',
    'x-http-method',
    'X-Method-Override',
    'Accept',
    'ACCEPT',
    'İ',
    'ΑΣ',
    '\u212a',
  ];
  const one = pick.some(names).map((name): Member => [name, text(drawText(pick))]);
  const many = pick
    .some(names)
    .map((name): Member => [name, pick.chance(0.8) ? `[${text('v')},${drawJson(pick)}]` : drawJson(pick)]);
  return [
    ['headers', drawObject(pick, pick.chance(0.5) ? [] : one)],
    ['multiValueHeaders', pick.chance(0.5) ? 'null' : drawObject(pick, many)],
  ];
}

export function drawQuery(pick: Pick): Member[] {
  const part = (): string =>
    pick.one([
      '_method',
      '_method[]',
      '_method[',
      '%5Fmethod',
      '?',
      '&',
      ';',
      '=',
      '+',
      '%',
      '%C3',
      '%C3%28',
      '%EF%BB%BF',
      '%ed%a0%80',
      'x',
      'é',
      '\ud800',
      '😀',
      '\n',
    ]);
  const raw = Array.from({ length: pick.upTo(5) }, part).join('');
  const single = objectOf([[part(), text('v')]]);
  return pick.chance(0.7)
    ? [['rawQueryString', text(raw)]]
    : [
        ['queryStringParameters', pick.chance(0.9) ? single : drawJson(pick)],
        ['multiValueQueryStringParameters', pick.one(['null', single])],
      ];
}

export function drawBase64(pick: Pick, body: string): string {
  const right = Buffer.from(body).toString('base64');
  return pick.chance(0.6)
    ? right
    : pick.one([
        'fR==',
        'fQ==',
        'fQ',
        'fQ=',
        'fQ===',
        'f',
        '=',
        '====',
        ' fQ==',
        'fQ==\n',
        'f-__',
        '٣٣٣٣',
        `${right}=`,
        right.slice(1),
      ]);
}
