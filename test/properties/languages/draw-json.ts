/** Draws JSON as text, so that it has what only text can have: 1e400, members twice, halves of surrogate pairs. */
import type { Pick } from '../../support/pick.ts';

const PIECES = [
  'a', 'B', 'k-1', '#', '##', '%', '%23', '/', '|', ':', ' ', '.', '..', '=', ',', '"', '\\', '\n', '\u0000',
  'é', 'e\u0301', 'İ', 'ß', '\u00a0', '\u2028', '٣', '²', '\ufeff', '\ufffd', '😀', '\ud800', '\udc00', 'GET /x',
]; // prettier-ignore

export const NUMBERS = [
  '0', '-0', '1', '1.0', '3e0', '1.5', '-1', '1e21', '1e-7', '123456789.125', '9007199254740991', '9007199254740992',
  '9007199254740993', '100000000000000000000', '1e400', '-1e400', '0.1', '5e-324', `1${'0'.repeat(400)}`,
]; // prettier-ignore

export function drawText(pick: Pick, most = 4): string {
  return Array.from({ length: pick.upTo(most) }, () => pick.one(PIECES)).join('');
}

export function drawJson(pick: Pick, depth = 2): string {
  const kind = pick.upTo(depth > 0 ? 6 : 4);
  if (kind === 0) return pick.one(['null', 'true', 'false']);
  if (kind <= 2) return pick.one(NUMBERS);
  if (kind <= 4) return JSON.stringify(drawText(pick));
  const values = Array.from({ length: pick.upTo(3) }, () => drawJson(pick, depth - 1));
  if (kind === 5) return `[${values.join(',')}]`;
  return objectOf(values.map((value) => [drawMemberName(pick), value]));
}

/**
 * Without a backslash: once V8 13.6 has read an object with a name that ends in one, such as `{"n\\\\":1}`, it reads
 * the name in `{"n\\u0130":1}` as that name, so that TypeScript itself does not answer the same twice.
 */
export function drawMemberName(pick: Pick): string {
  return drawText(pick, 2).replaceAll('\\', '');
}

export type Member = readonly [string, string];

export function objectOf(members: readonly Member[]): string {
  return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;
}

/** Draws an object with some of the members, of which some have another JSON type, and some occur twice. */
export function drawObject(pick: Pick, members: readonly Member[], odd = 0.06): string {
  const drawn = members.flatMap(([name, value]): readonly Member[] => {
    if (pick.chance(odd)) return pick.chance(0.3) ? [] : [[name, drawJson(pick)]];
    return pick.chance(odd / 3)
      ? [
          [name, drawJson(pick)],
          [name, value],
        ]
      : [[name, value]];
  });
  return objectOf(drawn);
}

export const text = (value: string): string => JSON.stringify(value);

/** JSON, nearly JSON, and JSON that is too deep or long for a careless reader. */
export function drawJsonText(pick: Pick): string {
  const whole = pick.chance(0.9) ? drawJson(pick, 3) : pick.one(DEEP)(pick);
  if (pick.chance(0.6)) return whole;
  if (pick.chance(0.2))
    return `[${pick.one(['NaN', 'Infinity', '-Infinity', '01', '1.', '٣', 'True', '"\t"'])}]`;
  const at = pick.upTo(Math.min(whole.length, 40));
  const bits = [
    '',
    ',',
    ' ',
    '\t',
    '\u00a0',
    '\ufeff',
    'NaN',
    '-Infinity',
    '01',
    '1.',
    '.5',
    '+1',
    '-',
    '"',
    '[',
    ']',
    '{',
    '}',
    ':',
    '"\t"',
    '"\\u12"',
    '"\\x"',
    '"\\ud83d\\ude00"',
    '٣',
    '//',
    'true',
  ];
  return whole.slice(0, at) + pick.one(bits) + whole.slice(at + pick.upTo(1));
}

export const DEEP: readonly ((pick: Pick) => string)[] = [
  (pick) => nested(pick.one([500, 1000, 3000])),
  (pick) => `${'{"a":'.repeat(3000)}${drawJson(pick)}${'}'.repeat(3000)}`,
  (pick) => `${'[1,{"b":2,"a":'.repeat(2000)}${drawJson(pick)}${'},3]'.repeat(2000)}`,
  (pick) =>
    '[' +
    pick.one(['', '-']) +
    '1'.repeat(pick.one([309, 310, 4300, 4301, 9000])) +
    pick.one(['', 'e1', '.5']) +
    ']',
  () => '['.repeat(2000),
];

function nested(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels);
}
