import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { it } from 'node:test';
import { withStack } from '../../../../packages/stack/commands/with-stack.ts';
import { planOwnPorts } from '../../../../packages/server/port-plan.ts';

it('adds the stack after the service, whose ports stay where they were', () => {
  const service = mkdtempSync(join(tmpdir(), 'gatewright-with-stack-'));
  try {
    const definition = join(service, 'template.yml');
    writeFileSync(definition, 'Value: !ImportValue gatewright-dev-TokenAuthorizerArn\n');
    const stack = join(service, 'gatewright');
    mkdirSync(stack);
    writeFileSync(join(stack, 'serverless.yml'), 'plugins: [gatewright/stack]\n');
    const sources = withStack([definition]);
    assert.deepEqual(sources, [definition, relative(process.cwd(), stack)]);
    const portOf = (apis: readonly string[]) => planOwnPorts(apis, 3000, () => undefined)[0]?.port;
    assert.equal(portOf(['service']), portOf(['service', 'admin', 'sockets']));
  } finally {
    rmSync(service, { recursive: true });
  }
});
