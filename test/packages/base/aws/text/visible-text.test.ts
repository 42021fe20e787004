import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { showControls, showControlsInLines } from '@gatewright/aws/text/visible-text';

describe('an untrusted name on a terminal', () => {
  for (const [what, text, shown] of [
    ['clears no screen', '\u001b[2J', String.raw`\u001b[2J`],
    ['begins no line', 'shop\r\nok', String.raw`shop\u000d\u000aok`],
    ['begins no line by a separator of Unicode either', 'shop\u2028ok', String.raw`shop\u2028ok`],
    ['takes nothing back', 'ok\b\b\u007f', String.raw`ok\u0008\u0008\u007f`],
    ['is not shown as C1', '\u009b2J', String.raw`\u009b2J`],
    ['does not turn what follows', 'shop\u202egnp', String.raw`shop\u202egnp`],
    ['isolates nothing', '\u2066shop\u2069', String.raw`\u2066shop\u2069`],
    ['has no mark of direction', 'a\u200eb\u200fc\u061cd', String.raw`a\u200eb\u200fc\u061cd`],
    ['has no invisible space', 'sh\u200bop\u2060\ufeff\u00ad', String.raw`sh\u200bop\u2060\ufeff\u00ad`],
    ['has no invisible letter', 'shop\u3164\u{e0041}', String.raw`shop\u3164\u{e0041}`],
    [
      'keeps the joiners of Persian text and of emoji',
      'می\u200cخواهم 👩\u200d🍳 ❤\ufe0f',
      'می\u200cخواهم 👩\u200d🍳 ❤\ufe0f',
    ],
    ['is otherwise unchanged', 'Käse – 東京 🧀', 'Käse – 東京 🧀'],
  ] as const)
    it(what, () => assert.equal(showControls(text), shown));
});

describe('an untrusted text of several lines', () => {
  for (const [what, text, shown] of [
    ['keeps its lines, however they end', 'one\ntwo\r\nthree', 'one\ntwo\r\nthree'],
    ['keeps its tabs', 'one\ttwo', 'one\ttwo'],
    ['does not return to the start of a line', 'one\rtwo', String.raw`one\u000dtwo`],
    ['shows each of several returns that end no line', 'one\r\r\ntwo', 'one\\u000d\r\ntwo'],
    ['clears no screen', 'one\n\u001b[2J', 'one\n\\u001b[2J'],
    ['does not turn what follows', 'one\nshop\u202egnp', 'one\nshop\\u202egnp'],
    ['begins no line by a separator of Unicode', 'one\u2028two', String.raw`one\u2028two`],
    ['is otherwise unchanged', 'Käse – 東京 🧀\n', 'Käse – 東京 🧀\n'],
  ] as const)
    it(what, () => assert.equal(showControlsInLines(text), shown));
});
