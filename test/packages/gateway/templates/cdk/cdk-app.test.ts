import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { DefinitionError } from '../../../../../packages/gateway/core/errors.ts';
import { loadStacks } from '../../../../../packages/gateway/templates/load.ts';
import { OPTIONS } from '../stack-builders.ts';

const root = mkdtempSync(join(tmpdir(), 'gatewright-cdk-app-'));
after(() => rmSync(root, { recursive: true }));

/**
 * Stands for the command of the CDK: it runs the app of cdk.json, which writes its assembly into CDK_OUTDIR, as
 * `cdk synth` of aws-cdk 2 does.
 */
const COMMAND = `
const { spawnSync } = require('node:child_process');
const { appendFileSync, readFileSync } = require('node:fs');
const { app } = JSON.parse(readFileSync('cdk.json', 'utf8'));
const [, output] = /--output (\\S+)/.exec(process.argv.join(' '));
const { AWS_ACCESS_KEY_ID: key = 'none', AWS_REGION: region, CDK_DEFAULT_ACCOUNT: account } = process.env;
appendFileSync('.runs', [process.argv[2], key, region, account].join(' ') + '\\n');
const ended = spawnSync(app, { shell: true, stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, CDK_OUTDIR: output, COMMAND: process.argv[2] } });
if (ended.status !== 0) console.error(app + ': Subprocess exited with error ' + ended.status);
process.exit(ended.status);
`;

const APP = `
const { mkdirSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { queue } = require('./lib/shop.cjs');
const folder = process.env.CDK_OUTDIR;
mkdirSync(folder, { recursive: true });
const Resources = { Orders: { Type: 'AWS::SQS::Queue', Properties: { QueueName: queue } } };
writeFileSync(join(folder, 'Shop.template.json'), JSON.stringify({ Resources }));
const environment = 'aws://' + process.env.CDK_DEFAULT_ACCOUNT + '/' + process.env.CDK_DEFAULT_REGION;
const artifact = { type: 'aws:cloudformation:stack', environment, properties: { templateFile: 'Shop.template.json' } };
writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ artifacts: { Shop: artifact } }));
`;

type Given = { readonly settings?: object; readonly app?: string; readonly isInstalled?: boolean };

const AN_HOUR_AGO = new Date(Date.now() - 3_600_000);
let count = 0;

function writeApp({ settings = {}, app = APP, isInstalled = true }: Given = {}): string {
  count += 1;
  const folder = join(root, `shop${count}`);
  const files = {
    'cdk.json': JSON.stringify({ app: 'node app.cjs', ...settings }),
    'app.cjs': app,
    'lib/shop.cjs': `exports.queue = 'orders';`,
    ...(isInstalled && {
      'node_modules/aws-cdk/package.json': '{"name":"aws-cdk"}',
      'node_modules/aws-cdk/bin/cdk': COMMAND,
    }),
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
    utimesSync(join(folder, name), AN_HOUR_AGO, AN_HOUR_AGO);
  }
  return folder;
}

function runsOf(folder: string): readonly string[] {
  return readFileSync(join(folder, '.runs'), 'utf8').trimEnd().split('\n');
}

async function load(
  folder: string,
  options: object = {},
): Promise<{
  readonly queue: unknown;
  readonly includes: readonly string[];
  readonly findings: readonly string[];
}> {
  const [stack] = await loadStacks([folder], {
    ...OPTIONS,
    cacheFolder: join(folder, '.gatewright/cache/services'),
    ...options,
  });
  return {
    queue: stack?.resources.get('Orders')?.properties['QueueName'],
    includes: stack?.includes ?? [],
    findings: (stack?.unsupported ?? []).map(({ message = '' }) => message),
  };
}

/** Writes the assembly as the developer's own `cdk synth` does. */
function synthesizeByHand(folder: string, account: string, region: string, output = 'cdk.out'): void {
  const env = {
    ...process.env,
    CDK_OUTDIR: output,
    CDK_DEFAULT_ACCOUNT: account,
    CDK_DEFAULT_REGION: region,
  };
  execFileSync(process.execPath, ['app.cjs'], { cwd: folder, env });
}

describe('the folder of a CDK app', () => {
  it('is synthesized without credentials if it has no cloud assembly, and is watched', async () => {
    const folder = writeApp();
    process.env['AWS_ACCESS_KEY_ID'] = 'AKIAIOSFODNN7EXAMPLE';
    const { queue, includes } = await load(folder).finally(() => delete process.env['AWS_ACCESS_KEY_ID']);
    assert.equal(queue, 'orders');
    assert.ok(includes.includes(join(folder, 'lib/shop.cjs')), 'a save of the file starts a reload');
    assert.deepEqual(runsOf(folder), [`synth none ${OPTIONS.region} ${OPTIONS.accountId}`]);
  });

  it('gets no credentials from --env-file either', async () => {
    const folder = writeApp();
    await load(folder, { environment: { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE' } });
    assert.match(runsOf(folder)[0] ?? '', /^synth none /);
  });

  it('is synthesized again only after one of its files was changed or removed', async () => {
    const folder = writeApp();
    writeFileSync(join(folder, 'lib/other.cjs'), '');
    await load(folder);
    await load(folder);
    assert.equal(runsOf(folder).length, 1);
    writeFileSync(join(folder, 'lib/shop.cjs'), `exports.queue = 'returns';`);
    const said: string[] = [];
    const { queue } = await load(folder, { onProgress: (message: string) => said.push(message) });
    assert.equal(queue, 'returns');
    assert.match(said.join('\n'), /running cdk synth, because lib\/shop\.cjs was changed/);
    rmSync(join(folder, 'lib/other.cjs'));
    await load(folder);
    assert.equal(runsOf(folder).length, 3);
  });

  it('is not synthesized again for a log, a test, a document or what Gatewright has written', async () => {
    const folder = writeApp();
    await load(folder);
    mkdirSync(join(folder, 'test'));
    for (const name of ['start.log', 'README.md', 'test/shop.test.cjs', '.env', 'gatewright.requests.json'])
      writeFileSync(join(folder, name), '');
    await load(folder);
    assert.equal(runsOf(folder).length, 1);
  });

  it('is served from the cdk.out of its developer while no file is newer, and keeps its account and region', async () => {
    const folder = writeApp();
    synthesizeByHand(folder, '111122223333', 'eu-north-1');
    const { queue } = await load(folder);
    assert.equal(queue, 'orders');
    assert.throws(() => runsOf(folder), /ENOENT/, 'nothing was run');
    const manifest = join(folder, 'cdk.out/manifest.json');
    utimesSync(manifest, new Date(0), new Date(0));
    const before = readFileSync(manifest, 'utf8');
    await load(folder);
    assert.deepEqual(runsOf(folder), ['synth none eu-north-1 111122223333']);
    assert.equal(readFileSync(manifest, 'utf8'), before);
  });

  it('is synthesized for the account and region of the options, if its cdk.out is for others', async () => {
    const folder = writeApp();
    synthesizeByHand(folder, '111122223333', 'eu-north-1');
    await load(folder, { chosen: { region: 'eu-west-3' } });
    assert.deepEqual(runsOf(folder), ['synth none eu-west-3 111122223333']);
  });

  it('takes the account and region for which the app has stored what it looked up', async () => {
    const folder = writeApp();
    const zones = { 'availability-zones:account=444455556666:region=eu-west-3': ['eu-west-3a'] };
    writeFileSync(join(folder, 'cdk.context.json'), JSON.stringify(zones));
    await load(folder);
    assert.match(runsOf(folder)[0] ?? '', /eu-west-3 444455556666$/);
  });

  it('may name another output folder in cdk.json', async () => {
    const folder = writeApp({ settings: { output: 'build/assembly' } });
    synthesizeByHand(folder, '111122223333', 'eu-north-1', 'build/assembly');
    assert.equal((await load(folder)).queue, 'orders');
    assert.throws(() => runsOf(folder), /ENOENT/, 'nothing was run');
  });

  it('is synthesized once more if a file was saved during the run', async () => {
    const save = `if (queue === 'orders') require('node:fs').writeFileSync('lib/shop.cjs', "exports.queue = 'returns'");`;
    const folder = writeApp({ app: `${APP}\n${save}` });
    assert.equal((await load(folder)).queue, 'returns');
    assert.equal(runsOf(folder).length, 2);
  });

  for (const { what, app } of [
    { what: 'the same text each time', app: `require('node:fs').writeFileSync('lib/built.cjs', '1');${APP}` },
    { what: 'a new text each time', app: `require('node:fs').appendFileSync('lib/built.cjs', '1');${APP}` },
  ])
    it(`is not synthesized for ever if the run writes ${what} into a file of the app`, async () => {
      const folder = writeApp({ app });
      writeFileSync(join(folder, 'lib/built.cjs'), '1');
      await load(folder);
      const count = runsOf(folder).length;
      assert.ok(count <= 2);
      await load(folder);
      assert.equal(runsOf(folder).length, count);
      const later = new Date(Date.now() + 5000);
      utimesSync(join(folder, 'lib/built.cjs'), later, later);
      await load(folder);
      assert.ok(runsOf(folder).length > count, 'a save after the run is noticed');
    });

  it('is refused at the line of its error if it has no cloud assembly', async () => {
    const folder = writeApp();
    writeFileSync(join(folder, 'lib/shop.cjs'), `\nthrow new RangeError('no such size');`);
    await assert.rejects(load(folder), (error) => {
      assert.ok(error instanceof DefinitionError);
      assert.match(error.message, /cdk synth ended with code 1: RangeError: no such size/);
      assert.deepEqual(error.place, { file: join(folder, 'lib/shop.cjs'), line: 2 });
      return true;
    });
  });

  it('is served from its last cloud assembly, with a finding, if it cannot be synthesized', async () => {
    const folder = writeApp();
    await load(folder);
    writeFileSync(join(folder, 'lib/shop.cjs'), `throw new RangeError('no such size');`);
    const { queue, findings } = await load(folder);
    assert.equal(queue, 'orders');
    assert.match(findings.join('\n'), /cdk synth ended with code 1: RangeError: no such size/);
    await load(folder);
    assert.equal(runsOf(folder).length, 2, 'the run is not repeated before a file is changed');
  });

  it('is current again after its developer has run cdk synth', async () => {
    const folder = writeApp();
    await load(folder);
    writeFileSync(join(folder, 'lib/shop.cjs'), `throw new RangeError('no such size');`);
    assert.equal((await load(folder)).findings.length, 1);
    writeFileSync(join(folder, 'lib/shop.cjs'), `exports.queue = 'returns';`);
    synthesizeByHand(folder, '123456789012', 'eu-west-1');
    const { queue, findings } = await load(folder);
    assert.deepEqual(findings, []);
    assert.equal(queue, 'returns');
    assert.equal(runsOf(folder).length, 2);
  });

  // The errors of aws-cdk-lib 2 (core/lib/private/bundling.ts) without a running Docker; `cdk list` bundles no assets.
  for (const error of [
    'docker exited with status 1',
    'jsii.errors.JSIIError: docker exited with status 125',
    'spawnSync docker ENOENT',
    'podman exited with status 125',
    'Failed to bundle asset Shop/Worker/Code/Stage, bundle output is located at /app/cdk.out/bundle-error: Error: docker exited with status 1',
  ])
    it(`is synthesized without bundling, with a finding, where Docker fails: ${error}`, async () => {
      const bundle = `if (process.env.COMMAND === 'synth') throw new Error(${JSON.stringify(error)});`;
      const folder = writeApp({ app: `${bundle}\n${APP}` });
      const { queue, findings } = await load(folder);
      assert.equal(queue, 'orders');
      assert.match(
        findings.join('\n'),
        /^cdk synth could not bundle the assets, because (?:spawnSync )?(?:docker|podman) .*: start Docker, or install it/,
      );
      assert.deepEqual(
        runsOf(folder).map((line) => line.split(' ')[0]),
        ['synth', 'list'],
      );
    });

  it('is bundled again as soon as Docker runs, and refused if it needs Docker for more than bundling', async () => {
    const folder = writeApp({ app: `throw new Error('docker exited with status 1');` });
    await assert.rejects(load(folder), (error) => {
      assert.ok(error instanceof DefinitionError);
      assert.match(error.message, /because docker exited with status 1: start Docker, or install it/);
      return true;
    });
    writeFileSync(
      join(folder, 'app.cjs'),
      `if (process.env.COMMAND === 'synth' && process.env.NO_DOCKER) throw new Error('spawnSync docker ENOENT');\n${APP}`,
    );
    const none = await load(folder, { environment: { NO_DOCKER: '1' } });
    assert.equal(none.findings.length, 1);
    writeFileSync(join(folder, 'lib/shop.cjs'), `exports.queue = 'returns';`);
    const { queue, findings } = await load(folder);
    assert.deepEqual([queue, findings], ['returns', []]);
  });

  // Code.fromAsset and NodejsFunction of aws-cdk-lib 2.111 and 2.114, and Node, in two public projects without dist/
  for (const [says, missing] of [
    ['Cannot find asset at', 'functions/dist'],
    ['Cannot find entry file at', 'functions/dist/users.js'],
    ['Cannot find module', "'functions/dist/bin/app.js'"],
  ] as const)
    it(`names the command that builds the file of "${says}"`, async () => {
      const folder = writeApp();
      mkdirSync(join(folder, 'functions'));
      const path = missing.replace('functions', join(folder, 'functions'));
      writeFileSync(join(folder, 'lib/shop.cjs'), `throw new Error(${JSON.stringify(`${says} ${path}`)});`);
      await assert.rejects(load(folder), (error: Error) => !error.message.includes('npm run'));
      writeFileSync(join(folder, 'functions/package.json'), '{"scripts":{"build":"tsc"}}');
      writeFileSync(join(folder, 'lib/shop.cjs'), `throw new Error(${JSON.stringify(`${says} ${path}\n`)});`);
      await assert.rejects(
        load(folder),
        /Cannot find .*dist.*; if the build writes this path, run npm run build in .*functions first/,
      );
    });

  // The layout of `cdk init app --language typescript`, whose script "build" is tsc, which writes no .ts files
  for (const [says, missing, isSource] of [
    ['Cannot find entry file at', 'lib/handlers/orders.ts', false],
    ['Cannot find asset at', 'lib/lambada', true],
  ] as const)
    it(`names no build for the mistyped path of "${says}" among sources`, async () => {
      const folder = writeApp();
      const text = `${says} ${join(folder, missing)}\n`;
      writeFileSync(join(folder, 'package.json'), '{"scripts":{"build":"tsc"}}');
      if (isSource) writeFileSync(join(folder, 'lib/shop-stack.ts'), '');
      writeFileSync(join(folder, 'lib/shop.cjs'), `throw new Error(${JSON.stringify(text)});`);
      await assert.rejects(load(folder), (error: Error) => !error.message.includes('npm run'));
    });

  it('says how to get the command of the CDK if it is not installed', async () => {
    const folder = writeApp({ isInstalled: false });
    const path = process.env['PATH'];
    process.env['PATH'] = root;
    try {
      await assert.rejects(load(folder), /npm install --save-dev aws-cdk, or run npx cdk synth first/);
      // A stranger's project listed aws-cdk in its package.json, and had no node_modules.
      writeFileSync(join(folder, 'package.json'), '{"devDependencies":{"aws-cdk":"2.1.0"}}');
      await assert.rejects(
        load(folder),
        /install the packages that package\.json lists, for example with npm install/,
      );
    } finally {
      process.env['PATH'] = path;
    }
  });
});
