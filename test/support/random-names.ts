/** Random names of tenants, customers, keys, routes, plans, topics and callers, as people and attackers choose them. */
import type { Pick } from './pick.ts';

const PIECES = [
  'a',
  'k',
  'acme',
  'GET /x',
  'GET /orders/{id}',
  '#',
  '##',
  '%',
  '%23',
  '%25',
  '%2523',
  '/',
  '|',
  ':',
  ' ',
  '.',
  '..',
  'Q',
  'P#',
  'é',
  'e\u0301',
  '日本',
  '\u{1f600}',
  '\ufffd',
  'ß',
  'ẞ',
  '\u00a0',
  '-',
  '$default',
];
/** Halves of surrogate pairs, which JSON can carry and UTF-8 cannot. */
const HALVES = ['\ud83d', '\ude00', '\udfff', '\ud800'];

/** A name of 1 to 256 UTF-16 code units of well-formed Unicode. Short names of few letters collide often. */
export function randomName(pick: Pick): string {
  if (pick.chance(0.02)) return 'x'.repeat(254 + pick.upTo(2));
  return Array.from({ length: 1 + pick.upTo(3) }, () => pick.one(PIECES)).join('');
}

/** A name from which no table key may be made. */
export function randomBadName(pick: Pick): string {
  const name = randomName(pick);
  return pick.one(['', 'x'.repeat(257), `${name}${pick.one(HALVES)}`, `${pick.one(HALVES)}a${name}`]);
}
