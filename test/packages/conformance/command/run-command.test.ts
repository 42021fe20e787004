/** The command against the control plane of this checkout, as `--target aws` would call an account. */
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Journal, listRuns } from '../../../../packages/conformance/account/journal.ts';
import { runCommand } from '../../../../packages/conformance/command/run-command.ts';
import { RUNNER_KEY } from '../../../../packages/conformance/play/signing.ts';
import { startControl } from '../../../parity/engine.ts';
import { startServer } from '../../../../packages/conformance/play/backends.ts';
import { aParityCase } from '../../../support/a-parity-case.ts';
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
    assert.match(
      plan.err,
      /cases: 3, requests to deployed APIs: 0\n.*gatewright-conformance-[0-9a-f]{8}; all resources are removed/,
    );
    assert.match(plan.err, /cost: about \$0\.0000/);
    const unconfirmed = await run();
    assert.equal(unconfirmed.code, 2);
    assert.match(unconfirmed.err, /Nothing was created\. Pass --yes/);
    assert.deepEqual(listRuns(folder), []);
  });

  it('removes what it has made, and writes its reports', async () => {
    const files = ['page', 'badge', 'junit', 'record'].flatMap((name) => [`--${name}`, join(folder, name)]);
    const { code, out, err } = await run('--yes', '--json', ...files);

    assert.equal(code, 0, err);
    assert.match(err, /resources created: 2, removed: 2\n/);
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
    assert.match(swept.err, /leftover resources removed: 1, not removed: 0/);
    assert.deepEqual(await names(), [other]);

    writeFileSync(
      join(folder, '.gatewright-conformance/0badf00d.jsonl'),
      '{"result":{"id":"control-api-deleted"}}\n',
    );
    const resumed = await run('--resume', '0badf00d', '--yes', '--json');
    assert.match(resumed.err, /cases: 2,/);
    assert.equal((JSON.parse(resumed.out) as { passed: number }).passed, IDS.length);
  });

  it('ends with 1 and says what it could not remove', async () => {
    const own = mkdtempSync(join(tmpdir(), 'conformance-left-'));
    const answers: Readonly<Record<string, object>> = {
      'POST /': { Account: '123456789012' },
      'POST /restapis': { id: 'a1' },
      'GET /account': { apiKeyVersion: '4' },
    };
    const busy = await startServer(({ method, path }) => {
      const answer = answers[`${method} ${path}`];
      return { status: answer === undefined ? 429 : 200, headers: {}, body: JSON.stringify(answer ?? {}) };
    });
    const one = {
      id: 'left',
      source: { kind: 'documented', page: 'p' },
      area: 'control-apis',
      api: 'rest',
      setup: { calls: [{ call: 'CreateRestApi', input: { name: 'shop' } }] },
      request: { mode: 'control', call: 'GetAccount', input: {} },
      expect: { status: 200, body: { apiKeyVersion: '4' } },
    };
    const file = join(own, 'cases.json');
    writeFileSync(file, JSON.stringify({ schemaVersion: 1, cases: [one] }));

    const ended = await conformance(own, [
      'run',
      '--target',
      'aws',
      '--endpoint',
      busy.url,
      '--cases',
      file,
      '--yes',
    ]);
    await busy.close();
    rmSync(own, { recursive: true });

    assert.equal(ended.code, 1);
    assert.match(
      ended.err,
      /\nleft behind: DeleteRestApi {"restApiId":"a1"}\n[^]*resources created: 1, removed: 0\n/,
    );
  });
});

describe('conformance', () => {
  const rows = [
    [['run'], /--target is missing/],
    [
      ['run', '--target', 'nothing'],
      /unknown target "nothing"; expected one of gatewright, serverless-offline/,
    ],
    [['run', '--target', 'moto', '--plan'], /--plan is only for --target aws/],
    [['run', '--target', 'moto', '--area', 'gardening'], /unknown area gardening; /],
    [['run', '--target', 'moto', '--only', 'nobody'], /unknown case nobody/],
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

describe('conformance run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-run-'));
  after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'cases.json');
  const source = { kind: 'documented', page: 'p' };
  const cases = [
    { ...aParityCase({ id: 'one', area: 'routing' }), source },
    { ...aParityCase({ id: 'two', area: 'vtl' }), source },
  ];
  writeFileSync(file, JSON.stringify({ schemaVersion: 1, cases }));
  const CONTROL = {
    id: 'account',
    source,
    area: 'control-apis',
    api: 'rest',
    setup: { calls: [] },
    request: { mode: 'control', call: 'GetAccount', input: {} },
    expect: { status: 200, body: { apiKeyVersion: '4' } },
  };
  const calls = join(folder, 'calls.json');
  writeFileSync(calls, JSON.stringify({ schemaVersion: 1, cases: [CONTROL] }));

  /** A place whose GetAccount is answered so, with what signs its calls. */
  async function anEndpoint(apiKeyVersion: string) {
    const server = await startServer(() => ({
      status: 200,
      headers: {},
      body: JSON.stringify({ apiKeyVersion }),
    }));
    const regionOf = (): string | undefined =>
      /Credential=\w+\/\d+\/([^/]+)/.exec(server.seen[0]?.headers['authorization'] ?? '')?.[1];
    return { server, regionOf };
  }
  const run = async (
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Ended> => {
    const output = { stdout: '', stderr: '' };
    const code = await captureOutput(output, () => runCommand(['run', ...args], environment, folder));
    return { code, out: output.stdout, err: output.stderr };
  };

  it('ends with 0 if all cases pass, and records the answers', async () => {
    const { server } = await anEndpoint('4');
    const record = join(folder, 'record.json');

    const { code, out } = await run(['--target', server.url, '--cases', calls, '--record', record]);
    await server.close();

    assert.equal(code, 0, out);
    assert.match(out, /^control-apis +1\/1\n/);
    const { cases: recorded } = JSON.parse(readFileSync(record, 'utf8')) as {
      cases: readonly { expect: unknown }[];
    };
    assert.deepEqual(
      recorded.map(({ expect }) => expect),
      [{ status: 200, body: { apiKeyVersion: '4' } }],
    );
  });

  it('ends with 1 if one case differs, even if another one passes', async () => {
    const { server } = await anEndpoint('3');
    const other = { ...CONTROL, id: 'other', expect: { status: 200, body: { apiKeyVersion: '3' } } };
    const both = join(folder, 'both.json');
    writeFileSync(both, JSON.stringify({ schemaVersion: 1, cases: [CONTROL, other] }));

    const { code, out } = await run(['--target', server.url, '--cases', both, '--json']);
    await server.close();

    assert.equal(code, 1);
    const { passed, failed } = JSON.parse(out) as { passed: number; failed: number };
    assert.deepEqual([passed, failed], [1, 1]);
  });

  for (const { args, environment, region } of [
    { args: [], environment: {}, region: 'us-east-1' },
    { args: [], environment: { AWS_DEFAULT_REGION: 'eu-west-2' }, region: 'eu-west-2' },
    {
      args: [],
      environment: { AWS_DEFAULT_REGION: 'eu-west-2', AWS_REGION: 'eu-west-1' },
      region: 'eu-west-1',
    },
    { args: ['--region', 'eu-south-1'], environment: { AWS_REGION: 'eu-west-1' }, region: 'eu-south-1' },
  ])
    it(`calls region ${region} for ${JSON.stringify({ args, ...environment })}`, async () => {
      const { server, regionOf } = await anEndpoint('4');

      await run(['--target', server.url, '--cases', calls, ...args], environment);
      await server.close();

      assert.equal(regionOf(), region);
    });

  for (const { args, ids } of [
    { args: [], ids: ['one', 'two'] },
    { args: ['--area', 'vtl'], ids: ['two'] },
    { args: ['--only', 'one'], ids: ['one'] },
    { args: ['--only', 'one', '--area', 'vtl'], ids: [] },
    { args: ['--only', 'one', '--only', 'two'], ids: ['one', 'two'] },
  ])
    it(`asks for ${ids.join(', ') || 'no case'} of ${args.join(' ') || 'a file'}`, async () => {
      const { out } = await run(['--target', 'http://127.0.0.1:1', '--cases', file, '--json', ...args]);

      const found = JSON.parse(out) as { cases: readonly { id: string; outcome: string; reason: string }[] };
      assert.deepEqual(
        found.cases.map(({ id, outcome, reason }) => `${id} ${outcome}: ${reason}`),
        ids.map((id) => `${id} not asked: http://127.0.0.1:1 does not serve requests to a deployed API`),
      );
    });

  it('starts the given command', async () => {
    const { code, out } = await run([
      '--target',
      'gatewright',
      '--command',
      'echo  of  mine',
      '--cases',
      file,
      '--only',
      'one',
      '--json',
    ]);

    const { version, cases: found } = JSON.parse(out) as {
      version: string;
      cases: readonly { difference: string }[];
    };
    assert.deepEqual([code, version], [1, 'of mine --version']);
    assert.match(found[0]?.difference ?? '', /^the template was refused: of mine start template\.json /);
  });

  it('prints its options, and ends with 2 if it is given nothing to do', async () => {
    const output = { stdout: '', stderr: '' };
    const help = await captureOutput(output, () => runCommand(['--help'], {}, folder));
    const none = await captureOutput(output, () => runCommand([], {}, folder));

    assert.deepEqual([help, none], [0, 2]);
    const [first = '', ...more] = output.stdout.split(/^(?=conformance run)/m);
    assert.deepEqual(more, [first]);
    assert.match(
      first,
      /^conformance run --target gatewright\|.*\|aws\|URL\n[^]*--record FILE[^]*Exit code: 0 all/,
    );
  });
});
