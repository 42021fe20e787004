import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import {
  isMetricLine,
  printLogLine,
  printPrefix,
  readLogLine,
} from '../../../../packages/gateway/lambda/function-log-line.ts';
import type { FunctionLogLine, LogLevel } from '../../../../packages/gateway/lambda/function-log-line.ts';

const ID = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
const LEVELS: readonly LogLevel[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

/** Lambda developer guide, "Using Lambda advanced logging controls": plain text is `time⇥request id⇥level⇥message`. */
describe('a line of a function’s log', () => {
  for (const level of LEVELS)
    for (const [what, requestId, message] of [
      ['of a request', ID, 'a\nb\tc'],
      ['of the start, without a request id', undefined, ''],
    ] as const)
      it(`is read as it was printed: ${level}, ${what}`, () => {
        const line: FunctionLogLine = {
          functionName: 'f',
          stream: 'stdout',
          level,
          requestId,
          epochMs: 1_700_000_000_123,
          message,
        };
        const text = printLogLine(line);

        assert.equal(
          text,
          `2023-11-14T22:13:20.123Z\t${requestId === undefined ? '' : `${ID}\t`}${level}\t${message}`,
        );
        assert.equal(text, printPrefix(line) + message);
        assert.deepEqual(readLogLine(text), { level, requestId, epochMs: 1_700_000_000_123, message });
      });

  it('has no prefix if the function wrote it itself', () => {
    const line: FunctionLogLine = {
      functionName: 'f',
      stream: 'stdout',
      level: undefined,
      requestId: ID,
      epochMs: 0,
      message: '{"a":1}',
    };

    assert.equal(printLogLine(line), '{"a":1}');
  });

  for (const text of [
    'plain',
    `2023-11-14T22:13:20.123Z\t${ID}\tNOTICE\tx`,
    `2023-11-14 22:13:20\t${ID}\tINFO\tx`,
    `2023-11-14T22:13:20.123Z\tnot an id\tINFO\tx`,
    `x 2023-11-14T22:13:20.123Z\t${ID}\tINFO\tx`,
    `2023-11-14T22:13:20.123Z\t${ID}\tINFO`,
  ])
    it(`is the function's own if it has another form: ${text}`, () => {
      assert.equal(readLogLine(text), undefined);
    });

  it('has metrics if it begins as CloudWatch’s embedded metric format is usually printed', () => {
    assert.deepEqual(
      ['{"_aws":{}}', '{"a":{"_aws":{}}}', ' {"_aws":{}}'].map((message) => isMetricLine({ message })),
      [true, false, false],
    );
  });
});
