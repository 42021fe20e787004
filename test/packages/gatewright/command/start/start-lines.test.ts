import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { startLines } from '../../../../../packages/gatewright/command/start/start-lines.ts';
import type { FunctionLogLine } from '../../../../../packages/gateway/lambda/function-log-line.ts';

const aLine = (message: string, level?: 'INFO' | 'ERROR'): FunctionLogLine => ({
  functionName: 'list',
  message,
  level,
  requestId: undefined,
  stream: 'stdout',
  epochMs: 0,
});

/** The words that begin what is printed on stdout and stderr. */
async function printed(t: TestContext, options: { quiet: boolean; json: boolean }, presses: number) {
  const stream = new PassThrough();
  const notes: string[] = [];
  const write = t.mock.method(process.stderr, 'write', (text: string) => notes.push(text) > 0);
  const lines = startLines(stream as unknown as NodeJS.WriteStream, options);
  for (let press = 0; press < presses; press += 1) lines.toggle();
  lines.log.write('success', true);
  lines.log.write('refusal', false);
  lines.log.write('report');
  lines.functionLog(aLine('info', 'INFO'));
  lines.functionLog(aLine('failure', 'ERROR'));
  lines.functionLog(aLine('{"_aws":1}'));
  lines.onProgress('progress');
  lines.onReload({ kind: 'begun', what: 'stacks' });
  lines.onReload({ kind: 'kept', what: 'stacks', message: 'broken' });
  await lines.close();
  write.mock.restore();
  return `${String(stream.read())}${notes.join('')}`
    .split('\n')
    .filter(Boolean)
    .map((line) => KNOWN.exec(line)?.[0]);
}

const KNOWN = /success|refusal|report|info|failure|_aws|progress|loading|broken/;

describe('lines of a start', () => {
  const USUAL = ['success', 'refusal', 'report', 'loading', 'broken', 'info', 'failure', 'progress'];
  const ALL = [...USUAL.slice(0, -1), '_aws', 'progress'];
  const QUIET = ['refusal', 'report', 'broken', 'failure'];
  for (const { name, quiet = false, json = false, presses = 0, expected } of [
    { name: 'are all but metrics', expected: USUAL },
    { name: 'are all for programs', json: true, expected: ALL },
    { name: 'are errors, refusals and reports with --quiet', quiet: true, expected: QUIET },
    { name: 'are all after the key v', presses: 1, expected: ALL },
    { name: 'are all after the key v, also with --quiet', quiet: true, presses: 1, expected: ALL },
    { name: 'are as before after a second v', quiet: true, presses: 2, expected: QUIET },
  ])
    it(name, async (t) => {
      assert.deepEqual(await printed(t, { quiet, json }, presses), expected);
    });
});
