import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { withStack } from '../../../../../packages/toolkit/stack/commands/with-stack.ts';
import { runCommandHere } from '../../../../support/command-in-process.ts';
import { planOwnPorts } from '../../../../../packages/gateway/server/port-plan.ts';

it('adds the stack after the service, so that the ports of the service do not change', () => {
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

it('says where it found the stack, or that it does not exist here, and adds nothing for a service that imports nothing', () => {
  const service = mkdtempSync(join(tmpdir(), 'gatewright-with-stack-'));
  const said: string[] = [];
  const say = (message: string): void => void said.push(message);
  try {
    const [importing, plain] = [join(service, 'template.yml'), join(service, 'plain.yml')];
    writeFileSync(importing, 'Value: !ImportValue gatewright-dev-TokenAuthorizerArn\n');
    writeFileSync(plain, 'Resources: {}\n');

    assert.deepEqual(withStack([importing], say), [importing]);
    assert.deepEqual(withStack([plain], say), [plain]);
    assert.deepEqual(withStack([], say), []);
    mkdirSync(join(service, 'gatewright'));
    writeFileSync(join(service, 'gatewright/serverless.yml'), 'plugins: [gatewright/stack]\n');
    const stack = relative(process.cwd(), join(service, 'gatewright'));
    assert.deepEqual(withStack([plain], say), [plain]);
    assert.deepEqual(withStack([importing], say), [importing, stack]);

    assert.deepEqual(said, [
      'the service imports values from the Gatewright stack, but no folder of that stack was found: to create one, run npx gatewright init',
      `also loading the Gatewright stack in ${stack}, because the service imports values from it`,
    ]);
  } finally {
    rmSync(service, { recursive: true });
  }
});

describe('commands that read stacks', () => {
  // The walk of a user: `start` served the folder, `check` did not check it, and `routes` refused it.
  for (const words of [
    ['start', '--exec', 'exit 0', '--port', '0', '--control-port', '0'],
    ['check'],
    ['routes'],
    ['waf', 'check', 'traffic.har'],
  ])
    it(`finds the stack from which a service imports: ${words.join(' ')}`, async (test) => {
      const folder = mkdtempSync(join(tmpdir(), 'gatewright-with-stack-'));
      test.after(() => rmSync(folder, { recursive: true }));
      mkdirSync(join(folder, 'gatewright'));
      writeFileSync(join(folder, 'gatewright/serverless.yml'), 'plugins: [gatewright/stack]\n');
      writeFileSync(join(folder, 'traffic.har'), '{}');
      writeFileSync(
        join(folder, 'template.json'),
        `{ "Fn::ImportValue": "gatewright-dev-TokenAuthorizerArn"`,
      );

      const { stderr } = await runCommandHere([...words, 'template.json'], { cwd: folder });

      assert.match(
        stderr,
        /^also loading the Gatewright stack in gatewright, because the service imports values from it$/m,
      );
    });
});
