/**
 * Makes projects from projects: files are removed, renamed, emptied or replaced by a file of another type, and values
 * in files get another type.
 */
import { dirname } from 'node:path';
import { isCollection, parseDocument, visit } from 'yaml';
import { mutate, type Dice } from './mutate.ts';
import type { Project, ProjectFile } from './project-layouts.ts';

const MAX_CHANGES = 3;
const STRUCTURED = /\.(?:ya?ml|json)$/;
const VALUES = [null, '', 'text', 0, -1, true, [], {}, [null], { a: null }, 'nodejs20.x', 'serverless.yml'];
/** Words that occur in such files. */
const WORDS = [
  '${file(config.yml)}',
  '!Ref Hello',
  'Ref: ',
  '- ',
  ': ',
  'null',
  'Type: ',
  'import ',
  'require("',
];

export function mutateProject(dice: Dice, layouts: readonly Project[]): Project {
  let project = dice.pick(layouts);
  for (let left = 1 + dice.below(MAX_CHANGES); left > 0; left -= 1) project = change(dice, project);
  return project;
}

function change(dice: Dice, project: Project): Project {
  const paths = Object.keys(project);
  if (paths.length === 0) return project;
  const path = dice.pick(paths);
  const folder = dirname(path);
  const target = folder !== '.' && dice.below(4) === 0 ? folder : path;
  const { [path]: file, ...others } = project;
  switch (dice.below(10)) {
    case 0:
      return without(project, target);
    case 1:
      return { ...without(project, target), [respell(dice, target)]: file ?? { kind: 'folder' } };
    case 2:
      return { ...others, [path]: { kind: 'text', text: '' } };
    case 3:
      return {
        ...without(project, target),
        [target]: { kind: 'link', to: dice.pick(['gone', '.', target, '/']) },
      };
    case 4:
      return {
        ...without(project, target),
        [target]: dice.pick([{ kind: 'folder' }, { kind: 'text', text: 'x' }]),
      };
    case 5:
      return { ...others, [path]: { kind: 'text', mode: 0, text: contentOf(file) } };
    case 6:
      return { ...others, [path]: { kind: 'text', text: mutate(dice, [contentOf(file)], WORDS) } };
    case 7: {
      const text = contentOf(file);
      return { ...others, [path]: { kind: 'text', text: text.slice(0, dice.below(text.length + 1)) } };
    }
    default: {
      const structured = paths.filter((name) => STRUCTURED.test(name) && project[name]?.kind === 'text');
      if (structured.length === 0) return project;
      const name = dice.pick(structured);
      return { ...project, [name]: { kind: 'text', text: retype(dice, contentOf(project[name])) } };
    }
  }
}

/** Returns a path, and everything below it. */
function without(project: Project, target: string): Project {
  const kept = Object.entries(project).filter(([path]) => path !== target && !path.startsWith(`${target}/`));
  return Object.fromEntries(kept);
}

function respell(dice: Dice, path: string): string {
  return dice.pick([path.toUpperCase(), `${path}.bak`, path.replace(/\.\w+$/, '.txt'), `other/${path}`]);
}

function contentOf(file: ProjectFile | undefined): string {
  return file?.kind === 'text' ? file.text : '';
}

/** Changes one value to another type, or removes it. */
function retype(dice: Dice, text: string): string {
  const document = parseDocument(text, { logLevel: 'silent' });
  const places: (readonly unknown[])[] = [];
  visit(document, {
    Pair(_key, { key }, path) {
      const above = path.flatMap((node, index) => keyIn(node, path[index + 1]));
      places.push([...above, key]);
    },
  });
  if (places.length === 0) return text;
  const place = dice.pick(places);
  try {
    if (dice.below(4) === 0) document.deleteIn(place);
    else document.setIn(place, dice.pick(VALUES));
    return document.toString();
  } catch {
    return text;
  }
}

/** Returns the key or index of `child` in `node`, or an empty list if `node` does not contain it. */
function keyIn(node: unknown, child: unknown): readonly unknown[] {
  if (!isCollection(node)) return [];
  const index = (node.items as readonly unknown[]).indexOf(child);
  if (index === -1) return [];
  return typeof child === 'object' && child !== null && 'key' in child ? [child.key] : [index];
}
