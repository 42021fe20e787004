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
  const ofKey = texts[key] ?? [];
  // The reference says that the beginning of a description must match, but its words are searched [obs: getmoto/moto].
  if (key === 'description') return hasAllWords(ofKey, value);
  return ofKey.some((text) => typeof text === 'string' && text.startsWith(value));
}

/** Whether each word of the value begins a word of one of the texts, whatever the case. */
function hasAllWords(texts: readonly unknown[], value: string): boolean {
  const words = texts.flatMap((text) => (typeof text === 'string' ? wordsOf(text) : []));
  const wanted = wordsOf(value);
  return wanted.length > 0 && wanted.every((one) => words.some((word) => word.startsWith(one)));
}

/**
 * Splits a text at special characters, and before each capital that a small letter follows: `COMPANYthings` has the
 * words `COMPAN` and `Ythings` [obs: getmoto/moto, `test_with_all_filter_special_characters`].
 */
function wordsOf(text: string): readonly string[] {
  const words = text.match(/\p{Lu}[\p{Lu}\p{N}]*(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}\p{N}]+/gu) ?? [];
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
