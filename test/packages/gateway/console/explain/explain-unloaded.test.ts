/** What could not be loaded, and which file to correct. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
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
