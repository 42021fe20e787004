/** Writes the guides into the package, with links that work without a checkout. */
import { glob, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';

/** The shipped pages below docs/. Pages about the development of the toolkit stay in the repository. */
const SHIPPED = [
  'README.md',
  'guides/**/*.md',
  'moving/*.md',
  'recipes/*.md',
  ...['control-plane', 'functions', 'quota'].map((name) => `design/${name}.md`),
  ...['aws/cors', 'errors', 'parity', 'reference/commands'].map((name) => `${name}.md`),
];
/** A file that has the same path in the package as in the repository, so that pages can link to it. */
const PYTHON = 'python/README.md';
/** Matches a link to a file, with or without a fragment. */
const LINK = /(!?)\[((?:[^[\]]|\[[^\]]*\])*)\]\((?!https?:|#|mailto:)([^)#\s]+)(#[^)\s]*)?\)/g;

/** Copies the guides of `root` into `docs/` of the package, and its README next to them. */
export async function writeGuides(root: string, outputDirectory: string): Promise<void> {
  const shipped = new Set([PYTHON]);
  for await (const file of glob(SHIPPED, { cwd: join(root, 'docs') }))
    shipped.add(`docs/${file.replaceAll('\\', '/')}`);
  for (const path of shipped) {
    const target = join(outputDirectory, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, stripForeignLinks(await readFile(join(root, path), 'utf8'), path, shipped));
  }
  // In the package the README is next to docs/; in the repository docs/ is three folders above it.
  const readme = await readFile(join(root, 'packages/gatewright/package/README.md'), 'utf8');
  await writeFile(join(outputDirectory, 'README.md'), readme.replaceAll('](../../../docs/', '](docs/'));
}

/**
 * Returns the text of a page without links to files that are not shipped. Such links become plain text, and such images
 * are removed. `path` is the path of the page.
 */
export function stripForeignLinks(text: string, path: string, shipped: ReadonlySet<string>): string {
  return text.replace(LINK, (whole, picture: string, words: string, target: string) => {
    const there = posix.normalize(posix.join(posix.dirname(path), target));
    return shipped.has(there) ? whole : picture === '' ? words : '';
  });
}
