/**
 * Describes patterns that consist of a single set of characters in words, because they are easier to read than a
 * regular expression.
 */
import { arnOfPattern } from './arn-words.ts';

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
    'a text of lower-case letters, digits and hyphens, without a hyphen at the start or end',
  [String.raw`^[a-z0-9](?:[a-z0-9\-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9\-]*[a-z0-9])?)+$`]:
    'a domain name in lower-case letters, such as auth.example.com',
  [String.raw`^\$(\.[\w_-]+(\[(\d+|\*)\])*)*$`]: 'a path in the event, such as $.detail.id',
  [String.raw`^\$(\.[\w/_-]+(\[(\d+|\*)\])*)*$`]: 'a path in the event, such as $.detail.id',
  [String.raw`^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$`]: 'a text of letters, digits, spaces and _ . : / = + - @',
  [String.raw`^([a-z])([A-Za-z0-9\_]*)$`]:
    'a text of letters, digits and _, with a lower-case letter at the start, such as errors1',
  [String.raw`^[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?$`]:
    'a text of up to 63 lower-case letters, digits and hyphens, without a hyphen at the start or end, such as shop-login',
  [String.raw`^[^_\p{Z}][\p{L}\p{M}\p{S}\p{N}\p{P}][^_\p{Z}]+$`]:
    'a name of at least 3 characters without spaces, such as Google',
  [String.raw`^[\x21\x23-\x5B\x5D-\x7E]+$`]:
    'a text of characters of ASCII without spaces, quotation marks and backslashes',
  [String.raw`^[\x21\x23-\x2E\x30-\x5B\x5D-\x7E]+$`]:
    'a text of characters of ASCII without spaces, quotation marks, slashes and backslashes',
  [String.raw`^[\p{L}\p{M}\p{S}\p{N}\p{P}]+@[\p{L}\p{M}\p{S}\p{N}\p{P}]+$`]:
    'an e-mail address, such as shop@example.com',
  [String.raw`^[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*\{####\}[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*$`]:
    'a text that contains {####}, in whose place the code is written',
  [String.raw`^[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*\{##[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*##\}[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*$`]:
    'a text that contains a link as in {##Click here##}',
  [String.raw`^((%[0-9A-Fa-f]{2}|[-()_.!~*';/?:@\x26=+$,A-Za-z0-9])+)([).!';/?:,])?$`]:
    'an address, such as https://api.example.com/orders',
  [String.raw`^((/[A-Za-z0-9\.,\+@=_-]+)*)/$`]: 'a path that begins and ends with a slash, such as /orders/',
  '[0-9A-Fa-f]{40}': 'a thumbprint of 40 hexadecimal digits',
  [String.raw`^(\$LATEST(\.PUBLISHED)?|[0-9]*)$`]: 'the number of a version, such as 1, or $LATEST',
  '^(?!^[0-9]+$)([a-zA-Z0-9-_]+)$':
    'a text of letters, digits, - and _, of which at least one is not a digit, such as live',
  '((?!^[0-9]+$)([a-zA-Z0-9-_]+))':
    'a text of letters, digits, - and _, of which at least one is not a digit, such as live',
  '^(lambda:[*]|lambda:[a-zA-Z]+|[*])$': 'an action of Lambda, such as lambda:InvokeFunction',
  '(LATEST|TRIM_HORIZON|AT_TIMESTAMP)+': 'one of LATEST, TRIM_HORIZON, AT_TIMESTAMP',
  [String.raw`^[0-9A-Za-z\.\-_]*(?<!\.)$`]: 'the name of a bucket, such as shop-artifacts',
  '^([a-z0-9][a-z0-9.-]*[a-z0-9])?$':
    'a text of lower-case letters, digits, hyphens and dots, with a letter or digit at the start and end, such as shop-uploads',
  [String.raw`^(\d{4})-(0[0-9]|1[0-2])-([0-2]\d|3[01])T([01]\d|2[0-4]):([0-5]\d):([0-6]\d)((\.\d{3})?)Z$`]:
    'a time, such as 2030-01-01T00:00:00Z',
  [String.raw`^([+-]?([0-9]*\.?[0-9]*)|(\$.*))$`]: 'a number, or a field such as $.latency',
  [String.raw`^((?![:*$])[\x00-\x7F]){1,255}`]: 'a name without : * and $',
  [String.raw`^([^:*\/]+\/?)*[^:*\/]+$`]: 'a name without : and *',
  [String.raw`(\d{12}|\*)`]: 'the id of an account, which has 12 digits, or *',
  'events:[a-zA-Z]+': 'an action of EventBridge, such as events:PutEvents',
  '^[0-9]+h$': 'a number of hours, such as 3h',
  [String.raw`\.fifo$`]: 'a name that ends with .fifo',
  '^[^\\s<>{}\\[\\]?*"#%\\\\^|~`$&,;:/]+$':
    'a name without spaces and special characters, such as order-flow',
  [String.raw`^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$`]:
    'a text of letters, digits, _ - and dots, of which at least one is not a digit, such as live',
  [String.raw`^[a-zA-Z0-9=:#@/\-,.][a-zA-Z0-9+=:#@/\-,.\s]+[a-zA-Z0-9+=:#@/\-,.]{1,256}$`]:
    'a text of letters, digits, spaces and + = : # @ / - , . without a space at the start or end',
  '^(s3|S3)://': 'an address that begins with s3://',
  [String.raw`^aws\.partner(/[\.\-_A-Za-z0-9]+){2,}$`]:
    'the name of a source of a partner, such as aws.partner/example.com/1',
  [String.raw`^(?!\s*$).+`]: 'a text that is not blank',
  '^(?!aws:).+': 'a text that does not begin with aws:',
  [String.raw`[a-fA-F0-9]{8}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{12}`]: 'a UUID',
  [String.raw`^((([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])\.){3}([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5]))$|^(([0-9a-fA-F]{1,4}:){7,7}[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,7}:|([0-9a-fA-F]{1,4}:){1,6}:[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,5}(:[0-9a-fA-F]{1,4}){1,2}|([0-9a-fA-F]{1,4}:){1,4}(:[0-9a-fA-F]{1,4}){1,3}|([0-9a-fA-F]{1,4}:){1,3}(:[0-9a-fA-F]{1,4}){1,4}|([0-9a-fA-F]{1,4}:){1,2}(:[0-9a-fA-F]{1,4}){1,5}|[0-9a-fA-F]{1,4}:((:[0-9a-fA-F]{1,4}){1,6})|:((:[0-9a-fA-F]{1,4}){1,7}|:)|fe80:(:[0-9a-fA-F]{0,4}){0,4}%[0-9a-zA-Z]{1,}|::(ffff(:0{1,4}){0,1}:){0,1}((25[0-5]|(2[0-4]|1{0,1}[0-9]){0,1}[0-9])\.){3,3}(25[0-5]|(2[0-4]|1{0,1}[0-9]){0,1}[0-9])|([0-9a-fA-F]{1,4}:){1,4}:((25[0-5]|(2[0-4]|1{0,1}[0-9]){0,1}[0-9])\.){3,3}(25[0-5]|(2[0-4]|1{0,1}[0-9]){0,1}[0-9]))$`]:
    'an IP address, such as 192.0.2.1',
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
  return Object.hasOwn(MEANINGS, pattern) ? MEANINGS[pattern] : arnOfPattern(pattern);
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
