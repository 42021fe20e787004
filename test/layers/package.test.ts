/** `npm run package`, as far as it goes without osls. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';

let runs = 0;

async function run(t: TestContext, ...words: readonly string[]) {
  const { argv, exitCode } = process;
  const { mock } = t.mock.method(console, 'error', () => undefined);
  process.argv = [...argv.slice(0, 2), ...words];
  try {
    runs += 1;
    const program = 'package';
    await import(`../../layers/${program}.ts?run=${runs}`);
    return { exitCode: process.exitCode, said: mock.calls.map((call) => String(call.arguments[0])) };
  } finally {
    process.argv = argv;
    process.exitCode = exitCode;
  }
}

describe('npm run package', () => {
  const usage = '; usage: npm run package -- --stage STAGE';
  for (const { name, words, says } of [
    { name: 'no stage', words: [], says: `package: --stage is missing${usage}` },
    {
      name: 'an option that it does not have',
      words: ['--x'],
      says: `package: Unknown option '--x'${usage}`,
    },
    {
      name: 'a stage that serverless.yml does not have',
      words: ['--stage', 'nope'],
      says: 'package: unknown stage "nope"; the stages in serverless.yml are dev, test, prod',
    },
  ])
    it(`ends with 1 and one line for ${name}`, async (t) => {
      assert.deepEqual(await run(t, ...words), { exitCode: 1, said: [says] });
    });
});
