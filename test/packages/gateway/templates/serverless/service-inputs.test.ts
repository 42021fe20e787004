import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Look } from '@gatewright/aws/file-marks';
import { fileURLToPath } from 'node:url';
import {
  markStart,
  findChange,
  listProjectInputs,
  markInputs,
} from '../../../../../packages/gateway/templates/serverless/service-inputs.ts';
import type {
  Inputs,
  SeenInputs,
} from '../../../../../packages/gateway/templates/serverless/service-inputs.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'service-inputs-')));
after(() => rmSync(folder, { recursive: true, force: true }));

const file = join(folder, 'read.yml');
writeFileSync(file, 'a: 1\n');
const READ: SeenInputs = { files: [[file, ['content']]], missing: [] };
/** Long after the file was written. */
const LATER = markStart(folder, Date.now() + 60_000);

describe('the inputs of a service', () => {
  it('are not known if something could not be seen through', () => {
    assert.equal(markInputs({ ...READ, blind: 'it runs git' }, LATER, {}), undefined);
    assert.notEqual(markInputs(READ, LATER, {}), undefined);
  });

  it('are not known if more than 20,000 files are read', () => {
    const readsOf = (length: number) => ({
      ...READ,
      files: Array.from({ length }, () => [join(folder, 'none'), []] as const),
    });

    assert.notEqual(markInputs(readsOf(20_000), LATER, {}), undefined);
    assert.equal(markInputs(readsOf(20_001), LATER, {}), undefined);
  });

  it('include the package.json above each module that is read, once', () => {
    const nested = join(folder, 'manifests/lib');
    mkdirSync(nested, { recursive: true });
    const manifest = join(folder, 'manifests/package.json');
    writeFileSync(manifest, '{}');
    const files = ['a.js', 'b.mts', 'c.cjs', 'd.json', 'e.txt'].map((name) => join(nested, name));
    const marksOf = (path: string, look: Look): readonly string[] =>
      markInputs({ files: [[path, [look]]], missing: [] }, { epochMs: 0, packages: [] }, {})?.marks.map(
        (mark) => mark.file,
      ) ?? [];

    assert.deepEqual(
      files.map((path) => marksOf(path, 'content').includes(manifest)),
      [true, true, true, true, false],
    );
    assert.deepEqual(marksOf(join(nested, 'a.js'), 'there'), [join(nested, 'a.js')]);
    const both = markInputs(
      { files: files.map((path) => [path, ['content']]), missing: [] },
      { epochMs: 0, packages: [] },
      {},
    );
    assert.equal(both?.marks.filter((mark) => mark.file === manifest).length, 1);
  });

  it('of the shell and of a run do not count', () => {
    const inputs = markInputs(READ, LATER, { KEPT: 'a' }) as Inputs;
    for (const name of ['_', 'SHLVL', 'OLDPWD', 'npm_lifecycle_event', 'npm_command', 'AWS_ACCESS_KEY_ID'])
      assert.equal(findChange(inputs, { KEPT: 'a', [name]: 'x' }), undefined, name);
    for (const name of ['PATH', 'AWS_REGION', 'npm_config_registry'])
      assert.equal(findChange(inputs, { KEPT: 'a', [name]: 'x' }), 'the environment', name);
  });

  it('change when a module that was missing is there', () => {
    const from = join(folder, 'from.js');
    const inputs = markInputs({ files: [], missing: [[from, './late.js', null]] }, LATER, {}) as Inputs;
    assert.equal(findChange(inputs, {}), undefined);
    writeFileSync(join(folder, 'late.js'), '');
    assert.equal(findChange(inputs, {}), './late.js');
  });

  it('are not known if a file has changed while it was read', () => {
    assert.equal(markInputs(READ, markStart(folder, Date.now() - 60_000), {}), undefined);
  });

  it('are of one machine and one Node.js', () => {
    const inputs = markInputs(READ, LATER, {}) as Inputs;
    assert.equal(findChange(inputs, {}), undefined);
    assert.equal(findChange({ ...inputs, machine: `${inputs.machine}-other` }, {}), 'the machine');
  });

  it('name the file that has changed, by its text and not by its age', () => {
    const inputs = markInputs(READ, LATER, {}) as Inputs;
    utimesSync(file, 1, 1);
    assert.equal(findChange(inputs, {}), undefined);
    writeFileSync(file, 'a: 2\n');
    assert.equal(findChange(inputs, {}), file);
  });

  it('do not include what variables resolve to', () => {
    const inputs = markInputs(READ, LATER, { TOKEN: 'hunter2hunter2' }) as Inputs;
    assert.doesNotMatch(JSON.stringify(inputs), /hunter2|TOKEN/);
  });
});

describe('markStart', () => {
  // Node.js, "Loading from node_modules folders": every folder above is searched; each package manager has its own
  // file.
  it('marks the packages of every folder above the service', () => {
    const wanted = ['/a/b/c', '/a/b', '/a', '/'].flatMap((each) =>
      ['', '.package-lock.json', '.modules.yaml', '.yarn-state.yml', '.yarn-integrity'].map((name) =>
        join(each, 'node_modules', name),
      ),
    );

    assert.deepEqual(
      markStart('/a/b/c', 7).packages.map((mark) => mark.file),
      wanted,
    );
    assert.equal(markStart('/a/b/c', 7).epochMs, 7);
  });
});

describe('listProjectInputs', () => {
  const repository = mkdtempSync(join(folder, 'repository-'));
  mkdirSync(join(repository, '.git'));
  const service = join(repository, 'packages/shop');
  const alone = join(folder, 'apps/shop');
  it('stops at the top of the file system', () => {
    assert.deepEqual(listProjectInputs([['/x/serverless.ts', ['content']]], '/x/y'), ['/x/serverless.ts']);
  });
  const rows: readonly (readonly [
    file: string,
    looks: readonly Look[],
    service: string,
    isListed: boolean,
  ])[] = [
    [join(service, 'serverless.ts'), ['content'], service, true],
    [join(repository, 'shared.ts'), ['there', 'content'], service, true],
    [join(folder, 'shared.ts'), ['content'], service, false],
    [repository, ['content'], service, false],
    [join(service, 'absent.ts'), ['there'], service, false],
    [join(service, '.env'), ['there'], service, true],
    [join(service, '.env.dev'), ['there'], service, true],
    [join(service, 'node_modules/a/index.js'), ['content'], service, false],
    [join(folder, 'apps/shared.ts'), ['content'], alone, true],
    [join(folder, 'shared.ts'), ['content'], alone, false],
  ];
  for (const [path, looks, of, isListed] of rows)
    it(`${isListed ? 'lists' : 'omits'} ${relative(folder, path).replace(/repository-\w+/, 'repository')} with ${looks.join()}`, () => {
      assert.deepEqual(listProjectInputs([[path, looks]], of), isListed ? [path] : []);
    });

  it('omits the source of a function that a plug-in has only checked, because the template stays the same', () => {
    const [checked, imported] = [join(service, 'src/list.ts'), join(service, 'shared.ts')];
    const files = [checked, imported].map((path) => [path, ['content']] as const);
    assert.deepEqual(listProjectInputs(files, service, [checked]), [imported]);
  });

  it('lists each file once, and 500 at most', () => {
    const files = Array.from({ length: 501 }, (_, index) => [
      [join(service, `${index}.ts`), ['content']] as const,
      [join(service, `${index}.ts`), ['content']] as const,
    ]).flat();

    assert.deepEqual(
      listProjectInputs(files, service),
      Array.from({ length: 500 }, (_, index) => join(service, `${index}.ts`)),
    );
  });
});

/** Run one after the other in a process of its own, since the watch reaches into Node's modules. */
const ACTS: readonly (readonly [what: string, act: string, blind: RegExp | undefined])[] = [
  ['a file that is read', `fs.readFileSync(__filename)`, undefined],
  ['a question to the stand-in', `net.connect(1, '127.0.0.1').on('error', () => {}).destroy()`, undefined],
  ['a file of its own', `fs.writeFileSync(path.join(own, 'x'), '')`, undefined],
  ['a program', `require('node:child_process').spawnSync('true')`, /^it runs true$/],
  ['a shell', `require('node:child_process').execSync('true')`, /^it runs true$/],
  ['a thread', `new (require('node:worker_threads').Worker)('', { eval: true })`, /thread/],
  ['a server', `net.connect({ port: 2, host: '127.0.0.1' }).on('error', () => {}).destroy()`, /server/],
  ['a name that is looked up', `require('node:dns').lookup('localhost', () => {})`, /name/],
  ['a name that is resolved', `require('node:dns').promises.resolve4('localhost').catch(() => {})`, /name/],
  ['the machine’s addresses', `require('node:os').networkInterfaces()`, /address/],
  ['a file that is written', `fs.writeFileSync(path.join(other, 'x'), '')`, /writes .*x$/],
  ['a file that is opened to be written', `fs.closeSync(fs.openSync(path.join(other, 'y'), 'a'))`, /writes/],
  ['a file that is made from another', `fs.copyFileSync(__filename, path.join(other, 'z'))`, /writes .*z$/],
  ['a pattern', `fs.globSync(path.join(own, '*'))`, /pattern/],
];

describe('what is observed of an osls run', () => {
  const inputs = fileURLToPath(
    new URL('../../../../../packages/gateway/templates/serverless/serverless-inputs.cjs', import.meta.url),
  );
  const own = mkdtempSync(join(folder, 'own-'));
  const other = mkdtempSync(join(folder, 'other-'));
  const script = join(folder, 'script.cjs');
  writeFileSync(
    script,
    `const fs = require('node:fs'), net = require('node:net'), path = require('node:path');
    const { watchInputs } = require(${JSON.stringify(inputs)});
    const [own, other] = ${JSON.stringify([own, other])};
    let watch;
    for (const [name, original] of Object.entries(fs))
      if (typeof original === 'function' && !/^[A-Z_]/.test(name))
        fs[name] = function (...input) { watch.observe(name, input); return original.apply(this, input); };
    const reasons = [${ACTS.map(([, act]) => `() => { ${act} }`).join()}].map((act) => {
      watch = watchInputs({ ownFolders: [own], isAnswered: (port) => port === 1 });
      watch.watchModules();
      act();
      return watch.list().blind ?? null;
    });
    try { require('not-installed'); } catch {}
    try { fs.readFileSync(path.join(own, 'absent')); } catch {}
    fs.existsSync(path.join(other, 'wanted'));
    process.stdout.write(JSON.stringify({ reasons, ...watch.list() }), () => process.exit());`,
  );
  const seen = JSON.parse(execFileSync(process.execPath, [script], { encoding: 'utf8' })) as SeenInputs & {
    readonly reasons: readonly (string | null)[];
  };

  it('are its files, the files that it did not find, and its modules, but not its own output', () => {
    const files = new Map(seen.files);
    assert.deepEqual(files.get(join(other, 'wanted')), ['there']);
    assert.ok(files.get(inputs)?.includes('content'), 'a module');
    assert.equal(files.has(join(own, 'absent')), false);
    assert.deepEqual(
      seen.missing.map(([from, request]) => [from, request]),
      [[script, 'not-installed']],
    );
  });

  // ts-node preloads the modules that `"ts-node": { "require": […] }` of tsconfig.json names; the tsconfig.json that
  // `serverless create --template aws-nodejs-typescript` writes names one.
  for (const request of ['./preloaded/first.cjs', '@scope/preloaded'])
    it(`may be ${request}, preloaded from the working directory`, () => {
      const service = mkdtempSync(join(folder, 'preloads-'));
      for (const file of ['preloaded/first.cjs', 'node_modules/@scope/preloaded/index.js']) {
        mkdirSync(dirname(join(service, file)), { recursive: true });
        writeFileSync(join(service, file), 'module.exports = 1;');
      }
      const program = `const { watchInputs } = require(${JSON.stringify(inputs)});
        const watch = watchInputs({ ownFolders: [], isAnswered: () => false });
        watch.watchModules();
        require('node:module')._preloadModules([${JSON.stringify(request)}]);
        process.stdout.write(JSON.stringify(watch.list()));`;
      const run = execFileSync(process.execPath, ['-e', program], { encoding: 'utf8', cwd: service });

      const { files } = JSON.parse(run) as SeenInputs;
      assert.ok(
        files.some(([path]) => path.startsWith(service) && /preloaded\/(?:first|index)\.c?js$/.test(path)),
      );
    });

  for (const [index, [what, , expected]] of ACTS.entries())
    it(`${what} makes it ${expected === undefined ? 'no' : 'a'} run that cannot be seen through`, () => {
      const reason = seen.reasons[index];
      if (expected === undefined) assert.equal(reason, null);
      else assert.match(reason ?? '', expected);
    });
});
