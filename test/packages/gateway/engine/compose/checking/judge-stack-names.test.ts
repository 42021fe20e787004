/**
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html: pattern and length of
 * StackName.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { judgeStackNames } from '../../../../../../packages/gateway/engine/compose/checking/judge-stack-names.ts';
import { aStack } from '../../../../../support/a-stack.ts';

describe('judgeStackNames', () => {
  for (const [name, file, text, expected] of [
    ['an underscore', 'samconfig.toml', '[default.deploy.parameters]\nstack_name = "my_shop"\n', [2]],
    [
      'a digit at the start',
      'samconfig.yaml',
      'prod:\n  deploy:\n    parameters:\n      stack_name: 1shop\n',
      [4],
    ],
    ['129 characters', 'samconfig.toml', `[a.global.parameters]\nstack_name = 's${'x'.repeat(128)}'\n`, [2]],
    [
      '128 characters',
      'samconfig.toml',
      `[a.global.parameters]\nstack_name = 's${'x'.repeat(127)}' # ok\n`,
      [],
    ],
    [
      'an inline table and a dotted key',
      'samconfig.toml',
      'a.deploy.parameters = { stack_name = "my_shop", region = "eu-west-1" }\nb.deploy.parameters.stack_name = "my_shop"\n# c.stack_name = "my_shop"\n',
      [1, 2],
    ],
    ['no name', 'samconfig.toml', '[a.deploy.parameters]\nregion = "eu-west-1"\n', []],
  ] as const)
    it(`reads samconfig: ${name}`, (test) => {
      const folder = mkdtempSync(join(tmpdir(), 'gatewright-names-'));
      test.after(() => {
        rmSync(folder, { recursive: true });
      });
      writeFileSync(join(folder, file), text);

      const found = judgeStackNames([{ ...aStack({}), file: join(folder, 'template.yaml') }]);

      assert.deepEqual(
        found.map(({ line }) => line),
        expected,
      );
      for (const one of found) {
        assert.equal(one.severity, 'refused');
        assert.match(one.remedy, /^write stack_name with at most 128 letters, digits and hyphens/);
      }
    });

  it('reads the name that osls makes of the service and the stage', () => {
    const stack = { ...aStack({}), file: '/app/serverless.yml', stackName: `${'s'.repeat(125)}-prod` };

    assert.match(judgeStackNames([stack])[0]?.message ?? '', /length less than or equal to 128$/);
    assert.deepEqual(judgeStackNames([{ ...stack, stackName: 'shop-prod' }]), []);
  });

  it('does not judge a name that is given to the command that deploys', () => {
    assert.deepEqual(judgeStackNames([{ ...aStack({}), file: '/app/a_b.yaml', stackName: 'a_b' }]), []);
  });
});
