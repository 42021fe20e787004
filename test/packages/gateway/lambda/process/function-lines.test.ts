import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { LINE_LIMIT } from '../../../../../packages/gateway/lambda/function-log-line.ts';
import { FunctionLines } from '../../../../../packages/gateway/lambda/process/function-lines.ts';

type Line = readonly [stream: string, message: string];

function aLog(): { readonly lines: FunctionLines; readonly log: Line[] } {
  const log: Line[] = [];
  return { lines: new FunctionLines((stream, message) => void log.push([stream, message])), log };
}

/** The same output, split into chunks of each size: a pipe splits anywhere. */
const OUTPUTS: readonly {
  readonly what: string;
  readonly output: string;
  readonly lines: readonly string[];
}[] = [
  { what: 'lines', output: 'a\nbc\n', lines: ['a', 'bc'] },
  { what: 'an unfinished line', output: 'a\nb', lines: ['a', 'b'] },
  { what: 'empty lines', output: '\n\na\n', lines: ['', '', 'a'] },
  { what: 'letters of several bytes', output: 'ä€😀\n😀', lines: ['ä€😀', '😀'] },
  { what: 'lines of Windows', output: 'a\r\nb\r\n', lines: ['a', 'b'] },
  {
    what: 'a traceback, whose lines Lambda’s runtimes join by carriage returns',
    output: 'a\r  b\rc\n',
    lines: ['a\n  b\nc'],
  },
];

describe('the output of a process', () => {
  for (const { what, output, lines: expected } of OUTPUTS)
    it(`becomes lines wherever it is split: ${what}`, () => {
      const bytes = Buffer.from(output);
      for (let size = 1; size <= bytes.length; size += 1) {
        const { lines, log } = aLog();
        for (let at = 0; at < bytes.length; at += size) lines.take('stderr', bytes.subarray(at, at + size));
        lines.flush();
        lines.flush();
        assert.deepEqual(
          log,
          expected.map((line) => ['stderr', line]),
          `chunks of ${size}`,
        );
      }
    });

  it('of two streams is separate, and unfinished lines come last, stdout first', () => {
    const { lines, log } = aLog();
    lines.take('stderr', Buffer.from('e'));
    lines.take('stdout', Buffer.from('o'));
    lines.take('stderr', Buffer.from('f\n'));
    lines.take('stderr', Buffer.from('g'));
    lines.flush();

    assert.deepEqual(log, [
      ['stderr', 'ef'],
      ['stdout', 'o'],
      ['stderr', 'g'],
    ]);
  });

  for (const [length, printed] of [
    [LINE_LIMIT, ['x'.repeat(LINE_LIMIT)]],
    [LINE_LIMIT + 1, [`${'x'.repeat(LINE_LIMIT)} …`]],
  ] as const)
    it(`is cut if a line has more than ${LINE_LIMIT} letters: ${length}`, () => {
      for (const ending of ['', '\n']) {
        const { lines, log } = aLog();
        lines.take('stdout', Buffer.from(`${'x'.repeat(length)}${ending}`));
        lines.flush();
        assert.deepEqual(
          log.map(([, line]) => line).filter((line) => line !== ''),
          printed,
        );
      }
    });

  it('without an end is not kept beyond the limit', () => {
    const { lines, log } = aLog();
    const half = Buffer.alloc(LINE_LIMIT / 2 + 1, 'x');
    for (let at = 0; at < 4; at += 1) lines.take('stdout', half);

    assert.equal(log.length, 2);
  });
});
