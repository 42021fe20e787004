/**
 * Conditional writes as data. The modules of quotas, keys, tickets and other items create them, and a store applies
 * them: `dynamodb-table.ts` as an expression, and the table of the tests as DynamoDB would. So each safety condition
 * is written only once, and simulations run exactly what is sent to DynamoDB.
 */

import { DomainError } from '../errors.ts';

export type Value = string | number;
export type Item = Readonly<Record<string, Value>>;
/** The key of an item, for example `Q#acme#monthly#key-1` and `P#2026-11-01T00:00:00.000Z`; @see printKeyPart */
export type ItemKey = { readonly pk: string; readonly sk: string };

/** Names an item. Neither of its keys contains a line break. */
export function nameOfItem({ pk, sk }: ItemKey): string {
  return `${pk}\n${sk}`;
}

export type Test =
  | { readonly attribute: string; readonly is: 'absent' | 'present' }
  | {
      readonly attribute: string;
      readonly is:
        | 'at-least'
        | 'at-most'
        | 'equal'
        | 'absent-or-below'
        | 'absent-or-at-most'
        | 'absent-or-not';
      readonly value: Value;
    };

export type Change =
  /** The write only tests an item and changes nothing. It is used in transactions. */
  | { readonly kind: 'check' }
  | { readonly kind: 'put'; readonly item: Item }
  | {
      readonly kind: 'update';
      /** Numbers to add to existing numbers. */
      readonly add?: Readonly<Record<string, number>>;
      readonly set?: Item;
      readonly remove?: readonly string[];
    };

export type Purpose =
  | 'grant'
  | 'return'
  | 'track'
  | 'open'
  | 'alarm'
  | 'rate'
  | 'acquire'
  | 'release'
  | 'shard'
  | 'adjust'
  | 'suspend'
  | 'resume'
  | 'close'
  | 'plan'
  | 'key'
  | 'assign'
  | 'ticket'
  | 'revoke'
  | 'record'
  | 'channel'
  | 'presence'
  | 'cache'
  | 'breaker'
  | 'portal'
  | 'endpoint';

export type ItemWrite = {
  /** The purpose of the write. It is used only in metrics and traces. */
  readonly purpose: Purpose;
  readonly key: ItemKey;
  /** All tests must be true. */
  readonly when: readonly Test[];
  readonly change: Change;
};

/**
 * The store's own time, from the response's `Date` header (resolution 1 s). It is undefined if the header is missing.
 * Quotas use it only to detect a wrong local clock; shared circuit breakers use it as their clock.
 */
export type StoreTimed = { readonly storeEpochMs: number | undefined };

/** The result of a write whose outcome is not certain, or that was not carried out. */
export type Unanswered =
  /** The write may have been applied, may be applied later, and may be applied twice. */
  | { readonly kind: 'unknown'; readonly reason: string }
  /**
   * The write was not applied, and never will be. `retryable` means that the cause is temporary: throttling or a
   * conflict.
   */
  | { readonly kind: 'rejected'; readonly retryable: boolean; readonly reason: string };

export type WriteOutcome =
  | ({ readonly kind: 'done'; readonly item: Item } & StoreTimed)
  /** A test failed; `item` is the item that was tested, undefined if there is none. */
  | ({ readonly kind: 'refused'; readonly item: Item | undefined } & StoreTimed)
  | Unanswered;

export type TransactOutcome =
  | ({ readonly kind: 'done' } & StoreTimed)
  /** The outcome of each write, in order: whether its tests were true, or the item that they were compared with. */
  | ({ readonly kind: 'refused'; readonly members: readonly RefusedMember[] } & StoreTimed)
  | Unanswered;

export type RefusedMember =
  | { readonly holds: true }
  | { readonly holds: false; readonly item: Item | undefined };

export type ReadOutcome =
  | ({ readonly kind: 'done'; readonly item: Item | undefined } & StoreTimed)
  | { readonly kind: 'unavailable'; readonly reason: string };

export function isSameItem(one: ItemKey, other: ItemKey): boolean {
  return one.pk === other.pk && one.sk === other.sk;
}

/**
 * Escapes a name for a key. Otherwise tenant `a#b` with limit `c` would share the ledger of tenant `a` with limit
 * `b#c`.
 * @throws DomainError SUBJECT_INVALID for a lone surrogate, because DynamoDB stores all lone surrogates as the same
 * character
 */
export function printKeyPart(name: string): string {
  if (!name.isWellFormed())
    throw new DomainError(
      'SUBJECT_INVALID',
      `the name ${JSON.stringify(name)} contains a lone surrogate (half of a surrogate pair)`,
    );
  // This shortcut saves time, because hardly any name needs escaping, and several names are printed per request.
  if (!name.includes('%') && !name.includes('#')) return name;
  return name.replace(/%/g, '%25').replace(/#/g, '%23');
}

/** Reverses `printKeyPart`. */
export function parseKeyPart(part: string): string {
  return part.replace(/%23/g, '#').replace(/%25/g, '%');
}

/**
 * Returns the key of the record of an administrator's operation in that partition. Because of the record, the operation
 * applies only once.
 */
export function operationKey(pk: string, operationId: string): ItemKey {
  return { pk, sk: `OP#${printKeyPart(operationId)}` };
}
