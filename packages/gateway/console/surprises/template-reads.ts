/**
 * The members of a JSON text that a mapping template prints: through a path of `$input`, or through a variable that
 * contains such a path.
 */
import { asJsonObject, memberOf } from '@gatewright/aws/json-object';
import { nearestOf } from '../../core/deployability/spelling.ts';

/** A path that consists of members only, as in `$input.path('$.order.id')`. The path `$` has no members. */
const MEMBERS = String.raw`\$((?:\.[A-Za-z_]\w*)*)`;
const OF_INPUT = String.raw`\$!?\{?input\.(?:path|json)\(\s*['"]${MEMBERS}['"]\s*\)`;

type MissingRead = {
  /** The path, such as `$.user.mail`, or the text of the template, such as `$user.mail`. */
  readonly text: string;
  /** The path from the root, such as `$.user.mail`. */
  readonly path: string;
  /** The path of the value that lacks the member, such as `$.user`. */
  readonly parent: string;
  /** The names of the members that this value has. */
  readonly members: readonly string[];
  /** The same path or text with the member that was probably meant; undefined if no member is similar. */
  readonly meant: string | undefined;
};

/**
 * Returns the members that a template prints although the text does not have them. A member that a condition tests, or
 * that is written with $!, may be absent on purpose.
 */
export function findMissingReads(template: string, root: unknown): readonly MissingRead[] {
  if (asJsonObject(root) === undefined) return [];
  const conditions = [...template.matchAll(/#(?:if|elseif)\b([^\n]*)/g)].map(([, text = '']) => text);
  const printed = template.replaceAll(/#(?:if|elseif|foreach)\b[^\n]*/g, '');
  const found = new Map<string, string>();
  for (const [text, path = ''] of printed.matchAll(new RegExp(OF_INPUT, 'g')))
    if (path !== '' && !/^\$\{?!/.test(text)) found.set(`$${path}`, path);
  for (const [, variable = '', base = ''] of template.matchAll(
    new RegExp(String.raw`#set\s*\(\s*\$!?\{?(\w+)\}?\s*=\s*${OF_INPUT}\s*\)`, 'g'),
  ))
    for (const [text, path = ''] of printed.matchAll(
      new RegExp(String.raw`\$\{?${variable}((?:\.[A-Za-z_]\w*)+)(?![\w(])`, 'g'),
    ))
      found.set(text, `${base}${path}`);
  return [...found].flatMap(([text, path]) => {
    const names = path.split('.').slice(1);
    if (conditions.some((one) => one.includes(text.replace('{', '')))) return [];
    const at = names.findIndex((_, index) => valueAt(root, names.slice(0, index + 1)) === undefined);
    if (at === -1) return [];
    const wanted = names[at] ?? '';
    const members = Object.keys(asJsonObject(valueAt(root, names.slice(0, at))) ?? {});
    const near = nearest(wanted, members);
    const written = text.replace('{', '');
    return [
      {
        text: written,
        path: `$${path}`,
        parent: ['$', ...names.slice(0, at)].join('.'),
        members,
        meant: near && written.replace(wanted, near),
      },
    ];
  });
}

/** Returns the sentences about the members that a template reads from a text which does not have them. */
export function describeMissingReads(
  missing: readonly MissingRead[],
  { template, text }: { readonly template: string; readonly text: string },
): string {
  const texts = missing.map((one) => (one.text === one.path ? one.text : `${one.text} (${one.path})`));
  const parents = new Map(missing.map((one) => [one.parent, one.members]));
  const found = [...parents].map(
    ([parent, members]) =>
      `${parent === '$' ? `The ${text}` : parent} has ${members.length === 0 ? 'no members' : `only ${members.join(', ')}`}.`,
  );
  return `The ${template} reads ${texts.join(', ')}, which the ${text} does not have, so ${texts.length === 1 ? 'its value is' : 'their values are'} empty. ${found.join(' ')}`;
}

/** Returns what to write in the template for the members that were probably meant; undefined if none is similar. */
export function adviseMeant(missing: readonly MissingRead[], template: string): string | undefined {
  const meant = missing.flatMap(({ text, meant: near }) =>
    near === undefined ? [] : [`${near} instead of ${text}`],
  );
  return meant.length === 0 ? undefined : `Write ${meant.join(', ')} in the ${template}`;
}

function valueAt(root: unknown, names: readonly string[]): unknown {
  return names.reduce<unknown>((value, name) => memberOf(value, name), root);
}

/**
 * Returns a name that differs in letter case or hyphens only, or that is a part of the other name, or that begins with
 * the same letter and differs in two letters at most.
 */
export function nearest(wanted: string, names: readonly string[]): string | undefined {
  const plain = (name: string): string => name.replaceAll(/[_-]/g, '').toLowerCase();
  const isPart = (one: string, other: string): boolean => other.length > 2 && one.includes(other);
  return (
    names.find((name) => plain(name) === plain(wanted)) ??
    names.find((name) => isPart(plain(name), plain(wanted)) || isPart(plain(wanted), plain(name))) ??
    nearestOf(
      wanted,
      names.filter((name) => wanted.length > 2 && name.length > 2 && plain(name)[0] === plain(wanted)[0]),
    )
  );
}
