/**
 * What belongs to no deployment and outlives a reload: API keys, usage plans and what was used of them,
 * token buckets and caches of stages. Kept in memory, by the ids that templates give (they are made of
 * stack and logical id, so a reload finds everything again); a restart begins with full buckets and no usage.
 */
import { ACCOUNT_LIMIT } from '../deployment/throttle.ts';
import { TokenBucket, TokenBuckets } from '../metering/token-bucket.ts';
import { ApiKeys } from './api-keys.ts';
import { LruAuthorizerCache } from './authorizer-cache.ts';
import { AccountKeyRing } from './key-ring.ts';
import { LruResponseCache } from './response-cache.ts';
import { PlanKey, UsagePlans } from './usage-plans.ts';
import type { AuthorizerCache } from '../exchange.ts';
import type { Clock } from '../ports.ts';
import type { KeysAndPlans } from './key-ring.ts';
import type { DefinedMetering } from './read-metering.ts';

/** What one stage remembers whatever is deployed to it. */
export type StageMemory = {
  readonly authorizerCache: AuthorizerCache;
  readonly responseCache: LruResponseCache;
  /** By route key. */
  readonly buckets: TokenBuckets;
};

export type AccountOptions = {
  readonly clock: Clock;
  /** `--account-throttle`: whether all APIs together share AWS's 10,000 requests a second. */
  readonly isThrottled: boolean;
  /** `--usage-lag`: how late usage tells of a request; absent = at once, and no quota is overrun. */
  readonly usageLagMs?: number | undefined;
};

export class Account {
  readonly clock: Clock;
  /** Undefined = the account has no limit. */
  readonly bucket: TokenBucket | undefined;
  readonly keyRing: AccountKeyRing;
  #state: KeysAndPlans = { keys: new ApiKeys(), plans: new UsagePlans() };
  #defined: DefinedMetering = { keys: [], plans: [], planKeys: [] };
  readonly #stages = new Map<string, StageMemory>();
  readonly #usageLagMs: number;

  constructor({ clock, isThrottled, usageLagMs = 0 }: AccountOptions) {
    this.clock = clock;
    this.#usageLagMs = usageLagMs;
    this.bucket = isThrottled ? new TokenBucket(ACCOUNT_LIMIT, clock.nowEpochMs()) : undefined;
    this.keyRing = new AccountKeyRing(() => this.#state);
  }

  get keys(): ApiKeys {
    return this.#state.keys;
  }

  get plans(): UsagePlans {
    return this.#state.plans;
  }

  /** A key as it joins a plan now. */
  makePlanKey(keyId: string): PlanKey {
    return new PlanKey(keyId, this.clock.nowEpochMs(), this.#usageLagMs);
  }

  /** The memory of a stage, by API id and name; there from its first use. */
  stageMemory(apiId: string, stageName: string): StageMemory {
    const name = `${apiId}/${stageName}`;
    const known = this.#stages.get(name);
    if (known !== undefined) return known;
    const made = {
      authorizerCache: new LruAuthorizerCache(),
      responseCache: new LruResponseCache(),
      buckets: new TokenBuckets(),
    };
    this.#stages.set(name, made);
    return made;
  }

  /** Forgets the grants of a stage and of its canary. */
  flushAuthorizers(apiId: string, stageName: string): void {
    this.stageMemory(apiId, stageName).authorizerCache.flush();
    this.stageMemory(apiId, canaryOf(stageName)).authorizerCache.flush();
  }

  /**
   * What templates define in the place of what they defined before; takes effect when the returned function is
   * called. Keys and plans that were made by API calls stay, as does all usage.
   * @throws DefinitionError for what AWS refuses
   */
  prepare(defined: DefinedMetering): () => void {
    const next: KeysAndPlans = { keys: new ApiKeys(), plans: new UsagePlans() };
    const nowEpochMs = this.clock.nowEpochMs();
    this.#carryOver(next);
    for (const { id, attempt, ...key } of defined.keys) {
      const createdAtEpochMs = this.keys.find(id)?.createdAtEpochMs ?? nowEpochMs;
      attempt(() => next.keys.put({ id, ...key, createdAtEpochMs, updatedAtEpochMs: nowEpochMs }));
    }
    for (const { attempt, ...plan } of defined.plans) attempt(() => next.plans.put(plan));
    for (const { planId, keyId, attempt } of defined.planKeys)
      attempt(() => {
        const member = this.plans.findKey(planId, keyId) ?? this.makePlanKey(next.keys.get(keyId).id);
        next.plans.join(planId, member);
      });
    this.#carryOverMembers(next, defined);
    return () => {
      this.#state = next;
      this.#defined = defined;
    };
  }

  #carryOver({ keys, plans }: KeysAndPlans): void {
    const wereDefined = new Set([...this.#defined.keys, ...this.#defined.plans].map(({ id }) => id));
    for (const key of this.keys.all) if (!wereDefined.has(key.id)) keys.put(key);
    for (const plan of this.plans.all) if (!wereDefined.has(plan.id)) plans.put(plan);
  }

  /** Keys that API calls put into plans stay there as long as both exist. */
  #carryOverMembers({ keys, plans }: KeysAndPlans, defined: DefinedMetering): void {
    const ofTemplates = new Set(
      [...this.#defined.planKeys, ...defined.planKeys].map(({ planId, keyId }) => `${planId}/${keyId}`),
    );
    for (const plan of this.plans.all)
      for (const member of this.plans.keysOf(plan.id)) {
        const isGone = plans.find(plan.id) === undefined || keys.find(member.keyId) === undefined;
        if (!isGone && !ofTemplates.has(`${plan.id}/${member.keyId}`)) plans.join(plan.id, member);
      }
  }
}

/** The name under which a canary remembers; no stage can have it. */
export function canaryOf(stageName: string): string {
  return `${stageName}/Canary`;
}
