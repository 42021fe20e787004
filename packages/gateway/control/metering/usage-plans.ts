/**
 * The usage plans of the account. They determine which keys are accepted on which stages, and the limits of the keys.
 */
import { TokenBuckets } from '../../core/metering/token-bucket.ts';
import { refuseBeyondQuota } from '../api-quotas.ts';
import type { AccountQuotas } from '../api-quotas.ts';
import { badRequest, conflict, orNotFound } from '../control-error.ts';
import type { KeyUsage, PlanQuota } from '../../core/metering/quota.ts';
import type { ThrottleLimit } from '../../core/metering/token-bucket.ts';

export type PlanStage = {
  readonly apiId: string;
  readonly stage: string;
  /**
   * The limits by method in AWS's spelling, `/pets/{id}/GET`. A method in this map does not count against the plan's
   * own throttle.
   */
  readonly throttle: Readonly<Record<string, ThrottleLimit>>;
};

export type UsagePlan = {
  readonly id: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly productCode: string | undefined;
  readonly apiStages: readonly PlanStage[];
  /** The throttle that applies to each key, across all stages of the plan. */
  readonly throttle: ThrottleLimit | undefined;
  readonly quota: PlanQuota | undefined;
  readonly tags: Readonly<Record<string, string>>;
};

/** An API key in a plan, with its usage. The usage survives changes to the plan. */
export class PlanKey {
  readonly keyId: string;
  readonly usage: KeyUsage;
  readonly buckets = new TokenBuckets();

  constructor(keyId: string, usage: KeyUsage) {
    this.keyId = keyId;
    this.usage = usage;
  }
}

/** AWS's quota of throttled methods (docs/aws §13). */
const MAX_METHOD_THROTTLES = 20;

export class UsagePlans {
  readonly #plans = new Map<string, UsagePlan>();
  readonly #keys = new Map<string, Map<string, PlanKey>>();
  readonly #plansOf = new Map<string, Set<string>>();
  readonly #quotas: AccountQuotas;
  #revision = 0;

  constructor(quotas: AccountQuotas) {
    this.#quotas = quotas;
  }

  /**
   * Returns a number that increases when a plan is added, changed or removed. Data that was derived at a lower number
   * is out of date.
   */
  get revision(): number {
    return this.#revision;
  }

  get all(): readonly UsagePlan[] {
    return [...this.#plans.values()];
  }

  find(id: string): UsagePlan | undefined {
    return this.#plans.get(id);
  }

  /** @throws ControlError NotFoundException if there is no such plan */
  get(id: string): UsagePlan {
    return orNotFound(this.#plans.get(id), 'Invalid Usage Plan ID specified');
  }

  /**
   * Adds a plan, or replaces the plan with the same id but keeps that plan's keys.
   * @throws ControlError for a call that AWS refuses
   */
  put(plan: UsagePlan): void {
    if (!this.#plans.has(plan.id)) refuseBeyondQuota('usagePlans', this.#plans.size, this.#quotas);
    refuseIllegalStages(plan);
    for (const keyId of this.#keys.get(plan.id)?.keys() ?? []) this.#refuseSecondPlan(plan, keyId);
    this.#plans.set(plan.id, plan);
    this.#revision += 1;
  }

  delete(id: string): void {
    this.#plans.delete(id);
    for (const keyId of this.#keys.get(id)?.keys() ?? []) this.#forget(id, keyId);
    this.#keys.delete(id);
    this.#revision += 1;
  }

  /** Returns the keys in the order in which they were added to the plan. */
  keysOf(planId: string): readonly PlanKey[] {
    return [...(this.#keys.get(planId)?.values() ?? [])];
  }

  findKey(planId: string, keyId: string): PlanKey | undefined {
    return this.#keys.get(planId)?.get(keyId);
  }

  /** Returns the ids of a key's plans, without a search through all plans. */
  plansOf(keyId: string): Iterable<string> {
    return this.#plansOf.get(keyId) ?? [];
  }

  /** @throws ControlError NotFoundException if the plan does not have this key */
  getKey(planId: string, keyId: string): PlanKey {
    return orNotFound(
      this.#keys.get(this.get(planId).id)?.get(keyId),
      'Invalid API Key identifier specified',
    );
  }

  /**
   * Adds a key to a plan.
   * @throws ControlError if the key is already in the plan, or in another plan for the same stage
   */
  join(planId: string, key: PlanKey): void {
    const { keyId } = key;
    const plan = this.get(planId);
    const members = this.#keys.get(planId) ?? new Map<string, PlanKey>();
    if (members.has(keyId)) throw conflict('Usage Plan Key already exists');
    refuseBeyondQuota('plansOfKey', this.#plansOf.get(keyId)?.size ?? 0, this.#quotas);
    this.#refuseSecondPlan(plan, keyId);
    members.set(keyId, key);
    this.#keys.set(planId, members);
    const plans = this.#plansOf.get(keyId);
    if (plans === undefined) this.#plansOf.set(keyId, new Set([planId]));
    else plans.add(planId);
  }

  leave(planId: string, keyId: string): void {
    this.#keys.get(planId)?.delete(keyId);
    this.#forget(planId, keyId);
  }

  leaveAll(keyId: string): void {
    for (const planId of this.plansOf(keyId)) this.#keys.get(planId)?.delete(keyId);
    this.#plansOf.delete(keyId);
  }

  #forget(planId: string, keyId: string): void {
    const plans = this.#plansOf.get(keyId);
    plans?.delete(planId);
    if (plans?.size === 0) this.#plansOf.delete(keyId);
  }

  /**
   * Refuses a second plan of a key for one stage, because it would be undefined which plan counts the key's requests.
   */
  #refuseSecondPlan(plan: UsagePlan, keyId: string): void {
    for (const otherId of this.plansOf(keyId)) {
      if (otherId === plan.id) continue;
      const other = this.get(otherId);
      const shared = plan.apiStages.find((mine) =>
        other.apiStages.some((theirs) => isSameStage(mine, theirs)),
      );
      if (shared !== undefined)
        throw conflict(
          `API Key ${keyId} is already in Usage Plan ${other.id} for API Stage ${shared.apiId}:${shared.stage}`,
        );
    }
  }
}

function isSameStage(
  one: Pick<PlanStage, 'apiId' | 'stage'>,
  other: Pick<PlanStage, 'apiId' | 'stage'>,
): boolean {
  return one.apiId === other.apiId && one.stage === other.stage;
}

function refuseIllegalStages({ apiStages }: UsagePlan): void {
  for (const [index, stage] of apiStages.entries()) {
    if (apiStages.findIndex((other) => isSameStage(stage, other)) !== index)
      throw conflict(`API Stage ${stage.apiId}:${stage.stage} is in the usage plan twice`);
    if (Object.keys(stage.throttle).length > MAX_METHOD_THROTTLES)
      throw badRequest(`A usage plan can have at most ${MAX_METHOD_THROTTLES} method throttles for a stage`);
  }
}
