/**
 * Administration of revocations. Each operation id takes effect only once, because it is recorded together with its
 * change. If an operation is repeated, only the caches are flushed again, which completes an operation that failed
 * halfway.
 */
import { DomainError, RequestInvalid } from '../../errors.ts';
import type { AuthorizerCaches, Clock, ItemListing, ItemStore } from '../../ports.ts';
import type { Change, Item, ItemWrite } from '../../table/item-write.ts';
import { hashOperation, operationWrite } from '../../table/operation-record.ts';
import type { OperationRequest } from '../../table/operation-record.ts';
import { accessTableSilent, readAccessItem } from '../access-item.ts';
import { isReplayed } from '../admin-operation.ts';
import type { Operation } from '../admin-operation.ts';
import { flushCaches } from '../flush-caches.ts';
import type { OutsideStep } from '../flush-caches.ts';
import type { CachedApi } from '../keys/key-prefixes.ts';
import { revocationHash, revocationKey, revocationsPartition, ANY_ISSUE_TIME } from './revocation.ts';
import type { RevocationTarget } from './revocation.ts';
import type { RevocableIssuer } from './revocation-issuers.ts';

type RevocationAdminPorts = {
  readonly store: ItemStore;
  readonly listing: Pick<ItemListing, 'range'>;
  readonly clock: Clock;
  readonly caches: AuthorizerCaches;
};

type RevocationAdminSetting = {
  readonly issuers: readonly RevocableIssuer[];
  readonly cached: ReadonlyMap<string, readonly CachedApi[]>;
};

/** `issuer` is an id from the access documents, or the `iss` itself. */
type RevocationRequest = RevocationTarget & {
  /** The time when the token with this `jti` expires. After that the revocation is no longer needed. */
  readonly tokenEndsAtEpochSeconds?: number;
};

export type Revocation = RevocationTarget & {
  readonly untilEpochSeconds: number;
  readonly by: string;
  readonly atEpochMs: number;
  readonly expiresAtEpochSeconds: number;
  readonly withdrawnAtEpochMs: number | undefined;
};

export type RevocationChanged = {
  readonly revocation: Revocation;
  readonly outside: readonly OutsideStep[];
};

/** Additional time for which an item is stored after its token has expired, because clocks differ. */
const SPARE_SECONDS = 3600;

export class RevocationAdmin {
  readonly #ports: RevocationAdminPorts;
  readonly #setting: RevocationAdminSetting;

  constructor(ports: RevocationAdminPorts, setting: RevocationAdminSetting) {
    this.#ports = ports;
    this.#setting = setting;
  }

  /**
   * Revokes the tokens that the request names.
   * @throws RequestInvalid if no document of this stage checks the issuer's tokens for revocation, or if the name
   * matches several issuers; DomainError OPERATION_REUSED, EDIT_CONFLICT, STORE_UNAVAILABLE
   */
  async revoke(request: RevocationRequest, operation: Operation): Promise<RevocationChanged> {
    const issuer = this.#find(request.issuer);
    const target = { issuer: issuer.issuer, kind: request.kind, value: request.value };
    const now = this.#nowEpochSeconds();
    const isToken = request.kind === 'jti';
    const ends = isToken ? request.tokenEndsAtEpochSeconds : undefined;
    const until = isToken ? ANY_ISSUE_TIME : now;
    const wanted = ends === undefined ? now + keptSecondsOf(issuer) : ends + SPARE_SECONDS;
    const known = (await readAccessItem(this.#ports.store, revocationKey(target)))?.['expiresAt'];
    // The expiry is never moved to an earlier time. If the new expiry were wrong, the token would be accepted again.
    const expiresAt = Math.max(wanted, typeof known === 'number' ? known : 0);
    const { by } = operation;
    const facts = { until, expiresAt, by, at: this.#ports.clock.nowEpochMs() };
    return this.#carryOut(issuer, target, operation, {
      request: { kind: 'revoke', target, input: { ends } },
      // Neither `until` nor `expiresAt` is ever replaced by an earlier time, even if an administrator's clock is slow.
      when: [
        { attribute: 'until', is: 'absent-or-below', value: until + 1 },
        { attribute: 'expiresAt', is: 'absent-or-below', value: expiresAt + 1 },
      ],
      change: { kind: 'put', item: { until, expiresAt } },
      listed: { kind: 'put', item: { kind: target.kind, value: target.value, ...facts } },
    });
  }

  /**
   * Withdraws a revocation, so that the tokens are accepted again.
   * @throws RequestInvalid if the tokens are not revoked, if no document of this stage checks the issuer's tokens for
   * revocation, or if the name matches several issuers; DomainError OPERATION_REUSED, EDIT_CONFLICT,
   * STORE_UNAVAILABLE
   */
  async withdraw(request: RevocationTarget, operation: Operation): Promise<RevocationChanged> {
    const issuer = this.#find(request.issuer);
    const target = { ...request, issuer: issuer.issuer };
    const operationRequest = { kind: 'withdraw', target, input: {} };
    if (
      !(await this.#isReplayed(operationRequest, target, operation)) &&
      (await this.#until(target)) === undefined
    )
      throw new RequestInvalid(target.kind, 'is not revoked');
    return this.#carryOut(issuer, target, operation, {
      request: operationRequest,
      when: [{ attribute: 'until', is: 'present' }],
      change: { kind: 'update', remove: ['until'] },
      listed: {
        kind: 'update',
        set: { withdrawnAt: this.#ports.clock.nowEpochMs(), withdrawnBy: operation.by },
      },
    });
  }

  async list(
    issuerName: string,
    { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
  ): Promise<{ readonly revocations: readonly Revocation[]; readonly next: string | undefined }> {
    const { issuer } = this.#find(issuerName);
    const outcome = await this.#ports.listing.range({
      // Sort keys are hashes in hexadecimal digits, so this range contains all of them.
      pk: revocationsPartition(issuer),
      from: '0',
      to: 'g',
      limit,
      ...(cursor !== undefined && { after: cursor }),
    });
    if (outcome.kind !== 'done') throw accessTableSilent();
    return {
      revocations: outcome.items.map(({ item }) => parseRevocation(issuer, item)),
      next: outcome.hasMore ? outcome.items.at(-1)?.key.sk : undefined,
    };
  }

  async flush(document: string): Promise<readonly OutsideStep[]> {
    const apis = this.#setting.cached.get(document);
    if (apis !== undefined) return await flushCaches(this.#ports.caches, apis);
    const known = [...this.#setting.cached.keys()];
    throw new RequestInvalid(
      'document',
      known.length === 0
        ? 'cannot be used: no access document is deployed to this stage'
        : `is not an access document of this stage; expected one of ${known.join(', ')}`,
    );
  }

  async #carryOut(
    issuer: RevocableIssuer,
    target: RevocationTarget,
    operation: Operation,
    planned: Planned,
  ): Promise<RevocationChanged> {
    const { request } = planned;
    if (!(await this.#isReplayed(request, target, operation))) {
      const outcome = await this.#ports.store.transact(
        this.#writesOf(target, operation, planned, keptSecondsOf(issuer)),
      );
      if (outcome.kind === 'refused' && !(await this.#isReplayed(request, target, operation)))
        throw new DomainError('EDIT_CONFLICT', 'another change was made at the same time; try again');
      // If the response was lost, the stored record shows whether the change was made.
      const isLost = outcome.kind === 'unknown' || outcome.kind === 'rejected';
      if (isLost && !(await this.#isReplayed(request, target, operation)))
        throw new DomainError(
          'STORE_UNAVAILABLE',
          'the access table did not confirm the change; send it again',
        );
    }
    const listed = await readAccessItem(this.#ports.store, listKey(target));
    const outside = await flushCaches(this.#ports.caches, issuer.cached);
    return { revocation: parseRevocation(target.issuer, listed ?? {}), outside };
  }

  #writesOf(
    target: RevocationTarget,
    { id: operationId, by }: Operation,
    { request, when, change, listed }: Planned,
    keptSeconds: number,
  ): readonly ItemWrite[] {
    const key = revocationKey(target);
    const at = {
      pk: key.pk,
      operationId,
      kind: request.kind,
      atEpochMs: this.#ports.clock.nowEpochMs(),
    };
    const expiresAt = this.#nowEpochSeconds() + keptSeconds;
    return [
      operationWrite('revoke', at, { hash: hashOperation(request), by, expiresAt }),
      { purpose: 'revoke', key, when, change },
      // Only a listed revocation can be withdrawn.
      { purpose: 'revoke', key: listKey(target), when: change.kind === 'update' ? when : [], change: listed },
    ];
  }

  #isReplayed(request: OperationRequest, target: RevocationTarget, operation: Operation): Promise<boolean> {
    return isReplayed(this.#ports.store, revocationKey(target).pk, operation, request);
  }

  async #until(target: RevocationTarget): Promise<unknown> {
    return (await readAccessItem(this.#ports.store, revocationKey(target)))?.['until'];
  }

  /**
   * Finds the issuer whose tokens are revoked. An issuer whose tokens are never checked is refused, because a
   * revocation would have no effect.
   */
  #find(name: string): RevocableIssuer {
    const { issuers } = this.#setting;
    const found = issuers.filter(({ ids, issuer }) => issuer === name || ids.has(name));
    const [only] = found;
    if (only !== undefined && found.length === 1) return only;
    if (only !== undefined)
      throw new RequestInvalid(
        'issuer',
        `matches several issuers; pass one of ${found.map(({ issuer }) => issuer).join(', ')}`,
      );
    const known = issuers.flatMap(({ ids }) => [...ids]);
    throw new RequestInvalid(
      'issuer',
      known.length === 0
        ? 'cannot be used: no access document of this stage has an issuer with revocation: true; add it to the issuer, and deploy'
        : `is not an issuer with revocation: true in an access document of this stage; expected one of ${known.join(', ')}`,
    );
  }

  #nowEpochSeconds(): number {
    return Math.floor(this.#ports.clock.nowEpochMs() / 1000);
  }
}

type Planned = {
  readonly request: OperationRequest;
  readonly when: ItemWrite['when'];
  readonly change: Change;
  readonly listed: Change;
};

/** Returns how long the items of a revocation are kept: until every token that is valid now has expired. */
function keptSecondsOf({ longestTokenAgeSeconds }: RevocableIssuer): number {
  return longestTokenAgeSeconds + SPARE_SECONDS;
}

function listKey(target: RevocationTarget): ItemWrite['key'] {
  return { pk: revocationsPartition(target.issuer), sk: revocationHash(target) };
}

/**
 * Reads a revocation from its item.
 * @throws DomainError STORE_UNAVAILABLE for an item that this code cannot have written
 */
function parseRevocation(issuer: string, item: Item): Revocation {
  const { kind, value, until, by, at, expiresAt, withdrawnAt } = item;
  if (
    (kind !== 'jti' && kind !== 'sub' && kind !== 'client') ||
    typeof value !== 'string' ||
    typeof until !== 'number' ||
    typeof by !== 'string' ||
    typeof at !== 'number' ||
    typeof expiresAt !== 'number'
  )
    throw new DomainError('STORE_UNAVAILABLE', 'an item of the access table is not a revocation');
  return {
    issuer,
    kind,
    value,
    by,
    untilEpochSeconds: until,
    atEpochMs: at,
    expiresAtEpochSeconds: expiresAt,
    withdrawnAtEpochMs: typeof withdrawnAt === 'number' ? withdrawnAt : undefined,
  };
}
