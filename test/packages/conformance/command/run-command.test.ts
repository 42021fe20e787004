/** The command against the control plane of this checkout, as `--target aws` would meet an account. */
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Journal, listRuns } from '../../../../packages/conformance/account/journal.ts';
import { runCommand } from '../../../../packages/conformance/command/run-command.ts';
import { RUNNER_KEY } from '../../../../packages/conformance/play/signing.ts';
import { startControl } from '../../../parity/engine.ts';
import { captureOutput } from '../../../support/captured-output.ts';

const IDS = ['control-api-deleted', 'control-api-without-name', 'control-api-description-not-added'];
const ONLY = IDS.flatMap((id) => ['--only', id]);
const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: RUNNER_KEY.accessKeyId,
  AWS_SECRET_ACCESS_KEY: RUNNER_KEY.secretAccessKey,
  AWS_REGION: 'us-east-1',
};

type Ended = { readonly code: number; readonly out: string; readonly err: string };

async function conformance(cwd: string, args: readonly string[]): Promise<Ended> {
  const output = { stdout: '', stderr: '' };
  const code = await captureOutput(output, () => runCommand(args, process.env, cwd));
  return { code, out: output.stdout, err: output.stderr };
}

describe('conformance run --target aws', () => {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-command-'));
  let account: Awaited<ReturnType<typeof startControl>>;
  const { env } = process;
  before(async () => {
    // The AWS SDK reads them there.
    process.env = { ...env, ...CREDENTIALS };
    account = await startControl();
  });
  after(async () => {
    process.env = env;
    await account.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const names = async (): Promise<readonly unknown[]> => {
    const { body } = await account.target.send('apigateway', { call: 'GetRestApis', input: {} });
    return (body['items'] as readonly { name: unknown }[]).map(({ name }) => name);
  };
  const run = (...args: readonly string[]): Promise<Ended> =>
    conformance(folder, ['run', '--target', 'aws', '--endpoint', account.url, ...ONLY, ...args]);

  it('makes nothing for a plan, and asks before it makes anything', async () => {
    const plan = await run('--plan');
    assert.equal(plan.code, 0, plan.err);
    assert.match(plan.err, /3 cases, 0 requests.*\n.*gatewright-conformance-[0-9a-f]{8}; all is removed/);
    assert.match(plan.err, /cost: about \$0\.0000/);
    const unconfirmed = await run();
    assert.equal(unconfirmed.code, 2);
    assert.match(unconfirmed.err, /Nothing was made\. Pass --yes/);
    assert.deepEqual(listRuns(folder), []);
  });

  it('removes what it has made, and writes its reports', async () => {
    const files = ['page', 'badge', 'junit', 'record'].flatMap((name) => [`--${name}`, join(folder, name)]);
    const { code, out, err } = await run('--yes', '--json', ...files);

    assert.equal(code, 0, err);
    assert.match(err, /made 2, removed 2\n/);
    assert.equal((JSON.parse(out) as { passed: number }).passed, IDS.length);
    assert.deepEqual(await names(), []);
    for (const name of ['page', 'badge', 'junit', 'record'])
      assert.notEqual(readFileSync(join(folder, name), 'utf8'), '');
  });

  it('sweeps what a killed run has left, known by journal or by name, and resumes it', async () => {
    const mine = 'gatewright-conformance-0badf00d-shop';
    const other = 'shop';
    for (const name of [mine, other])
      await account.target.send('apigateway', { call: 'CreateRestApi', input: { name } });
    const journal = new Journal(folder, '0badf00d');
    journal.write({ result: { id: IDS[0] ?? '' } });
    appendFileSync(join(folder, '.gatewright-conformance/0badf00d.jsonl'), '{"ma');
    const swept = await run('--sweep');
    assert.match(swept.err, /swept 1, left 0/);
    assert.deepEqual(await names(), [other]);

    writeFileSync(
      join(folder, '.gatewright-conformance/0badf00d.jsonl'),
      '{"result":{"id":"control-api-deleted"}}\n',
    );
    const resumed = await run('--resume', '0badf00d', '--yes', '--json');
    assert.match(resumed.err, /2 cases/);
    assert.equal((JSON.parse(resumed.out) as { passed: number }).passed, IDS.length);
  });
});

describe('conformance', () => {
  const rows = [
    [['run'], /--target is missing/],
    [['run', '--target', 'nothing'], /unknown target "nothing": gatewright, serverless-offline/],
    [['run', '--target', 'moto', '--plan'], /--plan belongs to --target aws/],
    [['run', '--target', 'moto', '--area', 'gardening'], /no area gardening: /],
    [['run', '--target', 'moto', '--only', 'nobody'], /no case nobody/],
    [['walk'], /unknown command "walk"/],
  ] as const;
  for (const [args, words] of rows)
    it(`refuses ${args.join(' ')}`, async () => {
      await assert.rejects(conformance(tmpdir(), args), { message: words });
    });

  it('refuses a bad file of cases with file and member', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'conformance-cases-'));
    const file = join(folder, 'mine.json');
    writeFileSync(file, JSON.stringify({ schemaVersion: 1, cases: [{ id: 'a' }] }));

    await assert.rejects(conformance(folder, ['run', '--target', 'moto', '--cases', file]), {
      message: /mine\.json#\/cases\/0: must have required property 'source' \(case a\)/,
    });
    rmSync(folder, { recursive: true });
  });
});
