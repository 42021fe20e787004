import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { loadStacks } from '../../packages/gateway/templates/load.ts';
import { OPTIONS } from '../packages/gateway/templates/stack-builders.ts';

// Dizotoff/serverless-product-catalog-api; Serverless Framework 4, "Parameters"
it('a service of Serverless Framework 4 has the parameters of its stages', async () => {
  const service = mkdtempSync(join(tmpdir(), 'gatewright-parameters-'));
  writeFileSync(
    join(service, 'serverless.yml'),
    `service: s
provider: { name: aws, runtime: nodejs24.x, environment: { AA: "\${param:a}", BB: "\${param:b}", CC: "\${param:c}" } }
stages: { default: { params: { a: "1-\${sls:stage}", b: "2", c: "3" } }, dev: { params: { b: "4" } } }
params: { default: { c: "5" } }
functions: { a: { handler: a.handler, events: [{ http: GET /a }] } }
`,
  );
  writeFileSync(join(service, 'a.js'), 'exports.handler = async () => ({ statusCode: 200 });');
  try {
    const [stack] = await loadStacks([service], OPTIONS);
    const { AA, BB, CC } = stack?.functions[0]?.environment ?? {};
    assert.deepEqual([AA, BB, CC], ['1-dev', '4', '5']);
  } finally {
    rmSync(service, { recursive: true });
  }
});
