/** What is said of a plug-in that osls cannot load because a module is missing. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { loadStacks } from '../../packages/gateway/templates/load.ts';
import { OPTIONS } from '../packages/gateway/templates/stack-builders.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-plugins-'));
after(() => rmSync(folder, { recursive: true }));

const UNDER_ITS_NAME = 'install osls under the name serverless: npm install --save-dev serverless@npm:osls';

// serverless/serverless 2 has lib/classes/Error.js, which Serverless 3 and osls call lib/serverless-error.js
const ROWS: readonly (readonly [module: string, remedy: string])[] = [
  [
    'serverless/lib/classes/Error',
    'the plug-in was written for an older version of Serverless, and osls VERSION does not have this module: install a version of the plug-in that supports Serverless 3, or remove it from plugins',
  ],
  ['serverless/lib/serverless-error', UNDER_ITS_NAME],
  ['serverless', UNDER_ITS_NAME],
  ['@scope/not-there/lib/a', 'run npm install --save-dev @scope/not-there'],
  ['./not-there.js', 'install the plug-in again: npm install --save-dev serverless-old'],
];

describe('a plug-in that needs a module', () => {
  for (const [module, remedy] of ROWS)
    it(`is named with the module and a remedy: ${module}`, async () => {
      const service = mkdtempSync(join(folder, 'service-'));
      const plugin = join(service, 'node_modules/serverless-old');
      mkdirSync(plugin, { recursive: true });
      writeFileSync(join(plugin, 'index.js'), `require('${module}');\nmodule.exports = class {};\n`);
      writeFileSync(join(service, 'a.js'), 'exports.handler = async () => 1;\n');
      writeFileSync(
        join(service, 'serverless.yml'),
        `service: shop
provider: { name: aws, runtime: nodejs24.x }
plugins: [serverless-old]
functions:
  a: { handler: a.handler, events: [{ httpApi: GET /a }] }
`,
      );
      const [stack] = await loadStacks([service], OPTIONS);

      assert.deepEqual(
        stack?.unsupported.flatMap(({ line, message }) =>
          message === undefined ? [] : [`${line}: ${message.replace(/osls \d+\.\d+\.\d+/, 'osls VERSION')}`],
        ),
        [
          `3: plug-in serverless-old needs the module ${module}, which is not installed, so osls refuses to package the service; ${remedy}`,
        ],
      );
    });
});
