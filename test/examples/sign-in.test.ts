/** docs/guides/run/sign-in.md: its files in one start, and every line of it. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { it } from 'node:test';
import { takeBlocks } from '../support/code-blocks.ts';
import { READY, readyOf, startCommand } from '../support/command.ts';
import { readRecipe, runSteps, toPattern } from '../support/recipe.ts';

const taken = takeBlocks('test/examples/sign-in.test.ts');
const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));

it('docs/guides/run/sign-in.md shows the real files, commands and answers', async () => {
  const { files, steps } = readRecipe(taken.blocks);
  const cwd = mkdtempSync(join(tmpdir(), 'gatewright-sign-in-'));
  for (const [name, text] of files) writeFileSync(join(cwd, name), text);
  const [start, ...others] = steps;
  assert.ok(start !== undefined && others.length >= 8);
  assert.match(start.command, /^gatewright start /);
  const options = ['--port', '0', '--control-port', '0', '--json', '--no-reload'];
  const gateway = await startCommand([...start.command.split(' ').slice(1), ...options], READY, { cwd });
  try {
    const { apis, control } = readyOf(gateway) as {
      readonly apis: readonly { readonly url: string }[];
      readonly control: string;
    };
    const toHere = (text: string): string =>
      text
        .replaceAll('http://127.0.0.1:3000', (apis[0]?.url ?? '').replace(/\/$/, ''))
        .replaceAll('http://127.0.0.1:4000', control);

    const { printed, stderr } = await runSteps(
      others.map(({ command }) => toHere(command)),
      { cwd, program: join(CHECKOUT, 'packages/gatewright/command/main.ts') },
    );

    for (const [index, step] of others.entries())
      assert.match(
        printed[index] ?? '',
        toPattern(toHere(step.printed)),
        `${step.command}\n${printed[index] ?? ''}\n${stderr}`,
      );
    taken.executed(
      ...taken.blocks.filter(({ language, path }) => language === 'console' || path !== undefined),
    );
    taken.assertAll();
  } finally {
    await gateway.stop();
    rmSync(cwd, { recursive: true });
  }
});
