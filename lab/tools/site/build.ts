/**
 * `npm run docs`: builds the documentation as static pages in .build/site, from docs/ and the comments of the public
 * modules. It needs no network once its tool is installed.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { buildSync } from 'esbuild';
import { installTool, toolFolder } from '../install-tool.ts';
import { MODULES } from './modules.ts';
import { arrangePages, printPart, stagePage } from './pages.ts';

const ROOT = join(import.meta.dirname, '../../..');
const STAGED = join(ROOT, '.build/site-pages');
const SITE = join(ROOT, '.build/site');
const BUILD_DEADLINE_MS = 300_000;

function main(): number {
  const failure = installTool('site');
  if (failure !== undefined) {
    process.stderr.write(`${failure}\n`);
    return 1;
  }
  rmSync(STAGED, { recursive: true, force: true });
  const documents = stagePages();
  const options = join(STAGED, 'typedoc.json');
  write('typedoc.json', JSON.stringify(describeSite(documents), null, 2));
  const program = join(toolFolder('site'), 'node_modules/typedoc/bin/typedoc');
  const built = spawnSync(process.execPath, [program, '--options', options], {
    cwd: ROOT,
    stdio: 'inherit',
    timeout: BUILD_DEADLINE_MS,
  });
  buildSync({
    entryPoints: [join(import.meta.dirname, 'cost-form.mjs')],
    outfile: join(SITE, 'assets/cost-form.js'),
    bundle: true,
    minify: true,
    logLevel: 'warning',
  });
  return built.status ?? 1;
}

/** @returns the pages that are parents of other pages, as paths from the root */
function stagePages(): readonly string[] {
  const docs = join(ROOT, 'docs');
  const found = globSync('**/*.md', { cwd: docs })
    .map((path) => path.replaceAll('\\', '/'))
    .toSorted();
  const texts = new Map(
    ['README.md', ...found.map((path) => `docs/${path}`)].map((path) => [
      path,
      readFileSync(join(ROOT, path), 'utf8'),
    ]),
  );
  for (const path of texts.keys()) write(path, stagePage(path, texts));
  for (const path of globSync('**/*.{png,svg}', { cwd: docs })) {
    mkdirSync(dirname(join(STAGED, 'docs', path)), { recursive: true });
    cpSync(join(docs, path), join(STAGED, 'docs', path));
  }
  const parts = arrangePages(texts.get('docs/README.md') ?? '', found);
  const map = '.build/site-pages/docs/README.md';
  const headings = parts.map(({ title, pages }, index) => {
    const path = `parts/${index + 1}.md`;
    write(
      path,
      printPart(
        title,
        new Map(pages.map((page) => [posix.join('../docs', page), texts.get(`docs/${page}`) ?? ''])),
      ),
    );
    return join('.build/site-pages', path);
  });
  return [map, ...headings];
}

function describeSite(documents: readonly string[]): Readonly<Record<string, unknown>> {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  return {
    name: `Gatewright ${version}`,
    readme: join(STAGED, 'README.md'),
    entryPoints: MODULES.map((entry) => join(ROOT, entry)),
    projectDocuments: documents.map((path) => join(ROOT, path)),
    tsconfig: join(ROOT, 'tsconfig.json'),
    out: SITE,
    // The pages must not contain paths of the checkout in which they were built.
    disableSources: true,
    hideGenerator: true,
    githubPages: false,
    cleanOutputDir: true,
    excludeInternal: true,
    excludeExternals: true,
    excludePrivate: true,
    // The search covers the text of pages, not only titles.
    searchInDocuments: true,
    searchInComments: true,
    // `npm run check` already checks types. Types that no entry exports are described where they are used.
    skipErrorChecking: true,
    validation: { notExported: false },
    treatWarningsAsErrors: true,
    navigation: { includeCategories: true, includeGroups: false },
    highlightLanguages: [
      'bash',
      'console',
      'css',
      'html',
      'javascript',
      'json',
      'jsonc',
      'sql',
      'tsx',
      'typescript',
      'yaml',
      'http',
      'python',
      'docker',
      'csv',
      'graphql',
      'hcl',
      'ini',
      'xml',
    ],
  };
}

function write(path: string, text: string): void {
  const file = join(STAGED, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

process.exitCode = main();
