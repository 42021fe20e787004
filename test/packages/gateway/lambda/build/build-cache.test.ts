import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { build, type BuildOptions } from 'esbuild';
import { BuildCache } from '../../../../../packages/gateway/lambda/build/build-cache.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'kept-builds-')));
after(() => rmSync(root, { recursive: true, force: true }));
const project = join(root, 'project/service');

/** Whatever a function can be made of. */
const FILES: Readonly<Record<string, string>> = {
  'handler.ts': `import { own } from './own'; import { part } from './parts'; import { helpful } from 'helpful'; import { inner } from '#inner'; export const handler = () => own + part + helpful + inner;`,
  'own.ts': 'export const own = 1;',
  'parts/index.js': 'export const part = 2;',
  'inner.ts': 'export const inner = 3;',
  'package.json': '{ "type": "module", "imports": { "#inner": "./inner.ts" } }',
  'tsconfig.json': '{ "extends": "./base", "compilerOptions": { "target": "es2022" } }',
  'base.json': '{ "compilerOptions": { "useDefineForClassFields": true } }',
  '../node_modules/helpful/package.json': '{ "name": "helpful", "version": "1.0.0", "main": "main.js" }',
  '../node_modules/helpful/main.js': 'exports.helpful = 4;',
};

const readIfThere = (file: string): string | undefined =>
  existsSync(file) ? readFileSync(file, 'utf8') : undefined;

describe('BuildCache', () => {
  const options: BuildOptions = {
    entryPoints: [join(project, 'handler.ts')],
    absWorkingDir: project,
    bundle: true,
    platform: 'node',
    format: 'esm',
    metafile: true,
    write: false,
    logLevel: 'silent',
  };
  let builds = 0;

  const write = (name: string, text: string): void => {
    const file = join(project, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  /** A file that was written this very moment could change again unnoticed, and would not be stored. */
  const passTick = (): void => {
    const probe = join(root, 'probe');
    const startedMs = Date.now();
    do writeFileSync(probe, '');
    while (statSync(probe).mtimeMs < startedMs + 50);
  };
  /** Builds as each start does, with its own run. */
  const make = (changed: BuildOptions = {}): Promise<string> => {
    const asked = { ...options, ...changed };
    const kept = new BuildCache(join(root, 'kept'), mkdtempSync(join(root, 'run-')));
    return kept.make({ what: 'bundle', options: asked }, async () => {
      builds += 1;
      const { outputFiles, metafile } = await build(asked);
      return { made: outputFiles?.[0]?.text ?? '', metafile };
    });
  };
  const isReused = async (changed: BuildOptions = {}): Promise<boolean> => {
    const before = builds;
    await make(changed).catch(() => undefined);
    return builds === before;
  };

  before(async () => {
    for (const [name, text] of Object.entries(FILES)) write(name, text);
    passTick();
    await make();
  });

  it('makes a bundle once while nothing of it changes, and gives the same each time', async () => {
    const first = await make();
    assert.equal(builds, 1);
    assert.match(first, /own = 1/);
    assert.equal(statSync(join(root, 'kept')).mode & 0o077, 0);
  });

  const edits: readonly (readonly [what: string, file: string, text: string])[] = [
    ['the handler', 'handler.ts', `${FILES['handler.ts'] ?? ''}// edited`],
    ['a file of its own', 'own.ts', 'export const own = 10;'],
    ['a file that comes before the one that was found', 'own.tsx', 'export const own = 11;'],
    ['a file that comes before a folder’s index', 'parts.ts', 'export const part = 20;'],
    ['an index that comes before the one that was found', 'parts/index.ts', 'export const part = 21;'],
    ['package.json', 'package.json', '{ "imports": { "#inner": "./own.ts" } }'],
    ['tsconfig.json', 'tsconfig.json', '{ "compilerOptions": { "target": "es2020" } }'],
    ['what tsconfig.json extends', 'base.json', '{}'],
    ['a nearer package', 'node_modules/helpful/index.js', 'exports.helpful = 40;'],
    [
      'the version of a package',
      '../node_modules/helpful/package.json',
      '{ "main": "main.js", "version": "2.0.0" }',
    ],
    ['a tsconfig.json in a folder above', '../tsconfig.json', '{}'],
    ['a package.json between', 'parts/package.json', '{ "sideEffects": false }'],
    ['Plug’n’Play', '../.pnp.cjs', ''],
  ];
  for (const [what, file, text] of edits)
    it(`makes it again after a change of ${what}`, async () => {
      const had = FILES[file];
      const names = readdirSync(join(root, 'kept')).map((name) => join(root, 'kept', name));
      const kept = names.map((name) => readFileSync(name, 'utf8'));
      write(file, text);
      assert.equal(await isReused(), false);
      if (had !== undefined) write(file, had);
      else
        rmSync(join(project, file.startsWith('node_modules') ? 'node_modules' : file), { recursive: true });
      for (const [index, name] of names.entries()) writeFileSync(name, kept[index] ?? '');
      assert.equal(await isReused(), true, 'it is as it was');
    });

  it('makes it again after an installation has rewritten a package, and under another setting', async () => {
    // The changes before have just been taken back: nothing as fresh is kept.
    passTick();
    assert.equal(await isReused({ minify: true }), false);
    utimesSync(join(project, '../node_modules/helpful/main.js'), 1, 1);
    assert.equal(await isReused(), false);
    assert.equal(await isReused(), true);
  });

  const unknowable: readonly (readonly [what: string, changed: BuildOptions])[] = [
    ['other names of packages', { alias: { other: 'helpful' } }],
    ['other folders of packages', { nodePaths: [join(root, 'packages')] }],
    ['links under their names', { preserveSymlinks: true }],
    ['paths of TypeScript', { tsconfigRaw: { compilerOptions: { paths: { a: ['b'] } } } }],
  ];
  for (const [what, changed] of unknowable)
    it(`keeps nothing with ${what}`, async () => {
      await make(changed);
      assert.equal(await isReused(changed), false);
    });

  it('stores what is built with its own settings below a tsconfig.json with paths, which esbuild then does not read', async () => {
    const had = FILES['tsconfig.json'] ?? '';
    write('tsconfig.json', '{ "compilerOptions": { "paths": { "a": ["b"] } } }');
    const own: BuildOptions = { tsconfigRaw: {} };
    await make(own);
    assert.equal(await isReused(own), true);
    assert.equal(await isReused(), false);
    write('tsconfig.json', had);
  });

  describe('with search paths in tsconfig.json', () => {
    const PATHS = '{ "compilerOptions": { "baseUrl": ".", "paths": { "@own/*": ["first/*", "second/*"] } } }';
    const entry = join(project, 'by-path.ts');
    const asked: BuildOptions = { entryPoints: [entry] };
    const found =
      "import { a } from '@own/a'; import { b } from 'below/b'; export const handler = () => a + b;";

    before(async () => {
      write('tsconfig.json', PATHS);
      write('by-path.ts', found);
      write('second/a.ts', 'export const a = "second";');
      write('below/b.ts', 'export const b = "base";');
      passTick();
      await make(asked);
    });
    after(() => write('tsconfig.json', FILES['tsconfig.json'] ?? ''));

    it('makes it once while nothing changes', async () => assert.equal(await isReused(asked), true));

    const changes: readonly (readonly [what: string, file: string, text: string])[] = [
      ['the file that was found', 'second/a.ts', 'export const a = "other";'],
      ['a file of an earlier path', 'first/a.ts', 'export const a = "first";'],
      ['a folder of an earlier path', 'first/a/index.ts', 'export const a = "folder";'],
      ['an earlier extension', 'second/a.tsx', 'export const a = "tsx";'],
      ['a file below baseUrl', 'below/b.tsx', 'export const b = "tsx";'],
      ['a file below baseUrl that a path skipped', '@own/a.ts', 'export const a = "unused";'],
      ['the paths', 'tsconfig.json', PATHS.replace('second/*', 'third/*')],
    ];
    for (const [what, file, text] of changes)
      it(`builds again after a change to ${what}`, async () => {
        const had = existsSync(join(project, file)) ? readFileSync(join(project, file), 'utf8') : undefined;
        write(file, text);
        const fresh = await build({ ...options, ...asked }).catch(() => undefined);
        const made = await make(asked).catch(() => undefined);
        assert.equal(made, fresh?.outputFiles?.[0]?.text);
        if (had === undefined) rmSync(join(project, file));
        else write(file, had);
        passTick();
        assert.match(await make(asked), /second/);
      });

    /** Files that esbuild finds through these are not tracked, so the function is built again each time. */
    const notFollowed: readonly (readonly [what: string, files: Readonly<Record<string, string>>])[] = [
      ['`${configDir}`', { 'tsconfig.json': PATHS.replace('second/*', '${configDir}/second/*') }],
      ['a folder with a package.json', { 'second/a/package.json': '{ "main": "../a.ts" }' }],
      [
        'names in package.json that refer to others',
        {
          'package.json': '{ "imports": { "#a": "@own/a" } }',
          'by-path.ts': found.replace('@own/a', '#a'),
        },
      ],
      [
        'files of a pattern',
        { 'by-path.ts': `${found} export const more = (n) => import(\`./below/\${n}.ts\`);` },
      ],
    ];
    for (const [what, files] of notFollowed)
      it(`keeps nothing with ${what}`, async () => {
        const had = Object.keys(files).map((file) => [file, readIfThere(join(project, file))] as const);
        for (const [file, text] of Object.entries(files)) write(file, text);
        passTick();
        await make(asked);
        assert.equal(await isReused(asked), false);
        for (const [file, text] of had)
          if (text === undefined) rmSync(dirname(join(project, file)), { recursive: true });
          else write(file, text);
      });

    it('builds again after the target of a linked path changes', async () => {
      for (const version of ['v1', 'v2']) write(`${version}/a.ts`, `export const a = '${version}';`);
      rmSync(join(project, 'second'), { recursive: true });
      symlinkSync('v1', join(project, 'second'));
      passTick();
      assert.match(await make(asked), /'v1'|"v1"/);
      rmSync(join(project, 'second'));
      symlinkSync('v2', join(project, 'second'));
      assert.match(await make(asked), /'v2'|"v2"/);
      rmSync(join(project, 'second'));
      write('second/a.ts', 'export const a = "second";');
    });

    it('keeps nothing if the settings are saved during the build', async () => {
      passTick();
      const { metafile } = await build({ ...options, ...asked });
      const kept = new BuildCache(join(root, 'kept'), join(root, 'run'));
      const request = { what: 'settings saved', options: { ...options, ...asked } };
      const startedMs = Date.now() - 30;
      write('tsconfig.json', PATHS);
      kept.keep(request, startedMs, metafile, 1);
      assert.equal(kept.find(request), undefined);
    });

    it('stores nothing if the paths have an unusual form', async () => {
      write('tsconfig.json', PATHS.replace('"second/*"', '// and\n"second/*"'));
      await make(asked);
      assert.equal(await isReused(asked), false);
    });
  });

  it('keeps nothing of a file that was written while it was built', async () => {
    const { metafile } = await build(options);
    const kept = new BuildCache(join(root, 'kept'), join(root, 'run'));
    const request = { what: 'other', options };
    kept.keep(request, statSync(join(project, 'own.ts')).mtimeMs - 1, metafile, 1);
    assert.equal(kept.find(request), undefined);
    passTick();
    kept.keep(request, Date.now(), metafile, 2);
    assert.equal(kept.find(request), 2);
  });

  // It is stored after the function's instance has started, when an error would end the gateway.
  it(
    'keeps nothing of a file that cannot be read any more',
    { skip: existsSync('/proc/self/mem') ? false : 'no file here refuses to be read by everybody' },
    () => {
      const kept = new BuildCache(join(root, 'kept'), join(root, 'run'));
      const request = { what: 'unreadable', options };
      const inputs = { '/proc/self/mem': { bytes: 1, imports: [] } };

      kept.keep(request, Date.now() + 60_000, { inputs, outputs: {} }, 1);

      assert.equal(kept.find(request), undefined);
    },
  );

  it('keeps nothing of a file that is saved while its build is marked', async () => {
    const { metafile } = await build(options);
    const kept = new BuildCache(join(root, 'kept'), join(root, 'run'));
    const request = { what: 'saved meanwhile', options };
    passTick();
    const inputs = Object.fromEntries(
      Object.entries(metafile?.inputs ?? {}).map(([name, input]) => [
        name,
        {
          ...input,
          // Read when the marks are made.
          get imports() {
            writeFileSync(join(project, 'own.ts'), FILES['own.ts'] ?? '');
            return input.imports;
          },
        },
      ]),
    );
    assert.ok(metafile);

    kept.keep(request, Date.now(), { ...metafile, inputs }, 1);

    assert.equal(kept.find(request), undefined);
  });

  it('finds a build of files of its own run, whose paths differ each time', async () => {
    const inRun = (): [BuildCache, BuildOptions] => {
      const run = mkdtempSync(join(root, 'run-'));
      writeFileSync(join(run, 'index.js'), 'export const handler = 1;');
      return [
        new BuildCache(join(root, 'kept'), run),
        { ...options, absWorkingDir: run, entryPoints: [join(run, 'index.js')] },
      ];
    };
    const [first, asked] = inRun();
    first.keep({ what: 'bundle', options: asked }, Date.now(), (await build(asked)).metafile, 1);
    const [second, again] = inRun();
    assert.equal(second.find({ what: 'bundle', options: again }), 1);
    writeFileSync(join(again.absWorkingDir ?? '', 'index.js'), 'export const handler = 2;');
    assert.equal(second.find({ what: 'bundle', options: again }), undefined);
  });
});
