/** Every surprise of docs/aws §15 that REST and HTTP APIs have, one row per line. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readSource } from '../../../../architecture/source-files.ts';
import { AUTHORIZERS, METERING } from './access-rows.ts';
import { ANSWERS, EVENTS } from './event-rows.ts';
import { MAPPINGS } from './mapping-rows.ts';
import { ROUTING } from './routing-rows.ts';
import { STAGES } from './stage-rows.ts';
import type { Surprise } from './surprise.ts';

const LINES = 44;
const ROWS: readonly Surprise[] = [
  ...ROUTING,
  ...EVENTS,
  ...ANSWERS,
  ...AUTHORIZERS,
  ...METERING,
  ...MAPPINGS,
  ...STAGES,
];

/** Lines that have no row here: why, and the test that covers them. */
const ELSEWHERE: readonly { line: number; reason: string; file: string; tests: readonly string[] }[] = [
  {
    line: 40,
    reason: 'WebSocket',
    file: 'test/packages/gateway/core/websocket/pipeline-message.test.ts',
    tests: [
      'sends nothing back without a route response',
      'answers with an error frame where the function fails, one-way or not',
      'carries who connected and the authorizer context on every message',
    ],
  },
  {
    line: 41,
    reason: 'WebSocket',
    file: 'test/packages/gateway/core/websocket/management.test.ts',
    tests: ['answers GoneException to a post from inside the $connect function of that connection'],
  },
  {
    line: 42,
    reason: 'WebSocket',
    file: 'test/packages/gateway/core/websocket/pipeline-message.test.ts',
    tests: ['answers Forbidden without a route and without $default'],
  },
];

describe('surprises that emulators get wrong', () => {
  for (const { line, rule, observe, expected } of ROWS)
    it(`line ${line}: ${rule}`, async () => {
      assert.deepEqual(await observe(), expected, `docs/aws §15.${line}`);
    });

  it('are all here once, or said to be elsewhere', () => {
    const lines = [...ROWS, ...ELSEWHERE].map(({ line }) => line).sort((a, b) => a - b);

    assert.deepEqual(
      lines,
      Array.from({ length: LINES }, (_, index) => index + 1),
    );
  });

  for (const { line, reason, file, tests } of ELSEWHERE)
    it(`line ${line} (${reason}) is in ${file}`, () => {
      const { text } = readSource(file);
      assert.deepEqual(
        tests.filter((title) => !text.includes(title)),
        [],
      );
    });
});
