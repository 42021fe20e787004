import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatLastLine } from '../../../../../packages/gateway/console/explain/reason.ts';

const METRICS = '{"_aws":{"Timestamp":1,"CloudWatchMetrics":[]},"service":"shop"}';
const DECISION = '{"_aws":{"Timestamp":1,"CloudWatchMetrics":[]},"outcome":"denied"}';

describe('the last line that a function printed', () => {
  const rows: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['the last of several', ['one', 'two'], ['It printed: two']],
    ['not metrics that follow it', ['{"level":"ERROR"}', METRICS], ['Its last log line says: level ERROR.']],
    ['metrics with an outcome', ['one', DECISION], ['Its last log line says: outcome denied.']],
    ['none of metrics alone', [METRICS], []],
    ['none of no lines', [], []],
  ];
  for (const [what, lines, expected] of rows)
    it(`is ${what}`, () => assert.deepEqual(formatLastLine(lines), expected));
});
