import { DomainError } from '../../errors.ts';
import { parseKeyPart, printKeyPart } from '../../table/item-write.ts';
import { isStoredName, MAX_NAME_LENGTH } from '../../table/stored-name.ts';
import { headKey } from '../ledger/ledger.ts';
import type { LedgerId } from '../ledger/ledger.ts';
import type { Period } from '../ledger/period.ts';
import type { Limit } from './plan.ts';

export type Subject = {
  readonly plan: string;
  readonly tenant: string;
  /**
   * Id of the API key or of the principal. It is never the key's secret, so usage is not lost when the secret is
   * rotated.
   */
  readonly key: string;
  /** The route, such as `GET /orders/{id}`. Limits per route require it, and it determines the cost of a request. */
  readonly route?: string;
};

/** A subject with the recorded term from which its plan comes. Without a term, the caller named the plan. */
export type TermSubject = Subject & {
  readonly term?: { readonly by: 'customer' | 'key'; readonly fromEpochMs: number } | undefined;
};

/**
 * Returns the time from which the term is in force, if the term may end a ledger; otherwise undefined. A term that
 * begins after the period does not end the period's ledger, and a key's plan does not end a ledger of the key's tenant.
 */
export function termFor(
  limit: Pick<Limit, 'level'>,
  { endEpochMs }: Pick<Period, 'endEpochMs'>,
  term: TermSubject['term'],
): number | undefined {
  if (term === undefined || term.fromEpochMs >= endEpochMs) return undefined;
  return term.by === 'key' && limit.level === 'tenant' ? undefined : term.fromEpochMs;
}

/**
 * Maximum size of a partition key. In the index `list` it is the sort key, which DynamoDB limits to 1,024 bytes (2,048
 * for a partition key).
 */
export const MAX_KEY_BYTES = 1024;

/**
 * @throws DomainError SUBJECT_INVALID if a name is missing, too long or not well-formed Unicode. Only the route may be
 * absent.
 */
export function checkSubject(subject: Subject): void {
  for (const name of ['plan', 'tenant', 'key'] as const) checkName(subject[name], name);
  if (subject.route !== undefined) checkName(subject.route, 'route');
}

/**
 * Checks the length of a partition key.
 * @throws DomainError SUBJECT_INVALID if the table or its index would refuse the key. The table's own error would look
 * like an outage.
 */
export function checkKey(pk: string): void {
  if (new TextEncoder().encode(pk).length > MAX_KEY_BYTES)
    throw new DomainError(
      'SUBJECT_INVALID',
      `tenant, key and route together must not exceed ${MAX_KEY_BYTES} bytes as stored (each # and % is stored as three bytes)`,
    );
}

/**
 * Checks the length of a ledger's key. Called once per ledger, not per request.
 * @throws DomainError SUBJECT_INVALID if the ledger's key would be too long
 */
export function checkLedgerId(id: LedgerId): void {
  checkKey(headKey(id).pk);
}

/**
 * Returns the id of the ledger of a limit. There is one ledger per tenant, per key, or per key and route.
 * @throws DomainError SUBJECT_INVALID if the limit is per route and the subject has no route
 */
export function ledgerIdOf(limit: Pick<Limit, 'id' | 'level'>, subject: Subject): LedgerId {
  return { tenant: subject.tenant, limit: limit.id, subject: subjectAt(limit, subject) };
}

function subjectAt(limit: Pick<Limit, 'id' | 'level'>, { key, route }: Subject): string {
  switch (limit.level) {
    case 'tenant':
      return '';
    case 'key':
      return subjectOfKey(key);
    case 'route':
      if (route === undefined)
        throw new DomainError(
          'SUBJECT_INVALID',
          `the limit ${limit.id} is per route, but no route was given`,
        );
      return `${printKeyPart(key)}#${printKeyPart(route)}`;
  }
}

/**
 * Returns the name of a key's subject. If the key's name contains `#`, the subject's name begins with a mark. The mark
 * keeps two ledgers apart: the ledger of key `k#GET /x` for a limit per key, and the ledger of key `k` on route
 * `GET /x` for a limit per route with the same id.
 */
function subjectOfKey(key: string): string {
  return key.includes('#') ? `${KEY_WITH_HASH}${printKeyPart(key)}` : key;
}

/**
 * Prefix that marks the subject of a key whose name contains `#`. The subject of a route never begins with this prefix,
 * because a key's name is not empty.
 */
const KEY_WITH_HASH = '##';

/**
 * Returns the key of a ledger's subject, and the route if the limit is per route. Also reads ledgers of an earlier
 * version that did not mark keys.
 */
export function namesOfSubject(
  level: string,
  subject: string,
): { readonly key: string; readonly route?: string } {
  if (level !== 'route')
    return {
      key: subject.startsWith(KEY_WITH_HASH) ? parseKeyPart(subject.slice(KEY_WITH_HASH.length)) : subject,
    };
  const [key = '', route = ''] = subject.split('#').map(parseKeyPart);
  return { key, route };
}

function checkName(name: unknown, field: string): void {
  if (!isStoredName(name))
    throw new DomainError(
      'SUBJECT_INVALID',
      `${field} must be 1 to ${MAX_NAME_LENGTH} characters of well-formed Unicode`,
    );
}
