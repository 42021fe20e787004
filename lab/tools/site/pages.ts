/** The pages of the site, arranged as docs/README.md has them, with links that work there. */
import { posix } from 'node:path';
import { anchorOf } from '../heading-anchor.ts';

type Part = { readonly title: string; readonly pages: readonly string[] };

/** Pages lie in a folder of the site. */
const CALCULATOR = '<div id="cost-form"></div><script src="../assets/cost-form.js" defer></script>';

/** Links to a file, with or without a part of it; pictures as well. */
const LINK = /(!?)\[((?:[^[\]]|\[[^\]]*\])*)\]\((?!https?:|#|mailto:)([^)#\s]+)(#[^)\s]*)?\)/g;

/**
 * The headings of docs/README.md with the pages that each links to, in order. A link to a folder or to its README takes
 * the pages of that folder that no other part has. `map`: the text of docs/README.md; `found`: paths below docs/.
 *
 * @throws Error where a page is linked nowhere
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

/** A page as the generator takes it: its heading as title, links to what the site lacks as their words alone. `texts`: all pages, by path. */
export function stagePage(path: string, texts: ReadonlyMap<string, string>): string {
  const text = texts.get(path) ?? '';
  const body = text
    .replace(/^# .+\n/m, '')
    // Why a block is not run is for those who write it.
    .replace(/^ *<!-- not run: .* -->\n\n?/gm, '')
    .replace('<!-- calculator -->', CALCULATOR)
    .replace(LINK, (whole, picture: string, words: string, target: string, anchor = '') => {
      const there = posix.normalize(posix.join(posix.dirname(path), target));
      const page = texts.get(there);
      if (picture !== '') return whole;
      if (page === undefined) return words;
      // A title is no heading of the page that is made.
      return anchor === `#${anchorOf(titleOf(page, there))}` ? `[${words}](${target})` : whole;
    });
  return `---\ntitle: ${JSON.stringify(titleOf(text, path).replaceAll('`', ''))}\n---\n\n${nameFences(body)}`;
}

/** What a terminal shows has no language, and would be coloured as TypeScript. */
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

/** The page that stands above those of a part. The generator takes no front matter of a page that has nothing else. */
export function printPart(title: string, pages: ReadonlyMap<string, string>): string {
  const children = [...pages.keys()];
  const links = [...pages].map(([path, text]) => `- [${titleOf(text, path)}](${path})\n`);
  return `---\ntitle: ${JSON.stringify(title)}\nchildren: ${JSON.stringify(children)}\n---\n\n${links.join('')}`;
}
