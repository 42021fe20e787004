import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { compileService } from '../../../../../packages/gateway/templates/serverless/compile-service.ts';
import type { ServiceRun } from '../../../../../packages/gateway/templates/serverless/compile-service.ts';
import { parsePackaged } from '../../../../../packages/gateway/templates/serverless/packaged-service.ts';

const OSLS = dirname(createRequire(import.meta.url).resolve('serverless/package.json'));

/** Whatever a service can be made of. */
const FILES: Readonly<Record<string, string>> = {
  'serverless.yml': `
service: kept
plugins: [./plug.js]
provider:
  name: aws
  runtime: nodejs24.x
  environment:
    PART: \${file(./part.yml):value}
    PROGRAM: \${file(./program.js):value}
    VARIABLE: \${env:KEPT_VARIABLE}
    PARAMETER: \${param:given}
    OUTPUT: \${cf:other.Out}
    STORED: \${ssm:/kept/stored}
functions:
  hello: { handler: index.handler }
`,
  'part.yml': 'value: of a file\n',
  'program.js': `module.exports = { value: require('./beside').value };`,
  'beside.json': '{ "value": "of a program" }',
  'documents/one.yml': 'one: 1\n',
  'node_modules/helpful/package.json': '{ "name": "helpful", "version": "1.0.0" }',
  'node_modules/helpful/index.js': 'module.exports = 1;',
  'plug.js': `
const { existsSync, readdirSync } = require('node:fs');
const { join } = require('node:path');
const helpful = require('helpful');
let optional = 'none';
try { optional = require('optional-package'); } catch {}
module.exports = class {
  constructor(serverless) {
    const { environment } = serverless.service.provider;
    environment.NAMES = readdirSync(join(__dirname, 'documents')).join();
    environment.FLAG = String(existsSync(join(__dirname, 'flag')));
    environment.PACKAGES = helpful + ' ' + optional;
    this.hooks = {};
  }
};`,
};

describe('compiling a service', () => {
  let folder = '';
  let cacheFolder = '';
  let userFolder = '';
  const answers = { output: 'of a stack', parameter: 'of SSM' };
  const messages: string[] = [];
  let hasCompiled = false;

  const run = (changed: Partial<ServiceRun> = {}): ReturnType<typeof compileService> => {
    hasCompiled = false;
    return compileService({
      serviceFolder: folder,
      oslsFolder: OSLS,
      cacheFolder,
      arguments: ['package', '--config', 'serverless.yml', '--stage', 'dev', '--param=given=1'],
      home: { region: 'us-east-1', accountId: '123456789012' },
      environment: { KEPT_VARIABLE: 'of the environment', GATEWRIGHT_HOME: userFolder },
      signal: new AbortController().signal,
      answers: {
        outputs: (stackName) => {
          messages.push(`outputs of ${stackName}`);
          return Promise.resolve(stackName === 'other' ? { Out: answers.output } : undefined);
        },
        parameter: () => Promise.resolve({ type: 'String', value: answers.parameter }),
        object: () => undefined,
      },
      onAnnounced: (stackName) => messages.push(`announced ${stackName}`),
      onInformed: (message) => messages.push(message),
      onCompiling: () => {
        hasCompiled = true;
      },
      ...changed,
    });
  };
  /** Whether a start would use the cached result; if not, osls is ended before it begins. */
  const isReused = async (changed: Partial<ServiceRun> = {}): Promise<boolean> => {
    await run({ signal: AbortSignal.abort(), ...changed });
    return !hasCompiled;
  };
  /** A file that was written this very moment could change again unnoticed, and would not be cached. */
  const passTick = (): void => {
    const probe = join(folder, 'probe');
    const startedMs = statSync(folder).ctimeMs;
    do writeFileSync(probe, '');
    while (statSync(probe).mtimeMs < startedMs + 50);
    rmSync(probe);
  };
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };

  before(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'kept-service-')));
    cacheFolder = join(folder, 'kept');
    for (const [name, text] of Object.entries(FILES)) write(name, text);
    passTick();
    // As at the first start after an installation, osls generates its check.
    userFolder = await mkdtemp(join(tmpdir(), 'gatewright-user-'));
    const compiled = await run();
    assert.ok('result' in compiled, JSON.stringify(compiled));
    const printed = JSON.stringify(parsePackaged(compiled.result).template);
    for (const value of [
      'of a file',
      'of a program',
      'of the environment',
      'of a stack',
      'of SSM',
      'one.yml',
    ])
      assert.ok(printed.includes(value), value);
  });
  after(async () => {
    for (const each of [folder, userFolder]) await rm(each, { recursive: true, force: true });
  });

  // What is in node_modules is deployed with each service that is packaged unbundled.
  it('keeps what osls compiles in the folder of the user, and nothing next to osls', () => {
    const checks = readdirSync(join(userFolder, 'checks'), { recursive: true });
    assert.ok(
      checks.some((name) => String(name).endsWith('.js')),
      checks.join(),
    );
  });

  it('is done once while nothing changes, and says the same each time', async () => {
    const first = messages.splice(0);
    const [name = ''] = readdirSync(cacheFolder);
    const [, body = ''] = readFileSync(join(cacheFolder, name), 'utf8').split('\n');
    const kept = JSON.parse(body) as { readonly result: string };
    const again = await run({ signal: AbortSignal.abort() });
    assert.equal(hasCompiled, false);
    assert.ok('result' in again);
    assert.equal(again.result, kept.result);
    assert.deepEqual(messages.splice(0), first);
    assert.ok(first.includes('announced kept-dev'), first.join());
  });

  it('lists the files of the project that it has read, also if its result is cached', async () => {
    const [kept, fresh] = [await run(), await run({ cacheFolder: undefined })];
    const own = ['serverless.yml', 'part.yml', 'program.js', 'beside.json', 'plug.js'];

    for (const compiled of [kept, fresh]) {
      assert.ok('read' in compiled);
      const read = compiled.read
        .filter((file) => file.startsWith(folder))
        .map((file) => file.slice(folder.length + 1));
      assert.deepEqual(
        read.filter((file) => !own.includes(file)),
        [],
      );
      assert.deepEqual(
        own.filter((file) => !read.includes(file)),
        [],
      );
    }
  });

  it('names what a service in TypeScript imports, and each .env file, whether it exists or not', async (t) => {
    const project = await realpath(await mkdtemp(join(tmpdir(), 'read-service-')));
    t.after(() => rm(project, { recursive: true, force: true }));
    const files = {
      'api/serverless.ts':
        "import { name } from '../shared/names';\nmodule.exports = { service: name, useDotenv: true, provider: { name: 'aws', runtime: 'nodejs24.x' } };",
      'shared/names.ts': "export const name: string = 'kept';",
      'api/.env': 'WORD=1\n',
    };
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(project, name)), { recursive: true });
      writeFileSync(join(project, name), text);
    }
    const compiled = await run({
      serviceFolder: join(project, 'api'),
      cacheFolder: undefined,
      arguments: ['package', '--config', 'serverless.ts', '--stage', 'dev'],
    });

    assert.ok('read' in compiled, JSON.stringify(compiled));
    for (const name of ['api/serverless.ts', 'shared/names.ts', 'api/.env', 'api/.env.dev'])
      assert.ok(compiled.read.includes(join(project, name)), `${name} of ${compiled.read.join()}`);
  });

  it('hides the result from other users of the machine', () => {
    const [name = ''] = readdirSync(cacheFolder);
    assert.equal(statSync(join(cacheFolder, name)).mode & 0o077, 0);
    assert.equal(statSync(cacheFolder).mode & 0o077, 0);
  });

  const edits: readonly (readonly [what: string, file: string, text: string])[] = [
    ['the service', 'serverless.yml', `${FILES['serverless.yml'] ?? ''}# edited\n`],
    ['a file that it takes in', 'part.yml', 'value: edited\n'],
    ['a program that it takes in', 'program.js', `module.exports = { value: 'edited' };`],
    ['what a program takes in', 'beside.json', '{ "value": "edited" }'],
    ['a plug-in', 'plug.js', `${FILES['plug.js'] ?? ''}// edited\n`],
    ['the names in a folder that was listed', 'documents/two.yml', ''],
    ['a file that was looked for', 'flag', ''],
    ['a module that comes before the one that was found', 'beside.js', 'module.exports = { value: 1 };'],
    ['a package that was missing', 'node_modules/optional-package/index.js', 'module.exports = 1;'],
    ['a configuration that comes before others', 'serverless-compose.yml', ''],
  ];
  for (const [what, file, text] of edits) {
    it(`is done again after a change of ${what}`, async () => {
      const had = FILES[file];
      write(file, text);
      assert.equal(await isReused(), false);
      if (had === undefined)
        rmSync(join(folder, file.startsWith('node_modules') ? dirname(file) : file), { recursive: true });
      else write(file, had);
      assert.equal(await isReused(), true, 'it is as it was');
    });
  }

  const runs: readonly (readonly [what: string, changed: Partial<ServiceRun>])[] = [
    ['variable of the environment', { environment: { KEPT_VARIABLE: 'edited' } }],
    [
      'parameter',
      { arguments: ['package', '--config', 'serverless.yml', '--stage', 'dev', '--param=given=2'] },
    ],
    ['stage', { arguments: ['package', '--config', 'serverless.yml', '--stage', 'qa', '--param=given=1'] }],
    ['region', { home: { region: 'eu-central-1', accountId: '123456789012' } }],
    ['account', { home: { region: 'us-east-1', accountId: '210987654321' } }],
    ['osls', { oslsFolder: join(OSLS, '../other') }],
  ];
  for (const [what, changed] of runs)
    it(`is done again for another ${what}`, async () => {
      assert.equal(await isReused(changed), false);
      assert.equal(await isReused(), true);
    });

  it('does not name a source that a plug-in has only checked, and names it if the plug-in refuses the service', async () => {
    const program = FILES['plug.js'] ?? '';
    const check = (failure: string): string =>
      program.replace('class {', 'class {\n  static guards = true;').replace(
        'this.hooks = {};',
        `this.checkedSources = [join(__dirname, 'index.ts')];
    this.hooks = { 'before:aws:package:finalize:saveServiceState': () => {
      require('node:fs').readFileSync(join(__dirname, 'index.ts'));
      ${failure}
    } };`,
      );
    write('index.ts', 'export const handler = 1;');
    try {
      write('plug.js', check(''));
      const compiled = await run({ cacheFolder: undefined });
      assert.ok('read' in compiled, JSON.stringify(compiled));
      assert.ok(compiled.read.includes(join(folder, 'plug.js')));
      assert.ok(!compiled.read.includes(join(folder, 'index.ts')));

      write('plug.js', check(`throw new serverless.classes.Error('index.ts:1: wrong');`));
      const refused = await run({ cacheFolder: undefined });
      assert.ok('message' in refused, JSON.stringify(refused));
      assert.match(refused.message, /index\.ts:1: wrong/);
      assert.deepEqual(refused.checked, [join(folder, 'index.ts')]);
    } finally {
      write('plug.js', program);
      rmSync(join(folder, 'index.ts'));
    }
  });

  it("is cached for each environment, so that two terminals do not evict each other's result", async () => {
    const environment = { KEPT_VARIABLE: 'of another terminal' };
    passTick();
    assert.ok('result' in (await run({ environment })));
    assert.equal(await isReused({ environment }), true);
    assert.equal(await isReused(), true);
  });

  it('is done again if a variable of a name like ours changes, which a service may read', async () => {
    process.env['GATEWRIGHT_OF_THE_SERVICE'] = 'set';
    try {
      assert.equal(await isReused(), false);
    } finally {
      delete process.env['GATEWRIGHT_OF_THE_SERVICE'];
    }
  });

  it('is done again when the developer’s own environment changes, and not for what each shell counts for itself', async () => {
    process.env['KEPT_OTHER'] = 'set';
    try {
      assert.equal(await isReused(), false);
    } finally {
      delete process.env['KEPT_OTHER'];
    }
    const { SHLVL: level } = process.env;
    process.env['SHLVL'] = '99';
    try {
      assert.equal(await isReused(), true);
    } finally {
      if (level === undefined) delete process.env['SHLVL'];
      else process.env['SHLVL'] = level;
    }
  });

  for (const about of ['output', 'parameter'] as const)
    it(`is done again when AWS would answer another ${about}`, async () => {
      const had = answers[about];
      answers[about] = 'edited';
      assert.equal(await isReused(), false);
      answers[about] = had;
      assert.equal(await isReused(), true);
    });

  // Last, since the age of such a file cannot be brought back.
  it('is done again after an installation has rewritten a package, with any content', async () => {
    const file = 'node_modules/helpful/index.js';
    write(file, FILES[file] ?? '');
    assert.equal(await isReused(), false);
  });
});
