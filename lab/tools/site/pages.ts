/** The pages of the site: in which order, under which heading, and how each leads to the others. */
import { posix } from 'node:path';

type Part = { readonly title: string; readonly about: string; readonly pages: readonly string[] };

const inFolder = (folder: string, names: string): readonly string[] =>
  names.split(' ').map((name) => `${folder}/${name}`);

/** Below docs/; a name that ends in `/` stands for the pages of that folder that no other part has. */
const PARTS: readonly Part[] = [
  {
    title: 'Run my stack locally',
    about: 'Serve what you have, look at each request, sign in, test.',
    pages: [
      'guides/README',
      ...inFolder('guides/run', 'serving settings daily-loop console sign-in values'),
      'guides/run/',
    ],
  },
  {
    title: 'Move here',
    about: 'From another tool: what each of its options is called here, and what is different.',
    pages: ['moving/'],
  },
  {
    title: 'Protect an API',
    about: 'Who may call what, and how callers survive the change.',
    pages: [
      ...inFolder('guides/protect', 'own-repository coming-from access attach'),
      ...inFolder('recipes', 'cognito auth0 machine-to-machine websocket sam-tickets'),
    ],
  },
  {
    title: 'Sell by plans',
    about: 'Quotas that hold, prices, invoices.',
    pages: ['guides/sell/quota', 'recipes/api-keys', 'recipes/partners'],
  },
  {
    title: 'Receive webhooks, push and cache',
    about: 'Signed webhooks, live updates, channels, cached answers.',
    pages: [
      'guides/receive/webhooks',
      'recipes/payments',
      ...inFolder('guides/receive', 'live realtime cache'),
    ],
  },
  {
    title: 'Deploy and operate',
    about: 'Before the first deployment, a runbook for each alarm, what attacks found.',
    pages: ['guides/operate/operating', 'recipes/ci', 'security-findings'],
  },
  {
    title: 'Reference',
    about: 'Options, errors, settings, the control plane; exports are listed beside these pages.',
    pages: [
      'reference/commands',
      'reference/stack',
      'errors',
      'function-runtime',
      'control-plane',
      'request-path',
      'versions',
      'dependencies',
      'reference/',
    ],
  },
  {
    title: 'How true is it',
    about: 'The score against recorded answers of AWS, each known difference, speed, and the proofs.',
    pages: ['parity', 'performance', 'quota', 'evidence/README', 'aws/README', 'aws/'],
  },
  {
    title: 'Theory',
    about: 'What the design rests on, and why things are as they are.',
    pages: ['design/README', 'design/', 'decisions/'],
  },
];

/** Links to a file, with or without a part of it; pictures as well. */
const LINK = /(!?)\[((?:[^[\]]|\[[^\]]*\])*)\]\((?!https?:|#|mailto:)([^)#\s]+)(#[^)\s]*)?\)/g;

/** Pages of each part, in order. @throws Error where a page stands in no part, or a part names one that is not there */
export function arrangePages(found: readonly string[]): ReadonlyMap<Part, readonly string[]> {
  const rest = new Set(found);
  const take = (path: string): string => {
    if (!rest.delete(path)) throw new Error(`docs/${path} is not there, or stands in two parts of the site`);
    return path;
  };
  const arranged = new Map<Part, string[]>();
  for (const part of PARTS)
    arranged.set(
      part,
      part.pages.filter((page) => !page.endsWith('/')).map((page) => take(`${page}.md`)),
    );
  for (const [part, pages] of arranged)
    for (const folder of part.pages.filter((page) => page.endsWith('/')))
      pages.push(...[...rest].filter((path) => path.startsWith(folder)).map(take));
  if (rest.size > 0) throw new Error(`these pages stand in no part of the site: ${[...rest].join(', ')}`);
  return arranged;
}

/** A page as the generator takes it: its heading as title, links to what the site lacks as their words alone. `texts`: all pages, by path. */
export function stagePage(path: string, texts: ReadonlyMap<string, string>): string {
  const text = texts.get(path) ?? '';
  const body = text
    .replace(/^# .+\n/m, '')
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

/** As GitHub makes anchors of headings. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\- ]/gu, '')
    .replaceAll(' ', '-');
}

/** The page that stands above those of a part. */
export function printPart({ title, about }: Part, children: readonly string[]): string {
  return `---\ntitle: ${JSON.stringify(title)}\nchildren: ${JSON.stringify(children)}\n---\n\n${about}\n`;
}
