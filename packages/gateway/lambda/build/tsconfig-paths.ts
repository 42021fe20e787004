/** `paths` and `baseUrl` of a tsconfig.json, which esbuild uses to find imports that are not relative. */

export type SearchPaths = {
  readonly patterns: readonly PathPattern[];
  readonly baseUrl: string | undefined;
};

/**
 * A pattern of `paths`. `before` and `after` are its parts around the asterisk. If there is no asterisk, `before` is
 * the whole name and `after` is undefined.
 */
type PathPattern = {
  readonly before: string;
  readonly after: string | undefined;
  readonly targets: readonly string[];
};

const TEXT = String.raw`"[^"\\\n]*"`;
const ENTRY = String.raw`(${TEXT})\s*:\s*\[([^\]]*)\]`;
const PATHS = new RegExp(String.raw`"paths"\s*:\s*\{((?:\s*${ENTRY}\s*,?)*)\s*\}`);
const BASE_URL = new RegExp(String.raw`"baseUrl"\s*:\s*(${TEXT})`);

/**
 * Reads the search paths of a tsconfig.json. Only `paths` and `baseUrl` are read, with regular expressions, because the
 * file may contain comments, which JSON.parse refuses.
 * @returns undefined if the settings may resolve imports in a way that this code does not support
 */
export function readSearchPaths(text: string): SearchPaths | undefined {
  const [, written] = PATHS.exec(text) ?? [];
  const [, base] = BASE_URL.exec(text) ?? [];
  const isRead =
    timesIn(text, '"paths"') === (written === undefined ? 0 : 1) &&
    timesIn(text, '"baseUrl"') === (base === undefined ? 0 : 1) &&
    !text.includes('"rootDirs"') &&
    // esbuild decodes escapes in keys and replaces `${configDir}` with the folder of the extending file.
    !/\\u|\$\{configDir\}/i.test(text) &&
    !/[/\\]/.test(`${written ?? ''}${base ?? ''}`.replaceAll(new RegExp(TEXT, 'g'), ''));
  if (!isRead) return undefined;
  const entries = [...(written ?? '').matchAll(new RegExp(ENTRY, 'g'))];
  const patterns = entries.map(([, name = '', targets = '']) => {
    const [before = '', after] = unquoted(name).split('*');
    return { before, after, targets: textsOf(targets) };
  });
  return { patterns, baseUrl: base === undefined ? undefined : unquoted(base) };
}

/**
 * Returns the files that `extends` names; undefined if `extends` is written in a form that this code does not support.
 */
export function readExtends(text: string): readonly string[] | undefined {
  const times = timesIn(text, '"extends"');
  if (times === 0) return [];
  const [, written = ''] = new RegExp(String.raw`"extends"\s*:\s*(${TEXT}|\[[^\]]*\])`).exec(text) ?? [];
  const isRead = times === 1 && !/[/\\]/.test(written.replaceAll(new RegExp(TEXT, 'g'), ''));
  const names = textsOf(written);
  return isRead && names.length > 0 ? names : undefined;
}

/**
 * Returns the paths that the patterns map an imported name to, relative to their base. The list is empty if no pattern
 * matches.
 */
export function targetsOf(name: string, patterns: readonly PathPattern[]): readonly string[] {
  return patterns.flatMap(({ before, after, targets }) => {
    if (after === undefined) return name === before ? targets : [];
    const isMatch =
      name.startsWith(before) && name.endsWith(after) && name.length >= before.length + after.length;
    const between = name.slice(before.length, name.length - after.length);
    return isMatch ? targets.map((target) => target.replace('*', () => between)) : [];
  });
}

const timesIn = (text: string, part: string): number => text.split(part).length - 1;
const unquoted = (text: string): string => text.slice(1, -1);
const textsOf = (list: string): readonly string[] =>
  [...list.matchAll(new RegExp(TEXT, 'g'))].map(([text]) => unquoted(text));
