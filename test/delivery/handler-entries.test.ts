/**
 * What users' handlers import from the npm package: `gatewright/quota`, `/access` and `/webhooks`, compiled and outside
 * the checkout.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { detachPackage } from '../../packages/gatewright/package/build-package.ts';
import { READY, runCommand, startCommand } from '../support/command.ts';
import type { Running } from '../support/command.ts';
import { BARE_HANDLER, ORDERS_HANDLER, TYPED_HANDLERS, TYPED_LIBRARY } from '../support/handler-sources.ts';
import { anNpmService } from '../support/npm-service.ts';
import type { NpmService } from '../support/npm-service.ts';

const run = promisify(execFile);
const CHECKOUT = join(import.meta.dirname, '../..');
const TSC = join(CHECKOUT, 'node_modules/typescript/bin/tsc');
const PEERS = ['@aws-lambda-powertools/metrics', '@aws-sdk/client-dynamodb', '@middy/core'];
/** Files of the package that a handler may be made of. */
const FOR_HANDLERS = /^node_modules\/gatewright\/(entries|node_modules\/@gatewright\/(handlers|aws))\//;

let service: NpmService;
/** A service inside of it, whose plug-in serverless-esbuild is not installed: the gateway bundles by its settings. */
let partners = '';
/** A project that has the package, and none of what goes with it. */
let bare = '';

before(async () => {
  const installed = [...PEERS, '@types/aws-lambda', '@types/node'];
  service = await anNpmService(join(CHECKOUT, 'test/fixtures/npm-service'), installed);
  partners = join(service.directory, 'partners');
  await service.write('package.json', '{ "type": "module" }');
  await service.write('typed.ts', TYPED_HANDLERS);
  await service.write('library.ts', TYPED_LIBRARY);
  await service.write('partners/orders.ts', ORDERS_HANDLER);
  bare = await mkdtemp(join(tmpdir(), 'gatewright-bare-'));
  const modules = join(bare, 'node_modules');
  await mkdir(join(modules, '@types'), { recursive: true });
  await symlink(join(CHECKOUT, 'node_modules/@types/node'), join(modules, '@types/node'));
  await cp(join(service.directory, 'node_modules/gatewright'), join(modules, 'gatewright'), {
    recursive: true,
  });
  await writeFile(join(bare, 'package.json'), '{ "type": "module" }');
  await writeFile(join(bare, 'bare.ts'), BARE_HANDLER);
});
after(async () => {
  await service.remove();
  await rm(bare, { recursive: true, force: true });
});

/** The errors of the compiler. */
async function compile(cwd: string, files: readonly string[], flags: readonly string[]): Promise<string> {
  const strict = ['--strict', '--exactOptionalPropertyTypes', '--target', 'es2024', '--types', 'node'];
  const { code, stdout, stderr } = await runCommand([...strict, ...flags, ...files], { cwd, program: [TSC] });
  assert.deepEqual([stderr, code === 0], ['', stdout === '']);
  return stdout;
}

/** The size of a handler of these lines, and the files that any byte of it comes from. */
async function bundle(text: string): Promise<{ sizeBytes: number; files: readonly string[] }> {
  const { metafile } = await build({
    stdin: { contents: text, resolveDir: service.directory, sourcefile: 'handler.js' },
    absWorkingDir: service.directory,
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    external: ['@aws-sdk/*'],
  });
  const [output] = Object.values(metafile.outputs);
  assert.ok(output);
  const files = Object.entries(output.inputs).flatMap(([file, { bytesInOutput }]) =>
    bytesInOutput > 0 && file !== 'handler.js' ? [file] : [],
  );
  return { sizeBytes: output.bytes, files };
}

describe('types of the package', () => {
  it('are valid under moduleResolution nodenext without skipLibCheck', async () => {
    const flags = ['--noEmit', '--skipDefaultLibCheck', '--module', 'nodenext'];

    const complaints = await compile(service.directory, ['typed.ts', 'library.ts'], flags);

    // Those of other packages are theirs: middy names one that it does not bring along.
    assert.doesNotMatch(complaints, /^(typed|library|node_modules\/gatewright)/m);
  });

  it('are valid under moduleResolution bundler', async () => {
    const flags = ['--noEmit', '--skipLibCheck', '--module', 'esnext', '--moduleResolution', 'bundler'];

    assert.equal(await compile(service.directory, ['typed.ts'], flags), '');
  });
});

describe('@gatewright/handlers', () => {
  it('installs as one package, without the gateway and what the gateway depends on', async (t) => {
    const home = await mkdtemp(join(tmpdir(), 'gatewright-handlers-'));
    try {
      const built = join(service.directory, 'node_modules/gatewright');
      await detachPackage(CHECKOUT, built, 'handlers', join(home, 'package'));
      await writeFile(join(home, 'package.json'), '{ "type": "module", "private": true }');
      const npm = { cwd: home, shell: process.platform === 'win32' };
      const { stdout: tarball } = await run('npm', ['pack', '--silent', './package'], npm);
      await run('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball.trim()], npm);

      const manifests = await readdir(join(home, 'node_modules'), { recursive: true });
      const installed = manifests.filter((file) => /^(@[^/]+\/)?[^/.][^/]*\/package\.json$/.test(file));
      const [size] = (await run('du', ['-sk', join(home, 'node_modules')])).stdout.split('\t');
      t.diagnostic(`@gatewright/handlers: ${installed.length} package, ${size} KB on disk`);
      assert.deepEqual(installed, ['@gatewright/handlers/package.json']);
      const use = `for (const entry of ['access', 'gather', 'quota', 'resilience', 'webhooks']) {
        const module = await import('@gatewright/handlers/' + entry);
        if (Object.keys(module).length === 0) throw new Error(entry);
      }`;
      await run(process.execPath, ['--input-type=module', '--eval', use], { cwd: home });
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  });
});

describe('a bundle of a handler', () => {
  for (const { entry, text, without, limitKilobytes, folder = 'middleware' } of [
    {
      entry: 'quota',
      text: `import { createDynamoDbQuotas, quota } from 'gatewright/quota';
             export const used = [createDynamoDbQuotas, quota];`,
      without: /handlers\/(access|cache|webhooks|websocket)\//,
      // 78 until every limit kept a ledger of its own after limits were renamed; 81 until changes of customers and
      // plans were heard within 30 s or less; 84 until a field in the wrong part of a plan was refused with the right
      // part.
      limitKilobytes: 86,
    },
    {
      entry: 'access',
      text: `import { access } from 'gatewright/access'; export const used = [access];`,
      without: /handlers\/(access|cache|quota|webhooks|websocket)\/|config|dynamodb/,
      limitKilobytes: 4,
    },
    {
      entry: 'webhooks',
      text: `import { createDynamoDbClaims, webhook } from 'gatewright/webhooks';
             export const used = [createDynamoDbClaims, webhook];`,
      without: /handlers\/(access|cache|quota|websocket)\//,
      limitKilobytes: 24,
    },
    {
      entry: 'cache',
      text: `import { createDynamoDbCache, responseCache } from 'gatewright/cache';
             export const used = [createDynamoDbCache, responseCache];`,
      without: /handlers\/(access|quota|webhooks|websocket)\//,
      limitKilobytes: 32,
    },
    {
      entry: 'gather',
      text: `import { createGather } from 'gatewright/gather'; export const used = [createGather];`,
      without: /handlers\/(access|cache|quota|webhooks|websocket|table)\/|breaker|dynamodb/,
      limitKilobytes: 7,
      folder: 'gather',
    },
    {
      entry: 'resilience',
      text: `import { createPolicy } from 'gatewright/resilience'; export const used = [createPolicy];`,
      without: /handlers\/(access|cache|gather|webhooks|websocket|table)\/|dynamodb/,
      limitKilobytes: 16,
      folder: 'resilience',
    },
    {
      entry: 'resilience with a table',
      text: `import { createDynamoDbBreakers, createPolicy } from 'gatewright/resilience';
             export const used = [createDynamoDbBreakers, createPolicy];`,
      without: /handlers\/(access|cache|gather|webhooks|websocket)\//,
      limitKilobytes: 23,
      folder: 'resilience',
    },
  ])
    it(`takes of gatewright/${entry} what it uses, and nothing of the gateway`, async (t) => {
      const { sizeBytes, files } = await bundle(text);
      const kilobytes = sizeBytes / 1024;

      t.diagnostic(`gatewright/${entry}: ${kilobytes.toFixed(1)} KB minified, ${files.length} files`);
      assert.ok(files.some((file) => file.includes(`/handlers/${folder}/`)));
      assert.deepEqual(
        files.filter((file) => !FOR_HANDLERS.test(file) || without.test(file)),
        [],
      );
      assert.ok(kilobytes < limitKilobytes, `${kilobytes} KB`);
    });
});

describe('a handler with quota()', () => {
  let gateway: Running;
  before(async () => {
    gateway = await startPartners();
  });
  after(() => gateway.stop());

  it('answers 200 while the quota lasts, then 429, served by the gateway', async () => {
    const { apis } = JSON.parse(gateway.output().stdout) as { apis: { url: string }[] };

    const answers: (readonly [number, string | null])[] = [];
    for (let call = 0; call < 3; call += 1) {
      const { status, headers } = await fetch(`${apis[0]?.url ?? ''}/orders`);
      answers.push([status, headers.get('ratelimit-policy')]);
    }

    const policy = '"daily";q=2;w=86400';
    assert.deepEqual(answers, [
      [200, policy],
      [200, policy],
      [429, policy],
    ]);
  });

  it('does the same in plain Node, without middy, bundler or types; if the AWS SDK is missing, it says so', async () => {
    const complaints = await compile(bare, ['bare.ts'], ['--skipLibCheck', '--module', 'nodenext']);
    await cp(join(bare, 'bare.js'), join(service.directory, 'bare.js'));
    const exported = await runCommand(['env', '--json'], { cwd: service.directory, program: [bin()] });
    const script = `import { handler } from './bare.js';
      const answers = [];
      for (let call = 0; call < 3; call += 1)
        answers.push(await handler({}).then((reply) => reply.statusCode, (error) => error.code + ' ' + error.message));
      console.log(answers.join('\\n'));`;
    const env = { ...(JSON.parse(exported.stdout) as NodeJS.ProcessEnv), USAGE_TABLE: 'partners-usage' };
    const call = (cwd: string) =>
      run(process.execPath, ['--input-type=module', '--eval', script], { cwd, env });

    const [complete, lacking] = [await call(service.directory), await call(bare)];

    assert.equal(complaints, '');
    assert.equal(complete.stdout, '200\n200\n429\n');
    // Never 503: a missing package is no outage of the table.
    const name = '@aws-sdk/client-dynamodb';
    const sentence = `CONFIG_INVALID ${name} is not installed where this code runs: run npm install ${name}\n`;
    assert.equal(lacking.stdout, sentence.repeat(3));
  });

  it('is bundled without a line of the gateway', async () => {
    // As serverless-esbuild calls it if only the format is set.
    const { outputFiles } = await build({
      absWorkingDir: partners,
      entryPoints: ['orders.ts'],
      bundle: true,
      write: false,
      platform: 'node',
      target: 'node22',
      format: 'esm',
      external: ['@aws-sdk/*'],
    });
    const code = outputFiles[0]?.text ?? '';
    // esbuild writes above each part where it comes from.
    const parts = [...code.matchAll(/^\/\/ \S*?(node_modules\/gatewright\/\S+)$/gm)].map(([, part]) => part);
    assert.ok(
      parts.includes('node_modules/gatewright/node_modules/@gatewright/handlers/middleware/quota.js'),
      parts.join(),
    );
    assert.deepEqual(
      parts.filter((part) => !FOR_HANDLERS.test(part ?? '')),
      [],
    );
    assert.ok(code.includes('import("@aws-sdk/client-dynamodb")'), 'the runtime brings it, loaded late');
  });
});

const bin = (): string => join(service.directory, 'node_modules/gatewright/bin/gatewright.cjs');

function startPartners(): Promise<Running> {
  const ports = ['--port', '0', '--control-port', '0', '--json', '--no-reload'];
  return startCommand(['start', partners, ...ports], READY, {
    cwd: service.directory,
    program: [bin()],
  });
}
