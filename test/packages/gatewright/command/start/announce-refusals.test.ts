import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { announceRefusals } from '../../../../../packages/gatewright/command/start/announce-refusals.ts';
import type { DeployFinding } from '../../../../../packages/gateway/core/deployability/finding.ts';

const AT_GLOBALS: DeployFinding = {
  id: 'lambda-function-timeout',
  severity: 'refused',
  file: 'template.yaml',
  line: 3,
  remedy: 'specify a valid timeout',
  source: 'the reference of CloudFormation',
  stack: 'a',
  type: 'AWS::Lambda::Function',
  resource: 'A',
  property: 'Timeout',
  message: 'the timeout is invalid',
};

describe('announceRefusals', () => {
  const rows: readonly (readonly [
    name: string,
    findings: readonly DeployFinding[],
    lines: readonly RegExp[],
  ])[] = [
    ['prints nothing if nothing is refused', [{ ...AT_GLOBALS, severity: 'differs' }], []],
    [
      'counts a value that two resources get from one line once, as check does',
      [AT_GLOBALS, { ...AT_GLOBALS, resource: 'B' }],
      [/^AWS refuses these stacks if they are deployed: 1 finding;/],
    ],
    [
      'names osls for a service that it refuses to compile, as check does',
      [{ ...AT_GLOBALS, id: 'not-compiled' }],
      [/^osls refuses to compile the service: 1 finding;/],
    ],
  ];
  for (const [name, findings, lines] of rows)
    it(name, async () => {
      const printed: string[] = [];

      await announceRefusals({ examine: () => Promise.resolve(findings) }, [], (line) => printed.push(line));

      assert.equal(printed.length, lines.length, printed.join('\n'));
      for (const [index, line] of lines.entries()) assert.match(printed[index] ?? '', line);
    });
});
