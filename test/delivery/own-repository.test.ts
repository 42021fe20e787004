/** `gatewright init` and what follows, out of the npm package: no checkout of the toolkit is anywhere near. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { text as readAll } from 'node:stream/consumers';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { takeBlocks } from '../support/code-blocks.ts';
import { READY, readyOf, runCommand, startCommand } from '../support/command.ts';
import { anNpmService } from '../support/npm-service.ts';
import { readRecipe } from '../support/recipe.ts';
import { aLoopbackServer } from '../support/signed-tokens.ts';
import { readZip } from '../support/zip-entries.ts';
import type { Finished } from '../support/command.ts';
import type { NpmService } from '../support/npm-service.ts';

const taken = takeBlocks('test/delivery/own-repository.test.ts');
const FIXTURES = join(import.meta.dirname, '../fixtures/own-repository');
const FREE = ['--port', '0', '--control-port', '0', '--json'];

type Ready = { readonly apis: readonly { readonly stack: string; readonly url: string }[] };
type Own = { readonly service: NpmService; readonly run: (...args: readonly string[]) => Promise<Finished> };

async function own(fixture: string): Promise<Own> {
  const service = await anNpmService(fixture);
  const program = [join(service.directory, 'node_modules/gatewright/bin/gatewright.cjs')];
  return { service, run: (...args) => runCommand(args, { cwd: service.directory, program }) };
}

/** An account in which the API and the table of keys are deployed, and no export is known. */
function anAccountOfStacks(): ReturnType<typeof aLoopbackServer> {
  const api = { StackResourceDetail: { PhysicalResourceId: 'abcdefghij' } };
  const table =
    '<LogicalResourceId>AccessTable</LogicalResourceId><ResourceStatus>CREATE_COMPLETE</ResourceStatus>';
  const listed = `<ListStackResourcesResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><ListStackResourcesResult><StackResourceSummaries><member>${table}</member></StackResourceSummaries></ListStackResourcesResult></ListStackResourcesResponse>`;
  const missing =
    '<ErrorResponse><Error><Code>ValidationError</Code><Message>the stack does not exist</Message></Error></ErrorResponse>';
  return aLoopbackServer((request, response) => {
    void readAll(request).then((body) => {
      if (request.url?.includes('DescribeStackResource') === true) {
        const answer = { DescribeStackResourceResult: api };
        response.end(JSON.stringify({ DescribeStackResourceResponse: answer }));
        return;
      }
      const isListing = body.includes('Action=ListStackResources');
      response.statusCode = isListing ? 200 : 400;
      response.end(isListing ? listed : missing);
    });
  });
}

describe('gatewright init in an empty folder', () => {
  let empty: string;
  let here: Own;
  let cwd: string;
  let program: readonly string[];

  before(async () => {
    empty = await mkdtemp(join(tmpdir(), 'gatewright-empty-'));
    here = await own(empty);
    cwd = here.service.directory;
    program = [join(cwd, 'node_modules/gatewright/bin/gatewright.cjs')];
    await writeFile(join(cwd, '.gitignore'), 'mine\n');
  });
  after(async () => {
    await here.service.remove();
    await rm(empty, { recursive: true });
  });

  it('writes a stack, a document and an API, does not change existing files, and says what to do next', async () => {
    const { code, stdout } = await here.run('init');
    assert.equal(code, 0);
    assert.match(
      stdout,
      /written\s+serverless\.yml[^]*written\s+access\/hello\.yml[^]*npx gatewright start hello/,
    );
    assert.match(stdout, /kept\s+\.gitignore/);
    assert.match(stdout, /Next\n {2}npm install\n/);
    assert.equal(await readFile(join(cwd, '.gitignore'), 'utf8'), 'mine\n');
    const again = await here.run('init');
    assert.equal(again.code, 1);
    assert.match(again.stderr, /already contains the Gatewright stack/);
    const webhooks = await here.run('init', '--webhooks');
    assert.equal(webhooks.code, 0, webhooks.stderr);
    assert.match(webhooks.stdout, /^written\s+access\/webhooks\.yml\n\nNext\n/);
    assert.match(
      await readFile(join(cwd, 'access/webhooks.yml'), 'utf8'),
      /\$schema=\.\.\/node_modules\/gatewright\/stack\/webhooks\.schema\.json/,
    );
  });

  it('answers 401, 200 and 403 at the first start, and finds the stack by what the API imports', async (t) => {
    const gateway = await startCommand(['start', 'hello', ...FREE], READY, { cwd, program });
    t.after(() => gateway.stop());
    const ready = readyOf(gateway) as Ready;
    const url = ready.apis.find(({ stack }) => stack === 'hello-dev')?.url ?? '';
    const token = (await here.run('token', '--sub', 'ada', '--role', 'user')).stdout.trim();
    const ask = async (path: string, headers: Record<string, string> = {}) => {
      const reply = await fetch(`${url}${path}`, { headers });
      return `${reply.status} ${await reply.text()}`;
    };
    const answers = [
      await ask('/hello'),
      await ask('/hello', { Authorization: `Bearer ${token}` }),
      await ask('/admin', { Authorization: `Bearer ${token}` }),
    ];
    assert.deepEqual(
      answers.map((answer) => answer.slice(0, 19)),
      ['401 {"message":"Una', '200 {"hello":"ada"}', '403 {"Message":"Use'],
    );
  });

  it('has written the routes that sync reads', async () => {
    const sync = await here.run('access', 'sync');

    assert.equal(sync.code, 0, sync.stderr);
    assert.match(sync.stdout, /^hello: 2 routes of REST API ApiGatewayRestApi in hello-dev, no changes$/m);
  });

  // docs/recipes/ci.md, unchanged: the job starts the service, runs the tests against it, and ends it.
  it('runs the tests of the recipe for CI, and leaves nothing running', async () => {
    const { files } = readRecipe(taken.blocks);
    await mkdir(join(cwd, 'ci'), { recursive: true });
    for (const [path, text] of files) if (path.startsWith('ci/')) await here.service.write(path, text);
    await mkdir(join(cwd, 'node_modules/.bin'), { recursive: true });
    await symlink('../gatewright/bin/gatewright.cjs', join(cwd, 'node_modules/.bin/gatewright'));
    const workflow = files.get('.github/workflows/test.yml') ?? '';
    const words = /^CMD (\[.*\])$/m.exec(files.get('ci/Dockerfile') ?? '')?.[1] ?? '';
    const [command = ''] = /npx gatewright start hello .*$/m.exec(workflow) ?? [];
    assert.match(workflow, /run: npx gatewright access check hello\b/);
    // The image runs what the job runs.
    assert.deepEqual(
      JSON.parse(words),
      [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word),
    );
    const checked = await here.run('access', 'check', 'hello');
    assert.equal(checked.code, 0, checked.stderr);

    // Node's runner runs no tests below a test of its own.
    const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
    const { stdout } = await promisify(execFile)('sh', ['-c', command], { cwd, env, timeout: 120_000 });

    assert.match(stdout, /users may say hello, and nobody else[^]*pass 1[^]*fail 0/);
    // SIGTERM lets what is in flight finish within a second.
    let after = await here.run('token');
    for (let tries = 0; after.stderr === '' && tries < 10; tries += 1) after = await here.run('token');
    assert.match(
      after.stderr,
      /no running gateway was started from this folder/,
      'the gateway has ended with the job',
    );
    // The test itself, the job with its line, and the image that runs the same.
    const used = ['ci/hello.test.mjs', '.github/workflows/test.yml', 'ci/Dockerfile'];
    taken.executed(...taken.blocks.filter(({ path = '' }) => used.includes(path)));
    taken.assertAll();
  });

  it('packages the stack for a stage, with the documents inside the authorizers', async () => {
    const { code, stderr } = await here.run('package', '--stage', 'prod');
    assert.equal(code, 0, stderr);
    const packed = join(cwd, '.gatewright/package/prod');
    const template = await readFile(join(packed, 'cloudformation-template-update-stack.json'), 'utf8');
    const { Resources } = JSON.parse(template) as {
      readonly Resources: Record<string, { readonly Properties: Record<string, unknown> }>;
    };
    assert.equal(
      Resources['TokenDashauthorizerLambdaFunction']?.Properties['Handler'],
      'functions/token-authorizer.handler',
    );
    const files = readZip(await readFile(join(packed, 'token-authorizer.zip')));
    assert.match(files.get('functions/token-authorizer.mjs')?.toString() ?? '', /hello-dev|\/hello/);
  });

  // `gatewright package` asks no account, so it does not reach what osls does with one.
  it('is packaged by osls with credentials: ids of deployed APIs and tables are looked up', async () => {
    assert.equal((await here.run('init', '--add', 'quotas')).code, 0);
    const document = join(cwd, 'access/hello.yml');
    const deployed = 'api:\n  prod: { stack: hello-prod, logicalId: ApiGatewayRestApi, stage: prod }';
    await writeFile(document, (await readFile(document, 'utf8')).replace('api:', deployed));
    await using account = await anAccountOfStacks();
    const out = join(cwd, '.gatewright/by-osls');
    const args = [...here.service.serverless, 'package', '--stage', 'prod', '--package', out];
    const AWS_ENDPOINT_URL = account.url;
    const keys = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret-of-a-test' };
    const { stderr } = await promisify(execFile)(process.execPath, args, {
      cwd,
      env: { ...process.env, ...keys, AWS_ENDPOINT_URL },
    });
    assert.match(stderr, /hello: abcdefghij in stage prod/);
    const template = await readFile(join(out, 'cloudformation-template-update-stack.json'), 'utf8');
    const { Resources } = JSON.parse(template) as {
      readonly Resources: Record<string, { readonly Properties: Record<string, unknown> }>;
    };
    const isProtected = (table: string) => Resources[table]?.Properties['DeletionProtectionEnabled'];
    assert.deepEqual([isProtected('AccessTable'), isProtected('UsageTable')], [true, false]);
  });
});

describe('gatewright init in an empty folder into which the package was installed', () => {
  it('keeps its package.json, and lists what the stack needs in addition to the package', async (t) => {
    const empty = await mkdtemp(join(tmpdir(), 'gatewright-installed-'));
    const { service, run } = await own(empty);
    t.after(() => Promise.all([service.remove(), rm(empty, { recursive: true })]));
    const manifest = '{"dependencies":{"gatewright":"^0.1.0"}}\n';
    await service.write('package.json', manifest);
    const { code, stdout } = await run('init');
    assert.equal(code, 0);
    assert.match(stdout, /kept\s+package\.json[^]*Next\n {2}npm install --save-dev osls\n/);
    assert.equal(await readFile(join(service.directory, 'package.json'), 'utf8'), manifest);
  });
});

describe('gatewright init --if-missing in a service that already contains its documents', () => {
  it('makes the stack around them, no document for another API, and nothing the second time', async (t) => {
    const { service, run } = await own(join(FIXTURES, 'bookings'));
    t.after(() => service.remove());
    await mkdir(join(service.directory, 'gatewright/access'), { recursive: true });
    await service.write('gatewright/access/mine.yml', 'version: 1\napi: { dev: { stack: another-dev } }\n');
    const { code, stdout, stderr } = await run('init', '--if-missing');
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /^written\s+gatewright\/serverless\.yml\nwritten\s+gatewright\/gatewright\.yml\n\nnot in the stack: .*\n\nNext\n/,
    );
    assert.doesNotMatch(stdout, /access sync/);
    assert.deepEqual(await readdir(join(service.directory, 'gatewright/access')), ['mine.yml']);
    assert.deepEqual(await run('init', '--if-missing'), { code: 0, stdout: '', stderr: '' });
  });
});

describe('gatewright init in a service whose Cognito authorizer was replaced, but whose handlers were not changed', () => {
  let bookings: Own;
  const REFUSAL = /bookings\.mjs:2: .*claims/;

  before(async () => {
    bookings = await own(join(FIXTURES, 'bookings'));
  });
  after(() => bookings.service.remove());

  // docs/recipes/api-keys.md writes the authorizer by `${cf:…}`, of the stack that is about to be made.
  it('creates the stack in a folder of its own, in the region of the service', async (t) => {
    const plain = await readFile(join(bookings.service.directory, 'serverless.yml'), 'utf8');
    const ARN = "!ImportValue 'gatewright-${sls:stage}-TokenAuthorizerArn'";
    assert.ok(plain.includes(ARN));
    await bookings.service.write(
      'serverless.yml',
      plain.replace(ARN, "'${cf:gatewright-${sls:stage}.TokenAuthorizerArn}'"),
    );
    t.after(() => bookings.service.write('serverless.yml', plain));
    const { code, stdout, stderr } = await bookings.run('init');
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /written\s+gatewright\/serverless\.yml[^]*written\s+gatewright\/access\/bookings\.yml/,
    );
    const stack = await readFile(join(bookings.service.directory, 'gatewright/serverless.yml'), 'utf8');
    assert.match(stack, /\.\.\/node_modules\/gatewright[^]*region: eu-central-1/);
    const sync = await bookings.run('access', 'sync');
    assert.equal(sync.code, 0, sync.stderr);
  });

  it('reads the routes of the requested stage, although the service names another stage', async (t) => {
    const document = join(bookings.service.directory, 'gatewright/access/bookings.yml');
    const plain = await readFile(document, 'utf8');
    const prod = 'prod: { stack: bookings-prod, logicalId: ApiGatewayRestApi, stage: prod }';
    await writeFile(document, plain.replace('api:\n', `api:\n  ${prod}\n`));
    t.after(() => writeFile(document, plain));
    const { code, stdout, stderr } = await bookings.run('access', 'sync', '--stage', 'prod');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^bookings: 1 route of REST API ApiGatewayRestApi in bookings-prod/m);
  });

  it('adds webhooks later, and no second document for an API that one protects under another name', async () => {
    const access = join(bookings.service.directory, 'gatewright/access');
    for (const end of ['.yml', '.routes.json'])
      await rename(join(access, `bookings${end}`), join(access, `hotel${end}`));
    const { code, stdout, stderr } = await bookings.run('init', '--webhooks');
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /^kept\s+gatewright\/serverless\.yml\nwritten\s+gatewright\/access\/webhooks\.yml\n\nNext\n/,
    );
  });

  it('is refused by start, with file and line', async () => {
    const { code, stderr } = await bookings.run('start', ...FREE);
    assert.equal(code, 1);
    assert.match(stderr, REFUSAL);
  });

  it('is refused by access check, with file and line', async () => {
    const { code, stderr } = await bookings.run('access', 'check', '.');
    assert.equal(code, 1);
    assert.match(stderr, REFUSAL);
  });

  it('is refused by serverless package, with file and line', async () => {
    const { directory, serverless } = bookings.service;
    const plain = await readFile(join(directory, 'serverless.yml'), 'utf8');
    await bookings.service.write('serverless.yml', `plugins: [gatewright]\n${plain}`);
    const environment = { AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none' };
    const ended = await runCommand(['package'], { cwd: directory, program: serverless, environment });
    assert.equal(ended.code, 1);
    assert.match(ended.stdout + ended.stderr, REFUSAL);
  });

  // The plug-in refuses while the service is being read; the stack next to it was served alone.
  it('is refused by start with the plug-in as well', async () => {
    const { code, stderr } = await bookings.run('start', ...FREE);
    assert.equal(code, 1);
    assert.match(stderr, REFUSAL);
  });
});
