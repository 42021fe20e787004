import assert from 'node:assert/strict';
import { it } from 'node:test';
import { noteCallsToAws } from '../../../../packages/gateway/lambda/aws-calls.ts';

// The first template of SAM calls checkip.amazonaws.com, which no client signs and no gateway could answer.
it('logs a host of a service of AWS once, and no public page of AWS', () => {
  const lines: string[] = [];
  const note = noteCallsToAws((line) => lines.push(line));
  for (const host of ['sqs.eu-west-1.amazonaws.com', 'checkip.amazonaws.com', 'ip-ranges.amazonaws.com'])
    for (let count = 0; count < 2; count += 1) note(host);

  assert.deepEqual(
    lines.map((line) => /calls (\S+) on AWS itself/.exec(line)?.[1]),
    ['sqs.eu-west-1.amazonaws.com'],
  );
});
