/**
 * Describes patterns that consist of a single set of characters in words, because they are easier to read than a
 * regular expression.
 */

const WHOLE = /^\^?\(?\[((?:\\.|[^\]\\])+)\]\)?(?:\+|\*|\{(\d+),(\d+)\})?(?:\$|\\Z)?$/;

const RANGES: readonly (readonly [range: string, name: string])[] = [
  ['a-zA-Z', 'letters'],
  ['A-Za-z', 'letters'],
  ['a-z', 'lower-case letters'],
  ['A-Z', 'upper-case letters'],
  ['0-9', 'digits'],
  [String.raw`\d`, 'digits'],
  [String.raw`\p{L}`, 'letters'],
  [String.raw`\p{M}`, 'combining marks'],
  [String.raw`\p{N}`, 'digits'],
  [String.raw`\p{S}`, 'symbols'],
  [String.raw`\p{P}`, 'punctuation'],
  [String.raw`\p{Z}`, 'spaces'],
  [String.raw`\s`, 'spaces'],
];

/** Patterns of other forms, with what the value must be and an example of it. */
const MEANINGS: Readonly<Record<string, string>> = {
  [String.raw`^\d{12}$`]: 'the id of an account, which has 12 digits',
  [String.raw`^[\w-]+_[0-9a-zA-Z]+$`]: 'the id of a user pool, such as eu-west-1_Ab12Cd34E',
  '^subnet-[0-9a-z]*$': 'the id of a subnet, such as subnet-0a1b2c3d',
  '^sg-[0-9a-zA-Z]*$': 'the id of a security group, such as sg-0a1b2c3d',
  '^o-[a-z0-9]{10,32}$': 'the id of an organization, such as o-a1b2c3d4e5',
  '^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$': 'a UUID in lower-case letters',
  [String.raw`.*\S.*`]: 'a text that is not blank',
  [String.raw`\S`]: 'a text that is not blank',
  [String.raw`^(?!\s*$).+$`]: 'a text that is not blank',
  [String.raw`^\S+$`]: 'a text without spaces',
  [String.raw`^[^\s]+$`]: 'a text without spaces',
  [String.raw`\{####\}`]: 'a text that contains {####}, in whose place the code is written',
  'https:.*': 'an address that begins with https:',
  '^https://': 'an address that begins with https://',
  '^/.*$': 'a path that begins with a slash',
  [String.raw`^.*\.fifo$`]: 'a name that ends with .fifo',
  '^[^:]': 'a name that does not begin with a colon',
  '^[^:*]*$': 'a text without : and *',
  '^[^:*]{1,512}$': 'a text without : and *, of 1 to 512 characters',
  '^[^:*]{1,512}': 'a text without : and *, of 1 to 512 characters',
  '^[^:*]{1,256}$': 'a text without : and *, of 1 to 256 characters',
  [String.raw`^(rate\(.+\)|cron\(.+\))?$`]: 'an expression such as rate(5 minutes) or cron(0 8 * * ? *)',
  '^/mnt/[a-zA-Z0-9-_.]+$': 'a path such as /mnt/files, with one name after /mnt/',
  '^(alias/)[a-zA-Z0-9:/_-]+$': 'a name that begins with alias/, such as alias/orders',
  '^(2|4|5)\\d\\d$': 'a status code that begins with 2, 4 or 5, such as 404',
  [String.raw`^(\u002F)|(\u002F[\u0021-\u007E]+\u002F)$`]:
    'a path that begins and ends with a slash, such as /orders/',
  [String.raw`^[a-z0-9]([a-z0-9\-]*[a-z0-9])?$`]:
    'lower-case letters, digits and hyphens, without a hyphen at the start or end',
  [String.raw`^[a-z0-9](?:[a-z0-9\-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9\-]*[a-z0-9])?)+$`]:
    'a domain name in lower-case letters, such as auth.example.com',
  [String.raw`^\$(\.[\w_-]+(\[(\d+|\*)\])*)*$`]: 'a path in the event, such as $.detail.id',
  [String.raw`^\$(\.[\w/_-]+(\[(\d+|\*)\])*)*$`]: 'a path in the event, such as $.detail.id',
};
/** Matches a pattern that lists whole values: `^(none|whitelist)$`, `true|false`. */
const LISTED = /^(?:\^\(([\w.-]+(?:\|[\w.-]+)+)\)\$|([\w.-]+(?:\|[\w.-]+)+))$/;

/** Returns the values that a pattern lists; undefined for a pattern of another form. */
export function valuesOfPattern(pattern: string): readonly string[] | undefined {
  const [, whole, bare] = LISTED.exec(pattern) ?? [];
  return (whole ?? bare)?.split('|');
}

/** Returns what a value that matches the pattern is: `a text that is not blank`; undefined if it is not known. */
export function meaningOfPattern(pattern: string): string | undefined {
  const values = valuesOfPattern(pattern);
  if (values !== undefined) return `one of ${values.join(', ')}`;
  return Object.hasOwn(MEANINGS, pattern) ? MEANINGS[pattern] : undefined;
}

/**
 * Returns the characters that a pattern permits, and how many of them: `letters, digits and _ -, 1 to 64 of them`.
 * Returns undefined for a pattern of another form.
 */
export function wordsOfPattern(pattern: string): string | undefined {
  const [, set, least, most] = WHOLE.exec(pattern) ?? [];
  if (set === undefined || set.startsWith('^')) return undefined;
  let rest = set.replaceAll(String.raw`\w`, 'a-zA-Z0-9_');
  const names: string[] = [];
  for (const [range, name] of RANGES)
    if (rest.includes(range)) {
      rest = rest.replace(range, '');
      if (!names.includes(name)) names.push(name);
    }
  // The rest of the set must consist of single characters, some of them with a backslash.
  if (/\\[A-Za-z0-9]|[A-Za-z0-9]-|[^\\]-[^\\]*[A-Za-z0-9]/.test(rest)) return undefined;
  const others = [...new Set(rest.replaceAll(/\\(.)/g, '$1'))].join(' ');
  const kinds = [...names, ...(others === '' ? [] : [others])];
  const listed =
    kinds.length < 2 ? kinds.join('') : `${kinds.slice(0, -1).join(', ')} and ${kinds.at(-1) ?? ''}`;
  return most === undefined ? listed : `${listed}, ${least ?? '0'} to ${most} of them`;
}
