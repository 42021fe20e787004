/** Arranges the pages of the site as in docs/README.md, with links that work on the site. */
import { posix } from 'node:path';
import { anchorOf } from '../heading-anchor.ts';

type Part = { readonly title: string; readonly pages: readonly string[] };

/** The pages are in a subfolder of the site, so the path begins with `../`. */
const CALCULATOR = '<div id="cost-form"></div><script src="../assets/cost-form.js" defer></script>';

/** Matches links to a file, with or without an anchor, and images. */
const LINK = /(!?)\[((?:[^[\]]|\[[^\]]*\])*)\]\((?!https?:|#|mailto:)([^)#\s]+)(#[^)\s]*)?\)/g;

/**
 * Returns the headings of docs/README.md with the pages to which each heading links, in order. A link to a folder or to
 * its README adds the pages of that folder that no other part contains. `map` is the text of docs/README.md; `found`
 * contains the paths below docs/.
 *
 * @throws Error if a page is not linked anywhere
 */
export function arrangePages(map: string, found: readonly string[]): readonly Part[] {
  const rest = new Set(found);
  rest.delete('README.md');
  const take = (paths: readonly string[]): readonly string[] => paths.filter((path) => rest.delete(path));
  const parts = map
    .split(/^## /m)
    .slice(1)
    .map((part) => {
      const targets = [...part.matchAll(LINK)].map(([, , , target = '']) => posix.normalize(target));
      return { title: part.split('\n')[0] ?? '', targets, pages: [...take(targets)] };
    });
  for (const { targets, pages } of parts)
    for (const target of targets) {
      const folder = target.replace(/(^|\/)README\.md$/, '');
      if (folder === target && target.endsWith('.md')) continue;
      pages.push(...take([...rest].filter((path) => path.startsWith(`${folder}/`))));
    }
  if (rest.size > 0) throw new Error(`docs/README.md does not link to ${[...rest].join(', ')}`);
  return parts.filter(({ pages }) => pages.length > 0);
}

/**
 * Prepares a page for the generator: its heading becomes the title, and links to files that the site lacks become plain
 * text. `texts` contains all pages, by path.
 */
export function stagePage(path: string, texts: ReadonlyMap<string, string>): string {
  const text = texts.get(path) ?? '';
  const body = text
    .replace(/^# .+\n/m, '')
    // The reason why a code block is not run is meant for authors only.
    .replace(/^ *<!-- not run: .* -->\n\n?/gm, '')
    .replace('<!-- calculator -->', CALCULATOR)
    .replace(LINK, (whole, picture: string, words: string, target: string, anchor = '') => {
      const there = posix.normalize(posix.join(posix.dirname(path), target));
      const page = texts.get(there);
      if (picture !== '') return whole;
      if (page === undefined) return words;
      // In the generated page, the title is not a heading, so an anchor to it is dropped.
      return anchor === `#${anchorOf(titleOf(page, there))}` ? `[${words}](${target})` : whole;
    });
  return `---\ntitle: ${JSON.stringify(titleOf(text, path).replaceAll('`', ''))}\n---\n\n${nameFences(body)}`;
}

/**
 * Adds a language to code blocks without one. Terminal output has no language, and the generator would highlight it as
 * TypeScript.
 */
function nameFences(text: string): string {
  let isCode = false;
  return text.replaceAll(/^( *)```(.*)$/gm, (whole, indent: string, language: string) => {
    isCode = !isCode;
    return isCode && language === '' ? `${indent}\`\`\`text` : whole;
  });
}

function titleOf(text: string, path: string): string {
  return /^# (.+)$/m.exec(text)?.[1] ?? path;
}

/**
 * Prints the page that is the parent of a part's pages. It contains links to them, because the generator ignores the
 * front matter of a page that has nothing else.
 */
export function printPart(title: string, pages: ReadonlyMap<string, string>): string {
  const children = [...pages.keys()];
  const links = [...pages].map(([path, text]) => `- [${titleOf(text, path)}](${path})\n`);
  return `---\ntitle: ${JSON.stringify(title)}\nchildren: ${JSON.stringify(children)}\n---\n\n${links.join('')}`;
}
