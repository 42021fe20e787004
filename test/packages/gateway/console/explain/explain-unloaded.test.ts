/** What could not be loaded, and which file to correct. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Circumstances } from '../../../../../packages/gateway/console/explain/circumstances.ts';
import { explainUnloaded } from '../../../../../packages/gateway/console/explain/explain-unloaded.ts';

describe('stacks that could not be loaded', () => {
  const file = 'gatewright/serverless.yml';
  const ROWS: readonly (readonly [message: string, corrected: string])[] = [
    // The plug-in of the stack reports mistakes in access documents and in portal.yml (layers/osls-plugin.ts).
    [
      'access/portal.yml:5:23: keys.roles: keys get the role customer, but …',
      'gatewright/access/portal.yml:5',
    ],
    ['access/users.yml:12:3: rules: …', 'gatewright/access/users.yml:12'],
    ['unknown stage "prod"', 'gatewright/serverless.yml:1'],
  ];
  for (const [message, corrected] of ROWS)
    it(`are corrected in ${corrected}`, () => {
      const { because, changes } = explainUnloaded({
        unloaded: [{ message, file, line: 1 }],
      });

      assert.ok(because[0]?.includes(message));
      assert.deepEqual(changes, [
        `Correct ${corrected}; as soon as the saved stacks can be loaded, the gateway uses them.`,
      ]);
    });
});

describe('code that could not be loaded', () => {
  const unloaded = [{ functionName: 'look', message: "app.py:7: expected '('", file: 'app.py', line: 7 }];
  const failed = (errorType: string, errorMessage: string, target = 'look') =>
    ({ integration: { target, outcome: 'failed', errorType, errorMessage } }) as Pick<
      Circumstances,
      'integration'
    >;
  const BEFORE = /The code that was loaded before answered this request/;
  const SAVED =
    /No instance with the earlier code was running, so the gateway tried the saved code for this request\. The lines that are named here are lines of the saved code\.$/;
  for (const [name, about, says] of [
    ['a reply', {}, BEFORE],
    ['an error of the code that runs', failed('KeyError', "'k'"), BEFORE],
    ['a syntax error of an instance that had to start', failed('Runtime.UserCodeSyntaxError', 'x'), SAVED],
    ['an import that fails when an instance has to start', failed('Runtime.ImportModuleError', 'x'), SAVED],
    ['the same error as at the save', failed('SyntaxError', "expected '('"), SAVED],
    ['a syntax error of another function', failed('Runtime.UserCodeSyntaxError', 'x', 'other'), BEFORE],
    [
      'a syntax error of the authorizer',
      {
        guard: { functionName: 'look' },
        defect: { kind: 'authorizer', code: 'failed', errorType: 'Runtime.UserCodeSyntaxError' },
      } as Pick<Circumstances, 'guard' | 'defect'>,
      SAVED,
    ],
  ] as const)
    it(`is told with ${name}`, () => {
      assert.match(explainUnloaded({ unloaded, ...about }).because[0] ?? '', says);
    });
});
