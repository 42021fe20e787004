/** The filters of ListSecrets (Secrets Manager API reference, "Filter"). */
import { asList, asText, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { Secret } from './local-values.ts';

/**
 * Whether a secret matches every filter. At least one of a filter's values must match, and none of the values that
 * begin with `!` may match.
 */
export function hasFilters(secret: Secret, filters: unknown): boolean {
  return asList(filters).every((one) => {
    const { Key: key, Values: values } = membersOf(one);
    const given = asList(values).flatMap((value) => asText(value) ?? []);
    const denied = given.filter((value) => value.startsWith('!')).map((value) => value.slice(1));
    const wanted = given.filter((value) => !value.startsWith('!'));
    const has = (value: string): boolean => hasValue(secret, String(key), value);
    return !denied.some(has) && (wanted.length === 0 || wanted.some(has));
  });
}

function hasValue({ name, shown }: Secret, key: string, value: string): boolean {
  const tags = asList(shown['Tags']).map((tag) => membersOf(tag));
  const texts: Readonly<Record<string, readonly unknown[]>> = {
    name: [name],
    description: [shown['Description']],
    'tag-key': tags.map((tag) => tag['Key']),
    'tag-value': tags.map((tag) => tag['Value']),
  };
  if (key === 'all') return hasAllWords(Object.values(texts).flat(), value);
  const isAnyCase = key === 'description';
  const fold = (text: string): string => (isAnyCase ? text.toLowerCase() : text);
  return (texts[key] ?? []).some((text) => typeof text === 'string' && fold(text).startsWith(fold(value)));
}

/**
 * Whether each word begins a word of one of the texts. A capital begins a word, too [obs: getmoto/moto,
 * `test_with_all_filter`].
 */
function hasAllWords(texts: readonly unknown[], value: string): boolean {
  const words = texts.flatMap((text) => (typeof text === 'string' ? wordsOf(text) : []));
  return wordsOf(value).every((wanted) => words.some((word) => word.startsWith(wanted)));
}

function wordsOf(text: string): readonly string[] {
  const words: readonly string[] = text.match(/[A-Z]?[a-z0-9]+|[A-Z]/g) ?? [];
  return words.map((word) => word.toLowerCase());
}

/** The times by which ListSecrets can order secrets. */
export type OrderTimes = {
  readonly changed: (secret: Secret) => number;
  readonly accessed: (secret: Secret) => number;
};

/**
 * Returns secrets in the order of ListSecrets: the newest first, unless the call sorts by another member or asks for
 * `asc`.
 */
export function inOrder(
  secrets: readonly Secret[],
  { SortBy: by, SortOrder: order }: UnknownMembers,
  { changed, accessed }: OrderTimes,
): readonly Secret[] {
  const sorted = secrets.toSorted((one, other) => {
    if (by === 'name') return one.name < other.name ? -1 : 1;
    if (by === 'last-accessed-date') return accessed(one) - accessed(other);
    return by === 'last-changed-date' ? changed(one) - changed(other) : 0;
  });
  return order === 'asc' ? sorted : sorted.toReversed();
}

/** Returns a page of a list, and the token of the next page; undefined if the token of the requested page is wrong. */
export function pageOf<Item>(
  items: readonly Item[],
  { MaxResults: max, NextToken: token }: UnknownMembers,
  most: number,
): { readonly shown: readonly Item[]; readonly next: string | undefined } | undefined {
  const place = token === undefined ? '0' : Buffer.from(asText(token) ?? '', 'base64').toString();
  const from = Number(place);
  if (!/^\d{1,9}$/.test(place) || from > items.length) return undefined;
  const to = from + (typeof max === 'number' ? max : most);
  return {
    shown: items.slice(from, to),
    next: to < items.length ? Buffer.from(String(to)).toString('base64') : undefined,
  };
}
