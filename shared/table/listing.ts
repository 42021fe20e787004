/** Pages of a table's items, as data. `dynamodb-listing.ts` fetches them. */
import type { Item, ItemKey } from './item-write.ts';

export type KeyRange = {
  readonly pk: string;
  /** `from` and `to` are the smallest and largest sort key, both included. */
  readonly from: string;
  readonly to: string;
  readonly limit: number;
  readonly after?: string;
  readonly newestFirst?: boolean;
};

export type ListedItem = { readonly key: ItemKey; readonly item: Item };

export type RangeOutcome =
  | { readonly kind: 'done'; readonly items: readonly ListedItem[]; readonly hasMore: boolean }
  | { readonly kind: 'unavailable'; readonly reason: string };

/** The position of an item with a `list` attribute in the index of the same name. */
export type ListedKey = ItemKey & { readonly list: string };

export type ListPage = {
  /** The name of a list, such as `T#acme`; absent means all lists. */
  readonly list?: string;
  readonly limit: number;
  readonly after?: ListedKey;
};

export type ListOutcome =
  | {
      readonly kind: 'done';
      readonly keys: readonly ListedKey[];
      /**
       * The position at which the next page starts. It is undefined after the last page. Even an empty page may be
       * followed by another page.
       */
      readonly after: ListedKey | undefined;
    }
  | { readonly kind: 'unavailable'; readonly reason: string };
