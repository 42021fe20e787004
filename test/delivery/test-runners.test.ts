/**
 * examples/orders with the published `gatewright/testing`, with the three runners that its guide names. Vitest and Jest
 * are not installed in a clone: they are installed for this test, which names them if no registry answers.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { transform } from 'esbuild';
import { installTool, toolFolder } from '../../lab/tools/install-tool.ts';
import { anNpmService, type NpmService } from '../support/npm-service.ts';
import { isOfNetwork } from '../support/of-network.ts';

const EXAMPLE = join(import.meta.dirname, '../../examples/orders');
const RUNNERS = join(toolFolder('test-runners'), 'node_modules');
const VITEST = [join(RUNNERS, 'vitest/vitest.mjs'), 'run', '--testTimeout=60000', '--hookTimeout=60000'];
const JEST = [join(RUNNERS, 'jest/bin/jest.js'), '--testTimeout=60000', '--watchman=false'];

/** The import of node:test, which the other two runners replace. */
const IMPORT = /^import \{ after, afterEach, before, describe, it \} from 'node:test';$/m;
const SKIP = /it\('(writes a receipt in Python)', \{ skip: !hasPython\(\) && '[^']+' \}/;
const OF_VITEST = "import { afterAll as after, afterEach, beforeAll as before, describe, it } from 'vitest';";
const DEADLINE_MS = 170_000;

describe('examples/orders, tested through gatewright/testing', () => {
  let service: NpmService;
  let source: string;
  let notInstalled: string | undefined;

  before(async () => {
    service = await anNpmService(EXAMPLE);
    source = await readFile(join(EXAMPLE, 'test/orders.test.ts'), 'utf8');
    assert.match(source, IMPORT);
    assert.match(source, SKIP);
    await rm(join(service.directory, 'test'), { recursive: true });
    await mkdir(join(service.directory, 'test'));
    await service.write('package.json', '{"private":true}\n');
    const failure = installTool('test-runners');
    if (isOfNetwork(failure)) notInstalled = failure;
    else assert.equal(failure, undefined);
  });
  after(() => service.remove());

  /** Everything that a run of a file prints; a run that fails throws. */
  async function run(name: string, text: string, runner: readonly string[]): Promise<string> {
    const file = await service.write(name, text);
    // Node's runner runs no tests below a test of its own.
    const env = { ...process.env, NODE_TEST_CONTEXT: undefined, CI: '1', NO_COLOR: '1' };
    const options = { cwd: service.directory, env, timeout: DEADLINE_MS };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [...runner, file], options);
    await rm(file);
    return stdout + stderr;
  }

  function isMissing(test: TestContext, name: string): boolean {
    if (notInstalled !== undefined) test.skip(`without ${name}: ${notInstalled}`);
    return notInstalled !== undefined;
  }

  it('passes under node --test', async () => {
    const output = await run('test/orders.test.ts', source, ['--test', '--test-reporter=spec']);
    assert.match(output, /tests 7\n/);
    assert.match(output, /pass [67]\n.*fail 0\n/);
  });

  it('passes under Vitest', async (test) => {
    if (isMissing(test, 'Vitest')) return;
    await symlink(join(RUNNERS, 'vitest'), join(service.directory, 'node_modules/vitest'));
    const text = source.replace(IMPORT, OF_VITEST).replace(SKIP, "it.skipIf(!hasPython())('$1'");
    const output = await run('test/orders.test.ts', text, VITEST);
    assert.match(output, /Tests {2}(?:7 passed|6 passed \| 1 skipped) \(7\)/);
  });

  it('passes under Jest, from CommonJS', async (test) => {
    if (isMissing(test, 'Jest')) return;
    const text = source
      .replace(IMPORT, 'const after = afterAll, before = beforeAll;')
      .replace(SKIP, "(hasPython() ? it : it.skip)('$1'")
      .replace('import.meta.dirname', '__dirname');
    const { code } = await transform(text, { loader: 'ts', format: 'cjs' });
    const output = await run('test/orders.test.js', code, [...JEST, '--rootDir', service.directory]);
    assert.match(output, /Tests: {7}(?:7 passed|1 skipped, 6 passed), 7 total/);
  });

  it("passes values of Jest's own globals to Jest, and errors with their class", async (test) => {
    if (isMissing(test, 'Jest')) return;
    const text = `const { startGateway, TestingError } = require('gatewright/testing');
test('values', async () => {
  const tables = { OrdersTable: [{ id: 'o', tags: ['a'] }] };
  const gateway = await startGateway({ directory: __dirname + '/..', tables });
  expect(await gateway.table('OrdersTable').items()).toStrictEqual([{ id: 'o', tags: ['a'] }]);
  expect(await (await gateway.inject('/orders/x')).json()).toStrictEqual({ message: 'Unauthorized' });
  await expect(gateway.messages('None')).rejects.toThrow(TestingError);
  await gateway.close();
});`;
    const output = await run('test/values.test.js', text, [...JEST, '--rootDir', service.directory]);
    assert.match(output, /Tests: {7}1 passed, 1 total/);
  });
});
