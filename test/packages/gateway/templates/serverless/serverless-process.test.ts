import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeEnd } from '../../../../../packages/gateway/templates/serverless/serverless-process.ts';

/** As Node 24 writes it for a module that a package of an incomplete node_modules requires. */
const MISSING = `node:internal/modules/cjs/loader:1386
  throw err;
  ^

Error: Cannot find module 'ci-info'
Require stack:
- /app/node_modules/serverless/lib/cli/run.js
- /app/node_modules/serverless/bin/serverless.js
    at Module._resolveFilename (node:internal/modules/cjs/loader:1383:15)
    at node:internal/main/run_main_module:36:49 {
  code: 'MODULE_NOT_FOUND',
  requireStack: [
    '/app/node_modules/serverless/lib/cli/run.js',
    '/app/node_modules/serverless/bin/serverless.js'
  ]
}

Node.js v24.21.0
`;

type EndRow = {
  readonly name: string;
  readonly given: Parameters<typeof describeEnd>;
  readonly expected: string;
};

describe('describeEnd', () => {
  const rows: readonly EndRow[] = [
    {
      name: 'names the module that is missing',
      given: [1, null, MISSING],
      expected: "osls ended with code 1: Error: Cannot find module 'ci-info'; run npm install",
    },
    {
      name: 'has the last lines where no error is among them',
      given: [7, null, 'a\nb\n\nc\nd\n'],
      expected: 'osls ended with code 7: b c d',
    },
    {
      name: 'says how long it waited',
      given: [null, 'SIGKILL', ''],
      expected: 'osls did not end within 120 s',
    },
  ];
  for (const { name, given, expected } of rows)
    it(name, () => {
      assert.equal(describeEnd(...given), expected);
    });
});
